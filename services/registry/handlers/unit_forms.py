"""What the pack in force says of units, and the units it makes public."""

from __future__ import annotations

from services.registry.domain.entry import SUBTYPE, column_of, options_of
from services.registry.handlers.acts import pack_for
from services.registry.handlers.unit_entries import is_open
from services.registry.handlers.views import mark_view
from services.registry.store import marks, unit_lists
from services.registry.store.reference import division_text
from services.registry.store.units import Row
from shared.contracts.refusals import Refused
from shared.contracts.registry_units import PublicUnits, UnitForms
from shared.contracts.registry_units_answers import (
    Choice,
    FieldForm,
    KindForm,
    MarkForm,
    PublicFact,
    PublicUnit,
    PublicUnitPage,
    RelationForm,
    UnitFormsView,
)
from shared.contracts.scalars import area_of, suite_of
from shared.messaging.tx import Tx
from shared.policy.pack import Pack, UnitKind
from shared.policy.programme import FieldSpec, ListItem

_COUNTED_IN_PUBLIC = 1_000  # anybody may ask, so nobody makes the register count a million
_IN_ITS_OWN_PLACE = ("name_text", "division", "address", "starts_on")


def unit_forms(tx: Tx, command: UnitForms) -> UnitFormsView:
    """The kinds, relations and marks of the pack at work for a place."""
    pack = pack_for(tx, command.division or tx.actor.node)
    return UnitFormsView(
        pack_id=pack.id,
        kinds=tuple(_kind(tx, pack, kind) for kind in pack.kinds.values()),
        relations=tuple(
            RelationForm(
                relation=rule.id,
                says=rule.says,
                from_kinds=rule.from_kinds,
                to_kinds=rule.to_kinds,
                clause=rule.clause,
            )
            for rule in pack.relations.values()
        ),
        marks=tuple(
            MarkForm(
                mark=mark.id,
                says=mark.says,
                kinds=mark.kinds,
                values=_choices(mark.values),
                clause=mark.clause,
                public=mark.public,
            )
            for mark in pack.marks.values()
        ),
    )


def public_units(tx: Tx, command: PublicUnits) -> PublicUnitPage:
    """Open units of a kind that the pack of an area publishes; anybody may ask."""
    pack = pack_for(tx, command.area)
    kind = pack.kinds.get(command.kind)
    if kind is None or not kind.public:
        raise Refused("not_public", "该地区没有公布这类单位的名单", status=404)
    suite, area = suite_of(command.area), area_of(command.area)
    rows, after = unit_lists.list_public(tx, command, area=area, suite=suite)
    borne = marks.open_marks(tx, [row["unit_id"] for row in rows], suite=suite, public=True)
    total, more = unit_lists.count_public(
        tx, command, area=area, suite=suite, most=_COUNTED_IN_PUBLIC
    )
    return PublicUnitPage(
        kind=kind.id,
        kind_text=kind.name,
        area=command.area,
        area_text=division_text(area),
        clause=kind.clause,
        total=total,
        total_more=more,
        items=tuple(_public(pack, kind, row, borne.get(row["unit_id"], [])) for row in rows),
        next_after=after,
    )


def _kind(tx: Tx, pack: Pack, kind: UnitKind) -> KindForm:
    return KindForm(
        kind=kind.id,
        name=kind.name,
        identifier=kind.identifier,
        clause=kind.clause,
        pilot=kind.pilot,
        open=is_open(tx, pack, kind),
        fields=tuple(_field(pack, spec) for spec in kind.fields),
        subtypes=_choices(kind.subtypes),
    )


def _field(pack: Pack, spec: FieldSpec) -> FieldForm:
    return FieldForm(
        name=column_of(spec.name),
        says=spec.says,
        form=spec.form,
        required=spec.required,
        choices=_choices(options_of(spec, pack.lists)),
    )


def _choices(items: tuple[ListItem, ...]) -> tuple[Choice, ...]:
    return tuple(Choice(id=item.id, says=item.says) for item in items)


def _public(pack: Pack, kind: UnitKind, row: Row, borne: list[Row]) -> PublicUnit:
    shown = [
        spec
        for spec in kind.fields
        if spec.name in kind.public and column_of(spec.name) not in _IN_ITS_OWN_PLACE
    ]
    facts = [PublicFact(says=s.says, value=_said(pack, row, s)) for s in shown]
    if kind.subtypes and SUBTYPE in row["details"]:
        words = {item.id: item.says for item in kind.subtypes}
        subtype = row["details"][SUBTYPE]
        facts.insert(0, PublicFact(says="类别", value=words.get(subtype, subtype)))
    return PublicUnit(
        unit_id=row["unit_id"],
        name_text=row["name_text"],
        division=row["division"],
        division_text=division_text(row["division"]),
        address=row["address"],
        opened_on=row["starts_on"],
        facts=tuple(fact for fact in facts if fact.value),
        marks=tuple(mark_view(mark).model_copy(update={"reason": ""}) for mark in borne),
    )


def _said(pack: Pack, row: Row, spec: FieldSpec) -> str:
    """A field's value in words."""
    column = column_of(spec.name)
    value = row["details"].get(column, "") if column not in row else row[column]
    if value in (None, ""):
        return ""
    words = {item.id: item.says for item in options_of(spec, pack.lists)}
    words |= {"true": "是", "false": "否"} if spec.form == "flag" else {}
    return words.get(str(value), str(value))
