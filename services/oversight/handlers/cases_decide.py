"""The parties' joint conclusion (NB23 二(五) 集体会商确定), at the naming level only."""

from __future__ import annotations

from collections.abc import Sequence

from services.oversight.domain import case as rules
from services.oversight.domain.case import OUTCOME_WORDS, Case, Heard, Outcome
from services.oversight.domain.opinions import Consent, Tally, count
from services.oversight.handlers import cases_view, holds
from services.oversight.handlers.cases_rights import (
    clause_of,
    flag_of,
    number_of,
    refuse_unless,
)
from services.oversight.store import cases as store
from services.oversight.store import cases_parties as parties
from services.oversight.store import cases_review as review
from shared.contracts.oversight import DecideCase, ExitDecided
from shared.contracts.oversight_answers import CaseWhole
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx
from shared.policy.assess import assess, need_gate, refuse_unless_met
from shared.policy.conditions import Fact
from shared.policy.pack import Pack
from shared.runtime import decisions, organisations, packs


def decide_case(tx: Tx, command: DecideCase) -> CaseWhole:
    """Conclude the case: the pack of its opening judges, every body has spoken, all sides agree.

    Two officers at once: the second waits for the first, then reads what was decided (409).
    """
    row = store.load_case(tx, command.case_id, lock=True)
    before = store.case_of(row)
    rules.refuse_unless_naming_level(before, tx.actor, organisations.name_of(before.node))
    refuse_unless(tx.actor, "reviewer")
    _refuse_if_decided(before, row)
    pack = packs.pinned(tx, before.fingerprint)
    _refuse_same_person(tx, before, pack)
    opinions = parties.list_opinions(tx, before.case_id)
    tally = count(
        parties.list_seats(tx, before.case_id),
        parties.opinions_of(opinions),
        quorum=number_of(pack, "opinions.quorum_per_side", tx.today, default=1),
    )
    facts = facts_of(tx, before, tally, Consent(command.outcome))
    judged = refuse_unless_met(
        assess(need_gate(pack, "exit.decide"), facts, tx.today), command.override_reason
    )
    case = rules.conclude(before, Outcome(command.outcome))
    triggers = store.triggers_of(tx, case.case_id)
    decision_id = decisions.record(
        tx,
        kind="case.decide",
        subject=case.unit_id,
        outcome=command.outcome,
        says=command.says,
        pack=pack,
        facts=facts,
        rules=judged.outcomes,
        opinions=[_said(o) for o in opinions],
        because=[row["opening_decision_id"], *triggers, *_holds_of(tx, triggers)],
        documents=[o["document"] for o in opinions if o["document"]],
        clauses=[row["clause"]],
    )
    _save(tx, case, command, decision_id)
    if case.outcome is Outcome.KEEP:
        _release(tx, case, triggers, decision_id)
    return cases_view.whole(tx, case.case_id)


def facts_of(tx: Tx, case: Case, tally: Tally, consent: Consent) -> tuple[Fact, ...]:
    """What the gate exit.decide asks about, for a conclusion."""
    values: dict[str, bool | int] = {
        "statement.heard_or_waived": case.heard is not Heard.NO,
        "opinions.complete": tally.is_complete,
        "opinions.sides_consenting": tally.sides_consenting(consent),
        "case.level_is_naming_level": rules.is_at_naming_level(case, tx.actor),
    }
    return tuple(
        Fact(name, value, f"oversight:{case.case_id}", tx.today, tx.now)
        for name, value in values.items()
    )


def _save(tx: Tx, case: Case, command: DecideCase, decision_id: str) -> None:
    store.save_case(
        tx,
        case,
        decided_on=tx.today,
        decided_at=tx.now,
        decided_by=tx.actor.id,
        decided_says=command.says,
        decision_id=decision_id,
    )
    store.add_step(
        tx,
        case.case_id,
        kind="decided",
        says=f"集体会商决定：{OUTCOME_WORDS[case.outcome]}。{command.says}",
        clause=clause_of(tx, case.fingerprint, "decide"),
        decision_id=decision_id,
    )
    tx.emit(
        ExitDecided(
            unit_id=case.unit_id,
            case_id=case.case_id,
            title_id=case.title_id,
            outcome=case.outcome,
            ground=case.ground,
            decided_on=tx.today,
            decision_id=decision_id,
        )
    )


def _refuse_if_decided(case: Case, row: store.Row) -> None:
    if case.outcome is not Outcome.OPEN:
        raise Refused(
            "case_decided",
            f"本案已于 {row['decided_on']} 决定「{OUTCOME_WORDS[case.outcome]}」，"
            "不能再次决定。请刷新页面查看。",
            case.clause,
        )


def _refuse_same_person(tx: Tx, case: Case, pack: Pack) -> None:
    if case.opened_by != tx.actor.id:
        return
    if flag_of(pack, "exit.two_person_decide", tx.today, default=True):
        raise Refused("second_person", "启动本案的人不能同时录入会商决定，请由另一位审核人员办理。")


def _release(tx: Tx, case: Case, triggers: Sequence[str], decision_id: str) -> None:
    """The parties kept the title: the reasons this case was about go, and no other.

    While its agency's numbers have a hole a hold stays, and the case says so (DESIGN 6).
    """
    for trigger_id in triggers:
        hold = review.find_hold(tx, trigger_id=trigger_id)
        if hold is None or hold["lifted_at"] is not None:
            continue
        try:
            holds.lift_hold(tx, hold["hold_id"], "三方会商决定保留命名", decision_id)
        except Refused as refusal:
            store.add_step(
                tx, case.case_id, kind="hold_stays", says=f"暂停尚未解除：{refusal.says}"
            )


def _holds_of(tx: Tx, triggers: Sequence[str]) -> list[str]:
    found = (review.find_hold(tx, trigger_id=trigger_id) for trigger_id in triggers)
    return [hold["hold_id"] for hold in found if hold is not None]


def _said(opinion: store.Row) -> dict[str, str]:
    return {
        "body": opinion["body"],
        "consent": opinion["consent"],
        "text": opinion["opinion_text"],
        "by": opinion["given_by_name"],
        "at": opinion["given_at"].isoformat(),
    }
