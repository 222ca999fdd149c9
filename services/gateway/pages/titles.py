"""称号与铭牌: the honour register as it stands or stood, and one title with its plaque."""

from __future__ import annotations

from datetime import date, datetime, time

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.auth import guard
from services.gateway.pages import acts
from services.gateway.pages.desk import Pages, ask_for, render
from services.gateway.pages.public import qr_of
from services.gateway.pages.words import SHANGHAI
from shared.contracts import registry_acts
from shared.contracts.refusals import Refused
from shared.contracts.registry_answers import TitlePage, TitleView

pages = Pages()
_WHO = ("clerk", "reviewer", "seat", "planner", "liaison", "auditor", "system")
_ACTS = {
    "to_issue": ("issue_plaque",),
    "issued": ("lose_plaque",),
    "to_return": ("return_plaque", "lose_plaque"),
}


def _day(given: str) -> date | None:
    if not given:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise Refused(
            "date_unreadable", f"日期“{given[:20]}”读不懂；请写作 2026-03-31。", status=422
        ) from error


@pages.page("/titles", _WHO)
async def listing(request: Request) -> Response:
    """The register; with 某日 and 某日所知 as it stood and was then known."""
    asked = request.query_params
    known = _day(asked.get("known_on", ""))
    year = asked.get("year", "")
    command = registry_acts.ListTitles(
        year=int(year) if year.isdigit() and len(year) == 4 else None,
        kind=asked.get("kind", ""),
        level=asked.get("level", ""),
        status=asked.get("status", ""),
        place=asked.get("place", ""),
        as_of=_day(asked.get("as_of", "")),
        known_at=datetime.combine(known, time.max, tzinfo=SHANGHAI) if known else None,
        after=asked.get("after", ""),
    )
    page = await ask_for(request, TitlePage, command)
    return render(
        request, "titles.html", title="称号与铭牌", page=page, asked=command, known_on=known
    )


@pages.page("/titles/{title_id}", ("any",))
async def show(request: Request, title_id: str) -> Response:
    """One title: number, basis, plaque, and what may be done with the plaque now."""
    title = await ask_for(request, TitleView, registry_acts.GetTitle(title_id=title_id))
    offered: list[acts.Offer] = []
    if guard.asker_of(request).may(("clerk", "reviewer", "system")):
        names = _ACTS.get(title.plaque.place, ())
        offered = acts.offers("registry", names, {"title_id": title_id})
    return render(
        request,
        "title.html",
        title=title.title_text,
        t=title,
        offers=offered,
        qr=qr_of(request, title.plaque.verify_code or title.plaque.number),
    )
