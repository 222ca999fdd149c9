"""Tables of relations, marks and the life of units; what guards them stands in migration 0002."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, Table, Text

from services.registry.store.tables import METADATA


def _when(name: str) -> Column[Any]:
    return Column(name, DateTime(timezone=True))


unit_relation = Table(
    "unit_relation",
    METADATA,
    Column("relation_id", Text, primary_key=True),
    Column("relation", Text),
    Column("relation_text", Text),
    Column("from_unit_id", Text),
    Column("to_unit_id", Text),
    Column("single", Boolean),
    Column("one_per_other", Boolean),
    Column("begins_on", Date),
    Column("until_on", Date),
    Column("reason", Text),
    Column("end_reason", Text),
    Column("clause", Text),
    _when("recorded_at"),
    Column("recorded_by", Text),
    _when("ended_at"),
    Column("ended_by", Text),
)

unit_mark = Table(
    "unit_mark",
    METADATA,
    Column("mark_id", Text, primary_key=True),
    Column("unit_id", Text),
    Column("suite", Text),
    Column("mark", Text),
    Column("mark_text", Text),
    Column("value", Text),
    Column("value_text", Text),
    Column("since", Date),
    Column("until_on", Date),
    Column("reason", Text),
    Column("end_reason", Text),
    Column("clause", Text),
    Column("public", Boolean),
    _when("recorded_at"),
    Column("recorded_by", Text),
    _when("ended_at"),
    Column("ended_by", Text),
)

likely_double = Table(
    "likely_double",
    METADATA,
    Column("double_id", Text, primary_key=True),
    Column("unit_a", Text),
    Column("unit_b", Text),
    Column("score", Integer),
    Column("says", Text),
    Column("district", Text),
    Column("found_by", Text),
    _when("found_at"),
    Column("status", Text),
    _when("decided_at"),
    Column("decided_by", Text),
    Column("reason", Text),
)

unit_move = Table(
    "unit_move",
    METADATA,
    Column("move_id", Text, primary_key=True),
    Column("unit_id", Text),
    Column("from_division", Text),
    Column("to_division", Text),
    Column("from_office", Text),
    Column("to_office", Text),
    Column("from_pack", Text),
    Column("to_pack", Text),
    Column("moved_on", Date),
    Column("reason", Text),
    _when("recorded_at"),
    Column("recorded_by", Text),
    _when("noted_at"),
    Column("noted_by", Text),
)

unit_exit = Table(
    "unit_exit",
    METADATA,
    Column("case_id", Text, primary_key=True),
    Column("unit_id", Text),
    Column("opened_on", Date),
    Column("decided_on", Date),
)
