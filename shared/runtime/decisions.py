"""The legal chain of a decision: what was known, what the rules said, in which words.

A decision is written once and never changed. The wording of every clause it rests on is
copied in, so that it reads the same after the pack has moved on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

from pydantic_core import to_jsonable_python
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.contracts.message import Actor
from shared.contracts.refusals import Refused
from shared.policy.pack import Pack
from shared.runtime.ids import uuid7
from shared.runtime.plumbing import decision


class Deciding(Protocol):
    """The part of a transaction that a decision needs; `shared.messaging.tx.Tx` is one."""

    session: Session
    service: str
    now: datetime
    actor: Actor


def record(  # noqa: PLR0913  the chain has that many links, all named
    tx: Deciding,
    *,
    kind: str,
    subject: str,
    outcome: str,
    says: str,
    pack: Pack | None = None,
    facts: Sequence[Any] = (),
    rules: Sequence[Any] = (),
    opinions: Sequence[Any] = (),
    because: Sequence[str] = (),
    documents: Sequence[Any] = (),
    clauses: Iterable[str] = (),
) -> str:
    """Store a decision in this transaction; its id `<service>-decision-<uuid7hex>`.

    because   ids of the decisions and events it follows from
    clauses   further clause ids it rests on, beside those of its rules
    """
    draft = drafted(
        tx,
        kind=kind,
        subject=subject,
        outcome=outcome,
        says=says,
        pack=pack,
        facts=facts,
        rules=rules,
        opinions=opinions,
        because=because,
        documents=documents,
        clauses=clauses,
    )
    record_all(tx, [draft])
    return str(draft["id"])


def drafted(  # noqa: PLR0913  see `record`
    tx: Deciding,
    *,
    kind: str,
    subject: str,
    outcome: str,
    says: str,
    pack: Pack | None = None,
    facts: Sequence[Any] = (),
    rules: Sequence[Any] = (),
    opinions: Sequence[Any] = (),
    because: Sequence[str] = (),
    documents: Sequence[Any] = (),
    clauses: Iterable[str] = (),
) -> dict[str, Any]:
    """A decision with its id, not stored yet: for batches, which end in one `record_all`."""
    content = {
        "facts": _json(facts),
        "rules": _json(rules),
        "opinions": _json(opinions),
        "because": list(because),
        "documents": _json(documents),
        "clauses": _clauses(pack, [*clauses, *(_clause_of(rule) for rule in rules)]),
    }
    return {
        "id": f"{tx.service}-decision-{uuid7().hex}",
        "kind": kind,
        "subject": subject,
        "decided_at": tx.now,
        "decided_by": tx.actor.model_dump(mode="json"),
        "outcome": outcome,
        "says": says,
        "pack_id": pack.id if pack else "",
        "pack_version": pack.version if pack else "",
        "fingerprint": pack.fingerprint if pack else "",
        "content": content,
    }


def record_all(tx: Deciding, drafts: Sequence[dict[str, Any]]) -> None:
    """Store drafted decisions in this transaction, in one statement."""
    if drafts:
        tx.session.execute(decision.insert(), list(drafts))


def load(session: Session, decision_id: str) -> dict[str, Any]:
    """The whole chain, ready for JSON, clauses with their wording; 404 when there is none."""
    row = session.execute(select(decision).where(decision.c.id == decision_id)).one_or_none()
    if row is None:
        raise Refused("decision_not_found", f"没有编号为 {decision_id} 的决定。", status=404)
    return _whole(row)


def of_subject(session: Session, subject: str) -> list[dict[str, Any]]:
    """Every decision about a subject, oldest first, each with its whole chain."""
    rows = session.execute(
        select(decision)
        .where(decision.c.subject == subject)
        .order_by(decision.c.decided_at, decision.c.id)
    )
    return [_whole(row) for row in rows]


def _whole(row: Any) -> dict[str, Any]:
    return {
        "decision_id": row.id,
        "kind": row.kind,
        "subject": row.subject,
        "decided_at": row.decided_at.isoformat(),
        "decided_by": row.decided_by,
        "outcome": row.outcome,
        "says": row.says,
        "pack": {
            "id": row.pack_id,
            "version": row.pack_version,
            "fingerprint": row.fingerprint,
        },
        **row.content,
    }


def _json(values: Iterable[Any]) -> list[Any]:
    """Plain JSON; a named tuple (a fact, a rule's outcome) keeps its field names."""
    return [
        to_jsonable_python(v._asdict() if hasattr(v, "_asdict") else v, fallback=str)
        for v in values
    ]


def _clause_of(outcome: Any) -> str:
    if isinstance(outcome, dict):
        return str(outcome.get("clause", ""))
    return str(
        getattr(outcome, "clause", "") or getattr(getattr(outcome, "rule", None), "clause", "")
    )


def _clauses(pack: Pack | None, wanted: Iterable[str]) -> list[dict[str, str]]:
    found = []
    for clause_id in dict.fromkeys(c for c in wanted if c):
        clause = pack.clauses.get(clause_id) if pack else None
        source = pack.sources.get(clause.source) if pack and clause else None
        found.append(
            {
                "id": clause_id,
                "citation": clause.citation if clause else clause_id,
                "wording": clause.wording if clause else "",
                "document": source.title if source else "",
                "number": source.number if source else "",
            }
        )
    return found
