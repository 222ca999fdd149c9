"""The tables of take-up: calls with seats, requests, subsidies, contacts, diagnoses, visits."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from services.incentives.store.tables import METADATA, moment, words

seat_call = Table(
    "seat_call",
    METADATA,
    Column("call_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("node", Text, nullable=False),
    Column("seats", Integer, nullable=False),
    Column("held_on", Date, nullable=False),
    Column("stage", Text, nullable=False),
    moment("opened_at", is_needed=True),
    Column("opened_by", Text, nullable=False),
    moment("allocated_at"),
    Column("allocated_by", Text),
    CheckConstraint("stage IN ('open', 'allocated')", name="seat_call_stage"),
    CheckConstraint("seats > 0", name="seat_call_seats"),
    CheckConstraint(
        "kind IN ('recruiting_trip', 'coordinator_course', 'injury_project')",
        name="seat_call_kind",
    ),
    CheckConstraint(
        "(allocated_at IS NULL) = (allocated_by IS NULL)"
        " AND (allocated_at IS NOT NULL) = (stage = 'allocated')",
        name="seat_call_allocated",
    ),
    Index("seat_call_node", "node", "call_id"),
)

seat_application = Table(
    "seat_application",
    METADATA,
    Column("application_id", Text, primary_key=True),
    Column("call_id", Text, nullable=False),
    Column("unit_id", Text, nullable=False),
    words("person"),
    words("content"),
    moment("applied_at", is_needed=True),
    Column("applied_by", Text, nullable=False),
    Column("has_priority", Boolean, nullable=False, server_default=text("false")),
    Column("place", Text, nullable=False),
    words("why"),
    CheckConstraint(
        "place IN ('applied', 'seated', 'waiting', 'not_offered')", name="seat_application_place"
    ),
    UniqueConstraint("call_id", "unit_id", "person", name="seat_application_once"),
)

service_request = Table(
    "service_request",
    METADATA,
    Column("request_id", Text, primary_key=True),
    Column("unit_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("matter", Text, nullable=False),
    Column("has_priority", Boolean, nullable=False),
    words("why"),
    words("clause"),
    moment("requested_at", is_needed=True),
    Column("requested_by", Text, nullable=False),
    words("provider"),
    Column("served_on", Date),
    words("outcome"),
    moment("closed_at"),
    Column("closed_by", Text),
    CheckConstraint(
        "kind IN ('policy_advice', 'recruitment', 'legal')", name="service_request_kind"
    ),
    CheckConstraint(
        "(closed_at IS NULL) = (closed_by IS NULL) AND (closed_at IS NULL) = (served_on IS NULL)",
        name="service_request_closed",
    ),
    Index(
        "service_request_queue",
        "has_priority",
        "requested_at",
        postgresql_where=text("closed_at IS NULL"),
    ),
    Index("service_request_unit", "unit_id"),
)

subsidy = Table(
    "subsidy",
    METADATA,
    Column("subsidy_id", Text, primary_key=True),
    Column("unit_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("applied_on", Date, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("amount", Numeric(14, 2), nullable=False),
    moment("recorded_at", is_needed=True),
    Column("recorded_by", Text, nullable=False),
    CheckConstraint(
        "kind IN ('training', 'job_stabilisation', 'social_insurance')", name="subsidy_kind"
    ),
    CheckConstraint("outcome IN ('pending', 'granted', 'refused')", name="subsidy_outcome"),
    CheckConstraint("amount >= 0", name="subsidy_amount"),
    Index("subsidy_unit", "unit_id", "applied_on"),
)

unit_contact = Table(
    "unit_contact",
    METADATA,
    Column("unit_id", Text, primary_key=True),
    Column("contact", Text, nullable=False),
    words("phone"),
    words("body"),
    moment("assigned_at", is_needed=True),
    Column("assigned_by", Text, nullable=False),
)

diagnosis = Table(
    "diagnosis",
    METADATA,
    Column("diagnosis_id", Text, primary_key=True),
    Column("unit_id", Text, nullable=False),
    Column("visited_on", Date, nullable=False),
    Column("expert", Text, nullable=False),
    Column("findings", Text, nullable=False),
    Column("advice", Text, nullable=False),
    Column("is_closed", Boolean, nullable=False),
    moment("recorded_at", is_needed=True),
    Column("recorded_by", Text, nullable=False),
    Index("diagnosis_unit", "unit_id", "visited_on"),
)

guidance_visit = Table(
    "guidance_visit",
    METADATA,
    Column("visit_id", Text, primary_key=True),
    Column("unit_id", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("planned_on", Date),
    Column("visited_on", Date),
    Column("topic", Text, nullable=False),
    words("advice"),
    moment("recorded_at", is_needed=True),
    Column("recorded_by", Text, nullable=False),
    CheckConstraint(
        "planned_on IS NOT NULL OR visited_on IS NOT NULL", name="guidance_visit_dated"
    ),
    Index("guidance_visit_unit", "unit_id", "visited_on"),
)
