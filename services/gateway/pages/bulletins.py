"""通报: what a period brought, ready to print; kept under its number once issued."""

from __future__ import annotations

from datetime import date, timedelta

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.api.problems import invalid
from services.gateway.auth import guard
from services.gateway.pages.desk import Pages, ask, ask_for, go, render, text_of
from services.gateway.pages.statistics import WHO, WRITE, day_of, today
from shared.contracts import registry_bulletins
from shared.contracts.refusals import Refused

pages = Pages()


@pages.page("/bulletins", WHO)
async def listing(request: Request) -> Response:
    """What has been issued, and the bulletin of a period as it would read now."""
    return await _listing(request)


async def _listing(request: Request, refused: Refused | None = None) -> Response:
    asked = request.query_params
    first, last = day_of(asked.get("from_on", "")), day_of(asked.get("to_on", ""))
    issued = await ask_for(
        request,
        registry_bulletins.BulletinPage,
        registry_bulletins.ListBulletins(after=asked.get("after", "")),
    )
    draft = None
    if first and last and refused is None:
        try:
            command = registry_bulletins.DraftBulletin(from_on=first, to_on=last)
            draft = await ask_for(request, registry_bulletins.BulletinView, command)
        except Refused as error:
            refused = error
    usual = _last_quarter(today())
    return render(
        request,
        "bulletins.html",
        title="创建活动信息通报",
        status=refused.status if refused else 200,
        issued=issued,
        draft=draft,
        from_on=first or usual[0],
        to_on=last or usual[1],
        over=bool(last and last <= today()),
        may_issue=guard.asker_of(request).may(WRITE),
        refused=refused,
    )


@pages.form("/bulletins", WRITE)
async def issue(request: Request, form: FormData) -> Response:
    """Keep the bulletin of a period under its number."""
    try:
        first, last = day_of(text_of(form, "from_on")), day_of(text_of(form, "to_on"))
        if first is None or last is None:
            raise invalid([{"loc": ("body", "from_on"), "type": "missing", "msg": ""}])
        command = registry_bulletins.IssueBulletin(
            from_on=first, to_on=last, title=text_of(form, "title")
        )
        found = await ask(request, command, key=text_of(form, "idem"))
    except Refused as refused:
        return await _listing(request, refused)
    return go(f"/bulletins/{found['bulletin_id']}", said=f"已印发{found['number']}。")


@pages.page("/bulletins/{bulletin_id}", WHO)
async def show(request: Request, bulletin_id: str) -> Response:
    """A bulletin as it was issued, laid out for paper."""
    found = await ask_for(
        request,
        registry_bulletins.BulletinView,
        registry_bulletins.GetBulletin(bulletin_id=bulletin_id),
    )
    return render(request, "bulletin.html", title=found.title, bulletin=found)


def _last_quarter(day: date) -> tuple[date, date]:
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    last = first - timedelta(days=1)
    return date(last.year, last.month - 2, 1), last
