"""A staged row keeps its entry as it goes in, whole, beside what the dry run is asked for."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TEXTS = (
    "kind", "name_key", "sort_key", "division", "address", "industry", "size", "contact_name",
    "contact_phone",
)  # fmt: skip
_OTHERS = (
    "grams", "like_keys", "headcount", "revenue", "assets", "starts_on", "ends_on", "details",
)  # fmt: skip
_KEPT = ", ".join(f"'{name}', {name}" for name in (*_TEXTS, "leader_code", *_OTHERS))
_GONE = ", ".join(f"DROP COLUMN {name}" for name in (*_TEXTS, *_OTHERS))

STATEMENTS = (
    # Text, not jsonb: it is written once, read once, and never asked for a part of it.
    "ALTER TABLE import_row ADD COLUMN entry json NOT NULL DEFAULT '{}'",
    # Imports that can still enter; the entries of all others are on the register or were given up.
    f"""UPDATE import_row r SET entry = json_build_object({_KEPT}) FROM import_batch b
    WHERE b.import_id = r.import_id AND b.status IN ('staging', 'staged', 'entering')
    AND NOT r.entered AND r.outcome IN ('new', 'changed')""",
    f"ALTER TABLE import_row {_GONE}",
    # Rows are only ever written with their batch locked, and no batch is ever deleted.
    "ALTER TABLE import_row DROP CONSTRAINT import_row_import_id_fkey",
    # New rows, nearly all of a large file, are found by their numbers in it.
    "DROP INDEX import_row_outcome",
    "CREATE INDEX import_row_outcome ON import_row (import_id, outcome, row) WHERE outcome <> 'new'",
    "ALTER TABLE import_batch ADD COLUMN entered_to integer NOT NULL DEFAULT 0",
    "CREATE INDEX import_row_leader ON import_row (import_id) WHERE leader_code <> ''",
)


def upgrade() -> None:
    """Apply the statements in order."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: history is never rewritten."""
    raise RuntimeError("migrations go forward only")
