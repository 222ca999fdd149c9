"""Importing records of any kind from Excel: its template, the upload, and on to the dry run."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.importer.sheet import Sheet, read_sheet
from services.gateway.importer.template import need_headings, template_book
from services.gateway.importer.workbook import Column
from services.gateway.pages import words
from services.gateway.pages.desk import Pages, ask_for, go, render, text_of
from services.gateway.pages.staging import keep_report, stage_records
from services.gateway.pages.uploads import sheet_of, workbook
from shared.contracts.refusals import Refused
from shared.contracts.registry_imports import RecordTemplate, RecordTemplateView, TemplateColumn
from shared.contracts.registry_records import ListRecordKinds
from shared.contracts.registry_records_answers import RecordKinds

pages = Pages()
_WHO = ("clerk", "reviewer", "seat", "system")
_ANY = (("外部编号", "日期", "单位代码", "单位名称", "所属记录编号"),)
_WIDTHS = {"long": 40, "units": 30, "people": 30, "choices": 30}
_CHOSEN = ("choice", "flag")


@pages.page("/record-imports", _WHO)
async def choose(request: Request) -> Response:
    """Choose a kind, download its template, upload the file."""
    return await _shown(request, request.query_params.get("kind", ""))


async def _shown(request: Request, kind: str, refused: Refused | None = None) -> Response:
    found = await ask_for(request, RecordKinds, ListRecordKinds())
    kinds = [one for one in found.items if one.may_write]
    groups = list(dict.fromkeys(one.group_text for one in kinds))
    return render(
        request,
        "record_imports.html",
        title="工作台账 Excel 导入",
        status=refused.status if refused else 200,
        kinds=sorted(kinds, key=lambda one: groups.index(one.group_text)),
        chosen=kind,
        refused=refused,
    )


@pages.page("/record-imports/{kind}.xlsx", _WHO)
async def template(request: Request, kind: str) -> Response:
    """The empty template of a kind, made from its own fields."""
    layout = await ask_for(request, RecordTemplateView, RecordTemplate(kind=kind))
    about = {
        "填写说明": "每行一条；不要改动表头；日期写作 2026-03-31；多项之间用“；”隔开。",
        "外部编号": "本单位自己的编号；同一编号再次导入时更新原记录，不会重复登记",
        "必填": "、".join(c.heading for c in layout.columns if c.required) or "无",
        "依据": words.clause_text(layout.clause),
    }
    for column in layout.columns:
        if column.choices:
            about[column.heading] = "、".join(choice.says for choice in column.choices)
    content = await run_in_threadpool(
        template_book,
        [_column(column) for column in layout.columns],
        sheet=layout.kind_text,
        version=layout.version,
        about=about,
    )
    return workbook(content, f"{layout.kind_text}导入模板.xlsx")


def _column(column: TemplateColumn) -> Column:
    choices = tuple(choice.says for choice in column.choices) if column.form in _CHOSEN else ()
    choices = ("是", "否") if column.form == "flag" else choices
    return Column(column.heading, _WIDTHS.get(column.form, 18), choices=choices)


@pages.form("/record-imports", _WHO)
async def upload(request: Request, form: FormData) -> Response:
    """Guard, parse and stage a file of records; on to its dry run."""
    kind = text_of(form, "kind")
    try:
        name, content = await sheet_of(form)
        layout = await ask_for(request, RecordTemplateView, RecordTemplate(kind=kind))
        sheet = await read_sheet(content, must_have=_ANY)
        need_layout(sheet, layout)
        report = await stage_records(request, kind, name, sheet)
    except Refused as refused:
        return await _shown(request, kind, refused)
    await keep_report(request, name, sheet, report)
    return go(f"/imports/{report.import_id}")


def need_layout(sheet: Sheet, layout: RecordTemplateView, *also: str) -> None:
    """Refuse a file whose headings are not those of the kind; `also` may be there besides."""
    need_headings(
        sheet,
        known=[*also, *(column.heading for column in layout.columns)],
        required=[column.heading for column in layout.columns if column.required],
        version=layout.version,
    )
