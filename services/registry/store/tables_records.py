"""Tables of the record book; `record_history` and `work_item_history` only ever grow (0003)."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Computed,
    Date,
    DateTime,
    Identity,
    Integer,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.registry.store.tables import METADATA

record = Table(
    "record",
    METADATA,
    Column("record_id", Text, primary_key=True),
    Column("kind", Text),
    Column("node", Text),  # the office that keeps it, with its suite
    Column("area", Text, Computed("split_part(node, '.', 1)")),
    Column("suite", Text, Computed("split_part(node, '.', 2)")),
    Column("system", Text, Computed("split_part(node, '.', 3)")),
    Column("place", Text),  # the division of its unit, else the area of its node
    Column("unit_id", Text),
    Column("parent_id", Text),
    Column("year", Integer),
    Column("happened_on", Date),
    Column("ends_on", Date),
    Column("state", Text),
    Column("closed", Boolean),  # its state is one of the kind's `ended`
    Column("title", Text),
    Column("content", JSONB(none_as_null=True)),
    Column("marks", ARRAY(Text)),
    Column("warnings", JSONB),
    Column("side", Text),
    Column("body", Text),
    Column("external_id", Text),
    Column("fingerprint", Text),
    Column("decision_id", Text),
    Column("revision", Integer),
    Column("written_at", DateTime(timezone=True)),
    Column("written_by", Text),
    Column("written_by_name", Text),
    Column("amended_at", DateTime(timezone=True)),
    Column("amended_by", Text),
    Column("voided_at", DateTime(timezone=True)),
    Column("voided_by", Text),
    Column("void_reason", Text),
)

record_history = Table(
    "record_history",
    METADATA,
    Column("entry", BigInteger, Identity(always=True), primary_key=True),
    Column("record_id", Text),
    Column("revision", Integer),
    Column("what", Text),
    Column("happened_on", Date),
    Column("ends_on", Date),
    Column("state", Text),
    Column("content", JSONB),
    Column("rules", JSONB),
    Column("reason", Text),
    Column("decision_id", Text),
    Column("learned_at", DateTime(timezone=True)),
    Column("by_id", Text),
    Column("by_name", Text),
)

record_person = Table(
    "record_person",
    METADATA,
    Column("record_id", Text, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("person_key", Text),
    Column("name", Text),
)

record_unit = Table(
    "record_unit",
    METADATA,
    Column("record_id", Text, primary_key=True),
    Column("field", Text, primary_key=True),  # "" for the unit the record is about
    Column("unit_id", Text, primary_key=True),
)

work_item_state = Table(
    "work_item_state",
    METADATA,
    Column("unit_id", Text, primary_key=True),
    Column("suite", Text, primary_key=True),
    Column("item", Text, primary_key=True),
    Column("state", Text),
    Column("parts", JSONB),
    Column("content", JSONB),
    Column("fingerprint", Text),
    Column("revision", Integer),
    Column("changed_on", Date),
    Column("changed_at", DateTime(timezone=True)),
    Column("changed_by", Text),
)

work_item_history = Table(
    "work_item_history",
    METADATA,
    Column("entry", BigInteger, Identity(always=True), primary_key=True),
    Column("unit_id", Text),
    Column("suite", Text),
    Column("item", Text),
    Column("revision", Integer),
    Column("state", Text),
    Column("parts", JSONB),
    Column("content", JSONB),
    Column("reason", Text),
    Column("learned_at", DateTime(timezone=True)),
    Column("by_id", Text),
    Column("by_name", Text),
)
