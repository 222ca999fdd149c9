"""Who put a pack to work is kept by name, as the page of packs shows it for good."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The name beside the account; earlier activations keep the account alone."""
    op.execute("ALTER TABLE activation ADD activated_by_name text NOT NULL DEFAULT ''")


def downgrade() -> None:
    """Not supported: history is never rewritten."""
    raise RuntimeError("migrations go forward only")
