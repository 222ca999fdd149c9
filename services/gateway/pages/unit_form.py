"""Entering, amending and moving a unit by form: the fields are those of the pack in force there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.api.problems import invalid
from services.gateway.auth import guard
from services.gateway.pages import words
from services.gateway.pages.acts import Field
from services.gateway.pages.desk import Pages, ask_for, go, render, text_of
from shared.contracts import registry
from shared.contracts import registry_units as about
from shared.contracts.refusals import Refused
from shared.contracts.registry import UnitEntry
from shared.contracts.registry_answers import UnitView
from shared.contracts.registry_units_answers import FieldForm, KindForm, UnitFormsView
from shared.contracts.scalars import covers
from shared.runtime.organisations import all_nodes

pages = Pages()
_WHO = ("clerk", "system")
_TOP = frozenset(UnitEntry.model_fields) - {"details", "kind"}
_FORMS = {"number": "number", "date": "date", "choice": "select", "flag": "select"}
_YES_NO = (("true", "是"), ("false", "否"))
_ALWAYS = (
    Field("contact_name", "联系人"),
    Field("contact_phone", "联系电话", help="供办公室联系，不对外公开"),
)
_HELP = {
    "name_text": "全称，与登记证照一致",
    "division": "6、9 或 12 位；可输入地名从列出的代码中选",
    "headcount": "整数，单位：人",
    "industry": "国民经济行业分类代码，如 C39",
    "size": "留空时按职工人数、营业收入、资产总额划分",
}
_CODE_HELP = {"credit_code": "18 位统一社会信用代码"}
_FIGURES = (
    Field("revenue", "营业收入（万元）", help="与资产总额一并用于划分规模"),
    Field("assets", "资产总额（万元）", help="与营业收入一并用于划分规模"),
)
_MOVE = (
    Field("division", "新址行政区划代码", required=True, help=_HELP["division"]),
    Field("address", "新地址", required=True),
    Field("moved_on", "迁移日期", "date", required=True),
    Field("reason", "理由", "text-long", required=True),
)


@pages.page("/units/new", _WHO)
async def new(request: Request) -> Response:
    """An empty form of the kind asked for; without one, the kinds to choose from."""
    return await _entry_page(request, title="登记单位", kind=request.query_params.get("kind", ""))


@pages.form("/units/new", _WHO)
async def register(request: Request, form: FormData) -> Response:
    """Enter the unit; back to the form with what is wrong, or on to its page."""
    typed = _typed(form)
    try:
        command = registry.RegisterUnit(entry=_entry(typed))
        unit = await _send(request, command, form)
    except Refused as refused:
        return await _entry_page(
            request, title="登记单位", kind=typed.get("kind", ""), typed=typed, refused=refused
        )
    return go(f"/units/{unit.unit_id}", said=_said("已登记", unit))


@pages.page("/units/{unit_id}/edit", _WHO)
async def edit(request: Request, unit_id: str) -> Response:
    """The entry as it stands, to be changed."""
    unit = await ask_for(request, UnitView, registry.GetUnit(unit_id=unit_id))
    return await _entry_page(request, title="变更登记", kind=unit.kind, unit=unit)


@pages.form("/units/{unit_id}/edit", _WHO)
async def amend(request: Request, unit_id: str, form: FormData) -> Response:
    """Replace the entry the officer has seen."""
    typed = _typed(form)
    unit = await ask_for(request, UnitView, registry.GetUnit(unit_id=unit_id))
    try:
        command = registry.AmendUnit(
            unit_id=unit_id,
            revision=int(typed.get("revision") or unit.revision),
            entry=_entry(typed | {"kind": unit.kind}, unit),
            reason=typed.get("reason", ""),
        )
        changed = await _send(request, command, form)
    except Refused as refused:
        return await _entry_page(
            request, title="变更登记", kind=unit.kind, unit=unit, typed=typed, refused=refused
        )
    return go(f"/units/{unit_id}", said=_said("已变更登记", changed))


@pages.page("/units/{unit_id}/move", _WHO)
async def moving(request: Request, unit_id: str) -> Response:
    """Where a unit moves to, from when and why."""
    unit = await ask_for(request, UnitView, registry.GetUnit(unit_id=unit_id))
    return _move_page(request, unit, _MOVE)


@pages.form("/units/{unit_id}/move", _WHO)
async def move(request: Request, unit_id: str, form: FormData) -> Response:
    """Hand the unit over; where the new place's law asks for more, the form asks for it too."""
    typed = _typed(form)
    unit = await ask_for(request, UnitView, registry.GetUnit(unit_id=unit_id))
    fields = list(_MOVE)
    try:
        fields += await _further(request, unit, typed.get("division", ""))
        command = about.MoveUnit.model_validate(
            {
                "unit_id": unit_id,
                "division": typed.get("division", ""),
                "address": typed.get("address", ""),
                "moved_on": typed.get("moved_on") or None,
                "reason": typed.get("reason", ""),
                "details": {k: v for k, v in typed.items() if k in {f.name for f in fields[4:]}},
            }
        )
        moved = await _send(request, command, form)
    except ValidationError as error:
        return _move_page(request, unit, fields, typed, invalid(error.errors()))
    except Refused as refused:
        return _move_page(request, unit, fields, typed, refused)
    return go("/units", said=_said(f"“{unit.name_text}”已迁往{moved.division_text}", moved))


async def _further(request: Request, unit: UnitView, division: str) -> list[Field]:
    """Fields of the new place's law that the register does not hold of this unit yet."""
    forms = await ask_for(request, UnitFormsView, about.UnitForms(division=division))
    kind = next((k for k in forms.kinds if k.kind == unit.kind), None)
    if kind is None:
        return []
    own = [f for f in _fields(kind) if f.name not in _TOP and not unit.details.get(f.name)]
    return [field for field in own if field.required]


async def _entry_page(
    request: Request,
    *,
    title: str,
    kind: str,
    unit: UnitView | None = None,
    typed: Mapping[str, str] | None = None,
    refused: Refused | None = None,
) -> Response:
    division = unit.division if unit else ""
    forms = await ask_for(request, UnitFormsView, about.UnitForms(division=division))
    chosen = next((k for k in forms.kinds if k.kind == kind), None)
    return render(
        request,
        "unit_form.html",
        title=f"{title}：{chosen.name}" if chosen else title,
        status=refused.status if refused else 200,
        forms=forms,
        kind=chosen,
        unit=unit,
        fields=_with_places(request, _fields(chosen)) if chosen else [],
        values=typed if typed is not None else _values(request, unit),
        refused=refused,
        wrong=_wrong(refused),
        action=f"/units/{unit.unit_id}/edit" if unit else "/units/new",
    )


def _move_page(
    request: Request,
    unit: UnitView,
    fields: Sequence[Field],
    typed: Mapping[str, str] | None = None,
    refused: Refused | None = None,
) -> Response:
    return render(
        request,
        "unit_move.html",
        title=f"迁移：{unit.name_text}",
        status=refused.status if refused else 200,
        unit=unit,
        fields=_with_places(request, fields, inside=False),
        values=typed or {},
        refused=refused,
        wrong=_wrong(refused),
    )


def _fields(kind: KindForm) -> list[Field]:
    """The kind's fields as the pack names them, then those every unit has."""
    found = [_field(form, kind.identifier) for form in kind.fields]
    if kind.subtypes:
        choices = tuple((c.id, c.says) for c in kind.subtypes)
        found.insert(1, Field("subtype", "类别", "select", required=True, options=choices))
    if kind.identifier == "credit_code":
        found += _FIGURES
    names = {field.name for field in found}
    return [*found, *(field for field in _ALWAYS if field.name not in names)]


def _field(form: FieldForm, identifier: str) -> Field:
    options = tuple((choice.id, choice.says) for choice in form.choices)
    if form.form == "flag":
        options = _YES_NO
    if form.name == "size":
        options = tuple(words.options("size"))
    return Field(
        form.name,
        form.says,
        _FORMS.get(form.form, "text"),
        required=form.required,
        options=options,
        help=_CODE_HELP.get(identifier, "") if form.name == "code" else _HELP.get(form.name, ""),
    )


def _with_places(request: Request, fields: Sequence[Field], *, inside: bool = True) -> list[Field]:
    """The fields, with the codes of places on record to choose from; `inside`: of one's own area."""
    own = guard.asker_of(request).actor.node.partition(".")[0]
    places = tuple(
        (code, words.short_node(node.name))
        for code, node in all_nodes().items()
        if code.isdigit() and (covers(own, code) or not inside)
    )
    return [replace(f, options=places) if f.name == "division" else f for f in fields]


def _values(request: Request, unit: UnitView | None) -> dict[str, str]:
    if unit is None:
        return {"division": guard.asker_of(request).actor.node.partition(".")[0]}
    held = {name: getattr(unit, name) for name in _TOP}
    told = {name: str(value) for name, value in held.items() if value not in (None, "")}
    return {**unit.details, **told, "revision": str(unit.revision)}


def _typed(form: FormData) -> dict[str, str]:
    return {name: text_of(form, name) for name in form if name not in ("csrf", "idem")}


def _entry(typed: Mapping[str, str], unit: UnitView | None = None) -> UnitEntry:
    """The entry that was typed. What the form does not ask for stays as the register has it."""
    own = ("reason", "revision", "kind", *_TOP)
    details: dict[str, str] = {k: v for k, v in typed.items() if k not in own and v}
    kept: dict[str, Any] = {}
    if unit is not None:
        kept = {name: getattr(unit, name) for name in _TOP if name not in typed}
        details |= {k: v for k, v in unit.details.items() if k not in typed}
    given = {k: v for k, v in typed.items() if k in _TOP and v != ""}
    try:
        return UnitEntry.model_validate(
            {"name_text": "", "division": "", **kept, **given, "details": details}
            | {"kind": typed.get("kind", "")}
        )
    except ValidationError as error:
        raise invalid(error.errors()) from error


async def _send(request: Request, command: Any, form: FormData) -> UnitView:
    asking = guard.asking_of(request, idempotency_key=text_of(form, "idem"))
    found: UnitView = await request.app.state.services.ask_for(UnitView, command, asking)
    return found


def _said(done: str, unit: UnitView) -> str:
    """What was done, and what the officer should look at next."""
    return "。".join([done, *(warning.says for warning in unit.warnings)]) + "。"


def _wrong(refused: Refused | None) -> dict[str, str]:
    rows = refused.errors if refused else []
    return {row["pointer"].rstrip("/").rsplit("/", 1)[-1]: row["says"] for row in rows}
