"""A unit's 工作档案 and 创建重点内容, as its page shows them; how far an item is, set from there."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.pages import words
from services.gateway.pages.desk import Missing, Pages, ask, ask_for, go, part, render, text_of
from services.gateway.pages.records import WHO
from services.gateway.pages.records_form import values_of
from shared.contracts import registry_records as book
from shared.contracts.refusals import Refused
from shared.contracts.registry_records_answers import (
    RecordKinds,
    RecordView,
    UnitFile,
    WorkItemView,
    WorkPlan,
)

pages = Pages()
STATES = ("open", "doing", "done")


async def sections(request: Request, unit_id: str) -> dict[str, Any]:
    """What the unit's page shows of its file and its work plan; each may be missing."""
    file, plan, kinds = await asyncio.gather(
        part(request, UnitFile, book.ReadUnitFile(unit_id=unit_id)),
        part(request, WorkPlan, book.GetWorkPlan(unit_id=unit_id)),
        part(request, RecordKinds, book.ListRecordKinds(unit_id=unit_id)),
    )
    written = [] if isinstance(kinds, Missing) else kinds.items
    return {
        "unit_file": file,
        "work_plan": plan,
        "writable": [kind for kind in written if kind.may_write and kind.about == "unit"],
    }


async def by_indicator(request: Request, unit_id: str) -> dict[str, list[RecordView]]:
    """The records linked to items of the standard, by item: evidence, guidance."""
    file = await part(request, UnitFile, book.ReadUnitFile(unit_id=unit_id))
    found: dict[str, list[RecordView]] = {}
    for group in [] if isinstance(file, Missing) else file.groups:
        for record in group.records:
            named = record.values.get("indicators")
            for indicator in named if isinstance(named, tuple) else ():
                found.setdefault(indicator, []).append(record)
    return found


@pages.page("/units/{unit_id}/work-plan/{item_id}", WHO)
async def item(request: Request, unit_id: str, item_id: str) -> Response:
    """One item: its parts, its figures, the records under it."""
    return await _item(request, unit_id, item_id)


async def _item(
    request: Request, unit_id: str, item_id: str, refused: Refused | None = None
) -> Response:
    plan = await ask_for(request, WorkPlan, book.GetWorkPlan(unit_id=unit_id))
    found = _of(plan, item_id)
    return render(
        request,
        "records_item.html",
        title=found.name,
        status=refused.status if refused else 200,
        plan=plan,
        item=found,
        states=[(state, words.word(state, "work").text) for state in STATES],
        refused=refused,
        wrong=_wrong(refused),
    )


def _of(plan: WorkPlan, item_id: str) -> WorkItemView:
    for found in plan.items:
        if found.id == item_id:
            return found
    says = f"《{plan.pack_title}》对该单位没有“{item_id[:40]}”这项创建内容。"
    raise Refused("work_item_unknown", says, status=404)


def _wrong(refused: Refused | None) -> dict[str, str]:
    errors = refused.errors if refused is not None else []
    return {e["pointer"].rsplit("/", 1)[-1]: e["says"] for e in errors}


@pages.form("/units/{unit_id}/work-plan/{item_id}", WHO)
async def set_item(request: Request, unit_id: str, item_id: str, form: FormData) -> Response:
    """Say how far it is."""
    plan = await ask_for(request, WorkPlan, book.GetWorkPlan(unit_id=unit_id))
    found = _of(plan, item_id)
    given = await values_of(request, found.fields, form, None)
    parts = {p.id: text_of(form, f"part-{p.id}") for p in found.parts}
    revision = text_of(form, "revision")
    command = book.SetWorkItem(
        unit_id=unit_id,
        item=item_id,
        revision=int(revision) if revision.isdigit() else 0,
        state=text_of(form, "state"),
        parts={name: state for name, state in parts.items() if state},
        values={field.name: given.get(field.name) for field in found.fields},
        reason=text_of(form, "reason"),
    )
    try:
        await ask(request, command, key=text_of(form, "idem"))
    except Refused as refused:
        return await _item(request, unit_id, item_id, refused)
    return go(f"/units/{unit_id}#work-plan", said=f"“{found.name}”已更新。")
