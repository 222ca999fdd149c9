"""The programme's calendar: years opened, duties as tasks, reminders, reports, working days.

What the registry says and accepts of them; what it answers is in `registry_calendar_answers.py`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import Field

from shared.contracts.evaluation_answers import EvidenceRef
from shared.contracts.message import Command, Event, Shape

# --- says ---------------------------------------------------------------------------------


class Holiday(Shape):
    """Days off in a row, both days included, by the name the notice gives them."""

    name_text: str
    from_on: date
    to_on: date


class WorkdaysArranged(Event):
    """A year's days off and make-up days were entered, always the whole year."""

    name: ClassVar[str] = "registry.workdays_arranged"

    year: int
    notice: str  # number of the State Council's notice
    holidays: tuple[Holiday, ...]
    workdays: tuple[date, ...]  # weekend days on which people work
    revision: int
    entered_at: datetime
    entered_by: str

    def subject(self) -> str:
        """Entries of one year keep their order."""
        return f"workdays:{self.year}"


# --- programme years ----------------------------------------------------------------------


class GetProgramme(Command):
    """The law at work at a node as its calendar needs it. Answers `ProgrammeView`.

    Refused("pack_not_activated") where no pack was put to work. `year`: the law pinned by that
    programme year, else the one in force.
    """

    name: ClassVar[str] = "registry.get_programme"

    node: str
    year: int | None = None


class OpenCycle(Command):
    """Open a programme year (创建年度) of the actor's node under the pack in force today.

    The year keeps that very pack. Refused where no pack was put to work, and where a rule of the
    gate `cycle.open` stands against it. Answers `CycleView`.
    """

    name: ClassVar[str] = "registry.open_cycle"

    year: int
    reason: str = ""  # for soft rules that are not met


class ListCycles(Command):
    """Answers `{"cycles": [CycleView]}` of the actor's area, newest first."""

    name: ClassVar[str] = "registry.list_cycles"

    year: int | None = None
    node: str = ""


# --- tasks --------------------------------------------------------------------------------


class ListTasks(Command):
    """A year's tasks of a node and the nodes beneath it, late ones first. Answers `TaskPage`.

    state   one or more of waiting, open, due_soon, past_strict, past_usual, overdue, done,
            done_late, not_applicable, with commas; "late": overdue; "past": any past its day;
            "ended": the last three
    lead    part of a lead division's name; owner: of a responsible unit's
    own     only the node itself
    """

    name: ClassVar[str] = "registry.list_tasks"

    year: int | None = None
    node: str = ""
    state: str = ""
    lead: str = ""
    owner: str = ""
    duty_id: str = ""
    own: bool = False
    after: str = ""
    limit: int = Field(default=200, ge=1, le=2000)


class ListDuties(Command):
    """Each duty of a year: how many nodes have done it, and which have not, by name.

    Answers `{"duties": [DutyView], "year": …}` for a node and the nodes beneath it.
    """

    name: ClassVar[str] = "registry.list_duties"

    year: int | None = None
    node: str = ""
    duty_id: str = ""


class GetTask(Command):
    """One task with all that was done about it. Answers `TaskDetail`."""

    name: ClassVar[str] = "registry.get_task"

    task_id: str


class BeginTask(Command):
    """The node will do this year what the text leaves to it (「可以」). Answers `TaskDetail`."""

    name: ClassVar[str] = "registry.begin_task"

    task_id: str
    says: str = ""


class CloseTask(Command):
    """A person closes a task. Late work is taken in and stays marked late (A-05).

    A soft day that has passed asks for `reason`. outcome "not_applicable": the place does not do
    it this year, `reason` says why. What a plan, report or record closes is not closed by hand.
    Answers `TaskDetail`.
    """

    name: ClassVar[str] = "registry.close_task"

    task_id: str
    done_on: date
    says: str = ""
    outcome: Literal["done", "not_applicable"] = "done"
    files: tuple[EvidenceRef, ...] = ()
    reason: str = ""


class ReopenTask(Command):
    """Take back a closing by hand; both stay on record. Answers `TaskDetail`."""

    name: ClassVar[str] = "registry.reopen_task"

    task_id: str
    reason: str


class NoteTask(Command):
    """Write down progress on a task. Answers `TaskDetail`."""

    name: ClassVar[str] = "registry.note_task"

    task_id: str
    says: str
    happened_on: date | None = None
    files: tuple[EvidenceRef, ...] = ()


class AssignTask(Command):
    """Name the persons who see to a task; the last naming counts. Answers `TaskDetail`."""

    name: ClassVar[str] = "registry.assign_task"

    task_id: str
    persons: tuple[str, ...]


class ArrangeDuty(Command):
    """Enter the day of a duty whose text leaves it to others, for the node and those beneath it.

    Without a day the year's entry is taken back. Answers `DutyDateView`.
    """

    name: ClassVar[str] = "registry.arrange_duty"

    duty_id: str
    year: int
    due_on: date | None = None
    source: str  # the document or notice that fixes it


# --- reminders ----------------------------------------------------------------------------


class RunReminders(Command):
    """Write today's reminders of the actor's area; running it again writes nothing twice.

    Answers `{"written": n, "reminders": [ReminderView]}`. The registry runs it once a day.
    """

    name: ClassVar[str] = "registry.run_reminders"


class ListReminders(Command):
    """The inbox of the actor's own node: what still stands and nobody has ticked off.

    Answers `{"reminders": [ReminderView]}`.
    """

    name: ClassVar[str] = "registry.list_reminders"

    limit: int = Field(default=200, ge=1, le=500)


class TickReminder(Command):
    """A person has taken note of a reminder. Answers `ReminderView`."""

    name: ClassVar[str] = "registry.tick_reminder"

    reminder_id: str


# --- working days -------------------------------------------------------------------------


class ListWorkdays(Command):
    """Answers `WorkdayTable`: every year on file, and which of the next two are not."""

    name: ClassVar[str] = "registry.list_workdays"


class SetWorkdays(Command):
    """Enter or replace a year's days off and make-up days. Answers `WorkdayYearView`.

    revision  the one last seen, 0 for a year that no officer has entered
    """

    name: ClassVar[str] = "registry.set_workdays"

    year: int
    revision: int
    notice: str
    holidays: tuple[Holiday, ...]
    workdays: tuple[date, ...] = ()
    reason: str = ""


class CountWorkdays(Command):
    """The day so many working days after a day, or how many lie between two. Answers `DayCount`.

    Years without data are flagged in the answer. Day 1 is the day after the start.
    """

    name: ClassVar[str] = "registry.count_workdays"

    start: date
    days: int | None = Field(default=None, ge=0, le=3660)
    end: date | None = None


# --- reports ------------------------------------------------------------------------------


class GetReport(Command):
    """A report of a node and year: what is written, or prefilled from figures and records.

    Answers `ReportView`; 404 for a form the node's law does not have.
    """

    name: ClassVar[str] = "registry.get_report"

    form: str
    node: str
    year: int


class ListReports(Command):
    """Answers `{"reports": [ReportView], "missing": [MissingReport]}`: who has not handed in."""

    name: ClassVar[str] = "registry.list_reports"

    year: int | None = None
    form: str = ""
    node: str = ""


class SaveReport(Command):
    """Keep a draft of the own node's report. Answers `ReportView`."""

    name: ClassVar[str] = "registry.save_report"

    form: str
    node: str
    year: int
    revision: int  # the one last seen, 0 for a new one
    sections: dict[str, str]
    file: EvidenceRef | None = None


class SubmitReport(Command):
    """Hand the saved report to the office above: figures are frozen, rules of its gate judged.

    Late ones are taken in and marked. Answers `ReportView`.
    """

    name: ClassVar[str] = "registry.submit_report"

    form: str
    node: str
    year: int
    reason: str = ""  # for soft rules that are not met


class ReceiveReport(Command):
    """The office above takes the report in, or sends it back with what is missing.

    Answers `ReportView`.
    """

    name: ClassVar[str] = "registry.receive_report"

    form: str
    node: str
    year: int
    outcome: Literal["received", "returned"] = "received"
    says: str = ""
