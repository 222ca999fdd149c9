"""Standard, self-assessment, and the resolution of the workers' congress (NB23 二(二))."""

from __future__ import annotations

from collections.abc import Sequence

from services.evaluation.domain import assessment as rules
from services.evaluation.domain import congress
from services.evaluation.domain.records import (
    Assessment,
    AssessmentVersion,
    Documents,
    Resolution,
    Unit,
)
from services.evaluation.domain.standing import need_role, scope_of
from services.evaluation.handlers import law
from services.evaluation.handlers.moves import assessment_moved
from services.evaluation.handlers.steps import Case, dumped, note
from services.evaluation.store import assessments as store
from services.evaluation.store import copies
from shared.contracts import evaluation as say
from shared.contracts.evaluation_answers import (
    AssessmentView,
    EvidenceRef,
    IndicatorResult,
    IndicatorView,
    ResolutionView,
    StandardView,
)
from shared.contracts.refusals import Refused, resting_on
from shared.messaging.tx import Tx
from shared.policy.pack import Pack, Standard
from shared.runtime import organisations


def standard(tx: Tx, command: say.ReadStandard) -> StandardView:
    """The standard a unit is held against today, in the pack's words with clauses."""
    unit = copies.load_unit(tx, command.unit_id, scope_of(tx.actor))
    pack = law.pack_for(tx, unit.division)
    chosen = _chosen(tx, pack, unit)
    held = chosen.standard
    return StandardView(
        unit_id=unit.unit_id,
        standard_id=held.id,
        title=held.name,
        version=held.version,
        marked=held.marked,
        clause=held.clause,
        from_plan=chosen.plan_id,
        pack_id=pack.id,
        pack_version=pack.version,
        pack_status=pack.status,
        indicators=tuple(_indicators(pack, held)),
    )


def start(tx: Tx, command: say.StartAssessment) -> AssessmentView:
    """A new draft by the standard in force; one draft a unit at a time."""
    unit = copies.load_unit(tx, command.unit_id, scope_of(tx.actor))
    need_role(tx.actor, "unit", "clerk")
    copies.lock_unit(tx, unit.unit_id)
    _must_be_open(unit)
    for other in store.list_assessments(tx, unit.unit_id, limit=5):
        if other.stage == "draft":
            says = "本单位已有一份未完成的自我评价，请先完成它"
            raise Refused("draft_exists", says)
    pack = law.pack_for(tx, unit.division)
    chosen = _chosen(tx, pack, unit)
    record = Assessment(
        assessment_id=tx.new_id("assessment"),
        unit_id=unit.unit_id,
        stage="draft",
        version=1,
        standard_id=chosen.standard.id,
        standard_version=chosen.standard.version,
        pack_fingerprint=pack.fingerprint,
        plan_id=chosen.plan_id,
        started_at=tx.now,
        started_by=tx.actor.id,
        started_by_name=tx.actor.name,
    )
    store.save_assessment(tx, record)
    _keep(tx, record.assessment_id, 1, dumped(rules.merged(chosen.standard, (), ())))
    says = f"开始自我评价，对照「{chosen.standard.name}」{chosen.standard.version}"
    note(tx, _case(record), "started", says, clause=_clause(tx, record))
    assessment_moved(tx, record, unit, "draft")
    return _view(tx, record)


def save(tx: Tx, command: say.SaveAssessment) -> AssessmentView:
    """Keep one more version of a draft; 409 when another was saved meanwhile."""
    record = _draft(tx, command.assessment_id)
    if command.version != record.version:
        says = (
            f"这份自我评价已有第{record.version}版，您看到的是第{command.version}版，请刷新后再存"
        )
        raise Refused("version_outdated", says)
    held = _standard_of(tx, record)
    before = _results(store.load_version(tx, record.assessment_id, record.version).results)
    merged = rules.merged(held, before, command.results)
    _keep(tx, record.assessment_id, record.version + 1, dumped(merged))
    store.change_assessment(tx, record.assessment_id, version=record.version + 1)
    return read(tx, say.ReadAssessment(assessment_id=record.assessment_id))


def complete(tx: Tx, command: say.CompleteAssessment) -> AssessmentView:
    """Close a draft whose every item has its finding; 422 with a row per item that lacks one."""
    record = _draft(tx, command.assessment_id)
    results = _results(store.load_version(tx, record.assessment_id, record.version).results)
    held = _standard_of(tx, record)
    rules.check_complete(held, results)
    store.change_assessment(
        tx,
        record.assessment_id,
        stage="completed",
        completed_at=tx.now,
        completed_by=tx.actor.id,
        completed_by_name=tx.actor.name,
    )
    unmet = rules.mandatory_not_met(held, results)
    says = f"完成自我评价（第{record.version}版），必备项未达标{len(unmet)}项"
    note(tx, _case(record), "completed", says, clause=_clause(tx, record))
    unit = copies.load_unit(tx, record.unit_id, scope_of(tx.actor))
    assessment_moved(tx, record, unit, "completed")
    return read(tx, say.ReadAssessment(assessment_id=record.assessment_id))


def read(tx: Tx, command: say.ReadAssessment) -> AssessmentView:
    """One assessment as it stood at a version."""
    record = store.load_assessment(tx, command.assessment_id, scope_of(tx.actor))
    return _view(tx, record, command.version)


def list_(tx: Tx, command: say.ListAssessments) -> Sequence[AssessmentView]:
    """A unit's assessments, newest first."""
    unit = copies.load_unit(tx, command.unit_id, scope_of(tx.actor))
    return [_view(tx, record) for record in store.list_assessments(tx, unit.unit_id)]


def record_resolution(tx: Tx, command: say.RecordResolution) -> ResolutionView:
    """Keep a meeting's vote; impossible numbers are refused pointing at the field."""
    unit = copies.load_unit(tx, command.unit_id, scope_of(tx.actor))
    need_role(tx.actor, "unit", "clerk")
    clause = law.pack_for(tx, unit.division).step_clause("recognition", "resolve")
    with resting_on(clause):
        meeting = _checked(tx, unit, command)
    voted = meeting is not congress.Meeting.NOT_APPLICABLE
    passed, says = _verdict(tx, unit, command) if voted else (True, f"不适用：{command.reason}")
    record = Resolution(
        resolution_id=tx.new_id("resolution"),
        unit_id=unit.unit_id,
        meeting=meeting,
        held_on=command.held_on,
        members_total=command.members_total if voted else 0,
        present=command.present if voted else 0,
        yes=command.yes if voted else 0,
        passed=passed,
        says=says,
        file=command.file.model_dump(mode="json") if command.file else None,
        reason=command.reason,
        recorded_at=tx.now,
        recorded_by=tx.actor.id,
        recorded_by_name=tx.actor.name,
    )
    store.save_resolution(tx, record)
    view = resolution_view(record)
    note(
        tx,
        Case("resolution", record.resolution_id, unit.unit_id),
        "recorded",
        f"{view.meeting_text}：{view.says}",
        clause=clause,
        documents=[command.file] if command.file else [],
        happened_on=record.held_on,
    )
    return view


def list_resolutions(tx: Tx, command: say.ListResolutions) -> Sequence[ResolutionView]:
    """A unit's resolutions, newest first."""
    unit = copies.load_unit(tx, command.unit_id, scope_of(tx.actor))
    return [resolution_view(r) for r in store.list_resolutions(tx, unit.unit_id)]


def unmet_items(tx: Tx, record: Assessment) -> tuple[tuple[str, str], ...]:
    """Mandatory items of an assessment neither met nor reasoned: id and heading."""
    results = _results(store.load_version(tx, record.assessment_id, record.version).results)
    found = rules.mandatory_not_met(_standard_of(tx, record), results)
    return tuple((item.id, item.heading) for item in found)


def resolution_view(record: Resolution) -> ResolutionView:
    """A resolution with its verdict in one sentence."""
    return ResolutionView(
        resolution_id=record.resolution_id,
        unit_id=record.unit_id,
        meeting=record.meeting.value,
        meeting_text=congress.MEETING_TEXT[record.meeting],
        held_on=record.held_on,
        members_total=record.members_total,
        present=record.present,
        yes=record.yes,
        passed=record.passed,
        says=record.says,
        file=EvidenceRef.model_validate(record.file) if record.file else None,
        reason=record.reason,
        recorded_at=record.recorded_at,
        recorded_by=record.recorded_by,
    )


def _checked(tx: Tx, unit: Unit, command: say.RecordResolution) -> congress.Meeting:
    """The kind of meeting, when it may decide and its numbers can be."""
    meeting = congress.meeting_of(command.meeting)
    congress.check_meeting(meeting, unit.kind, command.reason)
    if command.held_on > tx.today:
        wrong = f"会议日期{command.held_on}在今天之后，请核对"
        errors = [{"pointer": "/held_on", "says": wrong}]
        raise Refused("held_in_future", wrong, "", 422, errors)
    if meeting is not congress.Meeting.NOT_APPLICABLE:
        congress.check_votes(total=command.members_total, present=command.present, yes=command.yes)
    return meeting


def _clause(tx: Tx, record: Assessment) -> str:
    return law.pinned(tx, record.pack_fingerprint).step_clause("recognition", "assess")


def _verdict(tx: Tx, unit: Unit, command: say.RecordResolution) -> tuple[bool, str]:
    pack = law.pack_for(tx, unit.division)
    rule = congress.VoteRule(
        law.share(pack, "congress.quorum", tx.today),
        law.share(pack, "congress.majority", tx.today),
    )
    vote = (command.present, command.members_total, command.yes)
    return congress.congress_ok(*vote, rule), congress.vote_says(*vote, rule)


def _chosen(tx: Tx, pack: Pack, unit: Unit) -> rules.Chosen:
    office = organisations.office_for(unit.division)
    plan = copies.find_plan(tx, office.code, tx.today.year) if office else None
    planned = plan.standards if plan else {}
    return rules.choose_standard(pack, unit.kind, planned, plan.plan_id if plan else "")


def _standard_of(tx: Tx, record: Assessment) -> Standard:
    return law.pinned(tx, record.pack_fingerprint).standards[record.standard_id]


def _draft(tx: Tx, assessment_id: str) -> Assessment:
    record = store.load_assessment(tx, assessment_id, scope_of(tx.actor), lock=True)
    need_role(tx.actor, "unit", "clerk")
    if record.stage != "draft":
        says = f"这份自我评价已由{record.completed_by_name}完成，不能再改；如需更新请新建一份"
        raise Refused("assessment_completed", says)
    return record


def _must_be_open(unit: Unit) -> None:
    if unit.closed_on:
        says = f"「{unit.name}」已于{unit.closed_on}终止登记，不能再开展创建活动"
        raise Refused("unit_closed", says)


def _keep(tx: Tx, assessment_id: str, version: int, results: Documents) -> None:
    store.save_version(
        tx,
        AssessmentVersion(assessment_id, version, results, tx.now, tx.actor.id, tx.actor.name),
    )


def _results(rows: Documents) -> tuple[IndicatorResult, ...]:
    return tuple(IndicatorResult.model_validate(row) for row in rows)


def _case(record: Assessment) -> Case:
    return Case("assessment", record.assessment_id, record.unit_id)


def _indicators(pack: Pack, held: Standard) -> list[IndicatorView]:
    return [
        IndicatorView(
            indicator_id=item.id,
            heading=item.heading,
            says=item.says,
            elements=item.elements,
            mandatory=item.mandatory,
            method=item.method,
            evidence_asked=item.evidence,
            na_allowed=item.na_allowed,
            clause=item.clause,
            wording=pack.clause(item.clause).wording,
        )
        for item in held.indicators
    ]


def _view(tx: Tx, record: Assessment, version: int = 0) -> AssessmentView:
    saved = store.load_version(tx, record.assessment_id, version or record.version)
    results = _results(saved.results)
    unmet = rules.mandatory_not_met(_standard_of(tx, record), results)
    return AssessmentView(
        assessment_id=record.assessment_id,
        unit_id=record.unit_id,
        stage="completed" if record.stage == "completed" else "draft",
        version=saved.version,
        versions=store.count_versions(tx, record.assessment_id),
        standard_id=record.standard_id,
        standard_version=record.standard_version,
        pack_fingerprint=record.pack_fingerprint,
        started_at=record.started_at,
        started_by=record.started_by,
        saved_at=saved.saved_at,
        saved_by=saved.saved_by,
        completed_at=record.completed_at,
        completed_by=record.completed_by or "",
        mandatory_not_met=tuple(item.id for item in unmet),
        still_open=rules.still_open(results),
        results=results,
    )
