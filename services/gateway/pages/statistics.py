"""统计: who takes part where and how far they are, against the goals; live and as of any day."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, time

from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.api.problems import invalid
from services.gateway.auth import guard
from services.gateway.pages import words
from services.gateway.pages.desk import Missing, Pages, ask, ask_for, go, part, render, text_of
from services.gateway.pages.words import SHANGHAI
from shared.contracts import registry_figures as figures
from shared.contracts.refusals import Refused
from shared.contracts.scalars import area_of

pages = Pages()
WHO = ("clerk", "reviewer", "seat", "auditor", "system")
WRITE = ("clerk", "reviewer", "system")
_GOALS = 4
_BANDS = 10


def day_of(given: str) -> date | None:
    """A day as a person typed it; None for none, refused (422) when it cannot be read."""
    if not given:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        says = f"日期“{given[:20]}”读不懂；请写作 2026-03-31。"
        raise Refused("date_unreadable", says, status=422) from error


def today() -> date:
    """The day of law."""
    return guard.utc_now().astimezone(SHANGHAI).date()


def year_of(request: Request) -> int:
    """The year asked for, else this one."""
    given = request.query_params.get("year", "")
    return int(given) if given.isdigit() and 2000 <= int(given) <= 2100 else today().year


def node_of(request: Request) -> str:
    """The place asked for, else one's own office."""
    return request.query_params.get("node", "") or guard.asker_of(request).actor.node


def band(share: object) -> str:
    """The shade of a tile: by tenths, so that places can be compared at a glance."""
    if share is None:
        return "none"
    return f"s{min(int(float(str(share)) // (100 / _BANDS)), _BANDS - 1)}"


@pages.page("/statistics", WHO)
async def overview(request: Request) -> Response:
    """Numbers, goals, stages by kind, the areas below, and how it has gone over a year."""
    asked = request.query_params
    node, kind, as_of = node_of(request), asked.get("kind", ""), day_of(asked.get("as_of", ""))
    known = day_of(asked.get("known_on", ""))
    known_at = datetime.combine(known, time.max, tzinfo=SHANGHAI) if known else None
    kinds = (kind,) if kind else ()
    last = as_of or today()
    own = area_of(node) == area_of(guard.asker_of(request).actor.node)
    found = await ask_for(
        request,
        figures.Statistics,
        figures.ReadStatistics(node=node, kinds=kinds, as_of=as_of, known_at=known_at),
    )
    areas, trend, sheet = await asyncio.gather(
        ask_for(request, figures.AreaTable, figures.ReadAreas(node=node, kinds=kinds, as_of=as_of)),
        ask_for(
            request,
            figures.Trend,
            figures.ReadTrend(node=node, kinds=kinds, from_on=_year_before(last), to_on=last),
        ),
        part(
            request,
            figures.MeasureSheet,
            figures.ReadMeasures(node=node, year=last.year, as_of=as_of, known_at=known_at),
        ),
    )
    return render(
        request,
        "statistics.html",
        title=("" if own else words.short_node(found.node_text)) + "创建活动统计",
        node=node,
        kind=kind,
        as_of=as_of,
        known_on=known,
        found=found,
        areas=areas,
        trend=trend,
        band=band,
        goals=[] if isinstance(sheet, Missing) else goals_of(sheet),
        sheet=sheet,
        own=own,
    )


def goals_of(sheet: figures.MeasureSheet) -> list[figures.Figure]:
    """What is shown large: alarms first, then measures with a printed goal or day."""
    aimed = [f for f in sheet.items if f.target is not None or f.target_on is not None]
    return sorted(aimed, key=lambda f: not f.alarm)[:_GOALS]


@pages.page("/statistics/measures", WHO)
async def measures(request: Request) -> Response:
    """Every measure of the pack for a node and year; one of them opened by area and by year."""
    return await _measures(request)


async def _measures(request: Request, refused: Refused | None = None) -> Response:
    asked = request.query_params
    node, year = node_of(request), year_of(request)
    as_of, opened = day_of(asked.get("as_of", "")), asked.get("measure", "")
    sheet = await ask_for(
        request, figures.MeasureSheet, figures.ReadMeasures(node=node, year=year, as_of=as_of)
    )
    chosen = next((f for f in sheet.items if f.measure == opened), None)
    years: figures.MeasureYears | Missing | None = None
    if chosen is not None:
        command = figures.ReadMeasureYears(
            node=node, measure=opened, from_year=year - 4, to_year=year
        )
        years = await part(request, figures.MeasureYears, command)
    asker = guard.asker_of(request)
    return render(
        request,
        "measures.html",
        title="指标与目标",
        status=refused.status if refused else 200,
        node=node,
        year=year,
        as_of=as_of,
        sheet=sheet,
        chosen=chosen,
        years=None if isinstance(years, Missing) else years,
        may_aim=asker.may(WRITE) and node == asker.actor.node,
        refused=refused,
    )


@pages.form("/statistics/measures", WRITE)
async def aim(request: Request, form: FormData) -> Response:
    """Set one's own goal of a year for a measure."""
    typed = {name: text_of(form, name) for name in ("year", "measure", "goal", "says")}
    try:
        command = _goal(typed)
        await ask(request, command, key=text_of(form, "idem"))
    except Refused as refused:
        return await _measures(request, refused)
    path = f"/statistics/measures?year={command.year}&measure={command.measure}"
    return go(path, said="年度目标已记下。")


def _goal(typed: dict[str, str]) -> figures.SetGoal:
    try:
        return figures.SetGoal.model_validate(typed)
    except ValidationError as error:
        raise invalid(error.errors()) from error


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)
