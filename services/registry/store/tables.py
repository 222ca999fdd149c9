"""Tables of the registry. History tables take rows and never change them (triggers in 0001)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Computed,
    Date,
    DateTime,
    Identity,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

METADATA = MetaData()


def _when(name: str) -> Column[Any]:
    return Column(name, DateTime(timezone=True))


def _entry() -> list[Column[Any]]:
    """What a unit's entry holds."""
    texts = (
        "unit_id",
        "kind",
        "name_text",
        "name_key",
        "sort_key",
        "code",
        "division",
        "address",
        "industry",
        "size",
        "leader_code",
        "contact_name",
        "contact_phone",
    )
    return [
        *(Column(name, Text) for name in texts),
        Column("grams", ARRAY(Text)),
        Column("like_keys", ARRAY(Integer)),
        Column("headcount", Integer),
        Column("revenue", Numeric),
        Column("assets", Numeric),
        Column("starts_on", Date),
        Column("ends_on", Date),
        Column("details", JSONB),
    ]


ENTRY_COLUMNS = tuple(str(column.name) for column in _entry())

unit = Table(
    "unit",
    METADATA,
    *_entry(),
    Column("leader_unit_id", Text),
    Column("district", Text, Computed("substr(division, 1, 6)")),
    Column("headcount_key", Integer, Computed("coalesce(headcount, -1)")),
    Column("standing", Text),
    Column("standing_on", Date),
    Column("stage", Text),  # worked out by the database (0006)
    Column("stage_on", Date),
    Column("revision", Integer),
    _when("entered_at"),
    Column("entered_by", Text),
    _when("amended_at"),
    Column("amended_by", Text),
    Column("closed_on", Date),
    Column("closed_from", Text),
    Column("merged_into", Text),
)

import_batch = Table(
    "import_batch",
    METADATA,
    Column("import_id", Text, primary_key=True),
    Column("status", Text),
    Column("node", Text),
    Column("file_name", Text),
    Column("file_digest", Text),
    Column("fingerprint", Text),
    Column("rows_seen", Integer),
    Column("entered_to", Integer),  # the number of the last row looked at since it was confirmed
    Column("system", Text),  # whose numbers the rows carry
    Column("record_kind", Text),  # "" for units
    Column("stager", JSONB),  # who prepared it, whole: records are written in this name
    _when("staged_at"),
    Column("staged_by", Text),
    Column("staged_by_name", Text),
    _when("confirmed_at"),
    Column("confirmed_by", Text),
    _when("discarded_at"),
    Column("discarded_by", Text),
    Column("reason", Text),
)

import_row = Table(
    "import_row",
    METADATA,
    Column("import_id", Text),
    Column("row", Integer),
    Column("outcome", Text),
    Column("says", JSONB),
    Column("changes", JSONB),
    Column("seen_revision", Integer),
    Column("entered", Boolean),
    Column("likely", Boolean),
    Column("external_id", Text),
    Column("unit_id", Text),
    Column("name_text", Text),
    Column("code", Text),
    Column("leader_code", Text),
    Column("entry", JSON),  # the other columns of the unit that a new or changed row becomes
)

document = Table(
    "document",
    METADATA,
    Column("document_id", Text, primary_key=True),
    Column("node", Text),
    Column("title", Text),
    Column("number", Text),
    Column("issuer", Text),
    Column("level", Text),
    Column("issued_on", Date),
    Column("file_name", Text),
    Column("file_digest", Text),
    _when("added_at"),
    Column("added_by", Text),
)

plan = Table(
    "plan",
    METADATA,
    Column("plan_id", Text, primary_key=True),
    Column("node", Text),
    Column("year", Integer),
    Column("plan_version", Integer),
    Column("in_force", Boolean),
    Column("sections", JSONB),
    Column("window_from", Date),
    Column("deadline_on", Date),
    Column("deadline_reason", Text),
    Column("standards", JSONB),
    Column("papers", JSONB),
    Column("publicity", Boolean),
    Column("document_ids", JSONB),
    Column("warnings", JSONB),
    Column("late", Boolean),
    Column("status", Text),
    Column("fingerprint", Text),
    Column("asks_receipt", Boolean),
    Column("reason", Text),
    _when("saved_at"),
    Column("saved_by", Text),
    _when("issued_at"),
    Column("issued_by", Text),
    _when("filed_at"),
    Column("filed_by", Text),
    _when("received_at"),
    Column("received_by", Text),
    Column("received_says", Text),
    Column("decision_id", Text),
)

commitment = Table(
    "commitment",
    METADATA,
    Column("commitment_id", Text, primary_key=True),
    Column("unit_id", Text),
    Column("office", Text),
    Column("status", Text),
    Column("signatory", Text),
    Column("signed_on", Date),
    Column("file_name", Text),
    Column("file_digest", Text),
    _when("submitted_at"),
    Column("submitted_by", Text),
    _when("decided_at"),
    Column("decided_by", Text),
    Column("reason", Text),
    Column("decision_id", Text),
)

cultivation = Table(
    "cultivation",
    METADATA,
    Column("cultivation_id", Text, primary_key=True),
    Column("unit_id", Text),
    Column("started_on", Date),
    Column("goal", Text),
    Column("node", Text),
    _when("recorded_at"),
    Column("recorded_by", Text),
)

title = Table(
    "title",
    METADATA,
    Column("title_id", Text, primary_key=True),
    Column("unit_id", Text),
    Column("nomination_id", Text),
    Column("round_id", Text),
    Column("title_kind", Text),
    Column("title_text", Text),
    Column("level", Text),
    Column("node", Text),
    Column("number", Text),
    Column("round_year", Integer),
    Column("unit_kind", Text),
    Column("granted_on", Date),
    Column("expires_on", Date),
    Column("status", Text),
    Column("revoked_on", Date),
    Column("ground", Text),
    Column("case_id", Text),
    Column("decision_id", Text),
    Column("revoke_decision_id", Text),
    Column("source", Text),
    Column("document", Text),
    _when("recorded_at"),
    Column("recorded_by", Text),
)

plaque = Table(
    "plaque",
    METADATA,
    Column("plaque_number", Text, primary_key=True),
    Column("title_id", Text),
    Column("verify_code", Text),
    Column("place", Text),
    Column("issued_on", Date),
    _when("issued_at"),
    Column("issued_by", Text),
    Column("received_by", Text),
    Column("returned_on", Date),
    _when("returned_at"),
    Column("returned_by", Text),
    Column("lost_reason", Text),
    Column("lost_on", Date),
)

title_history = Table(
    "title_history",
    METADATA,
    Column("entry", BigInteger, Identity(always=True), primary_key=True),
    Column("title_id", Text),
    Column("unit_id", Text),
    Column("axis", Text),
    Column("value", Text),
    Column("happened_on", Date),
    _when("learned_at"),
    Column("learned_by", Text),
    Column("ground", Text),
    Column("case_id", Text),
    Column("decision_id", Text),
)

practice = Table(
    "practice",
    METADATA,
    Column("practice_id", Text, primary_key=True),
    Column("unit_id", Text),
    Column("title", Text),
    Column("text", Text),
    Column("state", Text),
    _when("added_at"),
    Column("added_by", Text),
    _when("published_at"),
    Column("published_by", Text),
)

timeline = Table(
    "timeline",
    METADATA,
    Column("entry_id", Text, primary_key=True),
    Column("unit_id", Text),
    Column("suite", Text),
    Column("what", Text),
    Column("says", Text),
    Column("happened_on", Date),
    _when("learned_at"),
    Column("by_id", Text),
    Column("by_name", Text),
    Column("clause", Text),
    Column("decision_id", Text),
    Column("document", Text),
)

change = Table(
    "change",
    METADATA,
    Column("change_id", BigInteger, Identity(always=True), primary_key=True),
    Column("sequence", BigInteger),
    Column("type", Text),
    Column("unit_id", Text),
    Column("node", Text),
    Column("suite", Text),
    Column("happened_on", Date),
    _when("recorded_at"),
    Column("data", JSONB),
)

unit_hold = Table(
    "unit_hold",
    METADATA,
    Column("hold_id", Text, primary_key=True),
    Column("unit_id", Text),
    Column("effect", Text),
    Column("reason", Text),
    _when("placed_at"),
    _when("lifted_at"),
)

unit_warning = Table(
    "unit_warning",
    METADATA,
    Column("trigger_id", Text, primary_key=True),
    Column("unit_id", Text),
    Column("says", Text),
    _when("recorded_at"),
)

counter = Table(
    "counter",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", Integer),
)

activation = Table(
    "activation",
    METADATA,
    Column("activation_id", Text, primary_key=True),
    Column("pack_id", Text),
    Column("pack_version", Text),
    Column("pack_title", Text),
    Column("pack_status", Text),
    Column("fingerprint", Text),
    Column("jurisdiction", Text),
    Column("effective_on", Date),
    Column("reason", Text),
    _when("activated_at"),
    Column("activated_by", Text),
    Column("activated_by_name", Text),
)
