"""Importing units from Excel: guard, dry run, row errors in the file's own rows, a second person."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from services.gateway import files
from services.gateway.auth import guard
from services.gateway.importer.sheet import REPORT_HEADINGS, Packed, Sheet, read_sheet
from services.gateway.importer.workbook import Column, write_book
from services.gateway.pages import words
from services.gateway.pages.desk import Pages, ask, ask_for, go, render, text_of
from services.gateway.pages.uploads import sheet_of, workbook
from shared.contracts import registry
from shared.contracts.message import Command
from shared.contracts.refusals import Refused
from shared.contracts.registry_answers import ImportReport, ImportRow
from shared.runtime.ids import uuid7

pages = Pages()
_WHO = ("clerk", "reviewer", "system")
_SECONDS = 60.0
_MUST = (("单位名称",), ("统一社会信用代码/项目编号",))
_WRONG = ("error", "conflict")


@pages.page("/imports", _WHO)
async def listing(request: Request) -> Response:
    """The upload form and recent imports."""
    return await _listing(request)


async def _listing(request: Request, refused: Refused | None = None) -> Response:
    found = await ask_for(request, dict[str, list[ImportReport]], registry.ListImports())
    return render(
        request,
        "imports.html",
        title="Excel 导入",
        status=refused.status if refused else 200,
        imports=found.get("imports", [])[:30],
        refused=refused,
    )


@pages.page("/imports/template.xlsx", _WHO)
async def template(request: Request) -> Response:
    """The empty template: code columns are text, kinds can be chosen."""
    del request
    kinds = tuple(text for _, text in words.options("kind"))
    columns = [
        Column(heading, 24, choices=kinds if field == "kind" else ())
        for heading, field in registry.IMPORT_COLUMNS.items()
    ]
    about = {
        "填写说明": "每行一个单位；代码列已设为文本格式，请勿改为数值；不要改动表头。",
        "单位类型": "、".join(kinds),
        "行政区划代码": "6 位，如 330203（海曙区）",
        "日期": "写作 2026-03-31",
    }
    content = await run_in_threadpool(write_book, columns, [], sheet="单位", about=about)
    return workbook(content, "单位导入模板.xlsx")


@pages.form("/imports", _WHO)
async def upload(request: Request, form: FormData) -> Response:
    """Guard, parse and stage a file; on to its dry run."""
    try:
        name, content = await sheet_of(form)
        sheet = await read_sheet(content, must_have=_MUST)
        report = await _stage(request, name, content, sheet)
    except Refused as refused:
        return await _listing(request, refused)
    await _keep_report(request, name, sheet, report)
    return go(f"/imports/{report.import_id}")


async def _stage(request: Request, name: str, content: bytes, sheet: Sheet) -> ImportReport:
    shown = {h: h for h in sheet.headings if h and h not in REPORT_HEADINGS}
    columns = tuple(
        registry.IMPORT_COLUMNS.get(h, h) if h in shown else f"-{at}"
        for at, h in enumerate(sheet.headings)
    )
    digest = hashlib.sha256(content).hexdigest()

    def staging(pack: Packed, import_id: str) -> registry.StageImport:
        return registry.StageImport(
            import_id=import_id,
            file_name=name,
            file_digest=digest,
            columns=columns,
            first_row=pack.first_row,
            packed=pack.text,
            after=pack.first_row - sheet.first_row,
            is_last=pack is sheet.packs[-1],
        )

    import_id = await stage_all(request, sheet.packs, staging)
    return await _report(request, import_id)


async def stage_all(
    request: Request, packs: Sequence[Packed], staging: Callable[[Packed, str], Command]
) -> str:
    """Stage a file, two packs under way at a time: one is read while the other is written."""
    first, *others = packs
    import_id = str((await slowly(request, staging(first, "")))["import_id"])
    under_way: asyncio.Task[None] | None = None
    for pack in others:
        staged = asyncio.create_task(_in_turn(request, staging(pack, import_id), under_way))
        if under_way is not None:
            await under_way
        under_way = staged
    if under_way is not None:
        await under_way
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


async def _report(request: Request, import_id: str) -> ImportReport:
    return await ask_for(
        request,
        ImportReport,
        registry.GetImport(import_id=import_id, outcomes=_WRONG, limit=5000),
    )


async def _keep_report(request: Request, name: str, sheet: Sheet, report: ImportReport) -> None:
    wrong = [r for r in report.rows if r.outcome in _WRONG]
    formulas = list(sheet.formulas)
    if not wrong and not formulas:
        return
    columns = [Column(h or "　", 20) for h in sheet.headings]
    columns.append(Column("错误说明", 60, red=True))
    given = sheet.rows_numbered([r.row for r in wrong])
    rows = [[*_row(sheet, given.get(r.row, [])), _says(r)] for r in wrong]
    content = await run_in_threadpool(write_book, columns, rows, sheet="需更正的行")
    new = files.NewFile(
        name=f"更正_{name}",
        content=content,
        purpose="import",
        subject=report.import_id,
        summary={"formulas": formulas},
    )
    state = request.app.state
    await run_in_threadpool(files.keep, state.engine, new, guard.asker_of(request), guard.utc_now())


def _row(sheet: Sheet, given: Sequence[object]) -> list[object]:
    row = [*given, *[""] * (len(sheet.headings) - len(given))]
    return [str(c) if isinstance(c, float) else c for c in row[: len(sheet.headings)]]


def _says(finding: ImportRow) -> str:
    return f"第 {finding.row} 行：" + "；".join(finding.says)


@pages.page("/imports/{import_id}", _WHO)
async def show(request: Request, import_id: str) -> Response:
    """The dry run: counts, wrong rows first, then what would change."""
    return await _show(request, import_id)


async def _show(request: Request, import_id: str, refused: Refused | None = None) -> Response:
    wrong, right, likely = await asyncio.gather(
        _report(request, import_id),
        ask_for(
            request,
            ImportReport,
            registry.GetImport(import_id=import_id, outcomes=("new", "changed"), limit=100),
        ),
        ask_for(
            request,
            ImportReport,
            registry.GetImport(import_id=import_id, likely=True, limit=200),
        ),
    )
    asker = guard.asker_of(request)
    kept = await run_in_threadpool(
        lambda: files.about(
            request.app.state.engine, purpose="import", subject=import_id, asker=asker
        )
    )
    return render(
        request,
        "import.html",
        title=f"导入：{wrong.file_name}",
        status=refused.status if refused else 200,
        report=wrong,
        wrong=wrong.rows,
        right=right.rows,
        likely=likely.rows,
        kept=kept,
        refused=refused,
        is_mine=wrong.staged_by == asker.actor.id,
    )


@pages.form("/imports/{import_id}/confirm", _WHO)
async def confirm(request: Request, import_id: str, form: FormData) -> Response:
    """A second person lets the good rows enter the register."""
    del form
    try:
        await slowly(request, registry.ConfirmImport(import_id=import_id))
    except Refused as refused:
        return await _show(request, import_id, refused)
    return go(f"/imports/{import_id}", said="已确认，正确的行已进入名册。")


@pages.form("/imports/{import_id}/discard", _WHO)
async def discard(request: Request, import_id: str, form: FormData) -> Response:
    """Drop a staged import."""
    command = registry.DiscardImport(import_id=import_id, reason=text_of(form, "reason"))
    try:
        await ask(request, command)
    except Refused as refused:
        return await _show(request, import_id, refused)
    return go("/imports", said="已放弃这次导入，名册没有变化。")
