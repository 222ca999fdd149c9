"""Rows written together are not checked against each other one by one; none can be taken away.

A foreign key between rows of one transaction proves nothing that the transaction does not, and
its check locked the first row once more for each: more than half of the database's work per
trigger (`make bench`). What a key would really guard against, a row that vanishes, is refused.
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KEYS = {
    "receipt": "fk_receipt_inbox_id",
    "trigger": "fk_trigger_inbox_id",
    "hold": "fk_hold_trigger_id",
    "review_item": "fk_review_item_trigger_id",
}
_KEPT = ("inbox_event", "trigger", "hold", "review_item")


def upgrade() -> None:
    for table, key in _KEYS.items():
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {key}")
    for table in _KEPT:
        op.execute(
            f"CREATE TRIGGER stays BEFORE DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    raise RuntimeError("migrations go forward only")
