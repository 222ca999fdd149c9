"""Tables of the calendar; cycle, task_act, duty_date and the histories only ever grow (0004)."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, DateTime, Identity, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.registry.store.tables import METADATA

cycle = Table(
    "cycle",
    METADATA,
    Column("cycle_id", Text, primary_key=True),
    Column("node", Text),
    Column("year", Integer),
    Column("pack_id", Text),
    Column("pack_version", Text),
    Column("fingerprint", Text),
    Column("opens_on", Date),
    Column("warnings", JSONB),
    Column("decision_id", Text),
    Column("opened_at", DateTime(timezone=True)),
    Column("opened_by", Text),
    Column("opened_by_name", Text),
)

task_act = Table(
    "task_act",
    METADATA,
    Column("entry", BigInteger, Identity(always=True), primary_key=True),
    Column("task_id", Text),
    Column("node", Text),
    Column("duty_id", Text),
    Column("period", Text),
    Column("act", Text),
    Column("happened_on", Date),
    Column("says", Text),
    Column("reason", Text),
    Column("persons", JSONB),
    Column("files", JSONB),
    Column("mark", Text),
    Column("decision_id", Text),
    Column("learned_at", DateTime(timezone=True)),
    Column("by_id", Text),
    Column("by_name", Text),
)

duty_date = Table(
    "duty_date",
    METADATA,
    Column("entry", BigInteger, Identity(always=True), primary_key=True),
    Column("node", Text),
    Column("duty_id", Text),
    Column("year", Integer),
    Column("due_on", Date),
    Column("source", Text),
    Column("learned_at", DateTime(timezone=True)),
    Column("by_id", Text),
    Column("by_name", Text),
)

reminder = Table(
    "reminder",
    METADATA,
    Column("reminder_id", Text, primary_key=True),
    Column("node", Text),
    Column("kind", Text),
    Column("subject", Text),
    Column("period", Text),
    Column("says", Text),
    Column("clause", Text),
    Column("due_on", Date),
    Column("written_at", DateTime(timezone=True)),
    Column("seen_at", DateTime(timezone=True)),
    Column("seen_by", Text),
)

reminder_day = Table(
    "reminder_day",
    METADATA,
    Column("day", Date, primary_key=True),
    Column("ran_at", DateTime(timezone=True)),
)

report = Table(
    "report",
    METADATA,
    Column("report_id", Text, primary_key=True),
    Column("form", Text),
    Column("node", Text),
    Column("to_node", Text),
    Column("year", Integer),
    Column("status", Text),
    Column("sections", JSONB),
    Column("figures", JSONB),
    Column("records", JSONB),
    Column("file", JSONB(none_as_null=True)),
    Column("mark", Text),
    Column("fingerprint", Text),
    Column("decision_id", Text),
    Column("revision", Integer),
    Column("saved_at", DateTime(timezone=True)),
    Column("saved_by", Text),
    Column("submitted_at", DateTime(timezone=True)),
    Column("submitted_by", Text),
    Column("received_at", DateTime(timezone=True)),
    Column("received_by", Text),
    Column("says", Text),
)

report_history = Table(
    "report_history",
    METADATA,
    Column("entry", BigInteger, Identity(always=True), primary_key=True),
    Column("report_id", Text),
    Column("what", Text),
    Column("sections", JSONB),
    Column("figures", JSONB),
    Column("file", JSONB(none_as_null=True)),
    Column("says", Text),
    Column("mark", Text),
    Column("decision_id", Text),
    Column("learned_at", DateTime(timezone=True)),
    Column("by_id", Text),
    Column("by_name", Text),
)

workday_history = Table(
    "workday_history",
    METADATA,
    Column("entry", BigInteger, Identity(always=True), primary_key=True),
    Column("year", Integer),
    Column("revision", Integer),
    Column("notice", Text),
    Column("holidays", JSONB),
    Column("workdays", JSONB),
    Column("reason", Text),
    Column("learned_at", DateTime(timezone=True)),
    Column("by_id", Text),
    Column("by_name", Text),
)
