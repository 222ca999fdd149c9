"""Units may be reopened, and merged: what is said of one is then said of the other."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE known_unit ADD life_revision integer NOT NULL DEFAULT 0,"
        " ADD merged_into text NOT NULL DEFAULT ''"
    )


def downgrade() -> None:
    raise RuntimeError("migrations go forward only")
