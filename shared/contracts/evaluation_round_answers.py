"""What evaluation answers about rounds, notices, objections, and across cases."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from shared.contracts.evaluation_answers import (
    ApplicationView,
    EvidenceRef,
    OpinionsView,
    OpinionView,
    SeatView,
    StepView,
)
from shared.contracts.message import Shape


class QuotaView(Shape):
    """A year's planned number for one kind of unit (NB23 二(四)) and how far it is used."""

    kind: str
    kind_text: str
    planned: int
    approved: int
    left: int
    shortage: int
    overrides: int
    clause: str


class RoundView(Shape):
    """A year's round. `nominations` counts by stage; `named` fills once approvals are made."""

    round_id: str
    revision: int
    node: str
    node_name: str
    year: int
    title_kind: str
    title_text: str
    stage: Literal["planned", "open", "reviewing", "notice", "decided"]
    stage_text: str
    opens_on: date
    nominations_until: date | None
    opened_at: datetime
    opened_by: str
    quotas: tuple[QuotaView, ...]
    nominations: dict[str, int]
    named: tuple[dict[str, str], ...] = ()
    notices: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    decision_id: str = ""


class ObjectionView(Shape):
    """An objection; the objector's identity is empty unless `identity_shown`."""

    objection_id: str
    notice_id: str
    nomination_id: str = ""
    application_id: str = ""
    unit_id: str
    unit_name: str
    stage: Literal["open", "upheld", "partly", "unfounded"]
    stage_text: str
    content: str
    objector_kind: str
    identity_shown: bool
    objector_name: str = ""
    objector_contact: str = ""
    signed: bool = False
    documents: tuple[EvidenceRef, ...] = ()
    received_at: datetime
    acknowledge_by: date | None
    conclude_by: date | None
    finding: str = ""
    effect: str = ""
    resolved_at: datetime | None = None
    resolved_by: str = ""
    resolved_by_name: str = ""
    decision_id: str = ""


class ObjectionReceipt(Shape):
    """What the objector gets back: a number to ask by, and until when to expect an answer."""

    objection_id: str
    notice_id: str
    received_at: datetime
    acknowledge_by: date | None
    conclude_by: date | None
    says: str


class NominationView(Shape):
    """A nomination with its four steps, opinions and objections."""

    nomination_id: str
    revision: int
    round_id: str
    round_year: int
    node: str
    unit_id: str
    unit_name: str
    unit_kind: str
    division: str
    title_kind: str
    title_text: str
    stage: Literal[
        "declared", "district_reviewed", "city_reviewed", "on_notice", "approved", "refused"
    ]
    stage_text: str
    statement: str
    documents: tuple[EvidenceRef, ...]
    declared_at: datetime
    declared_by: str
    cultivation_from: date | None
    cultivation_months: int | None
    held: bool
    notice_id: str = ""
    notice_ends_on: date | None = None
    notice_finished: bool = False
    open_objections: int = 0
    quota_left: int | None = None
    override_reason: str = ""
    quota_reason: str = ""
    reason: str = ""
    decided_on: date | None = None
    decision_id: str = ""
    may: tuple[str, ...] = ()
    steps: tuple[StepView, ...] = ()
    objections: tuple[ObjectionView, ...] = ()
    opinions: OpinionsView | None = None


class NoticeCandidate(Shape):
    """A candidate as the public sees it: unit data only (A-47).

    One of `nomination_id` (naming) and `application_id` (recognition) is set.
    """

    nomination_id: str = ""
    application_id: str = ""
    unit_id: str
    unit_name: str
    unit_kind: str
    division: str
    stage: str


class NoticeView(Shape):
    """A public notice; day 1 is the day after posting, the end is a working day (A-13)."""

    notice_id: str
    round_id: str
    node: str
    node_name: str
    title_text: str
    posted_on: date
    ends_on: date
    working_days: int
    days_from_text: bool
    days_note: str = ""  # a sentence when the end is estimated: no arrangement on file yet
    running: bool
    days_left: int
    contact: str
    posted_by: str
    decision_id: str
    candidates: tuple[NoticeCandidate, ...]


class TaskItem(Shape):
    """One thing that waits for the actor. `act` is the command that settles it."""

    task: str
    says: str
    act: str
    case: str
    case_id: str
    unit_id: str
    unit_name: str
    since: datetime
    age_days: int
    due_on: date | None
    overdue: bool
    clause: str


class TimelineEntry(Shape):
    """Who did what, when it happened, when we learned it, on which clause."""

    entry_id: str
    what: str
    says: str
    happened_on: date
    learned_at: datetime
    by: str
    by_name: str
    node: str
    clause: str
    case: str = ""
    case_id: str = ""
    decision_id: str = ""
    documents: tuple[EvidenceRef, ...] = ()


class MinutesView(Shape):
    """Minutes of a joint decision: who sat, what each said, recusals, dissent in full."""

    case: str
    case_id: str
    title: str
    node: str
    node_name: str
    unit_name: str
    matter: str
    outcome: str
    decided_on: date | None
    quorum_says: str
    seats: tuple[SeatView, ...]
    opinions: tuple[OpinionView, ...]
    dissents: tuple[OpinionView, ...]
    recusals: tuple[OpinionView, ...]
    rules: tuple[dict[str, str], ...]
    decision_id: str
    recorded_by: str
    printed_on: date


class StandingView(Shape):
    """Where a unit is in the year, what is missing for the next step."""

    unit_id: str
    recognised: bool
    recognised_on: date | None
    recognition_decision_id: str
    committed_on: date | None
    cultivation_from: date | None
    held: bool
    plan_year: int
    window_from: date | None
    deadline_on: date | None
    application_id: str
    application_stage: str
    nomination_id: str
    nomination_stage: str
    assessment_id: str
    assessment_stage: str
    resolution_id: str
    missing: tuple[str, ...]


class Page(Shape):
    """Rows of a list and the key to go on from ("" at the end)."""

    items: tuple[ApplicationView, ...] | tuple[NominationView, ...]
    next_after: str
    total: int
