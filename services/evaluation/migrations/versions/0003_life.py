"""Closed units may be reopened: the news that came last of the two counts."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE known_unit ADD life_revision integer NOT NULL DEFAULT 0")


def downgrade() -> None:
    raise RuntimeError("migrations go forward only")
