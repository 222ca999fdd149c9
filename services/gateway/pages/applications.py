"""Applications for recognition: the office's inbox, and the case with the acts each role may take."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.pages import acts, words
from services.gateway.pages.desk import Missing, Pages, ask_for, part, render
from shared.contracts import evaluation, evaluation_round
from shared.contracts.evaluation_answers import (
    ApplicationView,
    AssessmentView,
    StandardView,
    StepView,
)
from shared.contracts.evaluation_round_answers import MinutesView, Page

pages = Pages()
_WHO = ("clerk", "reviewer", "seat", "unit", "auditor", "system")
STAGES = ("received", "returned", "under_review", "recognised", "refused", "withdrawn")


@dataclass(frozen=True)
class Step:
    """A step of the bar."""

    text: str
    state: str
    note: str = ""


def bar_of(steps: Sequence[StepView]) -> list[Step]:
    """A procedure's steps as the bar shows them."""
    return [
        Step(
            text=s.step_text,
            state=s.state,
            note="" if s.done_at is None else f"{words.day(s.done_at)} {s.done_by_name}",
        )
        for s in steps
    ]


@pages.page("/applications", _WHO)
async def listing(request: Request) -> Response:
    """Applications of one's own node and beneath."""
    asked = request.query_params
    command = evaluation.ListApplications(
        stage=asked.get("stage", ""),
        kind=asked.get("kind", ""),
        search=asked.get("search", "").strip()[:100],
        sort="age" if asked.get("sort") == "age" else "received",
        after=asked.get("after", ""),
    )
    page = await ask_for(request, Page, command)
    return render(
        request, "applications.html", title="认定申请", page=page, asked=command, stages=STAGES
    )


@pages.page("/applications/{application_id}", _WHO)
async def show(request: Request, application_id: str) -> Response:
    """One application: its step bar, the act expected now, what was said, the papers."""
    case = await ask_for(
        request, ApplicationView, evaluation.ReadApplication(application_id=application_id)
    )
    assessment, standard = await asyncio.gather(
        part(request, AssessmentView, evaluation.ReadAssessment(assessment_id=case.assessment_id)),
        part(request, StandardView, evaluation.ReadStandard(unit_id=case.unit_id)),
    )
    return render(
        request,
        "application.html",
        title=f"{case.unit_name}的认定申请",
        case=case,
        bar=bar_of(case.steps),
        assessment=assessment,
        items=_items(standard),
        offers=[*_offers(case)],
    )


def _items(standard: StandardView | Missing) -> dict[str, str]:
    if isinstance(standard, Missing):
        return {}
    return {i.indicator_id: f"{i.heading}：{i.says}" for i in standard.indicators}


def _offers(case: ApplicationView) -> list[acts.Offer]:
    mine = {"application_id": case.application_id}
    names = [m.removeprefix("evaluation.") for m in case.may]
    apart = ("record_opinion", "post_recognition_notice")
    found = acts.offers("evaluation", [n for n in names if n not in apart], mine)
    if "post_recognition_notice" in names:
        several = {"application_ids": case.application_id}
        found += acts.offers("evaluation", ["post_recognition_notice"], several)
    if "record_opinion" in names:
        opinion = {"case": "application", "case_id": case.application_id}
        found = [*acts.offers("evaluation", ["record_opinion"], opinion), *found]
    return found


@pages.page("/minutes/{case}/{case_id}", ("any",))
async def minutes(request: Request, case: str, case_id: str) -> Response:
    """The minutes of a joint decision, for the printer."""
    command = evaluation_round.ReadMinutes(case=case, case_id=case_id)
    found = await ask_for(request, MinutesView, command)
    return render(request, "minutes.html", title=found.title, m=found)
