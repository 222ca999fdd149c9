"""Tables of the library: batches of honours and of results, and the rounds officers entered."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, DateTime, Identity, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.registry.store.tables import METADATA

honour_batch = Table(
    "honour_batch",
    METADATA,
    Column("batch_id", Text, primary_key=True),
    Column("kind", Text),
    Column("node", Text),
    Column("document", Text),
    Column("reason", Text),
    Column("happened_on", Date),
    Column("status", Text),
    Column("rows", JSONB),
    Column("fingerprint", Text),
    Column("proposed_at", DateTime(timezone=True)),
    Column("proposed_by", Text),
    Column("proposed_by_name", Text),
    Column("decided_at", DateTime(timezone=True)),
    Column("decided_by", Text),
    Column("decided_by_name", Text),
    Column("says", Text),
    Column("decision_id", Text),
)

title_round = Table(
    "title_round",
    METADATA,
    Column("entry", BigInteger, Identity(always=True), primary_key=True),
    Column("node", Text),
    Column("title_kind", Text),
    Column("year", Integer),
    Column("document", Text),
    Column("learned_at", DateTime(timezone=True)),
    Column("by_id", Text),
    Column("by_name", Text),
)
