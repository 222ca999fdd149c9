"""What a programme works with between its decisions: records, work items, duties, figures, reports.

Frozen data like `pack.py`, which holds these in a `Pack`. Nothing here reads a file or a clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ListItem:
    """One entry of a list, by the name programs use and the document's own words."""

    id: str
    says: str


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field of a unit kind, a record or a work item, with the word an officer sees.

    form        text, long, number, money, date, flag, code, choice, choices, unit, units, person,
                people, node, file or document
    list        the named list a choice is from; or `options`, when the choice is the field's own
    needed_for  states in which it must be filled ("done"); `required` is for every state
    """

    name: str
    says: str
    form: str
    required: bool = False
    list: str = ""
    options: tuple[ListItem, ...] = ()
    needed_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ratio:
    """A share worked out from two number fields of the same record: part of whole, in percent."""

    id: str
    says: str
    part: str
    whole: str


@dataclass(frozen=True, slots=True)
class PrintedRecord:
    """A record the document itself names; it is entered when the pack is put to work.

    node: the office it is about; values: field -> value, choices by their id.
    """

    id: str
    node: str
    clause: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecordKind:
    """A kind of record officers keep: a contact, a training, a pilot, a coordinator, a meeting.

    about    unit (one unit's file), node (an office's), or record (belongs to one of kind `of`)
    kinds    unit kinds it may be about; () for any
    lasts    False: it happened on a day; True: it begins on a day and may end on another
    states   the states it goes through, the first is where it begins; () when it has none
    ended    states in which it is no longer open
    writers  roles that may write it: clerk, reviewer, seat, unit, union, employer, expert …
    counts   fields it is counted by; sums: number fields added up; distinct: a person or people
             field of which different persons are counted, person-times beside (A-48)
    public   fields the public list shows; () when it is not published; public_in: only in these
             states, () for in every one
    printed  records about nodes that the document names itself
    shared   states in which every office under the pack may read it ("供各地学习借鉴"); () when it
             stays with its node and those above
    A record that names units in a field of form unit or units is listed in their files too.
    Rules of the gate `record.<id>` apply when one is saved. They may ask for `<id>.<field>` (a
    field with many values gives their number), `<id>.on`, `<id>.ends_on`, `<id>.state`,
    `<id>.<field>.given` (whether a field that may stay empty is filled in) and `<id>.others`: how
    many other open ones there are for the same unit, node or record.
    """

    id: str
    name: str
    group: str
    about: str
    clause: str
    fields: tuple[FieldSpec, ...] = ()
    says: str = ""
    kinds: tuple[str, ...] = ()
    of: str = ""
    lasts: bool = False
    states: tuple[ListItem, ...] = ()
    ended: tuple[str, ...] = ()
    writers: tuple[str, ...] = ("clerk",)
    counts: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()
    distinct: str = ""
    ratios: tuple[Ratio, ...] = ()
    public: tuple[str, ...] = ()
    public_in: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    printed: tuple[PrintedRecord, ...] = ()
    reading: str = ""

    @property
    def opening(self) -> str:
        """The state a new record begins in, "" when it has none."""
        return self.states[0].id if self.states else ""


@dataclass(frozen=True, slots=True)
class Gap:
    """A list of what is missing: units without a contact person, records nobody answered.

    over     units, nodes, bodies (party bodies of nodes) or records (of kind `record`)
    record   the record kind looked for (over units, nodes, bodies), or looked at (over records)
    standing units in one of these standings; kinds: of these kinds; titled: holding a title
    levels   nodes of these levels
    state    over records: those in this state
    follow   over records: the child kind whose last one counts ("no progress note for …")
    having   over units: only those with an open record of this kind (the cultivated ones)
    within   the setting that says how long ago the last may be; "" when any open one will do
    """

    id: str
    says: str
    clause: str
    over: str
    record: str
    standing: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    titled: bool = False
    levels: tuple[str, ...] = ()
    state: str = ""
    having: str = ""
    follow: str = ""
    within: str = ""
    unit_of_time: str = "months"
    reading: str = ""


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One thing a creating unit works on, in the document's words; every unit of `kinds` has it.

    parts    each has a state of its own (the five named rights, the four mechanisms)
    fields   figures and dates; `needed_for` says which state cannot be had without them
    ratios   shares worked out from the fields
    records  record kinds of the unit that are listed under it; measure: a figure shown with it
    """

    id: str
    name: str
    says: str
    kinds: tuple[str, ...]
    clause: str
    parts: tuple[ListItem, ...] = ()
    fields: tuple[FieldSpec, ...] = ()
    ratios: tuple[Ratio, ...] = ()
    records: tuple[str, ...] = ()
    measure: str = ""
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Duty:
    """A dated duty of the nodes of some levels; one task per node and year (or once).

    recurs      yearly (month and day), once (due_on), continuous, or arranged (no date is printed)
    hard        late once overdue; soft: a warning and a reason (A-05). Late work is still taken in
    bare_month  the text prints only a month: strict until the end of the month before, past strict
                in that month, late after it (A-12)
    from_year   first year of a yearly duty; to_year: the last
    opens       "MM-DD" before which a yearly task is not yet due to begin; "" from 1 January
    done_by     what closes it: "plan", "report:<form>", "record:<kind>" or "" (a person closes it)
    per         one task for each: "" (the node), "unit:<kind>" or "record:<kind>" that is open
    optional    the place may do without it (「可以」): there is a task only where it says it will
    owners      who is responsible, as printed; lead: leading divisions as printed, () when empty
    period      the time limit as printed when it is no date ("创建活动全程")
    number      the row of a printed task table, 0 when there is none
    ahead_months  arranged: opens so many months before the day an officer enters for it
    """

    id: str
    says: str
    levels: tuple[str, ...]
    recurs: str
    clause: str
    hard: bool = True
    month: int | None = None
    day: int | None = None
    due_on: date | None = None
    bare_month: bool = False
    from_year: int | None = None
    to_year: int | None = None
    opens: str = ""
    done_by: str = ""
    per: str = ""
    optional: bool = False
    owners: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    period: str = ""
    note: str = ""
    number: int = 0
    ahead_months: int | None = None
    measure: str = ""
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure: a count, or a share of a count, with its goal if the text prints one.

    of          units, nodes, members (units linked to a body by `relation`), records, or people
    kinds       units of these kinds; standing: in these standings; levels: nodes of these levels
    where       field of the unit -> value ("has_union": "true"); mark: units with this mark
    record      of=records or people: which kind, within the year; `distinct` of the kind for people
    has_standing, has_title, has_record, has_mark, has_value
                which of them count as the part; none of these: the figure is a plain count.
                has_value narrows has_record to records with these field values
    levels_titled  with titled or has_title: titles of these levels only
    target      the printed goal, in percent for a share; approx: "about" (A-04)
    alert       below the target is an alarm, not only a difference
    """

    id: str
    says: str
    clause: str
    of: str
    kinds: tuple[str, ...] = ()
    standing: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    where: Mapping[str, str] = field(default_factory=dict)
    mark: str = ""
    titled: bool = False
    relation: str = ""
    record: str = ""
    has_standing: tuple[str, ...] = ()
    has_title: bool = False
    levels_titled: tuple[str, ...] = ()
    has_record: str = ""
    has_mark: str = ""
    has_value: Mapping[str, str] = field(default_factory=dict)
    yearly: bool = False
    target: Decimal | None = None
    target_on: date | None = None
    approx: bool = False
    alert: bool = False
    reading: str = ""


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A part of a written report: prefilled from measures and records, the rest is written."""

    id: str
    says: str
    measures: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    required: bool = True


@dataclass(frozen=True, slots=True)
class ReportForm:
    """A report a node hands to the level above; rules of the gate `report.<id>` apply to it.

    They may ask for `<id>.sections_missing`, `<id>.file_attached`, `<id>.submitted_on` and
    `<id>.<record kind>` (how many of that kind the year has, for the kinds of its sections).
    """

    id: str
    name: str
    clause: str
    levels: tuple[str, ...]
    to: str
    sections: tuple[ReportSection, ...]
    reading: str = ""


@dataclass(frozen=True, slots=True)
class NumberedRound:
    """A round of the programme that the document numbers: both years included."""

    id: str
    name: str
    from_year: int
    to_year: int
    clause: str


@dataclass(frozen=True, slots=True)
class Relation:
    """How units belong together: an enterprise to its park, a member to a chain.

    single         a unit of the first kind has at most one open
    one_per_other  the other unit has at most one open (exactly one chain leader)
    """

    id: str
    says: str
    from_kinds: tuple[str, ...]
    to_kinds: tuple[str, ...]
    clause: str
    single: bool = False
    one_per_other: bool = False
    reading: str = ""


@dataclass(frozen=True, slots=True)
class UnitMark:
    """A mark officers put on a unit with a day and a reason, and filter by (龙头企业, 类别)."""

    id: str
    says: str
    clause: str
    kinds: tuple[str, ...] = ()
    values: tuple[ListItem, ...] = ()
    public: bool = False
    reading: str = ""
