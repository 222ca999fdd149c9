"""One record: what it says, what the rules said, how it came about, what may be done with it."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.auth import guard
from services.gateway.pages import words
from services.gateway.pages.desk import Missing, Pages, ask, ask_for, go, part, render, text_of
from services.gateway.pages.records import WHO, kind_of, made
from services.gateway.pages.records_form import values_of
from shared.contracts import registry_records as book
from shared.contracts.message import Command
from shared.contracts.refusals import Refused
from shared.contracts.registry_records_answers import (
    RecordField,
    RecordKinds,
    RecordKindView,
    RecordView,
)

pages = Pages()
_DONE = {
    book.MoveRecord: "状态已变更。",
    book.EndRecord: "已记下结束日期。",
    book.VoidRecord: "已作废，记录和理由仍可查。",
}


@pages.page("/records/{kind_id}/{record_id}", WHO)
async def show(request: Request, kind_id: str, record_id: str) -> Response:
    """A record with its history; what belongs to it is listed beneath."""
    return await _show(request, kind_id, record_id)


async def _show(
    request: Request,
    kind_id: str,
    record_id: str,
    *,
    refused: Refused | None = None,
    form: FormData | None = None,
) -> Response:
    record = await ask_for(request, RecordView, book.GetRecord(record_id=record_id))
    found = await part(request, RecordKinds, book.ListRecordKinds(node=record.node))
    kinds = [] if isinstance(found, Missing) else found.items
    kind = next((kind for kind in kinds if kind.id == kind_id), None)
    moves = [state for state in kind.states if state.id != record.state] if kind else []
    asked = {field.name: field for state in moves for field in _asked(kind, state.id, record)}
    return render(
        request,
        "records_one.html",
        title=record.title,
        status=refused.status if refused else 200,
        record=record,
        kind=kind,
        moves=moves,
        asked=list(asked.values()),
        below=[k for k in kinds if k.of == record.kind],
        refused=refused,
        typed={k: text_of(form, k) for k in form} if form is not None else {},
        today=words.day(guard.utc_now()),
    )


def _asked(kind: RecordKindView | None, state: str, record: RecordView) -> list[RecordField]:
    """The fields a state needs that are still empty."""
    fields = kind.fields if kind is not None else ()
    return [f for f in fields if state in f.needed_for and f.name not in record.values]


@pages.form("/records/{kind_id}/{record_id}/state", WHO)
async def move(request: Request, kind_id: str, record_id: str, form: FormData) -> Response:
    """Bring it into another state, with the fields that state needs."""
    kind, _kinds = await kind_of(request, kind_id, node=text_of(form, "node"))
    named = [field for field in kind.fields if field.name in form]
    values = await values_of(request, named, form, None)
    given = {"state": text_of(form, "state"), "values": values}
    return await _act(request, (kind_id, record_id), book.MoveRecord, given, form)


@pages.form("/records/{kind_id}/{record_id}/ending", WHO)
async def end(request: Request, kind_id: str, record_id: str, form: FormData) -> Response:
    """Say when it ended."""
    given = {"ends_on": text_of(form, "ends_on")}
    return await _act(request, (kind_id, record_id), book.EndRecord, given, form)


@pages.form("/records/{kind_id}/{record_id}/voiding", WHO)
async def void(request: Request, kind_id: str, record_id: str, form: FormData) -> Response:
    """Void it, with the reason."""
    return await _act(request, (kind_id, record_id), book.VoidRecord, {}, form)


async def _act(
    request: Request,
    ids: tuple[str, str],
    command: type[Command],
    given: dict[str, Any],
    form: FormData,
) -> Response:
    kind_id, record_id = ids
    revision = text_of(form, "revision")
    whole = {
        "record_id": record_id,
        "revision": int(revision) if revision.isdigit() else 0,
        "reason": text_of(form, "reason"),
        **given,
    }
    try:
        await ask(request, made(command, whole), key=text_of(form, "idem"))
    except Refused as refused:
        return await _show(request, kind_id, record_id, refused=refused, form=form)
    return go(f"/records/{kind_id}/{record_id}", said=_DONE[command])
