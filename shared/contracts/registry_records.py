"""The record book: what the registry accepts about records, gaps and work items, and answers.

Which kinds there are, with which fields, is the pack's; `values` are keyed by its field names.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from shared.contracts.message import Command, Shape
from shared.contracts.registry_records_answers import Value

Values = dict[str, Value]


class RecordEntry(Shape):
    """One record as it is written down.

    unit_id      the unit it is about, by id, credit code or its exact name
    node         the office whose record it is; "" for the writer's own
    parent_id    the record it belongs to, for kinds about a record
    on           the day it happened or begins; today when left out
    external_id  the writer's own number: the same one again amends, or changes nothing
    """

    kind: str = Field(min_length=1, max_length=60)
    unit_id: str = ""
    node: str = ""
    parent_id: str = ""
    on: date | None = None
    ends_on: date | None = None
    year: int | None = Field(default=None, ge=1990, le=2200)
    state: str = ""
    values: Values = Field(default_factory=dict)
    external_id: str = Field(default="", max_length=100)


class SaveRecord(Command):
    """Write a record. Answers `RecordView` with the warnings of the rules it did not meet."""

    name: ClassVar[str] = "registry.save_record"

    record: RecordEntry


class SaveRecords(Command):
    """Write many records. Answers `RecordBatch`: rows with errors stay out, the others are kept.

    With `dry_run` nothing is kept; the findings are the same.
    """

    name: ClassVar[str] = "registry.save_records"

    rows: tuple[RecordEntry, ...] = Field(min_length=1, max_length=500)
    dry_run: bool = False


class AmendRecord(Command):
    """Replace what a record says; `revision`: the one seen (If-Match). Answers `RecordView`."""

    name: ClassVar[str] = "registry.amend_record"

    record_id: str
    revision: int
    on: date | None = None
    ends_on: date | None = None
    values: Values
    reason: str = Field(default="", max_length=500)


class MoveRecord(Command):
    """Bring a record into another of its states; `values` are added to what it says.

    Answers `RecordView`; a state that needs a field still empty is 422 naming the field.
    """

    name: ClassVar[str] = "registry.move_record"

    record_id: str
    revision: int
    state: str
    values: Values = Field(default_factory=dict)
    reason: str = Field(default="", max_length=500)


class EndRecord(Command):
    """Say on which day what lasted came to its end. Answers `RecordView`."""

    name: ClassVar[str] = "registry.end_record"

    record_id: str
    revision: int
    ends_on: date
    reason: str = Field(default="", max_length=500)


class VoidRecord(Command):
    """Void a record written by mistake: it stays, with the reason, and counts no more."""

    name: ClassVar[str] = "registry.void_record"

    record_id: str
    revision: int
    reason: str = Field(max_length=500)


class GetRecord(Command):
    """Answers `RecordView` with its history and the records that belong to it."""

    name: ClassVar[str] = "registry.get_record"

    record_id: str


class RecordFilter(Shape):
    """Every filter of the record list.

    values     "field=value", all of them must hold; a field with many values holds it among them
    unit_id    records about the unit and those that name it
    open_only  not ended and not in a closing state, today
    voided     the voided ones instead
    """

    kind: str = ""
    unit_id: str = ""
    node: str = ""
    parent_id: str = ""
    year: int | None = None
    states: tuple[str, ...] = ()
    from_on: date | None = None
    to_on: date | None = None
    values: tuple[str, ...] = ()
    text: str = Field(default="", max_length=100)
    mark: str = ""
    side: str = ""
    open_only: bool = False
    voided: bool = False


RecordSort = Literal["-on", "on", "-written", "written"]


class FindRecords(Command):
    """A page of records by key. Answers `RecordPage`; pass `next_after` on for the next."""

    name: ClassVar[str] = "registry.find_records"

    where: RecordFilter = RecordFilter()
    sort: RecordSort = "-on"
    after: str = ""
    limit: int = Field(default=50, ge=1, le=500)


class ExportRecords(Command):
    """As FindRecords with pages of up to 5,000: exactly what is filtered, newest first."""

    name: ClassVar[str] = "registry.export_records"

    where: RecordFilter = RecordFilter()
    after: str = ""
    limit: int = Field(default=5000, ge=1, le=5000)


Grouping = Literal["", "year", "quarter", "month", "node", "district", "unit", "parent"]


class CountRecords(Command):
    """Count what is filtered, by the kind's own fields, sums, persons and shares.

    `by` gives the same figures for each year, office, district, unit or record belonged to.
    Answers `RecordCounts`.
    """

    name: ClassVar[str] = "registry.count_records"

    where: RecordFilter
    by: Grouping = ""


class ListRecordKinds(Command):
    """Kinds of record the actor may see under the pack of a node. Answers `RecordKinds`.

    unit_id  kinds that may be about this unit, under the pack of its place
    counted  with how many there are, in all and open (of `year`, when given)
    """

    name: ClassVar[str] = "registry.list_record_kinds"

    node: str = ""
    unit_id: str = ""
    counted: bool = False
    year: int | None = None


class FindGaps(Command):
    """What is missing, whose, and since when. Answers `Gaps`.

    Without `gap` every list of the pack with its number; with it, its rows page by page.
    """

    name: ClassVar[str] = "registry.find_gaps"

    gap: str = ""
    node: str = ""
    after: str = ""
    limit: int = Field(default=50, ge=1, le=500)


class GetWorkPlan(Command):
    """What a creating unit works on, item by item. Answers `WorkPlan`."""

    name: ClassVar[str] = "registry.get_work_plan"

    unit_id: str


class SetWorkItem(Command):
    """Say how far an item of a unit's work is. Answers `WorkPlan`.

    state, parts and values that are left out stay as they are; "done" with a needed field still
    empty is 422 naming the field. `revision`: the item's own as seen (If-Match), 0 at first.
    """

    name: ClassVar[str] = "registry.set_work_item"

    unit_id: str
    item: str
    revision: int
    state: str = ""
    parts: dict[str, str] = Field(default_factory=dict)
    values: Values = Field(default_factory=dict)
    reason: str = Field(default="", max_length=500)


class ReadUnitFile(Command):
    """Every record about a unit, by group and by who wrote it. Answers `UnitFile`.

    indicator  only records linked to this item of the standard
    """

    name: ClassVar[str] = "registry.read_unit_file"

    unit_id: str
    indicator: str = ""
    year: int | None = None


class PublicRecords(Command):
    """What a place publishes: without a kind, which kinds; with one, its rows by key.

    Answers `PublicRecordPage`; only the fields that the pack publishes are in it.
    """

    name: ClassVar[str] = "registry.public_records"
    only_tells: ClassVar[bool] = True

    node: str
    kind: str = ""
    year: int | None = None
    after: str = ""
    limit: int = Field(default=50, ge=1, le=500)
