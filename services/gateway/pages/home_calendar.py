"""The calendar's part of 待办: reminders of the own office, plans and reports to take in."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request

from services.gateway.auth import guard
from services.gateway.pages.calendar import WHO
from services.gateway.pages.desk import Missing, part
from services.gateway.pages.todo import Todo
from services.gateway.pages.words import SHANGHAI, short_node
from shared.contracts import registry_acts
from shared.contracts import registry_calendar as calendar
from shared.contracts.registry_calendar_answers import ReminderView, ReportView
from shared.contracts.registry_plan_answers import PlanView

GROUP = "日历"
_RECEIVE = ("clerk", "reviewer", "system")  # who may take in what an office below hands in


async def todo_of(request: Request) -> tuple[list[Todo], list[Missing]]:
    """What the calendar asks of this person today, and the parts that could not be had."""
    asker = guard.asker_of(request)
    if not asker.may(WHO):
        return [], []
    year = guard.utc_now().astimezone(SHANGHAI).year
    reminders, plans, reports = await asyncio.gather(
        part(request, dict[str, list[ReminderView]], calendar.ListReminders()),
        part(request, dict[str, list[dict[str, Any]]], registry_acts.ListPlans(year=year)),
        part(request, dict[str, list[dict[str, Any]]], calendar.ListReports(year=year)),
    )
    receives = asker.may(_RECEIVE)
    todo: list[Todo] = []
    if not isinstance(reminders, Missing):
        todo += [_of_reminder(r) for r in reminders.get("reminders", [])]
    if receives and not isinstance(plans, Missing):
        waiting = [PlanView.model_validate(p) for p in plans["to_receive"]]
        todo += [_of_plan(p) for p in waiting if p.to_node == asker.actor.node]
    if receives and not isinstance(reports, Missing):
        handed_in = [ReportView.model_validate(r) for r in reports["reports"]]
        todo += [_of_report(r) for r in handed_in if _waits(r, asker.actor.node)]
    return todo, [p for p in (reminders, plans, reports) if isinstance(p, Missing)]


def _waits(report: ReportView, node: str) -> bool:
    return report.status == "submitted" and report.to_node == node


def _of_reminder(line: ReminderView) -> Todo:
    page = f"/tasks/{line.subject}" if line.kind == "task" else f"/gaps/{line.subject}"
    return Todo(
        says=line.says,
        href=page,
        group=GROUP,
        since=line.written_at,
        due_on=line.due_on,
        overdue=line.is_late,
        clause=line.clause,
    )


def _of_plan(plan: PlanView) -> Todo:
    at = plan.filed_at or plan.issued_at
    assert at is not None  # noqa: S101  what waits to be taken in was issued
    return Todo(
        says=f"{short_node(plan.node_text)}{plan.year}年度安排（第{plan.plan_version}版）等待收件",
        href=f"/plans/{plan.node}/{plan.year}",
        group=GROUP,
        since=at,
    )


def _of_report(report: ReportView) -> Todo:
    at = report.submitted_at
    assert at is not None  # noqa: S101  what waits to be taken in was handed in
    return Todo(
        says=f"{short_node(report.node_text)}{report.year}年《{report.says}》等待收件",
        href=f"/reports/{report.form}/{report.node}/{report.year}",
        group=GROUP,
        since=at,
        clause=report.clause,
    )
