"""The history of every case: what was done, by whom, when, on which clause. Append-only."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from services.evaluation.domain.records import Step
from services.evaluation.store.mapping import add, columns, find_all
from services.evaluation.store.tables import case_step
from shared.messaging.tx import Tx


def save_step(tx: Tx, step: Step) -> None:
    """Write one more step."""
    add(tx, case_step, step)


def list_steps(tx: Tx, case_id: str) -> Sequence[Step]:
    """The steps of a case, in the order they were done."""
    query = (
        select(*columns(case_step, Step))
        .where(case_step.c.case_id == case_id)
        .order_by(case_step.c.step_id)
    )
    return find_all(tx, query, Step)


def list_of_unit(tx: Tx, unit_id: str, *, limit: int = 500) -> Sequence[Step]:
    """Everything done about a unit, oldest first."""
    query = (
        select(*columns(case_step, Step))
        .where(case_step.c.unit_id == unit_id)
        .order_by(case_step.c.done_at, case_step.c.step_id)
        .limit(limit)
    )
    return find_all(tx, query, Step)


def decided_about(tx: Tx, decision_id: str) -> tuple[str, str] | None:
    """The unit a decision was about, "" for none, and the node that took it; None when unknown."""
    query = select(case_step.c.unit_id, case_step.c.node).where(
        case_step.c.decision_id == decision_id
    )
    row = tx.session.execute(query.limit(1)).one_or_none()
    return None if row is None else (row.unit_id, row.node)
