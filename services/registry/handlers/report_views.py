"""Reports as people read them: the form, its parts, and the figures and records beside each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.registry.domain.report import missing_sections, status_text
from services.registry.domain.task import MARK_TEXT, STATE_TEXT, Due, Mark
from services.registry.domain.task_words import due_text
from services.registry.handlers.figures import figures_for
from services.registry.handlers.task_book import Task, due_of
from services.registry.handlers.task_law import above, law_of, nodes_in, office_at
from services.registry.handlers.views import warnings_of
from services.registry.store import reports
from services.registry.store.units import Row
from shared.contracts.refusals import Refused
from shared.contracts.registry_calendar_answers import (
    FieldSum,
    FigureView,
    MissingReport,
    RecordCount,
    ReportView,
    SectionView,
)
from shared.contracts.registry_figures import Figure
from shared.contracts.scalars import duty_level
from shared.messaging.tx import Tx
from shared.policy.assess import Determination
from shared.policy.pack import Pack
from shared.policy.programme import Duty, ReportForm
from shared.runtime import organisations


@dataclass(frozen=True, slots=True)
class Form:
    """A report form at work: whose, of which year, under which law, due when, handed to whom."""

    form: ReportForm
    pack: Pack
    node: str
    year: int
    to_node: str
    duty: Duty | None
    due: Due | None

    @property
    def id(self) -> str:
        """The form's own id."""
        return self.form.id

    @property
    def stays_here(self) -> bool:
        """Whether the node keeps it itself instead of handing it up."""
        return self.to_node == self.node


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in a report without anybody writing it."""

    figures: Mapping[str, FigureView]
    records: Mapping[str, RecordCount]

    @property
    def figures_kept(self) -> list[dict[str, Any]]:
        """The figures as a report keeps them."""
        return [figure.model_dump(mode="json") for figure in self.figures.values()]

    @property
    def records_kept(self) -> list[dict[str, Any]]:
        """The counts as a report keeps them."""
        return [count.model_dump(mode="json") for count in self.records.values()]


def form_of(tx: Tx, form_id: str, node: str, year: int) -> Form:
    """A form of the law of a node's year; 404 where that law does not ask the node for it."""
    (found,) = nodes_in(tx, node, own=True)
    pack = law_of(tx, node, year)
    form = pack.reports.get(form_id)
    level = duty_level(found.level)
    if form is None or level not in form.levels:
        says = f"{found.name}的规则中没有“{form_id}”这种报告"
        raise Refused("report_not_found", says, status=404)
    wanted = (d for d in pack.duties if d.done_by == f"report:{form_id}" and level in d.levels)
    duty = next(wanted, None)
    if duty is not None and duty.due_on is not None and duty.due_on.year != year:
        says = f"《{form.name}》是{duty.due_on.year}年的报告，{year}年没有这种报告"
        raise Refused("report_not_found", says, form.clause, 404)
    due = due_of(tx, found, duty, pack, year) if duty is not None else None
    to_node = node if form.to == level else office_at(node, form.to) or above(node)
    return Form(form, pack, node, year, to_node, duty, due)


def filled_now(tx: Tx, form: Form) -> Filled:
    """The figures and counts of the form's parts as of now."""
    measures = list(dict.fromkeys(m for s in form.form.sections for m in s.measures))
    kinds = list(dict.fromkeys(r for s in form.form.sections for r in s.records))
    found = figures_for(tx, form.node, form.year, measures) if measures else ()
    counted = reports.count_records(tx, form.node, form.year, kinds) if kinds else {}
    return Filled(
        {figure.measure: _figure(figure) for figure in found},
        {
            kind: RecordCount(
                kind=kind,
                says=form.pack.records[kind].name,
                count=count,
                sums=_sums(tx, form, kind),
            )
            for kind, count in counted.items()
        },
    )


def report_view(
    tx: Tx, form: Form, row: Row | None, found: Determination | None = None
) -> ReportView:
    """A report; what was handed in shows the figures it was handed in with."""
    frozen = row is not None and row["status"] in ("submitted", "received")
    filled = _kept(row) if row is not None and frozen else filled_now(tx, form)
    sections = dict(row["sections"]) if row is not None else {}
    status = row["status"] if row is not None else "new"
    mark = Mark(row["mark"]) if row is not None else Mark.IN_TIME
    due, duty = form.due, form.duty
    return ReportView(
        **_row_fields(row),
        form=form.id,
        says=form.form.name,
        clause=form.form.clause,
        node=form.node,
        node_text=organisations.name_of(form.node),
        to_node=form.to_node,
        to_text=organisations.name_of(form.to_node),
        year=form.year,
        status=status,
        status_text=status_text(status, stays_here=form.stays_here),
        sections=_sections(form, sections, filled),
        missing=tuple(s.says for s in missing_sections(form.form, sections)),
        due_on=due.due_on if due else None,
        late_after=due.late_after if due else None,
        due_text=due_text(duty, due) if duty is not None and due is not None else "",
        late=mark is Mark.LATE,
        mark=mark,
        mark_text=MARK_TEXT[mark],
        warnings=warnings_of(found) if found is not None else (),
    )


def missing_view(task: Task) -> MissingReport:
    """A report nobody has handed in, from the task it would close."""
    form = task.pack.reports[task.slot.duty.done_by.partition(":")[2]]
    return MissingReport(
        form=form.id,
        says=form.name,
        node=task.slot.node,
        node_text=organisations.name_of(task.slot.node),
        due_on=task.slot.due.due_on,
        state=task.state,
        state_text=STATE_TEXT[task.state],
    )


def _row_fields(row: Row | None) -> dict[str, Any]:
    if row is None:
        return {}
    names = ("report_id", "file", "submitted_at", "received_at", "decision_id", "revision")
    return {name: row[name] for name in names} | {"remark": row["says"]}


def _sections(form: Form, sections: Mapping[str, str], filled: Filled) -> tuple[SectionView, ...]:
    return tuple(
        SectionView(
            id=section.id,
            says=section.says,
            required=section.required,
            text=sections.get(section.id, ""),
            figures=tuple(filled.figures[m] for m in section.measures if m in filled.figures),
            records=tuple(filled.records[r] for r in section.records if r in filled.records),
        )
        for section in form.form.sections
    )


def _kept(row: Row) -> Filled:
    figures = [FigureView.model_validate(kept) for kept in row["figures"]]
    records = [RecordCount.model_validate(kept) for kept in row["records"]]
    return Filled({f.measure: f for f in figures}, {r.kind: r for r in records})


def _sums(tx: Tx, form: Form, kind: str) -> tuple[FieldSum, ...]:
    spec = form.pack.records[kind]
    if not spec.sums:
        return ()
    totals = reports.sum_fields(tx, form.node, form.year, kind, spec.sums)
    words = {field.name: field.says for field in spec.fields}
    return tuple(FieldSum(field=f, says=words[f], total=totals[f]) for f in spec.sums)


def _figure(figure: Figure) -> FigureView:
    return FigureView(
        measure=figure.measure,
        says=figure.says,
        value=figure.whole if figure.part is None else figure.percent,
        shown=_shown(figure) + _against_plan(figure),
        target_text=figure.target_text,
        clause=figure.clause,
        planned=figure.planned,
        of_plan=figure.of_plan,
    )


def _shown(figure: Figure) -> str:
    if figure.part is None:
        times = f"，{figure.times:,}人次" if figure.times is not None else ""
        return f"{figure.whole:,}{times}"
    share = f"{figure.percent}%" if figure.percent is not None else "无法计算"
    return f"{share}（{figure.part:,}/{figure.whole:,}）"


def _against_plan(figure: Figure) -> str:
    """The result beside the plan's own goal (年度目标)."""
    if figure.planned is None:
        return ""
    sign = "%" if figure.part is not None else ""
    done = f"，完成 {figure.of_plan}%" if figure.of_plan is not None else ""
    return f"；本级目标 {figure.planned.normalize():f}{sign}{done}"
