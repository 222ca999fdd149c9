"""Writing a record down: the form made from the kind's fields, new and amended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from services.gateway import files
from services.gateway.auth import guard
from services.gateway.pages import words
from services.gateway.pages.desk import Missing, Pages, ask_for, go, part, render, text_of
from services.gateway.pages.records import WHO, kind_of, made, nodes_of
from shared.contracts import registry, registry_acts
from shared.contracts import registry_records as book
from shared.contracts.refusals import Refused
from shared.contracts.registry_answers import DocumentView, UnitPage, UnitView
from shared.contracts.registry_records_answers import (
    FieldText,
    RecordField,
    RecordKindView,
    RecordView,
)

pages = Pages()
_MANY_LINES = ("people", "units")


@dataclass(frozen=True)
class Sheet:
    """A form as it is shown: what it is about, what has been typed, what is wrong with it."""

    kind: RecordKindView
    record: RecordView | None = None
    typed: Mapping[str, Any] = field(default_factory=dict)
    refused: Refused | None = None

    @property
    def wrong(self) -> dict[str, str]:
        """What is wrong, by field."""
        errors = self.refused.errors if self.refused else []
        return {e["pointer"].removeprefix("/values/").strip("/"): e["says"] for e in errors}


@pages.page("/records/unit-options", WHO)
async def unit_options(request: Request) -> Response:
    """Units whose name begins to be typed, as the choices of an input."""
    text = next(iter(request.query_params.values()), "").rsplit("\n", 1)[-1].strip()[:60]
    if len(text) < 2:
        return Response("", media_type="text/html")
    where = registry.UnitFilter(text=text)
    found = await part(request, UnitPage, registry.FindUnits(where=where, limit=10))
    units = [] if isinstance(found, Missing) else found.items
    return render(request, "_records_options.html", title="", units=units)


@pages.page("/records/{kind_id}/new", WHO)
async def new(request: Request, kind_id: str) -> Response:
    """An empty form; `unit_id` and `parent_id` in the address say what it is about."""
    asked = request.query_params
    typed = {name: asked.get(name, "") for name in ("unit_id", "node", "parent_id")}
    if not typed["unit_id"]:
        typed["unit_id"] = guard.asker_of(request).actor.unit_id
    kind, _kinds = await kind_of(request, kind_id, node=typed["node"])
    return await _form(request, Sheet(kind, typed=typed))


@pages.form("/records/{kind_id}/new", WHO)
async def save(request: Request, kind_id: str, form: FormData) -> Response:
    """Keep the record; with what is wrong in it, the form again."""
    node = text_of(form, "node")
    kind, _kinds = await kind_of(request, kind_id, node=node)
    typed = typed_of(kind.fields, form)
    about = {
        name: text_of(form, name)
        for name in ("unit_id", "node", "parent_id", "on", "ends_on", "state")
    }
    try:
        values = await values_of(request, kind.fields, form, None)
        entry = {name: value for name, value in about.items() if value}
        whole = {"record": {"kind": kind_id, "values": values, **entry}}
        command = made(book.SaveRecord, whole)
        kept = await _ask(request, command, text_of(form, "idem"))
    except Refused as refused:
        return await _form(request, Sheet(kind, typed=typed | about, refused=refused))
    return go(f"/records/{kind_id}/{kept.record_id}", said=_said(kept))


@pages.page("/records/{kind_id}/{record_id}/amend", WHO)
async def amend(request: Request, kind_id: str, record_id: str) -> Response:
    """The form with what the record says."""
    record = await ask_for(request, RecordView, book.GetRecord(record_id=record_id))
    kind, _kinds = await kind_of(request, kind_id, node=record.node)
    return await _form(request, Sheet(kind, record, typed=_shown(record)))


@pages.form("/records/{kind_id}/{record_id}/amend", WHO)
async def save_amended(request: Request, kind_id: str, record_id: str, form: FormData) -> Response:
    """Keep the amendment, with its reason."""
    record = await ask_for(request, RecordView, book.GetRecord(record_id=record_id))
    kind, _kinds = await kind_of(request, kind_id, node=record.node)
    typed = typed_of(kind.fields, form) | {n: text_of(form, n) for n in ("on", "ends_on", "reason")}
    try:
        values = await values_of(request, kind.fields, form, record)
        given: dict[str, Any] = {"record_id": record_id, "values": values, **_days(typed)}
        given |= {"revision": _revision(form), "reason": typed["reason"]}
        kept = await _ask(request, made(book.AmendRecord, given), text_of(form, "idem"))
    except Refused as refused:
        return await _form(request, Sheet(kind, record, typed=typed, refused=refused))
    return go(f"/records/{kind_id}/{record_id}", said=_said(kept))


def _days(typed: Mapping[str, Any]) -> dict[str, str]:
    return {name: typed[name] for name in ("on", "ends_on") if typed[name]}


def _revision(form: FormData) -> int:
    given = text_of(form, "revision")
    return int(given) if given.isdigit() else 0


async def _ask(request: Request, command: Any, key: str) -> RecordView:
    asking = guard.asking_of(request, idempotency_key=key)
    found: RecordView = await request.app.state.services.ask_for(RecordView, command, asking)
    return found


def _said(kept: RecordView) -> str:
    if not kept.warnings:
        return "已记录。"
    return "已记录，请留意：" + "；".join(warning.says for warning in kept.warnings)


async def _form(request: Request, sheet: Sheet) -> Response:
    forms = {field.form for field in sheet.kind.fields}
    unit_id = sheet.record.unit_id if sheet.record else str(sheet.typed.get("unit_id", ""))
    unit = await part(request, UnitView, registry.GetUnit(unit_id=unit_id)) if unit_id else None
    documents = await _documents(request) if "document" in forms else []
    parent_id = str(sheet.typed.get("parent_id", "")) if sheet.record is None else ""
    parent = (
        await part(request, RecordView, book.GetRecord(record_id=parent_id)) if parent_id else None
    )
    title = f"{sheet.kind.name}：{'更正' if sheet.record else '记一条'}"
    return render(
        request,
        "records_form.html",
        title=title,
        status=sheet.refused.status if sheet.refused else 200,
        sheet=sheet,
        kind=sheet.kind,
        typed=sheet.typed,
        wrong=sheet.wrong,
        refused=sheet.refused,
        unit=None if isinstance(unit, Missing) else unit,
        parent=None if isinstance(parent, Missing) else parent,
        nodes=await nodes_of(request),
        documents=documents,
        today=words.day(guard.utc_now()),
    )


async def _documents(request: Request) -> list[DocumentView]:
    found = await part(request, dict[str, list[DocumentView]], registry_acts.ListDocuments())
    return [] if isinstance(found, Missing) else found.get("documents", [])


def typed_of(fields: Sequence[RecordField], form: FormData) -> dict[str, Any]:
    """What was typed, to be shown again."""
    return {
        f.name: [str(v) for v in form.getlist(f.name)]
        if f.form == "choices"
        else text_of(form, f.name)
        for f in fields
        if f.form != "file"
    }


def _shown(record: RecordView) -> dict[str, Any]:
    texts = {text.name: text for text in record.fields}
    shown: dict[str, Any] = {
        name: _as_typed(texts[name], value) for name, value in record.values.items()
    }
    ends_on = record.ends_on.isoformat() if record.ends_on else ""
    return shown | {"on": record.on.isoformat(), "ends_on": ends_on}


def _as_typed(text: FieldText, value: Any) -> Any:
    if text.form in _MANY_LINES:
        return "\n".join(text.parts)
    if text.form == "unit":
        return text.text
    if text.form == "flag":
        return "true" if value else "false"
    return list(value) if text.form == "choices" else value


async def values_of(
    request: Request, fields: Sequence[RecordField], form: FormData, before: RecordView | None
) -> dict[str, Any]:
    """The values as the command takes them; a file that is not replaced stays."""
    values: dict[str, Any] = {}
    for spec in fields:
        if spec.form == "file":
            given: Any = await _file(request, form, spec.name)
            if given is None and before is not None:
                given = before.values.get(spec.name)
        elif spec.form == "choices":
            given = [str(v) for v in form.getlist(spec.name)]
        elif spec.form in _MANY_LINES:
            given = _lines(text_of(form, spec.name), spec, before)
        else:
            given = _kept_unit(text_of(form, spec.name), spec, before)
        if given not in ("", None, []):
            values[spec.name] = given
    return values


def _lines(text: str, spec: RecordField, before: RecordView | None) -> list[str]:
    known = _ids(spec, before)
    return [known.get(line.strip(), line.strip()) for line in text.splitlines() if line.strip()]


def _kept_unit(text: str, spec: RecordField, before: RecordView | None) -> str:
    return _ids(spec, before).get(text, text) if spec.form == "unit" else text


def _ids(spec: RecordField, before: RecordView | None) -> dict[str, str]:
    """What the record calls the units it names: a name left as it was means the same unit."""
    if before is None or spec.form not in ("unit", "units"):
        return {}
    held = before.values.get(spec.name)
    ids = list(held) if isinstance(held, tuple) else [str(held)] if held else []
    text = next((text for text in before.fields if text.name == spec.name), None)
    shown = (text.parts or (text.text,)) if text is not None else ()
    return dict(zip(shown, ids, strict=False))


async def _file(request: Request, form: FormData, name: str) -> dict[str, str] | None:
    given = form.get(name)
    if not isinstance(given, UploadFile) or not given.filename:
        return None
    kept = files.NewFile(name=given.filename, content=await given.read(), purpose="record")
    return await run_in_threadpool(
        files.keep, request.app.state.engine, kept, guard.asker_of(request), guard.utc_now()
    )
