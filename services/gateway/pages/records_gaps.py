"""缺口清单: what is missing, whose it is, and since when; and what a place publishes of its work."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.pages.desk import Pages, ask_for, render
from services.gateway.pages.records import nodes_of, year_of
from shared.contracts import registry_records as book
from shared.contracts.registry_records_answers import Gaps, PublicRecordPage
from shared.runtime.organisations import all_nodes

pages = Pages()
_WHO = ("clerk", "reviewer", "seat", "auditor", "system")


@pages.page("/gaps", _WHO)
async def gaps(request: Request) -> Response:
    """Every list of the pack with its number."""
    node = request.query_params.get("node", "")
    found, nodes = await asyncio.gather(
        ask_for(request, Gaps, book.FindGaps(node=node)), nodes_of(request)
    )
    return render(
        request, "records_gaps.html", title="缺口清单", found=found, nodes=nodes, node=node
    )


@pages.page("/gaps/{gap_id}", _WHO)
async def gap(request: Request, gap_id: str) -> Response:
    """The rows of one list, the longest without first."""
    asked = request.query_params
    command = book.FindGaps(
        gap=gap_id, node=asked.get("node", ""), after=asked.get("after", ""), limit=100
    )
    found = await ask_for(request, Gaps, command)
    listed = found.items[0]
    return render(
        request, "records_gap.html", title=listed.says, found=found, gap=listed,
        node=asked.get("node", ""),
    )  # fmt: skip


@pages.page("/public/records", ())
async def published(request: Request) -> Response:
    """Places that publish what they do, and the kinds they publish."""
    return await _published(request, "")


@pages.page("/public/records/{kind_id}", ())
async def published_kind(request: Request, kind_id: str) -> Response:
    """The published rows of one kind."""
    return await _published(request, kind_id)


async def _published(request: Request, kind_id: str) -> Response:
    asked = request.query_params
    node = asked.get("node", "")
    page = None
    if node:
        command = book.PublicRecords(
            node=node, kind=kind_id, year=year_of(request), after=asked.get("after", "")
        )
        page = await ask_for(request, PublicRecordPage, command)
        if not kind_id and page.kinds:  # the place alone was chosen: its first kind
            return await _published(request, page.kinds[0].id)
    places = [n for n in all_nodes().values() if n.level in ("province", "city", "district")]
    title = page.kind_text if page is not None and page.kind_text else "工作公开"
    return render(
        request, "records_public.html", title=title, page=page, places=places, node=node,
        year=year_of(request),
    )  # fmt: skip
