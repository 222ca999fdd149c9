"""Objections during a notice: received, looked into by somebody else, found on (standards 5.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.evaluation.domain import notice as rules
from services.evaluation.domain.records import Application, Nomination, Notice, Objection
from services.evaluation.domain.stages import ObjectionStage, is_ended, move
from services.evaluation.domain.standing import need_office, scope_of
from services.evaluation.handlers import applications, law, naming, recognition, round_views
from services.evaluation.handlers.nominations import NAMING, case_of, locked
from services.evaluation.handlers.steps import (
    Case,
    Ruling,
    conclude,
    dumped,
    note,
    what_happened,
)
from services.evaluation.store import applications as application_store
from services.evaluation.store import copies
from services.evaluation.store import rounds as store
from shared.contracts import evaluation_round as say
from shared.contracts.evaluation_round_answers import ObjectionReceipt, ObjectionView
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx
from shared.policy.pack import Pack


@dataclass(frozen=True, slots=True)
class _Target:
    """The candidate an objection is against: a nomination or an application."""

    case: Case
    record: Nomination | Application
    pack: Pack
    recommenders: tuple[str | None, ...]
    because: tuple[str | None, ...]


def object_(tx: Tx, command: say.RecordObjection) -> ObjectionReceipt:
    """Receive an objection while the notice runs; anyone may object."""
    notice = store.load_notice(tx, command.notice_id)
    rules.check_objection(
        objector_kind=command.objector_kind,
        name=command.objector_name,
        signed=command.signed,
        content=command.content,
    )
    if rules.is_finished(notice.ends_on, tx.today):
        says = f"公示已于{notice.ends_on}结束，请改向三方会议办公室反映"
        raise Refused("notice_finished", says)
    case, pack = _candidate(tx, notice, command.unit_id)
    record = _receive(tx, command, case, pack)
    says = "收到公示期间异议，正在调查"
    note(tx, case, "objection", says, outcome="open", documents=command.documents)
    return ObjectionReceipt(
        objection_id=record.objection_id,
        notice_id=notice.notice_id,
        received_at=record.received_at,
        acknowledge_by=record.acknowledge_by,
        conclude_by=record.conclude_by,
        says=f"异议已收到，编号{record.objection_id}。查清之前不会作出决定。",
    )


def resolve(tx: Tx, command: say.ResolveObjection) -> ObjectionView:
    """The finding; `remove` ends the candidature. The investigator recommended nobody here."""
    record = store.load_objection(tx, command.objection_id, scope_of(tx.actor), lock=True)
    notice = store.load_notice(tx, record.notice_id)
    need_office(tx.actor, notice.node, "clerk", "reviewer")
    stage = rules.outcome_of(command.outcome, command.effect, command.finding)
    move(record.stage, stage, what_happened=what_happened(tx, record.objection_id))
    target = _target(tx, record)
    rules.check_investigator(tx.actor.id, [p for p in target.recommenders if p])
    unit = copies.load_unit(tx, record.unit_id, scope_of(tx.actor))
    word = {"upheld": "成立", "partly": "部分成立", "unfounded": "不成立"}[command.outcome]
    decision_id = conclude(
        tx,
        Case("objection", record.objection_id, record.unit_id),
        Ruling(target.pack, because=target.because),
        kind="objection.resolve",
        step="finding",
        outcome=stage.value,
        says=f"对「{unit.name}」的公示异议{word}",
        clause=target.pack.step_clause(NAMING, "notice"),
        text=command.finding,
    )
    store.change_objection(
        tx,
        record.objection_id,
        stage=stage,
        finding=command.finding,
        effect=command.effect,
        resolved_at=tx.now,
        resolved_by=tx.actor.id,
        resolved_by_name=tx.actor.name,
        decision_id=decision_id,
    )
    if command.effect == "remove":
        reason = f"公示异议{word}：{command.finding}"
        _remove(tx, target, reason, decision_id=decision_id, name=unit.name)
    return read(tx, say.ReadObjection(objection_id=record.objection_id))


def read(tx: Tx, command: say.ReadObjection) -> ObjectionView:
    """One objection; who objected only for officers of the office that looks into it."""
    record = store.load_objection(tx, command.objection_id, scope_of(tx.actor))
    return round_views.objection(tx, record)


def list_(tx: Tx, command: say.ListObjections) -> Sequence[ObjectionView]:
    """Objections about units in the actor's area, oldest first."""
    found = store.list_objections(
        tx, scope_of(tx.actor), stage=command.stage, case_id=command.nomination_id
    )
    return [round_views.objection(tx, record) for record in found]


def _candidate(tx: Tx, notice: Notice, unit_id: str) -> tuple[Case, Pack]:
    for nomination in store.list_nominations_of(tx, notice_id=notice.notice_id):
        if nomination.unit_id == unit_id:
            round_ = store.load_round(tx, nomination.round_id)
            return case_of(nomination), law.pinned(tx, round_.pack_fingerprint)
    for application in application_store.list_on_notice(tx, notice.notice_id):
        if application.unit_id == unit_id:
            pack = law.pinned(tx, application.pack_fingerprint)
            return applications.case_of(application), pack
    raise Refused("not_on_notice", "该单位不在这份公示之中", "", 404)


def _target(tx: Tx, record: Objection) -> _Target:
    if record.case_kind == "application":
        applied = applications.locked(tx, record.case_id)
        return _Target(
            applications.case_of(applied),
            applied,
            law.pinned(tx, applied.pack_fingerprint),
            (applied.submitted_by, applied.accepted_by),
            (applied.submit_decision_id,),
        )
    nominated, _, round_ = locked(tx, record.case_id)
    return _Target(
        case_of(nominated),
        nominated,
        law.pinned(tx, round_.pack_fingerprint),
        (nominated.declared_by, nominated.district_by, nominated.city_by),
        (nominated.enter_decision_id, nominated.city_decision_id),
    )


def _remove(tx: Tx, target: _Target, reason: str, *, decision_id: str, name: str) -> None:
    """End the candidature, resting on the finding; one that has ended already stays as it is."""
    record = target.record
    if is_ended(record.stage):
        return
    if isinstance(record, Nomination):
        naming.strike(tx, record, reason, because=[decision_id], name=name)
    else:
        recognition.strike(tx, record, reason, because=[decision_id], name=name)


def _receive(tx: Tx, command: say.RecordObjection, case: Case, pack: Pack) -> Objection:
    acknowledge = law.number(pack, "objection.acknowledge_working_days", tx.today)
    conclude_in = law.number(pack, "objection.conclude_working_days", tx.today)
    named = command.objector_kind != "anonymous"
    record = Objection(
        objection_id=tx.new_id("objection"),
        notice_id=command.notice_id,
        case_kind=case.kind,
        case_id=case.id,
        unit_id=case.unit_id,
        stage=ObjectionStage.OPEN,
        content=command.content,
        objector_kind=command.objector_kind,
        objector_name=command.objector_name if named else "",
        objector_contact=command.objector_contact,
        signed=command.signed,
        documents=dumped(command.documents),
        received_at=tx.now,
        received_by=tx.actor.id,
        received_by_name=tx.actor.name,
        acknowledge_by=law.working_day(tx, tx.today, acknowledge).day if named else None,
        conclude_by=law.working_day(tx, tx.today, conclude_in).day,
    )
    store.save_objection(tx, record)
    return record
