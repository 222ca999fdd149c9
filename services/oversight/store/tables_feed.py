"""Tables of the feed half: what came in, what was judged, what it holds.

`inbox_event` keeps the exact bytes for ever. One row is one *different* message: the same bytes
with the same signature raise `deliveries`. `inbox_key` is the fence against a second effect: one
content for each (agency, event id), taken only by authenticated events.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.oversight.store.metadata import metadata


def _at(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _one_of(name: str, words: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{w}'" for w in words)
    return CheckConstraint(f"{name} IN ({listed})", name=name)


INBOX_STATES = ("stored", "judged", "held", "quarantined")
VERDICTS = ("", "ACCEPTED", "DUPLICATE", "HELD", "REJECTED")
CHANNELS = ("amqp", "rest")
TRIGGER_STATES = ("pending", "recorded", "confirmed", "dismissed", "closed")
EFFECTS = ("suspend", "lift_exemption", "review", "gate", "note")
ALGS = ("EdDSA", "ES256")

known_unit = Table(
    "known_unit",
    metadata,
    Column("unit_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name_text", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("division", Text, nullable=False),
    Column("leader_unit_id", Text, nullable=False, server_default=""),
    Column("ends_on", Date),
    Column("closed_on", Date),
    Column("revision", Integer, nullable=False),
    Column("life_revision", Integer, nullable=False, server_default="0"),
    Column("merged_into", Text, nullable=False, server_default=""),
    Index("ix_known_unit_code", "code"),
    Index("ix_known_unit_division", "division", postgresql_ops={"division": "text_pattern_ops"}),
)

known_title = Table(
    "known_title",
    metadata,
    Column("title_id", Text, primary_key=True),
    Column("unit_id", Text, nullable=False, index=True),
    Column("title_kind", Text, nullable=False),
    Column("title_text", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("plaque_number", Text, nullable=False),
    Column("granted_on", Date, nullable=False),
    Column("round_year", Integer, nullable=False),
    Column("decision_id", Text, nullable=False),
    Column("status", Text, nullable=False, server_default="active"),
    Column("revoked_on", Date),
    _one_of("status", ("active", "revoked")),
)

agency = Table(
    "agency",
    metadata,
    Column("code", Text, primary_key=True),
    Column("agency_name", Text, nullable=False),
    Column("node", Text, nullable=False),
    Column("types", JSONB, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("heartbeat_minutes", Integer, nullable=False, server_default="0"),
    _at("added_at"),
    Column("added_by", Text, nullable=False),
    _at("revoked_at", nullable=True),
    Column("revoked_by", Text),
    Column("revoked_reason", Text),
    Column("contiguous", BigInteger, nullable=False, server_default="0"),
    Column("highest", BigInteger, nullable=False, server_default="0"),
    _at("gap_since", nullable=True),
    _at("last_event_at", nullable=True),
    CheckConstraint("active = (revoked_at IS NULL)", name="revoked_is_inactive"),
    CheckConstraint("node ~ '^[0-9]{6}$'", name="six_digits"),
    CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked_by_someone"),
)

agency_key = Table(
    "agency_key",
    metadata,
    Column("kid", Text, primary_key=True),
    Column("agency", Text, ForeignKey("agency.code"), nullable=False, index=True),
    Column("alg", Text, nullable=False),
    Column("public_key", Text, nullable=False),
    _at("not_before"),
    _at("not_after", nullable=True),
    _at("added_at"),
    Column("added_by", Text, nullable=False),
    _at("revoked_at", nullable=True),
    Column("revoked_by", Text),
    Column("revoked_reason", Text),
    _one_of("alg", ALGS),
    CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked_by_someone"),
)

sequence_seen = Table(
    "sequence_seen",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
)

inbox_event = Table(
    "inbox_event",
    metadata,
    Column("inbox_id", Text, primary_key=True),
    Column("n", BigInteger, Identity(), nullable=False, unique=True),
    Column("agency", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("sig", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("body_size", Integer, nullable=False),
    Column("body_hash", LargeBinary, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    _at("received_at"),
    Column("deliveries", Integer, nullable=False, server_default="1"),
    Column("answered", Integer, nullable=False, server_default="0"),
    Column("state", Text, nullable=False, server_default="stored"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    _at("next_attempt_at", nullable=True),
    Column("last_error", Text, nullable=False, server_default=""),
    Column("verdict", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    Column("says", Text, nullable=False, server_default=""),
    Column("event_id", Text, nullable=False, server_default=""),
    Column("type", Text, nullable=False, server_default=""),
    Column("subject", Text, nullable=False, server_default=""),
    Column("sequence", BigInteger),
    Column("trigger_id", Text, nullable=False, server_default=""),
    _at("judged_at", nullable=True),
    UniqueConstraint("agency", "fingerprint"),
    _one_of("state", INBOX_STATES),
    _one_of("verdict", VERDICTS),
    _one_of("channel", CHANNELS),
    CheckConstraint("(verdict = '') = (judged_at IS NULL)", name="judged_with_verdict"),
    Index(
        "ix_inbox_event_todo",
        "n",
        postgresql_where=text("state = 'stored' OR answered < deliveries"),
    ),
    Index("ix_inbox_event_held", "reason", "subject", postgresql_where=text("state = 'held'")),
    Index("ix_inbox_event_agency", "agency", "event_id"),
)

inbox_key = Table(
    "inbox_key",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("body_hash", LargeBinary, nullable=False),
    Column("inbox_id", Text, nullable=False),
)

receipt = Table(
    "receipt",
    metadata,
    Column("receipt_id", Text, primary_key=True),
    Column("inbox_id", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("agency", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sig", Text, nullable=False),
    _at("judged_at"),
    UniqueConstraint("inbox_id", "number"),
    Index("ix_receipt_agency_event", "agency", "event_id"),
    CheckConstraint("number >= 1", name="counts_from_one"),
)

trigger = Table(
    "trigger",
    metadata,
    Column("trigger_id", Text, primary_key=True),
    Column("inbox_id", Text, nullable=False, unique=True),
    Column("agency", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("unit_id", Text, nullable=False, index=True),
    _at("occurred_at"),
    _at("received_at"),
    Column("data", JSONB, nullable=False),
    Column("reference", Text, nullable=False, server_default=""),
    Column("severity", Text, nullable=False, server_default=""),
    Column("impact", Text, nullable=False, server_default=""),
    Column("ground", Text, nullable=False, server_default=""),
    Column("effect", Text, nullable=False),
    Column("rule_id", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("says", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("decision_id", Text, nullable=False, server_default=""),
    Column("state", Text, nullable=False),
    Column("needs_confirmation", Boolean, nullable=False, server_default=text("false")),
    Column("closed_by_event", Text, nullable=False, server_default=""),
    UniqueConstraint("agency", "event_id"),
    _one_of("state", TRIGGER_STATES),
    _one_of("effect", EFFECTS),
    Index("ix_trigger_reference", "agency", "type", "reference"),
    Index("ix_trigger_state", "state", "trigger_id"),
)

hold = Table(
    "hold",
    metadata,
    Column("hold_id", Text, primary_key=True),
    Column("trigger_id", Text, nullable=False, unique=True),
    Column("unit_id", Text, nullable=False),
    Column("effect", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    _at("occurred_at"),
    _at("placed_at"),
    Column("placed_by", Text, nullable=False),
    Column("needs_confirmation", Boolean, nullable=False, server_default=text("false")),
    _at("lifted_at", nullable=True),
    Column("lifted_by", Text),
    Column("lifted_reason", Text),
    Column("lift_decision_id", Text),
    _one_of("effect", ("suspend", "lift_exemption")),
    CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted_by_someone"),
    CheckConstraint("clause <> ''", name="rests_on_a_clause"),
    Index("ix_hold_unit_open", "unit_id", postgresql_where=text("lifted_at IS NULL")),
    Index("ix_hold_placed", "agency", "placed_at"),
)

review_item = Table(
    "review_item",
    metadata,
    Column("trigger_id", Text, primary_key=True),
    Column("unit_id", Text, nullable=False, index=True),
    Column("state", Text, nullable=False, server_default="pending"),
    Column("asks", Text, nullable=False),
    _at("opened_at"),
    _at("decided_at", nullable=True),
    Column("decided_by", Text),
    _one_of("state", ("pending", "confirmed", "dismissed", "closed")),
    CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_someone"),
    CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name="pending_is_undecided"),
)

feed_alarm = Table(
    "feed_alarm",
    metadata,
    Column("alarm_id", Text, primary_key=True),
    Column("agency", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("says", Text, nullable=False),
    _at("raised_at"),
    _at("last_at"),
    Column("times", Integer, nullable=False, server_default="1"),
    _at("cleared_at", nullable=True),
    Index(
        "uq_feed_alarm_open",
        "agency",
        "kind",
        unique=True,
        postgresql_where=text("cleared_at IS NULL"),
    ),
)
