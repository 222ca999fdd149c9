"""What incentives says and accepts: entitlements as leases, checks, take-up.

Its answers stand in `shared.contracts.incentives_answers`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, ClassVar

from pydantic import Field

from shared.contracts.incentives_words import (
    Amount,
    CallKind,
    PageSize,
    Purpose,
    ServiceKind,
    SubsidyKind,
    SubsidyOutcome,
    Text,
)
from shared.contracts.message import Command, Event

# --- says ---------------------------------------------------------------------------------


class EntitlementChanged(Event):
    """An entitlement that others act on was granted, suspended, restored or ended.

    `state` is active, suspended or ended; `degree` is exempt or reduced for inspection relief.
    `cause` names the hold, title or decision behind the change.
    """

    name: ClassVar[str] = "incentives.entitlement_changed"

    unit_id: str
    entitlement_id: str
    benefit: str
    degree: str = ""
    state: str
    clause: str
    changed_at: datetime
    lease_until: datetime | None = None
    cause: str = ""
    granted_on: date | None = None


# --- accepts: checks and reading ----------------------------------------------------------


class EntitlementChecks(Command):
    """May these units be visited for this purpose? Give codes or unit ids, up to 10,000.

    `on` today (or none) is answered from live leases; a past day from history; a later day as
    things stand now. Items come back in the order asked, with `known` False for units that do
    not exist or lie outside the asker's area. `with_wording` False leaves the clause's own
    words out of each item (they are in `wordings` once in either case).
    """

    name: ClassVar[str] = "incentives.entitlement_checks"
    only_tells: ClassVar[bool] = True

    purpose: Purpose
    codes: Annotated[tuple[str, ...], Field(max_length=10_000)] = ()
    unit_ids: Annotated[tuple[str, ...], Field(max_length=10_000)] = ()
    on: date | None = None
    with_wording: bool = True


class GreenChannel(Command):
    """Has the unit with this code the green channel on this day? (NB23-089, NB23-097)"""

    name: ClassVar[str] = "incentives.green_channel"

    code: str
    purpose: Purpose = Purpose.WORK_INJURY_GREEN_CHANNEL
    on: date | None = None


class Entitlements(Command):
    """All entitlements of one unit, ended ones included, newest first."""

    name: ClassVar[str] = "incentives.entitlements"

    unit_id: str


class ListEntitlements(Command):
    """Entitlements in the asker's area, by key; `after` is the last answer's `next_after`."""

    name: ClassVar[str] = "incentives.list_entitlements"

    benefit: str = ""
    state: str = ""
    kind: str = ""
    division: str = ""
    search: str = ""
    after: str = ""
    limit: PageSize = 50


class UnitBenefits(Command):
    """Every benefit of the pack in force for one unit: enjoyed or not, and why."""

    name: ClassVar[str] = "incentives.unit_benefits"

    unit_id: str


class Timeline(Command):
    """What happened to a unit's benefits, newest first, each with clause, person and decision."""

    name: ClassVar[str] = "incentives.timeline"

    unit_id: str


class ReadDecision(Command):
    """The legal chain of one decision of this service."""

    name: ClassVar[str] = "incentives.decision"

    decision_id: str


class Barrier(Command):
    """How far this service has heard: which of these messages are applied, and the counts."""

    name: ClassVar[str] = "incentives.barrier"

    message_ids: Annotated[tuple[str, ...], Field(max_length=10_000)] = ()


class AwardNominations(Command):
    """Units of all kinds with a city+ title on a day, to be recommended first (NB23-100)."""

    name: ClassVar[str] = "incentives.award_nominations"

    on: date | None = None


# --- accepts: acts ------------------------------------------------------------------------


class DeclareLabourNeed(Command):
    """A unit says how many people it looks for, and until when (NB23-087, 有用工需求的)."""

    name: ClassVar[str] = "incentives.declare_labour_need"

    unit_id: str
    headcount: Annotated[int, Field(ge=1, le=100_000)]
    posts: Text
    until_on: date


class WithdrawLabourNeed(Command):
    """The unit no longer looks for people."""

    name: ClassVar[str] = "incentives.withdraw_labour_need"

    unit_id: str


class WidenBenefit(Command):
    """An officer opens a benefit to one unit of another kind (sites, A-55), with a reason."""

    name: ClassVar[str] = "incentives.widen_benefit"

    unit_id: str
    benefit: str
    reason: Text


class OpenCall(Command):
    """Open a recruiting trip, a coordinators' course or a call for injury projects."""

    name: ClassVar[str] = "incentives.open_call"

    kind: CallKind
    title: Text
    seats: Annotated[int, Field(ge=1, le=10_000)]
    on: date


class ListCalls(Command):
    """Calls of the asker's area, newest first."""

    name: ClassVar[str] = "incentives.list_calls"

    kind: CallKind | None = None


class ApplyToCall(Command):
    """Put a unit (a course: one named coordinator) down for a call, once per unit and person."""

    name: ClassVar[str] = "incentives.apply_to_call"

    call_id: str
    unit_id: str
    person: str = ""
    content: str = ""


class AllocateCall(Command):
    """Give the seats: eligible units first, then by time of application; the rest wait."""

    name: ClassVar[str] = "incentives.allocate_call"

    call_id: str


class ExportCall(Command):
    """The call with its applicants; `priority` is 1 for eligible ones (NB23-090)."""

    name: ClassVar[str] = "incentives.export_call"

    call_id: str


class RecordSubsidy(Command):
    """Record a subsidy application and what a person decided on it (NB23-091).

    `known_holds`: holds oversight has on the unit; granting is refused until they arrived here.
    """

    name: ClassVar[str] = "incentives.record_subsidy"

    unit_id: str
    kind: SubsidyKind
    applied_on: date
    outcome: SubsidyOutcome = SubsidyOutcome.PENDING
    amount: Amount = "0"
    subsidy_id: str = ""  # empty: a new one; else the outcome of this one
    known_holds: tuple[str, ...] = ()


class AssignContact(Command):
    """Name the point-to-point contact of a demonstration enterprise (NB23-092)."""

    name: ClassVar[str] = "incentives.assign_contact"

    unit_id: str
    contact: Text
    phone: str = ""
    body: str = ""


class ContactsMissing(Command):
    """Demonstration enterprises without a contact after the days the pack grants."""

    name: ClassVar[str] = "incentives.contacts_missing"

    on: date | None = None


class RecordDiagnosis(Command):
    """Record a one-to-one diagnosis visit; closed ones are readable by the unit (NB23-093)."""

    name: ClassVar[str] = "incentives.record_diagnosis"

    unit_id: str
    visited_on: date
    expert: Text
    findings: Text
    advice: Text
    closed: bool = True
    diagnosis_id: str = ""


class ReadDiagnoses(Command):
    """Diagnoses of a unit; a unit's own user sees the closed ones."""

    name: ClassVar[str] = "incentives.read_diagnoses"

    unit_id: str


class RequestService(Command):
    """A unit asks for policy advice or recruitment help (NB23-087)."""

    name: ClassVar[str] = "incentives.request_service"

    unit_id: str
    kind: ServiceKind
    matter: Text


class RequestLegalService(Command):
    """A unit asks for public legal service; the answer says whether it has priority (NB23-094)."""

    name: ClassVar[str] = "incentives.request_legal_service"

    unit_id: str
    matter: Text


class CloseService(Command):
    """Record who served a request, when and with what outcome."""

    name: ClassVar[str] = "incentives.close_service"

    request_id: str
    provider: Text
    served_on: date
    outcome: Text


class ServiceQueue(Command):
    """Open requests of the asker's area: those with priority first, then by time."""

    name: ClassVar[str] = "incentives.service_queue"

    kind: ServiceKind | None = None
    limit: PageSize = 200


class PlanVisit(Command):
    """Plan a visit of a mediation or arbitration body to an eligible unit (NB23-096)."""

    name: ClassVar[str] = "incentives.plan_visit"

    unit_id: str
    body: Text
    planned_on: date
    topic: Text


class LogVisit(Command):
    """Log a visit that was made; `visit_id` empty when it was not planned."""

    name: ClassVar[str] = "incentives.log_visit"

    visited_on: date
    topic: Text
    advice: Text
    visit_id: str = ""
    unit_id: str = ""
    body: str = ""


class VisitsDue(Command):
    """Eligible units of the asker's area not yet visited in a year."""

    name: ClassVar[str] = "incentives.visits_due"

    year: Annotated[int, Field(ge=2000, le=2100)]


COMMANDS: tuple[type[Command], ...] = (
    EntitlementChecks,
    GreenChannel,
    Entitlements,
    ListEntitlements,
    UnitBenefits,
    Timeline,
    ReadDecision,
    Barrier,
    AwardNominations,
    DeclareLabourNeed,
    WithdrawLabourNeed,
    WidenBenefit,
    OpenCall,
    ListCalls,
    ApplyToCall,
    AllocateCall,
    ExportCall,
    RecordSubsidy,
    AssignContact,
    ContactsMissing,
    RecordDiagnosis,
    ReadDiagnoses,
    RequestService,
    RequestLegalService,
    CloseService,
    ServiceQueue,
    PlanVisit,
    LogVisit,
    VisitsDue,
)
