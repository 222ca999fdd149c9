"""Visits to units: one-to-one diagnosis, and guidance by mediation and arbitration bodies."""

from __future__ import annotations

from typing import Any

from services.incentives.domain import terms
from services.incentives.domain.standing import Standing
from services.incentives.handlers.rights import (
    OFFICERS,
    a_unit,
    is_own_user,
    law_of,
    not_a_units_user,
    require,
)
from services.incentives.handlers.takeup import right_to
from services.incentives.store import reading, takeup
from shared.contracts.incentives import (
    LogVisit,
    PlanVisit,
    ReadDiagnoses,
    RecordDiagnosis,
    VisitsDue,
)
from shared.contracts.incentives_answers import (
    DiagnosisRow,
    Given,
    VisitDue,
    VisitPlan,
    VisitRow,
)
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx


def record_diagnosis(tx: Tx, command: RecordDiagnosis) -> Given:
    """Record a diagnosis of a unit that has the right; a closed one is never rewritten."""
    require(tx, *OFFICERS)
    unit = a_unit(tx, command.unit_id)
    _must_enjoy(tx, unit, terms.DIAGNOSIS)
    if command.diagnosis_id:
        known = takeup.find_diagnosis(tx.session, command.diagnosis_id)
        if known is None or known.unit_id != unit.unit_id:
            raise Refused(
                "diagnosis_not_found", f"查无编号为 {command.diagnosis_id} 的诊断。", status=404
            )
        if known.is_closed:
            raise Refused("diagnosis_closed", "该诊断已办结，不能改写。")
    row = {
        "diagnosis_id": command.diagnosis_id or tx.new_id("diagnosis"),
        "unit_id": unit.unit_id,
        "visited_on": command.visited_on,
        "expert": command.expert,
        "findings": command.findings,
        "advice": command.advice,
        "is_closed": command.closed,
        "recorded_at": tx.now,
        "recorded_by": tx.actor.id,
    }
    takeup.save_diagnosis(tx.session, row)
    return Given(id=str(row["diagnosis_id"]), says="诊断已记录。")


def read_diagnoses(tx: Tx, command: ReadDiagnoses) -> list[DiagnosisRow]:
    """A unit's diagnoses; its own user sees those that are closed."""
    unit = a_unit(tx, command.unit_id)
    rows = takeup.list_diagnoses(tx.session, unit.unit_id)
    return [
        DiagnosisRow(
            diagnosis_id=row.diagnosis_id,
            unit_id=row.unit_id,
            visited_on=row.visited_on,
            expert=row.expert,
            findings=row.findings,
            advice=row.advice,
            closed=row.is_closed,
        )
        for row in rows
        if row.is_closed or not is_own_user(tx)
    ]


def plan_visit(tx: Tx, command: PlanVisit) -> VisitRow:
    """Plan a guidance visit to a unit that has the right to it."""
    require(tx, *OFFICERS, "liaison")
    unit = a_unit(tx, command.unit_id)
    _must_enjoy(tx, unit, terms.VISITS)
    row = {
        "visit_id": tx.new_id("visit"),
        "unit_id": unit.unit_id,
        "body": command.body,
        "planned_on": command.planned_on,
        "visited_on": None,
        "topic": command.topic,
        "advice": "",
    }
    return _saved(tx, row)


def log_visit(tx: Tx, command: LogVisit) -> VisitRow:
    """Log a visit that was made: a planned one by its id, or an unplanned one of a unit."""
    require(tx, *OFFICERS, "liaison")
    if command.visited_on > tx.today:
        raise Refused("visit_in_future", "走访日期还没有到，不能登记为已走访。", status=422)
    known = takeup.find_visit(tx.session, command.visit_id) if command.visit_id else None
    if command.visit_id and known is None:
        raise Refused("visit_not_found", f"查无编号为 {command.visit_id} 的走访。", status=404)
    if known is not None and known.visited_on is not None:
        raise Refused("visit_logged", f"该走访已于 {known.visited_on} 登记。")
    unit = a_unit(tx, known.unit_id if known else command.unit_id)
    row = {
        "visit_id": known.visit_id if known else tx.new_id("visit"),
        "unit_id": unit.unit_id,
        "body": command.body or (known.body if known else ""),
        "planned_on": known.planned_on if known else None,
        "visited_on": command.visited_on,
        "topic": command.topic,
        "advice": command.advice,
    }
    return _saved(tx, row)


def visits_due(tx: Tx, command: VisitsDue) -> VisitPlan:
    """Units of the area with the right that have not been visited in the year (NB23-096)."""
    not_a_units_user(tx)
    benefit = terms.benefit_for(law_of(tx).pack, terms.VISITS)
    if benefit is None:
        return VisitPlan(year=command.year, eligible=0, visited=0, due=[])
    rows = reading.list_visit_year(
        tx.session, benefit=benefit.id, year=command.year, node=tx.actor.node
    )
    due = [
        VisitDue(
            unit_id=row.unit_id,
            code=row.code,
            unit_name=row.name,
            division=row.division,
            planned_on=row.planned,
        )
        for row in rows
        if row.visited is None
    ]
    return VisitPlan(year=command.year, eligible=len(rows), visited=len(rows) - len(due), due=due)


def _must_enjoy(tx: Tx, unit: Standing, purpose: str) -> None:
    right = right_to(tx, unit, purpose)
    if not right.is_active:
        raise Refused(
            "no_right_to_service", f"该单位目前不享受这项服务：{right.why}。", right.clause
        )


def _saved(tx: Tx, row: dict[str, Any]) -> VisitRow:
    takeup.save_visit(tx.session, {**row, "recorded_at": tx.now, "recorded_by": tx.actor.id})
    return VisitRow(**row)
