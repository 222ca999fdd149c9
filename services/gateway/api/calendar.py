"""The calendar: years, tasks, reminders, plans, reports, working days; tasks as iCalendar."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response

from services.gateway.api.door import ANYONE, CLERK, OFFICE, PREFIX, Door, guard_roles
from services.gateway.api.problems import Problem
from services.gateway.auth import guard
from services.gateway.icalendar import calendar_text
from shared.contracts import registry_acts
from shared.contracts import registry_calendar as calendar
from shared.contracts.registry_answers import DocumentView
from shared.contracts.registry_calendar_answers import (
    CycleView,
    DayCount,
    DutyDateView,
    ProgrammeView,
    ReminderView,
    ReportView,
    TaskDetail,
    TaskPage,
    WorkdayTable,
    WorkdayYearView,
)
from shared.contracts.registry_plan_answers import PlanningSheetView, PlanView

_READ = (*OFFICE, "liaison")
_TASK = "/tasks/{task_id}"
_PLAN = "/plans/{plan_id}"
_REPORT = "/reports/{form}/{node}/{year}"

DOORS = (
    Door(
        "GET",
        "/programmes/{node}",
        calendar.GetProgramme,
        "当地执行的规则：轮次、年度安排内容、报告",
        ANYONE,
        ProgrammeView,
    ),
    Door("GET", "/cycles", calendar.ListCycles, "已开启的创建年度", _READ),
    Door("POST", "/cycles", calendar.OpenCycle, "开启创建年度", CLERK, CycleView, status=201),
    Door("GET", "/tasks", calendar.ListTasks, "日历任务", _READ, TaskPage),
    Door("GET", "/duties", calendar.ListDuties, "各项职责完成情况与未完成名单", _READ),
    Door(
        "POST",
        "/duty-dates",
        calendar.ArrangeDuty,
        "录入待安排事项的日期",
        CLERK,
        DutyDateView,
        status=201,
    ),
    Door("GET", _TASK, calendar.GetTask, "查看任务", _READ, TaskDetail),
    Door("POST", _TASK + "/beginning", calendar.BeginTask, "决定本年开展", CLERK, TaskDetail),
    Door("POST", _TASK + "/closing", calendar.CloseTask, "办结任务", CLERK, TaskDetail),
    Door("POST", _TASK + "/reopening", calendar.ReopenTask, "撤回办结", CLERK, TaskDetail),
    Door("POST", _TASK + "/notes", calendar.NoteTask, "记录进展", CLERK, TaskDetail, status=201),
    Door("POST", _TASK + "/persons", calendar.AssignTask, "指定责任人", CLERK, TaskDetail),
    Door("GET", "/reminders", calendar.ListReminders, "本级的提醒", _READ),
    Door(
        "POST",
        "/reminders/run",
        calendar.RunReminders,
        "生成当日提醒",
        (*CLERK, "admin"),
    ),
    Door(
        "POST",
        "/reminders/{reminder_id}/tick",
        calendar.TickReminder,
        "知悉一条提醒",
        CLERK,
        ReminderView,
    ),
    Door("GET", "/workdays", calendar.ListWorkdays, "放假调休安排", ANYONE, WorkdayTable),
    Door(
        "PUT",
        "/workdays/{year}",
        calendar.SetWorkdays,
        "录入一年的放假调休安排",
        ("admin", "system"),
        WorkdayYearView,
    ),
    Door("GET", "/workday-count", calendar.CountWorkdays, "工作日计算", ANYONE, DayCount),
    Door("GET", "/documents", registry_acts.ListDocuments, "上级部署文件", ANYONE),
    Door(
        "POST",
        "/documents",
        registry_acts.AddDocument,
        "登记上级部署文件",
        CLERK,
        DocumentView,
        status=201,
    ),
    Door("GET", "/plans", registry_acts.ListPlans, "年度安排报备情况", ANYONE),
    Door(
        "POST", "/plans", registry_acts.FilePlan, "印发并报备年度安排", CLERK, PlanView, status=201
    ),
    Door("POST", "/plan-drafts", registry_acts.SavePlan, "保存年度安排草稿", CLERK, PlanView),
    Door("POST", _PLAN + "/issue", registry_acts.IssuePlan, "印发年度安排", CLERK, PlanView),
    Door(
        "POST",
        _PLAN + "/filing",
        registry_acts.FileIssuedPlan,
        "报备已印发的年度安排",
        CLERK,
        PlanView,
    ),
    Door("POST", _PLAN + "/receipt", registry_acts.ReceivePlan, "收件年度安排", CLERK, PlanView),
    Door("GET", "/plans/{node}/{year}", registry_acts.GetPlan, "查看年度安排", ANYONE, PlanView),
    Door(
        "GET",
        "/planning-sheets/{node}/{year}",
        registry_acts.PlanningSheet,
        "计划底数表",
        CLERK,
        PlanningSheetView,
    ),
    Door("GET", "/reports", calendar.ListReports, "书面报告报送情况", _READ),
    Door("GET", _REPORT, calendar.GetReport, "查看书面报告", _READ, ReportView),
    Door("PUT", _REPORT, calendar.SaveReport, "保存书面报告草稿", CLERK, ReportView),
    Door("POST", _REPORT + "/submission", calendar.SubmitReport, "报送书面报告", CLERK, ReportView),
    Door(
        "POST",
        _REPORT + "/receipt",
        calendar.ReceiveReport,
        "收件或退回书面报告",
        CLERK,
        ReportView,
    ),
)

router = APIRouter(prefix=PREFIX)


@router.get(
    "/tasks.ics",
    tags=["日历"],
    summary="日历任务（iCalendar，可导入或订阅）",
    operation_id="get_tasks_ics",
    openapi_extra={"x-roles": list(_READ)},
    responses={200: {"content": {"text/calendar": {}}}, 403: {"model": Problem}},
)
async def tasks_ics(
    request: Request,
    node: Annotated[str, Query(max_length=40)] = "",
    year: Annotated[int | None, Query(ge=1990, le=2200)] = None,
    component: Annotated[Literal["event", "todo"], Query(alias="as")] = "event",
    own: Annotated[Literal["", "true"], Query()] = "",
) -> Response:
    """Dated tasks of a node and year: whole-day events, or to-dos; the same task, the same UID."""
    guard_roles(request, _READ)
    command = calendar.ListTasks(node=node, year=year, own=bool(own), limit=2000)
    services, asking = request.app.state.services, guard.asking_of(request)
    page = await services.ask_for(TaskPage, command, asking)
    text = calendar_text(page, request.app.state.settings.public_url, as_todo=component == "todo")
    name = quote(f"{page.node_text}{page.year}年创建任务.ics")
    return Response(
        text,
        media_type="text/calendar; charset=utf-8",
        headers={"content-disposition": f"attachment; filename*=UTF-8''{name}"},
    )
