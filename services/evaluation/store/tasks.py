"""What waits, found by where a case stands and whose turn it is; oldest first."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, exists, func, select

from services.evaluation.domain.standing import Scope
from services.evaluation.store.copies_tables import known_unit
from services.evaluation.store.mapping import in_scope
from services.evaluation.store.tables import (
    application,
    assessment,
    nomination,
    notice,
    objection,
    opinion,
    round_,
)
from shared.messaging.tx import Tx


class Waiting(NamedTuple):
    """A case that waits, since when, until when."""

    case_id: str
    unit_id: str
    unit_name: str
    since: datetime
    due_on: date | None


def applications(
    tx: Tx, scope: Scope, stage: str, *, office: str = "", body: str = "", limit: int = 100
) -> list[Waiting]:
    """Applications at a stage; with `body`, those on which that body has not spoken."""
    since = func.coalesce(application.c.accepted_at, application.c.submitted_at)
    query = _cases(application, application.c.application_id, since, scope).where(
        application.c.stage == stage
    )
    if office:
        query = query.where(application.c.office == office)
    if body:
        query = query.where(~_spoken(application.c.application_id, body))
    return _rows(tx, query, limit)


def nominations(
    tx: Tx,
    scope: Scope,
    stages: tuple[str, ...],
    *,
    node: str = "",
    body: str = "",
    limit: int = 100,
) -> list[Waiting]:
    """Nominations at some stages; with `body`, those on which that body has not spoken."""
    since = func.coalesce(nomination.c.city_at, nomination.c.district_at, nomination.c.declared_at)
    query = _cases(nomination, nomination.c.nomination_id, since, scope).where(
        nomination.c.stage.in_(stages)
    )
    if node:
        query = query.join(round_, round_.c.round_id == nomination.c.round_id).where(
            round_.c.node == node
        )
    if body:
        query = query.where(~_spoken(nomination.c.nomination_id, body))
    return _rows(tx, query, limit)


def to_approve(tx: Tx, scope: Scope, *, node: str, limit: int = 100) -> list[Waiting]:
    """Nominations whose notice has ended with no objection open."""
    open_one = exists().where(
        objection.c.case_id == nomination.c.nomination_id, objection.c.stage == "open"
    )
    query = (
        _cases(nomination, nomination.c.nomination_id, nomination.c.city_at, scope)
        .join(notice, notice.c.notice_id == nomination.c.notice_id)
        .where(nomination.c.stage == "on_notice", notice.c.node == node)
        .where(notice.c.ends_on < tx.today, ~open_one)
    )
    return _rows(tx, query, limit)


def objections(tx: Tx, scope: Scope, *, node: str, limit: int = 100) -> list[Waiting]:
    """Open objections to an office's notices, with the day they are to be concluded by."""
    query = (
        _cases(objection, objection.c.objection_id, objection.c.received_at, scope)
        .add_columns(objection.c.conclude_by)
        .join(notice, notice.c.notice_id == objection.c.notice_id)
        .where(objection.c.stage == "open", notice.c.node == node)
    )
    return _rows(tx, query, limit)


def drafts(tx: Tx, scope: Scope, *, limit: int = 100) -> list[Waiting]:
    """Self-assessments begun and not completed."""
    query = _cases(assessment, assessment.c.assessment_id, assessment.c.started_at, scope)
    return _rows(tx, query.where(assessment.c.stage == "draft"), limit)


def _cases(table: Any, key: Any, since: Any, scope: Scope) -> Select[Any]:
    return (
        select(key, known_unit.c.unit_id, known_unit.c.name, since)
        .select_from(table)
        .join(known_unit, known_unit.c.unit_id == table.c.unit_id)
        .where(in_scope(scope))
        .order_by(since, key)
    )


def _spoken(case_id: Any, body: str) -> ColumnElement[bool]:
    return exists().where(opinion.c.case_id == case_id, opinion.c.body == body, opinion.c.standing)


def _rows(tx: Tx, query: Select[Any], limit: int) -> list[Waiting]:
    return [
        Waiting(row[0], row[1], row[2], row[3], row[4] if len(row) > 4 else None)
        for row in tx.session.execute(query.limit(limit))
    ]
