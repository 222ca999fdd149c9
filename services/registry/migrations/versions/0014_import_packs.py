"""Rows of an import that are plainly new are staged by the chunk they came in."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE import_pack (
    import_id text NOT NULL, first_row integer NOT NULL, last_row integer NOT NULL,
    rows integer[] NOT NULL, codes text NOT NULL, entries text NOT NULL,
    PRIMARY KEY (import_id, first_row))""",
    # Written once and read once or twice: to compress it would cost more than to keep it.
    "ALTER TABLE import_pack ALTER entries SET STORAGE EXTERNAL, ALTER rows SET STORAGE EXTERNAL,"
    " ALTER codes SET STORAGE EXTERNAL",
)


def upgrade() -> None:
    """Apply the statements in order."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: history is never rewritten."""
    raise RuntimeError("migrations go forward only")
