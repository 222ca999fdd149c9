"""Written reports: prefilled from figures, drafted, handed to the office above, taken in there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.registry.domain.report import missing_sections, outcome_of
from services.registry.domain.task import Mark, TaskState, mark_of
from services.registry.handlers.acts import Note, fact, need, need_text, note
from services.registry.handlers.report_views import (
    Filled,
    Form,
    filled_now,
    form_of,
    missing_view,
    report_view,
)
from services.registry.handlers.task_book import tasks_of
from services.registry.handlers.task_law import nodes_in
from services.registry.handlers.tasks import READERS, WRITERS
from services.registry.store import reports
from services.registry.store.units import Row
from shared.contracts.refusals import Refused
from shared.contracts.registry_calendar import (
    GetReport,
    ListReports,
    ReceiveReport,
    SaveReport,
    SubmitReport,
)
from shared.contracts.registry_calendar_answers import ReportView
from shared.messaging.tx import Tx
from shared.policy.assess import Determination, assess, gate, refuse_unless_met
from shared.policy.conditions import Fact
from shared.runtime import decisions, organisations

_SECOND = ("draft", "returned")


def get_report(tx: Tx, command: GetReport) -> ReportView:
    """A report as it is kept, or as it would begin: figures and records stand in it."""
    need(tx, *READERS)
    form = form_of(tx, command.form, command.node, command.year)
    row = reports.find_report(tx, form=form.id, node=form.node, year=form.year)
    return report_view(tx, form, row)


def list_reports(tx: Tx, command: ListReports) -> dict[str, Any]:
    """A year's reports in the actor's area, and who has not handed in."""
    need(tx, *READERS)
    nodes, year = nodes_in(tx, command.node), command.year or tx.today.year
    rows = reports.list_reports(tx, [node.code for node in nodes], year, command.form)
    views = [report_view(tx, form_of(tx, r["form"], r["node"], year), r) for r in rows]
    missing = [
        missing_view(task)
        for task in tasks_of(tx, nodes, year)
        if task.slot.duty.done_by.startswith(f"report:{command.form}")
        and task.closing is None
        and task.state is not TaskState.WAITING
    ]
    return {"reports": views, "missing": missing}


def save_report(tx: Tx, command: SaveReport) -> ReportView:
    """Keep a draft of the own node's report; one handed in is changed after it was sent back."""
    form = _own(tx, command.form, command.node, command.year)
    unknown = [key for key in command.sections if key not in {s.id for s in form.form.sections}]
    if unknown:
        says = f"《{form.form.name}》没有“{'、'.join(unknown)}”这一部分"
        raise Refused("section_unknown", says, form.form.clause, 422)
    row = reports.find_report(tx, form=form.id, node=form.node, year=form.year)
    values = {
        "sections": {key: text.strip() for key, text in command.sections.items()},
        "file": command.file.model_dump() if command.file else None,
        "saved_at": tx.now,
        "saved_by": tx.actor.id,
    }
    if row is None:
        reports.add_report(
            tx,
            {
                **values, "report_id": tx.new_id("report"), "form": form.id, "node": form.node,
                "to_node": form.to_node, "year": form.year, "status": "draft", "revision": 1,
                "fingerprint": form.pack.fingerprint,
            },
        )  # fmt: skip
    else:
        _need_state(row, *_SECOND)
        reports.change_report(tx, row["report_id"], command.revision, values)
    return _read(tx, form)


def submit_report(tx: Tx, command: SubmitReport) -> ReportView:
    """Hand the report in. The first time decides whether it came in time; late ones are taken."""
    form = _own(tx, command.form, command.node, command.year)
    row = _load(tx, form)
    _need_state(row, *_SECOND)
    filled = filled_now(tx, form)
    facts = _facts(tx, form, row, filled)
    found = _judged(tx, form, row, facts, command.reason)
    mark = row["mark"] if row["submitted_at"] else _mark(tx, form)
    decision_id = _decide(tx, form, row, mark, facts, found)
    values = {
        "status": "submitted", "decision_id": decision_id, "figures": filled.figures_kept,
        "records": filled.records_kept, "mark": mark, "fingerprint": form.pack.fingerprint,
        "submitted_at": row["submitted_at"] or tx.now,
        "submitted_by": row["submitted_by"] or tx.actor.id,
    }  # fmt: skip
    reports.change_report(tx, row["report_id"], row["revision"], values)
    _step(tx, form, {**row, **values}, "submitted", command.reason.strip())
    return _read(tx, form, found)


def receive_report(tx: Tx, command: ReceiveReport) -> ReportView:
    """Take a report in, or send it back with what is missing."""
    need(tx, *WRITERS)
    form = form_of(tx, command.form, command.node, command.year)
    _need_receiver(tx, form)
    row = _load(tx, form)
    _need_state(row, "submitted")
    says = command.says.strip()
    values: dict[str, object] = {"status": command.outcome, "says": says}
    if command.outcome == "returned":
        values["says"] = need_text(says, "退回报告须写明需要补充什么", "/says")
    else:
        values |= {"received_at": tx.now, "received_by": tx.actor.id}
    reports.change_report(tx, row["report_id"], row["revision"], values)
    _step(tx, form, row, command.outcome, says)
    return _read(tx, form)


def _own(tx: Tx, form_id: str, node: str, year: int) -> Form:
    need(tx, *WRITERS)
    form = form_of(tx, form_id, node, year)
    if tx.actor.node != node:
        says = f"《{form.form.name}》由{organisations.name_of(node)}自己填报"
        raise Refused("not_allowed", says, form.form.clause, 403)
    return form


def _need_receiver(tx: Tx, form: Form) -> None:
    """The office above takes it in; for an office that has nobody here its sender writes it down.

    What a node keeps itself another officer of it takes in.
    """
    to = organisations.find_node(form.to_node)
    here = form.stays_here or (to is not None and to.external)
    outside = here and tx.actor.node == form.node
    if not outside and (
        tx.actor.node == form.node or not organisations.answers_for(tx.actor.node, form.node)
    ):
        says = f"《{form.form.name}》由{organisations.name_of(form.to_node)}收件"
        raise Refused("not_allowed", says, form.form.clause, 403)


def _need_state(row: Row, *wanted: str) -> None:
    if row["status"] not in wanted:
        raise Refused("report_state", outcome_of(row["status"]))


def _load(tx: Tx, form: Form) -> Row:
    row = reports.find_report(tx, form=form.id, node=form.node, year=form.year, lock=True)
    if row is None:
        says = f"{organisations.name_of(form.node)}{form.year}年的《{form.form.name}》还没有起草"
        raise Refused("report_not_found", says, form.form.clause, 404)
    return row


def _mark(tx: Tx, form: Form) -> Mark:
    if form.due is None or form.duty is None:
        return Mark.IN_TIME
    return mark_of(form.due, tx.today, hard=form.duty.hard)


def _facts(tx: Tx, form: Form, row: Row, filled: Filled) -> list[Fact]:
    missing = missing_sections(form.form, row["sections"])
    facts = [
        fact(tx, f"{form.id}.sections_missing", len(missing), "报告"),
        fact(tx, f"{form.id}.file_attached", row["file"] is not None, "报告"),
        fact(tx, f"{form.id}.submitted_on", tx.today, "报送"),
    ]
    counted = {count.kind: count.count for count in filled.records.values()}
    return facts + [fact(tx, f"{form.id}.{k}", n, "工作记录") for k, n in counted.items()]


def _judged(tx: Tx, form: Form, row: Row, facts: Sequence[Fact], reason: str) -> Determination:
    missing = missing_sections(form.form, row["sections"])
    if missing:
        rows = [{"pointer": f"/sections/{s.id}", "says": f"“{s.says}”没有内容"} for s in missing]
        says = f"《{form.form.name}》还缺：{'、'.join(s.says for s in missing)}。请补写后报送"
        raise Refused("report_section_missing", says, form.form.clause, 422, rows)
    name = f"report.{form.id}"
    rules = gate(form.pack, name) if name in form.pack.gates else ()
    return refuse_unless_met(assess(rules, facts, tx.today), reason)


def _decide(
    tx: Tx, form: Form, row: Row, mark: str, facts: Sequence[Fact], found: Determination
) -> str:
    return decisions.record(
        tx,
        kind=f"report.{form.id}",
        subject=row["report_id"],
        outcome=mark or "in_time",
        says=f"收到{organisations.name_of(form.node)}{form.year}年《{form.form.name}》",
        pack=form.pack,
        facts=facts,
        rules=found.outcomes,
        clauses=[form.form.clause],
    )


def _step(tx: Tx, form: Form, row: Any, what: str, says: str) -> None:
    reports.add_step(
        tx,
        {
            "report_id": row["report_id"], "what": what, "sections": row["sections"],
            "figures": row["figures"], "file": row["file"], "says": says, "mark": row["mark"],
            "decision_id": row["decision_id"], "learned_at": tx.now, "by_id": tx.actor.id,
            "by_name": tx.actor.name,
        },
    )  # fmt: skip
    word = {"submitted": "报送", "returned": "被退回", "received": "已收件"}[what]
    text = f"{organisations.name_of(form.node)}{form.year}年《{form.form.name}》{word}"
    said = Note(f"report.{what}", text, tx.today, form.form.clause, row["decision_id"])
    note(tx, "", said, {"node": form.node})


def _read(tx: Tx, form: Form, found: Determination | None = None) -> ReportView:
    row = reports.find_report(tx, form=form.id, node=form.node, year=form.year)
    return report_view(tx, form, row, found)
