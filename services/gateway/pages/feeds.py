"""数据对接: is each agency's feed heard, what has gone wrong, what could not be matched; 规则: packs."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.auth import guard
from services.gateway.pages import acts
from services.gateway.pages.desk import Pages, ask_for, part, render
from shared.contracts import oversight_feed as feed
from shared.contracts import registry_acts
from shared.contracts.registry_answers import ActivationView
from shared.contracts.scalars import covers
from shared.policy.load import load_pack, pack_ids
from shared.runtime.organisations import region_of

pages = Pages()
_WHO = ("liaison", "admin", "security", "auditor", "clerk", "reviewer", "system")


@pages.page("/agencies", _WHO)
async def agencies(request: Request) -> Response:
    """Every agency with the state of its feed, alarms first."""
    rows, alarms, unmatched = await asyncio.gather(
        part(request, dict[str, Any], feed.ListAgencies()),
        part(request, dict[str, Any], feed.ListFeedAlarms()),
        part(request, dict[str, Any], feed.ListUnmatched(limit=50)),
    )
    return render(
        request, "agencies.html", title="数据对接", rows=rows, alarms=alarms, unmatched=unmatched
    )


@pages.page("/inbox", ("admin", "security", "auditor"))
async def inbox(request: Request) -> Response:
    """What agencies sent, by verdict."""
    asked = request.query_params
    command = feed.ListInbox(
        agency=asked.get("agency", ""),
        verdict=asked.get("verdict", ""),
        after=asked.get("after", ""),
    )
    page = await ask_for(request, dict[str, Any], command)
    return render(request, "inbox.html", title="来件台账", page=page, asked=command)


@pages.page("/packs", ("clerk", "reviewer", "admin", "auditor", "system"))
async def packs(request: Request) -> Response:
    """The region's packs: which were put to work, and which of their numbers no text prints."""
    region = region_of(guard.asker_of(request).actor.node)
    packs = [p for p in (load_pack(id_) for id_ in pack_ids()) if covers(p.jurisdiction, region)]
    found = await ask_for(request, dict[str, list[ActivationView]], registry_acts.ListActivations())
    offered: list[acts.Offer] = []
    if guard.asker_of(request).may(("admin",)):
        shipped = [(p.id, p.title) for p in packs]
        act = acts.TABLE[registry_acts.ActivatePack.name].with_options("pack_id", shipped)
        offered = [acts.Offer(act, {"jurisdiction": region})]
    return render(
        request,
        "packs.html",
        title="规则与日历",
        packs=packs,
        activations=found.get("activations", []),
        offers=offered,
    )
