"""What oversight says, and what it accepts about review, exit cases and the desk.

The feed half (agencies, triggers, holds) is in `oversight_feed`, check campaigns in
`oversight_checks`, the answers to the commands below in `oversight_answers`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import Field

from shared.contracts.message import Command, Event

Severity = Literal["", "minor", "ordinary", "major", "extreme"]
Grade = Literal["", "minor", "ordinary", "larger", "major", "extraordinary"]
Impact = Literal["", "small", "considerable", "grave"]
Consent = Literal["revoke", "keep", "recuse"]
Outcome = Literal["revoke", "keep"]
NoteKind = Literal["note", "appeal"]

# --- says ---------------------------------------------------------------------------------


class HoldPlaced(Event):
    """One more reason stands against a unit: its title's benefits rest (suspend) or its
    inspection waiver is lifted while a complaint is open (lift_exemption)."""

    name: ClassVar[str] = "oversight.hold_placed"

    unit_id: str
    hold_id: str
    effect: str
    reason: str
    clause: str
    agency: str
    event_id: str
    trigger_id: str
    occurred_at: datetime
    placed_at: datetime


class HoldLifted(Event):
    """One reason is gone; the unit stays held while any other stands."""

    name: ClassVar[str] = "oversight.hold_lifted"

    unit_id: str
    hold_id: str
    effect: str
    reason: str
    lifted_at: datetime
    decision_id: str


class WarningRecorded(Event):
    """A finding below the line of exit (group incident of small impact, minor accident)."""

    name: ClassVar[str] = "oversight.warning_recorded"

    unit_id: str
    trigger_id: str
    says: str
    clause: str
    recorded_at: datetime


class ExitCaseOpened(Event):
    """A person confirmed the facts; the exit procedure runs (NB23 二(五) 立即启动退出程序)."""

    name: ClassVar[str] = "oversight.exit_case_opened"

    unit_id: str
    case_id: str
    title_id: str
    ground: str
    ground_text: str
    clause: str
    node: str
    opened_at: datetime


class ExitDecided(Event):
    """The parties concluded: outcome is revoke or keep; the registry acts on revoke."""

    name: ClassVar[str] = "oversight.exit_decided"

    unit_id: str
    case_id: str
    title_id: str
    outcome: str
    ground: str
    decided_on: date
    decision_id: str


class RemovalPublished(Event):
    """A cancellation is published to society with date and level (NB23 二(五) 并向社会公布)."""

    name: ClassVar[str] = "oversight.removal_published"

    unit_id: str
    case_id: str
    title_id: str
    publication_id: str
    published_on: date
    text: str


# --- accepts: review ------------------------------------------------------------------------


class ListReview(Command):
    """Triggers waiting for a person, oldest first; only units the actor's node covers."""

    name: ClassVar[str] = "oversight.list_review"

    state: str = "pending"
    unit_id: str = ""
    after: str = ""
    limit: int = Field(default=50, ge=1, le=200)


class GetReviewItem(Command):
    """One trigger under review, with the grounds it may meet and their wording."""

    name: ClassVar[str] = "oversight.get_review_item"

    trigger_id: str


class ConfirmTrigger(Command):
    """A person confirms what an agency said; severity and impact are that person's (A-19).

    "" is unknown: the agency's own word is then shown, and counts for nothing by itself.
    `ground` is the pack's ground the person finds; "" keeps the one the event came with.
    """

    name: ClassVar[str] = "oversight.confirm_trigger"

    trigger_id: str
    ground: str = ""
    severity: Severity = ""
    grade: Grade = ""  # of an accident (国务院令第493号)
    impact: Impact = ""
    caused_by_unit: bool | None = None
    remark: str = Field(min_length=1, max_length=2000)


class DismissTrigger(Command):
    """The trigger does not hold; its own hold is lifted, by two persons where the pack says so."""

    name: ClassVar[str] = "oversight.dismiss_trigger"

    trigger_id: str
    reason: str = Field(min_length=1, max_length=2000)


class LiftHold(Command):
    """Take one reason away. The first call asks; another person's call with the same hold lifts."""

    name: ClassVar[str] = "oversight.lift_hold"

    hold_id: str
    reason: str = Field(min_length=1, max_length=2000)


# --- accepts: exit cases --------------------------------------------------------------------


class OpenCase(Command):
    """Open an exit case by hand on facts the actor confirms; `ground` is the pack's ground id."""

    name: ClassVar[str] = "oversight.open_case"

    unit_id: str
    title_id: str
    ground: str
    severity: Severity = ""
    grade: Grade = ""  # of an accident (国务院令第493号)
    impact: Impact = ""
    caused_by_unit: bool | None = None
    remark: str = Field(min_length=1, max_length=2000)


class ListCases(Command):
    """Exit cases, newest first. `node` narrows to the responsible node, `status` open or closed."""

    name: ClassVar[str] = "oversight.list_cases"

    node: str = ""
    stage: str = ""
    status: str = ""
    unit_id: str = ""
    after: str = ""
    limit: int = Field(default=50, ge=1, le=200)


class GetCase(Command):
    """One case whole: `CaseWhole`."""

    name: ClassVar[str] = "oversight.get_case"

    case_id: str


class RecordStatement(Command):
    """The unit was heard: when, who spoke, what was said."""

    name: ClassVar[str] = "oversight.record_statement"

    case_id: str
    heard_on: date
    speaker: str = Field(min_length=1, max_length=200)
    text: str = Field(min_length=1, max_length=20000)
    document: str = ""


class WaiveStatement(Command):
    """The unit did not wish to be heard, or did not come; the reason stays on the case."""

    name: ClassVar[str] = "oversight.waive_statement"

    case_id: str
    reason: str = Field(min_length=1, max_length=2000)


class RecordOpinion(Command):
    """One body's opinion: a seat speaks for its body, a clerk copies a signed `document`."""

    name: ClassVar[str] = "oversight.record_opinion"

    case_id: str
    body: str
    consent: Consent
    text: str = Field(min_length=1, max_length=5000)
    document: str = ""
    replaces: bool = False  # a body changes its mind before the decision: the old one is kept


class DecideCase(Command):
    """Write down the parties' joint conclusion; only at the naming level (A-34)."""

    name: ClassVar[str] = "oversight.decide_case"

    case_id: str
    outcome: Outcome
    says: str = Field(min_length=1, max_length=5000)
    override_reason: str = ""  # for soft rules only


class AddCaseNote(Command):
    """A note or an appeal on the case (A-54); changes no stage."""

    name: ClassVar[str] = "oversight.add_case_note"

    case_id: str
    kind: NoteKind
    text: str = Field(min_length=1, max_length=5000)


class GetMinutes(Command):
    """The deliberation as minutes, ready to print: `Minutes`."""

    name: ClassVar[str] = "oversight.get_minutes"

    case_id: str


class PublishRemoval(Command):
    """Publish a cancellation to society; refused until the register has cancelled the title."""

    name: ClassVar[str] = "oversight.publish_removal"

    case_id: str


class ListPublications(Command):
    """Published removals, newest first; open to everyone."""

    name: ClassVar[str] = "oversight.list_publications"

    node: str = ""
    level: str = ""
    after: str = ""
    limit: int = Field(default=50, ge=1, le=200)


class ListPlaqueTasks(Command):
    """Plaques of cancelled titles; `state` is to_return, returned or lost."""

    name: ClassVar[str] = "oversight.list_plaque_tasks"

    state: str = "to_return"
    after: str = ""
    limit: int = Field(default=50, ge=1, le=200)


# --- accepts: what a person wants to see ----------------------------------------------------


class ListTasks(Command):
    """The actor's 待办 in oversight: new suspensions first."""

    name: ClassVar[str] = "oversight.list_tasks"


class GetUnitHolds(Command):
    """Every reason that stands against a unit, in plain Chinese."""

    name: ClassVar[str] = "oversight.get_unit_holds"

    unit_id: str
    include_lifted: bool = False


class GetTimeline(Command):
    """What oversight knows of a unit, oldest first."""

    name: ClassVar[str] = "oversight.get_timeline"

    unit_id: str


class GetDecision(Command):
    """The legal chain of one decision of oversight."""

    name: ClassVar[str] = "oversight.get_decision"

    decision_id: str


class GetFigures(Command):
    """The counts of the 监督与退出 desk."""

    name: ClassVar[str] = "oversight.get_figures"


COMMANDS: tuple[type[Command], ...] = (
    ListReview,
    GetReviewItem,
    ConfirmTrigger,
    DismissTrigger,
    LiftHold,
    OpenCase,
    ListCases,
    GetCase,
    RecordStatement,
    WaiveStatement,
    RecordOpinion,
    DecideCase,
    AddCaseNote,
    GetMinutes,
    PublishRemoval,
    ListPublications,
    ListPlaqueTasks,
    ListTasks,
    GetUnitHolds,
    GetTimeline,
    GetDecision,
    GetFigures,
)
