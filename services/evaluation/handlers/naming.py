"""报批审定: naming a unit, or refusing to (NB23 二(四); A-04, A-07, A-26)."""

from __future__ import annotations

from dataclasses import replace

from services.evaluation.domain.cultivation import full_months
from services.evaluation.domain.notice import is_finished
from services.evaluation.domain.quota import quota_for
from services.evaluation.domain.records import Nomination, Round, Unit
from services.evaluation.domain.stages import NominationStage
from services.evaluation.domain.standing import (
    need_level,
    need_office,
    need_second_person,
    scope_of,
)
from services.evaluation.handlers import law
from services.evaluation.handlers.applications import reason_of
from services.evaluation.handlers.moves import nomination_moved
from services.evaluation.handlers.nominations import (
    NAMING,
    case_of,
    go,
    locked,
    read,
    reviewed,
)
from services.evaluation.handlers.steps import Ruling, conclude
from services.evaluation.store import applications, copies
from services.evaluation.store import rounds as store
from shared.contracts import evaluation as said
from shared.contracts import evaluation_round as say
from shared.contracts.evaluation_round_answers import NominationView
from shared.messaging.tx import LAW_ZONE, Tx
from shared.policy.assess import Determination, need_gate, refuse_unless_met
from shared.policy.conditions import Fact
from shared.policy.pack import Pack

QUOTA_CODE = "quota_exhausted"


def approve(tx: Tx, command: say.ApproveNaming) -> NominationView:
    """Name a unit. The round is held, so that two approvals count the same places in turn."""
    before = store.load_nomination(tx, command.nomination_id, scope_of(tx.actor))
    round_ = store.load_round(tx, before.round_id, lock=True)
    record, unit, _ = locked(tx, command.nomination_id)
    need_level(tx.actor, "city", "reviewer")
    need_office(tx.actor, round_.node, "reviewer")
    pack = law.pinned(tx, round_.pack_fingerprint)
    facts = _facts(tx, pack, round_, record=record, unit=unit)
    need_gate(pack, "naming.approve")
    determination = law.judge(tx, pack, "naming.approve", facts, unit.kind)
    if record.stage in {NominationStage.APPROVED, NominationStage.REFUSED}:
        go(tx, record, NominationStage.APPROVED)
    _permit(determination, command)
    go(tx, record, NominationStage.APPROVED)
    need_second_person(tx.actor, record.city_by or "", "命名决定")
    decision_id = conclude(
        tx,
        case_of(record),
        Ruling(
            pack,
            facts,
            determination,
            law.opinions_on_record(tx, record.nomination_id),
            _because(tx, record),
        ),
        kind="naming.approve",
        step="approve",
        outcome="approved",
        says=f"命名「{unit.name}」为「{round_.title_text}」（{round_.year}年度）",
        clause=pack.step_clause(NAMING, "approve"),
        text="；".join(r for r in (command.override_reason, command.quota_reason) if r.strip()),
    )
    store.change_nomination(
        tx,
        record.nomination_id,
        stage=NominationStage.APPROVED,
        override_reason=command.override_reason,
        quota_reason=command.quota_reason,
        decided_on=tx.today,
        decision_id=decision_id,
    )
    _say(tx, round_, record, decision_id)
    nomination_moved(tx, record, round_, NominationStage.APPROVED)
    return read(tx, say.ReadNomination(nomination_id=record.nomination_id))


def refuse(tx: Tx, command: say.RefuseNaming) -> NominationView:
    """Refuse a nomination at any open stage, with the reason on record."""
    record, unit, round_ = locked(tx, command.nomination_id)
    need_level(tx.actor, "city", "reviewer")
    need_office(tx.actor, round_.node, "reviewer")
    reason = reason_of(command.reason, "不予命名须写明理由")
    go(tx, record, NominationStage.REFUSED)
    strike(tx, record, reason, because=_because(tx, record), name=unit.name)
    return read(tx, say.ReadNomination(nomination_id=record.nomination_id))


def strike(tx: Tx, record: Nomination, reason: str, *, because: list[str | None], name: str) -> str:
    """End a nomination as refused; the decision's id."""
    round_ = store.load_round(tx, record.round_id)
    pack = law.pinned(tx, round_.pack_fingerprint)
    decision_id = conclude(
        tx,
        case_of(record),
        Ruling(pack, opinions=law.opinions_on_record(tx, record.nomination_id), because=because),
        kind="naming.refuse",
        step="approve",
        outcome="refused",
        says=f"不予命名「{name}」",
        clause=pack.step_clause(NAMING, "approve"),
        text=reason,
    )
    store.change_nomination(
        tx,
        record.nomination_id,
        stage=NominationStage.REFUSED,
        reason=reason,
        decided_on=tx.today,
        decision_id=decision_id,
    )
    nomination_moved(tx, record, round_, NominationStage.REFUSED, reason)
    return decision_id


def _permit(determination: Determination, command: say.ApproveNaming) -> None:
    """Each soft rule asks for its own reason: one for the quota, one for all others.

    A refusal names the rule whose reason is missing, not one that has its reason already.
    """
    given = {True: command.quota_reason.strip(), False: command.override_reason.strip()}
    lacking = [o for o in determination.outcomes if o.hard or not given[o.code == QUOTA_CODE]]
    refuse_unless_met(replace(determination, outcomes=tuple(lacking)))


def _facts(tx: Tx, pack: Pack, round_: Round, *, record: Nomination, unit: Unit) -> list[Fact]:
    return [
        reviewed(record, "district"),
        reviewed(record, "city"),
        *_notice_facts(tx, record),
        _held(tx, unit),
        _cultivation(tx, unit),
        _quota(tx, pack, round_, unit.kind),
        *law.opinion_facts(tx, pack, round_.node, record.nomination_id),
    ]


def _notice_facts(tx: Tx, record: Nomination) -> list[Fact]:
    notice = store.load_notice(tx, record.notice_id) if record.notice_id else None
    open_ones = store.list_objections(
        tx, scope_of(tx.actor), stage="open", case_id=record.nomination_id
    )
    origin = f"evaluation:{notice.notice_id}" if notice else "evaluation:未公示"
    return [
        law.fact(
            "notice.finished",
            is_finished(notice.ends_on, tx.today) if notice else False,
            origin,
            on=notice.ends_on if notice else None,
            learned_at=notice.posted_at if notice else tx.now,
        ),
        law.fact("notice.open_objections", len(open_ones), origin, on=tx.today, learned_at=tx.now),
    ]


def _held(tx: Tx, unit: Unit) -> Fact:
    holds = copies.list_holds(tx, unit.unit_id)
    last = holds[-1] if holds else None
    return law.fact(
        "unit.held",
        bool(holds),
        "oversight:" + ("、".join(str(h["hold_id"]) for h in holds) or "无暂停"),
        on=last["occurred_at"].astimezone(LAW_ZONE).date() if last else None,
        learned_at=last["heard_at"] if last else tx.now,
    )


def _cultivation(tx: Tx, unit: Unit) -> Fact:
    start = copies.find_cultivation(tx, unit.unit_id)
    return law.fact(
        "cultivation.months",
        full_months(start.happened_on, tx.today) if start else 0,
        f"registry:{start.id}" if start else "registry:无培育记录",
        on=start.happened_on if start else None,
        learned_at=start.learned_at if start else tx.now,
    )


def _quota(tx: Tx, pack: Pack, round_: Round, kind: str) -> Fact:
    approved = store.count_approved(tx, round_.round_id).get(kind, 0)
    quota = quota_for(pack.titles[round_.title_kind], kind, approved)
    return law.fact(
        "quota.left",
        quota.left if quota else 0,
        f"evaluation:{round_.round_id}",
        on=tx.today,
        learned_at=tx.now,
    )


def _because(tx: Tx, record: Nomination) -> list[str | None]:
    recognition = applications.find_recognition(tx, record.unit_id)
    notice = store.load_notice(tx, record.notice_id) if record.notice_id else None
    findings = store.list_objections(tx, scope_of(tx.actor), case_id=record.nomination_id)
    return [
        recognition.decision_id if recognition else None,
        record.enter_decision_id,
        record.district_decision_id,
        record.city_decision_id,
        notice.decision_id if notice else None,
        *(o.decision_id for o in findings),
    ]


def _say(tx: Tx, round_: Round, record: Nomination, decision_id: str) -> None:
    tx.emit(
        said.NamingApproved(
            unit_id=record.unit_id,
            nomination_id=record.nomination_id,
            round_id=round_.round_id,
            round_year=round_.year,
            node=round_.node,
            title_kind=round_.title_kind,
            title_text=round_.title_text,
            level=round_.level,
            approved_on=tx.today,
            decision_id=decision_id,
        )
    )
