"""What evaluation answers about units: standard, self-assessment, opinions, applications.

The shapes a gateway renders. Times are UTC, law dates are days. Rounds and what is read across
cases (tasks, timeline, minutes) stand in `evaluation_round_answers`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from shared.contracts.message import Shape

Finding = Literal["met", "partly", "not_met", "na", "open"]


class EvidenceRef(Shape):
    """A file kept by the gateway: its id there, its name, its SHA-256."""

    file_id: str
    name: str
    sha256: str = ""


class IndicatorResult(Shape):
    """What the unit says about one item of the standard, and what it shows for it."""

    indicator_id: str
    finding: Finding = "open"
    remark: str = ""
    evidence: tuple[EvidenceRef, ...] = ()


class IndicatorView(Shape):
    """One item in the document's own words, with every element it lists."""

    indicator_id: str
    heading: str
    says: str
    elements: tuple[str, ...]
    mandatory: bool
    method: str
    evidence_asked: bool
    na_allowed: bool
    clause: str
    wording: str


class StandardView(Shape):
    """The standard a unit is held against, and where it comes from (plan or pack baseline)."""

    unit_id: str
    standard_id: str
    title: str
    version: str
    marked: str
    clause: str
    from_plan: str
    pack_id: str
    pack_version: str
    pack_status: str
    indicators: tuple[IndicatorView, ...]


class AssessmentView(Shape):
    """A self-assessment as it stood at `version`; `versions` counts all that are kept."""

    assessment_id: str
    unit_id: str
    stage: Literal["draft", "completed"]
    version: int
    versions: int
    standard_id: str
    standard_version: str
    pack_fingerprint: str
    started_at: datetime
    started_by: str
    saved_at: datetime
    saved_by: str
    completed_at: datetime | None
    completed_by: str
    mandatory_not_met: tuple[str, ...]
    still_open: tuple[str, ...]
    results: tuple[IndicatorResult, ...]


class ResolutionView(Shape):
    """A meeting's vote and whether it carries: 2/3 present, more than half of all."""

    resolution_id: str
    unit_id: str
    meeting: str
    meeting_text: str
    held_on: date
    members_total: int
    present: int
    yes: int
    passed: bool
    says: str
    file: EvidenceRef | None
    reason: str
    recorded_at: datetime
    recorded_by: str


class OpinionView(Shape):
    """One body's opinion; `standing` is False for one that a later opinion replaced."""

    body: str
    side: str
    side_text: str
    delegated: bool
    position: Literal["consent", "dissent", "recuse"]
    position_text: str
    text: str
    given_at: datetime
    given_by: str
    given_by_name: str
    standing: bool = True


class SeatView(Shape):
    """A body whose opinion the decision needs, and whether it has been given."""

    body: str
    side: str
    side_text: str
    delegated: bool
    position: str = ""


class OpinionsView(Shape):
    """Where a joint decision stands: every body heard, each of the three sides consenting."""

    case: str
    case_id: str
    node: str
    seats: tuple[SeatView, ...]
    opinions: tuple[OpinionView, ...]
    missing: tuple[str, ...]
    complete: bool
    sides_consenting: int
    sides: dict[str, str]
    quorum: bool
    says: str


class StepView(Shape):
    """A step of a procedure: done, due (the next one) or ahead."""

    step: str
    step_text: str
    state: Literal["done", "due", "ahead", "ended"]
    done_at: datetime | None = None
    done_by: str = ""
    done_by_name: str = ""
    outcome: str = ""
    text: str = ""
    clause: str = ""
    decision_id: str = ""


class ApplicationView(Shape):
    """An application for recognition with everything its page shows."""

    application_id: str
    revision: int
    unit_id: str
    unit_name: str
    unit_kind: str
    division: str
    receipt_number: str
    office: str
    office_name: str
    year: int
    stage: Literal["received", "returned", "under_review", "recognised", "refused", "withdrawn"]
    stage_text: str
    assessment_id: str
    resolution_id: str
    statement: str
    documents: tuple[EvidenceRef, ...]
    submitted_at: datetime
    submitted_by: str
    received_on: date
    late: bool
    publicity: bool = False  # the plan asks for a notice before recognition
    notice_id: str = ""
    return_reason: str = ""
    reason: str = ""
    decided_on: date | None = None
    decision_id: str = ""
    submit_decision_id: str = ""
    may: tuple[str, ...] = Field(default=(), description="commands the actor may send now")
    steps: tuple[StepView, ...] = ()
    opinions: OpinionsView | None = None
