"""Tables every service's schema carries for its law: packs at work, their text, decisions.

`shared.messaging.tables` adds those of the bus and creates all of them in a migration.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Date,
    DateTime,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

METADATA = MetaData()

active_pack = Table(
    "active_pack",
    METADATA,
    Column("jurisdiction", Text, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("pack_id", Text, nullable=False),
    Column("activated_by", Text, nullable=False),
    Column("activated_at", DateTime(timezone=True), nullable=False),
    Column("reason", Text, nullable=False),
    PrimaryKeyConstraint("jurisdiction", "effective_on"),
)

pack_snapshot = Table(
    "pack_snapshot",
    METADATA,
    Column("fingerprint", Text, primary_key=True),
    Column("pack_id", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("content", Text, nullable=False),
)

decision = Table(
    "decision",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    Column("decided_by", JSONB, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("says", Text, nullable=False),
    Column("pack_id", Text, nullable=False, server_default=""),
    Column("pack_version", Text, nullable=False, server_default=""),
    Column("fingerprint", Text, nullable=False, server_default=""),
    Column("content", JSONB, nullable=False),
    Column("stored_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("decision_of_subject", "subject", "decided_at"),
)
