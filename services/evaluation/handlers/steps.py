"""Writes the history of cases, and says from it what happened last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.evaluation.domain.records import Documents, Step
from services.evaluation.store import steps as store
from shared.contracts.evaluation_answers import EvidenceRef
from shared.contracts.message import Shape
from shared.messaging.tx import LAW_ZONE, Tx
from shared.policy.assess import Determination
from shared.policy.conditions import Fact
from shared.policy.pack import Pack
from shared.runtime import decisions


@dataclass(frozen=True, slots=True)
class Case:
    """What a step belongs to."""

    kind: str
    id: str
    unit_id: str = ""


def note(  # noqa: PLR0913  a line of history has that many columns, all named
    tx: Tx,
    case: Case,
    step: str,
    says: str,
    *,
    outcome: str = "",
    text: str = "",
    clause: str = "",
    decision_id: str = "",
    documents: Sequence[EvidenceRef] = (),
    happened_on: date | None = None,
) -> None:
    """Write down what the actor has just done; history is only ever added to."""
    store.save_step(
        tx,
        Step(
            step_id=tx.new_id("step"),
            case_kind=case.kind,
            case_id=case.id,
            unit_id=case.unit_id,
            step=step,
            outcome=outcome,
            says=says,
            text=text,
            clause=clause,
            decision_id=decision_id,
            node=tx.actor.node,
            documents=dumped(documents),
            happened_on=happened_on or tx.today,
            done_at=tx.now,
            done_by=tx.actor.id,
            done_by_name=tx.actor.name,
        ),
    )


def what_happened(tx: Tx, case_id: str) -> str:
    """The last step of a case in one sentence, for whoever comes second."""
    done = store.list_steps(tx, case_id)
    if not done:
        return ""
    last = done[-1]
    when = last.done_at.astimezone(LAW_ZONE).strftime("%Y-%m-%d %H:%M")
    return f"{last.done_by_name}于{when}：{last.says}"


def dumped(shapes: Sequence[Shape]) -> Documents:
    """Shapes as the store keeps them."""
    return [shape.model_dump(mode="json") for shape in shapes]


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a decision rests on: law, facts, rules as judged, opinions, earlier decisions."""

    pack: Pack
    facts: Sequence[Fact] = ()
    determination: Determination | None = None
    opinions: Sequence[dict[str, object]] = ()
    because: Sequence[str | None] = ()


def conclude(  # noqa: PLR0913  a decision and its line of history, all named
    tx: Tx,
    case: Case,
    ruling: Ruling,
    *,
    kind: str,
    step: str,
    outcome: str,
    says: str,
    clause: str = "",
    text: str = "",
    documents: Sequence[EvidenceRef] = (),
) -> str:
    """Record a decision with its whole legal chain and the step it was; the decision's id."""
    decision_id = decisions.record(
        tx,
        kind=kind,
        subject=case.id,
        outcome=outcome,
        says=f"{says}；理由：{text}" if text.strip() and text not in says else says,
        pack=ruling.pack,
        facts=ruling.facts,
        rules=ruling.determination.outcomes if ruling.determination else (),
        opinions=ruling.opinions,
        because=[earlier for earlier in ruling.because if earlier],
        documents=dumped(documents),
        clauses=[clause],
    )
    note(
        tx,
        case,
        step,
        says,
        outcome=outcome,
        text=text,
        clause=clause,
        decision_id=decision_id,
        documents=documents,
    )
    return decision_id
