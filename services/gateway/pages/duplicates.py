"""疑似重复: two units side by side, and a person says whether they are one."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.pages.desk import Pages, ask, ask_for, go, render, text_of
from shared.contracts import registry_units as about
from shared.contracts.refusals import Refused
from shared.contracts.registry_units_answers import DoublePage

pages = Pages()
_WHO = ("clerk", "reviewer", "system")
_STATUSES = {"open": "待核对", "same": "同一单位", "different": "不是同一单位", "gone": "已注销"}
_DONE = {"same": "已合并，历史都在保留的单位名下。", "different": "已记为不同单位，不再提示。"}


@pages.page("/duplicates", _WHO)
async def listing(request: Request) -> Response:
    """Pairs that wait, the earliest found first; or those that were decided."""
    return await _listing(request)


async def _listing(
    request: Request, refused: Refused | None = None, double_id: str = ""
) -> Response:
    asked = request.query_params
    status = asked.get("status", "open")
    command = about.ListDoubles.model_validate(
        {
            "status": status if status in _STATUSES else "open",
            "unit_id": asked.get("unit_id", ""),
            "after": asked.get("after", ""),
            "limit": 20,
        }
    )
    page = await ask_for(request, DoublePage, command)
    return render(
        request,
        "duplicates.html",
        title="疑似重复",
        status=refused.status if refused else 200,
        page=page,
        asked=command,
        statuses=_STATUSES,
        refused=refused,
        refused_id=double_id,
    )


@pages.form("/duplicates/{double_id}", _WHO)
async def decide(request: Request, double_id: str, form: FormData) -> Response:
    """`answer` is "different", or the unit to keep of two that are the same."""
    answer = text_of(form, "answer")
    verdict = "different" if answer in ("", "different") else "same"
    command = about.DecideDouble(
        double_id=double_id,
        verdict="same" if verdict == "same" else "different",
        keep=answer if verdict == "same" else "",
        reason=text_of(form, "reason"),
    )
    try:
        await ask(request, command, key=text_of(form, "idem"))
    except Refused as refused:
        return await _listing(request, refused, double_id)
    return go("/duplicates", said=_DONE[verdict])
