"""「为什么」: a decision's chain, document → clause → rule → facts → votes, as it was recorded."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.gateway.api.special import reader_of
from services.gateway.pages.desk import Pages, ask, render, templates

pages = Pages()


@pages.page("/decisions/{decision_id}", ("any",))
async def chain(request: Request, decision_id: str) -> Response:
    """The page; `?part=1` gives its middle alone, for the dialog."""
    found: dict[str, Any] = await ask(request, reader_of(decision_id))
    shown: dict[str, Any] = {"d": found, "decision_id": decision_id}
    if request.query_params.get("part"):
        return HTMLResponse(templates.get_template("_chain.html").render(request=request, **shown))
    return render(request, "decision.html", title="决定依据", **shown)
