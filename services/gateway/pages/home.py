"""工作台: what waits for this person, alarms first; then four figures."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.auth import guard
from services.gateway.pages import home_calendar, home_units
from services.gateway.pages.desk import Missing, Pages, clause_here, go, part, render
from services.gateway.pages.todo import Todo
from services.gateway.pages.words import SHANGHAI
from shared.contracts import evaluation_round, oversight, oversight_feed, registry, registry_acts
from shared.contracts.evaluation_round_answers import TaskItem
from shared.contracts.oversight_answers import Figures, TaskList, TaskView
from shared.contracts.registry_answers import CommitmentView, ImportReport, UnitCounts

pages = Pages()
_OFFICE = ("clerk", "reviewer", "seat", "system")
_CASE_PAGES = {
    "application": "/applications/",
    "nomination": "/nominations/",
    "round": "/rounds/",
    "notice": "/notices/",
    "objection": "/objections/",
    "assessment": "/assessments/",
}
_TARGET_PAGES = {
    "review": "/reviews/",
    "case": "/cases/",
    "campaign": "/campaigns/",
    "unit": "/units/",
    "hold": "/units/",
    "agency": "/agencies",
}


def _from_evaluation(item: TaskItem) -> Todo:
    page = _CASE_PAGES.get(item.case)
    return Todo(
        says=item.says,
        href=f"{page}{item.case_id}" if page and item.case_id else f"/units/{item.unit_id}",
        group="创建与评价",
        since=item.since,
        unit=item.unit_name,
        due_on=item.due_on,
        overdue=item.overdue,
        clause=item.clause,
    )


def _from_oversight(item: TaskView) -> Todo:
    page = _TARGET_PAGES.get(item.target, "/cases")
    if item.target == "hold":
        href = f"/units/{item.unit_id}"
    else:
        href = f"{page}{item.target_id}" if page.endswith("/") else page
    return Todo(
        says=item.says,
        href=href,
        group="监督与退出",
        since=item.since_at,
        unit=item.unit_name,
        urgent=item.urgent,
    )


def _from_import(report: ImportReport) -> Todo:
    total = sum(report.counts.values())
    return Todo(
        says=f"导入“{report.file_name}”{total} 行，待另一人确认（{report.staged_by_name}上传）",
        href=f"/imports/{report.import_id}",
        group="登记",
        since=report.staged_at,
    )


def _from_commitment(letter: CommitmentView, clause: str) -> Todo:
    return Todo(
        says="创建承诺书待受理",
        href=f"/units/{letter.unit_id}",
        group="登记",
        since=letter.submitted_at,
        unit=letter.unit_text,
        clause=clause,
    )


@pages.page("/", ("any",))
async def home(request: Request) -> Response:
    """The inbox and the figures of this person's area."""
    asker = guard.asker_of(request)
    if asker.may(("unit",)) and not asker.may(_OFFICE):
        return go(f"/units/{asker.actor.unit_id}")
    evaluation_tasks, oversight_tasks, imports, letters, dated, entered = await asyncio.gather(
        part(request, list[TaskItem], evaluation_round.ReadTasks()),
        part(request, TaskList, oversight.ListTasks()),
        part(request, dict[str, list[ImportReport]], registry.ListImports(status="staged")),
        part(
            request,
            dict[str, list[CommitmentView]],
            registry_acts.ListCommitments(status="submitted", limit=100),
        ),
        home_calendar.todo_of(request),
        home_units.todo_of(request),
    )
    counts, figures, alarms = await asyncio.gather(
        part(request, UnitCounts, registry.CountUnits()),
        part(request, Figures, oversight.GetFigures()),
        part(request, dict[str, Any], oversight_feed.ListFeedAlarms(limit=20)),
    )
    todo: list[Todo] = [*dated[0], *entered]
    if not isinstance(oversight_tasks, Missing):
        todo += [_from_oversight(t) for t in oversight_tasks.items]
    if not isinstance(evaluation_tasks, Missing):
        todo += [_from_evaluation(t) for t in evaluation_tasks]
    if not isinstance(imports, Missing):
        todo += [_from_import(r) for r in imports.get("imports", [])]
    if not isinstance(letters, Missing):
        clause = clause_here(request, "recognition", "commit")
        todo += [_from_commitment(c, clause) for c in letters.get("commitments", [])]
    today = guard.utc_now().astimezone(SHANGHAI).date()
    return render(
        request,
        "home.html",
        title="工作台",
        alarms=[t for t in todo if t.urgent],
        feed_alarms=[] if isinstance(alarms, Missing) else alarms.get("items", []),
        groups=_grouped([t for t in todo if not t.urgent]),
        counts=counts,
        figures=figures,
        is_officer=asker.may((*_OFFICE, "planner", "liaison", "auditor")),
        today=today,
        away=sorted(
            {
                p.says
                for p in (evaluation_tasks, oversight_tasks, imports, *dated[1])
                if isinstance(p, Missing) and p.outage
            }
        ),
    )


def _grouped(todo: list[Todo]) -> list[tuple[str, list[Todo]]]:
    late = [t for t in todo if t.overdue]
    dated = [t for t in todo if t.due_on and not t.overdue]
    rest = [t for t in todo if not t.due_on and not t.overdue]
    dated.sort(key=lambda t: t.due_on or date.max)
    rest.sort(key=lambda t: t.since)
    named = [("已逾期", late), ("有办理期限", dated), ("其他待办", rest)]
    return [(name, items) for name, items in named if items]
