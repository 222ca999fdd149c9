"""What a unit's page shows of its relations, members, marks and moves, and which acts it offers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from starlette.requests import Request

from services.gateway.auth import guard
from services.gateway.pages import acts
from services.gateway.pages.desk import Missing, part
from shared.contracts import registry_units as about
from shared.contracts.registry_answers import UnitView
from shared.contracts.registry_units_answers import (
    DoublePage,
    MarkView,
    MemberPage,
    MoveView,
    RelationView,
    UnitFormsView,
)

_CLERK = ("clerk", "system")
T = TypeVar("T")


@dataclass
class Life:
    """The parts of a unit's page that tell of its life; each may be missing."""

    relations: list[RelationView] | Missing
    marks: list[MarkView] | Missing
    moves: list[MoveView] | Missing
    members: MemberPage | Missing | None
    facts: list[tuple[str, str]] = field(default_factory=list)
    doubles: int = 0
    offers: list[acts.Offer] = field(default_factory=list)


async def life_of(request: Request, unit: UnitView) -> Life:
    """Everything in one round of questions."""
    unit_id = unit.unit_id
    forms, relations, marks, moves = await asyncio.gather(
        part(request, UnitFormsView, about.UnitForms(division=unit.division)),
        part(
            request,
            dict[str, list[RelationView]],
            about.ListRelations(unit_id=unit_id, with_ended=True),
        ),
        part(request, dict[str, list[MarkView]], about.ListMarks(unit_id=unit_id, with_ended=True)),
        part(request, dict[str, list[MoveView]], about.ListMoves(unit_id=unit_id)),
    )
    life = Life(
        relations=_inner(relations, "relations"),
        marks=_inner(marks, "marks"),
        moves=_inner(moves, "moves"),
        members=None,
        facts=_facts(forms, unit),
    )
    if _is_body(forms, unit):
        life.members = await part(
            request, MemberPage, about.ListMembers(unit_id=unit_id, limit=100)
        )
    if guard.asker_of(request).may(_CLERK):
        doubles = await part(request, DoublePage, about.ListDoubles(unit_id=unit_id, limit=1))
        life.doubles = 0 if isinstance(doubles, Missing) else doubles.total
        life.offers = _offers(unit, forms, life)
    return life


def _inner(found: dict[str, list[T]] | Missing, name: str) -> list[T] | Missing:
    return found if isinstance(found, Missing) else found.get(name, [])


def _facts(forms: UnitFormsView | Missing, unit: UnitView) -> list[tuple[str, str]]:
    """The kind's own fields in words; those of another programme are that one's to show (A-02)."""
    kinds = [] if isinstance(forms, Missing) else list(forms.kinds)
    kind = next((k for k in kinds if k.kind == unit.kind), None)
    if kind is None:
        return []
    known = {f.name: f for f in kind.fields}
    found = []
    for name, value in unit.details.items():
        if name == "subtype":
            found.append(("类别", next((c.says for c in kind.subtypes if c.id == value), value)))
        elif name in known:
            choices = {c.id: c.says for c in known[name].choices}
            choices |= {"true": "是", "false": "否"} if known[name].form == "flag" else {}
            found.append((known[name].says, choices.get(value, value)))
    return found


def _is_body(forms: UnitFormsView | Missing, unit: UnitView) -> bool:
    """Whether other units may belong to this one."""
    if isinstance(forms, Missing):
        return False
    return any(unit.kind in rule.to_kinds for rule in forms.relations)


def _offers(unit: UnitView, forms: UnitFormsView | Missing, life: Life) -> list[acts.Offer]:
    """The acts of an officer on a unit's life; a merged entry takes none."""
    mine = {"unit_id": unit.unit_id}
    if unit.merged_into:
        return []
    if unit.standing == "closed":
        return acts.offers("registry", ["reopen_unit"], mine)
    found: list[acts.Offer] = []
    if not isinstance(forms, Missing):
        found += acts.offers("registry", ["relate"], mine, acts=_relate(forms, unit))
        found += acts.offers("registry", ["set_mark"], mine, acts=_set_mark(forms, unit))
    found += acts.offers("registry", ["end_relation"], {}, acts=_end_relation(life.relations))
    found += acts.offers("registry", ["end_mark"], {}, acts=_end_mark(life.marks))
    found += acts.offers("registry", ["merge_unit", "close_unit"], mine)
    for move in [] if isinstance(life.moves, Missing) else life.moves:
        if move.noted_at is None:
            found += acts.offers("registry", ["note_move"], {"move_id": move.move_id})
    return [
        offer for offer in found if all(f.options or f.kind != "select" for f in offer.act.fields)
    ]


def _relate(forms: UnitFormsView, unit: UnitView) -> Sequence[acts.Act]:
    named = [(r.relation, r.says) for r in forms.relations if unit.kind in r.from_kinds]
    return [acts.TABLE[about.Relate.name].with_options("relation", named)]


def _set_mark(forms: UnitFormsView, unit: UnitView) -> Sequence[acts.Act]:
    named = []
    for mark in forms.marks:
        if not mark.kinds or unit.kind in mark.kinds:
            values = "、".join(choice.says for choice in mark.values)
            named.append((mark.mark, f"{mark.says}（{values}）" if values else mark.says))
    return [acts.TABLE[about.SetMark.name].with_options("mark", named)]


def _end_relation(relations: list[RelationView] | Missing) -> Sequence[acts.Act]:
    held = [] if isinstance(relations, Missing) else [r for r in relations if r.until_on is None]
    named = [(r.relation_id, f"{r.relation_text}：{r.other.name_text}") for r in held]
    return [acts.TABLE[about.EndRelation.name].with_options("relation_id", named)]


def _end_mark(marks: list[MarkView] | Missing) -> Sequence[acts.Act]:
    held = [] if isinstance(marks, Missing) else [m for m in marks if m.until_on is None]
    named = [(m.mark_id, mark_words(m)) for m in held]
    return [acts.TABLE[about.EndMark.name].with_options("mark_id", named)]


def mark_words(mark: MarkView) -> str:
    """A mark with its value."""
    return f"{mark.mark_text}：{mark.value_text}" if mark.value_text else mark.mark_text
