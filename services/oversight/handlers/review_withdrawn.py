"""An agency takes its own event back: a person agrees before what it held is let go (DESIGN 6)."""

from __future__ import annotations

from services.oversight.handlers.holds import lift_hold as end
from services.oversight.handlers.review_lift import (
    judge_lift,
    lift_facts,
    refuse_under_case,
    two_agree,
)
from services.oversight.store import cases
from services.oversight.store import cases_review as store
from shared.contracts.oversight_answers import ConfirmAnswer
from shared.messaging.tx import Tx
from shared.runtime import decisions, packs


def confirm_withdrawal(tx: Tx, row: cases.Row, remark: str) -> ConfirmAnswer:
    """The taking back is genuine: the event it names is closed, and its own hold lifted."""
    unit = cases.lock_unit(tx, row["unit_id"])
    pack = packs.in_force(tx, unit["division"], tx.today)
    event_id = str(row["said"].get("event_id", ""))
    target = store.find_trigger(tx, row["agency"], event_id)
    hold = store.find_hold(tx, trigger_id=target["trigger_id"]) if target else None
    stands = hold is not None and hold["lifted_at"] is None
    judged = None
    if stands and hold:
        refuse_under_case(tx, hold)
        if not two_agree(tx, pack, hold["trigger_id"], "lift", remark):
            says = "已提出同意撤回，须由另一位有权人员同意后生效；在此之前暂停继续有效。"
            return _answer(row, "awaiting_second", says)
        judged = judge_lift(tx, pack, hold, unit["kind"])
    says = f"经人工核实，同意机构撤回事件 {event_id}"
    decision_id = decisions.record(
        tx,
        kind="trigger.withdraw",
        subject=row["unit_id"],
        outcome="lifted" if stands else "closed",
        says=f"{says}：{remark}",
        pack=pack,
        facts=lift_facts(tx, hold) if hold else (),
        rules=judged.outcomes if judged else (),
        because=[part for part in (row["decision_id"], row["trigger_id"], event_id) if part],
        clauses=[row["clause"]] if row["clause"] else (),
    )
    store.save_reviewed(tx, row, state="confirmed")
    if target and target["state"] == "pending":
        matter = store.load_matter(tx, target["trigger_id"])
        store.save_reviewed(tx, matter, state="closed")
    if stands and hold:
        end(tx, hold["hold_id"], f"机构撤回该事件：{remark}", decision_id)
        says += "，并解除由其引起的暂停"
    return _answer(row, "lifted" if stands else "closed", f"{says}。", decision_id)


def _answer(row: cases.Row, outcome: str, says: str, decision_id: str = "") -> ConfirmAnswer:
    return ConfirmAnswer(
        trigger_id=row["trigger_id"],
        outcome=outcome,
        says=says,
        clause=row["clause"],
        decision_id=decision_id,
    )
