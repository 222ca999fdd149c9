"""检查计划核对: may this visit be scheduled? One unit looked up, or a whole plan annotated."""

from __future__ import annotations

from collections import Counter

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from services.gateway import files
from services.gateway.api.files import file_response
from services.gateway.auth import guard
from services.gateway.importer.sheet import REPORT_HEADINGS, Sheet, read_sheet
from services.gateway.importer.workbook import Column, write_book
from services.gateway.pages import words
from services.gateway.pages.desk import Pages, render, text_of
from services.gateway.pages.uploads import sheet_of
from shared.contracts.incentives import EntitlementChecks
from shared.contracts.incentives_answers import EntitlementCheck, EntitlementCheckList
from shared.contracts.refusals import Refused

pages = Pages()
_WHO = ("planner", "clerk", "reviewer", "system")
_CODES = ("统一社会信用代码/项目编号", "统一社会信用代码", "项目编号", "代码")
_SHOWN = 200


@pages.page("/planner", _WHO)
async def show(request: Request) -> Response:
    """The form; with `code` and `purpose` in the address, the answer for that unit."""
    asked = request.query_params
    code, purpose = asked.get("code", "").strip(), asked.get("purpose", "")
    if not code:
        return _page(request)
    try:
        answer = await _check(request, purpose, (code,))
    except Refused as refused:
        return _page(request, refused=refused)
    return _page(request, answer=answer, code=code)


def _page(
    request: Request,
    *,
    answer: EntitlementCheckList | None = None,
    code: str = "",
    kept: dict[str, str] | None = None,
    refused: Refused | None = None,
) -> Response:
    counts = Counter(_verdict(i) for i in answer.items) if answer else Counter()
    return render(
        request,
        "planner.html",
        title="检查计划核对",
        status=refused.status if refused else 200,
        answer=answer,
        verdict=_verdict,
        counts=counts,
        code=code,
        kept=kept,
        shown=_SHOWN,
        refused=refused,
    )


@pages.form("/planner", _WHO)
async def plan(request: Request, form: FormData) -> Response:
    """A plan as .xlsx: every row checked, the same file back with conclusion, reason and clause."""
    try:
        name, content = await sheet_of(form)
        sheet = await read_sheet(content, must_have=(_CODES,))
        column = _code_column(sheet)
        codes = tuple(_code(row, column) for row in sheet.rows)
        answer = await _check(request, text_of(form, "purpose"), codes)
    except Refused as refused:
        return _page(request, refused=refused)
    book = await run_in_threadpool(_annotated, sheet, answer)
    new = files.NewFile(name=f"核对_{name}", content=book, purpose="check")
    kept = await run_in_threadpool(
        files.keep, request.app.state.engine, new, guard.asker_of(request), guard.utc_now()
    )
    return _page(request, answer=answer, kept=kept)


async def _check(request: Request, purpose: str, codes: tuple[str, ...]) -> EntitlementCheckList:
    if len(codes) > 10_000:
        raise Refused("plan_too_long", "一次最多核对 10,000 个单位；请分批上传。", status=422)
    command = EntitlementChecks.model_validate(
        {"purpose": purpose, "codes": codes, "with_wording": False}
    )
    found: EntitlementCheckList = await request.app.state.services.ask_for(
        EntitlementCheckList, command, guard.asking_of(request)
    )
    return found


def _code_column(sheet: Sheet) -> int:
    for wanted in _CODES:
        if wanted in sheet.headings:
            return sheet.headings.index(wanted)
    raise Refused(
        "headings_missing",
        f"表头里没有单位代码列；请把代码列的表头写成“{_CODES[0]}”后再上传。",
        status=422,
    )


def _code(row: list[str | int | float | bool | None], column: int) -> str:
    value = row[column] if column < len(row) else ""
    return "" if isinstance(value, float) else str(value or "").strip()


def _verdict(item: EntitlementCheck) -> str:
    if not item.known:
        return "未在册"
    if item.purpose.endswith("green_channel"):
        return "享有绿色通道" if item.entitled else "不享有"
    return {"exempt": "不安排", "reduced": "减少频次"}.get(item.status, "可以安排")


def _annotated(sheet: Sheet, answer: EntitlementCheckList) -> bytes:
    shown = [i for i, h in enumerate(sheet.headings) if h not in REPORT_HEADINGS]
    columns = [Column(sheet.headings[i] or "　", 20) for i in shown]
    columns += [
        Column("核对结论", 12),
        Column("理由", 50),
        Column("依据", 36),
        Column("暂停享受", 10),
    ]
    rows = [
        [
            *(row[i] if i < len(row) else "" for i in shown),
            _verdict(item),
            item.reason,
            words.clause_text(item.clause) if item.clause else "",
            "是" if item.held else "",
        ]
        for row, item in zip(sheet.rows, answer.items, strict=True)
    ]
    about = {
        "核对事项": words.word(answer.purpose.value, "purpose").text,
        "核对时间": words.minute(answer.answered_at),
        "规则指纹": answer.pack,
        "说明": "结论按核对时的有效待遇作出，待遇随时可能暂停；检查当日请再核对。",
    }
    return write_book(columns, rows, sheet="核对结果", about=about)


@pages.page("/files/{file_id}", ("any",))
async def download(request: Request, file_id: str) -> Response:
    """A kept file."""
    return await file_response(request, file_id)
