"""Likely doubles: candidates by key, the pairs a person is to look at, and what was said of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import func, or_, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from services.registry.store.tables import unit
from services.registry.store.tables_units import likely_double
from services.registry.store.units import Row, Values, in_scope
from shared.contracts.refusals import Refused
from shared.contracts.registry_units import ListDoubles
from shared.messaging.tx import Tx

_D = likely_double.c
_JUDGED_BY = (
    unit.c.unit_id,
    unit.c.kind,
    unit.c.name_text,
    unit.c.name_key,
    unit.c.code,
    unit.c.division,
    unit.c.address,
)
_NEAR = text(
    f"SELECT DISTINCT {', '.join(f'u.{column.name}' for column in _JUDGED_BY)}"  # noqa: S608  own columns
    " FROM (SELECT CAST(one AS integer[]) AS keys FROM unnest(string_to_array(:sets, ';')) one) asked"
    " JOIN unit u ON u.like_keys && asked.keys AND u.standing <> 'closed'"
)


def find_candidates(tx: Tx, sets: Iterable[str]) -> Sequence[Row]:
    """Open units of any area that share a key with one of these sets; what they are judged by.

    sets   keys as `as_set` writes them

    One look into the index for each set: an overlap with all keys at once would compare each
    with each.
    """
    wanted = ";".join(dict.fromkeys(sets))
    if not wanted:
        return ()
    return tx.session.execute(_NEAR, {"sets": wanted}).mappings().all()


def as_set(keys: Sequence[int]) -> str:
    """The keys of one unit, for `find_candidates`."""
    return f"{{{str(list(keys))[1:-1]}}}"


def list_unkeyed(tx: Tx, some: int) -> Sequence[Row]:
    """Units whose keys have not been worked out yet, locked; nobody else's."""
    query = (
        select(*_JUDGED_BY)
        .where(unit.c.like_keys == [])
        .limit(some)
        .with_for_update(skip_locked=True)
    )
    return tx.session.execute(query).mappings().all()


def save_keys(tx: Tx, keys: Sequence[tuple[str, Sequence[int]]]) -> None:
    """Keep the keys of units; their entries stay as they are."""
    for unit_id, own in keys:
        tx.session.execute(
            update(unit).where(unit.c.unit_id == unit_id).values(like_keys=list(own))
        )


def add_doubles(tx: Tx, rows: Sequence[Values]) -> set[tuple[str, str]]:
    """Put pairs before a person; those that wait. A pair that was told apart before stays so."""
    if not rows:
        return set()
    tx.session.execute(insert(likely_double).on_conflict_do_nothing(), list(rows))
    asked = tuple_(_D.unit_a, _D.unit_b).in_([(row["unit_a"], row["unit_b"]) for row in rows])
    query = select(_D.unit_a, _D.unit_b).where(asked, _D.status == "open")
    return {(one, other) for one, other in tx.session.execute(query)}


def load_double(tx: Tx, double_id: str) -> Row:
    """A pair of the actor's area, locked; 404 otherwise."""
    query = select(likely_double).join(unit, unit.c.unit_id == _D.unit_a)
    query = query.where(_D.double_id == double_id, in_scope(tx.actor)).with_for_update(
        of=likely_double
    )
    row = tx.session.execute(query).mappings().one_or_none()
    if row is None:
        raise Refused("double_not_found", f"没有找到疑似重复“{double_id}”", status=404)
    return row


def list_doubles(tx: Tx, command: ListDoubles) -> tuple[Sequence[Row], str]:
    """One page of pairs, the earliest found first."""
    query = _listed(tx, command).with_only_columns(likely_double)
    if command.after:
        query = query.where(_D.double_id > command.after)
    query = query.order_by(_D.double_id).limit(command.limit + 1)
    rows = tx.session.execute(query).mappings().all()
    page = rows[: command.limit]
    return page, page[-1]["double_id"] if len(rows) > command.limit else ""


def count_doubles(tx: Tx, command: ListDoubles, most: int) -> tuple[int, bool]:
    """How many pairs, counted no further than `most`; True when there are more."""
    some = _listed(tx, command).with_only_columns(_D.double_id).limit(most + 1).subquery("some")
    found = int(tx.session.execute(select(func.count()).select_from(some)).scalar_one())
    return min(found, most), found > most


def decide_double(tx: Tx, double_id: str, *, status: str, reason: str) -> None:
    """What a person said of a pair; it is kept for good."""
    tx.session.execute(
        update(likely_double).where(_D.double_id == double_id).values(**_said(tx, status, reason))
    )


def drop_doubles(tx: Tx, unit_id: str, reason: str) -> None:
    """One of the two has closed: nobody need look any more."""
    of_unit = or_(_D.unit_a == unit_id, _D.unit_b == unit_id)
    query = update(likely_double).where(of_unit, _D.status == "open")
    tx.session.execute(query.values(**_said(tx, "gone", reason)))


def _said(tx: Tx, status: str, reason: str) -> dict[str, object]:
    return {
        "status": status,
        "reason": reason,
        "decided_at": tx.now,
        "decided_by": tx.actor.id,
    }


def _listed(tx: Tx, command: ListDoubles):  # type: ignore[no-untyped-def]
    query = select(likely_double).join(unit, unit.c.unit_id == _D.unit_a)
    query = query.where(_D.status == command.status, in_scope(tx.actor))
    if command.unit_id:
        query = query.where(or_(_D.unit_a == command.unit_id, _D.unit_b == command.unit_id))
    return query
