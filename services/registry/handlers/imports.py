"""Imports: a dry run of every row, then a second person lets them enter as sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.registry.domain.importing import (
    Finding,
    Outcome,
    ReadRow,
    changes_between,
    is_blank,
    read_row,
)
from services.registry.domain.search import name_key
from services.registry.handlers.acts import Note, fact, need, need_area, notes, pack_for
from services.registry.handlers.units import division_fault, entry_values
from services.registry.handlers.views import entered
from services.registry.store import imports, units
from services.registry.store.units import Row
from shared.contracts.message import Actor
from shared.contracts.refusals import Refused
from shared.contracts.registry import (
    ConfirmImport,
    DiscardImport,
    GetImport,
    ListImports,
    StageImport,
    UnitEntry,
)
from shared.contracts.registry_answers import ImportReport, ImportRow
from shared.contracts.scalars import area_of, covers, kind_text
from shared.messaging.tx import Tx
from shared.policy.assess import assess, need_gate
from shared.policy.pack import Pack

SET_SIZE = 5_000


def stage_import(tx: Tx, command: StageImport) -> ImportReport:
    """Judge a chunk of rows and keep the findings; nothing enters the register."""
    need(tx, "clerk")
    need_area(tx, area_of(tx.actor.node))
    pack = pack_for(tx, tx.actor.node)
    import_id = command.import_id or _open(tx, command, pack)
    batch = imports.load_batch(tx, import_id, lock=True)
    if batch["status"] != "staging" or batch["staged_by"] != tx.actor.id:
        raise Refused("import_not_open", "该批次已经预检完毕，不能再添加行：请另建一批")
    chunk = _Chunk(tx, pack, import_id)
    imports.add_rows(tx, chunk.judged(command))
    seen = batch["rows_seen"] + len(command.rows)
    status = "staged" if command.is_last else "staging"
    imports.save_batch(tx, import_id, {"rows_seen": seen, "status": status})
    return _report(tx, import_id, outcomes=("conflict", "error", "changed"))


def confirm_import(tx: Tx, command: ConfirmImport) -> ImportReport:
    """Let the first 5,000 rows of each outcome enter; the rest follow while it is "entering"."""
    need(tx, "clerk", "reviewer")
    batch = imports.load_batch(tx, command.import_id, lock=True)
    if batch["staged_by"] == tx.actor.id:
        raise Refused(
            "second_person_needed",
            "导入须由另一人确认：预检人不能确认自己的批次，请交给同一办公室的另一位同事",
        )
    if batch["status"] != "staged":
        raise Refused("import_not_staged", "该批次不在待确认状态，不能确认")
    imports.save_batch(tx, command.import_id, {"confirmed_at": tx.now, "confirmed_by": tx.actor.id})
    _enter_next(tx, command.import_id)
    return _report(tx, command.import_id, outcomes=("conflict", "error"))


def go_on_entering(tx: Tx) -> bool:
    """One more set of an import that was confirmed; False when none is under way.

    Whoever confirmed it acts, at the time of confirming: a large file is one act.
    """
    batch = imports.take_entering(tx)
    if batch is None:
        return False
    who = batch["confirmed_by"]
    tx.actor = Actor(id=who, name=who, node=batch["node"], roles=("reviewer",))
    tx.now = batch["confirmed_at"]
    _enter_next(tx, batch["import_id"])
    return True


def discard_import(tx: Tx, command: DiscardImport) -> ImportReport:
    """Drop an import that has not begun to enter."""
    need(tx, "clerk", "reviewer")
    batch = imports.load_batch(tx, command.import_id, lock=True)
    if batch["status"] not in ("staging", "staged"):
        raise Refused("import_not_staged", "该批次已经确认或作废，不能作废")
    imports.save_batch(
        tx,
        command.import_id,
        {
            "status": "discarded",
            "discarded_at": tx.now,
            "discarded_by": tx.actor.id,
            "reason": command.reason,
        },
    )
    return _report(tx, command.import_id)


def get_import(tx: Tx, command: GetImport) -> ImportReport:
    """The findings of an import."""
    need(tx, "clerk", "reviewer")
    rows = imports.list_rows(
        tx,
        command.import_id,
        outcomes=command.outcomes,
        after_row=command.after_row,
        limit=command.limit,
    )
    return _view(tx, imports.load_batch(tx, command.import_id), rows)


def list_imports(tx: Tx, command: ListImports) -> dict[str, Any]:
    """The newest imports of the actor's area."""
    need(tx, "clerk", "reviewer")
    batches = imports.list_batches(tx, command.status)
    return {"imports": [_view(tx, batch, ()) for batch in batches]}


def _open(tx: Tx, command: StageImport, pack: Pack) -> str:
    import_id = tx.new_id("import")
    imports.add_batch(
        tx,
        {
            "import_id": import_id,
            "status": "staging",
            "node": tx.actor.node,
            "file_name": command.file_name,
            "file_digest": command.file_digest,
            "fingerprint": pack.fingerprint,
            "rows_seen": 0,
            "staged_at": tx.now,
            "staged_by": tx.actor.id,
            "staged_by_name": tx.actor.name,
        },
    )
    return import_id


@dataclass
class _Chunk:
    """One chunk being judged: what the register and the rows before it already hold."""

    tx: Tx
    pack: Pack
    import_id: str
    by_code: dict[str, Row] = field(default_factory=dict)
    by_name: dict[tuple[str, str, str], Row] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    divisions: dict[str, str] = field(default_factory=dict)
    gates: dict[tuple[str, bool], tuple[str, ...]] = field(default_factory=dict)

    def judged(self, command: StageImport) -> list[dict[str, Any]]:
        """Every row that is not blank, judged."""
        read = [
            read_row(command.columns, cells, number, self.pack.kinds)
            for number, cells in enumerate(command.rows, start=command.first_row)
            if not is_blank(cells)
        ]
        codes = [row.code for row in read]
        leaderless = [row for row in read if row.entry and not row.code]
        self.by_code = units.find_by_codes(self.tx, codes)
        self.by_name = units.find_by_names(
            self.tx, [name_key(row.entry.name_text) for row in leaderless if row.entry]
        )
        self.seen = imports.rows_by_code(self.tx, self.import_id, codes)
        return [self._staged(row) for row in read]

    def _staged(self, row: ReadRow) -> dict[str, Any]:
        finding = self._finding(row)
        held = self._held(row)
        values = {**_BLANK, "code": row.code, "name_text": row.values.get("name_text", "")[:300]}
        if row.entry is not None and finding.outcome in (Outcome.NEW, Outcome.CHANGED):
            entry = row.entry if held is None else _merged(held, row.entry)
            kind = self.pack.kinds[entry.kind]
            code = held["code"] if held else ""
            values = entry_values(self.tx, entry, kind, held_code=code)
        return {
            **values,
            "grams": tuple(values["grams"]),
            "import_id": self.import_id,
            "row": row.row,
            "unit_id": finding.unit_id or self.tx.new_id("unit"),
            "outcome": finding.outcome,
            "says": list(finding.says),
            "changes": {name: list(pair) for name, pair in finding.changes.items()},
            "seen_revision": held["revision"] if held else None,
            "entered": False,
        }

    def _held(self, row: ReadRow) -> Row | None:
        if row.entry is None:
            return None
        if row.code:
            return self.by_code.get(row.code)
        key = (row.entry.kind, name_key(row.entry.name_text), row.entry.division[:6])
        return self.by_name.get(key)

    def _finding(self, row: ReadRow) -> Finding:
        says = [fault.says for fault in row.faults]
        if row.entry is None:
            return Finding(row.row, Outcome.ERROR, tuple(says))
        says += self._area_faults(row.entry)
        says += () if says else self._rules(row.entry)
        if says:
            return Finding(row.row, Outcome.ERROR, tuple(says))
        if earlier := self._earlier(row):
            doubled = (f"与本文件第 {earlier} 行是同一单位：请只保留一行",)
            return Finding(row.row, Outcome.CONFLICT, doubled)
        held = self._held(row)
        return (
            Finding(row.row, Outcome.NEW) if held is None else self._against(row.entry, held, row)
        )

    def _earlier(self, row: ReadRow) -> int | None:
        assert row.entry is not None  # noqa: S101  narrowed by the caller
        key = row.code or f"{row.entry.kind}/{name_key(row.entry.name_text)}/{row.entry.division}"
        earlier = self.seen.get(key)
        self.seen.setdefault(key, row.row)
        return earlier

    def _against(self, entry: UnitEntry, held: Row, row: ReadRow) -> Finding:
        if not covers(area_of(self.tx.actor.node), held["division"]):
            says = "该代码已由其他区登记：请与市级三方办公室核对单位所在地"
        elif held["kind"] != entry.kind:
            says = f"该代码已按“{kind_text(held['kind'])}”登记，类型不同：请核对"
        elif held["standing"] == "closed":
            says = "该单位已注销：如重新参加，请逐户办理"
        else:
            changes = changes_between(held, entry)
            outcome = Outcome.CHANGED if changes else Outcome.UNCHANGED
            return Finding(row.row, outcome, (), held["unit_id"], changes)
        return Finding(row.row, Outcome.CONFLICT, (says,))

    def _area_faults(self, entry: UnitEntry) -> list[str]:
        code = entry.division
        if code not in self.divisions:
            fault = division_fault(self.tx, code)
            if not fault and not covers(area_of(self.tx.actor.node), code):
                fault = f"行政区划“{code}”不在您的管辖区域内"
            self.divisions[code] = fault
        return [self.divisions[code]] if self.divisions[code] else []

    def _rules(self, entry: UnitEntry) -> tuple[str, ...]:
        """The gate's refusals, judged once for rows that give it the same facts."""
        has_number = self.pack.kinds[entry.kind].identifier == "project_number"
        key = (entry.kind, has_number)
        if key not in self.gates:
            tx = self.tx
            facts = [
                fact(tx, "unit.kind", entry.kind),
                fact(tx, "unit.code_valid", value=True),
                fact(tx, "unit.has_project_number", has_number),
            ]
            found = assess(need_gate(self.pack, "unit.register", entry.kind), facts, tx.today)
            self.gates[key] = tuple(o.says for o in (*found.hard_unmet, *found.unknown))
        return self.gates[key]


_BLANK: Mapping[str, Any] = {
    **dict.fromkeys(("kind", "name_key", "sort_key", "division", "address", "industry"), ""),
    **dict.fromkeys(("size", "leader_code", "contact_name", "contact_phone"), ""),
    **dict.fromkeys(("headcount", "revenue", "assets", "starts_on", "ends_on")),
    "grams": [],
    "details": {},
}


def _merged(held: Row, entry: UnitEntry) -> UnitEntry:
    """The register's entry with what the row fills in; a blank cell changes nothing."""
    names = [name for name in UnitEntry.model_fields if name not in ("kind", "code", "details")]
    given = {name: getattr(entry, name) for name in names}
    kept = {name: given[name] if given[name] not in (None, "") else held[name] for name in names}
    details = {**held["details"], **entry.details}
    return UnitEntry(kind=held["kind"], code=held["code"], details=details, **kept)


def _enter_next(tx: Tx, import_id: str) -> None:
    for outcome in ("new", "changed"):
        _enter(tx, import_id, outcome)
    status = "entering" if imports.rows_left(tx, import_id) else "confirmed"
    imports.save_batch(tx, import_id, {"status": status})


def _enter(tx: Tx, import_id: str, outcome: str) -> None:
    ids = imports.enter_rows(tx, import_id, outcome=outcome, some=SET_SIZE)
    if not ids:
        return
    tied = imports.link_leaders(tx, import_id)
    what = "unit.entered" if outcome == "new" else "unit.amended"
    says = "批量导入登记" if outcome == "new" else "批量导入更新登记"
    for row in units.list_by_ids(tx, [*ids, *tied]):
        tx.emit(entered(row))
    entry = Note(what, says, tx.today, document=import_id)
    notes(tx, [(unit_id, entry, {}) for unit_id in ids])


def _report(tx: Tx, import_id: str, outcomes: Sequence[str] = ()) -> ImportReport:
    rows = (
        imports.list_rows(tx, import_id, outcomes=outcomes, after_row=0, limit=500)
        if outcomes
        else ()
    )
    return _view(tx, imports.load_batch(tx, import_id), rows)


def _view(tx: Tx, batch: Row, rows: Sequence[Row]) -> ImportReport:
    return ImportReport(
        import_id=batch["import_id"],
        status=batch["status"],
        file_name=batch["file_name"],
        staged_at=batch["staged_at"],
        staged_by=batch["staged_by"],
        staged_by_name=batch["staged_by_name"],
        confirmed_at=batch["confirmed_at"],
        confirmed_by=batch["confirmed_by"],
        counts={
            **dict.fromkeys([str(o) for o in Outcome], 0),
            **imports.count_rows(tx, batch["import_id"]),
        },
        rows=tuple(
            ImportRow(
                row=row["row"],
                outcome=row["outcome"],
                name_text=row["name_text"],
                code=row["code"],
                unit_id=row["unit_id"],
                says=tuple(row["says"]),
                changes={name: (pair[0], pair[1]) for name, pair in row["changes"].items()},
            )
            for row in rows
        ),
    )
