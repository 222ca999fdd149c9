"""Names are found by three initials at once; a list by name is searched in its index alone."""

from __future__ import annotations

import json

from alembic import op
from sqlalchemy import text

from services.registry.domain.search import keys_of

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

STATEMENTS = (
    "CREATE INDEX unit_grams ON unit USING gin (grams) WITH (fastupdate = off)",
    # A text that finds very much is read in the order of the list: a row of the table for each name
    # passed over takes six times as long.
    "DROP INDEX unit_by_name",
    """CREATE INDEX unit_by_name ON unit (sort_key, unit_id)
    INCLUDE (name_key, division)""",
    "DROP INDEX unit_district_name",
    """CREATE INDEX unit_district_name ON unit (district, sort_key, unit_id)
    INCLUDE (name_key, division)""",
)

_AT_ONCE = 5_000
_PAGE = text(
    "SELECT unit_id, name_text FROM unit WHERE unit_id > :after ORDER BY unit_id LIMIT :at_once"
)
_REKEYED = text(
    "UPDATE unit SET grams = keys.grams"
    " FROM jsonb_to_recordset(CAST(:keys AS jsonb)) AS keys (unit_id text, grams text[])"
    " WHERE unit.unit_id = keys.unit_id"
)


def upgrade() -> None:
    """Every unit's keys from its name; then the indexes, made when all are there."""
    connection = op.get_bind()
    op.execute("DROP INDEX unit_grams")
    after = ""
    while page := connection.execute(_PAGE, {"after": after, "at_once": _AT_ONCE}).all():
        keys = [{"unit_id": r.unit_id, "grams": keys_of(r.name_text).grams} for r in page]
        connection.execute(_REKEYED, {"keys": json.dumps(keys)})
        after = page[-1].unit_id
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: history is never rewritten."""
    raise RuntimeError("migrations go forward only")
