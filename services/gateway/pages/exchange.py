"""Exchange of files with the province's application: in by way of the dry run, out as three forms.

Where the pack names no application there is no such page, and nothing else changes.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.auth import guard
from services.gateway.importer.plain import UNRUN, read_csv, read_json_lines
from services.gateway.importer.sheet import Arriving, Sheet, read_sheet
from services.gateway.importer.workbook import Column, write_book
from services.gateway.pages import words
from services.gateway.pages.desk import Pages, ask_for, go, render, text_of
from services.gateway.pages.record_imports import need_layout
from services.gateway.pages.staging import keep_report, stage_records, stage_units
from services.gateway.pages.uploads import workbook
from shared.contracts import registry
from shared.contracts.refusals import Refused
from shared.contracts.registry_answers import ImportReport, UnitView
from shared.contracts.registry_imports import (
    ExchangedPage,
    ExchangeView,
    ListExchanged,
    ReadExchange,
    RecordTemplate,
    RecordTemplateView,
)
from shared.contracts.registry_records import ExportRecords, RecordFilter
from shared.contracts.registry_records_answers import RecordPage, RecordView

pages = Pages()
_WHO = ("clerk", "reviewer", "system")
UNIT_NUMBER, RECORD_NUMBER = "应用单位编号", "应用记录编号"
_APP_NUMBER = "app_id"
_UNITS = "units"
_MUST = ((UNIT_NUMBER, RECORD_NUMBER),)
_FORMS = ("xlsx", "csv", "jsonl")


async def _system(request: Request) -> ExchangeView:
    found = await ask_for(request, ExchangeView, ReadExchange())
    if not found.system:
        raise Refused("exchange_off", "本地没有与其他应用交换数据。", status=404)
    return found


@pages.page("/exchange", _WHO)
async def show(request: Request) -> Response:
    """What can be handed over in either direction."""
    return await _shown(request)


async def _shown(request: Request, refused: Refused | None = None) -> Response:
    found = await _system(request)
    return render(
        request,
        "exchange.html",
        title=f"与“{found.system}”交换数据",
        status=refused.status if refused else 200,
        exchange=found,
        unit_number=UNIT_NUMBER,
        record_number=RECORD_NUMBER,
        forms=_FORMS,
        refused=refused,
    )


@pages.form("/exchange", _WHO)
async def upload(request: Request, form: FormData) -> Response:
    """Read an export of the application and stage it; on to its dry run."""
    found = await _system(request)
    try:
        name, sheet = await _sheet_of(form)
        report = await _staged(request, found.system, text_of(form, "what"), name, sheet)
    except Refused as refused:
        return await _shown(request, refused)
    await keep_report(request, name, sheet, report)
    return go(f"/imports/{report.import_id}")


async def _staged(
    request: Request, system: str, what: str, name: str, sheet: Sheet
) -> ImportReport:
    wanted = UNIT_NUMBER if what == _UNITS else RECORD_NUMBER
    if wanted not in sheet.headings:
        says = f"文件里没有“{wanted}”一列；请核对选择的数据种类，或重新导出。"
        raise Refused("headings_missing", says, status=422)
    if what == _UNITS:
        content = b"".join(pack.text.encode() for pack in sheet.packs)
        whole = Arriving.whole(sheet)
        return await stage_units(request, name, content, whole, system=system, number=UNIT_NUMBER)
    layout = await ask_for(request, RecordTemplateView, RecordTemplate(kind=what))
    need_layout(sheet, layout, RECORD_NUMBER)
    return await stage_records(request, what, name, sheet, system=system, number=RECORD_NUMBER)


async def _sheet_of(form: FormData) -> tuple[str, Sheet]:
    given = form.get("file")
    if not isinstance(given, UploadFile) or not given.filename:
        raise Refused("file_missing", "没有选择文件；请选择后再提交。", status=422)
    name = given.filename.rsplit("/", 1)[-1][:200]
    ending = name.rpartition(".")[2].lower()
    content = await given.read()
    if ending == "xlsx":
        return name, await read_sheet(content, must_have=_MUST)
    if ending in ("csv", "jsonl"):
        reader = read_csv if ending == "csv" else read_json_lines
        return name, await run_in_threadpool(reader, content)
    says = f"“{name[:80]}”不是 .xlsx、.csv 或 .jsonl 文件；请在来源应用中重新导出。"
    raise Refused("file_kind_unknown", says, status=422)


@pages.page("/exchange/{what}.{form}", _WHO)
async def export(request: Request, what: str, form: str) -> Response:
    """Units with their numbers, or records of a kind, in the form that can be imported again."""
    found = await _system(request)
    if form not in _FORMS:
        raise Refused("file_kind_unknown", "只能导出为 xlsx、csv 或 jsonl。", status=404)
    if what == _UNITS:
        title, headings = "单位", [UNIT_NUMBER, *registry.IMPORT_COLUMNS]
        rows = await _unit_rows(request)
    else:
        layout = await ask_for(request, RecordTemplateView, RecordTemplate(kind=what))
        title = layout.kind_text
        kept = [c for c in layout.columns if c.name not in ("external_id", f"values.{_APP_NUMBER}")]
        headings = [RECORD_NUMBER, *(c.heading for c in kept)]
        rows = await _record_rows(request, what, [c.name for c in kept], found.system)
    about = {
        "导出人": guard.asker_of(request).actor.name,
        "导出时间": words.minute(guard.utc_now()),
        "依据": words.clause_text(found.clause),
    }
    return await run_in_threadpool(_written, form, f"{found.system}_{title}", headings, rows, about)


async def _unit_rows(request: Request) -> list[list[object]]:
    rows: list[list[object]] = []
    after = ""
    while True:
        page = await ask_for(request, ExchangedPage, ListExchanged(after=after, limit=5000))
        rows += [[one.external_id, *_unit_cells(one.unit)] for one in page.items]
        after = page.next_after
        if not after:
            return rows


def _unit_cells(unit: UnitView) -> list[object]:
    values = unit.model_dump(mode="json") | {"kind": unit.kind_text}
    found = (values.get(f, values["details"].get(f, "")) for f in registry.IMPORT_COLUMNS.values())
    return ["" if value is None else value for value in found]


async def _record_rows(
    request: Request, kind: str, names: Sequence[str], system: str
) -> list[list[object]]:
    rows: list[list[object]] = []
    after = ""
    while True:
        command = ExportRecords(where=RecordFilter(kind=kind), after=after, limit=5000)
        page = await ask_for(request, RecordPage, command)
        rows += [_record_cells(one, names, system) for one in page.items]
        after = page.next_after
        if not after:
            return rows


def _record_cells(record: RecordView, names: Sequence[str], system: str) -> list[object]:
    number = record.external_id.removeprefix(f"{system}:")
    own = number if number != record.external_id else str(record.values.get(_APP_NUMBER) or "")
    texts = {
        f"values.{field.name}": "；".join(field.parts) or field.text for field in record.fields
    }
    fixed: dict[str, object] = {
        "unit": record.unit_id, "unit_name": record.unit_text, "parent_id": record.parent_id,
        "on": record.on.isoformat(), "year": record.year, "state": record.state_text,
        "ends_on": record.ends_on.isoformat() if record.ends_on else "",
    }  # fmt: skip
    return [own, *(fixed.get(name, texts.get(name, "")) for name in names)]


def _written(
    form: str,
    title: str,
    headings: Sequence[str],
    rows: Sequence[Sequence[object]],
    about: dict[str, str],
) -> Response:
    if form == "xlsx":
        columns = [Column(heading, 20) for heading in headings]
        return workbook(write_book(columns, rows, sheet=title, about=about), f"{title}.xlsx")
    target = io.StringIO()
    if form == "csv":
        target.write("\ufeff")
        csv.writer(target).writerows([headings, *([_unrun(cell) for cell in row] for row in rows)])
    else:
        for row in rows:
            given = dict(zip(headings, row, strict=True))
            target.write(json.dumps(given, ensure_ascii=False, default=str) + "\n")
    media = "text/csv" if form == "csv" else "application/x-ndjson"
    name = quote(f"{title}.{form}")
    return Response(
        target.getvalue(),
        media_type=f"{media}; charset=utf-8",
        headers={"content-disposition": f"attachment; filename*=UTF-8''{name}"},
    )


def _unrun(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in UNRUN else cell
