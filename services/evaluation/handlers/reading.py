"""What is read across cases: timeline, minutes, standing of a unit, decisions."""

from __future__ import annotations

from typing import Any

from services.evaluation.domain.records import Plan, Step, Unit
from services.evaluation.domain.standing import scope_of
from services.evaluation.handlers import opinions, views
from services.evaluation.store import applications, assessments, copies, rounds
from services.evaluation.store import steps as store
from shared.contracts import evaluation_round as say
from shared.contracts.evaluation_round_answers import MinutesView, StandingView, TimelineEntry
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx
from shared.policy.conditions import facts_used
from shared.runtime import decisions, organisations, packs


def timeline(tx: Tx, command: say.ReadTimeline) -> list[TimelineEntry]:
    """A unit's story in evaluation, oldest first."""
    unit = copies.load_unit(tx, command.unit_id, scope_of(tx.actor))
    return [_entry(step) for step in store.list_of_unit(tx, unit.unit_id)]


def minutes(tx: Tx, command: say.ReadMinutes) -> MinutesView:
    """Minutes of a joint decision: every seat, every opinion in full, the rules as judged."""
    found = opinions.joint(tx, command.case, command.case_id)
    shown = opinions.view(tx, found)
    standing = tuple(o for o in shown.opinions if o.standing)
    unit = copies.load_unit(tx, found.case.unit_id, scope_of(tx.actor))
    decision_id, by = _decided(tx, command)
    chain: dict[str, Any] = decisions.load(tx.session, decision_id) if decision_id else {}
    word = "和谐劳动关系单位认定" if command.case == "application" else "创建示范单位命名"
    return MinutesView(
        case=command.case,
        case_id=command.case_id,
        title=f"关于「{unit.name}」{word}的会商纪要",
        node=found.node,
        node_name=organisations.name_of(found.node),
        unit_name=unit.name,
        matter=word,
        outcome=str(chain.get("says", "尚未作出决定")),
        decided_on=found.decided_on,
        quorum_says=shown.says,
        seats=shown.seats,
        opinions=standing,
        dissents=tuple(o for o in standing if o.position == "dissent"),
        recusals=tuple(o for o in standing if o.position == "recuse"),
        rules=tuple(_rule(rule) for rule in chain.get("rules", [])),
        decision_id=decision_id,
        recorded_by=by,
        printed_on=tx.today,
    )


def decision(tx: Tx, command: say.ReadDecision) -> dict[str, Any]:
    """The legal chain of a decision about a unit in scope, or about a round or notice."""
    scope = scope_of(tx.actor)
    about = store.decided_about(tx, command.decision_id)
    unit_id, node = about or ("", "")
    if about is None or not (unit_id or organisations.may_know(tx.actor.node, node)):
        raise Refused("decision_not_found", f"没有编号为{command.decision_id}的决定", "", 404)
    if unit_id:
        copies.load_unit(tx, unit_id, scope)
    return decisions.load(tx.session, command.decision_id)


def standing(tx: Tx, command: say.ReadStanding) -> StandingView:
    """Where a unit is in the year, and what its next step still lacks."""
    unit = copies.load_unit(tx, command.unit_id, scope_of(tx.actor))
    office = organisations.office_for(unit.division)
    plan = copies.find_plan(tx, office.code, tx.today.year) if office else None
    recognition = applications.find_recognition(tx, unit.unit_id)
    commitment = copies.find_commitment(tx, unit.unit_id)
    cultivation = copies.find_cultivation(tx, unit.unit_id)
    application = applications.find_last_application(tx, unit.unit_id)
    nomination = rounds.find_last_nomination(tx, unit.unit_id)
    assessment = next(iter(assessments.list_assessments(tx, unit.unit_id, limit=1)), None)
    resolution = next(iter(assessments.list_resolutions(tx, unit.unit_id, limit=1)), None)
    return StandingView(
        unit_id=unit.unit_id,
        recognised=recognition is not None,
        recognised_on=recognition.recognised_on if recognition else None,
        recognition_decision_id=recognition.decision_id if recognition else "",
        committed_on=commitment.happened_on if commitment else None,
        cultivation_from=cultivation.happened_on if cultivation else None,
        held=bool(copies.list_holds(tx, unit.unit_id)),
        plan_year=plan.year if plan else 0,
        window_from=plan.window_from if plan else None,
        deadline_on=plan.deadline_on if plan else None,
        application_id=application.application_id if application else "",
        application_stage=application.stage.value if application else "",
        nomination_id=nomination.nomination_id if nomination else "",
        nomination_stage=nomination.stage.value if nomination else "",
        assessment_id=assessment.assessment_id if assessment else "",
        assessment_stage=assessment.stage if assessment else "",
        resolution_id=resolution.resolution_id if resolution else "",
        missing=() if recognition else _missing(tx, unit, plan),
    )


def _missing(tx: Tx, unit: Unit, plan: Plan | None) -> tuple[str, ...]:
    """What stands between a unit and its application, in the words of an officer.

    Only what the law at work where the unit lies asks for (A-11).
    """
    pack = packs.in_force_for(tx, [unit.division], tx.today)[unit.division]
    rules = pack.gates.get("application.submit", ()) if pack is not None else ()
    asked = {name for rule in rules for name in facts_used(rule.when)}
    found = []
    if "unit.committed" in asked and copies.find_commitment(tx, unit.unit_id) is None:
        found.append("尚未提交创建承诺书")
    if "plan.filed" in asked and plan is None:
        found.append("本地年度创建活动安排尚未报备")
    listed = assessments.list_assessments(tx, unit.unit_id, limit=1)
    is_assessed = bool(listed) and listed[0].stage == "completed"
    if "assessment.completed" in asked and not is_assessed:
        found.append("尚未完成自我评价")
    is_passed = any(r.passed for r in assessments.list_resolutions(tx, unit.unit_id, limit=5))
    if "resolution.passed" in asked and not is_passed:
        found.append("尚无职工代表大会或职工大会通过的记录")
    return tuple(found)


def _decided(tx: Tx, command: say.ReadMinutes) -> tuple[str, str]:
    steps = [s for s in store.list_steps(tx, command.case_id) if s.step in {"decide", "approve"}]
    return (steps[-1].decision_id, steps[-1].done_by_name) if steps else ("", "")


def _entry(step: Step) -> TimelineEntry:
    return TimelineEntry(
        entry_id=step.step_id,
        what=f"{step.case_kind}.{step.step}",
        says=step.says,
        happened_on=step.happened_on,
        learned_at=step.done_at,
        by=step.done_by,
        by_name=step.done_by_name,
        node=step.node,
        clause=step.clause,
        case=step.case_kind,
        case_id=step.case_id,
        decision_id=step.decision_id,
        documents=views.files(step.documents),
    )


def _rule(rule: dict[str, Any]) -> dict[str, str]:
    return {
        "rule": str(rule.get("rule_id", "")),
        "outcome": str(rule.get("outcome", "")),
        "reason": str(rule.get("reason", "")),
        "clause": str(rule.get("clause", "")),
    }
