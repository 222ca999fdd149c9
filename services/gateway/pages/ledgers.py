"""台账: the five ledgers of a year, and each of them as a workbook."""

from __future__ import annotations

from typing import get_args

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.gateway.api.exports import ledger_book
from services.gateway.pages.desk import Pages, ask_for, render
from services.gateway.pages.statistics import WHO, node_of, year_of
from shared.contracts.refusals import Refused
from shared.contracts.registry_figures import LedgerName, LedgerPage, ReadLedger

pages = Pages()
_NAMES = get_args(LedgerName)


@pages.page("/ledgers", WHO)
async def first(request: Request) -> Response:
    """The ledger of applications."""
    return RedirectResponse("/ledgers/application", status_code=303)


@pages.page("/ledgers/{ledger}.xlsx", WHO)
async def export(request: Request, ledger: str) -> Response:
    """The whole year, not only the page on the screen."""
    return await ledger_book(request, _named(ledger), year_of(request), node_of(request))


@pages.page("/ledgers/{ledger}", WHO)
async def show(request: Request, ledger: str) -> Response:
    """A page of a ledger in the order of days."""
    year = year_of(request)
    command = ReadLedger(
        ledger=_named(ledger),
        year=year,
        node=node_of(request),
        after=request.query_params.get("after", ""),
    )
    page = await ask_for(request, LedgerPage, command)
    return render(request, "ledger.html", title=page.title, page=page, year=year)


def _named(ledger: str) -> LedgerName:
    for name in _NAMES:
        if name == ledger:
            found: LedgerName = name
            return found
    raise Refused("ledger_unknown", f"没有“{ledger[:40]}”这本台账：请从上方选择", status=404)
