"""Imports of records, and the numbers other systems have for units of the register."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STATEMENTS = (
    """ALTER TABLE import_batch
    ADD COLUMN system text NOT NULL DEFAULT '',
    ADD COLUMN record_kind text NOT NULL DEFAULT '',
    ADD COLUMN stager jsonb NOT NULL DEFAULT '{}'""",
    "ALTER TABLE import_row ADD COLUMN external_id text NOT NULL DEFAULT ''",
    """CREATE TABLE record_import_row (
    import_id text NOT NULL REFERENCES import_batch, row integer NOT NULL,
    outcome text NOT NULL
      CHECK (outcome IN ('new', 'unchanged', 'changed', 'conflict', 'error')),
    says jsonb NOT NULL DEFAULT '[]', changes jsonb NOT NULL DEFAULT '{}',
    name_text text NOT NULL DEFAULT '', code text NOT NULL DEFAULT '',
    unit_id text NOT NULL DEFAULT '', key text NOT NULL DEFAULT '',
    record_id text NOT NULL DEFAULT '', seen_revision integer,
    entered boolean NOT NULL DEFAULT false, likely boolean NOT NULL DEFAULT false,
    entry jsonb NOT NULL,
    PRIMARY KEY (import_id, row))""",
    "CREATE INDEX record_import_row_outcome ON record_import_row (import_id, outcome, row)",
    "CREATE INDEX record_import_row_key ON record_import_row (import_id, key) WHERE key <> ''",
    # A number of another system means one unit, and a unit has one number there.
    """CREATE TABLE external_id (
    system text NOT NULL CHECK (system <> ''),
    external_id text NOT NULL CHECK (external_id <> ''),
    unit_id text NOT NULL REFERENCES unit,
    linked_at timestamptz NOT NULL, linked_by text NOT NULL,
    PRIMARY KEY (system, external_id),
    UNIQUE (system, unit_id))""",
)


def upgrade() -> None:
    """Apply the statements in order."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: history is never rewritten."""
    raise RuntimeError("migrations go forward only")
