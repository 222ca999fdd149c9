"""A plan's way: drafted, issued, filed with the office above, taken in there; then the next one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.registry.handlers.acts import Note, need, note
from services.registry.handlers.plan_rules import (
    GATE,
    assessed,
    clause_of,
    is_late,
    judged,
    marks_of,
    standards_of,
    usual_deadline,
    warnings_at_issue,
)
from services.registry.handlers.plans import plan_view
from services.registry.handlers.task_law import above, law_of
from services.registry.handlers.views import warnings_of
from services.registry.store import plans
from services.registry.store.units import Row
from shared.contracts.refusals import Refused
from shared.contracts.registry import PlanFiled
from shared.contracts.registry_acts import (
    FileIssuedPlan,
    FilePlan,
    IssuePlan,
    PlanContent,
    ReceivePlan,
    SavePlan,
)
from shared.contracts.registry_plan_answers import PlanView
from shared.messaging.tx import Tx
from shared.policy.assess import Determination, need_gate
from shared.policy.conditions import Fact
from shared.policy.pack import Pack
from shared.runtime import decisions, organisations

_CONTENT = ("sections", "window_from", "deadline_on", "deadline_reason", "standards", "papers",
            "publicity", "document_ids")  # fmt: skip


def save_plan(tx: Tx, command: SavePlan) -> PlanView:
    """Keep a draft of the own node's next version."""
    pack = _begin(tx, command.year)
    draft = plans.find_draft(tx, tx.actor.node, command.year)
    if draft is None:
        return plan_view(tx, _added(tx, pack, command))
    return plan_view(tx, plans.change_plan(tx, draft["plan_id"], _content(tx, pack, command)))


def issue_plan(tx: Tx, command: IssuePlan) -> PlanView:
    """Issue the draft: what it fixes rules from now on, whether it is filed yet or not."""
    row = _own(tx, command.plan_id)
    pack = _begin(tx, row["year"])
    if row["status"] != "draft":
        raise Refused("plan_state", "这一版已经印发：要改动请另起草一版", clause_of(pack))
    return plan_view(tx, _issued(tx, pack, row, command.reason))


def file_plan(tx: Tx, command: FilePlan) -> PlanView:
    """Issue a plan and file it with the office above in one act."""
    pack = _begin(tx, command.year)
    draft = plans.find_draft(tx, tx.actor.node, command.year)
    row = (
        _added(tx, pack, command)
        if draft is None
        else plans.change_plan(tx, draft["plan_id"], _content(tx, pack, command))
    )
    return plan_view(tx, _filed(tx, pack, _issued(tx, pack, row, command.reason)))


def file_issued_plan(tx: Tx, command: FileIssuedPlan) -> PlanView:
    """File the issued plan with the office above."""
    row = _own(tx, command.plan_id)
    pack = _begin(tx, row["year"])
    if row["status"] != "issued" or not row["in_force"]:
        raise Refused("plan_state", "只有已经印发、现行有效的一版可以报备", clause_of(pack))
    return plan_view(tx, _filed(tx, pack, row))


def receive_plan(tx: Tx, command: ReceivePlan) -> PlanView:
    """The office above takes a plan in; what changed its standard it takes in again."""
    need(tx, "clerk", "reviewer")
    row = plans.load_plan(tx, command.plan_id)
    pack = law_of(tx, row["node"], row["year"])
    to = organisations.find_node(above(row["node"]))
    outside = to is not None and to.external and tx.actor.node == row["node"]
    above_it = organisations.answers_for(tx.actor.node, row["node"])
    mine = tx.actor.node != row["node"] and above_it
    if not (mine or outside):
        name = to.name if to else "上级三方会议办公室"
        raise Refused("not_allowed", f"年度安排由{name}收件", clause_of(pack), 403)
    if not row["asks_receipt"] or not row["in_force"]:
        raise Refused("plan_state", "这一版没有待收件的报备", clause_of(pack))
    values = {"status": "received", "asks_receipt": False, "received_at": tx.now,
              "received_by": tx.actor.id, "received_says": command.says.strip()}  # fmt: skip
    found = plans.change_plan(tx, row["plan_id"], values)
    _note(tx, pack, found, "plan.received", "已收件")
    return plan_view(tx, found)


def _begin(tx: Tx, year: int) -> Pack:
    need(tx, "clerk")
    plans.lock_filing(tx, tx.actor.node, year)
    pack = law_of(tx, tx.actor.node, year)
    need_gate(pack, GATE)
    return pack


def _own(tx: Tx, plan_id: str) -> Row:
    need(tx, "clerk")
    row = plans.load_plan(tx, plan_id)
    if row["node"] != tx.actor.node:
        says = f"这是{organisations.name_of(row['node'])}的年度安排，由其自行办理"
        raise Refused("not_allowed", says, status=403)
    return row


def _content(tx: Tx, pack: Pack, command: PlanContent) -> dict[str, Any]:
    deadline = command.deadline_on or usual_deadline(pack, command.year)
    if deadline < command.window_from:
        raise Refused("window_empty", "截止日早于开始日：请核对受理时限", clause_of(pack), 422)
    known = plans.list_documents(tx, command.document_ids)
    if len(known) != len(set(command.document_ids)):
        raise Refused("document_not_found", "关联的上级文件不在库内：请先登记", status=422)
    return {
        **command.model_dump(include=set(_CONTENT)),
        "deadline_on": deadline,
        "standards": standards_of(pack, command),
        "papers": list(command.papers),
        "document_ids": list(command.document_ids),
        "fingerprint": pack.fingerprint,
        "saved_at": tx.now,
        "saved_by": tx.actor.id,
    }


def _added(tx: Tx, pack: Pack, command: PlanContent) -> Row:
    node, year = tx.actor.node, command.year
    versions = plans.list_versions(tx, node, year)
    fixed: dict[str, Any] = {
        "plan_id": tx.new_id("plan"), "node": node, "year": year, "status": "draft",
        "plan_version": versions[0]["plan_version"] + 1 if versions else 1,
        "in_force": False, "warnings": [], "late": False,
    }  # fmt: skip
    return plans.add_plan(tx, {**fixed, **_content(tx, pack, command)})


def _issued(tx: Tx, pack: Pack, row: Row, reason: str) -> Row:
    """Judge what the plan says and put it in force; the one before goes out of force."""
    facts, found = judged(tx, pack, row, reason)
    earlier = plans.find_plan(tx, row["node"], row["year"])
    filed = any(v["filed_at"] for v in plans.list_versions(tx, row["node"], row["year"]))
    changes = earlier is not None and filed and earlier["standards"] != row["standards"]
    decision_id = _decide(tx, pack, row, "issued", facts, found)
    issued = plans.put_in_force(
        tx,
        row,
        {
            "status": "issued", "issued_at": tx.now, "issued_by": tx.actor.id,
            "reason": reason.strip(), "decision_id": decision_id, "asks_receipt": changes,
            "warnings": [w.model_dump() for w in warnings_at_issue(pack, row, found, changes=changes)],
        },
    )  # fmt: skip
    tx.emit(
        PlanFiled(
            plan_id=issued["plan_id"],
            node=issued["node"],
            year=issued["year"],
            window_from=issued["window_from"],
            deadline_on=issued["deadline_on"],
            standards=issued["standards"],
            papers=tuple(issued["papers"]),
            publicity=issued["publicity"],
        )
    )
    _note(tx, pack, issued, "plan.issued", "印发")
    return issued


def _filed(tx: Tx, pack: Pack, row: Row) -> Row:
    """File with the office above; the year's first filing decides whether it came in time."""
    versions = plans.list_versions(tx, row["node"], row["year"])
    before = [v for v in versions if v["filed_at"] is not None]
    facts, found = assessed(tx, pack, row)
    late = before[-1]["late"] if before else "late" in found.marks or is_late(tx, pack, row)
    decision_id = _decide(tx, pack, row, "filed", facts, found)
    marked = (
        [] if before else [w.model_dump() for w in warnings_of(found) if w.code in marks_of(found)]
    )
    values = {"status": "filed", "asks_receipt": True, "filed_at": tx.now, "late": late,
              "filed_by": tx.actor.id, "decision_id": decision_id,
              "warnings": [*row["warnings"], *marked]}  # fmt: skip
    filed = plans.change_plan(tx, row["plan_id"], values)
    _note(tx, pack, filed, "plan.filed", "报备")
    return filed


def _decide(
    tx: Tx, pack: Pack, row: Row, outcome: str, facts: Sequence[Fact], found: Determination
) -> str:
    word = "印发" if outcome == "issued" else "报备"
    name = organisations.name_of(row["node"])
    return decisions.record(
        tx,
        kind=GATE,
        subject=row["plan_id"],
        outcome=outcome,
        says=f"{name}{word}{row['year']}年度创建活动安排（第{row['plan_version']}版）",
        pack=pack,
        facts=facts,
        rules=found.outcomes,
        clauses=[clause_of(pack)] if clause_of(pack) else [],
    )


def _note(tx: Tx, pack: Pack, row: Row, what: str, word: str) -> None:
    name = organisations.name_of(row["node"])
    text = f"{name} {row['year']} 年度安排（第 {row['plan_version']} 版）{word}"
    said = Note(what, text, tx.today, clause_of(pack), row["decision_id"], node=row["node"])
    note(tx, "", said, {"node": row["node"]})
