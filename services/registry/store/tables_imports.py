"""Rows of imports as they came, record imports, and other systems' numbers for units of the register."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, DateTime, Integer, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.registry.store.tables import METADATA

import_pack = Table(
    "import_pack",
    METADATA,
    Column("import_id", Text, primary_key=True),
    Column("first_row", Integer, primary_key=True),
    Column("last_row", Integer),
    Column("rows", ARRAY(Integer)),  # those to unpack; the others are staged by themselves
    Column("codes", Text),  # theirs, with a comma between
    Column("entries", Text),  # `domain.import_packs`
)

record_import_row = Table(
    "record_import_row",
    METADATA,
    Column("import_id", Text, primary_key=True),
    Column("row", Integer, primary_key=True),
    Column("outcome", Text),
    Column("says", JSONB),
    Column("changes", JSONB),
    Column("name_text", Text),
    Column("code", Text),  # the writer's own number
    Column("unit_id", Text),
    Column("key", Text),  # two rows with one key are the same record
    Column("record_id", Text),
    Column("seen_revision", Integer),
    Column("entered", Boolean),
    Column("likely", Boolean),
    Column("entry", JSONB),
)

external_id = Table(
    "external_id",
    METADATA,
    Column("system", Text, primary_key=True),
    Column("external_id", Text, primary_key=True),
    Column("unit_id", Text),
    Column("linked_at", DateTime(timezone=True)),
    Column("linked_by", Text),
)
