"""Units: scope of the actor's node, one entry at a time or as a set; lists in `unit_lists.py`."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    and_,
    exists,
    false,
    func,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from services.registry.store.tables import counter, unit
from services.registry.store.tables_units import unit_mark
from shared.contracts.message import Actor
from shared.contracts.refusals import Refused
from shared.contracts.scalars import area_of, prefix_of, suite_of, system_of
from shared.messaging.tx import Tx

Row = RowMapping
Values = Mapping[str, Any]
_BETWEEN = "\x1e"  # no code holds it


def within(actor: Actor, node: Any, unit_id: Any) -> ColumnElement[bool]:
    """Rows kept by an office that an actor may see: a unit's own, else those its node covers.

    `covers` in SQL: of the actor's own suite (A-02), in its area. Nobody: none.
    """
    if actor.unit_id:
        return unit_id == actor.unit_id  # type: ignore[no-any-return]
    same = [of_suite(actor, node)]
    if system := system_of(actor.node):
        same.append(func.split_part(node, ".", 3) == system)
    return and_(_inside(actor, node), *same)


def of_suite(actor: Actor, node: Any) -> ColumnElement[bool]:
    """Whether a row's node is of the programme the actor works for; a unit sees both its own."""
    if actor.unit_id:
        return true()
    return func.split_part(node, ".", 2) == suite_of(actor.node)


def in_scope(actor: Actor, *, counting: bool = False) -> ColumnElement[bool]:
    """Units an actor may see: every suite of a place shares its register (A-02).

    The node of a system sees the units that bear its mark. A whole district goes by equality, so
    that its index serves a list; `counting` goes by division, which `unit_figures` begins with.
    """
    if actor.unit_id:
        return unit.c.unit_id == actor.unit_id
    prefix = prefix_of(area_of(actor.node))
    is_listed_district = len(prefix) == 6 and not counting
    inside = unit.c.district == prefix if is_listed_district else _inside(actor, unit.c.division)
    return and_(inside, _marked(actor.node)) if system_of(actor.node) else inside


def _inside(actor: Actor, place: Any) -> ColumnElement[bool]:
    prefix = prefix_of(area_of(actor.node))
    if prefix == "":
        return true()
    if not prefix.isdigit():
        return false()
    return place.startswith(prefix, autoescape=True)  # type: ignore[no-any-return]


def _marked(node: str) -> ColumnElement[bool]:
    """Units that bear the mark `system` of a system's node today."""
    return exists().where(
        unit_mark.c.unit_id == unit.c.unit_id,
        unit_mark.c.suite == suite_of(node),
        unit_mark.c.mark == "system",
        unit_mark.c.value == system_of(node),
        unit_mark.c.until_on.is_(None),
    )


def find_unit(tx: Tx, unit_id: str) -> Row | None:
    """A unit wherever it is; for events, not for people."""
    found = tx.session.execute(select(unit).where(unit.c.unit_id == unit_id))
    return found.mappings().one_or_none()


def load_unit(tx: Tx, *, unit_id: str = "", code: str = "", lock: bool = False) -> Row:
    """A unit the actor may see, by id or by code; 404 otherwise, also when it is another area's."""
    key = unit.c.unit_id == unit_id if unit_id else unit.c.code == code
    query = select(unit).where(key, in_scope(tx.actor))
    if lock:
        query = query.with_for_update()
    row = tx.session.execute(query).mappings().one_or_none()
    if row is None:
        raise Refused("unit_not_found", f"没有找到单位“{unit_id or code}”：请核对", status=404)
    return row


def lock_unit(tx: Tx, unit_id: str) -> Row:
    """A unit that an event names, locked; an unknown one is an error, so that it is parked."""
    query = select(unit).where(unit.c.unit_id == unit_id).with_for_update()
    return tx.session.execute(query).mappings().one()


def find_by_codes(tx: Tx, codes: Iterable[str]) -> dict[str, Row]:
    """Units of any area by code: the code is the hard key of the whole register."""
    wanted_codes = _BETWEEN.join(code for code in codes if code)
    if not wanted_codes:
        return {}
    # As one text: thousands of codes each made a literal take longer than to look them up.
    listed = func.string_to_array(wanted_codes, _BETWEEN)
    query = select(unit).where(unit.c.code == func.any(listed))
    return {row["code"]: row for row in tx.session.execute(query).mappings()}


def find_by_names(tx: Tx, names: Iterable[str]) -> dict[tuple[str, str, str], Row]:
    """Units by (kind, name key, district), for kinds that carry no number of their own."""
    keys = [name for name in names if name]
    if not keys:
        return {}
    query = select(unit).where(unit.c.name_key == func.any(keys))
    query = query.order_by((unit.c.standing == "closed").desc())  # an open one is the one meant
    found = tx.session.execute(query).mappings()
    return {(row["kind"], row["name_key"], row["district"]): row for row in found}


def list_by_ids(tx: Tx, ids: Iterable[str]) -> Sequence[Row]:
    """Units by id, as they stand, wherever they are."""
    query = select(unit).where(unit.c.unit_id == func.any(list(ids)))
    return tx.session.execute(query).mappings().all()


def lock_units(tx: Tx, ids: Iterable[str]) -> dict[str, Row]:
    """Units the actor may see, locked in one order for all; 404 when one is not there."""
    wanted_ids = sorted(set(ids))
    query = (
        select(unit)
        .where(unit.c.unit_id == func.any(wanted_ids), in_scope(tx.actor))
        .order_by(unit.c.unit_id)
        .with_for_update()
    )
    found = {row["unit_id"]: row for row in tx.session.execute(query).mappings()}
    for unit_id in wanted_ids:
        if unit_id not in found:
            raise Refused("unit_not_found", f"没有找到单位“{unit_id}”：请核对", status=404)
    return found


def merge_into(tx: Tx, unit_id: str, into: str) -> None:
    """Point everything that was merged into a unit, and that unit itself, at another one."""
    tx.session.execute(
        update(unit)
        .where((unit.c.unit_id == unit_id) | (unit.c.merged_into == unit_id))
        .values(merged_into=into)
    )


def merged_ids(tx: Tx, unit_id: str) -> list[str]:
    """The units that were merged into this one."""
    query = select(unit.c.unit_id).where(unit.c.merged_into == unit_id)
    return list(tx.session.execute(query).scalars())


def hand_over_led(tx: Tx, unit_id: str, to: Row) -> list[str]:
    """Sites led by a contractor are led by another entry of it; their ids."""
    changed = tx.session.execute(
        update(unit)
        .where(unit.c.leader_unit_id == unit_id)
        .values(leader_unit_id=to["unit_id"], leader_code=to["code"], revision=unit.c.revision + 1)
        .returning(unit.c.unit_id)
    )
    return list(changed.scalars())


def add_unit(tx: Tx, values: Values) -> bool:
    """Enter a unit; False when its code is taken (also by a transaction at the same time)."""
    done = tx.session.execute(
        insert(unit).values(**values).on_conflict_do_nothing().returning(unit.c.unit_id)
    )
    return done.scalar() is not None


def amend_unit(tx: Tx, unit_id: str, values: Values) -> Row:
    """Change a locked unit; its revision goes up by one."""
    changed = tx.session.execute(
        update(unit)
        .where(unit.c.unit_id == unit_id)
        .values(**values, revision=unit.c.revision + 1)
        .returning(unit)
    )
    return changed.mappings().one()


def set_standing(tx: Tx, unit_id: str, standing: str, *, on: date) -> None:
    """Move a locked unit's standing; its entry, and so its revision, stays as it is."""
    tx.session.execute(
        update(unit).where(unit.c.unit_id == unit_id).values(standing=standing, standing_on=on)
    )


def set_leader(tx: Tx, unit_id: str, leader_unit_id: str) -> Row:
    """Tie a locked unit to its contractor; part of the entry's own change, so no new revision."""
    changed = tx.session.execute(
        update(unit)
        .where(unit.c.unit_id == unit_id)
        .values(leader_unit_id=leader_unit_id)
        .returning(unit)
    )
    return changed.mappings().one()


def tie_waiting(tx: Tx, codes: Iterable[str]) -> list[str]:
    """Tie sites entered before their contractors to those; ids of the sites."""
    leader = unit.alias()
    changed = tx.session.execute(
        update(unit)
        .where(
            unit.c.leader_code == func.any([code for code in codes if code]),
            unit.c.leader_unit_id == "",
            leader.c.code == unit.c.leader_code,
        )
        .values(leader_unit_id=leader.c.unit_id, revision=unit.c.revision + 1)
        .returning(unit.c.unit_id)
    )
    return list(changed.scalars())


def next_number(tx: Tx, name: str) -> int:
    """The next number of a series, without doubles; its row is locked until commit."""
    made = tx.session.execute(
        insert(counter)
        .values(name=name, value=1)
        .on_conflict_do_update(index_elements=["name"], set_={"value": counter.c.value + 1})
        .returning(counter.c.value)
    )
    return int(made.scalar_one())


def make_after(value: object, row_id: str) -> str:
    """An opaque key: where the next page begins."""
    text = value.isoformat() if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(json.dumps([text, row_id]).encode()).decode()


def read_after(after: str) -> tuple[Any, str]:
    """What `make_after` made; 422 for anything else."""
    try:
        value, row_id = json.loads(base64.urlsafe_b64decode(after.encode()))
    except ValueError as error:
        raise Refused("bad_page_key", "翻页位置无效：请从第一页重新查询", status=422) from error
    return value, str(row_id)
