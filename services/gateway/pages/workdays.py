"""工作日: the years on file with days off and make-up days, a counter, and the entry of a year."""

from __future__ import annotations

import re
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.api.problems import invalid
from services.gateway.auth import guard
from services.gateway.pages.calendar import WHO
from services.gateway.pages.desk import Missing, Pages, ask, ask_for, go, part, render, text_of
from services.gateway.pages.words import SHANGHAI
from shared.contracts import registry_calendar as calendar
from shared.contracts.refusals import Refused
from shared.contracts.registry_calendar_answers import DayCount, WorkdayTable, WorkdayYearView

pages = Pages()
_EDIT = ("admin", "system")
_DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")


@pages.page("/workdays", WHO)
async def table(request: Request) -> Response:
    """Every year on file, the coming years without data, and a counter."""
    return await _table(request)


async def _table(
    request: Request, *, refused: Refused | None = None, typed: dict[str, str] | None = None
) -> Response:
    found = await ask_for(request, WorkdayTable, calendar.ListWorkdays())
    asked = request.query_params
    counted = await _counted(request)
    chosen = asked.get("edit", "")
    edited = next((y for y in found.years if str(y.year) == chosen), None)
    this_year = guard.utc_now().astimezone(SHANGHAI).year
    return render(
        request,
        "workdays.html",
        title="工作日与放假调休",
        status=refused.status if refused else 200,
        table=found,
        counted=counted,
        asked=asked,
        may_edit=guard.asker_of(request).may(_EDIT),
        typed=typed or _typed(edited, found, this_year),
        refused=refused,
    )


async def _counted(request: Request) -> DayCount | Missing | None:
    asked = request.query_params
    wanted = {k: asked[k] for k in ("start", "days", "end") if asked.get(k)}
    if "start" not in wanted or len(wanted) == 1:
        return None
    try:
        command = calendar.CountWorkdays.model_validate(wanted)
    except ValidationError:
        return Missing("请填写起始日，以及天数或截止日中的一项。", outage=False)
    return await part(request, DayCount, command)


def _typed(edited: WorkdayYearView | None, table: WorkdayTable, this_year: int) -> dict[str, str]:
    """What the form begins with: the year to be changed, or the first one missing."""
    if edited is None:
        year = table.missing[0] if table.missing else this_year + 1
        return {"year": str(year), "revision": "0", "notice": "", "holidays": "", "workdays": ""}
    lines = [f"{h.name_text} {h.from_on} {h.to_on}" for h in edited.holidays]
    return {
        "year": str(edited.year),
        "revision": str(edited.revision),
        "notice": edited.notice,
        "holidays": "\n".join(lines),
        "workdays": "\n".join(str(day) for day in edited.workdays),
    }


@pages.form("/workdays", _EDIT)
async def enter(request: Request, form: FormData) -> Response:
    """Enter or replace a year."""
    names = ("year", "revision", "notice", "holidays", "workdays", "reason")
    typed = {name: text_of(form, name) for name in names}
    try:
        await ask(request, _command(typed), key=text_of(form, "idem"))
    except Refused as refused:
        return await _table(request, refused=refused, typed=typed)
    return go("/workdays", said=f"{typed['year']}年的放假调休安排已录入，各处按此计算。")


def _command(typed: dict[str, str]) -> calendar.SetWorkdays:
    data: dict[str, Any] = {
        "year": typed["year"],
        "revision": typed["revision"] or "0",
        "notice": typed["notice"],
        "reason": typed["reason"],
        "holidays": [_holiday(line) for line in typed["holidays"].splitlines() if line.strip()],
        "workdays": [_iso(day) for day in _DAY.findall(typed["workdays"])],
    }
    try:
        return calendar.SetWorkdays.model_validate(data)
    except ValidationError as error:
        raise invalid(error.errors()) from error


def _holiday(line: str) -> dict[str, str]:
    """One line of the notice: a name and one day, or the first and the last."""
    days = [_iso(day) for day in _DAY.findall(line)]
    name = _DAY.sub("", line).strip(" 　至到-~")
    if not days or len(days) > 2 or not name:
        says = (
            f"“{line.strip()[:40]}”看不明白：每行写名称和起止日期，如“国庆节 2027-10-01 2027-10-07”"
        )
        errors = [{"pointer": "/holidays", "says": says}]
        raise Refused("workdays_wrong", says, status=422, errors=errors)
    return {"name_text": name, "from_on": days[0], "to_on": days[-1]}


def _iso(day: str) -> str:
    year, month, number = day.split("-")
    return f"{year}-{month:0>2}-{number:0>2}"
