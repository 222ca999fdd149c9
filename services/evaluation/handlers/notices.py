"""公开公示: posting a notice before a naming or a recognition, and showing it (A-13, A-33)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.evaluation.domain import notice as rules
from services.evaluation.domain.records import Nomination, Notice, Round
from services.evaluation.domain.stages import ApplicationStage, NominationStage, RoundStage
from services.evaluation.domain.standing import need_level, need_office
from services.evaluation.handlers import applications, law, round_views, rounds
from services.evaluation.handlers.moves import nomination_moved
from services.evaluation.handlers.nominations import NAMING, case_of, go, locked, reviewed
from services.evaluation.handlers.steps import Case, Ruling, conclude, note
from services.evaluation.store import applications as application_store
from services.evaluation.store import rounds as store
from shared.contracts import evaluation as said
from shared.contracts import evaluation_round as say
from shared.contracts.evaluation_round_answers import NoticeView
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx
from shared.policy.conditions import Fact
from shared.policy.pack import Pack


@dataclass(frozen=True, slots=True)
class _Draft:
    """What a notice is about; `round_id` is "" before a recognition."""

    round_id: str
    node: str
    title_text: str
    contact: str


def post(tx: Tx, command: say.PostNotice) -> NoticeView:
    """Put candidates up for the pack's working days; each one reviewed by the city before."""
    round_ = store.load_round(tx, command.round_id, lock=True)
    need_level(tx.actor, "city", "clerk", "reviewer")
    need_office(tx.actor, round_.node, "clerk", "reviewer")
    pack = law.pinned(tx, round_.pack_fingerprint)
    ids = _chosen(command.nomination_ids, "/nomination_ids")
    candidates = [_candidate(tx, pack, round_, id_) for id_ in ids]
    record = _post(
        tx,
        pack,
        _Draft(round_.round_id, round_.node, round_.title_text, command.contact),
        facts=[reviewed(c, "city") for c in candidates],
        because=[c.city_decision_id for c in candidates],
    )
    for candidate in candidates:
        store.change_nomination(
            tx,
            candidate.nomination_id,
            stage=NominationStage.ON_NOTICE,
            notice_id=record.notice_id,
        )
        _note(tx, case_of(candidate), record, pack.step_clause(NAMING, "notice"))
        nomination_moved(tx, candidate, round_, NominationStage.ON_NOTICE)
    _advance(tx, round_)
    _say(tx, record, [c.unit_id for c in candidates])
    return round_views.notice(tx, record)


def post_for_recognition(tx: Tx, command: said.PostRecognitionNotice) -> NoticeView:
    """公示 before recognition, where the district's plan asks for it (A-33)."""
    ids = _chosen(command.application_ids, "/application_ids")
    found = [applications.locked(tx, id_) for id_ in ids]
    for record in found:
        need_office(tx.actor, record.office, "clerk", "reviewer")
        if record.stage is not ApplicationStage.UNDER_REVIEW or record.notice_id:
            says = f"申请{record.receipt_number}不在待公示之列，请刷新后重新选择"
            raise Refused("stage_does_not_allow", says)
    pack = law.pinned(tx, found[0].pack_fingerprint)
    notice = _post(
        tx,
        pack,
        _Draft("", found[0].office, "和谐劳动关系单位", command.contact),
        facts=[],
        because=[record.submit_decision_id for record in found],
    )
    for record in found:
        application_store.change_application(tx, record.application_id, notice_id=notice.notice_id)
        clause = pack.step_clause(applications.RECOGNITION, "decide")
        _note(tx, applications.case_of(record), notice, clause)
    _say(tx, notice, [record.unit_id for record in found])
    return round_views.notice(tx, notice)


def read(tx: Tx, command: say.ReadNotice) -> NoticeView:
    """A notice; public."""
    return round_views.notice(tx, store.load_notice(tx, command.notice_id))


def list_(tx: Tx, command: say.ListNotices) -> Sequence[NoticeView]:
    """Notices, newest first; public."""
    found = store.list_notices(tx, node=command.node)
    running = [n for n in found if not rules.is_finished(n.ends_on, tx.today)]
    return [round_views.notice(tx, n) for n in (running if command.running else found)]


def _candidate(tx: Tx, pack: Pack, round_: Round, nomination_id: str) -> Nomination:
    record, _, _ = locked(tx, nomination_id)
    if record.round_id != round_.round_id:
        raise Refused("nomination_not_found", "所选申报不属于本轮选树", "", 404)
    law.demand(tx, pack, "naming.notice", [reviewed(record, "city")], kind=record.kind)
    go(tx, record, NominationStage.ON_NOTICE)
    return record


def _post(
    tx: Tx,
    pack: Pack,
    draft: _Draft,
    *,
    facts: Sequence[Fact],
    because: Sequence[str | None],
) -> Notice:
    dated, from_text = law.setting(pack, "notice.working_days", tx.today)
    days = law.number(pack, "notice.working_days", tx.today)
    last = law.working_day(tx, tx.today, days)
    notice_id = tx.new_id("notice")
    decision_id = conclude(
        tx,
        Case("notice", notice_id),
        Ruling(pack, facts, because=because),
        kind="naming.notice" if draft.round_id else "recognition.notice",
        step="posted",
        outcome="posted",
        says=f"公示{len(because)}个候选单位，公示期{days}个工作日，至{last.day}。{last.says}",
        clause=dated.clause,
    )
    record = Notice(
        notice_id=notice_id,
        round_id=draft.round_id or notice_id,
        node=draft.node,
        title_text=draft.title_text,
        posted_on=tx.today,
        ends_on=last.day,
        working_days=days,
        days_from_text=from_text,
        days_note=last.says,
        contact=draft.contact,
        decision_id=decision_id,
        posted_at=tx.now,
        posted_by=tx.actor.id,
        posted_by_name=tx.actor.name,
    )
    store.save_notice(tx, record)
    return record


def _chosen(ids: Sequence[str], pointer: str) -> list[str]:
    if not ids:
        says = "请选择至少一个公示对象"
        raise Refused("no_candidates", says, "", 422, [{"pointer": pointer, "says": says}])
    return sorted(set(ids))


def _note(tx: Tx, case: Case, record: Notice, clause: str) -> None:
    note(
        tx,
        case,
        "notice",
        f"公示至{record.ends_on}",
        outcome="on_notice",
        clause=clause,
        decision_id=record.decision_id,
    )


def _say(tx: Tx, record: Notice, unit_ids: Sequence[str]) -> None:
    tx.emit(
        said.NoticePosted(
            notice_id=record.notice_id,
            round_id=record.round_id,
            node=record.node,
            posted_on=record.posted_on,
            ends_on=record.ends_on,
            unit_ids=tuple(unit_ids),
        )
    )


def _advance(tx: Tx, round_: Round) -> None:
    """A first notice brings the round on; nominations close with it."""
    if round_.stage is RoundStage.OPEN:
        rounds.advance(tx, round_, RoundStage.REVIEWING, "申报截止，进入审核")
        round_ = store.load_round(tx, round_.round_id)
    if round_.stage is RoundStage.REVIEWING:
        rounds.advance(tx, round_, RoundStage.NOTICE, "开始公示")
