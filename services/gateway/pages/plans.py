"""年度计划: who has filed, what a plan says, and filing one's own with its five sections."""

from __future__ import annotations

from datetime import date

from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.api.problems import invalid
from services.gateway.auth import guard
from services.gateway.pages.desk import Missing, Pages, ask, ask_for, go, part, render, text_of
from services.gateway.pages.words import SHANGHAI
from shared.contracts import registry_acts
from shared.contracts.refusals import Refused
from shared.contracts.registry_answers import NodeView, PlanningSheetView, PlanView

pages = Pages()
_WHO = ("clerk", "reviewer", "seat", "auditor", "system")
_FILE = ("clerk", "reviewer", "system")
SECTIONS = ("工作安排", "培育目标", "创建标准", "评估要求", "选树计划")


def _year(request: Request) -> int:
    given = request.query_params.get("year", "")
    if given.isdigit() and len(given) == 4:
        return int(given)
    return guard.utc_now().astimezone(SHANGHAI).year


@pages.page("/plans", _WHO)
async def listing(request: Request) -> Response:
    """A year's plans: filed ones, missing ones, and the form for one's own."""
    return await _listing(request, _year(request))


async def _listing(
    request: Request,
    year: int,
    *,
    refused: Refused | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    found = await ask_for(
        request, dict[str, list[dict[str, object]]], registry_acts.ListPlans(year=year)
    )
    asker = guard.asker_of(request)
    sheet = None
    if asker.may(_FILE):
        command = registry_acts.PlanningSheet(node=asker.actor.node, year=year)
        got = await part(request, PlanningSheetView, command)
        sheet = None if isinstance(got, Missing) else got
    return render(
        request,
        "plans.html",
        title=f"{year} 年度计划",
        status=refused.status if refused else 200,
        year=year,
        plans=[PlanView.model_validate(p, extra="ignore") for p in found.get("plans", [])],
        missing=[NodeView.model_validate(n, extra="ignore") for n in found.get("missing", [])],
        sections=SECTIONS,
        sheet=sheet,
        may_file=asker.may(_FILE),
        refused=refused,
        typed=typed or {},
    )


@pages.form("/plans", _FILE)
async def file_plan(request: Request, form: FormData) -> Response:
    """File the plan of one's own node; a second filing is the next version."""
    typed = {k: text_of(form, k) for k in form if k not in ("csrf", "idem")}
    year = int(typed["year"]) if typed.get("year", "").isdigit() else _year(request)
    try:
        await ask(request, _plan(typed, year), key=text_of(form, "idem"))
    except Refused as refused:
        return await _listing(request, year, refused=refused, typed=typed)
    return go(f"/plans?year={year}", said="年度计划已报备。")


def _plan(typed: dict[str, str], year: int) -> registry_acts.FilePlan:
    data: dict[str, object] = {
        "year": year,
        "sections": {s: typed.get(f"section-{s}", "") for s in SECTIONS},
        "window_from": typed.get("window_from") or date(year, 1, 1).isoformat(),
        "publicity": typed.get("publicity") == "true",
        "deadline_reason": typed.get("deadline_reason", ""),
        "reason": typed.get("reason", ""),
    }
    if typed.get("deadline_on"):
        data["deadline_on"] = typed["deadline_on"]
    try:
        return registry_acts.FilePlan.model_validate(data)
    except ValidationError as error:
        raise invalid(error.errors()) from error


@pages.page("/plans/{node}/{year}", ("any",))
async def show(request: Request, node: str, year: int) -> Response:
    """One plan as it is in force."""
    plan = await ask_for(request, PlanView, registry_acts.GetPlan(node=node, year=year))
    return render(
        request, "plan.html", title=f"{plan.node_text or node} {year} 年度计划", plan=plan
    )
