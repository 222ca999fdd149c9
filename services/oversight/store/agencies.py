"""Agencies, their keys, the run of their numbers, and alarms about their feeds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, or_, select, text, true, update
from sqlalchemy.dialects.postgresql import insert

from services.oversight.domain.sequence import advance, missing
from services.oversight.domain.signature import AgencyKey
from services.oversight.domain.verdict import Agency
from services.oversight.store.tables_feed import (
    agency,
    agency_key,
    feed_alarm,
    known_unit,
    sequence_seen,
)
from shared.contracts.message import Actor
from shared.contracts.scalars import area_of, prefix_of, suite_of
from shared.messaging.tx import Tx
from shared.runtime import organisations


def in_reach(actor: Actor) -> ColumnElement[bool]:
    """Agencies a person may know of: those of the region, and of an authority above it.

    Those who run the whole house (node 000000) see all; an office of another suite none (A-02).
    """
    if actor.node == "000000":
        return true()
    region = organisations.region_of(actor.node)
    if not region or suite_of(actor.node):
        return false()
    above = ("000000", f"{region[:2]}0000", f"{region[:4]}00")
    inside = agency.c.node.startswith(prefix_of(area_of(region)), autoescape=True)
    return or_(inside, agency.c.node.in_(above))


def codes_in_reach(actor: Actor) -> Select[Any]:
    """Their codes, for rows that name an agency."""
    return select(agency.c.code).where(in_reach(actor))


def load_agencies(tx: Tx, codes: Iterable[str], *, lock: bool = False) -> dict[str, Agency]:
    """The agencies of these codes; locked in the order of their codes when asked."""
    statement = select(agency).where(agency.c.code.in_(sorted(set(codes)))).order_by(agency.c.code)
    rows = tx.session.execute(statement.with_for_update() if lock else statement)
    return {
        row.code: Agency(row.code, frozenset(row.types), row.active, row.contiguous, row.highest)
        for row in rows
    }


def load_keys(tx: Tx) -> dict[str, AgencyKey]:
    """Every key ever registered, by kid: a key of another agency must be recognised as such."""
    names = AgencyKey.__dataclass_fields__
    rows = tx.session.execute(select(*(agency_key.c[name] for name in names)))
    return {row.kid: AgencyKey(**row._asdict()) for row in rows}


def all_codes(tx: Tx) -> list[str]:
    """Every agency ever registered, revoked ones too."""
    return list(tx.session.scalars(select(agency.c.code).order_by(agency.c.code)))


def silent_codes(tx: Tx) -> dict[str, int]:
    """Agencies not heard of for longer than their heartbeat, with that heartbeat in minutes."""
    since = func.coalesce(agency.c.last_event_at, agency.c.added_at)
    rows = tx.session.execute(
        select(agency.c.code, agency.c.heartbeat_minutes).where(
            agency.c.active,
            agency.c.heartbeat_minutes > 0,
            since + func.make_interval(0, 0, 0, 0, 0, agency.c.heartbeat_minutes) < tx.now,
        )
    )
    return {row.code: row.heartbeat_minutes for row in rows}


def find_agency(tx: Tx, code: str, *, lock: bool = False, by: Actor | None = None) -> Any:
    """The agency's row or None; with `by` only when that person may know of it."""
    statement = select(agency).where(agency.c.code == code)
    if by is not None:
        statement = statement.where(in_reach(by))
    return tx.session.execute(statement.with_for_update() if lock else statement).one_or_none()


def areas(tx: Tx) -> dict[str, str]:
    """Code → node of every active agency."""
    rows = tx.session.execute(select(agency.c.code, agency.c.node).where(agency.c.active))
    return {row.code: row.node for row in rows}


def divisions_of(tx: Tx, unit_ids: Iterable[str]) -> dict[str, str]:
    """Unit → division of those units that are known here."""
    rows = tx.session.execute(
        select(known_unit.c.unit_id, known_unit.c.division).where(
            known_unit.c.unit_id.in_(list(unit_ids))
        )
    )
    return {row.unit_id: row.division for row in rows}


def find_key(tx: Tx, kid: str) -> Any:
    """The key's row or None."""
    return tx.session.execute(select(agency_key).where(agency_key.c.kid == kid)).one_or_none()


def save_agency(tx: Tx, values: dict[str, Any]) -> None:
    """A new agency; who and when are taken from the transaction."""
    tx.session.execute(
        agency.insert().values(**values, active=True, added_at=tx.now, added_by=tx.actor.id)
    )


def save_key(tx: Tx, key: AgencyKey) -> None:
    """A new key."""
    tx.session.execute(
        agency_key.insert().values(**asdict(key), added_at=tx.now, added_by=tx.actor.id)
    )


def end_keys(tx: Tx, code: str, at: datetime, *, but: str) -> None:
    """The agency's other keys end then, unless they end before."""
    tx.session.execute(
        update(agency_key)
        .where(
            agency_key.c.agency == code,
            agency_key.c.kid != but,
            agency_key.c.revoked_at.is_(None),
            (agency_key.c.not_after.is_(None)) | (agency_key.c.not_after > at),
        )
        .values(not_after=at)
    )


def revoke_keys(tx: Tx, reason: str, *, kid: str = "", code: str = "") -> int:
    """From now on nothing signed with it, or with any key of the agency, is believed."""
    which = agency_key.c.kid == kid if kid else agency_key.c.agency == code
    found = tx.session.execute(
        update(agency_key)
        .where(which, agency_key.c.revoked_at.is_(None))
        .values(revoked_at=tx.now, revoked_by=tx.actor.id, revoked_reason=reason)
        .returning(agency_key.c.kid)
    )
    return len(found.all())


def revoke_agency(tx: Tx, code: str, reason: str) -> None:
    """The agency may send nothing more."""
    tx.session.execute(
        update(agency)
        .where(agency.c.code == code, agency.c.active)
        .values(active=False, revoked_at=tx.now, revoked_by=tx.actor.id, revoked_reason=reason)
    )


def list_agencies(tx: Tx) -> list[Any]:
    """Agencies in the actor's reach with the count of numbers seen beyond their unbroken run."""
    beyond = (
        select(sequence_seen.c.agency, func.count().label("beyond"))
        .group_by(sequence_seen.c.agency)
        .subquery()
    )
    statement = (
        select(agency, func.coalesce(beyond.c.beyond, 0).label("beyond"))
        .outerjoin(beyond, beyond.c.agency == agency.c.code)
        .where(in_reach(tx.actor))
        .order_by(agency.c.code)
    )
    return list(tx.session.execute(statement))


def list_keys(tx: Tx) -> list[Any]:
    """Every key, newest first."""
    return list(tx.session.execute(select(agency_key).order_by(agency_key.c.added_at.desc())))


def record_sequences(
    tx: Tx, agencies: dict[str, Agency], arrived: dict[str, set[int]]
) -> dict[str, int]:
    """Take the numbers into account; agency → end of its unbroken run. Agencies must be locked.

    A hole sets `gap_since` and raises an alarm; filling it clears both.
    """
    if not arrived:
        return {}
    seen: dict[str, set[int]] = {code: set(numbers) for code, numbers in arrived.items()}
    rows = tx.session.execute(
        select(sequence_seen).where(sequence_seen.c.agency.in_(sorted(arrived)))
    )
    for row in rows:
        seen[row.agency].add(row.sequence)
    ends, waiting, states = {}, [], []
    for code, numbers in seen.items():
        end, beyond = advance(agencies[code].contiguous, numbers)
        highest = max(agencies[code].highest, *arrived[code])
        ends[code] = end
        waiting += [(code, number) for number in beyond & arrived[code]]
        states.append((code, end, highest, missing(end, highest, beyond)))
    if waiting:
        tx.session.execute(
            text(
                "INSERT INTO sequence_seen (agency, sequence)"
                " SELECT * FROM unnest(CAST(:a AS text[]), CAST(:n AS bigint[]))"
                " ON CONFLICT DO NOTHING"
            ),
            {"a": [code for code, _ in waiting], "n": [number for _, number in waiting]},
        )
    _absorb(tx, ends)
    _save_runs(tx, states)
    return ends


def _absorb(tx: Tx, ends: dict[str, int]) -> None:
    tx.session.execute(
        text(
            "DELETE FROM sequence_seen s USING unnest(CAST(:a AS text[]), CAST(:n AS bigint[]))"
            " AS e (agency, contiguous)"
            " WHERE s.agency = e.agency AND s.sequence <= e.contiguous"
        ),
        {"a": list(ends), "n": list(ends.values())},
    )


def _save_runs(tx: Tx, states: Sequence[tuple[str, int, int, int]]) -> None:
    tx.session.execute(
        text(
            "UPDATE agency SET contiguous = e.contiguous, highest = e.highest,"
            " last_event_at = :now,"
            " gap_since = CASE WHEN e.missing > 0 THEN coalesce(gap_since, :now) END"
            " FROM unnest(CAST(:a AS text[]), CAST(:n AS bigint[]), CAST(:h AS bigint[]),"
            " CAST(:m AS bigint[])) AS e (code, contiguous, highest, missing)"
            " WHERE agency.code = e.code"
        ),
        {
            "now": tx.now,
            "a": [s[0] for s in states],
            "n": [s[1] for s in states],
            "h": [s[2] for s in states],
            "m": [s[3] for s in states],
        },
    )
    gaps = {s[0]: s[3] for s in states if s[3]}
    raise_alarms(tx, {(code, "gap"): f"缺少 {n} 个编号的事件，请补报" for code, n in gaps.items()})
    clear_alarms(tx, [s[0] for s in states if not s[3]], "gap")


def raise_alarms(tx: Tx, says: dict[tuple[str, str], str]) -> None:
    """One open alarm per (agency, kind); another occurrence counts it up."""
    if not says:
        return
    statement = insert(feed_alarm)
    statement = statement.on_conflict_do_update(
        index_elements=["agency", "kind"],
        index_where=feed_alarm.c.cleared_at.is_(None),
        set_={
            "times": feed_alarm.c.times + 1,
            "last_at": statement.excluded.last_at,
            "says": statement.excluded.says,
        },
    )
    rows = [
        {
            "alarm_id": tx.new_id("alarm"),
            "agency": code,
            "kind": kind,
            "says": text_,
            "raised_at": tx.now,
            "last_at": tx.now,
        }
        for (code, kind), text_ in sorted(says.items())
    ]
    tx.session.execute(statement, rows)


def clear_alarms(tx: Tx, codes: Sequence[str], kind: str) -> None:
    """What was wrong is right again."""
    if codes:
        tx.session.execute(
            update(feed_alarm)
            .where(
                feed_alarm.c.agency.in_(list(codes)),
                feed_alarm.c.kind == kind,
                feed_alarm.c.cleared_at.is_(None),
            )
            .values(cleared_at=tx.now)
        )


def list_alarms(tx: Tx, *, code: str, open_only: bool, limit: int) -> list[Any]:
    """Open alarms first, then the newest; of agencies in the actor's reach."""
    statement = (
        select(feed_alarm)
        .where(feed_alarm.c.agency.in_(codes_in_reach(tx.actor)))
        .order_by(feed_alarm.c.cleared_at.is_(None).desc(), feed_alarm.c.last_at.desc())
    )
    if code:
        statement = statement.where(feed_alarm.c.agency == code)
    if open_only:
        statement = statement.where(feed_alarm.c.cleared_at.is_(None))
    return list(tx.session.execute(statement.limit(limit)))


def has_gap(tx: Tx, code: str) -> bool:
    """Whether a number below the agency's highest has not been seen. Locks the agency's row."""
    row = find_agency(tx, code, lock=True)
    return row is not None and row.gap_since is not None
