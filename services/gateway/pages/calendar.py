"""规则与日历: the board of a year's tasks by state, by month or by duty, and who is missing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.auth import guard
from services.gateway.pages import acts
from services.gateway.pages.desk import Missing, Pages, ask_for, part, render
from services.gateway.pages.words import SHANGHAI
from shared.contracts import evaluation_round, registry_acts
from shared.contracts import registry_calendar as calendar
from shared.contracts.evaluation_round_answers import RoundView
from shared.contracts.registry_answers import NodeView
from shared.contracts.registry_calendar_answers import (
    CycleView,
    DutyView,
    ProgrammeView,
    ReminderView,
    TaskPage,
    TaskView,
)
from shared.runtime.organisations import answers_for

pages = Pages()
WHO = ("clerk", "reviewer", "seat", "admin", "auditor", "system")
WRITE = ("clerk", "reviewer", "system")
VIEWS = (("state", "按状态"), ("month", "按月"), ("duty", "未完成名单"))
STATES = (
    ("past", "已过期限"),
    ("due_soon", "即将到期"),
    ("open", "办理中"),
    ("waiting", "未到开始时间"),
    ("ended", "已办结"),
)
_GROUPS = (
    ("已逾期", ("overdue",)),
    ("已过严格期限或通常时间", ("past_strict", "past_usual")),
    ("即将到期", ("due_soon",)),
    ("办理中，有期限", ("open",)),
    ("持续推进或待安排", ("standing",)),
    ("未到开始时间", ("waiting",)),
    ("已办结", ("done_late", "done", "not_applicable")),
)
_FOLDED = ("未到开始时间", "已办结")


@dataclass(frozen=True)
class Line:
    """One duty on its last day, and the task of every office that has it."""

    first: TaskView
    tasks: Sequence[TaskView]


@dataclass(frozen=True)
class Group:
    """Some tasks under one heading; `folded` ones are opened by a click."""

    name: str
    items: Sequence[TaskView]
    folded: bool = False

    @property
    def lines(self) -> list[Line]:
        """The same duty of many offices in one line, in the order the tasks come."""
        found: dict[tuple[object, ...], list[TaskView]] = {}
        for task in self.items:
            key = (task.pack_id, task.duty_id, task.due_on, task.state, task.about)
            found.setdefault(key, []).append(task)
        return [Line(tasks[0], tasks) for tasks in found.values()]

    @property
    def has_lead(self) -> bool:
        """Whether any task names a division or a person."""
        return any(task.lead or task.persons for task in self.items)


def year_of(request: Request) -> int:
    """The year asked for, else this one."""
    given = request.query_params.get("year", "")
    if given.isdigit() and 1990 <= int(given) <= 2200:
        return int(given)
    return guard.utc_now().astimezone(SHANGHAI).year


@pages.page("/calendar", WHO)
async def board(request: Request) -> Response:
    """A year's tasks of the own office and those beneath it, late ones first."""
    asked, asker = request.query_params, guard.asker_of(request)
    year = year_of(request)
    wanted = calendar.ListTasks(
        year=year,
        node=asked.get("node", ""),
        state=asked.get("state", ""),
        lead=asked.get("lead", "").strip()[:40],
        own=bool(asked.get("own")),
        after=asked.get("after", ""),
        limit=300,
    )
    page, nodes, cycles, rounds, reminders = await asyncio.gather(
        ask_for(request, TaskPage, wanted),
        part(request, dict[str, list[NodeView]], registry_acts.ListNodes()),
        part(request, dict[str, list[CycleView]], calendar.ListCycles(year=year)),
        part(request, list[RoundView], evaluation_round.ListRounds()),
        part(request, dict[str, list[ReminderView]], calendar.ListReminders(limit=20)),
    )
    programme = await part(request, ProgrammeView, calendar.GetProgramme(node=page.node, year=year))
    view = asked.get("view", "state")
    opened = {} if isinstance(cycles, Missing) else {c.node: c for c in cycles.get("cycles", [])}
    listed = [] if isinstance(nodes, Missing) else nodes.get("nodes", [])
    return render(
        request,
        "calendar.html",
        title=f"{year}年创建日历",
        page=page,
        year=year,
        view=view if view in dict(VIEWS) else "state",
        views=VIEWS,
        states=STATES,
        asked=wanted,
        groups=by_month(page.items, year) if view == "month" else by_state(page.items),
        duties=await _duties(request, wanted) if view == "duty" else [],
        nodes=[n for n in listed if answers_for(asker.actor.node, n.node)],
        cycle=opened.get(asker.actor.node),
        programme=programme,
        rounds=[] if isinstance(rounds, Missing) else [r for r in rounds if r.year == year],
        reminders=[] if isinstance(reminders, Missing) else reminders.get("reminders", []),
        offers=_offers(request, year, opened),
        may_write=asker.may(WRITE),
        own_node=asker.actor.node,
    )


async def _duties(request: Request, wanted: calendar.ListTasks) -> list[DutyView]:
    asked = calendar.ListDuties(year=wanted.year, node=wanted.node)
    found = await ask_for(request, dict[str, list[DutyView] | int], asked)
    duties = found["duties"]
    return duties if isinstance(duties, list) else []


def _offers(request: Request, year: int, opened: dict[str, CycleView]) -> list[acts.Offer]:
    asker = guard.asker_of(request)
    if not asker.may(WRITE) or asker.actor.node in opened:
        return []
    return [acts.Offer(acts.TABLE[calendar.OpenCycle.name], {"year": str(year)})]


def by_state(items: Sequence[TaskView]) -> list[Group]:
    """The tasks by where they stand, late ones first."""
    found: dict[str, list[TaskView]] = {}
    for task in items:
        state = "standing" if task.state == "open" and task.due_on is None else task.state
        found.setdefault(state, []).append(task)
    groups = [
        Group(name, [t for state in states for t in found.get(state, [])], name in _FOLDED)
        for name, states in _GROUPS
    ]
    return [group for group in groups if group.items]


def by_month(items: Sequence[TaskView], year: int) -> list[Group]:
    """The tasks by the month of their last day; other years and undated ones at the end."""
    dated = sorted((t for t in items if t.due_on is not None), key=lambda t: (t.due_on, t.node))
    months = [
        Group(f"{month}月" if y == year else f"{y}年{month}月", list(those))
        for (y, month), those in groupby(
            dated, key=lambda t: (t.due_on.year, t.due_on.month) if t.due_on else (0, 0)
        )
    ]
    undated = [t for t in items if t.due_on is None]
    return [*months, Group("没有印日期", undated, folded=True)] if undated else months
