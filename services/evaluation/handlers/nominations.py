"""自主申报、逐级审核: a unit's way into a round, no step skipped (NB23 二(四))."""

from __future__ import annotations

from services.evaluation.domain.cultivation import full_months
from services.evaluation.domain.records import Nomination, Round, Unit
from services.evaluation.domain.stages import NominationStage, RoundStage, move
from services.evaluation.domain.standing import (
    need_level,
    need_office,
    need_role,
    need_second_person,
    scope_of,
)
from services.evaluation.handlers import law, round_views
from services.evaluation.handlers.applications import reason_of
from services.evaluation.handlers.moves import nomination_moved
from services.evaluation.handlers.steps import Case, Ruling, conclude, dumped, what_happened
from services.evaluation.store import applications, copies
from services.evaluation.store import rounds as store
from shared.contracts import evaluation_round as say
from shared.contracts.evaluation_round_answers import NominationView
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx
from shared.policy.conditions import Fact
from shared.runtime import organisations

NAMING = "naming"


def nominate(tx: Tx, command: say.Nominate) -> NominationView:
    """自主申报: once a round, while it is open, by a recognised unit."""
    unit = copies.load_unit(tx, command.unit_id, scope_of(tx.actor))
    need_role(tx.actor, "unit", "clerk")
    copies.lock_unit(tx, unit.unit_id)
    round_ = store.load_round(tx, command.round_id)
    _must_take(tx, round_, unit)
    pack = law.pinned(tx, round_.pack_fingerprint)
    facts, because = _entry(tx, unit)
    determination = law.demand(tx, pack, "nomination.enter", facts, kind=unit.kind)
    nomination_id = tx.new_id("nomination")
    decision_id = conclude(
        tx,
        Case("nomination", nomination_id, unit.unit_id),
        Ruling(pack, facts, determination, because=because),
        kind="nomination.enter",
        step="declare",
        outcome="declared",
        says=f"「{unit.name}」申报{round_.year}年度「{round_.title_text}」",
        clause=pack.step_clause(NAMING, "declare"),
        documents=command.documents,
    )
    record = Nomination(
        nomination_id=nomination_id,
        revision=1,
        round_id=round_.round_id,
        unit_id=unit.unit_id,
        kind=unit.kind,
        stage=NominationStage.DECLARED,
        statement=command.statement,
        documents=dumped(command.documents),
        declared_at=tx.now,
        declared_by=tx.actor.id,
        declared_by_name=tx.actor.name,
        enter_decision_id=decision_id,
    )
    store.save_nomination(tx, record)
    nomination_moved(tx, record, round_, record.stage)
    return read(tx, say.ReadNomination(nomination_id=nomination_id))


def district_review(tx: Tx, command: say.DistrictReview) -> NominationView:
    """The unit's own district forwards or refuses."""
    record, unit, round_ = locked(tx, command.nomination_id)
    office = organisations.office_for(unit.division)
    need_office(tx.actor, office.code if office else "", "clerk", "reviewer")
    forward = _outcome(command.outcome, "forward")
    to = NominationStage.DISTRICT_REVIEWED if forward else NominationStage.REFUSED
    go(tx, record, to)
    text = command.text if forward else reason_of(command.text, "不予推荐须写明理由")
    decision_id = _review(tx, record, "district_review", to, text=text)
    store.change_nomination(
        tx,
        record.nomination_id,
        stage=to,
        district_at=tx.now,
        district_by=tx.actor.id,
        district_by_name=tx.actor.name,
        district_decision_id=decision_id,
        **ended(tx, to, decision_id, text),
    )
    nomination_moved(tx, record, round_, to, text)
    return read(tx, say.ReadNomination(nomination_id=record.nomination_id))


def city_review(tx: Tx, command: say.CityReview) -> NominationView:
    """The city passes or refuses what a district has forwarded; nobody reviews twice."""
    record, _, round_ = locked(tx, command.nomination_id)
    need_level(tx.actor, "city", "clerk", "reviewer")
    need_office(tx.actor, round_.node, "clerk", "reviewer")
    passed = _outcome(command.outcome, "pass")
    pack = law.pinned(tx, round_.pack_fingerprint)
    facts = [reviewed(record, "district")]
    law.demand(tx, pack, "nomination.city_review", facts, kind=record.kind)
    to = NominationStage.CITY_REVIEWED if passed else NominationStage.REFUSED
    go(tx, record, to)
    need_second_person(tx.actor, record.district_by or "", "市级审核")
    text = command.text if passed else reason_of(command.text, "审核不通过须写明理由")
    decision_id = _review(tx, record, "city_review", to, text=text)
    store.change_nomination(
        tx,
        record.nomination_id,
        stage=to,
        city_at=tx.now,
        city_by=tx.actor.id,
        city_by_name=tx.actor.name,
        city_decision_id=decision_id,
        **ended(tx, to, decision_id, text),
    )
    nomination_moved(tx, record, round_, to, text)
    return read(tx, say.ReadNomination(nomination_id=record.nomination_id))


def read(tx: Tx, command: say.ReadNomination) -> NominationView:
    """One nomination with steps, opinions and objections."""
    record = store.load_nomination(tx, command.nomination_id, scope_of(tx.actor))
    return round_views.nomination(tx, record)


def locked(tx: Tx, nomination_id: str) -> tuple[Nomination, Unit, Round]:
    """A nomination held until commit, with its unit and its round."""
    scope = scope_of(tx.actor)
    record = store.load_nomination(tx, nomination_id, scope, lock=True)
    unit = copies.load_unit(tx, record.unit_id, scope)
    return record, unit, store.load_round(tx, record.round_id)


def go(tx: Tx, record: Nomination, to: NominationStage) -> None:
    """Refused 409, saying who did what, unless the nomination may go to this stage."""
    move(record.stage, to, what_happened=what_happened(tx, record.nomination_id))


def case_of(record: Nomination) -> Case:
    """What steps of this nomination belong to."""
    return Case("nomination", record.nomination_id, record.unit_id)


def reviewed(record: Nomination, level: str) -> Fact:
    """Whether a level has reviewed, with the decision it rests on."""
    at = record.district_at if level == "district" else record.city_at
    decision = record.district_decision_id if level == "district" else record.city_decision_id
    return law.fact(
        f"review.{level}_done",
        at is not None,
        f"evaluation:{decision or record.nomination_id}",
        on=at.date() if at else None,
        learned_at=at,
    )


def ended(tx: Tx, to: NominationStage, decision_id: str, reason: str) -> dict[str, object]:
    """The columns that a refusal fills."""
    if to is not NominationStage.REFUSED:
        return {}
    return {"decision_id": decision_id, "decided_on": tx.today, "reason": reason}


def _entry(tx: Tx, unit: Unit) -> tuple[list[Fact], list[str | None]]:
    recognition = applications.find_recognition(tx, unit.unit_id)
    facts = [
        law.fact("unit.kind", unit.kind, f"registry:{unit.unit_id}", learned_at=unit.heard_at),
        law.fact(
            "unit.recognised",
            recognition is not None,
            f"evaluation:{recognition.decision_id}" if recognition else "evaluation:无认定记录",
            on=recognition.recognised_on if recognition else None,
            learned_at=recognition.recognised_at if recognition else tx.now,
        ),
    ]
    return facts, [recognition.decision_id] if recognition else []


def _must_take(tx: Tx, round_: Round, unit: Unit) -> None:
    if unit.closed_on or (unit.ends_on and unit.ends_on < tx.today):
        raise Refused("unit_closed", f"「{unit.name}」已终止或期满，不能申报")
    if round_.stage is not RoundStage.OPEN:
        raise Refused("round_not_open", f"{round_.year}年度选树活动现在不接受申报")
    if round_.nominations_until and tx.today > round_.nominations_until:
        raise Refused("round_not_open", f"申报已于{round_.nominations_until}截止")
    if store.find_nomination(tx, round_.round_id, unit.unit_id):
        raise Refused("already_nominated", f"「{unit.name}」本年度已申报，不能重复申报")
    _must_have_waited(tx, round_, unit)
    if copies.has_title(tx, unit.unit_id, round_.title_kind):
        raise Refused("already_titled", f"「{unit.name}」已是「{round_.title_text}」")


def _must_have_waited(tx: Tx, round_: Round, unit: Unit) -> None:
    """After a revocation, the months of the pack's setting (A-54; none unless an officer set it)."""
    lost = copies.last_revoked(tx, unit.unit_id)
    pack = law.pinned(tx, round_.pack_fingerprint)
    if lost is None or "reapply.wait_months" not in pack.settings:
        return
    months = law.number(pack, "reapply.wait_months", tx.today)
    dated, _ = law.setting(pack, "reapply.wait_months", tx.today)
    if full_months(lost, tx.today) < months:
        says = f"「{unit.name}」于{lost}被取消命名，须满{months}个月方可再次申报"
        raise Refused("reapply_too_early", says, dated.clause)


def _review(tx: Tx, record: Nomination, step: str, to: NominationStage, *, text: str) -> str:
    pack = law.pinned(tx, store.load_round(tx, record.round_id).pack_fingerprint)
    level = "区（县、市）" if step == "district_review" else "市级"
    verdict = "审核不通过" if to is NominationStage.REFUSED else "审核通过"
    facts = [] if step == "district_review" else [reviewed(record, "district")]
    determination = (
        law.judge(tx, pack, "nomination.city_review", facts, record.kind) if facts else None
    )
    return conclude(
        tx,
        case_of(record),
        Ruling(
            pack,
            facts,
            determination,
            because=[record.enter_decision_id, record.district_decision_id],
        ),
        kind=f"nomination.{step}",
        step=step,
        outcome=to.value,
        says=f"{level}{verdict}",
        clause=pack.step_clause(NAMING, step),
        text=text,
    )


def _outcome(given: str, yes: str) -> bool:
    if given not in {yes, "refuse"}:
        says = "审核结论应为通过或不通过"
        errors = [{"pointer": "/outcome", "says": says}]
        raise Refused("outcome_unknown", says, "", 422, errors)
    return given == yes
