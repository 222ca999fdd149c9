"""What oversight answers about review, exit cases and the desk. Every `…_text` is fit to show."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import Field

from shared.contracts.message import Shape


class GroundView(Shape):
    """An exit ground in the document's words; `needs` are the facts a person must confirm."""

    ground: str
    name: str
    clause: str
    wording: str
    needs: tuple[str, ...] = ()


class TitleView(Shape):
    """A title oversight knows of."""

    title_id: str
    title_text: str
    level: str
    level_text: str
    node: str
    number: str
    status: str
    granted_on: date


class ReviewItemView(Shape):
    """A trigger before a person. `effect` is what it did on arrival, `hold_id` its own hold."""

    trigger_id: str
    unit_id: str
    unit_name: str
    division: str
    agency: str
    agency_name: str
    kind: str
    kind_text: str
    effect: str
    effect_text: str
    says: str
    clause: str
    ground: str
    ground_text: str
    hold_id: str
    state: str
    state_text: str
    occurred_at: datetime
    arrived_at: datetime
    asked_by: str = ""  # somebody has asked to dismiss it: a second person is needed
    asked_reason: str = ""


class ReviewItemWhole(ReviewItemView):
    """A trigger under review with what the agency sent and the grounds it may meet."""

    said: dict[str, Any] = Field(default_factory=dict)
    grounds: tuple[GroundView, ...] = ()
    titles: tuple[TitleView, ...] = ()
    case_ids: tuple[str, ...] = ()


class ReviewPage(Shape):
    """A page of the review queue; `next` is "" on the last."""

    items: tuple[ReviewItemView, ...]
    next: str = ""


class ConfirmAnswer(Shape):
    """What a confirmation led to: `outcome` is case (they are named) or warning.

    For an event its agency takes back: lifted, closed, or awaiting_second (nothing done yet).
    """

    trigger_id: str
    outcome: str
    says: str
    ground: str = ""
    ground_text: str = ""
    clause: str = ""
    case_ids: tuple[str, ...] = ()
    decision_id: str


class LiftAnswer(Shape):
    """`state` is awaiting_second (another person must agree), lifted or dismissed."""

    state: str
    says: str
    hold_id: str = ""
    trigger_id: str = ""
    decision_id: str = ""


class OpinionView(Shape):
    """One body's opinion; `given` is False while it is still missing."""

    body: str
    body_name: str
    side: str
    side_text: str
    delegated: bool
    given: bool
    consent: str = ""
    consent_text: str = ""
    text: str = ""
    document: str = ""
    given_at: datetime | None = None
    given_by: str = ""


class SideView(Shape):
    """How one of the three sides stands; `absent` when it has no body at all on record."""

    side: str
    side_text: str
    revoke: int
    keep: int
    recused: int
    missing: int
    quorum_met: bool
    absent: bool = False


class CaseStepView(Shape):
    """One line of the case's story."""

    kind: str
    kind_text: str
    at: datetime
    by: str
    node: str
    says: str
    clause: str = ""
    decision_id: str = ""


class CaseView(Shape):
    """A case as a list shows it. `node` is the naming node, `status` open or closed."""

    case_id: str
    unit_id: str
    unit_name: str
    division: str
    title_id: str
    title_text: str
    ground: str
    ground_text: str
    clause: str
    node: str
    node_name: str
    level: str
    level_text: str
    reported_from: str  # the node whose officer confirmed the facts
    waits_for: str  # whose move it is, in Chinese; "" when closed
    stage: str
    stage_text: str
    status: str
    outcome: str
    outcome_text: str
    opened_at: datetime
    opened_by: str
    days_open: int  # the clock of 立即 and 及时: counted, never punished
    version: int


class CaseWhole(CaseView):
    """A case whole: its story, the parties, what is still missing, and what the actor may do."""

    pack: str
    fingerprint: str
    opinions: tuple[OpinionView, ...] = ()
    sides: tuple[SideView, ...] = ()
    employer_note: str = ""  # 「企业方…」 when that side is delegated or absent
    statement: str = ""  # heard, waived or ""
    statement_text: str = ""
    decided_on: date | None = None
    decision_id: str = ""
    decision_says: str = ""
    title_revoked_on: date | None = None
    plaque_number: str = ""
    plaque_state: str = ""  # "", to_return, returned or lost
    plaque_text: str = ""
    publication_id: str = ""
    publication_state: str = ""  # "", due or published
    published_on: date | None = None
    trigger_ids: tuple[str, ...] = ()
    steps: tuple[CaseStepView, ...] = ()
    missing: tuple[str, ...] = ()  # what still stands before the next stage, in Chinese
    may: tuple[str, ...] = ()  # commands the actor may send now, without "oversight."


class CasePage(Shape):
    """A page of cases; `next` is "" on the last."""

    items: tuple[CaseView, ...]
    next: str = ""


class Minutes(Shape):
    """Minutes of the deliberation (会商纪要): paragraphs ready to print, and the parts as data."""

    case_id: str
    title: str
    paragraphs: tuple[str, ...]
    opinions: tuple[OpinionView, ...]
    dissent: tuple[str, ...]
    conclusion: str
    decision_id: str = ""


class PublicationView(Shape):
    """A published removal: what a citizen reads."""

    publication_id: str
    case_id: str
    unit_id: str
    unit_name: str
    title_id: str
    title_text: str
    level: str
    level_text: str
    node: str
    node_name: str
    revoked_on: date
    published_on: date
    text: str


class PublicationPage(Shape):
    """A page of removals; `next` is "" on the last."""

    items: tuple[PublicationView, ...]
    next: str = ""


class PlaqueTaskView(Shape):
    """A plaque of a cancelled title: to_return, returned or lost."""

    case_id: str
    unit_id: str
    unit_name: str
    title_id: str
    title_text: str
    plaque_number: str
    state: str
    state_text: str
    since_on: date
    returned_on: date | None = None
    lost_reason: str = ""


class PlaqueTaskPage(Shape):
    """A page of plaque tasks; `next` is "" on the last."""

    items: tuple[PlaqueTaskView, ...]
    next: str = ""


class TaskView(Shape):
    """One 待办: `target` and `target_id` name the page (review, case, hold, agency, campaign)."""

    kind: str
    says: str
    target: str
    target_id: str
    unit_id: str = ""
    unit_name: str = ""
    since_at: datetime
    urgent: bool = False


class TaskList(Shape):
    """The actor's 待办, in the order they should be done; `counts` per kind before any cut-off."""

    items: tuple[TaskView, ...]
    counts: dict[str, int] = Field(default_factory=dict)


class HoldView(Shape):
    """One reason against a unit, in words."""

    hold_id: str
    effect: str
    effect_text: str
    says: str
    clause: str
    agency: str
    agency_name: str
    trigger_id: str
    occurred_at: datetime
    placed_at: datetime
    lifted_at: datetime | None = None
    lifted_by: str = ""
    lifted_reason: str = ""
    asked_by: str = ""  # a lift was asked for: a second person is needed
    asked_reason: str = ""


class UnitHolds(Shape):
    """All reasons against a unit; `held` is True while any suspends its title's benefits."""

    unit_id: str
    unit_name: str
    held: bool
    waiver_lifted: bool
    says: str
    holds: tuple[HoldView, ...]


class TimelineEntry(Shape):
    """One thing that happened to a unit in oversight."""

    at: datetime
    kind: str
    kind_text: str
    says: str
    by: str = ""
    clause: str = ""
    target: str = ""
    target_id: str = ""
    decision_id: str = ""


class Timeline(Shape):
    """What oversight knows of a unit, oldest first."""

    unit_id: str
    entries: tuple[TimelineEntry, ...]


class Figures(Shape):
    """The counts of the 监督与退出 desk, of the area the actor's node covers."""

    pending_review: int
    units_suspended: int
    waivers_lifted: int
    new_suspensions_today: int
    unmatched_events: int
    open_cases: int
    cases_by_stage: dict[str, int]
    plaques_to_return: int
    publications_due: int
    open_campaigns: int
    checks_left: int
    removals_this_year: int
