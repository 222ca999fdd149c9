"""Annual plans, the upper documents they carry out, and the planning sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from services.registry.domain.plan import BANDS, RISK_TEXT, missing_sections
from services.registry.domain.standing import TEXT, Standing
from services.registry.handlers.acts import Note, fact, need, need_area, need_text, note, pack_for
from services.registry.handlers.views import warnings_of
from services.registry.store import plans, reference
from services.registry.store.units import Row
from shared.contracts.refusals import Refused
from shared.contracts.registry import PlanFiled
from shared.contracts.registry_acts import (
    AddDocument,
    FilePlan,
    GetPlan,
    ListDocuments,
    ListPlans,
    PlanningSheet,
)
from shared.contracts.registry_answers import (
    BodyView,
    DocumentView,
    NodeView,
    PlanningSheetView,
    PlanView,
    Says,
    SheetLine,
)
from shared.contracts.scalars import Side, covers, kind_text
from shared.messaging.tx import Tx
from shared.policy.assess import Determination, assess, need_gate, refuse_unless_met
from shared.policy.conditions import Fact
from shared.policy.pack import Pack
from shared.runtime import decisions, organisations

_SIDE_TEXT = {Side.GOVERNMENT: "政府方", Side.WORKERS: "职工方", Side.EMPLOYERS: "企业方"}


def file_plan(tx: Tx, command: FilePlan) -> PlanView:
    """File the plan of the actor's node; what it fixes rules the year's applications.

    A plan without upper documents, a late deadline and a late filing are accepted with a
    warning (NB23 二(一)、二(二)); a late deadline must say why.
    """
    need(tx, "clerk")
    node = tx.actor.node
    plans.lock_filing(tx, node, command.year)
    pack = pack_for(tx, node)
    need_gate(pack, "plan.file")
    _refuse_missing(pack, command)
    deadline = command.deadline_on or _usual_deadline(pack, command.year)
    if deadline < command.window_from:
        raise Refused("window_empty", "截止日早于开始日：请核对受理时限", _clause(pack), 422)
    documents = plans.list_documents(tx, command.document_ids)
    if len(documents) != len(set(command.document_ids)):
        raise Refused("document_not_found", "关联的上级文件不在库内：请先登记", status=422)
    facts = [
        fact(tx, "plan.has_all_sections", value=True),
        fact(tx, "plan.deadline_on", deadline, "年度安排"),
        fact(tx, "plan.upper_documents", len(documents), "年度安排"),
        fact(tx, "plan.filed_on", tx.today, "报备"),
    ]
    found = _judged(tx, pack, facts, command)
    earlier = plans.find_plan(tx, node, command.year)
    version = earlier["plan_version"] + 1 if earlier else 1
    plan_id = tx.new_id("plan")
    decision_id = _decide(tx, pack, plan_id, facts, found)
    standards = _standards(pack, command)
    plans.replace_plan(
        tx,
        {
            **command.model_dump(exclude={"reason", "document_ids", "standards", "papers"}),
            "plan_id": plan_id,
            "node": node,
            "plan_version": version,
            "in_force": True,
            "deadline_on": deadline,
            "standards": standards,
            "papers": list(command.papers),
            "document_ids": list(command.document_ids),
            "warnings": [w.model_dump() for w in _warnings(pack, found, earlier, standards)],
            "late": "late" in found.marks,
            "filed_at": tx.now,
            "filed_by": tx.actor.id,
            "decision_id": decision_id,
        },
    )
    tx.emit(
        PlanFiled(
            plan_id=plan_id,
            node=node,
            year=command.year,
            window_from=command.window_from,
            deadline_on=deadline,
            standards=standards,
            papers=command.papers,
            publicity=command.publicity,
        )
    )
    text = f"{organisations.name_of(node)}报备 {command.year} 年度安排（第 {version} 版）"
    note(tx, "", Note("plan.filed", text, tx.today, _clause(pack), decision_id), {"node": node})
    return get_plan(tx, GetPlan(node=node, year=command.year))


def get_plan(tx: Tx, command: GetPlan) -> PlanView:
    """The plan in force; plans are open to every signed-in person of the region's programme."""
    known = organisations.may_know(tx.actor.node, command.node)
    row = plans.find_plan(tx, command.node, command.year) if known else None
    if row is None:
        name = organisations.name_of(command.node)
        raise Refused("plan_not_found", f"{name}没有报备 {command.year} 年度安排", status=404)
    return _view(tx, row)


def list_plans(tx: Tx, command: ListPlans) -> dict[str, Any]:
    """Who filed and who has not, within the actor's area."""
    rows = [r for r in plans.list_plans(tx, command.year) if covers(tx.actor.node, r["node"])]
    filed = {row["node"] for row in rows}
    missing = [
        node_view(node.code, tx.today)
        for node in organisations.all_nodes().values()
        if node.level != "city" and covers(tx.actor.node, node.code) and node.code not in filed
    ]
    return {"plans": [_view(tx, row) for row in rows], "missing": missing}


def add_document(tx: Tx, command: AddDocument) -> DocumentView:
    """Hold an upper-level arrangement (NB23 二(一) 根据国家、省、市…工作安排和要求)."""
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


def planning_sheet(tx: Tx, command: PlanningSheet) -> PlanningSheetView:
    """The register's figures for the plan's author: type, area, head-count band, risk."""
    need_area(tx, command.node)
    pack = pack_for(tx, command.node)
    known = [code for code in organisations.all_nodes() if len(code) == 9]
    rows = plans.sheet_figures(tx, command.node, known_names=known)
    return PlanningSheetView(
        node=command.node,
        node_text=organisations.name_of(command.node),
        year=command.year,
        as_of=tx.today,
        total=sum(int(row["units"]) for row in rows),
        by_kind=_lines(rows, "kind", kind_text, list(pack.kinds)),
        by_area=_lines(rows, "area", reference.division_text),
        by_band=_lines(
            rows, "band", lambda key: {k: s for k, s, _ in BANDS}[key], [b[0] for b in BANDS]
        ),
        by_risk=_lines(rows, "risk", lambda key: RISK_TEXT[key], list(RISK_TEXT)),
        by_standing=_lines(rows, "standing", lambda key: TEXT[Standing(key)]),
    )


def node_view(code: str, on: date) -> NodeView:
    """A node with the bodies that sit on it on a day (A-07, A-08)."""
    node = organisations.all_nodes()[code]
    bodies = organisations.bodies_of(code, on)
    delegated = any(body.delegated for body in bodies)
    return NodeView(
        node=code,
        name=node.name,
        level=node.level,
        parent=node.parent,
        divisions=(code,),
        valid_from=node.valid_from,
        bodies=tuple(
            BodyView(
                body=body.name,
                side=body.side,
                side_text=_SIDE_TEXT[body.side],
                delegated=body.delegated,
                of_node=node.parent if body.delegated else code,
            )
            for body in bodies
        ),
        employers_note="本级没有企业方组织，由上一级企业方代为表态（委托）" if delegated else "",
    )


def _lines(
    rows: Sequence[Row], name: str, text: Callable[[str], str], always: Sequence[str] = ()
) -> tuple[SheetLine, ...]:
    sums: dict[str, tuple[int, int]] = dict.fromkeys(always, (0, 0))
    for row in rows:
        units, heads = sums.get(row[name], (0, 0))
        sums[row[name]] = (units + int(row["units"]), heads + int(row["heads"]))
    keys = list(always) + sorted(key for key in sums if key not in always)
    return tuple(
        SheetLine(key=key, says=text(key), units=sums[key][0], headcount=sums[key][1])
        for key in keys
    )


def _refuse_missing(pack: Pack, command: FilePlan) -> None:
    wanted = [item.says for item in pack.lists["plan_sections"].items]
    missing = missing_sections(wanted, command.sections)
    if missing:
        raise Refused(
            "plan_section_missing",
            f"年度安排缺少：{'、'.join(missing)}。五项内容缺一不能报备，请补全",
            clause=pack.lists["plan_sections"].clause,
            status=422,
            errors=[{"pointer": f"/sections/{m}", "says": f"“{m}”没有内容"} for m in missing],
        )


def _document(row: Row) -> DocumentView:
    return DocumentView.model_validate({name: row[name] for name in DocumentView.model_fields})


def _usual_deadline(pack: Pack, year: int) -> date:
    """The day by which the programme usually wants units to have assessed themselves."""
    for duty in pack.duties:
        if duty.id == "self_assessment" and duty.month and duty.day:
            return date(year, duty.month, duty.day)
    says = f"《{pack.title}》没有规定自评自荐的截止日：请填写本年度的截止日"
    raise Refused(
        "deadline_missing", says, status=422, errors=[{"pointer": "/deadline_on", "says": says}]
    )


def _clause(pack: Pack) -> str:
    """The clause that prescribes the plan's sections."""
    return pack.lists["plan_sections"].clause


def _judged(tx: Tx, pack: Pack, facts: Sequence[Fact], command: FilePlan) -> Determination:
    """Hard rules refuse; of the soft ones only a late deadline insists on a reason (A-05)."""
    found = assess(need_gate(pack, "plan.file"), facts, tx.today)
    late = next((o for o in found.soft_unmet if o.code == "plan_deadline_late"), None)
    if late is not None and not command.deadline_reason.strip():
        says = f"{late.says}可以报备，但须写明理由"
        pointer = {"pointer": "/deadline_reason", "says": "请写明截止日晚于通常的理由"}
        raise Refused("reason_required", says, late.clause, errors=[pointer])
    return refuse_unless_met(found, command.reason.strip() or "随警示一并报备")


def _decide(tx: Tx, pack: Pack, plan_id: str, facts: Sequence[Fact], found: Determination) -> str:
    return decisions.record(
        tx,
        kind="plan.file",
        subject=plan_id,
        outcome="filed",
        says="收到年度创建活动安排的报备",
        pack=pack,
        facts=facts,
        rules=found.outcomes,
        clauses=[_clause(pack)],
    )


def _standards(pack: Pack, command: FilePlan) -> dict[str, str]:
    unknown = [s for s in command.standards.values() if s not in pack.standards]
    if unknown:
        raise Refused(
            "standard_unknown",
            f"创建标准“{'、'.join(unknown)}”没有装入：请先装入标准文本",
            clause=_clause(pack),
            status=422,
        )
    given = dict(command.standards)
    for kind in pack.kinds:
        standard = pack.standard_for(kind)
        if standard is not None:
            given.setdefault(kind, standard.id)
    return given


def _warnings(
    pack: Pack, found: Determination, earlier: Row | None, standards: dict[str, str]
) -> tuple[Says, ...]:
    warnings = warnings_of(found)
    if earlier is not None and earlier["standards"] != standards:
        says = "本版更改了创建标准：市级三方办公室须重新收件"
        return (*warnings, Says(code="standard_changed", says=says, clause=_clause(pack)))
    return warnings


def _view(tx: Tx, row: Row) -> PlanView:
    documents = plans.list_documents(tx, row["document_ids"]) if row["document_ids"] else ()
    fields = set(PlanView.model_fields) - {"documents", "node_text"}
    return PlanView.model_validate(
        {
            **{name: row[name] for name in fields},
            "node_text": organisations.name_of(row["node"]),
            "documents": [_document(document) for document in documents],
        }
    )
