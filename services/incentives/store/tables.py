"""The tables of standing and entitlement.

`known_unit`, `unit_title` and `unit_hold` are copies of what other services said; `entitlement`
is ours, `entitlement_step` its append-only history, `relief` its summary for planners.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

METADATA = MetaData()
ROOM = {"fillfactor": 70}  # rows that change often find room on their own page


def moment(name: str, *, is_needed: bool = False) -> Column[object]:
    """A UTC time."""
    return Column(name, DateTime(timezone=True), nullable=not is_needed)


def words(name: str) -> Column[object]:
    """Text that may be empty and is never null."""
    return Column(name, Text, nullable=False, server_default="")


known_unit = Table(
    "known_unit",
    METADATA,
    Column("unit_id", Text, primary_key=True),
    Column("revision", Integer, nullable=False, server_default="0"),
    words("kind"),
    words("name"),
    words("code"),
    words("division"),
    words("size"),
    words("industry"),
    Column("headcount", Integer, nullable=False, server_default="0"),
    words("leader_unit_id"),
    Column("ends_on", Date),
    Column("closed_on", Date),
    Column("life_revision", Integer, nullable=False, server_default="0"),
    Column("is_recognised", Boolean, nullable=False, server_default=text("false")),
    Column("recognition_on", Date),
    Column("recognition_sequence", BigInteger, nullable=False, server_default="0"),
    words("recognition_decision"),
    Column("need_headcount", Integer),
    Column("need_posts", Text),
    Column("need_until_on", Date),
    Column("widened", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    Column("is_held", Boolean, nullable=False, server_default=text("false")),
    Column("has_complaint", Boolean, nullable=False, server_default=text("false")),
    Column("must_reassess", Boolean, nullable=False, server_default=text("false")),
    CheckConstraint("revision = 0 OR (kind <> '' AND code <> '')", name="known_unit_entry"),
    CheckConstraint(
        "(need_until_on IS NULL) = (need_headcount IS NULL)", name="known_unit_labour_need"
    ),
    Index("known_unit_code", "code"),
    Index("known_unit_division", "division", "unit_id"),
    Index("known_unit_reassess", "unit_id", postgresql_where=text("must_reassess")),
    postgresql_with=ROOM,
)

unit_title = Table(
    "unit_title",
    METADATA,
    Column("title_id", Text, primary_key=True),
    Column("unit_id", Text, nullable=False),
    words("kind"),
    words("text"),
    words("level"),
    Column("granted_on", Date),
    words("granted_decision"),
    Column("revoked_on", Date),
    words("ground"),
    words("revoked_decision"),
    CheckConstraint("granted_on IS NOT NULL OR revoked_on IS NOT NULL", name="unit_title_heard_of"),
    CheckConstraint(
        "level IN ('', 'district', 'city', 'province', 'nation')", name="unit_title_level"
    ),
    Index("unit_title_unit", "unit_id"),
    Index("unit_title_granted", "granted_on", "unit_id"),
)

unit_hold = Table(
    "unit_hold",
    METADATA,
    Column("hold_id", Text, primary_key=True),
    Column("unit_id", Text, nullable=False),
    Column("effect", Text, nullable=False),
    words("reason"),
    words("clause"),
    words("agency"),
    words("event_id"),
    words("trigger_id"),
    moment("placed_at"),
    moment("lifted_at"),
    words("lifted_reason"),
    words("lifted_decision"),
    CheckConstraint("placed_at IS NOT NULL OR lifted_at IS NOT NULL", name="unit_hold_heard_of"),
    CheckConstraint(
        "effect IN ('suspend', 'lift_exemption', 'review', 'gate', 'note')",
        name="unit_hold_effect",
    ),
    Index("unit_hold_open", "unit_id", postgresql_where=text("lifted_at IS NULL")),
    Index("unit_hold_unit", "unit_id"),
)

entitlement = Table(
    "entitlement",
    METADATA,
    Column("entitlement_id", Text, primary_key=True),
    Column("unit_id", Text, nullable=False),
    Column("benefit", Text, nullable=False),
    Column("effect", Text, nullable=False),
    Column("state", Text, nullable=False),
    words("degree"),
    Column("clause", Text, nullable=False),
    Column("granted_on", Date, nullable=False),
    moment("changed_at", is_needed=True),
    moment("lease_until"),
    Column("ended_on", Date),
    words("cause"),
    words("decision_id"),
    words("pack"),
    CheckConstraint("state IN ('active', 'suspended', 'ended')", name="entitlement_state"),
    CheckConstraint("effect IN ('lease', 'priority', 'record')", name="entitlement_effect"),
    CheckConstraint("degree IN ('', 'exempt', 'reduced')", name="entitlement_degree"),
    CheckConstraint(
        "(lease_until IS NOT NULL) = (state = 'active' AND effect = 'lease')",
        name="entitlement_lease",
    ),
    CheckConstraint("(ended_on IS NOT NULL) = (state = 'ended')", name="entitlement_end"),
    Index(
        "entitlement_once",
        "unit_id",
        "benefit",
        unique=True,
        postgresql_where=text("ended_on IS NULL"),
    ),
    Index("entitlement_unit", "unit_id"),
    Index("entitlement_due", "lease_until", postgresql_where=text("lease_until IS NOT NULL")),
    Index("entitlement_benefit", "benefit", "entitlement_id"),
    postgresql_with=ROOM,
)

entitlement_step = Table(
    "entitlement_step",
    METADATA,
    Column("step_id", BigInteger, Identity(), primary_key=True),
    Column("unit_id", Text, nullable=False),
    Column("move", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("benefits", ARRAY(Text), nullable=False),
    Column("happened_on", Date, nullable=False),
    moment("learned_at", is_needed=True),
    words("cause"),
    words("says"),
    words("clause"),
    words("by_id"),
    words("by_name"),
    words("decision_id"),
    CheckConstraint(
        "move IN ('granted', 'suspended', 'restored', 'ended')", name="entitlement_step_move"
    ),
    CheckConstraint("state IN ('active', 'suspended', 'ended')", name="entitlement_step_state"),
    CheckConstraint("cardinality(benefits) > 0", name="entitlement_step_benefits"),
    Index("entitlement_step_unit", "unit_id", "step_id"),
)

pack_adopted = Table(
    "pack_adopted",
    METADATA,
    Column("jurisdiction", Text, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("fingerprint", Text, nullable=False),
    moment("adopted_at", is_needed=True),
    Column("walked_to", Text, nullable=False, server_default=""),
    moment("walked_at"),
    PrimaryKeyConstraint("jurisdiction", "effective_on", "fingerprint"),
)

relief = Table(
    "relief",
    METADATA,
    Column("unit_id", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("entitled", Boolean, nullable=False),
    Column("factor", Numeric(6, 4), nullable=False),
    words("benefit"),
    words("clause"),
    words("reason"),
    moment("lease_until"),
    PrimaryKeyConstraint("unit_id", "purpose"),
    CheckConstraint("status IN ('normal', 'reduced', 'exempt')", name="relief_status"),
    CheckConstraint("entitled OR status = 'normal'", name="relief_entitled"),
    CheckConstraint("entitled = (lease_until IS NOT NULL)", name="relief_leased"),
    CheckConstraint("factor >= 0 AND factor <= 1", name="relief_factor"),
    postgresql_with=ROOM,
)
