"""Honours of earlier years and of other bodies: handed in by one person, let in by another."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATEMENTS = (
    """ALTER TABLE title
    ADD COLUMN source text NOT NULL DEFAULT 'naming'
      CHECK (source IN ('naming', 'earlier', 'external')),
    ADD COLUMN document text NOT NULL DEFAULT '',
    ADD CHECK (source = 'naming' OR document <> '')""",
    # One honour of a kind and round for each unit, whoever hands it in, however often.
    """CREATE UNIQUE INDEX title_once_a_round ON title (unit_id, title_kind, round_year)
    WHERE source <> 'naming'""",
    "CREATE INDEX title_library ON title (level, unit_kind, status)",
    """CREATE TABLE honour_batch (
    batch_id text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('honours', 'review')),
    node text COLLATE "C" NOT NULL CHECK (node <> ''),
    document text NOT NULL CHECK (document <> ''), reason text NOT NULL DEFAULT '',
    happened_on date, CHECK ((kind = 'review') = (happened_on IS NOT NULL)),
    status text NOT NULL CHECK (status IN ('proposed', 'confirmed', 'returned')),
    rows jsonb NOT NULL, fingerprint text NOT NULL,
    proposed_at timestamptz NOT NULL, proposed_by text NOT NULL, proposed_by_name text NOT NULL,
    decided_at timestamptz, decided_by text NOT NULL DEFAULT '',
    decided_by_name text NOT NULL DEFAULT '', says text NOT NULL DEFAULT '',
    decision_id text NOT NULL DEFAULT '',
    CHECK ((status = 'proposed') = (decided_at IS NULL)),
    CHECK ((decided_at IS NULL) = (decided_by = '')),
    CHECK (decided_by <> proposed_by))""",
    "CREATE INDEX honour_batch_new ON honour_batch (proposed_at DESC)",
    """CREATE TABLE title_round (
    entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    node text COLLATE "C" NOT NULL, title_kind text NOT NULL, year integer NOT NULL,
    document text NOT NULL CHECK (document <> ''), learned_at timestamptz NOT NULL,
    by_id text NOT NULL, by_name text NOT NULL)""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("migrations go forward only")
