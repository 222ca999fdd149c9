"""Ledgers as workbooks: every row of a year, in the order of days."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from services.gateway.api.door import OFFICE, PREFIX, guard_roles
from services.gateway.api.problems import Problem
from services.gateway.auth import guard
from services.gateway.importer.workbook import MEDIA_TYPE, Column, write_book
from shared.contracts.registry_figures import LedgerName, LedgerPage, LedgerRow, ReadLedger

router = APIRouter(prefix=PREFIX)
_AT_ONCE = 5000
_COLUMNS = (
    Column("序号", 6),
    Column("日期", 12),
    Column("单位名称", 32),
    Column("统一社会信用代码/编号", 22),
    Column("单位类型", 12),
    Column("所在地", 16),
    Column("事项", 16),
    Column("文号/编号", 22),
    Column("内容", 48),
    Column("状态", 14),
    Column("经办人", 16),
)


@router.get(
    "/ledgers/{ledger}/export",
    tags=["统计与台账"],
    summary="台账导出（.xlsx）",
    operation_id="get_ledgers_ledger_export",
    openapi_extra={"x-roles": list(OFFICE)},
    responses={200: {"content": {MEDIA_TYPE: {}}}, 403: {"model": Problem}},
)
async def export_ledger(
    request: Request,
    ledger: Annotated[LedgerName, Path()],
    year: Annotated[int, Query(ge=2000, le=2100)],
    node: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """All rows of the year, not only the page on the screen."""
    guard_roles(request, OFFICE)
    return await ledger_book(request, ledger, year, node)


async def ledger_book(request: Request, ledger: LedgerName, year: int, node: str) -> Response:
    """A ledger as a download."""
    rows: list[LedgerRow] = []
    after = ""
    while True:
        command = ReadLedger(ledger=ledger, year=year, node=node, after=after, limit=_AT_ONCE)
        page: LedgerPage = await request.app.state.services.ask_for(
            LedgerPage, command, guard.asking_of(request)
        )
        rows += page.items
        after = page.next_after
        if not after:
            break
    book = await run_in_threadpool(_book, page, rows)
    name = quote(f"{page.title}.xlsx")
    return Response(
        book,
        media_type=MEDIA_TYPE,
        headers={"content-disposition": f"attachment; filename*=UTF-8''{name}"},
    )


def _book(page: LedgerPage, rows: list[LedgerRow]) -> bytes:
    lines = (
        [
            number, row.on, row.unit_text, row.code, row.kind_text, row.division_text, row.matter,
            row.number, row.says, row.state, row.by_name,
        ]
        for number, row in enumerate(rows, start=1)
    )  # fmt: skip
    about = {"台账": page.title, "机构": page.node_text, "行数": str(len(rows))}
    return write_book(_COLUMNS, lines, sheet=page.title, about=about)
