"""Application for recognition: received, accepted, returned, withdrawn (NB23 二(二))."""

from __future__ import annotations

from dataclasses import dataclass

from services.evaluation.domain.records import (
    Application,
    Assessment,
    Plan,
    Resolution,
    Unit,
)
from services.evaluation.domain.stages import ApplicationStage, move
from services.evaluation.domain.standing import need_office, need_role, scope_of
from services.evaluation.handlers import assessments, law, views
from services.evaluation.handlers.moves import application_moved
from services.evaluation.handlers.steps import Case, Ruling, conclude, dumped, note, what_happened
from services.evaluation.store import applications as store
from services.evaluation.store import assessments as assessment_store
from services.evaluation.store import copies
from shared.contracts import evaluation as say
from shared.contracts.evaluation_answers import ApplicationView
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx
from shared.policy.assess import Determination
from shared.policy.conditions import Fact
from shared.policy.pack import Pack
from shared.runtime import organisations

RECOGNITION = "recognition"


@dataclass(frozen=True, slots=True)
class _Papers:
    """What an application is judged on."""

    unit: Unit
    office: organisations.Node
    plan: Plan | None
    assessment: Assessment
    resolution: Resolution | None


def submit(tx: Tx, command: say.SubmitApplication) -> ApplicationView:
    """Receive an application, give it a receipt number and route it to the local office.

    Refused by the pack's gate `application.submit`; a late one or one with a soft rule in its way
    needs `override_reason`. One application of a unit is under way at a time.
    """
    unit = copies.load_unit(tx, command.unit_id, scope_of(tx.actor))
    need_role(tx.actor, "unit", "clerk")
    copies.lock_unit(tx, unit.unit_id)
    again = _returned(tx, command)
    pack = law.pinned(tx, again.pack_fingerprint) if again else law.pack_for(tx, unit.division)
    papers = _papers(tx, unit, command)
    facts = _facts(tx, papers)
    determination = _admit(tx, pack, papers, facts, reason=command.override_reason)
    application_id = again.application_id if again else tx.new_id("application")
    late = not _in_window(tx, papers.plan)
    decision_id = conclude(
        tx,
        Case("application", application_id, unit.unit_id),
        Ruling(pack, facts, determination),
        kind="application.submit",
        step="apply",
        outcome="received",
        says="补正后再次提交认定申请" if again else "提交认定申请" + ("（逾期）" if late else ""),
        clause=pack.step_clause(RECOGNITION, "apply"),
        text=command.override_reason,
        documents=command.documents,
    )
    if again:
        _hand_in_again(tx, again, command, decision_id=decision_id)
    else:
        _receive(tx, command, papers, pack=pack, decision_id=decision_id, id_=application_id)
    return read(tx, say.ReadApplication(application_id=application_id))


def accept(tx: Tx, command: say.AcceptApplication) -> ApplicationView:
    """受理: the office takes the application into review."""
    record = locked(tx, command.application_id)
    need_office(tx.actor, record.office, "clerk", "reviewer")
    go(tx, record, ApplicationStage.UNDER_REVIEW)
    store.change_application(
        tx,
        record.application_id,
        stage=ApplicationStage.UNDER_REVIEW,
        accepted_at=tx.now,
        accepted_by=tx.actor.id,
        accepted_by_name=tx.actor.name,
    )
    clause = law.pinned(tx, record.pack_fingerprint).step_clause(RECOGNITION, "review")
    note(tx, case_of(record), "review", "受理申请，进入评估审核", outcome="accepted", clause=clause)
    application_moved(tx, record, ApplicationStage.UNDER_REVIEW)
    return read(tx, say.ReadApplication(application_id=record.application_id))


def return_(tx: Tx, command: say.ReturnApplication) -> ApplicationView:
    """退回补正: with what to mend."""
    record = locked(tx, command.application_id)
    need_office(tx.actor, record.office, "clerk", "reviewer")
    reason = reason_of(command.reason, "退回补正须写明需要补正的内容")
    go(tx, record, ApplicationStage.RETURNED)
    store.change_application(
        tx, record.application_id, stage=ApplicationStage.RETURNED, return_reason=reason
    )
    note(tx, case_of(record), "return", f"退回补正：{reason}", outcome="returned", text=reason)
    application_moved(tx, record, ApplicationStage.RETURNED, reason)
    return read(tx, say.ReadApplication(application_id=record.application_id))


def withdraw(tx: Tx, command: say.WithdrawApplication) -> ApplicationView:
    """The unit takes its application back."""
    record = locked(tx, command.application_id)
    need_role(tx.actor, "unit", "clerk")
    go(tx, record, ApplicationStage.WITHDRAWN)
    store.change_application(
        tx, record.application_id, stage=ApplicationStage.WITHDRAWN, reason=command.reason
    )
    note(tx, case_of(record), "withdraw", "撤回认定申请", outcome="withdrawn", text=command.reason)
    application_moved(tx, record, ApplicationStage.WITHDRAWN, command.reason)
    return read(tx, say.ReadApplication(application_id=record.application_id))


def read(tx: Tx, command: say.ReadApplication) -> ApplicationView:
    """One application in full."""
    record = store.load_application(tx, command.application_id, scope_of(tx.actor))
    return views.application(tx, record)


def _papers(tx: Tx, unit: Unit, command: say.SubmitApplication) -> _Papers:
    if unit.closed_on:
        raise Refused("unit_closed", f"「{unit.name}」已于{unit.closed_on}终止登记，不能申请")
    office = organisations.office_for(unit.division)
    if office is None:
        says = f"区划{unit.division}没有对应的三方会议办公室，请联系系统管理员补登记"
        raise Refused("no_office", says)
    assessment = assessment_store.load_assessment(tx, command.assessment_id, scope_of(tx.actor))
    if assessment.unit_id != unit.unit_id:
        raise Refused("assessment_not_found", "这份自我评价不是本单位的", "", 404)
    resolution = assessment_store.find_resolution(tx, command.resolution_id, unit.unit_id)
    if command.resolution_id and resolution is None:
        raise Refused("resolution_not_found", "没有这份会议决议，或它不是本单位的", "", 404)
    plan = copies.find_plan(tx, office.code, tx.today.year)
    return _Papers(unit, office, plan, assessment, resolution)


def _facts(tx: Tx, papers: _Papers) -> list[Fact]:
    plan, resolution, assessment = papers.plan, papers.resolution, papers.assessment
    commitment = copies.find_commitment(tx, papers.unit.unit_id)
    unmet = len(assessments.unmet_items(tx, assessment))
    place = f"registry:plan:{plan.plan_id}" if plan else f"registry:plan:{papers.office.code}"
    heard = plan.heard_at if plan else tx.now
    done = assessment.completed_at or assessment.started_at
    vote = f"evaluation:{resolution.resolution_id}" if resolution else "evaluation:无决议记录"
    told = resolution.recorded_at if resolution else tx.now
    held = resolution.held_on if resolution else None
    self_said = f"evaluation:{assessment.assessment_id}"
    return [
        law.fact("plan.filed", plan is not None, place, learned_at=heard),
        law.fact(
            "plan.window_open",
            _in_window(tx, plan) if plan else None,
            place,
            on=tx.today,
            learned_at=heard,
        ),
        law.fact(
            "assessment.completed", assessment.stage == "completed", self_said, learned_at=done
        ),
        law.fact("assessment.mandatory_not_met", unmet, self_said, learned_at=done),
        law.fact(
            "resolution.passed",
            resolution.passed if resolution else False,
            vote,
            on=held,
            learned_at=told,
        ),
        law.fact(
            "resolution.held_on_or_before",
            held <= tx.today if held else None,
            vote,
            on=held,
            learned_at=told,
        ),
        law.fact(
            "unit.committed",
            commitment is not None,
            f"registry:{commitment.id}" if commitment else "registry:无承诺书",
            on=commitment.happened_on if commitment else None,
            learned_at=commitment.learned_at if commitment else tx.now,
        ),
    ]


def _admit(tx: Tx, pack: Pack, papers: _Papers, facts: list[Fact], *, reason: str) -> Determination:
    """The gate, naming every mandatory item in the way in the refusal's rows."""
    try:
        return law.demand(
            tx, pack, "application.submit", facts, kind=papers.unit.kind, reason=reason
        )
    except Refused as refused:
        if refused.code == "standard_not_met":
            items = assessments.unmet_items(tx, papers.assessment)
            refused.says += f"未达标：{'、'.join(heading for _, heading in items)}。"
            refused.errors = refused.errors + [
                {"pointer": f"/results/{item}", "says": f"必备项「{heading}」未达标"}
                for item, heading in items
            ]
        raise


def _in_window(tx: Tx, plan: Plan | None) -> bool:
    return plan is not None and plan.window_from <= tx.today <= plan.deadline_on


def _returned(tx: Tx, command: say.SubmitApplication) -> Application | None:
    """The returned application that is handed in again, or None for a new one."""
    if command.application_id:
        record = locked(tx, command.application_id)
        if record.unit_id != command.unit_id:
            raise Refused("application_not_found", "这份申请不是本单位的", "", 404)
        go(tx, record, ApplicationStage.RECEIVED)
        return record
    under_way = store.find_open_application(tx, command.unit_id)
    if under_way:
        says = f"本单位已有申请{under_way.receipt_number}在办，不能重复申请"
        raise Refused("application_under_way", says)
    if store.find_recognition(tx, command.unit_id):
        raise Refused("already_recognised", "本单位已认定为和谐劳动关系单位，无须再次申请")
    return None


def _receive(
    tx: Tx,
    command: say.SubmitApplication,
    papers: _Papers,
    *,
    pack: Pack,
    decision_id: str,
    id_: str,
) -> None:
    office, year = papers.office.code, tx.today.year
    receipt = f"{office}-{year}-{store.next_receipt(tx, office, year):05d}"
    record = Application(
        application_id=id_,
        revision=1,
        unit_id=papers.unit.unit_id,
        receipt_number=receipt,
        office=office,
        year=year,
        plan_id=papers.plan.plan_id if papers.plan else "",
        stage=ApplicationStage.RECEIVED,
        assessment_id=command.assessment_id,
        resolution_id=command.resolution_id,
        statement=command.statement,
        documents=dumped(command.documents),
        pack_fingerprint=pack.fingerprint,
        late=not _in_window(tx, papers.plan),
        received_on=tx.today,
        submitted_at=tx.now,
        submitted_by=tx.actor.id,
        submitted_by_name=tx.actor.name,
        submit_decision_id=decision_id,
        publicity=papers.plan is not None and papers.plan.publicity,
    )
    store.save_application(tx, record)
    application_moved(tx, record, ApplicationStage.RECEIVED)
    tx.emit(
        say.ApplicationReceived(
            unit_id=papers.unit.unit_id,
            application_id=id_,
            receipt_number=receipt,
            office=office,
            received_on=tx.today,
        )
    )


def _hand_in_again(
    tx: Tx, record: Application, command: say.SubmitApplication, *, decision_id: str
) -> None:
    store.change_application(
        tx,
        record.application_id,
        stage=ApplicationStage.RECEIVED,
        assessment_id=command.assessment_id,
        resolution_id=command.resolution_id,
        statement=command.statement or record.statement,
        documents=dumped(command.documents) or record.documents,
        submit_decision_id=decision_id,
    )
    application_moved(tx, record, ApplicationStage.RECEIVED)


def locked(tx: Tx, application_id: str) -> Application:
    """The application, held until commit: two officers at once take turns."""
    return store.load_application(tx, application_id, scope_of(tx.actor), lock=True)


def go(tx: Tx, record: Application, to: ApplicationStage) -> None:
    """Refused 409, saying who did what, unless the application may go to this stage."""
    move(record.stage, to, what_happened=what_happened(tx, record.application_id))


def case_of(record: Application) -> Case:
    """What steps of this application belong to."""
    return Case("application", record.application_id, record.unit_id)


def reason_of(text: str, says: str) -> str:
    """The reason, trimmed; Refused 422 at the field when there is none."""
    if not text.strip():
        raise Refused("reason_required", says, "", 422, [{"pointer": "/reason", "says": says}])
    return text.strip()
