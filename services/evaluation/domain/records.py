"""Evaluation's records as they are stored: frozen, one field a column."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.evaluation.domain.congress import Meeting
from services.evaluation.domain.opinions import Position
from services.evaluation.domain.stages import (
    ApplicationStage,
    NominationStage,
    ObjectionStage,
    RoundStage,
)

Documents = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as the registry last told it."""

    unit_id: str
    kind: str
    name: str
    code: str
    division: str
    ends_on: date | None
    revision: int
    closed_on: date | None
    heard_at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """A district's filed annual plan, as far as applications need it."""

    plan_id: str
    node: str
    year: int
    window_from: date
    deadline_on: date
    standards: dict[str, str]
    papers: list[str]
    publicity: bool
    filed_at: datetime
    heard_at: datetime


@dataclass(frozen=True, slots=True)
class Learned:
    """A day something happened elsewhere, what it was, and when we heard of it."""

    id: str
    happened_on: date
    learned_at: datetime


@dataclass(frozen=True, slots=True)
class Assessment:
    """A self-assessment; its findings are kept by version."""

    assessment_id: str
    unit_id: str
    stage: str
    version: int
    standard_id: str
    standard_version: str
    pack_fingerprint: str
    plan_id: str
    started_at: datetime
    started_by: str
    started_by_name: str
    completed_at: datetime | None = None
    completed_by: str | None = None
    completed_by_name: str | None = None


@dataclass(frozen=True, slots=True)
class AssessmentVersion:
    """The findings as saved once."""

    assessment_id: str
    version: int
    results: Documents
    saved_at: datetime
    saved_by: str
    saved_by_name: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a meeting decided."""

    resolution_id: str
    unit_id: str
    meeting: Meeting
    held_on: date
    members_total: int
    present: int
    yes: int
    passed: bool
    says: str
    file: dict[str, Any] | None
    reason: str
    recorded_at: datetime
    recorded_by: str
    recorded_by_name: str


@dataclass(frozen=True, slots=True)
class Application:
    """An application for recognition."""

    application_id: str
    revision: int
    unit_id: str
    receipt_number: str
    office: str
    year: int
    plan_id: str
    stage: ApplicationStage
    assessment_id: str
    resolution_id: str
    statement: str
    documents: Documents
    pack_fingerprint: str
    late: bool
    received_on: date
    submitted_at: datetime
    submitted_by: str
    submitted_by_name: str
    submit_decision_id: str
    publicity: bool = False
    notice_id: str | None = None
    accepted_at: datetime | None = None
    accepted_by: str | None = None
    accepted_by_name: str | None = None
    return_reason: str = ""
    reason: str = ""
    decided_on: date | None = None
    decision_id: str | None = None


@dataclass(frozen=True, slots=True)
class Recognition:
    """A standing recognition as 和谐劳动关系单位, apart from any title."""

    application_id: str
    unit_id: str
    office: str
    recognised_on: date
    decision_id: str
    recognised_at: datetime
    recognised_by: str
    recognised_by_name: str


@dataclass(frozen=True, slots=True)
class OpinionRecord:
    """An opinion as given; `standing` ends when the body speaks again."""

    opinion_id: str
    case_kind: str
    case_id: str
    body: str
    side: str
    delegated: bool
    position: Position
    text: str
    standing: bool
    given_at: datetime
    given_by: str
    given_by_name: str


@dataclass(frozen=True, slots=True)
class Round:
    """A year's city round."""

    round_id: str
    revision: int
    node: str
    year: int
    title_kind: str
    title_text: str
    level: str
    stage: RoundStage
    opens_on: date
    nominations_until: date | None
    pack_fingerprint: str
    opened_at: datetime
    opened_by: str
    opened_by_name: str
    decision_id: str | None = None


@dataclass(frozen=True, slots=True)
class Nomination:
    """A unit's way through a round."""

    nomination_id: str
    revision: int
    round_id: str
    unit_id: str
    kind: str
    stage: NominationStage
    statement: str
    documents: Documents
    declared_at: datetime
    declared_by: str
    declared_by_name: str
    enter_decision_id: str
    district_at: datetime | None = None
    district_by: str | None = None
    district_by_name: str | None = None
    district_decision_id: str | None = None
    city_at: datetime | None = None
    city_by: str | None = None
    city_by_name: str | None = None
    city_decision_id: str | None = None
    notice_id: str | None = None
    override_reason: str = ""
    quota_reason: str = ""
    reason: str = ""
    decided_on: date | None = None
    decision_id: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A public notice of a round."""

    notice_id: str
    round_id: str
    node: str
    title_text: str
    posted_on: date
    ends_on: date
    working_days: int
    days_from_text: bool
    days_note: str
    contact: str
    decision_id: str
    posted_at: datetime
    posted_by: str
    posted_by_name: str


@dataclass(frozen=True, slots=True)
class Objection:
    """An objection; name and contact of the objector are restricted data."""

    objection_id: str
    notice_id: str
    case_kind: str
    case_id: str
    unit_id: str
    stage: ObjectionStage
    content: str
    objector_kind: str
    objector_name: str
    objector_contact: str
    signed: bool
    documents: Documents
    received_at: datetime
    received_by: str
    received_by_name: str
    acknowledge_by: date | None
    conclude_by: date | None
    finding: str = ""
    effect: str = ""
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    resolved_by_name: str | None = None
    decision_id: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done in a case: history, never changed."""

    step_id: str
    case_kind: str
    case_id: str
    unit_id: str
    step: str
    outcome: str
    says: str
    text: str
    clause: str
    decision_id: str
    node: str
    documents: Documents
    happened_on: date
    done_at: datetime
    done_by: str
    done_by_name: str
