"""The local parties' decision on an application, and taking it back (A-33, A-37)."""

from __future__ import annotations

from services.evaluation.domain.notice import is_finished
from services.evaluation.domain.records import Application, Recognition
from services.evaluation.domain.stages import ApplicationStage
from services.evaluation.domain.standing import need_office, need_second_person, scope_of
from services.evaluation.handlers import law
from services.evaluation.handlers.applications import (
    RECOGNITION,
    case_of,
    go,
    locked,
    read,
    reason_of,
)
from services.evaluation.handlers.moves import application_moved
from services.evaluation.handlers.steps import Ruling, conclude
from services.evaluation.store import applications as store
from services.evaluation.store import copies, rounds
from shared.contracts import evaluation as say
from shared.contracts.evaluation_answers import ApplicationView
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx
from shared.policy.conditions import Fact
from shared.policy.pack import Pack


def decide(tx: Tx, command: say.DecideRecognition) -> ApplicationView:
    """The local parties' decision; once made it stands, and whoever comes second is told so."""
    record = locked(tx, command.application_id)
    need_office(tx.actor, record.office, "reviewer")
    if command.outcome not in {"recognise", "refuse"}:
        says = "决定应为「认定」或「不予认定」"
        errors = [{"pointer": "/outcome", "says": says}]
        raise Refused("outcome_unknown", says, "", 422, errors)
    to = ApplicationStage.RECOGNISED if command.outcome == "recognise" else ApplicationStage.REFUSED
    go(tx, record, to)
    need_second_person(tx.actor, record.accepted_by or "", "认定决定")
    pack = law.pinned(tx, record.pack_fingerprint)
    facts = law.opinion_facts(tx, pack, record.office, record.application_id)
    unit = copies.load_unit(tx, record.unit_id, scope_of(tx.actor))
    if to is ApplicationStage.RECOGNISED:
        _publicised(tx, record)
        determination = law.demand(
            tx, pack, "recognition.decide", facts, kind=unit.kind, reason=command.override_reason
        )
    else:
        reason_of(command.reason, "不予认定须写明理由")
        determination = law.judge(tx, pack, "recognition.decide", facts, unit.kind)
        _all_heard(tx, record, pack)
    recognised = to is ApplicationStage.RECOGNISED
    decision_id = conclude(
        tx,
        case_of(record),
        Ruling(
            pack,
            facts,
            determination,
            law.opinions_on_record(tx, record.application_id),
            [record.submit_decision_id, *_notice_decision(tx, record)],
        ),
        kind="recognition.decide",
        step="decide",
        outcome=to.value,
        says=f"「{unit.name}」{'认定为和谐劳动关系单位' if recognised else '不予认定'}",
        clause=pack.step_clause(RECOGNITION, "decide"),
        text=command.override_reason or command.reason,
    )
    store.change_application(
        tx,
        record.application_id,
        stage=to,
        reason=command.reason,
        decided_on=tx.today,
        decision_id=decision_id,
    )
    if recognised:
        _recognise(tx, record, decision_id, pack)
    application_moved(tx, record, to, command.reason)
    return read(tx, say.ReadApplication(application_id=record.application_id))


def strike(
    tx: Tx, record: Application, reason: str, *, because: list[str | None], name: str
) -> str:
    """End an application as refused because a finding removed it; the decision's id."""
    pack = law.pinned(tx, record.pack_fingerprint)
    decision_id = conclude(
        tx,
        case_of(record),
        Ruling(pack, opinions=law.opinions_on_record(tx, record.application_id), because=because),
        kind="recognition.decide",
        step="decide",
        outcome="refused",
        says=f"不予认定「{name}」",
        clause=pack.step_clause(RECOGNITION, "decide"),
        text=reason,
    )
    store.change_application(
        tx,
        record.application_id,
        stage=ApplicationStage.REFUSED,
        reason=reason,
        decided_on=tx.today,
        decision_id=decision_id,
    )
    application_moved(tx, record, ApplicationStage.REFUSED, reason)
    return decision_id


def withdraw_recognition(tx: Tx, command: say.WithdrawRecognition) -> ApplicationView:
    """The local office takes a recognition back, with a reason on record (A-37)."""
    unit = copies.load_unit(tx, command.unit_id, scope_of(tx.actor))
    copies.lock_unit(tx, unit.unit_id)
    standing = store.find_recognition(tx, unit.unit_id, lock=True)
    if standing is None:
        raise Refused("not_recognised", f"「{unit.name}」现在没有和谐劳动关系单位的认定")
    need_office(tx.actor, standing.office, "reviewer")
    reason = reason_of(command.reason, "撤回认定须写明事实和理由")
    record = store.load_application(tx, standing.application_id, scope_of(tx.actor))
    decision_id = conclude(
        tx,
        case_of(record),
        Ruling(
            law.pinned(tx, record.pack_fingerprint),
            [_recognised(standing)],
            because=[standing.decision_id],
        ),
        kind="recognition.withdraw",
        step="withdraw_recognition",
        outcome="withdrawn",
        says=f"撤回「{unit.name}」的和谐劳动关系单位认定：{reason}",
        text=reason,
    )
    store.change_recognition(
        tx,
        standing.application_id,
        withdrawn_on=tx.today,
        withdrawn_by=tx.actor.id,
        withdrawn_reason=reason,
        withdrawn_decision_id=decision_id,
    )
    tx.emit(
        say.RecognitionWithdrawn(
            unit_id=unit.unit_id, withdrawn_on=tx.today, reason=reason, decision_id=decision_id
        )
    )
    return read(tx, say.ReadApplication(application_id=record.application_id))


def _recognised(standing: Recognition) -> Fact:
    return law.fact(
        "unit.recognised",
        value=True,
        origin=f"evaluation:{standing.decision_id}",
        on=standing.recognised_on,
        learned_at=standing.recognised_at,
    )


def _recognise(tx: Tx, record: Application, decision_id: str, pack: Pack) -> None:
    store.save_recognition(
        tx,
        Recognition(
            application_id=record.application_id,
            unit_id=record.unit_id,
            office=record.office,
            recognised_on=tx.today,
            decision_id=decision_id,
            recognised_at=tx.now,
            recognised_by=tx.actor.id,
            recognised_by_name=tx.actor.name,
        ),
    )
    tx.emit(
        say.UnitRecognised(
            unit_id=record.unit_id,
            application_id=record.application_id,
            office=record.office,
            recognised_on=tx.today,
            bodies=tuple(seat.body for seat in law.seats(pack, record.office, tx.today)),
            decision_id=decision_id,
        )
    )


def _publicised(tx: Tx, record: Application) -> None:
    """Where the plan asks for a notice, it has ended and no objection is open (A-33)."""
    if not record.publicity and not record.notice_id:
        return
    notice = rounds.load_notice(tx, record.notice_id) if record.notice_id else None
    if notice is None or not is_finished(notice.ends_on, tx.today):
        says = "年度安排要求认定前公示，公示没有进行或没有期满，不能作出认定"
        raise Refused("notice_not_finished", says)
    if rounds.list_objections(tx, scope_of(tx.actor), stage="open", case_id=record.application_id):
        raise Refused("objection_open", "公示异议还没有办结，不能作出认定。请先查清并答复")


def _notice_decision(tx: Tx, record: Application) -> list[str]:
    return [rounds.load_notice(tx, record.notice_id).decision_id] if record.notice_id else []


def _all_heard(tx: Tx, record: Application, pack: Pack) -> None:
    """A refusal too is the parties' decision: every body is heard first (A-07)."""
    counted = law.tally_of(tx, law.seats(pack, record.office, tx.today), record.application_id)
    if not counted.complete:
        raise Refused("opinions_incomplete", counted.says())
