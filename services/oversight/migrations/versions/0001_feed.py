"""Agencies, their inbox, triggers, holds and receipts; copies of units and titles.

Revision ID: 0001
Revises:
"""

import services.oversight.store.tables_feed as feed
from alembic import op

from shared.messaging.tables import create_plumbing

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NEVER_CHANGED = ("inbox_key", "receipt")


def upgrade() -> None:
    create_plumbing(op)
    for table in (
        feed.known_unit,
        feed.known_title,
        feed.agency,
        feed.agency_key,
        feed.sequence_seen,
        feed.inbox_event,
        feed.inbox_key,
        feed.receipt,
        feed.trigger,
        feed.hold,
        feed.review_item,
        feed.feed_alarm,
    ):
        table.create(op.get_bind(), checkfirst=False)
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION '% rows are kept as they were written', TG_TABLE_NAME;
        END $$
        """
    )
    for name in _NEVER_CHANGED:
        op.execute(
            f"CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON {name}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        """
        CREATE FUNCTION keep_bytes() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NEW.body IS DISTINCT FROM OLD.body OR NEW.agency <> OLD.agency
             OR NEW.sig <> OLD.sig OR NEW.body_hash <> OLD.body_hash THEN
            RAISE EXCEPTION 'what an agency sent is kept as it came';
          END IF;
          RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER keep BEFORE UPDATE OF body, agency, sig, body_hash ON inbox_event"
        " FOR EACH ROW EXECUTE FUNCTION keep_bytes()"
    )
