"""Days off and make-up days as the registry's officers entered them."""

from __future__ import annotations

from alembic import op

from shared.runtime.workdays import CREATE_WORKDAY_YEAR

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(CREATE_WORKDAY_YEAR)


def downgrade() -> None:
    raise RuntimeError("migrations go forward only")
