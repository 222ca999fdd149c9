"""Units are looked at under a new pack along a walk that is kept, not marked all at once."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE pack_adopted ADD walked_to text NOT NULL DEFAULT '',"
        " ADD walked_at timestamp with time zone"
    )
    # Of those adopted before, the units still to be looked at are marked.
    op.execute("UPDATE pack_adopted SET walked_at = adopted_at")


def downgrade() -> None:
    raise RuntimeError("migrations go forward only")
