"""Staging a file: its rows go to the register pack by pack; wrong ones come back as a file."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from services.gateway import files
from services.gateway.auth import guard
from services.gateway.importer.sheet import REPORT_HEADINGS, Arriving, Packed, Packs, Sheet
from services.gateway.importer.workbook import Column, write_book
from services.gateway.pages.desk import ask_for
from shared.contracts import registry
from shared.contracts.message import Command
from shared.contracts.refusals import Refused
from shared.contracts.registry_answers import ImportReport, ImportRow
from shared.contracts.registry_imports import StageRecords
from shared.runtime.ids import uuid7

_SECONDS = 60.0
WRONG = ("error", "conflict")
MOST_WRONG = 5000  # of these the file to correct holds no more: so many are one mistake
_RECORDS_AT_ONCE = 500
_CUT_OFF = "文件没有读完，或有一段没有收下"
_UNDER_WAY = 3  # one is read while the one before is judged and the one before that is written


async def stage_units(
    request: Request,
    name: str,
    content: bytes,
    arriving: Arriving,
    *,
    system: str = "",
    number: str = "",
) -> ImportReport:
    """Stage a sheet of units; `number` is the heading of the numbers of `system`."""
    headings, first_row = arriving.sheet.headings, arriving.sheet.first_row
    shown = {h for h in headings if h and h not in REPORT_HEADINGS}
    columns = tuple(
        "external_id"
        if number == h
        else registry.IMPORT_COLUMNS.get(h, h)
        if h in shown
        else f"-{at}"
        for at, h in enumerate(headings)
    )
    digest = hashlib.sha256(content).hexdigest()

    def staging(pack: Packed, import_id: str, *, is_last: bool) -> registry.StageImport:
        return registry.StageImport(
            import_id=import_id,
            file_name=name,
            file_digest=digest,
            columns=columns,
            first_row=pack.first_row,
            count=pack.count,
            packed=pack.text,
            after=pack.first_row - first_row,
            is_last=is_last,
            system=system,
        )

    import_id = await stage_all(request, arriving.packs(), staging)
    return await report_of(request, import_id)


class Staging(Protocol):
    """The command that stages a pack; `import_id` is empty for the first."""

    def __call__(self, pack: Packed, import_id: str, *, is_last: bool) -> Command:
        """The command."""


async def stage_all(request: Request, packs: Packs, staging: Staging) -> str:
    """Stage a file as it comes, some packs under way at a time; one cut off is given up."""
    pack, is_last = await anext(packs)
    answer = await slowly(request, staging(pack, "", is_last=is_last))
    import_id = str(answer["import_id"])
    under_way: list[asyncio.Task[None]] = []
    try:
        async for pack, is_last in packs:
            if len(under_way) == _UNDER_WAY:
                await under_way.pop(0)
            command = staging(pack, import_id, is_last=is_last)
            before = under_way[-1] if under_way else None
            under_way.append(asyncio.create_task(_in_turn(request, command, before)))
        for task in under_way:
            await task
    except Refused:
        await asyncio.gather(*under_way, return_exceptions=True)
        with suppress(Refused):
            await slowly(request, registry.DiscardImport(import_id=import_id, reason=_CUT_OFF))
        raise
    return import_id


async def _in_turn(request: Request, command: Command, before: asyncio.Task[None] | None) -> None:
    """Stage a pack; again once the one before is in, when it overtook that."""
    try:
        await slowly(request, command)
    except Refused as refused:
        if refused.code != "import_out_of_turn" or before is None:
            raise
        await before
        await slowly(request, command)


async def slowly(request: Request, command: Command) -> dict[str, object]:
    """Ask for what may take long; the answer as JSON."""
    asking = guard.asking_of(request, idempotency_key=uuid7().hex)
    found: dict[str, object] = await request.app.state.services.ask(
        command, asking, timeout=_SECONDS
    )
    return found


async def report_of(request: Request, import_id: str) -> ImportReport:
    """A dry run with its wrong rows."""
    return await ask_for(
        request,
        ImportReport,
        registry.GetImport(import_id=import_id, outcomes=WRONG, limit=MOST_WRONG),
    )


async def keep_report(request: Request, name: str, sheet: Sheet, report: ImportReport) -> None:
    """Keep the rows that are wrong as a file to correct, and the cells that hold formulas."""
    wrong = [r for r in report.rows if r.outcome in WRONG]
    formulas = list(sheet.formulas)
    if not wrong and not formulas:
        return
    content = await run_in_threadpool(_to_correct, sheet, wrong)
    new = files.NewFile(
        name=f"更正_{name}",
        content=content,
        purpose="import",
        subject=report.import_id,
        summary={"formulas": formulas},
    )
    state = request.app.state
    await run_in_threadpool(files.keep, state.engine, new, guard.asker_of(request), guard.utc_now())


def _to_correct(sheet: Sheet, wrong: Sequence[ImportRow]) -> bytes:
    columns = [Column(h or "　", 20) for h in sheet.headings]
    columns.append(Column("错误说明", 60, red=True))
    given = sheet.rows_numbered([r.row for r in wrong])
    rows = [[*_row(sheet, given.get(r.row, [])), _says(r)] for r in wrong]
    return write_book(columns, rows, sheet="需更正的行")


def _row(sheet: Sheet, given: Sequence[object]) -> list[object]:
    row = [*given, *[""] * (len(sheet.headings) - len(given))]
    return [str(c) if isinstance(c, float) else c for c in row[: len(sheet.headings)]]


def _says(finding: ImportRow) -> str:
    return f"第 {finding.row} 行：" + "；".join(finding.says)


async def stage_records(
    request: Request, kind: str, name: str, sheet: Sheet, *, system: str = "", number: str = ""
) -> ImportReport:
    """Stage a sheet of records of a kind; `number` is the heading of the numbers of `system`."""
    columns = tuple(
        "external_id" if number and h == number else h or f"-{at}"
        for at, h in enumerate(sheet.headings)
    )
    import_id, start = "", 0
    for rows in sheet.chunks(_RECORDS_AT_ONCE):
        command = StageRecords(
            kind=kind,
            import_id=import_id,
            file_name=name,
            columns=columns,
            first_row=sheet.first_row + start,
            rows=rows,
            after=start,
            is_last=start + len(rows) >= len(sheet.rows),
            system=system,
        )
        import_id = str((await slowly(request, command))["import_id"])
        start += len(rows)
    return await report_of(request, import_id)
