"""Units that a place makes public, such as its service stations: open ones only."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.pages import words
from services.gateway.pages.desk import Pages, ask_for, render
from shared.contracts import registry_units as about
from shared.contracts.refusals import Refused
from shared.contracts.registry_units_answers import PublicUnitPage
from shared.contracts.scalars import suite_of, system_of
from shared.runtime.packs import all_packs

pages = Pages()
_OPEN: tuple[str, ...] = ()


def areas_of(kind: str) -> list[tuple[str, str]]:
    """The regions whose document has a public list of this kind, by name."""
    found = []
    for pack in all_packs().values():
        known = pack.kinds.get(kind)
        node = pack.jurisdiction
        if known is not None and known.public and not (suite_of(node) or system_of(node)):
            found.append((node, words.area(node)))
    return sorted(found)


@pages.page("/public/units/{kind}", _OPEN)
async def listing(request: Request, kind: str) -> Response:
    """The open units of a kind in an area; without an area, the first that has a list."""
    areas = areas_of(kind)
    if not areas:
        raise Refused("not_public", "没有公布这类单位的名单。", status=404)
    asked = request.query_params
    command = about.PublicUnits(
        area=asked.get("area", "") or areas[0][0],
        kind=kind,
        mark=asked.get("mark", ""),
        after=asked.get("after", ""),
        limit=100,
    )
    page = await ask_for(request, PublicUnitPage, command)
    return render(
        request,
        "public_units.html",
        title=page.kind_text,
        page=page,
        areas=areas,
        asked=command,
    )
