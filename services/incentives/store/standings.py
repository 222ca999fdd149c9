"""Standings in and out of the database: a constant number of statements for any number of units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.incentives.domain.standing import (
    Entry,
    Hold,
    LabourNeed,
    Recognition,
    Standing,
    Title,
)
from services.incentives.store.bulk import put
from services.incentives.store.reading import divisions_of
from services.incentives.store.tables import known_unit, unit_hold, unit_title
from shared.contracts.scalars import HoldEffect

_UNITS = "SELECT * FROM known_unit WHERE unit_id = ANY(:ids)"
_LOCKED = text(f"{_UNITS} ORDER BY unit_id FOR UPDATE")
_READ = text(_UNITS)
_MAKE = text(
    "INSERT INTO known_unit (unit_id) SELECT id FROM unnest(CAST(:ids AS text[])) AS new (id)"
    " ORDER BY id ON CONFLICT (unit_id) DO NOTHING"
)
_TITLES = text("SELECT * FROM unit_title WHERE unit_id = ANY(:ids)")
_HOLDS = text("SELECT * FROM unit_hold WHERE unit_id = ANY(:ids) AND lifted_at IS NULL")
_WALK = text(
    "SELECT jurisdiction, effective_on, fingerprint, walked_to FROM pack_adopted"
    " WHERE walked_at IS NULL ORDER BY adopted_at, effective_on LIMIT 1 FOR UPDATE SKIP LOCKED"
)
_WALKED = text(
    "SELECT unit_id FROM known_unit WHERE division LIKE :area AND revision > 0"
    " AND unit_id > :after ORDER BY unit_id LIMIT :limit"
)
_UNMARKED = text(
    "UPDATE known_unit SET must_reassess = false WHERE unit_id = ANY(:ids) AND must_reassess"
)
_WALK_KEPT = text(
    "UPDATE pack_adopted SET walked_to = :walked_to, walked_at = :walked_at"
    " WHERE jurisdiction = :jurisdiction AND effective_on = :effective_on"
    " AND fingerprint = :fingerprint"
)
_SOME_HOLDS = text(
    "SELECT * FROM unit_hold WHERE hold_id = ANY(:holds)"
    " OR (unit_id = ANY(:ids) AND lifted_at IS NULL)"
)


def lock(
    session: Session, unit_ids: Iterable[str], hold_ids: Iterable[str] = ()
) -> dict[str, Standing]:
    """These units, locked until commit, made as unknown ones where missing.

    Of lifted holds only those named in `hold_ids` are loaded; open ones always are.
    """
    ids = sorted(set(unit_ids))
    rows = session.execute(_LOCKED, {"ids": ids}).mappings().all()
    if len(rows) < len(ids):
        session.execute(_MAKE, {"ids": ids})
        rows = session.execute(_LOCKED, {"ids": ids}).mappings().all()
    return _whole(session, rows, ids, list(hold_ids))


def load(session: Session, unit_ids: Iterable[str]) -> dict[str, Standing]:
    """These units as they stand, without a lock; units never heard of are left out."""
    ids = sorted(set(unit_ids))
    return _whole(session, session.execute(_READ, {"ids": ids}).mappings().all(), ids, [])


def find_in_scope(session: Session, unit_id: str, *, node: str) -> Standing | None:
    """One unit, if it is on the register and the node answers for it."""
    found = load(session, list_in_scope(session, [unit_id], node=node))
    return found.get(unit_id)


def list_in_scope(session: Session, unit_ids: Iterable[str], *, node: str) -> list[str]:
    """Those of these units that are on the register and in the node's area."""
    rows = session.execute(
        text(
            "SELECT unit_id FROM known_unit WHERE unit_id = ANY(:ids) AND revision > 0"
            " AND division LIKE :prefix"
        ),
        {"ids": sorted(set(unit_ids)), "prefix": divisions_of(node)},
    )
    return [row.unit_id for row in rows]


def save(session: Session, before: Mapping[str, Standing], after: Mapping[str, Standing]) -> None:
    """Write what differs between two states of the same locked units."""
    moved = [(before[k], after[k]) for k in after if after[k] is not before[k]]
    units = [(_unit_row(old), _unit_row(new)) for old, new in moved]
    put(session, known_unit, [new for old, new in units if old != new], key=("unit_id",))
    titles = [
        {"unit_id": new.unit_id, **asdict(title)}
        for old, new in moved
        for title_id, title in new.titles.items()
        if old.titles.get(title_id) != title
    ]
    put(session, unit_title, titles, key=("title_id",))
    holds = [
        _hold_row(new.unit_id, hold)
        for old, new in moved
        for hold_id, hold in new.holds.items()
        if old.holds.get(hold_id) is not hold
    ]
    put(session, unit_hold, holds, key=("hold_id",))


def list_jurisdictions(session: Session, on: date) -> list[str]:
    """Jurisdictions with a pack at work on a day."""
    rows = session.execute(
        text("SELECT DISTINCT jurisdiction FROM active_pack WHERE effective_on <= :on"), {"on": on}
    )
    return [row.jurisdiction for row in rows]


def adopt_packs(session: Session, *, on: date, now: datetime) -> None:
    """Note activations that have come into force by a day and are new here: `walk_on` goes on."""
    session.execute(
        text(
            "INSERT INTO pack_adopted (jurisdiction, effective_on, fingerprint, adopted_at)"
            " SELECT jurisdiction, effective_on, fingerprint, :now FROM active_pack"
            " WHERE effective_on <= :on ON CONFLICT DO NOTHING"
        ),
        {"on": on, "now": now},
    )


def walk_on(session: Session, *, now: datetime, limit: int) -> list[str]:
    """The next units of the area of a pack adopted here, in the order of their ids.

    Nothing is marked or locked beforehand: a province has a million units, and an exit of any of
    them must not wait for the others.
    """
    walk = session.execute(_WALK).mappings().one_or_none()
    if walk is None:
        return []
    area = {"area": divisions_of(walk["jurisdiction"]), "after": walk["walked_to"], "limit": limit}
    found = list(session.execute(_WALKED, area).scalars())
    values = {
        **walk,
        "walked_to": found[-1] if found else walk["walked_to"],
        "walked_at": now if len(found) < limit else None,
    }
    session.execute(_WALK_KEPT, values)
    return found


def unmark(session: Session, unit_ids: Iterable[str]) -> None:
    """These units, locked by `lock`, are being looked at: nobody else need."""
    session.execute(_UNMARKED, {"ids": sorted(unit_ids)})


def count_to_walk(session: Session) -> int:
    """How many unmarked units are still to be looked at under packs adopted here."""
    return sum(
        int(
            session.execute(
                text(
                    "SELECT count(*) FROM known_unit"
                    " WHERE division LIKE :area AND revision > 0 AND unit_id > :after"
                    " AND NOT must_reassess"
                ),
                {"area": divisions_of(walk.jurisdiction), "after": walk.walked_to},
            ).scalar_one()
        )
        for walk in session.execute(
            text("SELECT jurisdiction, walked_to FROM pack_adopted WHERE walked_at IS NULL")
        )
    )


def claim_for_reassessment(session: Session, *, nodes: Iterable[str], limit: int) -> list[str]:
    """Some marked units of these areas, unmarked now; units in other hands are skipped."""
    rows = session.execute(
        text(
            "UPDATE known_unit SET must_reassess = false WHERE unit_id IN ("
            " SELECT unit_id FROM known_unit WHERE must_reassess AND division LIKE ANY(:areas)"
            " ORDER BY unit_id LIMIT :limit FOR UPDATE SKIP LOCKED) RETURNING unit_id"
        ),
        {"areas": [divisions_of(node) for node in nodes], "limit": limit},
    )
    return [row.unit_id for row in rows]


def mark_units(session: Session, unit_ids: Iterable[str]) -> None:
    """These units are to be looked at again, once there is a pack for them."""
    session.execute(
        text("UPDATE known_unit SET must_reassess = true WHERE unit_id = ANY(:ids)"),
        {"ids": sorted(unit_ids)},
    )


def _whole(
    session: Session, rows: Iterable[Any], ids: list[str], hold_ids: list[str]
) -> dict[str, Standing]:
    titles: dict[str, dict[str, Title]] = {}
    for row in session.execute(_TITLES, {"ids": ids}):
        titles.setdefault(row.unit_id, {})[row.title_id] = Title(
            row.title_id,
            row.kind,
            row.text,
            row.level,
            row.granted_on,
            row.granted_decision,
            row.revoked_on,
            row.ground,
            row.revoked_decision,
        )
    holds: dict[str, dict[str, Hold]] = {}
    asked = {"ids": ids, "holds": hold_ids} if hold_ids else {"ids": ids}
    for row in session.execute(_SOME_HOLDS if hold_ids else _HOLDS, asked):
        holds.setdefault(row.unit_id, {})[row.hold_id] = _hold(row)
    return {
        row["unit_id"]: _standing(
            row, titles.get(row["unit_id"], {}), holds.get(row["unit_id"], {})
        )
        for row in rows
    }


def _hold(row: Any) -> Hold:
    return Hold(
        row.hold_id,
        row.effect,
        row.reason,
        row.clause,
        row.agency,
        row.event_id,
        row.trigger_id,
        row.placed_at,
        row.lifted_at,
        row.lifted_reason,
        row.lifted_decision,
    )


def _standing(row: Any, titles: dict[str, Title], holds: dict[str, Hold]) -> Standing:
    until: date | None = row["need_until_on"]
    return Standing(
        unit_id=row["unit_id"],
        entry=Entry(
            row["revision"],
            row["kind"],
            row["name"],
            row["code"],
            row["division"],
            row["size"],
            row["industry"],
            row["headcount"],
            row["leader_unit_id"],
            row["ends_on"],
        ),
        closed_on=row["closed_on"],
        life=row["life_revision"],
        recognition=Recognition(
            row["is_recognised"],
            row["recognition_on"],
            row["recognition_sequence"],
            row["recognition_decision"],
        ),
        titles=titles,
        holds=holds,
        labour_need=LabourNeed(row["need_headcount"], row["need_posts"], until) if until else None,
        widened=frozenset(row["widened"]),
    )


def _unit_row(unit: Standing) -> dict[str, Any]:
    entry, word, need = unit.entry, unit.recognition, unit.labour_need
    return {
        "unit_id": unit.unit_id,
        "revision": entry.revision,
        "kind": entry.kind,
        "name": entry.name,
        "code": entry.code,
        "division": entry.division,
        "size": entry.size,
        "industry": entry.industry,
        "headcount": entry.headcount,
        "leader_unit_id": entry.leader_unit_id,
        "ends_on": entry.ends_on,
        "closed_on": unit.closed_on,
        "life_revision": unit.life,
        "is_recognised": word.stands,
        "recognition_on": word.on,
        "recognition_sequence": word.sequence,
        "recognition_decision": word.decision_id,
        "need_headcount": need.headcount if need else None,
        "need_posts": need.posts if need else None,
        "need_until_on": need.until_on if need else None,
        "widened": sorted(unit.widened),
        "is_held": unit.has_open(HoldEffect.SUSPEND),
        "has_complaint": unit.has_open(HoldEffect.LIFT_EXEMPTION),
    }


def _hold_row(unit_id: str, hold: Hold) -> dict[str, Any]:
    return {
        "hold_id": hold.hold_id,
        "unit_id": unit_id,
        "effect": hold.effect,
        "reason": hold.reason,
        "clause": hold.clause,
        "agency": hold.agency,
        "event_id": hold.event_id,
        "trigger_id": hold.trigger_id,
        "placed_at": hold.placed_at,
        "lifted_at": hold.lifted_at,
        "lifted_reason": hold.lifted_reason,
        "lifted_decision": hold.lifted_decision,
    }
