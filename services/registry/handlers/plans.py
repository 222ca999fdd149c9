"""Annual plans as people read them, and the upper documents they carry out."""

from __future__ import annotations

from typing import Any

from services.registry.domain.plan import STATUS_TEXT
from services.registry.handlers.acts import need, need_text
from services.registry.handlers.offices import node_view
from services.registry.handlers.task_book import tasks_of
from services.registry.handlers.task_law import above, nodes_in
from services.registry.store import plans
from services.registry.store.units import Row
from shared.contracts.refusals import Refused
from shared.contracts.registry_acts import AddDocument, GetPlan, ListDocuments, ListPlans
from shared.contracts.registry_answers import DocumentView
from shared.contracts.registry_plan_answers import PlanVersion, PlanView
from shared.messaging.tx import Tx
from shared.runtime import organisations, packs

SECTIONS = "plan_sections"


def get_plan(tx: Tx, command: GetPlan) -> PlanView:
    """The plan in force, or a version; open to every signed-in person of the region's programme.

    A draft is its own office's.
    """
    row = None
    if organisations.may_know(tx.actor.node, command.node):
        row = plans.find_plan(tx, command.node, command.year, command.plan_version)
    if row is None or (row["status"] == "draft" and tx.actor.node != command.node):
        name = organisations.name_of(command.node)
        raise Refused("plan_not_found", f"{name}没有报备 {command.year} 年度安排", status=404)
    return plan_view(tx, row)


def list_plans(tx: Tx, command: ListPlans) -> dict[str, Any]:
    """Plans in force, nodes that have not filed, and plans to be taken in, in the actor's area."""
    nodes = nodes_in(tx)
    mine = {node.code for node in nodes}
    rows = [row for row in plans.list_plans(tx, command.year) if row["node"] in mine]
    views = [plan_view(tx, row) for row in rows]
    waiting = [view for view in views if view.asks_receipt and view.to_node in mine]
    asked = [t for t in tasks_of(tx, nodes, command.year) if t.slot.duty.done_by == "plan"]
    missing = dict.fromkeys(task.slot.node for task in asked if task.closing is None)
    return {
        "plans": views,
        "missing": [node_view(node, tx.today) for node in missing],
        "to_receive": waiting,
    }


def add_document(tx: Tx, command: AddDocument) -> DocumentView:
    """Hold an upper-level arrangement that plans carry out."""
    need(tx, "clerk")
    title = need_text(command.title, "请填写文件标题", "/title")
    document_id = tx.new_id("document")
    plans.add_document(
        tx,
        {
            **command.model_dump(),
            "title": title,
            "document_id": document_id,
            "node": tx.actor.node,
            "added_at": tx.now,
            "added_by": tx.actor.id,
        },
    )
    return _document(plans.list_documents(tx, [document_id])[0])


def list_documents(tx: Tx, _command: ListDocuments) -> dict[str, Any]:
    """Every arrangement on record in the actor's region."""
    rows = [
        row
        for row in plans.list_documents(tx)
        if organisations.may_know(tx.actor.node, row["node"])
    ]
    return {"documents": [_document(row) for row in rows]}


def plan_view(tx: Tx, row: Row) -> PlanView:
    """A version of a plan with its documents and the other versions of its year."""
    documents = plans.list_documents(tx, row["document_ids"]) if row["document_ids"] else ()
    others = ("documents", "node_text", "status_text", "to_node", "to_text", "versions")
    fields = set(PlanView.model_fields) - set(others)
    to_node = above(row["node"])
    return PlanView.model_validate(
        {
            **{name: row[name] for name in fields},
            "sections": _in_order(tx, row),
            "node_text": organisations.name_of(row["node"]),
            "status_text": STATUS_TEXT[row["status"]],
            "to_node": to_node,
            "to_text": organisations.name_of(to_node) if to_node else "",
            "documents": [_document(document) for document in documents],
            "versions": [
                _version(version)
                for version in plans.list_versions(tx, row["node"], row["year"])
                if version["status"] != "draft" or tx.actor.node == row["node"]
            ],
        }
    )


def _in_order(tx: Tx, row: Row) -> dict[str, str]:
    """The sections in the order of the law they were written under, others after them."""
    law = packs.pinned(tx, row["fingerprint"]) if row["fingerprint"] else None
    wanted = (
        [item.says for item in law.lists[SECTIONS].items] if law and SECTIONS in law.lists else []
    )
    written: dict[str, str] = row["sections"]
    named = {name: written[name] for name in wanted if name in written}
    return named | {name: text for name, text in written.items() if name not in named}


def _version(row: Row) -> PlanVersion:
    fields = set(PlanVersion.model_fields) - {"status_text"}
    return PlanVersion(
        **{name: row[name] for name in fields}, status_text=STATUS_TEXT[row["status"]]
    )


def _document(row: Row) -> DocumentView:
    return DocumentView.model_validate({name: row[name] for name in DocumentView.model_fields})
