"""公开公示: posting a notice, hearing objections, finding on them (standards 5.2; A-13)."""

from __future__ import annotations

from collections.abc import Sequence

from services.evaluation.domain import notice as rules
from services.evaluation.domain.records import Nomination, Notice, Objection, Round
from services.evaluation.domain.stages import (
    NominationStage,
    ObjectionStage,
    RoundStage,
    move,
)
from services.evaluation.domain.standing import need_level, need_office, scope_of
from services.evaluation.handlers import law, naming, round_views, rounds
from services.evaluation.handlers.nominations import NAMING, case_of, go, locked, reviewed
from services.evaluation.handlers.steps import (
    Case,
    Ruling,
    conclude,
    dumped,
    note,
    what_happened,
)
from services.evaluation.store import rounds as store
from shared.contracts import evaluation as said
from shared.contracts import evaluation_round as say
from shared.contracts.evaluation_round_answers import NoticeView, ObjectionReceipt, ObjectionView
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx
from shared.policy.pack import Pack


def post(tx: Tx, command: say.PostNotice) -> NoticeView:
    """Put candidates up for the pack's working days; each one reviewed by the city before."""
    round_ = store.load_round(tx, command.round_id, lock=True)
    need_level(tx.actor, "city", "clerk", "reviewer")
    need_office(tx.actor, round_.node, "clerk", "reviewer")
    if not command.nomination_ids:
        says = "请选择至少一个公示对象"
        errors = [{"pointer": "/nomination_ids", "says": says}]
        raise Refused("no_candidates", says, "", 422, errors)
    pack = law.pinned(tx, round_.pack_fingerprint)
    candidates = [_candidate(tx, pack, round_, id_) for id_ in sorted(set(command.nomination_ids))]
    record = _post(tx, pack, round_, candidates, contact=command.contact)
    for candidate in candidates:
        store.change_nomination(
            tx,
            candidate.nomination_id,
            stage=NominationStage.ON_NOTICE,
            notice_id=record.notice_id,
        )
        note(
            tx,
            case_of(candidate),
            "notice",
            f"公示至{record.ends_on}",
            outcome="on_notice",
            clause=law.clause_of(pack, NAMING, "notice"),
            decision_id=record.decision_id,
        )
    _advance(tx, round_)
    tx.emit(
        said.NoticePosted(
            notice_id=record.notice_id,
            round_id=round_.round_id,
            node=round_.node,
            posted_on=record.posted_on,
            ends_on=record.ends_on,
            unit_ids=tuple(c.unit_id for c in candidates),
        )
    )
    return round_views.notice(tx, record)


def read(tx: Tx, command: say.ReadNotice) -> NoticeView:
    """A notice; public."""
    return round_views.notice(tx, store.load_notice(tx, command.notice_id))


def list_(tx: Tx, command: say.ListNotices) -> Sequence[NoticeView]:
    """Notices, newest first; public."""
    found = store.list_notices(tx, node=command.node)
    running = [n for n in found if not rules.is_finished(n.ends_on, tx.today)]
    return [round_views.notice(tx, n) for n in (running if command.running else found)]


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
    candidates = store.list_nominations_of(tx, notice_id=notice.notice_id)
    target = next((n for n in candidates if n.unit_id == command.unit_id), None)
    if target is None:
        raise Refused("not_on_notice", "该单位不在这份公示之中", "", 404)
    pack = law.pinned(tx, store.load_round(tx, notice.round_id).pack_fingerprint)
    record = _receive(tx, command, target, pack)
    says = "收到公示期间异议，正在调查"
    note(tx, case_of(target), "objection", says, outcome="open", documents=command.documents)
    return ObjectionReceipt(
        objection_id=record.objection_id,
        notice_id=notice.notice_id,
        received_at=record.received_at,
        acknowledge_by=record.acknowledge_by,
        conclude_by=record.conclude_by,
        says=f"异议已收到，编号{record.objection_id}。查清之前不会命名该单位。",
    )


def resolve(tx: Tx, command: say.ResolveObjection) -> ObjectionView:
    """The finding; `remove` ends the candidature. The investigator recommended nobody here."""
    record = store.load_objection(tx, command.objection_id, scope_of(tx.actor), lock=True)
    need_level(tx.actor, "city", "clerk", "reviewer")
    stage = rules.outcome_of(command.outcome, command.effect, command.finding)
    move(record.stage, stage, what_happened=what_happened(tx, record.objection_id))
    target, unit, round_ = locked(tx, record.nomination_id)
    people = (target.declared_by, target.district_by, target.city_by)
    rules.check_investigator(tx.actor.id, [p for p in people if p])
    pack = law.pinned(tx, round_.pack_fingerprint)
    word = {"upheld": "成立", "partly": "部分成立", "unfounded": "不成立"}[command.outcome]
    decision_id = conclude(
        tx,
        Case("objection", record.objection_id, record.unit_id),
        Ruling(pack, because=[target.enter_decision_id, target.city_decision_id]),
        kind="objection.resolve",
        step="finding",
        outcome=stage.value,
        says=f"对「{unit.name}」的公示异议{word}",
        clause=law.clause_of(pack, NAMING, "notice"),
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
    if command.effect == "remove" and target.stage is NominationStage.ON_NOTICE:
        reason = f"公示异议{word}：{command.finding}"
        naming.strike(tx, target, reason, because=[decision_id], name=unit.name)
    return read_objection(tx, say.ReadObjection(objection_id=record.objection_id))


def read_objection(tx: Tx, command: say.ReadObjection) -> ObjectionView:
    """One objection; who objected only for the city's clerks and reviewers."""
    record = store.load_objection(tx, command.objection_id, scope_of(tx.actor))
    return round_views.objection(tx, record)


def list_objections(tx: Tx, command: say.ListObjections) -> Sequence[ObjectionView]:
    """Objections about units in the actor's area, oldest first."""
    found = store.list_objections(
        tx, scope_of(tx.actor), stage=command.stage, nomination_id=command.nomination_id
    )
    return [round_views.objection(tx, record) for record in found]


def _candidate(tx: Tx, pack: Pack, round_: Round, nomination_id: str) -> Nomination:
    record, _, _ = locked(tx, nomination_id)
    if record.round_id != round_.round_id:
        raise Refused("nomination_not_found", "所选申报不属于本轮选树", "", 404)
    law.demand(tx, pack, "naming.notice", [reviewed(record, "city")], kind=record.kind)
    go(tx, record, NominationStage.ON_NOTICE)
    return record


def _post(
    tx: Tx, pack: Pack, round_: Round, candidates: Sequence[Nomination], *, contact: str
) -> Notice:
    dated, from_text = law.setting(pack, "notice.working_days", tx.today)
    days = law.number(pack, "notice.working_days", tx.today)
    last = law.working_day(tx.today, days)
    ends_on = last.day
    notice_id = tx.new_id("notice")
    decision_id = conclude(
        tx,
        Case("notice", notice_id),
        Ruling(
            pack,
            [reviewed(c, "city") for c in candidates],
            because=[c.city_decision_id for c in candidates],
        ),
        kind="naming.notice",
        step="posted",
        outcome="posted",
        says=f"公示{len(candidates)}个候选单位，公示期{days}个工作日，至{ends_on}",
        clause=dated.clause,
    )
    record = Notice(
        notice_id=notice_id,
        round_id=round_.round_id,
        node=round_.node,
        title_text=round_.title_text,
        posted_on=tx.today,
        ends_on=ends_on,
        working_days=days,
        days_from_text=from_text,
        days_note=last.says,
        contact=contact,
        decision_id=decision_id,
        posted_at=tx.now,
        posted_by=tx.actor.id,
        posted_by_name=tx.actor.name,
    )
    store.save_notice(tx, record)
    return record


def _advance(tx: Tx, round_: Round) -> None:
    """A first notice brings the round on; nominations close with it."""
    if round_.stage is RoundStage.OPEN:
        rounds.advance(tx, round_, RoundStage.REVIEWING, "申报截止，进入审核")
        round_ = store.load_round(tx, round_.round_id)
    if round_.stage is RoundStage.REVIEWING:
        rounds.advance(tx, round_, RoundStage.NOTICE, "开始公示")


def _receive(tx: Tx, command: say.RecordObjection, target: Nomination, pack: Pack) -> Objection:
    acknowledge = law.number(pack, "objection.acknowledge_working_days", tx.today)
    conclude_in = law.number(pack, "objection.conclude_working_days", tx.today)
    named = command.objector_kind != "anonymous"
    record = Objection(
        objection_id=tx.new_id("objection"),
        notice_id=command.notice_id,
        nomination_id=target.nomination_id,
        unit_id=target.unit_id,
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
        acknowledge_by=law.working_day(tx.today, acknowledge).day if named else None,
        conclude_by=law.working_day(tx.today, conclude_in).day,
    )
    store.save_objection(tx, record)
    return record
