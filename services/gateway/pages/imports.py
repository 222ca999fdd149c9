"""Importing units from Excel: guard, dry run, row errors in the file's own rows, a second person."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from services.gateway import files
from services.gateway.auth import guard
from services.gateway.importer.sheet import open_sheet
from services.gateway.importer.template import need_headings, template_book, version_of
from services.gateway.importer.workbook import Column
from services.gateway.pages.desk import Missing, Pages, ask, ask_for, go, part, render, text_of
from services.gateway.pages.staging import (
    MOST_WRONG,
    WRONG,
    keep_report,
    slowly,
    stage_units,
)
from services.gateway.pages.uploads import sheet_of, workbook
from shared.contracts import registry, registry_units
from shared.contracts.refusals import Refused
from shared.contracts.registry_answers import ImportReport
from shared.contracts.registry_imports import ExchangeView, ReadExchange
from shared.contracts.registry_units_answers import UnitFormsView

pages = Pages()
_WHO = ("clerk", "reviewer", "system")
_CONCERNED = (*_WHO, "seat")  # who may prepare or confirm records
_SHOWN = 200
_MUST = (("单位名称",), ("统一社会信用代码/项目编号",))


@pages.page("/imports", _WHO)
async def listing(request: Request) -> Response:
    """The upload form and recent imports."""
    return await _listing(request)


async def _listing(request: Request, refused: Refused | None = None) -> Response:
    found = await ask_for(request, dict[str, list[ImportReport]], registry.ListImports())
    exchange = await part(request, ExchangeView, ReadExchange())
    return render(
        request,
        "imports.html",
        title="Excel 导入",
        status=refused.status if refused else 200,
        system="" if isinstance(exchange, Missing) else exchange.system,
        imports=found.get("imports", [])[:30],
        refused=refused,
    )


@pages.page("/imports/template.xlsx", _WHO)
async def template(request: Request) -> Response:
    """The empty template: code columns are text, kinds and lists can be chosen."""
    columns = await _columns(request)
    kinds = next(column.choices for column in columns if column.choices)
    about = {
        "填写说明": "每行一个单位；代码列已设为文本格式，请勿改为数值；不要改动表头。",
        "单位类型": "、".join(kinds),
        "行政区划代码": "6 位，如 330203（海曙区）",
        "日期": "写作 2026-03-31",
    }
    content = await run_in_threadpool(
        template_book, columns, sheet="单位", version=_version(columns), about=about
    )
    return workbook(content, "单位导入模板.xlsx")


async def _columns(request: Request) -> list[Column]:
    """The register's own columns, then those that only some kinds of the pack have."""
    forms = await ask_for(request, UnitFormsView, registry_units.UnitForms())
    kinds = tuple(kind.name for kind in forms.kinds if kind.open)
    columns = [
        Column(heading, 24, choices=kinds if field == "kind" else ())
        for heading, field in registry.IMPORT_COLUMNS.items()
    ]
    taken = {*registry.IMPORT_COLUMNS, *registry.IMPORT_COLUMNS.values()}
    for field in (field for kind in forms.kinds for field in kind.fields):
        if not {field.name, field.says} & taken:
            taken |= {field.name, field.says}
            columns.append(Column(field.says, 20, choices=tuple(c.says for c in field.choices)))
    return columns


def _version(columns: Sequence[Column]) -> str:
    return version_of("unit", [column.heading for column in columns])


@pages.form("/imports", _WHO)
async def upload(request: Request, form: FormData) -> Response:
    """Guard, parse and stage a file; on to its dry run."""
    try:
        name, content = await sheet_of(form)
        async with open_sheet(content, must_have=_MUST) as arriving:
            if (
                arriving.sheet.version
            ):  # one's own file may have more columns, one made from ours not
                columns = await _columns(request)
                known = [column.heading for column in columns]
                need_headings(
                    arriving.sheet, known=known, required=known[:4], version=_version(columns)
                )
            report = await stage_units(request, name, content, arriving)
    except Refused as refused:
        return await _listing(request, refused)
    await keep_report(request, name, arriving.sheet, report)
    return go(f"/imports/{report.import_id}")


@pages.page("/imports/{import_id}", _CONCERNED)
async def show(request: Request, import_id: str) -> Response:
    """The dry run: counts, wrong rows first, then what would change."""
    return await _show(request, import_id)


async def _show(request: Request, import_id: str, refused: Refused | None = None) -> Response:
    wrong, right, likely = await asyncio.gather(
        ask_for(
            request,
            ImportReport,
            registry.GetImport(import_id=import_id, outcomes=WRONG, limit=_SHOWN),
        ),
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
        most_kept=MOST_WRONG,
        right=right.rows,
        likely=likely.rows,
        kept=kept,
        refused=refused,
        is_mine=wrong.staged_by == asker.actor.id,
    )


@pages.form("/imports/{import_id}/confirm", _CONCERNED)
async def confirm(request: Request, import_id: str, form: FormData) -> Response:
    """A second person lets the good rows enter the register."""
    del form
    try:
        await slowly(request, registry.ConfirmImport(import_id=import_id))
    except Refused as refused:
        return await _show(request, import_id, refused)
    return go(f"/imports/{import_id}", said="已确认，正确的行正在登记。")


@pages.form("/imports/{import_id}/discard", _CONCERNED)
async def discard(request: Request, import_id: str, form: FormData) -> Response:
    """Drop a staged import."""
    command = registry.DiscardImport(import_id=import_id, reason=text_of(form, "reason"))
    try:
        await ask(request, command)
    except Refused as refused:
        return await _show(request, import_id, refused)
    return go("/imports", said="已放弃这次导入，没有任何变化。")
