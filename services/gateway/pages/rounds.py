"""选树: rounds with their quotas and notices, nominations step by step, objections."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.auth import guard
from services.gateway.pages import acts
from services.gateway.pages.applications import bar_of
from services.gateway.pages.desk import Missing, Pages, ask, ask_for, go, part, render, text_of
from shared.contracts import evaluation_round as rounds
from shared.contracts.evaluation_round_answers import (
    NominationView,
    NoticeView,
    ObjectionView,
    Page,
    RoundView,
)
from shared.contracts.refusals import Refused

pages = Pages()
_WHO = ("clerk", "reviewer", "seat", "unit", "auditor", "system")
_OFFICE = ("clerk", "reviewer", "seat", "auditor", "system")


@pages.page("/rounds", _WHO)
async def listing(request: Request) -> Response:
    """Every round, newest year first; the city may open the year's one."""
    found = await ask_for(request, list[RoundView], rounds.ListRounds())
    asker = guard.asker_of(request)
    offered: list[acts.Offer] = []
    if asker.may(("reviewer", "system")):
        offered = acts.offers("evaluation", ["open_round"], {"node": asker.actor.node})
    return render(request, "rounds.html", title="选树批次", rounds=found, offers=offered)


@pages.page("/rounds/{round_id}", _WHO)
async def show(request: Request, round_id: str) -> Response:
    """One round: quotas, nominations, notices, results, and the act expected now."""
    return await _show(request, round_id)


async def _show(request: Request, round_id: str, refused: Refused | None = None) -> Response:
    found = await ask_for(request, RoundView, rounds.ReadRound(round_id=round_id))
    listed = await part(
        request, Page, rounds.ListNominations(round_id=round_id, after=_after(request), limit=100)
    )
    names = [m.removeprefix("evaluation.") for m in found.may]
    ready = []
    if not isinstance(listed, Missing):
        ready = [
            n for n in listed.items if isinstance(n, NominationView) and n.stage == "city_reviewed"
        ]
    offered = acts.offers(
        "evaluation", [n for n in names if n != "nominate"], {"round_id": round_id}
    )
    if "nominate" in names and (unit_id := guard.asker_of(request).actor.unit_id):
        mine = {"round_id": round_id, "unit_id": unit_id}
        offered = [*acts.offers("evaluation", ["nominate"], mine), *offered]
    return render(
        request,
        "round.html",
        title=f"{found.year} 年度{found.title_text}选树",
        status=refused.status if refused else 200,
        r=found,
        listed=listed,
        ready=ready if guard.asker_of(request).may(("clerk", "reviewer", "system")) else [],
        offers=offered,
        refused=refused,
    )


def _after(request: Request) -> str:
    return request.query_params.get("after", "")


@pages.form("/rounds/{round_id}/notices", ("clerk", "reviewer", "system"))
async def post_notice(request: Request, round_id: str, form: FormData) -> Response:
    """Put the chosen candidates on notice."""
    chosen = tuple(str(v) for v in form.getlist("nomination_ids") if isinstance(v, str))
    try:
        if not chosen:
            _no_candidates()
        command = rounds.PostNotice(
            round_id=round_id, nomination_ids=chosen, contact=text_of(form, "contact")
        )
        await ask(request, command, key=text_of(form, "idem"))
    except Refused as refused:
        return await _show(request, round_id, refused)
    return go(f"/rounds/{round_id}", said="公示已发布。")


def _no_candidates() -> None:
    raise Refused("no_candidates", "没有勾选候选单位；请至少勾选一个再发布公示。", status=422)


@pages.page("/nominations", _WHO)
async def nominations(request: Request) -> Response:
    """Nominations by stage, kind and name."""
    asked = request.query_params
    command = rounds.ListNominations(
        stage=asked.get("stage", ""),
        kind=asked.get("kind", ""),
        search=asked.get("search", "").strip()[:100],
        after=_after(request),
    )
    page = await ask_for(request, Page, command)
    return render(request, "nominations.html", title="选树申报", page=page, asked=command)


@pages.page("/nominations/{nomination_id}", _WHO)
async def nomination(request: Request, nomination_id: str) -> Response:
    """One nomination: its steps, opinions, objections, and the act expected now."""
    case = await ask_for(
        request, NominationView, rounds.ReadNomination(nomination_id=nomination_id)
    )
    mine = {"nomination_id": nomination_id}
    names = [m.removeprefix("evaluation.") for m in case.may]
    found = acts.offers("evaluation", [n for n in names if n != "record_opinion"], mine)
    if "record_opinion" in names:
        about = {"case": "nomination", "case_id": nomination_id}
        given = case.opinions is not None and case.opinions.complete
        opinion = acts.offers("evaluation", ["record_opinion"], about)
        found = [*found, *opinion] if given else [*opinion, *found]
    return render(
        request,
        "nomination.html",
        title=f"{case.unit_name}的选树申报",
        case=case,
        bar=bar_of(case.steps),
        offers=found,
    )


@pages.page("/notices/{notice_id}", _WHO)
async def notice(request: Request, notice_id: str) -> Response:
    """A notice from the inside: on to its public page."""
    found = await ask_for(request, NoticeView, rounds.ReadNotice(notice_id=notice_id))
    return go(f"/public/notices/{found.notice_id}")


@pages.page("/objections", _OFFICE)
async def objections(request: Request) -> Response:
    """Objections of one's node, oldest first."""
    stage = request.query_params.get("stage", "")
    found = await ask_for(request, list[ObjectionView], rounds.ListObjections(stage=stage))
    return render(request, "objections.html", title="公示异议", objections=found, stage=stage)


@pages.page("/objections/{objection_id}", _OFFICE)
async def objection(request: Request, objection_id: str) -> Response:
    """One objection, and the finding it waits for."""
    found = await ask_for(request, ObjectionView, rounds.ReadObjection(objection_id=objection_id))
    offered: list[acts.Offer] = []
    if found.stage == "open" and guard.asker_of(request).may(("reviewer", "clerk", "system")):
        offered = acts.offers("evaluation", ["resolve_objection"], {"objection_id": objection_id})
    return render(
        request, "objection.html", title=f"对{found.unit_name}的异议", o=found, offers=offered
    )
