"""One task: what it asks, on which clause, by when; what was done; the acts expected now."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.api.problems import invalid
from services.gateway.pages import acts
from services.gateway.pages.calendar import WHO, WRITE
from services.gateway.pages.desk import Pages, ask, ask_for, go, render, text_of
from services.gateway.pages.uploads import kept_file
from shared.contracts import registry_calendar as calendar
from shared.contracts.message import Command
from shared.contracts.refusals import Refused
from shared.contracts.registry_calendar_answers import TaskDetail, TaskView

pages = Pages()
_BY_TABLE = ("begin_task", "reopen_task", "arrange_duty")
_NAMES = re.compile(r"[、，,;；\s]+")


@pages.page("/tasks/{task_id}", WHO)
async def show(request: Request, task_id: str) -> Response:
    """The task with its clause in words, its history, and the acts of its reader."""
    return await _show(request, task_id)


async def _show(
    request: Request,
    task_id: str,
    *,
    refused: Refused | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    found = await ask_for(request, TaskDetail, calendar.GetTask(task_id=task_id))
    return render(
        request,
        "task.html",
        title=found.task.says,
        status=refused.status if refused else 200,
        d=found,
        t=found.task,
        goes_to=_goes_to(found.task),
        offers=_offers(found),
        refused=refused,
        typed=typed or {},
    )


def _goes_to(task: TaskView) -> str:
    """Where the thing that closes a task is done."""
    if task.closes == "plan":
        return f"/plans?year={task.year}"
    if task.closes == "report":
        return f"/reports/{task.closes_key}/{task.node}/{task.year}"
    return f"/records/{task.closes_key}" if task.closes == "record" else ""


def _offers(found: TaskDetail) -> list[acts.Offer]:
    hidden = {"task_id": found.task.task_id}
    dated = {"duty_id": found.task.duty_id, "year": str(found.task.year or "")}
    return [
        acts.Offer(
            acts.TABLE[f"registry.{name}"],
            dated if name == "arrange_duty" and found.task.year else hidden,
        )
        for name in found.may
        if name in _BY_TABLE and (name != "arrange_duty" or found.task.year)
    ]


@pages.form("/tasks/{task_id}/closing", WRITE)
async def close(request: Request, task_id: str, form: FormData) -> Response:
    """Close the task by hand, with a file where there is one."""
    given = {k: text_of(form, k) for k in ("done_on", "says", "outcome", "reason")}
    return await _act(request, task_id, form, calendar.CloseTask, given, said="已办结。")


@pages.form("/tasks/{task_id}/notes", WRITE)
async def note(request: Request, task_id: str, form: FormData) -> Response:
    """Write down progress."""
    given = {k: text_of(form, k) for k in ("happened_on", "says")}
    return await _act(request, task_id, form, calendar.NoteTask, given, said="已记录进展。")


@pages.form("/tasks/{task_id}/persons", WRITE)
async def assign(request: Request, task_id: str, form: FormData) -> Response:
    """Name who sees to it."""
    names = [name for name in _NAMES.split(text_of(form, "persons")) if name]
    command = calendar.AssignTask(task_id=task_id, persons=tuple(names))
    await ask(request, command, key=text_of(form, "idem"))
    return go(f"/tasks/{task_id}", said="已指定责任人。")


async def _act(
    request: Request,
    task_id: str,
    form: FormData,
    shape: type[Command],
    given: dict[str, str],
    *,
    said: str,
) -> Response:
    try:
        kept = await kept_file(request, form)
        data: dict[str, Any] = {k: v for k, v in given.items() if v} | {"task_id": task_id}
        command = _command(shape, data | ({"files": (kept,)} if kept else {}))
        await ask(request, command, key=text_of(form, "idem"))
    except Refused as refused:
        return await _show(request, task_id, refused=refused, typed=given)
    return go(f"/tasks/{task_id}", said=said)


def _command(shape: type[Command], data: dict[str, Any]) -> Command:
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        raise invalid(error.errors()) from error
