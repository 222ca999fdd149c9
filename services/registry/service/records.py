"""The record book: records, gaps and work items."""

from __future__ import annotations

from services.registry.handlers import (
    gaps,
    records,
    records_counting,
    records_files,
    records_kinds,
    records_reading,
    work_items,
)
from shared.contracts import registry_records as book
from shared.contracts.message import Shape
from shared.messaging.answer import accepts
from shared.messaging.tx import Tx


class Records:
    """The record book: records, gaps and work items."""

    @accepts(book.SaveRecord)
    def save_record(self, tx: Tx, command: book.SaveRecord) -> Shape:
        """Write a record; the writer's own number a second time amends it."""
        return records.save_record(tx, command)

    @accepts(book.SaveRecords)
    def save_records(self, tx: Tx, command: book.SaveRecords) -> Shape:
        """Write many: a row with errors stays out, whatever becomes of the others."""
        return records.save_records(tx, command)

    @accepts(book.AmendRecord)
    def amend_record(self, tx: Tx, command: book.AmendRecord) -> Shape:
        """Replace what a record says; one changed meanwhile is refused."""
        return records.amend_record(tx, command)

    @accepts(book.MoveRecord)
    def move_record(self, tx: Tx, command: book.MoveRecord) -> Shape:
        """Bring a record into another of its states."""
        return records.move_record(tx, command)

    @accepts(book.EndRecord)
    def end_record(self, tx: Tx, command: book.EndRecord) -> Shape:
        """Say when what lasted came to its end."""
        return records.end_record(tx, command)

    @accepts(book.VoidRecord)
    def void_record(self, tx: Tx, command: book.VoidRecord) -> Shape:
        """Void a record: it stays readable with the reason, and counts no more."""
        return records.void_record(tx, command)

    @accepts(book.GetRecord)
    def get_record(self, tx: Tx, command: book.GetRecord) -> Shape:
        """A record with its history and what belongs to it."""
        return records_reading.get_record(tx, command)

    @accepts(book.FindRecords)
    def find_records(self, tx: Tx, command: book.FindRecords) -> Shape:
        """A page of records."""
        return records_reading.find_records(tx, command)

    @accepts(book.ExportRecords)
    def export_records(self, tx: Tx, command: book.ExportRecords) -> Shape:
        """A large page of exactly what is filtered."""
        return records_reading.export_records(tx, command)

    @accepts(book.CountRecords)
    def count_records(self, tx: Tx, command: book.CountRecords) -> Shape:
        """Figures of what is filtered, in all and for each group."""
        return records_counting.count_records(tx, command)

    @accepts(book.ListRecordKinds)
    def list_record_kinds(self, tx: Tx, command: book.ListRecordKinds) -> Shape:
        """The kinds a person may see, their fields and lists in words."""
        return records_kinds.list_record_kinds(tx, command)

    @accepts(book.ReadUnitFile)
    def read_unit_file(self, tx: Tx, command: book.ReadUnitFile) -> Shape:
        """Every record about a unit, by group and by who wrote it."""
        return records_files.read_unit_file(tx, command)

    @accepts(book.PublicRecords)
    def public_records(self, tx: Tx, command: book.PublicRecords) -> Shape:
        """What a place publishes; anybody may read it."""
        return records_files.public_records(tx, command)

    @accepts(book.FindGaps)
    def find_gaps(self, tx: Tx, command: book.FindGaps) -> Shape:
        """What is missing, whose, and since when."""
        return gaps.find_gaps(tx, command)

    @accepts(book.GetWorkPlan)
    def get_work_plan(self, tx: Tx, command: book.GetWorkPlan) -> Shape:
        """What a creating unit works on, item by item."""
        return work_items.get_work_plan(tx, command)

    @accepts(book.SetWorkItem)
    def set_work_item(self, tx: Tx, command: book.SetWorkItem) -> Shape:
        """Say how far an item of a unit's work is."""
        return work_items.set_work_item(tx, command)
