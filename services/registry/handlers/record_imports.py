"""Imports of records: a dry run of every row, then what a second person confirmed is written down."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from services.registry.domain.importing import Outcome, is_blank
from services.registry.domain.record_importing import (
    Column,
    Given,
    as_key,
    changes_in,
    columns_for,
    natural_key,
    read_given,
    version_of,
)
from services.registry.handlers.acts import pack_for
from services.registry.handlers.records import Standing, save_standing
from services.registry.handlers.records_access import home_of, load_kind, may_write, options_of
from services.registry.handlers.records_judging import checked_values
from services.registry.store import record_imports, records
from services.registry.store.units import Row
from shared.contracts.message import Actor
from shared.contracts.refusals import Refused
from shared.contracts.registry_imports import (
    RecordTemplate,
    RecordTemplateView,
    StageRecords,
    TemplateColumn,
)
from shared.contracts.registry_records import RecordEntry
from shared.contracts.registry_records_answers import Choice
from shared.messaging.tx import Tx
from shared.policy.programme import RecordKind

SET_SIZE = 200
APP_NUMBER = "app_id"  # the field of a kind that is exchanged with another application


def record_template(tx: Tx, command: RecordTemplate) -> RecordTemplateView:
    """The columns of a kind's import file under the pack at work here."""
    kind, columns = layout_of(tx, command.kind, status=404)
    return RecordTemplateView(
        kind=kind.id,
        kind_text=kind.name,
        clause=kind.clause,
        version=version_of(kind, columns),
        may_write=may_write(tx.actor, kind),
        columns=tuple(
            TemplateColumn(
                name=column.name,
                heading=column.heading,
                form=column.form,
                required=column.required,
                choices=tuple(Choice(id=o.id, says=o.says) for o in column.options),
            )
            for column in columns
        ),
    )


def layout_of(tx: Tx, kind_id: str, *, status: int = 422) -> tuple[RecordKind, tuple[Column, ...]]:
    """A kind of the pack at work here, and the columns of its file."""
    pack = pack_for(tx, tx.actor.node)
    kind = load_kind(pack, kind_id, status=status)
    return kind, columns_for(kind, options_of(pack, kind.fields))


def need_writer(tx: Tx, kind: RecordKind) -> None:
    """Refuse whoever may not write records of the kind, and units: they write one by one."""
    if tx.actor.unit_id or not may_write(tx.actor, kind):
        says = f"按规定，“{kind.name}”不由您成批记录"
        raise Refused("not_allowed", says, kind.clause, 403)


def external_of(system: str, number: str) -> str:
    """A number as a record keeps it: another application's are told apart by its name."""
    return f"{system}:{number}" if system and number else number


@dataclass
class RecordChunk:
    """One chunk being judged; what it writes on the way is taken back by `stage`."""

    tx: Tx
    kind: RecordKind
    columns: tuple[Column, ...]
    import_id: str
    system: str = ""
    seen: dict[str, int] = field(default_factory=dict)

    def stage(self, command: StageRecords) -> int:
        """Judge and keep the findings of every row that is not blank."""
        given = [
            read_given(self.kind, self.columns, command.columns, cells, number)
            for number, cells in enumerate(command.rows, start=command.first_row)
            if not is_blank(cells)
        ]
        with records.tried(self.tx, keep=False):
            staged = [self._staged(one) for one in given]
        record_imports.add_rows(self.tx, staged)
        return len(command.rows)

    def _staged(self, given: Given) -> dict[str, Any]:
        row: dict[str, Any] = {
            "import_id": self.import_id, "row": given.row, "outcome": Outcome.ERROR, "says": [],
            "changes": {}, "name_text": given.unit_name or given.unit, "code": given.external_id,
            "unit_id": "", "key": "", "record_id": "", "seen_revision": None, "entered": False,
            "likely": False, "entry": {},
        }  # fmt: skip
        if given.errors:
            return row | {"says": list(given.errors)}
        try:
            return row | self._judged(given)
        except Refused as refused:
            says = [error["says"] for error in refused.errors] or [refused.says]
            return row | {"says": says}

    def _judged(self, given: Given) -> dict[str, Any]:
        standing = standing_of(self.tx, self.kind, given, self.system)
        key = standing.key
        if key not in self.seen:
            self.seen |= record_imports.rows_by_key(self.tx, self.import_id, [key])
        if key in self.seen:
            told = f"与本文件第 {self.seen[key]} 行是同一条：请只保留一行，或用“外部编号”区分"
            return {"outcome": Outcome.CONFLICT, "says": [told]}
        self.seen[key] = given.row
        held = standing.held
        before = (held["content"], held["revision"]) if held else ({}, None)
        saved, changed = save_standing(self.tx, standing)
        outcome = Outcome.NEW if held is None else Outcome.CHANGED if changed else Outcome.UNCHANGED
        return {
            "outcome": outcome,
            "says": [warning["says"] for warning in saved["warnings"]] if changed else [],
            "changes": changes_in(self.kind, before[0], saved["content"]) if held else {},
            "name_text": saved["title"],
            "unit_id": saved["unit_id"] or "",
            "key": key,
            "record_id": held["record_id"] if held else "",
            "seen_revision": before[1],
            "entry": standing.entry.model_dump(mode="json"),
        }


def standing_of(tx: Tx, kind: RecordKind, given: Given, system: str = "") -> Standing:
    """The entry a row means, and the record there is already: by its number, else by what it says."""
    entry = RecordEntry(
        kind=kind.id,
        unit_id=(given.unit or given.unit_name) if kind.about == "unit" else "",
        parent_id=given.parent_id,
        on=given.on,
        ends_on=given.ends_on,
        year=given.year,
        state=given.state,
        values={**given.values, **_app_number(kind, given, system)},
        external_id=external_of(system, given.external_id),
    )
    return found_standing(tx, entry)


def found_standing(tx: Tx, entry: RecordEntry) -> Standing:
    """An entry with its place, its law and the record there is already."""
    home = home_of(tx, entry)
    kind = home.kind
    about = {
        "kind": kind.id,
        "node": home.node,
        "unit_id": home.unit["unit_id"] if home.unit else None,
        "parent_id": home.parent["record_id"] if home.parent else None,
        "on": entry.on,
    }
    read = checked_values(tx, home.pack, kind.fields, entry.values, state=entry.state)
    natural = natural_key(kind, read.values)
    held = None
    if entry.external_id:
        held = records.find_external(
            tx, kind=kind.id, node=home.node, external_id=entry.external_id
        )
        key = as_key("number", entry.external_id)
    else:
        held = record_imports.find_same(tx, about, natural) if natural else None
        key = as_key(about, natural)
    return Standing(entry, home, held, key)


def _app_number(kind: RecordKind, given: Given, system: str) -> dict[str, str]:
    """Kinds that are exchanged show the other application's number in a field of their own."""
    has_field = any(spec.name == APP_NUMBER for spec in kind.fields)
    return {APP_NUMBER: given.external_id} if system and given.external_id and has_field else {}


def enter_next(tx: Tx, batch: Row) -> bool:
    """Write down the next rows in the name of whoever prepared them; False when none is left."""
    confirmed_by = tx.actor
    tx.actor = Actor.model_validate(batch["stager"])
    try:
        rows = record_imports.due_rows(tx, batch["import_id"], SET_SIZE)
        for row in rows:
            said = _enter(tx, row)
            values = {"entered": True} | ({"outcome": "conflict", "says": [said]} if said else {})
            record_imports.save_row(tx, batch["import_id"], row["row"], values)
    finally:
        tx.actor = confirmed_by
    return len(rows) == SET_SIZE


def _enter(tx: Tx, row: Row) -> str:
    """Write a row down; why it could not be, or ""."""
    try:
        standing = found_standing(tx, RecordEntry.model_validate(row["entry"]))
        revision = standing.held["revision"] if standing.held else None
        if revision != row["seen_revision"]:
            return "预检之后这条记录已被登记或修改：请重新导入这一行"
        save_standing(tx, standing)
    except Refused as refused:
        return refused.says
    return ""
