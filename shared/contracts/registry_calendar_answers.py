"""What the registry answers about programme years, tasks, reminders, reports and working days."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from shared.contracts.evaluation_answers import EvidenceRef
from shared.contracts.message import Shape
from shared.contracts.registry_answers import Says
from shared.contracts.registry_calendar import Holiday


class Named(Shape):
    """Something by its id and the words for it."""

    id: str
    says: str


class FormView(Shape):
    """A report form of the law at work."""

    form: str
    says: str
    clause: str
    levels: tuple[str, ...]
    to: str


class RoundView(Shape):
    """A numbered round of the programme; both years belong to it."""

    id: str
    says: str
    from_year: int
    to_year: int
    clause: str


class ProgrammeView(Shape):
    """The law at work at a node.

    effective_on       the document's own first day, null while it is blank
    sections_required  a plan without one of its sections is refused; else there is a warning
    """

    node: str
    pack_id: str
    pack_version: str
    pack_title: str
    pack_status: str
    fingerprint: str
    effective_on: date | None
    rounds: tuple[RoundView, ...]
    plan_sections: tuple[Named, ...]
    sections_required: bool
    plan_clause: str
    reports: tuple[FormView, ...]


class CycleView(Shape):
    """A programme year that was opened, and the law it keeps."""

    cycle_id: str
    node: str
    node_text: str
    year: int
    pack_id: str
    pack_version: str
    pack_title: str
    pack_status: str
    fingerprint: str
    effective_on: date | None
    opens_on: date
    opened_at: datetime
    opened_by_name: str
    decision_id: str
    warnings: tuple[Says, ...] = ()


class Target(Shape):
    """A printed figure a task works towards."""

    measure: str
    says: str
    value: Decimal
    about: bool  # 「左右」


class TaskView(Shape):
    """A duty of a node in a year.

    due_on      its last day, included; of a bare month the last day before it (A-12); null when
                the text prints no date, then `period` has its words
    late_after  the last day on which it is not yet late
    mark        how it was done: "" in time, late, after_strict, after_usual
    lead        leading divisions as printed, null when the text leaves them empty
    warning     a sentence when a usual day has passed or the last day is no working day
    closes      what closes it: plan, report, record, or hand; `closes_key` names form or kind
    """

    task_id: str
    node: str
    node_text: str
    level: str
    duty_id: str
    pack_id: str
    says: str
    clause: str
    number: int
    year: int | None
    hard: bool
    recurs: str
    opens_on: date | None
    due_on: date | None
    late_after: date | None
    due_text: str
    period: str
    note: str
    reading: str
    owners: tuple[str, ...]
    lead: tuple[str, ...] | None
    target: Target | None = None
    about: str = ""
    about_text: str = ""
    state: str
    state_text: str
    done: bool
    done_on: date | None = None
    done_says: str = ""
    late: bool = False
    mark: str = ""
    mark_text: str = ""
    warning: str = ""
    closes: str
    closes_key: str = ""
    closes_text: str
    persons: tuple[str, ...] = ()
    notes: int = 0


class NodeTasks(Shape):
    """How the tasks of one node stand. late: overdue; past: also those past a soft or strict day."""

    node: str
    node_text: str
    level: str
    total: int
    late: int
    past: int
    open: int
    done: int


class OptionalDuty(Shape):
    """What a node may do this year and has not yet said it will."""

    task_id: str
    node: str
    says: str
    clause: str


class TaskPage(Shape):
    """A page of tasks with the counts of all that the filter finds."""

    items: tuple[TaskView, ...]
    next_after: str = ""
    node: str
    node_text: str
    year: int
    as_of: date
    counts: dict[str, int]
    by_node: tuple[NodeTasks, ...]
    optional: tuple[OptionalDuty, ...]


class TaskAct(Shape):
    """Something done about a task."""

    act: str
    act_text: str
    happened_on: date
    says: str
    reason: str
    persons: tuple[str, ...]
    files: tuple[EvidenceRef, ...]
    mark_text: str
    learned_at: datetime
    by_name: str


class TaskDetail(Shape):
    """One task, its clause in words, what was done, and which acts its reader may do now.

    day_source  what fixes a day that the pack leaves open; day_note: that nobody works on it
    """

    task: TaskView
    wording: str
    citation: str
    acts: tuple[TaskAct, ...]
    may: tuple[str, ...]
    day_source: str = ""
    day_note: str = ""


class DutyView(Shape):
    """A duty across the nodes that have it: who is done, late, and missing, by name."""

    duty_id: str
    says: str
    clause: str
    pack_id: str
    due_on: date | None
    due_text: str
    nodes: int
    done: int
    late: int
    missing: tuple[str, ...]
    missing_nodes: tuple[str, ...]
    awaits_day: bool = False


class DutyDateView(Shape):
    """The day an officer entered for a duty, and from where."""

    node: str
    node_text: str
    duty_id: str
    year: int
    due_on: date | None
    source: str
    entered_at: datetime
    entered_by_name: str


class ReminderView(Shape):
    """A line in a node's inbox. kind: task or gap; `subject` is the task's or the gap's id."""

    reminder_id: str
    node: str
    node_text: str
    kind: str
    subject: str
    period: str
    says: str
    clause: str
    due_on: date | None
    is_late: bool = False
    written_at: datetime


class WorkdayYearView(Shape):
    """A year's arrangement. origin: shipped (with the system) or entered (by an officer)."""

    year: int
    notice: str
    holidays: tuple[Holiday, ...]
    workdays: tuple[date, ...]
    origin: str
    revision: int
    entered_at: datetime | None = None
    entered_by_name: str = ""


class WorkdayTable(Shape):
    """All years on file; `missing` are the coming years without data, with a sentence."""

    years: tuple[WorkdayYearView, ...]
    missing: tuple[int, ...]
    says: str


class DayCount(Shape):
    """A count of working days. `estimated` with a sentence where a year has no data.

    start_is_workday is null where the start's year has no data: it is never guessed.
    """

    start: date
    start_is_workday: bool | None
    days: int
    end: date
    estimated: bool
    says: str


class FigureView(Shape):
    """A figure a report is prefilled with."""

    measure: str
    says: str
    value: Decimal | None
    shown: str
    target_text: str = ""
    clause: str = ""
    planned: Decimal | None = None  # the node's own goal of the year
    of_plan: Decimal | None = None  # the result in percent of it


class FieldSum(Shape):
    """A number field of records added up: budget, spending."""

    field: str
    says: str
    total: Decimal


class RecordCount(Shape):
    """How many records of a kind the year has, to be listed in a report, and their sums."""

    kind: str
    says: str
    count: int
    sums: tuple[FieldSum, ...] = ()


class SectionView(Shape):
    """A part of a report: what is written, and what stands beside it."""

    id: str
    says: str
    required: bool
    text: str
    figures: tuple[FigureView, ...]
    records: tuple[RecordCount, ...]


class ReportView(Shape):
    """A report. status: new (nothing kept yet), draft, submitted, returned, received."""

    report_id: str = ""
    form: str
    says: str
    clause: str
    node: str
    node_text: str
    to_node: str
    to_text: str
    year: int
    status: str
    status_text: str
    sections: tuple[SectionView, ...]
    missing: tuple[str, ...]
    file: EvidenceRef | None = None
    due_on: date | None = None
    late_after: date | None = None
    due_text: str = ""
    submitted_at: datetime | None = None
    received_at: datetime | None = None
    late: bool = False
    mark: str = ""
    mark_text: str = ""
    remark: str = ""
    decision_id: str = ""
    revision: int = 0
    warnings: tuple[Says, ...] = ()


class MissingReport(Shape):
    """A node that has not handed a report in."""

    form: str
    says: str
    node: str
    node_text: str
    due_on: date | None
    state: str
    state_text: str
