"""Entitlements, their history, decisions and summary for planners: written in bulk, read by unit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.incentives.domain.entitlement import Cause, Entitlement, Move
from services.incentives.domain.relief import Relief
from services.incentives.domain.verdicts import State
from services.incentives.store.bulk import encoded, put, put_encoded
from services.incentives.store.reading import divisions_of
from services.incentives.store.tables import entitlement, entitlement_step, relief
from shared.contracts.message import Actor
from shared.policy.conditions import Fact
from shared.policy.pack import Pack
from shared.runtime.plumbing import decision

_COLUMNS = (
    "entitlement_id, unit_id, benefit, effect, state, degree, clause, granted_on, changed_at,"
    " lease_until, ended_on, cause, decision_id, pack"
)
_DECISION = (
    "id",
    "kind",
    "subject",
    "decided_at",
    "decided_by",
    "outcome",
    "says",
    "pack_id",
    "pack_version",
    "fingerprint",
    "content",
)
_STANDING = text(
    f"SELECT {_COLUMNS} FROM entitlement WHERE unit_id = ANY(:ids) AND ended_on IS NULL"  # noqa: S608
)
_OF_UNIT = text(
    f"SELECT {_COLUMNS} FROM entitlement WHERE unit_id = :unit"  # noqa: S608
    " ORDER BY changed_at DESC, entitlement_id DESC"
)


@dataclass(frozen=True, slots=True)
class Link:
    """One decision: what moved for one unit, on which facts; `rules` is `rules_of` its rules."""

    decision_id: str
    unit_id: str
    move: Move
    state: State
    benefits: Sequence[str]
    cause: Cause
    says: str
    pack: Pack
    facts: Sequence[Fact]
    rules: str
    because: Sequence[str]


def rules_of(pack: Pack, rules: Sequence[dict[str, Any]]) -> str:
    """Rules with the wording of their clauses as of today, as one piece of JSON for many links."""
    clauses = dict.fromkeys(str(rule["clause"]) for rule in rules)
    whole = {
        "rules": list(rules),
        "opinions": [],
        "documents": [],
        "clauses": [_clause_row(pack, clause_id) for clause_id in clauses],
    }
    return encoded(whole)[1:-1]


def record_all(session: Session, links: Sequence[Link], *, now: datetime, actor: Actor) -> None:
    """Store these decisions, in the shape `shared.runtime.decisions` reads, and their steps."""
    if not links:
        return
    by = actor.model_dump(mode="json")
    rows = ",".join(_decision_json(link, now, by) for link in links)
    put_encoded(session, decision, f"[{rows}]", columns=_DECISION)
    put(session, entitlement_step, [_step(link, now, actor) for link in links])


def list_standing(session: Session, unit_ids: Iterable[str]) -> dict[str, dict[str, Entitlement]]:
    """Entitlements that are not ended: unit → benefit → entitlement."""
    ids = sorted(set(unit_ids))
    found: dict[str, dict[str, Entitlement]] = {unit_id: {} for unit_id in ids}
    for row in session.execute(_STANDING, {"ids": ids}):
        found[row.unit_id][row.benefit] = as_entitlement(row)
    return found


def list_of_unit(session: Session, unit_id: str) -> list[Entitlement]:
    """Everything a unit ever had, newest change first."""
    return [as_entitlement(row) for row in session.execute(_OF_UNIT, {"unit": unit_id})]


def save(session: Session, entitlements: Iterable[Entitlement]) -> None:
    """Write these entitlements; of two with one id the later counts."""
    last = {e.entitlement_id: e for e in entitlements}
    # ended ones first: a benefit that ended and came back in one batch never stands twice
    rows = sorted(last.values(), key=lambda e: e.state is not State.ENDED)
    put(session, entitlement, [_row(e) for e in rows], key=("entitlement_id",))


def save_reliefs(session: Session, reliefs: Iterable[Relief]) -> None:
    """Replace the summaries of these units and purposes."""
    put(session, relief, [_relief_row(r) for r in reliefs], key=("unit_id", "purpose"))


class Area(NamedTuple):
    """A jurisdiction without those within it that have a pack of their own."""

    node: str
    apart: tuple[str, ...]


def claim_due(
    session: Session, *, area: Area, now: datetime, before: datetime, limit: int
) -> list[str]:
    """Units of an area whose leases end before a time, soonest first, locked; none in other hands.

    A site's lease that already runs to the end of its project cannot be renewed and is left.
    """
    rows = session.execute(
        text(
            "SELECT u.unit_id FROM known_unit u WHERE u.unit_id IN ("
            " SELECT e.unit_id FROM entitlement e JOIN known_unit k USING (unit_id)"
            " WHERE e.lease_until < :before AND k.division LIKE :area"
            " AND NOT k.division LIKE ANY(:apart) AND (k.ends_on IS NULL OR e.lease_until < :now"
            "  OR e.lease_until <> CAST(k.ends_on + 1 AS timestamp) AT TIME ZONE 'Asia/Shanghai')"
            " ORDER BY e.lease_until LIMIT :limit) ORDER BY u.unit_id FOR UPDATE SKIP LOCKED"
        ),
        {
            "now": now,
            "before": before,
            "limit": limit,
            "area": divisions_of(area.node),
            "apart": [divisions_of(node) for node in area.apart],
        },
    )
    return [row.unit_id for row in rows]


def list_steps(session: Session, unit_id: str) -> list[Any]:
    """A unit's history, newest first; rows of `entitlement_step`."""
    return list(
        session.execute(
            text("SELECT * FROM entitlement_step WHERE unit_id = :unit ORDER BY step_id DESC"),
            {"unit": unit_id},
        )
    )


def as_entitlement(row: Any) -> Entitlement:
    """The row as the domain sees it."""
    return Entitlement(
        row.entitlement_id,
        row.unit_id,
        row.benefit,
        row.effect,
        State(row.state),
        row.degree,
        row.clause,
        row.granted_on,
        row.changed_at,
        row.lease_until,
        row.ended_on,
        row.cause,
        row.decision_id,
        row.pack,
    )


def _row(e: Entitlement) -> dict[str, Any]:
    return {
        "entitlement_id": e.entitlement_id,
        "unit_id": e.unit_id,
        "benefit": e.benefit,
        "effect": e.effect,
        "state": e.state,
        "degree": e.degree,
        "clause": e.clause,
        "granted_on": e.granted_on,
        "changed_at": e.changed_at,
        "lease_until": e.lease_until,
        "ended_on": e.ended_on,
        "cause": e.cause,
        "decision_id": e.decision_id,
        "pack": e.pack,
    }


def _relief_row(r: Relief) -> dict[str, Any]:
    return {
        "unit_id": r.unit_id,
        "purpose": r.purpose,
        "status": r.status,
        "entitled": r.entitled,
        "factor": r.factor,
        "benefit": r.benefit,
        "clause": r.clause,
        "reason": r.reason,
        "lease_until": r.lease_until,
    }


def _step(link: Link, now: datetime, actor: Actor) -> dict[str, Any]:
    return {
        "unit_id": link.unit_id,
        "move": link.move,
        "state": link.state,
        "benefits": list(link.benefits),
        "happened_on": link.cause.on,
        "learned_at": now,
        "cause": link.cause.id,
        "says": link.says,
        "clause": link.cause.clause,
        "by_id": actor.id,
        "by_name": actor.name,
        "decision_id": link.decision_id,
    }


def _decision_json(link: Link, now: datetime, by: dict[str, Any]) -> str:
    row = {
        "id": link.decision_id,
        "kind": f"entitlement.{link.move}",
        "subject": link.unit_id,
        "decided_at": now,
        "decided_by": by,
        "outcome": link.move,
        "says": link.says,
        "pack_id": link.pack.id,
        "pack_version": link.pack.version,
        "fingerprint": link.pack.fingerprint,
    }
    known = {
        "facts": [_fact_row(fact) for fact in link.facts],
        "because": [cause for cause in link.because if cause],
    }
    return f'{encoded(row)[:-1]}, "content": {encoded(known)[:-1]}, {link.rules}}}}}'


def _fact_row(fact: Fact) -> dict[str, Any]:
    return {
        "name": fact.name,
        "value": fact.value,
        "origin": fact.origin,
        "happened_on": fact.happened_on,
        "learned_at": fact.learned_at.isoformat() if fact.learned_at else None,
    }


def _clause_row(pack: Pack, clause_id: str) -> dict[str, str]:
    clause = pack.clauses.get(clause_id)
    source = pack.sources.get(clause.source) if clause else None
    return {
        "id": clause_id,
        "citation": clause.citation if clause else clause_id,
        "wording": clause.wording if clause else "",
        "document": source.title if source else "",
        "number": source.number if source else "",
    }
