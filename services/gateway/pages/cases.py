"""Watching and leaving: the review queue, one trigger, exit cases and one case whole."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.auth import guard
from services.gateway.pages import acts
from services.gateway.pages.applications import Step
from services.gateway.pages.desk import Pages, ask_for, part, render
from shared.contracts import oversight
from shared.contracts.oversight_answers import (
    CasePage,
    CaseWhole,
    Figures,
    Minutes,
    ReviewItemWhole,
    ReviewPage,
)

pages = Pages()
_WHO = ("clerk", "reviewer", "seat", "auditor", "system")
_CASE = ("clerk", "reviewer", "seat", "unit", "auditor", "system")
_STAGES = (
    ("opened", "启动"),
    ("statement", "听取陈述"),
    ("deliberation", "各方会商"),
    ("decided", "作出结论"),
    ("closed", "收牌公布、办结"),
)


@pages.page("/cases", _CASE)
async def listing(request: Request) -> Response:
    """What waits for review, and the exit cases."""
    asked = request.query_params
    command = oversight.ListCases(
        stage=asked.get("stage", ""),
        status=asked.get("status", ""),
        after=asked.get("after", ""),
    )
    page, review, figures = await asyncio.gather(
        ask_for(request, CasePage, command),
        part(request, ReviewPage, oversight.ListReview(limit=20)),
        part(request, Figures, oversight.GetFigures()),
    )
    return render(
        request,
        "cases.html",
        title="监督与退出",
        page=page,
        asked=command,
        review=review,
        figures=figures,
        stages=_STAGES,
    )


@pages.page("/reviews", _WHO)
async def queue(request: Request) -> Response:
    """The whole review queue by key."""
    asked = request.query_params
    command = oversight.ListReview(
        state=asked.get("state", "pending") or "pending", after=asked.get("after", "")
    )
    page = await ask_for(request, ReviewPage, command)
    return render(request, "reviews.html", title="待核实事件", page=page, state=command.state)


@pages.page("/reviews/{trigger_id}", _WHO)
async def review(request: Request, trigger_id: str) -> Response:
    """One trigger before a person: what the agency said, what it did, what may follow."""
    item = await ask_for(request, ReviewItemWhole, oversight.GetReviewItem(trigger_id=trigger_id))
    offered: list[acts.Offer] = []
    if item.state == "pending" and guard.asker_of(request).may(("clerk", "reviewer", "system")):
        mine = {"trigger_id": item.trigger_id}
        offered = acts.offers("oversight", ["confirm_trigger", "dismiss_trigger"], mine)
    return render(request, "review.html", title=item.kind_text, item=item, offers=offered)


@pages.page("/cases/{case_id}", _CASE)
async def show(request: Request, case_id: str) -> Response:
    """One exit case: its step bar, the act expected now, opinions, plaque, publication, story."""
    case = await ask_for(request, CaseWhole, oversight.GetCase(case_id=case_id))
    return render(
        request,
        "case.html",
        title=f"{case.unit_name}退出案件",
        case=case,
        bar=_bar(case),
        offers=_offers(request, case),
    )


def _bar(case: CaseWhole) -> list[Step]:
    at = [s for s, _ in _STAGES].index(case.stage)
    states = ["done" if i < at or case.status == "closed" else "ahead" for i in range(len(_STAGES))]
    if case.status != "closed":
        states[min(at + 1, len(_STAGES) - 1)] = "due"
        states[at] = "done"
    return [Step(text=text, state=states[i]) for i, (_, text) in enumerate(_STAGES)]


def _offers(request: Request, case: CaseWhole) -> list[acts.Offer]:
    mine = {"case_id": case.case_id}
    actor = guard.asker_of(request).actor
    act = acts.TABLE[oversight.RecordOpinion.name]
    if "seat" in actor.roles and actor.body:
        opinion = acts.Offer(act.without("body", "document"), mine | {"body": actor.body})
    else:
        bodies = [(o.body, o.body_name) for o in case.opinions]
        opinion = acts.Offer(act.with_options("body", bodies), mine)
    names = [m.removeprefix("oversight.") for m in case.may]
    if all(o.given for o in case.opinions) and "decide_case" in names:
        names.sort(key=lambda n: n == "record_opinion")  # the act expected now comes first
    found = []
    for name in names:
        if name == "record_opinion":
            found.append(opinion)
        else:
            found += acts.offers("oversight", [name], mine)
    return found


@pages.page("/cases/{case_id}/minutes", _CASE)
async def minutes(request: Request, case_id: str) -> Response:
    """The deliberation as minutes, for the printer."""
    found = await ask_for(request, Minutes, oversight.GetMinutes(case_id=case_id))
    return render(request, "case_minutes.html", title=found.title, m=found)
