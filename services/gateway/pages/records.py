"""工作台账: the kinds of record a person keeps, one kind as a list with its figures, its export."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.api.problems import invalid
from services.gateway.auth import guard
from services.gateway.importer.workbook import Column, write_book
from services.gateway.pages import words
from services.gateway.pages.desk import Missing, Pages, ask_for, part, render
from services.gateway.pages.uploads import workbook
from shared.contracts import registry_acts
from shared.contracts import registry_records as book
from shared.contracts.message import Command
from shared.contracts.refusals import Refused
from shared.contracts.registry_answers import NodeView
from shared.contracts.registry_records_answers import (
    Gaps,
    RecordCounts,
    RecordField,
    RecordKinds,
    RecordKindView,
    RecordPage,
    RecordView,
)
from shared.contracts.scalars import covers

pages = Pages()
WHO = ("any",)
SORTS = {"-on": "日期最近", "on": "日期最早", "-written": "最近记录"}
_EXPORT_PAGES = 40
_SHORT = ("text", "number", "money", "date", "flag", "choice", "person", "code")
_IN_TITLE = ("text", "choice", "person")
_COLUMNS = 3


@dataclass(frozen=True)
class Group:
    """Kinds under one heading."""

    text: str
    kinds: tuple[RecordKindView, ...]


@pages.page("/records", WHO)
async def index(request: Request) -> Response:
    """Every kind of the officer's pack under its heading, with numbers, and what is missing."""
    node = request.query_params.get("node", "")
    year = year_of(request)
    command = book.ListRecordKinds(node=node, counted=True, year=year)
    kinds, gaps, nodes = await asyncio.gather(
        part(request, RecordKinds, command),
        part(request, Gaps, book.FindGaps(node=node)),
        nodes_of(request),
    )
    return render(
        request,
        "records.html",
        title="工作台账",
        kinds=kinds,
        groups=[] if isinstance(kinds, Missing) else _grouped(kinds.items),
        gaps=[] if isinstance(gaps, Missing) else [gap for gap in gaps.items if gap.total],
        nodes=nodes,
        node=node,
        year=year,
    )


def _grouped(kinds: Sequence[RecordKindView]) -> list[Group]:
    texts = dict.fromkeys(kind.group_text for kind in kinds)
    return [Group(text, tuple(k for k in kinds if k.group_text == text)) for text in texts]


def year_of(request: Request) -> int | None:
    """The year asked for, None for every year."""
    given = request.query_params.get("year", "")
    return int(given) if given.isdigit() and len(given) == 4 else None


async def nodes_of(request: Request) -> list[NodeView]:
    """The offices a person may choose from: the own one and those beneath; none for a unit."""
    actor = guard.asker_of(request).actor
    if actor.unit_id:
        return []
    found = await part(request, dict[str, list[NodeView]], registry_acts.ListNodes())
    nodes = [] if isinstance(found, Missing) else found.get("nodes", [])
    return [node for node in nodes if covers(actor.node, node.node)]


async def kind_of(
    request: Request, kind_id: str, *, node: str = ""
) -> tuple[RecordKindView, RecordKinds]:
    """A kind by its id, and the kinds beside it; 404 when the pack has none of the name."""
    kinds = await ask_for(request, RecordKinds, book.ListRecordKinds(node=node))
    found = next((kind for kind in kinds.items if kind.id == kind_id), None)
    if found is None:
        says = f"《{kinds.pack_title}》没有“{kind_id[:40]}”这种记录，或不由您查看。"
        raise Refused("record_kind_unknown", says, status=404)
    return found, kinds


def made(command: type[Command], given: Mapping[str, Any]) -> Command:
    """The command of what was typed; what cannot be read is refused by its field."""
    try:
        return command.model_validate(given)
    except ValidationError as error:
        raise invalid(error.errors()) from error


def filter_of(request: Request, kind_id: str) -> book.RecordFilter:
    """The list's filter, as the address says it; fields are asked as `f-<name>`."""
    asked = request.query_params
    pairs = [(n.removeprefix("f-"), v) for n, v in asked.items() if n.startswith("f-") and v]
    return book.RecordFilter(
        kind=kind_id,
        unit_id=asked.get("unit_id", ""),
        node=asked.get("node", ""),
        parent_id=asked.get("parent_id", ""),
        year=year_of(request),
        states=tuple(s for s in asked.getlist("state") if s),
        values=tuple(f"{name}={value}" for name, value in pairs),
        text=asked.get("text", "").strip()[:100],
        open_only=asked.get("open") == "1",
        voided=asked.get("voided") == "1",
    )


@pages.page("/records/{kind_id}.xlsx", WHO)
async def export(request: Request, kind_id: str) -> Response:
    """Exactly what is filtered, every field a column."""
    where = filter_of(request, kind_id)
    kind, kinds = await kind_of(request, kind_id, node=where.node)
    rows: list[list[object]] = []
    after = ""
    for _ in range(_EXPORT_PAGES):
        command = book.ExportRecords(where=where, after=after, limit=5000)
        page = await ask_for(request, RecordPage, command)
        rows += [_cells(kind, record) for record in page.items]
        after = page.next_after
        if not after:
            break
    about = {
        "导出人": guard.asker_of(request).actor.name,
        "导出时间": words.minute(guard.utc_now()),
        "依据": f"《{kinds.pack_title}》{words.clause_text(kind.clause)}",
        "行数": str(len(rows)) + ("（已达上限，未导出全部）" if after else ""),
    }
    content = await run_in_threadpool(
        write_book, _headings(kind), rows, sheet=kind.name, about=about
    )
    return workbook(content, f"{kind.name}.xlsx")


def _headings(kind: RecordKindView) -> list[Column]:
    own = [Column(field.says, 28 if field.form == "long" else 18) for field in kind.fields]
    ends = [Column("结束日期", 12)] if kind.lasts else []
    states = [Column("状态", 12)] if kind.states else []
    fixed = [Column("日期", 12), *ends, Column("单位", 30), Column("办公室", 24), *states]
    return [*fixed, *own, Column("记录方", 20), Column("记录人", 14), Column("记录时间", 18)]


def _cells(kind: RecordKindView, record: RecordView) -> list[object]:
    texts = {text.name: text.text for text in record.fields}
    ends = [words.day(record.ends_on)] if kind.lasts else []
    states = [record.state_text] if kind.states else []
    return [
        record.on.isoformat(), *ends, record.unit_text, record.node_text, *states,
        *(_cell(field, record, texts) for field in kind.fields),
        record.body or words.word(record.side, "record-side").text, record.written_by_name,
        words.minute(record.written_at),
    ]  # fmt: skip


def _cell(field: RecordField, record: RecordView, texts: dict[str, str]) -> object:
    value = record.values.get(field.name)
    if field.form == "number" and isinstance(value, int | float):
        return value
    return texts.get(field.name, "")


@pages.page("/records/{kind_id}", WHO)
async def listing(request: Request, kind_id: str) -> Response:
    """A page of records of one kind, with figures of exactly what is filtered."""
    where = filter_of(request, kind_id)
    asked = request.query_params
    sort = asked.get("sort", "-on")
    command = book.FindRecords.model_validate(
        {
            "where": where,
            "sort": sort if sort in SORTS else "-on",
            "after": asked.get("after", ""),
            "limit": 50,
        }
    )
    kind, kinds = await kind_of(request, kind_id, node=where.node)
    page, counts, nodes = await asyncio.gather(
        ask_for(request, RecordPage, command),
        part(request, RecordCounts, book.CountRecords(where=where)),
        nodes_of(request),
    )
    return render(
        request,
        "records_list.html",
        title=kind.name,
        kind=kind,
        kinds=kinds,
        page=page,
        whole=None if isinstance(counts, Missing) else counts.whole,
        where=where,
        chosen={n.removeprefix("f-"): v for n, v in asked.items() if n.startswith("f-")},
        columns=columns_of(kind),
        sort=sort,
        sorts=SORTS,
        nodes=nodes,
    )


def columns_of(kind: RecordKindView) -> list[RecordField]:
    """The short fields a list shows beside the title, which is made of the first two."""
    in_title = [field for field in kind.fields if field.form in _IN_TITLE][:2]
    return [f for f in kind.fields if f.form in _SHORT and f not in in_title][:_COLUMNS]
