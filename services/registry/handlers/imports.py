"""Imports: a dry run of every row, then a second person lets them enter as sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.registry.domain.importing import Outcome
from services.registry.handlers import record_imports
from services.registry.handlers.acts import Note, need, need_area, notes, pack_for
from services.registry.handlers.doubles import look_for_doubles
from services.registry.handlers.exchange import need_system
from services.registry.handlers.import_reading import Reading
from services.registry.handlers.import_rows import Chunk, repeats
from services.registry.handlers.leaders import tie_by_entry, tie_waiting
from services.registry.handlers.unit_entries import searched
from services.registry.handlers.views import entered
from services.registry.store import (
    import_entering,
    import_findings,
    import_packs,
    imports,
    units,
)
from services.registry.store import record_imports as record_rows
from services.registry.store.units import Row
from shared.contracts.message import Actor
from shared.contracts.refusals import Refused
from shared.contracts.registry import (
    ConfirmImport,
    DiscardImport,
    GetImport,
    ListImports,
    StageImport,
)
from shared.contracts.registry_answers import ImportReport, ImportRow
from shared.contracts.registry_imports import StageRecords
from shared.contracts.scalars import area_of
from shared.messaging.tx import Tx
from shared.policy.pack import Pack

SET_SIZE = 250  # a set holds what it changes: others wait a quarter of a second, not five


def stage_import(tx: Tx, command: StageImport) -> ImportReport:
    """Judge a chunk of rows and keep the findings; nothing enters the register."""
    need(tx, "clerk")
    need_area(tx, area_of(tx.actor.node))
    pack = pack_for(tx, tx.actor.node)
    need_system(tx, command.system)
    with Reading(command, pack) as reading:  # a large chunk is read apart from here on
        import_id = command.import_id or _open(tx, command, pack)
        imports.announce(tx, import_id, command.up_to)
        batch = imports.load_batch(tx, import_id)
        _need_staging(tx, batch)
        if batch["record_kind"]:
            raise Refused("import_not_open", "这一批是工作记录，不能添加单位：请另建一批")
        first, count = command.first_row, len(command)
        if import_packs.has_rows(tx, import_id, first, count):
            raise Refused("rows_already_staged", "这些行已经收到：请不要重复提交")
        chunk = Chunk(tx, pack, reading.read(), import_id)
        plain, others = chunk.judged(batch["system"])
        kept = dict(zip(plain.rows, plain.codes, strict=True))
        import_packs.add_pack(tx, import_id, first, count, kept, reading.packed)
        imports.add_rows(tx, import_id, others)
    batch = _turn(tx, import_id, command.after)
    seen = batch["rows_seen"] + reading.count
    if not command.is_last:
        imports.save_batch(tx, import_id, {"rows_seen": seen})
        return view(tx, {**batch, "rows_seen": seen}, (), counted=False)
    _tell_repeated(tx, import_id)
    imports.save_batch(tx, import_id, {"rows_seen": seen, "status": "staged"})
    return _report(tx, import_id, outcomes=("conflict", "error", "changed"))


def stage_records(tx: Tx, command: StageRecords) -> ImportReport:
    """Judge a chunk of rows of a kind of record and keep the findings; nothing is written down."""
    kind, columns = record_imports.layout_of(tx, command.kind)
    record_imports.need_writer(tx, kind)
    need_system(tx, command.system)
    import_id = command.import_id or _open(tx, command, pack_for(tx, tx.actor.node))
    batch = _turn(tx, import_id, command.after)
    if batch["record_kind"] != kind.id:
        raise Refused("import_not_open", "这一批不是这种记录，不能添加行：请另建一批")
    chunk = record_imports.RecordChunk(tx, kind, columns, import_id, batch["system"])
    seen = batch["rows_seen"] + chunk.stage(command)
    if not command.is_last:
        imports.save_batch(tx, import_id, {"rows_seen": seen})
        return view(tx, {**batch, "rows_seen": seen}, (), counted=False)
    imports.save_batch(tx, import_id, {"rows_seen": seen, "status": "staged"})
    return _report(tx, import_id, outcomes=("conflict", "error", "changed"))


def _turn(tx: Tx, import_id: str, after: int | None) -> Row:
    """The batch, locked, when this chunk is the next of it; one announced before is waited for."""
    batch = imports.wait_for_batch(tx, import_id, after or 0)
    _need_staging(tx, batch)
    if after is not None and after != batch["rows_seen"]:
        raise Refused("import_out_of_turn", "前面的行还没有收到：请按文件的顺序提交")
    return batch


def _need_staging(tx: Tx, batch: Row) -> None:
    if batch["status"] != "staging" or batch["staged_by"] != tx.actor.id:
        raise Refused("import_not_open", "该批次已经预检完毕，不能再添加行：请另建一批")


def _tell_repeated(tx: Tx, import_id: str) -> None:
    """Of rows with one code the first stays; chunks are judged beside one another and cannot tell."""
    repeated = import_findings.repeated_rows(tx, import_id)
    import_packs.take_out(tx, import_id, repeated)
    imports.set_aside(tx, import_id, {row: repeats(first) for row, first in repeated.items()})


def _rows_of(batch: Mapping[Any, Any]) -> Any:
    """Where the rows of a batch are kept."""
    return record_rows if batch["record_kind"] else import_findings


def confirm_import(tx: Tx, command: ConfirmImport, *, some: int = SET_SIZE) -> ImportReport:
    """Let the first `some` rows enter; the rest follow while it is "entering"."""
    need(tx, "clerk", "reviewer", "seat")
    batch = imports.load_batch(tx, command.import_id, lock=True)
    if not batch["record_kind"]:
        need(tx, "clerk", "reviewer")
    if batch["staged_by"] == tx.actor.id:
        raise Refused(
            "second_person_needed",
            "导入须由另一人确认：预检人不能确认自己的批次，请交给同一办公室的另一位同事",
        )
    if batch["status"] != "staged":
        raise Refused("import_not_staged", "该批次不在待确认状态，不能确认")
    imports.save_batch(tx, command.import_id, {"confirmed_at": tx.now, "confirmed_by": tx.actor.id})
    _enter_next(tx, command.import_id, some)
    return _report(tx, command.import_id, outcomes=("conflict", "error"))


def go_on_entering(tx: Tx, *, some: int = SET_SIZE) -> bool:
    """One more set of an import that was confirmed; False when none is under way.

    Whoever confirmed it acts, at the time of confirming: a large file is one act.
    """
    batch = imports.take_entering(tx)
    if batch is None:
        return False
    who = batch["confirmed_by"]
    tx.actor = Actor(id=who, name=who, node=batch["node"], roles=("reviewer",))
    tx.now = batch["confirmed_at"]
    _enter_next(tx, batch["import_id"], some)
    return True


def discard_import(tx: Tx, command: DiscardImport) -> ImportReport:
    """Drop an import that has not begun to enter."""
    need(tx, "clerk", "reviewer", "seat")
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
    need(tx, "clerk", "reviewer", "seat")
    batch = imports.load_batch(tx, command.import_id)
    rows = _rows_of(batch).list_rows(
        tx,
        command.import_id,
        outcomes=command.outcomes,
        likely=command.likely,
        after_row=command.after_row,
        limit=command.limit,
    )
    return view(tx, batch, rows)


def list_imports(tx: Tx, command: ListImports) -> dict[str, Any]:
    """The newest imports of the actor's area."""
    need(tx, "clerk", "reviewer")
    batches = imports.list_batches(tx, command.status)
    return {"imports": [view(tx, batch, ()) for batch in batches]}


def _open(tx: Tx, command: StageImport | StageRecords, pack: Pack) -> str:
    import_id = tx.new_id("import")
    imports.add_batch(
        tx,
        {
            "import_id": import_id,
            "status": "staging",
            "node": tx.actor.node,
            "file_name": command.file_name,
            "file_digest": command.file_digest,
            "system": command.system,
            "record_kind": command.kind if isinstance(command, StageRecords) else "",
            "stager": tx.actor.model_dump(mode="json"),
            "fingerprint": pack.fingerprint,
            "rows_seen": 0,
            "staged_at": tx.now,
            "staged_by": tx.actor.id,
            "staged_by_name": tx.actor.name,
        },
    )
    return import_id


def _enter_next(tx: Tx, import_id: str, some: int) -> None:
    batch = imports.load_batch(tx, import_id)
    if batch["record_kind"]:
        more = record_imports.enter_next(tx, batch)
        imports.save_batch(tx, import_id, {"status": "entering" if more else "confirmed"})
        return
    after = batch["entered_to"]
    stretch = import_entering.next_stretch(tx, import_id, after=after, some=some)
    while import_packs.unpack(tx, import_id, stretch.up_to):
        stretch = import_entering.next_stretch(tx, import_id, after=after, some=some)
    for outcome in ("new", "changed"):
        _enter(tx, import_id, stretch, outcome)
    import_entering.link_numbers(tx, import_id, stretch)
    status = "confirmed" if stretch.is_last else "entering"
    imports.save_batch(tx, import_id, {"status": status, "entered_to": stretch.up_to})


def _enter(tx: Tx, import_id: str, stretch: import_entering.Stretch, outcome: str) -> None:
    due = import_entering.due_rows(tx, import_id, stretch, outcome=outcome)
    keys = [{"unit_id": row["unit_id"], **searched(row["name_text"])} for row in due]
    ids = (
        import_entering.enter_rows(tx, import_id, stretch, outcome=outcome, keys=keys)
        if due
        else []
    )
    if not ids:
        return
    tied = import_entering.link_leaders(tx, import_id)
    pack = pack_for(tx, tx.actor.node)
    tie_by_entry(tx, pack, tied)
    what = "unit.entered" if outcome == "new" else "unit.amended"
    says = "批量导入登记" if outcome == "new" else "批量导入更新登记"
    rows = units.list_by_ids(tx, {*ids, *tied})
    for row in rows:
        tx.emit(entered(row))
    own = [row for row in rows if row["unit_id"] in set(ids)]
    tie_waiting(tx, pack, [row["code"] for row in own])
    look_for_doubles(tx, own, found_by="import")
    entry = Note(what, says, tx.today, document=import_id)
    notes(tx, [(unit_id, entry, {}) for unit_id in ids])


def _report(tx: Tx, import_id: str, outcomes: Sequence[str] = ()) -> ImportReport:
    batch = imports.load_batch(tx, import_id)
    found = _rows_of(batch)
    rows = found.list_rows(tx, import_id, outcomes=outcomes, after_row=0, limit=500)
    return view(tx, batch, rows if outcomes else ())


def view(
    tx: Tx, batch: Mapping[Any, Any], rows: Sequence[Row], *, counted: bool = True
) -> ImportReport:
    """An import as it is told; counting takes long while a large file comes in."""
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
            **(_rows_of(batch).count_rows(tx, batch["import_id"]) if counted else {}),
        },
        record_kind=batch["record_kind"],
        system=batch["system"],
        likely=import_findings.count_likely(tx, batch["import_id"]) if counted else 0,
        rows=tuple(
            ImportRow(
                row=row["row"],
                outcome=row["outcome"],
                name_text=row["name_text"],
                code=row["code"],
                unit_id=row["unit_id"],
                likely=row["likely"],
                says=tuple(row["says"]),
                changes={name: (pair[0], pair[1]) for name, pair in row["changes"].items()},
            )
            for row in rows
        ),
    )
