"""Dated states of units, what evaluation's cases came to, goals of plans, bulletins as issued."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Identity,
    Integer,
    Numeric,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.registry.store.tables import METADATA

unit_history = Table(
    "unit_history",
    METADATA,
    Column("entry", BigInteger, Identity(always=True), primary_key=True),
    Column("unit_id", Text),
    Column("kind", Text),
    Column("division", Text),
    Column("size", Text),
    Column("standing", Text),
    Column("stage", Text),
    Column("details", JSONB),
    Column("is_first", Boolean),
    Column("happened_on", Date),
    Column("learned_at", DateTime(timezone=True)),
)

unit_change = Table(
    "unit_change",
    METADATA,
    Column("entry", BigInteger, Identity(always=True), primary_key=True),
    Column("happened_on", Date),
    Column("learned_at", DateTime(timezone=True)),
    Column("division", Text),
    Column("kind", Text),
    Column("size", Text),
    Column("standing", Text),
    Column("stage", Text),
    Column("units", Integer),
)

_CASE = ("case_kind", "unit_id", "number", "node", "stage", "stage_text", "title_text", "reason")

case_file = Table(
    "case_file",
    METADATA,
    Column("case_id", Text, primary_key=True),
    *(Column(name, Text) for name in _CASE),
    Column("year", Integer),
    Column("opened_on", Date),
    Column("moved_on", Date),
    Column("sequence", BigInteger),
)

case_move = Table(
    "case_move",
    METADATA,
    Column("entry", BigInteger, Identity(always=True), primary_key=True),
    Column("event_id", Text),
    Column("case_id", Text),
    *(Column(name, Text) for name in _CASE),
    Column("year", Integer),
    Column("by_name", Text),
    Column("happened_on", Date),
    Column("learned_at", DateTime(timezone=True)),
)

bulletin = Table(
    "bulletin",
    METADATA,
    Column("bulletin_id", Text, primary_key=True),
    Column("node", Text),
    Column("year", Integer),
    Column("issue", Integer),
    Column("number", Text),
    Column("title", Text),
    Column("from_on", Date),
    Column("to_on", Date),
    Column("issued_on", Date),
    Column("content", JSONB),
    Column("issued_at", DateTime(timezone=True)),
    Column("issued_by", Text),
    Column("issued_by_name", Text),
)

measure_goal = Table(
    "measure_goal",
    METADATA,
    Column("entry", BigInteger, Identity(always=True), primary_key=True),
    Column("node", Text),
    Column("year", Integer),
    Column("measure", Text),
    Column("goal", Numeric),
    Column("says", Text),
    Column("learned_at", DateTime(timezone=True)),
    Column("by_id", Text),
    Column("by_name", Text),
)
