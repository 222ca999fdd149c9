"""Tables of the bus, one set in every service's schema; search_path decides whose.

Nothing of a service lives here. `create_plumbing` is the first call of each first migration.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.runtime.plumbing import METADATA, active_pack, decision, pack_snapshot

__all__ = ["METADATA", "active_pack", "create_plumbing", "decision", "pack_snapshot"]

inbox = Table(
    "inbox",
    METADATA,
    Column("consumer", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("heard_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("consumer", "message_id"),
)

outbox = Table(
    "outbox",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("vhost", Text, nullable=False, server_default=""),
    Column("exchange", Text, nullable=False),
    Column("routing_key", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("headers", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("sent_at", DateTime(timezone=True)),
    Column("lease_token", Text),
    Column("lease_until", DateTime(timezone=True)),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_attempt_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("last_error", Text, nullable=False, server_default=""),
    Index(
        "outbox_heads", "subject", "sequence", unique=True, postgresql_where=text("sent_at IS NULL")
    ),
    Index("outbox_due", "next_attempt_at", postgresql_where=text("sent_at IS NULL")),
    Index("outbox_sent", "sent_at", postgresql_where=text("sent_at IS NOT NULL")),
)

outbox_sequence = Table(
    "outbox_sequence",
    METADATA,
    Column("subject", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
)

parked_message = Table(
    "parked_message",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("consumer", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("type", Text, nullable=False, server_default=""),
    Column("body", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_attempt_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("reason", Text, nullable=False),
    Column("traceback", Text, nullable=False, server_default=""),
    Column("first_failed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("parked_at", DateTime(timezone=True)),
    Column("looked_by", Text, nullable=False, server_default=""),
    Column("looked_at", DateTime(timezone=True)),
    Column("looked_reason", Text, nullable=False, server_default=""),
    UniqueConstraint("consumer", "message_id", name="parked_message_once"),
    CheckConstraint(
        "state IN ('retrying', 'parked', 'replayed', 'discarded')", name="parked_message_state"
    ),
    Index(
        "parked_message_due",
        "consumer",
        "next_attempt_at",
        postgresql_where=text("state = 'retrying'"),
    ),
)

idempotency = Table(
    "idempotency",
    METADATA,
    Column("caller", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("answer", JSONB),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("caller", "key"),
)


def create_plumbing(op: Any) -> None:
    """Create all of these in the schema a migration runs in; `op` is Alembic's."""
    METADATA.create_all(op.get_bind(), checkfirst=False)
