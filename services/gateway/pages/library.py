"""示范库、荣誉登记与复评: honours classed by level and kind; earlier ones handed in and confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.api.problems import invalid
from services.gateway.auth import guard
from services.gateway.importer.sheet import Sheet, read_sheet
from services.gateway.importer.workbook import Column, write_book
from services.gateway.pages.desk import Pages, ask, ask_for, go, render, text_of
from services.gateway.pages.uploads import sheet_of, workbook
from shared.contracts import registry_library as contract
from shared.contracts.refusals import Refused
from shared.contracts.registry_library import (
    HonourBatch,
    LibraryPage,
    ListHonourBatches,
    ListLibrary,
    ListTitleRounds,
    TitleRound,
)

pages = Pages()
_WHO = ("clerk", "reviewer", "seat", "planner", "liaison", "auditor", "system")
_DESK = ("clerk", "reviewer", "auditor", "system")
_WRITE = ("clerk", "reviewer", "system")
_CODE, _TITLE, _DAY, _YEAR, _NUMBER = "代码", "称号", "命名日期", "届次年度", "编号"
_MUST = ((_CODE,), (_TITLE,), (_DAY,))


@pages.page("/library", _WHO)
async def library(request: Request) -> Response:
    """Active or past honours, filtered; the counts above are of all active ones."""
    asked = request.query_params
    year = asked.get("year", "")
    command = ListLibrary(
        listing="past" if asked.get("listing") == "past" else "active",
        level=asked.get("level", ""),
        kind=asked.get("kind", ""),
        year=int(year) if year.isdigit() and len(year) == 4 else None,
        after=asked.get("after", ""),
    )
    page = await ask_for(request, LibraryPage, command)
    rounds = []
    if guard.asker_of(request).may(("clerk", "reviewer", "seat", "auditor", "system")):
        found = await ask_for(request, dict[str, list[TitleRound]], ListTitleRounds())
        rounds = found["rounds"]
    return render(request, "library.html", title="示范库", page=page, asked=command, rounds=rounds)


@pages.page("/honours", _DESK)
async def honours(request: Request) -> Response:
    """Batches handed in, and the forms to hand one in."""
    return await _honours(request)


async def _honours(request: Request, refused: Refused | None = None) -> Response:
    found = await ask_for(request, dict[str, list[HonourBatch]], ListHonourBatches())
    asker = guard.asker_of(request)
    return render(
        request,
        "honours.html",
        title="荣誉登记与复评",
        status=refused.status if refused else 200,
        batches=found["batches"],
        may_write=asker.may(_WRITE),
        me=asker.actor.id,
        refused=refused,
    )


@pages.page("/honours/template.xlsx", _WRITE)
async def template(request: Request) -> Response:
    """The empty sheet of honours of earlier years."""
    del request
    columns = [Column(heading, 24) for heading in ("单位名称", _CODE, _TITLE, _DAY, _YEAR, _NUMBER)]
    about = {
        "填写说明": "每行一项荣誉；代码为统一社会信用代码、工程项目编号或系统编号。",
        _TITLE: "写称号全称，与政策包所列一致",
        _DAY: "写作 2023-12-01",
        _YEAR: "不写则取命名日期的年份",
    }
    content = await run_in_threadpool(write_book, columns, [], sheet="荣誉", about=about)
    return workbook(content, "历年荣誉模板.xlsx")


@pages.form("/honours", _WRITE)
async def hand_in(request: Request, form: FormData) -> Response:
    """Honours of a sheet; nothing is kept while a row is wrong."""
    try:
        _, content = await sheet_of(form)
        sheet = await read_sheet(content, must_have=_MUST)
        command = await _honours_of(request, sheet, form)
        await ask(request, command, key=text_of(form, "idem"))
    except Refused as refused:
        return await _honours(request, refused)
    return go("/honours", said="已提交，请另一位同事确认。")


@pages.form("/honours/{batch_id}/{act}", _WRITE)
async def decide(request: Request, batch_id: str, act: str, form: FormData) -> Response:
    """Confirm or return a batch."""
    command: contract.ConfirmHonours | contract.ReturnHonours
    if act == "confirm":
        command = contract.ConfirmHonours(batch_id=batch_id)
    else:
        command = contract.ReturnHonours(batch_id=batch_id, reason=text_of(form, "reason"))
    try:
        await ask(request, command, key=text_of(form, "idem"))
    except Refused as refused:
        return await _honours(request, refused)
    return go("/honours", said="已确认，荣誉已入库。" if act == "confirm" else "已退回。")


async def _honours_of(request: Request, sheet: Sheet, form: FormData) -> contract.ProposeHonours:
    page = await ask_for(request, LibraryPage, ListLibrary(limit=1))
    items = []
    for number, row in enumerate(sheet.rows, start=sheet.first_row):
        cells = dict(zip(sheet.headings, row, strict=False))
        if not any(cells.values()):
            continue
        items.append(_item(cells, page.titles, number))
    try:
        return contract.ProposeHonours.model_validate(
            {
                "document": text_of(form, "document"),
                "reason": text_of(form, "reason"),
                "items": items,
            }
        )
    except ValidationError as error:
        raise invalid(error.errors()) from error


def _item(cells: Mapping[str, object], titles: dict[str, str], number: int) -> dict[str, object]:
    by_name = {says: key for key, says in titles.items()}
    named = str(cells.get(_TITLE) or "").strip()
    day = str(cells.get(_DAY) or "")[:10].replace("/", "-")
    try:
        date.fromisoformat(day)
    except ValueError as error:
        says = f"第 {number} 行：命名日期“{day or '空'}”读不懂，请写作 2023-12-01"
        raise Refused("date_unreadable", says, status=422) from error
    year = str(cells.get(_YEAR) or "").strip()
    return {
        "code": str(cells.get(_CODE) or "").strip(),
        "title_kind": by_name.get(named, named),
        "granted_on": day,
        "round_year": int(year) if year.isdigit() else None,
        "number": str(cells.get(_NUMBER) or "").strip(),
    }
