"""A list by the beginning of a code is found and sorted from an index alone."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

STATEMENTS = (
    # Thousands of units share the beginning of a code and lie all over the table; the page is
    # sorted by name, within an area, before any row is read. In place of an index of codes only.
    """CREATE INDEX unit_code_listed ON unit (code)
    INCLUDE (sort_key, unit_id, division, district)""",
    "DROP INDEX unit_code_prefix",
)


def upgrade() -> None:
    """Apply the statements in order."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: history is never rewritten."""
    raise RuntimeError("migrations go forward only")
