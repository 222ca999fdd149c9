"""年度安排: who has filed, what a plan says in each version, and drafting and filing one's own."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.api.problems import invalid
from services.gateway.auth import guard
from services.gateway.pages import acts, words
from services.gateway.pages.calendar import WHO, year_of
from services.gateway.pages.desk import Missing, Pages, ask, ask_for, go, part, render, text_of
from shared.contracts import registry_acts
from shared.contracts import registry_calendar as calendar
from shared.contracts.message import Command
from shared.contracts.refusals import Refused
from shared.contracts.registry_answers import DocumentView, NodeView
from shared.contracts.registry_calendar_answers import ProgrammeView
from shared.contracts.registry_plan_answers import PlanningSheetView, PlanView
from shared.runtime.organisations import answers_for

pages = Pages()
_FILE = ("clerk", "system")
_RECEIVE = ("clerk", "reviewer", "system")
OTHER = "其他"  # a plan may say more than the law asks for


@pages.page("/plans", WHO)
async def listing(request: Request) -> Response:
    """A year's plans: filed ones, those to take in, missing ones, and the form for one's own."""
    return await _listing(request, year_of(request))


async def _listing(
    request: Request,
    year: int,
    *,
    refused: Refused | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    asker = guard.asker_of(request)
    node = asker.actor.node
    found, programme, documents, sheet, draft = await asyncio.gather(
        ask_for(request, dict[str, list[dict[str, Any]]], registry_acts.ListPlans(year=year)),
        part(request, ProgrammeView, calendar.GetProgramme(node=node, year=year)),
        part(request, dict[str, list[DocumentView]], registry_acts.ListDocuments()),
        part(request, PlanningSheetView, registry_acts.PlanningSheet(node=node, year=year)),
        _draft(request, node, year),
    )
    listed = [] if isinstance(documents, Missing) else documents.get("documents", [])
    offers = [acts.Offer(acts.TABLE[registry_acts.AddDocument.name], {})]
    may_file = asker.may(_FILE) and not isinstance(programme, Missing)
    return render(
        request,
        "plans.html",
        title=f"{year}年度安排",
        status=refused.status if refused else 200,
        year=year,
        plans=[PlanView.model_validate(p) for p in found["plans"]],
        to_receive=[PlanView.model_validate(p) for p in found["to_receive"]],
        missing=[NodeView.model_validate(n, extra="ignore") for n in found["missing"]],
        programme=programme,
        documents=listed,
        sheet=sheet,
        draft=draft,
        may_file=may_file,
        own_node=node,
        offers=offers if may_file else [],
        other=OTHER,
        refused=refused,
        typed=typed or _typed(draft),
    )


async def _draft(request: Request, node: str, year: int) -> PlanView | None:
    """The own office's draft, when the newest version is one."""
    found = await part(request, PlanView, registry_acts.GetPlan(node=node, year=year))
    newest = 1 if isinstance(found, Missing) else found.versions[0].plan_version
    wanted = registry_acts.GetPlan(node=node, year=year, plan_version=newest)
    last = await part(request, PlanView, wanted)
    return last if isinstance(last, PlanView) and last.status == "draft" else None


def _typed(draft: PlanView | None) -> dict[str, str]:
    if draft is None:
        return {}
    return {
        **{f"section-{name}": text for name, text in draft.sections.items()},
        "window_from": draft.window_from.isoformat(),
        "deadline_on": draft.deadline_on.isoformat(),
        "deadline_reason": draft.deadline_reason,
        "publicity": "true" if draft.publicity else "",
        **{f"document-{d.document_id}": "true" for d in draft.documents},
    }


@pages.form("/plans", _FILE)
async def keep(request: Request, form: FormData) -> Response:
    """Keep the own node's draft; with `file`, issue and file it at once."""
    typed = {k: text_of(form, k) for k in form if k not in ("csrf", "idem")}
    year = int(typed["year"]) if typed.get("year", "").isdigit() else year_of(request)
    filing = bool(typed.get("file"))
    shape = registry_acts.FilePlan if filing else registry_acts.SavePlan
    try:
        await ask(request, _plan(shape, typed, year), key=text_of(form, "idem"))
    except Refused as refused:
        return await _listing(request, year, refused=refused, typed=typed)
    return go(f"/plans?year={year}", said="年度安排已印发并报备。" if filing else "草稿已保存。")


def _plan(shape: type[Command], typed: dict[str, str], year: int) -> Command:
    named = {
        k.removeprefix("section-"): v for k, v in typed.items() if k.startswith("section-") and v
    }
    data: dict[str, Any] = {
        "year": year,
        "sections": named,
        "window_from": typed.get("window_from") or date(year, 1, 1).isoformat(),
        "publicity": typed.get("publicity") == "true",
        "deadline_reason": typed.get("deadline_reason", ""),
        "document_ids": [k.removeprefix("document-") for k in typed if k.startswith("document-")],
    }
    if shape is registry_acts.FilePlan:
        data["reason"] = typed.get("reason", "")
    if typed.get("deadline_on"):
        data["deadline_on"] = typed["deadline_on"]
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        raise invalid(error.errors()) from error


@pages.page("/plans/{node}/{year}", ("any",))
async def show(request: Request, node: str, year: int) -> Response:
    """One version of a plan, the one in force unless another is asked for."""
    version = request.query_params.get("version", "")
    wanted = registry_acts.GetPlan(
        node=node, year=year, plan_version=int(version) if version.isdigit() else None
    )
    plan = await ask_for(request, PlanView, wanted)
    return render(
        request,
        "plan.html",
        title=f"{words.short_node(plan.node_text) or node}{year}年度安排",
        plan=plan,
        offers=_offers(request, plan),
    )


def _offers(request: Request, plan: PlanView) -> list[acts.Offer]:
    asker, hidden = guard.asker_of(request), {"plan_id": plan.plan_id}
    own = asker.actor.node == plan.node
    names: list[str] = []
    if own and asker.may(_FILE) and plan.status == "draft":
        names.append(registry_acts.IssuePlan.name)
    if own and asker.may(_FILE) and plan.status == "issued":
        names.append(registry_acts.FileIssuedPlan.name)
    above = not own and bool(plan.to_node) and answers_for(asker.actor.node, plan.node)
    if above and asker.may(_RECEIVE) and plan.asks_receipt:
        names.append(registry_acts.ReceivePlan.name)
    return [acts.Offer(acts.TABLE[name], hidden) for name in names]
