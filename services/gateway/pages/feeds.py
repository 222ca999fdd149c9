"""数据对接: is each agency's feed heard, what has gone wrong, what could not be matched."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.pages.desk import Pages, ask_for, part, render
from shared.contracts import oversight_feed as feed

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
