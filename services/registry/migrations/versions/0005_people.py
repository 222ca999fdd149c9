"""Bodies and posts of the offices; whose programme a line of history belongs to."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = [
    # What the register shares and what one programme alone did: '*' is everybody's.
    "ALTER TABLE timeline ADD suite text NOT NULL DEFAULT ''",
    """ALTER TABLE change ADD suite text NOT NULL DEFAULT '',
    ADD node text COLLATE "C" NOT NULL DEFAULT ''""",
    """ALTER TABLE document ADD node text COLLATE "C" NOT NULL DEFAULT ''""",
    # A post is held from a day on; whoever follows ends it, nothing is erased.
    """CREATE TABLE post (
    post_id text PRIMARY KEY, node text COLLATE "C" NOT NULL CHECK (node <> ''),
    body text NOT NULL, side text NOT NULL
      CHECK (side IN ('', 'government', 'workers', 'employers')),
    post_title text NOT NULL CHECK (post_title <> ''),
    person_name text NOT NULL CHECK (person_name <> ''), phone text NOT NULL DEFAULT '',
    held_from date NOT NULL, held_until date CHECK (held_until >= held_from),
    reason text NOT NULL DEFAULT '', end_reason text NOT NULL DEFAULT '',
    recorded_at timestamptz NOT NULL, recorded_by text NOT NULL CHECK (recorded_by <> ''),
    ended_at timestamptz, ended_by text NOT NULL DEFAULT '',
    CHECK ((ended_at IS NULL) = (ended_by = '')), CHECK ((ended_at IS NULL) = (held_until IS NULL)),
    CHECK (ended_at IS NULL OR end_reason <> ''), CHECK ((side = '') = (body = '')))""",
    """CREATE UNIQUE INDEX post_held_once ON post (node, body, post_title)
    WHERE held_until IS NULL""",
    "CREATE INDEX post_of_node ON post (node, held_from)",
]

GUARD = """CREATE FUNCTION guard_post() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' OR OLD.held_until IS NOT NULL
         OR (OLD.node, OLD.body, OLD.post_title, OLD.person_name, OLD.held_from)
            IS DISTINCT FROM
            (NEW.node, NEW.body, NEW.post_title, NEW.person_name, NEW.held_from) THEN
        RAISE EXCEPTION 'a post is followed, never rewritten' USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$"""


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    op.execute(GUARD)
    op.execute(
        "CREATE TRIGGER post_guard BEFORE UPDATE OR DELETE ON post"
        " FOR EACH ROW EXECUTE FUNCTION guard_post()"
    )


def downgrade() -> None:
    raise RuntimeError("migrations go forward only")
