"""What incentives answers: checks, entitlements, sheets and lists as the gateway shows them."""

from __future__ import annotations

from datetime import date, datetime

from shared.contracts.incentives_words import (
    Amount,
    CallKind,
    Purpose,
    ServiceKind,
    SubsidyKind,
    SubsidyOutcome,
)
from shared.contracts.message import Shape


class EntitlementCheck(Shape):
    """One unit's answer. `may_inspect` False means: do not schedule this visit.

    status  normal, reduced (advisory `factor` of the usual frequency) or exempt (factor 0)
    entitled  for green channels: the unit has it
    """

    unit_id: str
    code: str
    name: str
    purpose: Purpose
    known: bool
    may_inspect: bool
    status: str
    entitled: bool
    factor: str
    held: bool
    reason: str
    clause: str
    wording: str
    lease_until: datetime | None


class EntitlementCheckList(Shape):
    """Answers in the order asked; `pack` is the fingerprint of the law they rest on."""

    purpose: Purpose
    on: date
    answered_at: datetime
    pack: str
    factor_from_text: bool
    wordings: dict[str, str]
    items: list[EntitlementCheck]


class GreenChannelAnswer(Shape):
    """`green_channel` and why."""

    code: str
    unit_id: str
    name: str
    purpose: Purpose
    on: date
    green_channel: bool
    reason: str
    clause: str
    lease_until: datetime | None


class EntitlementRow(Shape):
    """One entitlement with its unit."""

    entitlement_id: str
    unit_id: str
    code: str
    unit_name: str
    kind: str
    division: str
    benefit: str
    benefit_name: str
    state: str
    degree: str
    clause: str
    granted_on: date
    changed_at: datetime
    lease_until: datetime | None
    cause: str
    decision_id: str


class EntitlementPage(Shape):
    """A page by key; `next_after` empty on the last."""

    items: list[EntitlementRow]
    next_after: str


class UnitBenefit(Shape):
    """One benefit for one unit. state: active, suspended, ended or none."""

    benefit: str
    name: str
    says: str
    state: str
    enjoys: bool
    why: str
    clause: str
    wording: str
    lease_until: datetime | None
    decision_id: str


class SubsidyRow(Shape):
    """One subsidy application."""

    subsidy_id: str
    unit_id: str
    kind: SubsidyKind
    applied_on: date
    outcome: SubsidyOutcome
    amount: Amount
    recorded_at: datetime
    recorded_by: str


class UnitBenefitSheet(Shape):
    """A unit's own page: benefits, labour need, contact, subsidies and open holds."""

    unit_id: str
    unit_name: str
    held: bool
    complaint_open: bool
    held_because: list[str]
    labour_need: dict[str, str]
    contact: dict[str, str]
    benefits: list[UnitBenefit]
    subsidies: list[SubsidyRow]


class TimelineEntry(Shape):
    """One thing that happened to a unit's benefits."""

    at: datetime
    what: str
    says: str
    clause: str
    by: str
    decision_id: str
    cause: str


class CallRow(Shape):
    """A call and how full it is. stage: open or allocated."""

    call_id: str
    kind: CallKind
    title: str
    node: str
    seats: int
    on: date
    stage: str
    applicants: int
    seated: int


class CallSeat(Shape):
    """One applicant. place: applied, seated, waiting or not_offered; `priority` 1 if eligible."""

    application_id: str
    unit_id: str
    code: str
    unit_name: str
    person: str
    content: str
    applied_at: datetime
    priority: int
    place: str
    why: str


class CallSheet(Shape):
    """A call with its applicants in order of allocation."""

    call: CallRow
    seats: list[CallSeat]


class MissingContact(Shape):
    """A demonstration enterprise that still has no contact."""

    unit_id: str
    code: str
    unit_name: str
    division: str
    named_on: date
    due_on: date
    clause: str


class DiagnosisRow(Shape):
    """One diagnosis visit."""

    diagnosis_id: str
    unit_id: str
    visited_on: date
    expert: str
    findings: str
    advice: str
    closed: bool


class ServiceRow(Shape):
    """One service request in the queue."""

    request_id: str
    unit_id: str
    code: str
    unit_name: str
    kind: ServiceKind
    matter: str
    priority: bool
    why: str
    clause: str
    requested_at: datetime
    provider: str
    served_on: date | None
    outcome: str


class VisitRow(Shape):
    """A visit, planned or made."""

    visit_id: str
    unit_id: str
    body: str
    planned_on: date | None
    visited_on: date | None
    topic: str
    advice: str


class VisitDue(Shape):
    """An eligible unit not yet visited this year; `planned_on` when a visit is planned."""

    unit_id: str
    code: str
    unit_name: str
    division: str
    planned_on: date | None


class VisitPlan(Shape):
    """A year's visits to eligible units."""

    year: int
    eligible: int
    visited: int
    due: list[VisitDue]


class AwardNominee(Shape):
    """A unit to be recommended first, with the titles it held on the day."""

    unit_id: str
    code: str
    unit_name: str
    kind: str
    division: str
    titles: list[str]
    level: str
    since_on: date


class AwardList(Shape):
    """The list at a day, highest level first."""

    on: date
    clause: str
    items: list[AwardNominee]


class Given(Shape):
    """Done: the id of what was made or changed."""

    id: str
    says: str


class BarrierFacts(Shape):
    """Which messages are applied, and counts to wait on."""

    applied: list[str]
    missing: list[str]
    units: int
    titles: int
    open_holds: int
    active: int
    suspended: int
    to_reassess: int
