"""Posts at the offices; what guards them stands in migration 0005."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Date, DateTime, Table, Text

from services.registry.store.tables import METADATA


def _when(name: str) -> Column[Any]:
    return Column(name, DateTime(timezone=True))


post = Table(
    "post",
    METADATA,
    Column("post_id", Text, primary_key=True),
    Column("node", Text),
    Column("body", Text),
    Column("side", Text),
    Column("post_title", Text),
    Column("person_name", Text, info={"personal": True}),
    Column("phone", Text, info={"personal": True}),
    Column("held_from", Date),
    Column("held_until", Date),
    Column("reason", Text),
    Column("end_reason", Text),
    _when("recorded_at"),
    Column("recorded_by", Text),
    _when("ended_at"),
    Column("ended_by", Text),
)
