"""Records as people read them: every value in words, by the law the record was made under."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.registry.domain.record_contents import Share, references, shares
from services.registry.handlers.records_access import (
    concerns,
    may_change,
    node_text,
    options_of,
)
from services.registry.store import plans, records
from services.registry.store.units import Row
from shared.contracts.registry_records_answers import (
    FieldText,
    RecordPast,
    RecordView,
    ShareView,
)
from shared.messaging.tx import Tx
from shared.policy.pack import Pack
from shared.policy.programme import FieldSpec, ListItem, RecordKind
from shared.runtime import packs

YES_NO = {"true": "是", "false": "否", "True": "是", "False": "否"}
_PLAIN = (
    "record_id", "kind", "node", "title", "year", "ends_on", "state", "marks", "warnings", "side",
    "body", "external_id", "decision_id", "revision", "written_at", "written_by",
    "written_by_name", "amended_at", "voided_at", "void_reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Names:
    """Names of what records refer to, fetched at once."""

    units: Mapping[str, str]
    documents: Mapping[str, str]
    parents: Mapping[str, str]


def record_view(tx: Tx, row: Row) -> RecordView:
    """One record."""
    return record_views(tx, [row])[0]


def record_views(tx: Tx, rows: Sequence[Row], *, about: str = "") -> tuple[RecordView, ...]:
    """Many records; what they refer to is fetched in one go.

    `about`: the unit in whose file they are read; of another office's records that name it, only
    what concerns this unit is shown.
    """
    laws = {row["fingerprint"]: packs.pinned(tx, row["fingerprint"]) for row in rows}
    kinds = [laws[row["fingerprint"]].records[row["kind"]] for row in rows]
    held = [(kind.fields, row["content"]) for kind, row in zip(kinds, rows, strict=True)]
    names = names_for(
        tx,
        held,
        units=[row["unit_id"] for row in rows],
        parents=[row["parent_id"] for row in rows],
    )
    return tuple(
        _seen(tx, row, _view(tx, row, laws[row["fingerprint"]], kind, names), kind, about)
        for row, kind in zip(rows, kinds, strict=True)
    )


def names_for(
    tx: Tx,
    held: Sequence[tuple[tuple[FieldSpec, ...], Mapping[str, Any]]],
    *,
    units: Sequence[str | None] = (),
    parents: Sequence[str | None] = (),
) -> Names:
    """The names of every unit, document and record that these values refer to."""
    named = [unit_id for unit_id in units if unit_id]
    documents: list[str] = []
    for fields, values in held:
        named += references(fields, values, "unit", "units")
        documents += references(fields, values, "document")
    found = plans.list_documents(tx, list(dict.fromkeys(documents))) if documents else ()
    return Names(
        units=records.unit_names(tx, named),
        documents={row["document_id"]: row["title"] for row in found},
        parents=records.titles_of(tx, [parent or "" for parent in parents]),
    )


def _view(tx: Tx, row: Row, pack: Pack, kind: RecordKind, names: Names) -> RecordView:
    values = row["content"]
    return RecordView(
        **{name: row[name] for name in _PLAIN},
        kind_text=kind.name,
        group=kind.group,
        about=kind.about,
        clause=kind.clause,
        node_text=node_text(row["node"]),
        unit_id=row["unit_id"] or "",
        unit_text=names.units.get(row["unit_id"] or "", ""),
        parent_id=row["parent_id"] or "",
        parent_text=names.parents.get(row["parent_id"] or "", ""),
        on=row["happened_on"],
        state_text=state_text(kind, row["state"]),
        is_open=_is_open(tx, row),
        values=values,
        fields=field_texts(kind.fields, options_of(pack, kind.fields), values, names),
        ratios=share_views(shares(kind.ratios, values)),
        may=_may(tx, row, kind),
    )


def _is_open(tx: Tx, row: Row) -> bool:
    ended = row["ends_on"] is not None and row["ends_on"] < tx.today
    return row["voided_at"] is None and not row["closed"] and not ended


def _may(tx: Tx, row: Row, kind: RecordKind) -> tuple[str, ...]:
    if not may_change(tx.actor, row, kind):
        return ()
    ending = kind.lasts and row["ends_on"] is None
    moving = bool(kind.states)
    return tuple(
        name
        for name, offered in (("move", moving), ("amend", True), ("end", ending), ("void", True))
        if offered
    )


def _seen(tx: Tx, row: Row, told: RecordView, kind: RecordKind, about: str) -> RecordView:
    """A record that names several is shown to one of them without the others and the people."""
    mine = tx.actor.unit_id or about
    if not mine or concerns(tx.actor, row) or row["state"] in kind.shared:
        return told
    forms = {spec.name: spec.form for spec in kind.fields}
    values = {n: v for n, v in told.values.items() if forms[n] not in ("person", "people")}
    values |= {n: (mine,) for n in values if forms[n] == "units"}
    own = records.unit_names(tx, [mine]).get(mine, "")
    fields = tuple(
        text.model_copy(update={"text": own, "parts": (own,)}) if text.form == "units" else text
        for text in told.fields
        if text.name in values
    )
    return told.model_copy(update={"values": values, "fields": fields})


def state_text(kind: RecordKind, state: str) -> str:
    """A state in words, "" for kinds without states."""
    return next((item.says for item in kind.states if item.id == state), state)


def field_texts(
    fields: Sequence[FieldSpec],
    options: Mapping[str, tuple[ListItem, ...]],
    values: Mapping[str, Any],
    names: Names,
) -> tuple[FieldText, ...]:
    """Every filled field in words, in the pack's order."""
    return tuple(
        _text(spec, options.get(spec.name, ()), values[spec.name], names)
        for spec in fields
        if spec.name in values
    )


def _text(spec: FieldSpec, options: Sequence[ListItem], value: Any, names: Names) -> FieldText:
    parts: tuple[str, ...] = ()
    if isinstance(value, list):
        parts = tuple(_word(spec.form, options, part, names) for part in value)
        text = "、".join(parts)
    elif isinstance(value, dict):
        text = str(value.get("name", ""))
    else:
        text = _word(spec.form, options, value, names)
    return FieldText(name=spec.name, says=spec.says, form=spec.form, text=text, parts=parts)


def _word(form: str, options: Sequence[ListItem], value: Any, names: Names) -> str:
    text = str(value)
    if form in ("choice", "choices"):
        return next((item.says for item in options if item.id == text), text)
    if form == "flag":
        return YES_NO.get(text, text)
    if form == "money":
        return f"{Decimal(text):,.2f}"
    if form == "node":
        return node_text(text)
    if form in ("unit", "units"):
        return names.units.get(text, text)
    return names.documents.get(text, text) if form == "document" else text


def share_views(found: Sequence[Share]) -> tuple[ShareView, ...]:
    """Shares with their words."""
    return tuple(ShareView(id=s.id, says=s.says, percent=s.percent) for s in found)


def past_views(tx: Tx, row: Row, history: Sequence[Row]) -> tuple[RecordPast, ...]:
    """The revisions of a record, newest first, each in the words of the law it was made under."""
    pack = packs.pinned(tx, row["fingerprint"])
    kind = pack.records[row["kind"]]
    options = options_of(pack, kind.fields)
    names = names_for(tx, [(kind.fields, past["content"]) for past in history])
    return tuple(
        RecordPast(
            **{
                name: past[name]
                for name in (
                    "revision", "what", "ends_on", "state", "rules", "reason", "decision_id",
                    "learned_at", "by_name",
                )
            },
            on=past["happened_on"],
            state_text=state_text(kind, past["state"]),
            fields=field_texts(kind.fields, options, past["content"], names),
        )
        for past in history
    )  # fmt: skip
