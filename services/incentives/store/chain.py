"""Decisions of a whole batch in one statement, in the shape `shared.runtime.decisions` reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.incentives.store.bulk import put
from shared.contracts.message import Actor
from shared.policy.conditions import Fact
from shared.policy.pack import Pack
from shared.runtime.plumbing import decision


@dataclass(frozen=True, slots=True)
class Link:
    """One decision: what moved for one subject, on which facts, by which rules."""

    decision_id: str
    kind: str
    subject: str
    outcome: str
    says: str
    pack: Pack
    facts: Sequence[Fact]
    rules: Sequence[dict[str, Any]]
    because: Sequence[str]


def record_all(session: Session, links: Sequence[Link], *, now: datetime, actor: Actor) -> None:
    """Store these decisions; clauses are copied in with their wording of today."""
    by = actor.model_dump(mode="json")
    put(session, decision, [_row(link, now, by) for link in links])


def _row(link: Link, now: datetime, by: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": link.decision_id,
        "kind": link.kind,
        "subject": link.subject,
        "decided_at": now,
        "decided_by": by,
        "outcome": link.outcome,
        "says": link.says,
        "pack_id": link.pack.id,
        "pack_version": link.pack.version,
        "fingerprint": link.pack.fingerprint,
        "content": {
            "facts": [_fact(fact) for fact in link.facts],
            "rules": list(link.rules),
            "opinions": [],
            "because": [cause for cause in link.because if cause],
            "documents": [],
            "clauses": [
                _clause(link.pack, clause_id)
                for clause_id in dict.fromkeys(str(rule["clause"]) for rule in link.rules)
            ],
        },
    }


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        "name": fact.name,
        "value": fact.value,
        "origin": fact.origin,
        "happened_on": fact.happened_on,
        "learned_at": fact.learned_at.isoformat() if fact.learned_at else None,
    }


def _clause(pack: Pack, clause_id: str) -> dict[str, str]:
    clause = pack.clauses.get(clause_id)
    source = pack.sources.get(clause.source) if clause else None
    return {
        "id": clause_id,
        "citation": clause.citation if clause else clause_id,
        "wording": clause.wording if clause else "",
        "document": source.title if source else "",
        "number": source.number if source else "",
    }
