"""What the registry answers about records, gaps and work items."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from pydantic import Field

from shared.contracts.message import Shape
from shared.contracts.registry_answers import Says
from shared.contracts.registry_figures import Figure


class FileRef(Shape):
    """A file kept by the gateway: its id there, its name, its SHA-256."""

    file_id: str = ""
    name: str
    sha256: str = ""


Value = bool | int | float | str | FileRef | tuple[str, ...] | None


class Choice(Shape):
    """One thing that may be chosen, and its words."""

    id: str
    says: str


class RecordField(Shape):
    """A field as the pack has it, its list resolved to words."""

    name: str
    says: str
    form: str
    required: bool = False
    options: tuple[Choice, ...] = ()
    needed_for: tuple[str, ...] = ()


class RecordKindView(Shape):
    """A kind of record: what it is, who it is about, what is asked for."""

    id: str
    name: str
    group: str
    group_text: str
    about: str
    of: str = ""
    of_text: str = ""
    says: str = ""
    clause: str
    lasts: bool = False
    kinds: tuple[str, ...] = ()
    fields: tuple[RecordField, ...] = ()
    states: tuple[Choice, ...] = ()
    ended: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    public: tuple[str, ...] = ()
    may_write: bool = False
    total: int | None = None
    open: int | None = None


class RecordKinds(Shape):
    """Kinds in the pack's order."""

    node: str
    node_text: str
    pack_id: str
    pack_title: str
    pack_status: str
    items: tuple[RecordKindView, ...]


class FieldText(Shape):
    """A field of one record in words; `parts`: each value of a field with many."""

    name: str
    says: str
    form: str
    text: str
    parts: tuple[str, ...] = ()


class ShareView(Shape):
    """A share worked out from two fields, in percent to one decimal place."""

    id: str
    says: str
    percent: Decimal | None = None


class RuleSaid(Shape):
    """What one rule said when the record was saved."""

    rule_id: str
    outcome: str
    reason: str
    says: str
    clause: str
    hard: bool
    code: str
    mark: str = ""


class RecordPast(Shape):
    """One revision of a record: what was done, by whom, when, and what the rules said."""

    revision: int
    what: str
    on: date
    ends_on: date | None = None
    state: str = ""
    state_text: str = ""
    fields: tuple[FieldText, ...] = ()
    rules: tuple[RuleSaid, ...] = ()
    reason: str = ""
    decision_id: str = ""
    learned_at: datetime
    by_name: str


class RecordView(Shape):
    """A record as it stands. `revision` is the ETag; `may` names what the reader may do with it."""

    record_id: str
    kind: str
    kind_text: str
    group: str
    about: str
    clause: str
    node: str
    node_text: str
    unit_id: str = ""
    unit_text: str = ""
    parent_id: str = ""
    parent_text: str = ""
    title: str
    year: int
    on: date
    ends_on: date | None = None
    state: str = ""
    state_text: str = ""
    is_open: bool
    values: dict[str, Value] = Field(default_factory=dict)
    fields: tuple[FieldText, ...] = ()
    ratios: tuple[ShareView, ...] = ()
    marks: tuple[str, ...] = ()
    warnings: tuple[Says, ...] = ()
    side: str = ""
    body: str = ""
    external_id: str = ""
    decision_id: str = ""
    revision: int
    written_at: datetime
    written_by: str
    written_by_name: str
    amended_at: datetime | None = None
    voided_at: datetime | None = None
    void_reason: str = ""
    may: tuple[str, ...] = ()
    history: tuple[RecordPast, ...] = ()
    parts: tuple[RecordView, ...] = ()  # records that belong to it, newest first


class RecordPage(Shape):
    """One page; `next_after` is empty at the end."""

    items: tuple[RecordView, ...]
    next_after: str = ""


class RowError(Shape):
    """What keeps a row of a batch out: `row` counts from 1."""

    row: int
    code: str
    says: str
    clause: str = ""
    errors: tuple[dict[str, str], ...] = ()


class RecordBatch(Shape):
    """What came of a batch: how many were kept, and why the others were not."""

    kept: int
    unchanged: int
    dry_run: bool
    record_ids: tuple[str, ...] = ()
    warnings: tuple[RowError, ...] = ()
    errors: tuple[RowError, ...] = ()


class ValueCount(Shape):
    """How many records have this value, and their share of all in percent."""

    value: str
    says: str
    records: int
    percent: Decimal


class FieldCount(Shape):
    """The records by one field of the kind."""

    name: str
    says: str
    values: tuple[ValueCount, ...]


class SumView(Shape):
    """A number field added up."""

    name: str
    says: str
    total: Decimal


class Tally(Shape):
    """Figures of some records.

    persons     different persons named, person_times beside (A-48); None when the kind names none
    units       different units they are about or name; parents: different records belonged to
    """

    key: str = ""
    says: str = ""
    records: int
    open: int
    units: int
    parents: int
    persons: int | None = None
    person_times: int | None = None
    fields: tuple[FieldCount, ...] = ()
    states: tuple[ValueCount, ...] = ()
    sums: tuple[SumView, ...] = ()
    ratios: tuple[ShareView, ...] = ()


class RecordCounts(Shape):
    """Figures of all that is filtered, and the same for each group asked for."""

    kind: str
    kind_text: str
    whole: Tally
    groups: tuple[Tally, ...] = ()


class GapRow(Shape):
    """One thing missing: the unit, office, body or record; since when (None: never there)."""

    key: str
    says: str
    node: str
    node_text: str
    unit_id: str = ""
    unit_text: str = ""
    body: str = ""
    record_id: str = ""
    kind: str = ""
    since: date | None = None
    days: int | None = None


class GapView(Shape):
    """A list of what is missing, with its number and, when asked for, its rows."""

    id: str
    says: str
    clause: str
    over: str
    record: str
    record_text: str
    limit: int | None = None
    limit_unit: str = ""
    from_text: bool = True  # whether the document prints the limit
    reading: str = ""
    total: int
    rows: tuple[GapRow, ...] = ()


class Gaps(Shape):
    """Gaps under the pack of a node, within what the actor may see."""

    node: str
    node_text: str
    as_of: date
    items: tuple[GapView, ...]
    next_after: str = ""


class WorkPart(Shape):
    """A part of an item, with its own state."""

    id: str
    says: str
    state: str
    state_text: str


class WorkItemView(Shape):
    """An item of a unit's work. `revision` is what a change must name."""

    id: str
    name: str
    says: str
    clause: str
    state: str
    state_text: str
    changed_on: date | None = None
    parts: tuple[WorkPart, ...] = ()
    fields: tuple[RecordField, ...] = ()
    values: dict[str, Value] = Field(default_factory=dict)
    texts: tuple[FieldText, ...] = ()
    ratios: tuple[ShareView, ...] = ()
    records: tuple[RecordView, ...] = ()
    record_kinds: tuple[Choice, ...] = ()
    figure: Figure | None = None  # the pack's figure that belongs to the item, today
    revision: int = 0


class WorkPlan(Shape):
    """What a unit works on under the pack of its place; done of items."""

    unit_id: str
    unit_text: str
    pack_title: str
    pack_status: str
    done: int
    items: tuple[WorkItemView, ...]
    may_set: bool = False


class FileGroup(Shape):
    """Records of one group, newest first."""

    group: str
    group_text: str
    records: tuple[RecordView, ...]


class Written(Shape):
    """How many records of the file a body or side has written."""

    side: str
    side_text: str
    body: str
    records: int


class UnitFile(Shape):
    """The file of a unit: its records by group, and who wrote how many."""

    unit_id: str
    unit_text: str
    groups: tuple[FileGroup, ...]
    by_writer: tuple[Written, ...]
    total: int


class PublicRecord(Shape):
    """A published record: only what the pack publishes of it."""

    record_id: str
    kind: str
    node_text: str
    unit_text: str = ""
    on: date
    ends_on: date | None = None
    state_text: str = ""
    fields: tuple[FieldText, ...]


class PublicRecordPage(Shape):
    """Kinds a place publishes, and the rows of the one asked for."""

    node: str
    node_text: str
    kinds: tuple[Choice, ...]
    kind: str = ""
    kind_text: str = ""
    items: tuple[PublicRecord, ...] = ()
    next_after: str = ""
