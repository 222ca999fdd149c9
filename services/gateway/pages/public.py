"""Pages for everybody: register, removals, notices with objection, verification of a plaque."""

from __future__ import annotations

import segno
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.auth import guard
from services.gateway.importer.workbook import Column, write_book
from services.gateway.pages import words
from services.gateway.pages.desk import Pages, ask_for, go, render, text_of
from services.gateway.pages.uploads import workbook
from shared.contracts import evaluation_round, oversight, registry_acts
from shared.contracts.evaluation_round_answers import NoticeView, ObjectionReceipt
from shared.contracts.oversight_answers import PublicationPage
from shared.contracts.refusals import Refused
from shared.contracts.registry_answers import PlaqueCheck, PublicPage, PublicRow

pages = Pages()
_OPEN: tuple[str, ...] = ()
_EXPORT_PAGES = 20
_EXPORT = (
    ("单位名称", "unit_text", 36),
    ("单位类型", "kind", 14),
    ("行政区划", "division_text", 14),
    ("称号", "title_text", 34),
    ("编号", "number", 24),
    ("铭牌编号", "plaque_number", 24),
    ("年度", "round_year", 8),
    ("命名日期", "granted_on", 12),
    ("状态", "status", 10),
    ("取消日期", "revoked_on", 12),
)


@pages.page("/public", _OPEN)
async def front(request: Request) -> Response:
    """The register is the front page."""
    del request
    return go("/public/register")


@pages.page("/public/register", _OPEN)
async def register(request: Request) -> Response:
    """Units that hold a title, with one search box."""
    command = _asked(request)
    page = await ask_for(request, PublicPage, command)
    return render(request, "public_register.html", title="公开名册", page=page, asked=command)


def _asked(request: Request) -> registry_acts.PublicRegister:
    asked = request.query_params
    year = asked.get("year", "")
    return registry_acts.PublicRegister(
        listing="removed" if asked.get("listing") == "removed" else "active",
        year=int(year) if year.isdigit() and len(year) == 4 else None,
        kind=asked.get("kind", ""),
        text=asked.get("text", "").strip()[:100],
        after=asked.get("after", ""),
        limit=50,
    )


@pages.page("/public/register.xlsx", _OPEN)
async def register_book(request: Request) -> Response:
    """The same list as a workbook, with the year and kind asked for (NB23 二(四) 向社会公布)."""
    asked = _asked(request).model_copy(update={"limit": 5000, "after": ""})
    rows: list[list[object]] = []
    for _ in range(_EXPORT_PAGES):
        page = await ask_for(request, PublicPage, asked)
        rows += [[_cell(row, name) for _, name, _ in _EXPORT] for row in page.items]
        if not page.next_after:
            break
        asked = asked.model_copy(update={"after": page.next_after})
    columns = [Column(heading, width) for heading, _, width in _EXPORT]
    about = {"导出时间": words.minute(guard.utc_now()), "行数": str(len(rows))}
    content = await run_in_threadpool(write_book, columns, rows, sheet="公开名册", about=about)
    return workbook(content, "公开名册.xlsx")


def _cell(row: PublicRow, name: str) -> object:
    value = getattr(row, name)
    family = {"kind": "kind", "status": "title"}.get(name)
    if family:
        return words.word(value, family).text
    return "" if value is None else str(value)


@pages.page("/public/removals", _OPEN)
async def removals(request: Request) -> Response:
    """Cancellations as they were published."""
    command = oversight.ListPublications(after=request.query_params.get("after", ""))
    page = await ask_for(request, PublicationPage, command)
    return render(request, "public_removals.html", title="取消命名公告", page=page)


@pages.page("/public/notices", _OPEN)
async def notices(request: Request) -> Response:
    """Notices, running ones first."""
    found = await ask_for(request, list[NoticeView], evaluation_round.ListNotices())
    ordered = sorted(found, key=lambda n: (not n.running, -n.posted_on.toordinal()))
    return render(request, "public_notices.html", title="公示", notices=ordered)


@pages.page("/public/notices/{notice_id}", _OPEN)
async def notice(request: Request, notice_id: str) -> Response:
    """A notice with its candidates; while it runs, the objection form."""
    return await _notice(request, notice_id)


async def _notice(
    request: Request,
    notice_id: str,
    *,
    refused: Refused | None = None,
    receipt: ObjectionReceipt | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    found = await ask_for(request, NoticeView, evaluation_round.ReadNotice(notice_id=notice_id))
    return render(
        request,
        "public_notice.html",
        title=f"{found.title_text}候选单位公示",
        status=refused.status if refused else 200,
        n=found,
        refused=refused,
        receipt=receipt,
        typed=typed or {},
    )


@pages.form("/public/notices/{notice_id}/objections", _OPEN)
async def objection(request: Request, notice_id: str, form: FormData) -> Response:
    """Anyone may object; the receipt number is shown once."""
    typed = {k: text_of(form, k) for k in form if k not in ("csrf", "idem")}
    try:
        _throttled(request)
        kind = typed.get("objector_kind", "") or "person"
        command = evaluation_round.RecordObjection(
            notice_id=notice_id,
            unit_id=typed.get("unit_id", ""),
            content=_content(typed),
            objector_kind=kind,
            objector_name="" if kind == "anonymous" else typed.get("objector_name", ""),
            objector_contact="" if kind == "anonymous" else typed.get("objector_contact", ""),
            signed=typed.get("signed") == "true",
        )
        from_service = await request.app.state.services.ask_for(
            ObjectionReceipt,
            command,
            guard.asking_of(request, idempotency_key=text_of(form, "idem")),
        )
    except Refused as refused:
        return await _notice(request, notice_id, refused=refused, typed=typed)
    return await _notice(request, notice_id, receipt=from_service)


def _throttled(request: Request) -> None:
    address = request.client.host if request.client else ""
    request.app.state.throttle.admit(f"objection {address}", address)


def _content(typed: dict[str, str]) -> str:
    content = typed.get("content", "")
    if len(content) < 5:
        raise Refused(
            "objection_without_content",
            "没有写明异议内容；请写清楚对哪个单位、什么事实有异议，以便调查。",
            status=422,
        )
    return content[:5000]


@pages.page("/public/plaques", _OPEN)
async def look_up(request: Request) -> Response:
    """One box for a plaque's number or code."""
    code = request.query_params.get("code", "").strip()[:100]
    if code:
        return go(f"/public/plaques/{code}")
    return render(request, "public_plaque.html", title="铭牌核验", found=None, qr="", code="")


@pages.page("/public/plaques/{code}", _OPEN)
async def plaque(request: Request, code: str) -> Response:
    """The live state behind a plaque; the QR code leads here."""
    found = await ask_for(
        request, PlaqueCheck, registry_acts.VerifyPlaque(number_or_code=code[:100])
    )
    return render(
        request,
        "public_plaque.html",
        title="铭牌核验",
        found=found,
        qr=qr_of(request, code) if found.found else "",
        code=code,
    )


def qr_of(request: Request, code: str) -> Markup:
    """The QR code of a plaque's public address, as inline SVG."""
    base = request.app.state.settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")
    made = segno.make(f"{base}/public/plaques/{code}", error="m")
    return Markup(made.svg_inline(scale=4, border=2))  # noqa: S704  made here, of our own address
