"""Doubles: one gate behind every entrance, and what a person says of what it finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from services.registry.domain.doubles import Entry, Found, find_doubles
from services.registry.domain.merging import Bonds
from services.registry.handlers.acts import need, need_text
from services.registry.handlers.merging import bonds_of, merge
from services.registry.handlers.unit_entries import likeness_of
from services.registry.handlers.unit_views import other_unit
from services.registry.store import doubles, units
from services.registry.store.units import Row
from shared.contracts.refusals import Refused
from shared.contracts.registry_answers import Says
from shared.contracts.registry_units import DecideDouble, ListDoubles
from shared.contracts.registry_units_answers import DoublePage, DoubleSide, DoubleView
from shared.messaging.tx import Tx

_COUNTED = 1_000  # each pair is looked up in the register: beyond this the list says "1,000+"

Entrance = Literal["register", "amend", "import", "move", "reopen"]


def look_for_doubles(tx: Tx, rows: Sequence[Row], *, found_by: Entrance) -> tuple[Says, ...]:
    """Put units that look like one there is before a person; a sentence for each pair.

    Nothing is merged or refused here: names may be alike.
    """
    entries = [likeness_of(row) for row in rows]
    named, found = alike_of(tx, entries)
    districts = {row["unit_id"]: row["district"] for row in rows}
    pairs = [(unit_id, one) for unit_id, alike in found.items() for one in alike]
    waiting = doubles.add_doubles(
        tx, [_pair(tx, unit_id, one, districts[unit_id], found_by) for unit_id, one in pairs]
    )
    return tuple(
        Says(code="likely_double", says=says_of(named[one.unit_id], one))
        for unit_id, one in pairs
        if tuple(sorted((unit_id, one.unit_id))) in waiting
    )


def alike_of(tx: Tx, entries: Sequence[Entry]) -> tuple[dict[str, Row], dict[str, list[Found]]]:
    """Units of the register that look like these, by id, and which looks like which."""
    rows = doubles.find_candidates(tx, (doubles.as_set(one.keys) for one in entries))
    return {row["unit_id"]: row for row in rows}, alike_among(rows, entries)


def alike_among(
    rows: Sequence[Row], entries: Sequence[Entry], others: Sequence[Entry] = ()
) -> dict[str, list[Found]]:
    """Which of these looks like which of the candidates and of some others not on the register."""
    known = {row["unit_id"]: likeness_of(row) for row in rows}
    known |= {one.unit_id: one for one in others}
    return find_doubles(entries, list(known.values()))


def says_of(other: Mapping[Any, Any], found: Found) -> str:
    """What an officer is told of a unit that looks like another."""
    return (
        f"疑似与“{other['name_text']}”（{other['code']}）是同一单位："
        f"{found.likeness.says}，请在“疑似重复”中核对"
    )


def complete_keys(tx: Tx, some: int) -> bool:
    """Work out the keys of units entered before there were any; False when none is left."""
    rows = doubles.list_unkeyed(tx, some)
    doubles.save_keys(tx, [(row["unit_id"], likeness_of(row).keys) for row in rows])
    return bool(rows)


def list_doubles(tx: Tx, command: ListDoubles) -> DoublePage:
    """Likely doubles of the actor's area, both units of each side by side."""
    need(tx, "clerk", "reviewer")
    rows, after = doubles.list_doubles(tx, command)
    total, more = doubles.count_doubles(tx, command, _COUNTED)
    return DoublePage(total=total, total_more=more, items=_views(tx, rows), next_after=after)


def decide_double(tx: Tx, command: DecideDouble) -> DoubleView:
    """Keep what a person says of a pair; "same" merges the other into the one to keep."""
    need(tx, "clerk", "reviewer")
    reason = need_text(command.reason, "请写明判断的依据", "/reason")
    row = doubles.load_double(tx, command.double_id)
    if row["status"] != "open":
        raise Refused("double_decided", "这一对已经判断过，不必再次处理：请刷新页面")
    if command.verdict == "same":
        pair = {row["unit_a"], row["unit_b"]}
        if command.keep not in pair:
            says = "请选择保留哪一条登记，另一条并入它"
            raise Refused(
                "keep_missing", says, status=422, errors=[{"pointer": "/keep", "says": says}]
            )
        gone = (pair - {command.keep}).pop()
        doubles.decide_double(tx, command.double_id, status="same", reason=reason)
        merge(tx, gone, command.keep, reason=f"重复登记：{reason}")
    else:
        doubles.decide_double(tx, command.double_id, status="different", reason=reason)
    return _views(tx, [doubles.load_double(tx, command.double_id)])[0]


def _pair(
    tx: Tx, unit_id: str, found: Found, district: str, found_by: Entrance
) -> dict[str, object]:
    first, second = sorted((unit_id, found.unit_id))
    return {
        "double_id": tx.new_id("double"),
        "unit_a": first,
        "unit_b": second,
        "score": found.likeness.score,
        "says": found.likeness.says,
        "district": district,
        "found_by": found_by,
        "found_at": tx.now,
    }


def _views(tx: Tx, rows: Sequence[Row]) -> tuple[DoubleView, ...]:
    ids = {row[name] for row in rows for name in ("unit_a", "unit_b")}
    known = {row["unit_id"]: row for row in units.list_by_ids(tx, ids)}
    bonds = bonds_of(tx, ids)
    sides = {unit_id: _side(row, bonds[unit_id]) for unit_id, row in known.items()}
    return tuple(
        DoubleView(
            double_id=row["double_id"],
            score=row["score"],
            says=row["says"],
            found_by=row["found_by"],
            found_at=row["found_at"],
            status=row["status"],
            first=sides[row["unit_a"]],
            second=sides[row["unit_b"]],
            decided_at=row["decided_at"],
            decided_by=row["decided_by"],
            reason=row["reason"],
        )
        for row in rows
    )


def _side(row: Row, bonds: Bonds) -> DoubleSide:
    return DoubleSide(
        unit=other_unit(row),
        address=row["address"],
        headcount=row["headcount"],
        contact_name=row["contact_name"],
        entered_at=row["entered_at"],
        bonds=bonds.says(),
    )
