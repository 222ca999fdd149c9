"""What the law asks of a plan: sections, its last day, its standards, the day of filing."""

from __future__ import annotations

from datetime import date

from services.registry.domain.plan import missing_sections
from services.registry.domain.task import Mark, mark_of
from services.registry.handlers.acts import fact
from services.registry.handlers.plans import SECTIONS
from services.registry.handlers.task_book import DAY_OF_PLAN, due_of
from services.registry.handlers.task_law import above
from services.registry.handlers.views import warnings_of
from services.registry.store.units import Row
from shared.contracts.refusals import Refused
from shared.contracts.registry_acts import PlanContent
from shared.contracts.registry_answers import Says
from shared.contracts.scalars import duty_level
from shared.messaging.tx import Tx
from shared.policy.assess import Determination, assess, need_gate, refuse_unless_met
from shared.policy.conditions import Fact
from shared.policy.pack import Pack, Rule
from shared.runtime import organisations

GATE = "plan.file"
_WITH_WARNING = "随警示一并报备"


def section_rule(pack: Pack) -> Rule | None:
    """The rule that asks for every section; hard where a plan without one is refused."""
    rules = pack.gates.get(GATE, ())
    return next((r for r in rules if _asks(r, "plan.has_all_sections")), None)


def clause_of(pack: Pack) -> str:
    """The clause that prescribes what a plan says."""
    wanted = pack.lists.get(SECTIONS)
    return wanted.clause if wanted else ""


def judged(tx: Tx, pack: Pack, row: Row, reason: str) -> tuple[list[Fact], Determination]:
    """Hard rules refuse; of the soft ones only a late last day insists on a reason (A-05)."""
    missing = _missing(pack, row)
    rule = section_rule(pack)
    if missing and rule is not None and rule.hard:
        raise Refused(
            rule.code, f"年度安排缺少：{'、'.join(missing)}。缺一项不能报备，请补全", rule.clause,
            rule.status,
            [{"pointer": f"/sections/{m}", "says": f"“{m}”没有内容"} for m in missing],
        )  # fmt: skip
    facts, found = assessed(tx, pack, row)
    days = {r.id for r in pack.gates[GATE] if _asks(r, "plan.deadline_on")}
    late = next((o for o in found.soft_unmet if o.rule_id in days), None)
    if late is not None and not row["deadline_reason"].strip():
        pointer = {"pointer": "/deadline_reason", "says": "请写明截止日晚于通常的理由"}
        says = f"{late.says}可以报备，但须写明理由"
        raise Refused("reason_required", says, late.clause, errors=[pointer])
    return facts, refuse_unless_met(found, reason.strip() or _WITH_WARNING)


def assessed(tx: Tx, pack: Pack, row: Row) -> tuple[list[Fact], Determination]:
    """The facts of a plan and what the rules say of them today."""
    facts = [
        fact(tx, "plan.year", row["year"], "年度安排"),
        fact(tx, "plan.has_all_sections", not _missing(pack, row), "年度安排"),
        fact(tx, "plan.deadline_on", row["deadline_on"], "年度安排"),
        fact(tx, "plan.upper_documents", len(row["document_ids"]), "年度安排"),
        fact(tx, "plan.filed_on", tx.today, "报备"),
    ]
    return facts, assess(need_gate(pack, GATE), facts, tx.today)


def usual_deadline(pack: Pack, year: int) -> date:
    """The programme's usual day for self-assessment; without one applications stay open all year."""
    for duty in pack.duties:
        if duty.id == DAY_OF_PLAN and duty.month and duty.day:
            return date(year, duty.month, duty.day)
    return date(year, 12, 31)


def is_late(tx: Tx, pack: Pack, row: Row) -> bool:
    """Whether the day the calendar has for filing is over."""
    node = organisations.all_nodes()[row["node"]]
    for duty in pack.duties:
        if duty.done_by == "plan" and duty_level(node.level) in duty.levels:
            due = due_of(tx, node, duty, pack, row["year"])
            of_year = due is not None and due.due_on is not None and due.due_on.year == row["year"]
            if due is not None and of_year:
                return mark_of(due, tx.today, hard=duty.hard) is Mark.LATE
    return False


def standards_of(pack: Pack, command: PlanContent) -> dict[str, str]:
    """The standard of each kind of unit: the plan's, else the law's own."""
    unknown = [s for s in command.standards.values() if s not in pack.standards]
    if unknown:
        says = f"创建标准“{'、'.join(unknown)}”没有装入：请先装入标准文本"
        raise Refused("standard_unknown", says, clause_of(pack), 422)
    given = dict(command.standards)
    for kind in pack.kinds:
        standard = pack.standard_for(kind)
        if standard is not None:
            given.setdefault(kind, standard.id)
    return given


def warnings_at_issue(
    pack: Pack, row: Row, found: Determination, *, changes: bool
) -> tuple[Says, ...]:
    """What to warn of when a version is issued; a late filing is told when it is filed."""
    marks = marks_of(found)
    warnings = tuple(w for w in warnings_of(found) if w.code not in marks)
    if changes:
        name = organisations.name_of(above(row["node"])) or "上级三方会议办公室"
        says = f"本版更改了创建标准：{name}须重新收件"
        return (*warnings, Says(code="standard_changed", says=says, clause=clause_of(pack)))
    return warnings


def marks_of(found: Determination) -> set[str]:
    """Codes of rules that only leave a mark, as a late filing does."""
    return {outcome.code for outcome in found.outcomes if outcome.mark}


def _missing(pack: Pack, row: Row) -> tuple[str, ...]:
    wanted = pack.lists.get(SECTIONS)
    return missing_sections([i.says for i in wanted.items] if wanted else (), row["sections"])


def _asks(rule: Rule, name: str) -> bool:
    return getattr(rule.when, "fact", "") == name
