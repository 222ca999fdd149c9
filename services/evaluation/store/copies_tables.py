"""Copies of what other services have said. Written only while hearing."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, DateTime, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from services.evaluation.store.tables import METADATA

known_unit = Table(
    "known_unit",
    METADATA,
    Column("unit_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("division", Text(collation="C"), nullable=False),
    Column("ends_on", Date),
    Column("revision", Integer, nullable=False),
    Column("closed_on", Date),
    Column("life_revision", Integer, nullable=False, server_default="0"),
    Column("heard_at", DateTime(timezone=True), nullable=False),
    Index("known_unit_division", "division", "unit_id"),
)

known_plan = Table(
    "known_plan",
    METADATA,
    Column("plan_id", Text, primary_key=True),
    Column("node", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("window_from", Date, nullable=False),
    Column("deadline_on", Date, nullable=False),
    Column("standards", JSONB, nullable=False),
    Column("papers", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("publicity", Boolean, nullable=False),
    Column("filed_at", DateTime(timezone=True), nullable=False),
    Column("heard_at", DateTime(timezone=True), nullable=False),
    Index("known_plan_of_node", "node", "year"),
)

known_commitment = Table(
    "known_commitment",
    METADATA,
    Column("commitment_id", Text, primary_key=True),
    Column("unit_id", Text, nullable=False),
    Column("office", Text, nullable=False),
    Column("accepted_on", Date, nullable=False),
    Column("heard_at", DateTime(timezone=True), nullable=False),
    Index("known_commitment_of_unit", "unit_id"),
)

known_cultivation = Table(
    "known_cultivation",
    METADATA,
    Column("cultivation_id", Text, primary_key=True),
    Column("unit_id", Text, nullable=False),
    Column("node", Text, nullable=False),
    Column("started_on", Date, nullable=False),
    Column("heard_at", DateTime(timezone=True), nullable=False),
    Index("known_cultivation_of_unit", "unit_id"),
)

known_title = Table(
    "known_title",
    METADATA,
    Column("title_id", Text, primary_key=True),
    Column("unit_id", Text, nullable=False),
    Column("title_kind", Text, nullable=False, server_default=""),
    Column("level", Text, nullable=False, server_default=""),
    Column("granted_on", Date),
    Column("revoked_on", Date),
    Column("heard_at", DateTime(timezone=True), nullable=False),
    Index("known_title_of_unit", "unit_id"),
)

known_hold = Table(
    "known_hold",
    METADATA,
    Column("hold_id", Text, primary_key=True),
    Column("unit_id", Text, nullable=False),
    Column("effect", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("clause", Text, nullable=False, server_default=""),
    Column("occurred_at", DateTime(timezone=True)),
    Column("placed_at", DateTime(timezone=True)),
    Column("lifted_at", DateTime(timezone=True)),
    Column("heard_at", DateTime(timezone=True), nullable=False),
    Index("known_hold_of_unit", "unit_id", postgresql_where=text("lifted_at IS NULL")),
)
