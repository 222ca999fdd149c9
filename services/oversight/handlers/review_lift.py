"""Taking reasons away: dismissing a trigger, lifting a hold; a second person where asked for."""

from __future__ import annotations

from services.oversight.handlers.cases_rights import OFFICERS, flag_of, refuse_unless
from services.oversight.handlers.holds import lift_hold as end
from services.oversight.handlers.review_take import take
from services.oversight.store import cases
from services.oversight.store import cases_review as store
from shared.contracts.oversight import DismissTrigger, LiftHold
from shared.contracts.oversight_answers import LiftAnswer
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx
from shared.policy.assess import Determination, assess, gate, refuse_unless_met
from shared.policy.conditions import Fact
from shared.policy.pack import Pack
from shared.runtime import decisions, packs

TWO_PERSONS = "hold.lift_two_persons"


def dismiss_trigger(tx: Tx, command: DismissTrigger) -> LiftAnswer:
    """The trigger does not hold: its own hold goes with it, and no other reason."""
    refuse_unless(tx.actor, *OFFICERS)
    row = take(tx, command.trigger_id)
    unit = cases.lock_unit(tx, row["unit_id"])
    pack = packs.in_force(tx, unit["division"], tx.today)
    hold = store.find_hold(tx, trigger_id=command.trigger_id)
    stands = hold is not None and hold["lifted_at"] is None
    if stands and not two_agree(tx, pack, command.trigger_id, "dismiss", command.reason):
        return LiftAnswer(
            state="awaiting_second",
            says="已提出「不成立」的意见，须由另一位有权人员同意后生效；在此之前暂停继续有效。",
            trigger_id=command.trigger_id,
        )
    judged = judge_lift(tx, pack, hold, unit["kind"]) if stands and hold else None
    decision_id = decisions.record(
        tx,
        kind="trigger.dismiss",
        subject=row["unit_id"],
        outcome="dismissed",
        says=f"经人工核实，该事项不成立：{command.reason}",
        pack=pack,
        facts=lift_facts(tx, hold) if hold else (),
        rules=judged.outcomes if judged else (),
        because=[part for part in (row["decision_id"], row["trigger_id"], row["hold_id"]) if part],
    )
    store.save_reviewed(tx, row, state="dismissed")
    if stands and hold:
        end(tx, hold["hold_id"], f"不成立：{command.reason}", decision_id)
    return LiftAnswer(
        state="dismissed",
        says="已认定不成立，并解除由其引起的暂停。" if stands else "已认定不成立。",
        hold_id=hold["hold_id"] if hold else "",
        trigger_id=command.trigger_id,
        decision_id=decision_id,
    )


def lift_hold(tx: Tx, command: LiftHold) -> LiftAnswer:
    """Take one reason away. The unit stays held while any other stands."""
    refuse_unless(tx.actor, *OFFICERS)
    hold = store.find_hold(tx, hold_id=command.hold_id)
    if hold is None:
        raise Refused("hold_not_found", f"没有编号为 {command.hold_id} 的暂停。", status=404)
    if hold["lifted_at"] is not None:
        raise Refused("hold_lifted", f"这项暂停已经解除：{hold['lifted_reason']}。", hold["clause"])
    refuse_under_case(tx, hold)
    unit = cases.lock_unit(tx, hold["unit_id"])
    pack = packs.in_force(tx, unit["division"], tx.today)
    if not two_agree(tx, pack, hold["trigger_id"], "lift", command.reason):
        return LiftAnswer(
            state="awaiting_second",
            says="已提出解除，须由另一位有权人员同意后生效；在此之前暂停继续有效。",
            hold_id=command.hold_id,
        )
    judged = judge_lift(tx, pack, hold, unit["kind"])
    decision_id = decisions.record(
        tx,
        kind="hold.lift",
        subject=hold["unit_id"],
        outcome="lifted",
        says=f"解除一项暂停：{command.reason}",
        pack=pack,
        facts=lift_facts(tx, hold),
        rules=judged.outcomes,
        because=[hold["hold_id"], hold["trigger_id"]],
    )
    end(tx, command.hold_id, command.reason, decision_id)
    return LiftAnswer(
        state="lifted",
        says="已解除这一项暂停；如还有其他原因，单位仍处于暂停状态。",
        hold_id=command.hold_id,
        trigger_id=hold["trigger_id"],
        decision_id=decision_id,
    )


def two_agree(tx: Tx, pack: Pack, trigger_id: str, purpose: str, reason: str) -> bool:
    """Whether the act may go on: one person where the pack says so, else the second of two."""
    asked = store.find_request(tx, trigger_id, purpose)
    if asked is None:
        if not flag_of(pack, TWO_PERSONS, tx.today, default=True):
            return True
        store.save_request(tx, trigger_id, purpose, reason)
        return False
    if asked["asked_by"] == tx.actor.id:
        raise Refused(
            "second_person",
            f"您已于此前提出（{asked['reason']}），须由另一位有权人员同意，本人不能再次办理。",
        )
    store.settle_request(tx, asked["lift_request_id"])
    return True


def lift_facts(tx: Tx, hold: cases.Row) -> tuple[Fact, ...]:
    """What the gate hold.lift asks about."""
    may = any(tx.actor.has(role) for role in OFFICERS)
    whole = bool(hold["is_contiguous"])
    return (
        Fact("lifter.may", may, f"account:{tx.actor.id}", tx.today, tx.now),
        Fact("feed.contiguous", whole, f"agency:{hold['agency']}", tx.today, tx.now),
    )


def judge_lift(tx: Tx, pack: Pack, hold: cases.Row, kind: str) -> Determination:
    """Refuse unless the person may lift and no older event of the agency may be missing."""
    rules = gate(pack, "hold.lift", kind) if "hold.lift" in pack.gates else ()
    return refuse_unless_met(assess(rules, lift_facts(tx, hold), tx.today))


def refuse_under_case(tx: Tx, hold: cases.Row) -> None:
    """While the parties deliberate on this very trigger, nobody lifts its hold beside them."""
    for case_id in cases.cases_of_trigger(tx, hold["trigger_id"]):
        if cases.is_open(tx, case_id):
            raise Refused(
                "case_open",
                f"这项暂停所依据的事项正在退出案件 {case_id} 中会商，须待会商决定，不能单独解除。",
                hold["clause"],
            )
