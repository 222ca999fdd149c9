"""Units: the list with its filters and Excel export; one unit is in `unit_page.py`."""

from __future__ import annotations

import asyncio

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.auth import guard
from services.gateway.importer.workbook import MEDIA_TYPE, Column, write_book
from services.gateway.pages import words
from services.gateway.pages.desk import Missing, Pages, ask_for, part, render
from shared.contracts import registry, registry_acts, registry_units
from shared.contracts.registry import UnitFilter
from shared.contracts.registry_answers import NodeView, UnitCounts, UnitPage, UnitView
from shared.contracts.registry_units_answers import UnitFormsView

pages = Pages()
_STAFF = ("clerk", "reviewer", "seat", "planner", "liaison", "auditor", "system")
_COUNTED = 1_000  # beyond that the list says "1,000+": an exact count reads every unit found
_EXPORT_PAGES = 200
_EXPORT_LIMIT = 1_000  # a page of five thousand holds the register for seconds
_SORTS = {"name": "名称", "-entered_at": "最近登记", "-headcount": "职工人数"}
_EXPORT = (
    ("统一社会信用代码/项目编号", "code", 24),
    ("单位名称", "name_text", 36),
    ("单位类型", "kind", 12),
    ("行政区划代码", "division", 12),
    ("行政区划", "division_text", 12),
    ("规模", "size", 8),
    ("职工人数", "headcount", 10),
    ("状态", "standing", 16),
    ("现有称号", "titles", 32),
    ("联系人", "contact_name", 12),
    ("联系电话", "contact_phone", 16),
)


def filter_of(request: Request) -> UnitFilter:
    """The list's filter, as the address says it."""
    asked = request.query_params
    return UnitFilter(
        kinds=tuple(k for k in asked.getlist("kinds") if k),
        subtypes=tuple(s for s in asked.getlist("subtypes") if s),
        sizes=tuple(s for s in asked.getlist("sizes") if s),
        heads_from=_number(asked.get("heads_from", "")),
        heads_to=_number(asked.get("heads_to", "")),
        began_in=_number(asked.get("began_in", "")),
        mark=asked.get("mark", ""),
        fields=tuple(f for f in asked.getlist("fields") if ":" in f),
        division=asked.get("division", ""),
        standings=tuple(s for s in asked.getlist("standings") if s),
        title_level=asked.get("title_level", ""),
        text=asked.get("text", "").strip()[:100],
    )


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() and len(text) <= 7 else None


@pages.page("/units", _STAFF)
async def listing(request: Request) -> Response:
    """A page of units by key; exactly what is filtered can be exported."""
    asked = request.query_params
    where = filter_of(request)
    sort = asked.get("sort", "name")
    limit = int(asked.get("limit", "50")) if asked.get("limit", "50") in ("20", "50", "100") else 50
    command = registry.FindUnits.model_validate(
        {
            "where": where,
            "sort": sort if sort in _SORTS else "name",
            "after": asked.get("after", ""),
            "limit": limit,
        }
    )
    page, counts, nodes, forms = await asyncio.gather(
        ask_for(request, UnitPage, command),
        part(request, UnitCounts, registry.CountUnits(where=where, up_to=_COUNTED)),
        part(request, dict[str, list[NodeView]], registry_acts.ListNodes()),
        part(request, UnitFormsView, registry_units.UnitForms()),
    )
    return render(
        request,
        "units.html",
        title="单位",
        page=page,
        where=where,
        sort=sort,
        limit=limit,
        sorts=_SORTS,
        total=None if isinstance(counts, Missing) else counts.total,
        total_more=not isinstance(counts, Missing) and counts.total_more,
        nodes=[] if isinstance(nodes, Missing) else nodes.get("nodes", []),
        marks=[] if isinstance(forms, Missing) else _mark_options(forms),
        kinds=_kind_options(forms, where),
        subtypes=[] if isinstance(forms, Missing) else _subtype_options(forms, where),
        may_enter=guard.asker_of(request).may(("clerk", "system")),
        may_import=guard.asker_of(request).may(("clerk", "reviewer", "system")),
    )


@pages.page("/units.xlsx", _STAFF)
async def export(request: Request) -> Response:
    """Exactly what is filtered, as a workbook with who, when and from what on its second sheet."""
    where, after = filter_of(request), ""
    rows: list[list[object]] = []
    for _ in range(_EXPORT_PAGES):
        page = await ask_for(
            request,
            UnitPage,
            registry.ExportUnits(where=where, after=after, limit=_EXPORT_LIMIT),
        )
        rows += [[_cell(u, name) for _, name, _ in _EXPORT] for u in page.items]
        after = page.next_after
        if not after:
            break
    about = {
        "导出人": guard.asker_of(request).actor.name,
        "导出时间": words.minute(guard.utc_now()),
        "筛选条件": _says(where),
        "行数": str(len(rows)) + ("（已达上限，未导出全部）" if after else ""),
    }
    columns = [Column(heading, width) for heading, _, width in _EXPORT]
    content = await run_in_threadpool(write_book, columns, rows, sheet="单位", about=about)
    return Response(
        content,
        media_type=MEDIA_TYPE,
        headers={"content-disposition": "attachment; filename*=UTF-8''%E5%8D%95%E4%BD%8D.xlsx"},
    )


def _cell(unit: UnitView, name: str) -> object:
    value = getattr(unit, name)
    if name in ("kind", "size", "standing"):
        return words.word(value, name).text
    return "、".join(value) if isinstance(value, tuple) else value


def _mark_options(forms: UnitFormsView) -> list[tuple[str, str]]:
    """Every mark of the programme, and each of its values."""
    found: list[tuple[str, str]] = []
    for mark in forms.marks:
        found.append((mark.mark, mark.says))
        found += [(f"{mark.mark}:{c.id}", f"{mark.says}：{c.says}") for c in mark.values]
    return found


def _kind_options(forms: UnitFormsView | Missing, where: UnitFilter) -> list[tuple[str, str]]:
    """The kinds of the pack in force here, and whichever the address already asks for."""
    every = words.options("kind")
    if isinstance(forms, Missing):
        return every
    named = {str(kind.kind): kind.name for kind in forms.kinds}
    asked = {str(kind) for kind in where.kinds}
    return [(v, named.get(v, says)) for v, says in every if v in named or v in asked]


def _subtype_options(forms: UnitFormsView, where: UnitFilter) -> list[tuple[str, str]]:
    """The subtypes of the kinds that are looked at, or of every kind."""
    return [
        (choice.id, choice.says)
        for kind in forms.kinds
        if not where.kinds or kind.kind in where.kinds
        for choice in kind.subtypes
    ]


def _says(where: UnitFilter) -> str:
    heads = (where.heads_from, where.heads_to)
    found = [
        *(words.word(k, "kind").text for k in where.kinds),
        *where.subtypes,
        *(words.word(s, "size").text for s in where.sizes),
        f"职工人数：{heads[0] or 0}–{'' if heads[1] is None else heads[1]}" if any(heads) else "",
        f"{where.began_in} 年设立或开工" if where.began_in else "",
        f"标记：{where.mark}" if where.mark else "",
        *where.fields,
        *(words.word(s, "standing").text for s in where.standings),
        where.division,
        f"称号：{words.word(where.title_level, 'level').text}" if where.title_level else "",
        f"关键字：{where.text}" if where.text else "",
    ]
    return "；".join(f for f in found if f) or "全部"
