"""Evaluation's own tables. The connection's search_path decides the schema.

state    assessment, application, recognition, round, nomination, notice, candidate, objection
history  assessment_version, resolution, opinion (a replaced one stays), case_step
copies   known_*: what other services have said, kept here
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.evaluation.domain.congress import Meeting
from services.evaluation.domain.opinions import Position
from services.evaluation.domain.stages import (
    ApplicationStage,
    NominationStage,
    ObjectionStage,
    RoundStage,
)

METADATA = MetaData()


def _in(column: str, words: Iterable[StrEnum | str]) -> str:
    return f"{column} IN ({', '.join(repr(str(w)) for w in words)})"


def _text(name: str, default: str | None = "") -> Column[str]:
    return Column(name, Text, nullable=False, server_default=default)


def _id(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _json(name: str) -> Column[object]:
    return Column(name, JSONB, nullable=False, server_default=text("'[]'::jsonb"))


def _act(verb: str, *, required: bool = True) -> list[Column[object]]:
    """An instant and its person: `<verb>_at`, `<verb>_by`, `<verb>_by_name`."""
    return [
        Column(f"{verb}_at", DateTime(timezone=True), nullable=not required),
        Column(f"{verb}_by", Text, nullable=not required),
        Column(f"{verb}_by_name", Text, nullable=not required),
    ]


def _together(verb: str) -> CheckConstraint:
    return CheckConstraint(f"({verb}_at IS NULL) = ({verb}_by IS NULL)", name=f"{verb}_at_with_by")


assessment = Table(
    "assessment",
    METADATA,
    Column("assessment_id", Text, primary_key=True),
    _id("unit_id"),
    _id("stage"),
    Column("version", Integer, nullable=False),
    _id("standard_id"),
    _id("standard_version"),
    _id("pack_fingerprint"),
    _text("plan_id"),
    *_act("started"),
    *_act("completed", required=False),
    _together("completed"),
    CheckConstraint(_in("stage", ("draft", "completed")), name="assessment_stage"),
    CheckConstraint("(stage = 'completed') = (completed_at IS NOT NULL)", name="assessment_done"),
    Index("assessment_of_unit", "unit_id", "assessment_id"),
    Index("assessment_one_draft", "unit_id", unique=True, postgresql_where=text("stage = 'draft'")),
)

assessment_version = Table(
    "assessment_version",
    METADATA,
    Column("assessment_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    _json("results"),
    *_act("saved"),
    PrimaryKeyConstraint("assessment_id", "version"),
)

resolution = Table(
    "resolution",
    METADATA,
    Column("resolution_id", Text, primary_key=True),
    _id("unit_id"),
    _id("meeting"),
    Column("held_on", Date, nullable=False),
    Column("members_total", Integer, nullable=False),
    Column("present", Integer, nullable=False),
    Column("yes", Integer, nullable=False),
    Column("passed", Boolean, nullable=False),
    _id("says"),
    Column("file", JSONB),
    _text("reason"),
    *_act("recorded"),
    CheckConstraint(_in("meeting", Meeting), name="resolution_meeting"),
    CheckConstraint(
        "0 <= yes AND yes <= present AND present <= members_total", name="resolution_votes"
    ),
    Index("resolution_of_unit", "unit_id", "resolution_id"),
)

application = Table(
    "application",
    METADATA,
    Column("application_id", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    _id("unit_id"),
    Column("receipt_number", Text, nullable=False, unique=True),
    _id("office"),
    Column("year", Integer, nullable=False),
    _id("plan_id"),
    _id("stage"),
    _id("assessment_id"),
    _text("resolution_id"),
    _text("statement"),
    _json("documents"),
    _id("pack_fingerprint"),
    Column("late", Boolean, nullable=False),
    Column("received_on", Date, nullable=False),
    *_act("submitted"),
    *_act("accepted", required=False),
    _text("return_reason"),
    _text("reason"),
    _id("submit_decision_id"),
    Column("publicity", Boolean, nullable=False),
    Column("notice_id", Text),
    Column("decided_on", Date),
    Column("decision_id", Text),
    _together("accepted"),
    CheckConstraint(_in("stage", ApplicationStage), name="application_stage"),
    CheckConstraint(
        "stage NOT IN ('recognised', 'refused')"
        " OR (decision_id IS NOT NULL AND decided_on IS NOT NULL)",
        name="application_decided",
    ),
    CheckConstraint(
        "stage <> 'recognised' OR NOT publicity OR notice_id IS NOT NULL",
        name="application_publicity",
    ),
    Index("application_inbox", "office", "application_id"),
    Index(
        "application_one_open",
        "unit_id",
        unique=True,
        postgresql_where=text("stage IN ('received', 'returned', 'under_review')"),
    ),
)

recognition = Table(
    "recognition",
    METADATA,
    Column("application_id", Text, primary_key=True),
    _id("unit_id"),
    _id("office"),
    Column("recognised_on", Date, nullable=False),
    _id("decision_id"),
    *_act("recognised"),
    Column("withdrawn_on", Date),
    Column("withdrawn_by", Text),
    _text("withdrawn_reason"),
    Column("withdrawn_decision_id", Text),
    CheckConstraint(
        "(withdrawn_on IS NULL) = (withdrawn_by IS NULL)", name="recognition_withdrawn_on_with_by"
    ),
    Index(
        "recognition_one",
        "unit_id",
        unique=True,
        postgresql_where=text("withdrawn_on IS NULL"),
    ),
)

opinion = Table(
    "opinion",
    METADATA,
    Column("opinion_id", Text, primary_key=True),
    _id("case_kind"),
    _id("case_id"),
    _id("body"),
    _id("side"),
    Column("delegated", Boolean, nullable=False),
    _id("position"),
    _text("text"),
    Column("standing", Boolean, nullable=False),
    *_act("given"),
    CheckConstraint(_in("position", Position), name="opinion_position"),
    CheckConstraint(_in("side", ("government", "workers", "employers")), name="opinion_side"),
    CheckConstraint("case_kind IN ('application', 'nomination')", name="opinion_case"),
    Index(
        "opinion_one_standing",
        "case_id",
        "body",
        unique=True,
        postgresql_where=text("standing"),
    ),
)

round_ = Table(
    "round",
    METADATA,
    Column("round_id", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    _id("node"),
    Column("year", Integer, nullable=False),
    _id("title_kind"),
    _id("title_text"),
    _id("level"),
    _id("stage"),
    Column("opens_on", Date, nullable=False),
    Column("nominations_until", Date),
    _id("pack_fingerprint"),
    *_act("opened"),
    Column("decision_id", Text),
    CheckConstraint(_in("stage", RoundStage), name="round_stage"),
    UniqueConstraint("node", "year", name="round_one_a_year"),
)

nomination = Table(
    "nomination",
    METADATA,
    Column("nomination_id", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    _id("round_id"),
    _id("unit_id"),
    _id("kind"),
    _id("stage"),
    _text("statement"),
    _json("documents"),
    *_act("declared"),
    _id("enter_decision_id"),
    *_act("district", required=False),
    Column("district_decision_id", Text),
    *_act("city", required=False),
    Column("city_decision_id", Text),
    Column("notice_id", Text),
    _text("override_reason"),
    _text("quota_reason"),
    _text("reason"),
    Column("decided_on", Date),
    Column("decision_id", Text),
    _together("district"),
    _together("city"),
    CheckConstraint(_in("stage", NominationStage), name="nomination_stage"),
    CheckConstraint(
        "stage NOT IN ('approved', 'refused')"
        " OR (decision_id IS NOT NULL AND decided_on IS NOT NULL)",
        name="nomination_decided",
    ),
    CheckConstraint(
        "stage NOT IN ('on_notice', 'approved') OR (notice_id IS NOT NULL"
        " AND district_at IS NOT NULL AND city_at IS NOT NULL)",
        name="nomination_no_step_skipped",
    ),
    UniqueConstraint("round_id", "unit_id", name="nomination_once_a_round"),
    Index("nomination_of_unit", "unit_id", "nomination_id"),
)

notice = Table(
    "notice",
    METADATA,
    Column("notice_id", Text, primary_key=True),
    _id("round_id"),
    _id("node"),
    _id("title_text"),
    Column("posted_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("working_days", Integer, nullable=False),
    Column("days_from_text", Boolean, nullable=False),
    _text("days_note"),
    _text("contact"),
    _id("decision_id"),
    *_act("posted"),
    CheckConstraint("ends_on > posted_on AND working_days > 0", name="notice_days"),
    Index("notice_of_round", "round_id"),
)

objection = Table(
    "objection",
    METADATA,
    Column("objection_id", Text, primary_key=True),
    _id("notice_id"),
    _id("case_kind"),
    _id("case_id"),
    _id("unit_id"),
    _id("stage"),
    _id("content"),
    _id("objector_kind"),
    Column("objector_name", Text, nullable=False, server_default="", info={"personal": True}),
    Column("objector_contact", Text, nullable=False, server_default="", info={"personal": True}),
    Column("signed", Boolean, nullable=False),
    _json("documents"),
    *_act("received"),
    Column("acknowledge_by", Date),
    Column("conclude_by", Date),
    _text("finding"),
    _text("effect"),
    *_act("resolved", required=False),
    Column("decision_id", Text),
    _together("resolved"),
    CheckConstraint(_in("stage", ObjectionStage), name="objection_stage"),
    CheckConstraint("(stage = 'open') = (resolved_at IS NULL)", name="objection_resolved"),
    CheckConstraint("effect IN ('', 'keep', 'remove')", name="objection_effect"),
    Index("objection_of_case", "case_id"),
)

case_step = Table(
    "case_step",
    METADATA,
    Column("step_id", Text, primary_key=True),
    _id("case_kind"),
    _id("case_id"),
    _text("unit_id"),
    _id("step"),
    _text("outcome"),
    _id("says"),
    _text("text"),
    _text("clause"),
    _text("decision_id"),
    _text("node"),
    _json("documents"),
    Column("happened_on", Date, nullable=False),
    *_act("done"),
    Index("case_step_of_case", "case_id", "step_id"),
    Index("case_step_of_unit", "unit_id", "done_at", "step_id"),
)

receipt_book = Table(
    "receipt_book",
    METADATA,
    Column("office", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    PrimaryKeyConstraint("office", "year"),
)
