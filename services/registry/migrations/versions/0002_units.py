"""Relations, marks and the life of units of every kind."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = [
    """ALTER TABLE unit
    ADD like_keys integer[] NOT NULL DEFAULT '{}',
    ADD merged_into text NOT NULL DEFAULT '' CHECK (merged_into <> unit_id),
    ADD closed_from text NOT NULL DEFAULT ''
      CHECK (closed_from IN ('', 'registered', 'creating', 'recognised')),
    ADD CHECK (merged_into = '' OR standing = 'closed'),
    ADD CHECK (closed_from = '' OR standing = 'closed')""",
    """ALTER TABLE import_row
    ADD like_keys integer[] NOT NULL DEFAULT '{}', ADD likely boolean NOT NULL DEFAULT false""",
    "CREATE INDEX import_row_likely ON import_row (import_id, row) WHERE likely",
    "CREATE INDEX unit_like_keys ON unit USING gin (like_keys) WITH (fastupdate = off)",
    "CREATE INDEX unit_unkeyed ON unit (unit_id) WHERE like_keys = '{}'",
    "CREATE INDEX unit_details ON unit USING gin (details jsonb_path_ops) WITH (fastupdate = off)",
    "CREATE INDEX unit_size_name ON unit (size, sort_key, unit_id) WHERE size <> ''",
    "CREATE INDEX unit_began ON unit (kind, starts_on, district) WHERE starts_on IS NOT NULL",
    "CREATE INDEX unit_leader ON unit (leader_code) WHERE leader_code <> ''",
    "CREATE INDEX unit_led ON unit (leader_unit_id) WHERE leader_unit_id <> ''",
    "CREATE INDEX unit_merged ON unit (merged_into) WHERE merged_into <> ''",
    # `single` and `one_per_other` are the pack's rule at the time, kept so that the database
    # itself lets nobody be the second chain leader; terms with an end are compared by handlers.
    """CREATE TABLE unit_relation (
    relation_id text PRIMARY KEY, relation text NOT NULL, relation_text text NOT NULL,
    from_unit_id text NOT NULL REFERENCES unit, to_unit_id text NOT NULL REFERENCES unit,
    single boolean NOT NULL, one_per_other boolean NOT NULL,
    begins_on date NOT NULL, until_on date CHECK (until_on >= begins_on),
    reason text NOT NULL, end_reason text NOT NULL DEFAULT '', clause text NOT NULL,
    recorded_at timestamptz NOT NULL, recorded_by text NOT NULL CHECK (recorded_by <> ''),
    ended_at timestamptz, ended_by text NOT NULL DEFAULT '',
    CHECK ((ended_at IS NULL) = (ended_by = '')), CHECK (ended_at IS NULL OR until_on IS NOT NULL),
    CHECK (from_unit_id <> to_unit_id))""",
    """CREATE UNIQUE INDEX unit_relation_once ON unit_relation (relation, from_unit_id, to_unit_id)
    WHERE until_on IS NULL""",
    """CREATE UNIQUE INDEX unit_relation_single ON unit_relation (relation, from_unit_id)
    WHERE until_on IS NULL AND single""",
    """CREATE UNIQUE INDEX unit_relation_one_per_other ON unit_relation (relation, to_unit_id)
    WHERE until_on IS NULL AND one_per_other""",
    "CREATE INDEX unit_relation_from ON unit_relation (from_unit_id, relation)",
    "CREATE INDEX unit_relation_to ON unit_relation (to_unit_id, relation, from_unit_id)",
    # A mark is of one suite of offices and goes with its unit; one open value at a time.
    """CREATE TABLE unit_mark (
    mark_id text PRIMARY KEY, unit_id text NOT NULL REFERENCES unit, suite text NOT NULL DEFAULT '',
    mark text NOT NULL, mark_text text NOT NULL,
    value text NOT NULL DEFAULT '', value_text text NOT NULL DEFAULT '',
    since date NOT NULL, until_on date CHECK (until_on >= since),
    reason text NOT NULL, end_reason text NOT NULL DEFAULT '', clause text NOT NULL,
    public boolean NOT NULL DEFAULT false,
    recorded_at timestamptz NOT NULL, recorded_by text NOT NULL CHECK (recorded_by <> ''),
    ended_at timestamptz, ended_by text NOT NULL DEFAULT '',
    CHECK ((ended_at IS NULL) = (ended_by = '')), CHECK ((ended_at IS NULL) = (until_on IS NULL)))""",
    """CREATE UNIQUE INDEX unit_mark_once ON unit_mark (unit_id, suite, mark)
    WHERE until_on IS NULL""",
    """CREATE INDEX unit_mark_open ON unit_mark (suite, mark, value, unit_id)
    WHERE until_on IS NULL""",
    "CREATE INDEX unit_mark_unit ON unit_mark (unit_id, since)",
    """CREATE TABLE likely_double (
    double_id text PRIMARY KEY, unit_a text NOT NULL REFERENCES unit,
    unit_b text NOT NULL REFERENCES unit, score integer NOT NULL, says text NOT NULL,
    district text COLLATE "C" NOT NULL,
    found_by text NOT NULL CHECK (found_by IN ('register', 'amend', 'import', 'move', 'reopen')),
    found_at timestamptz NOT NULL,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'same', 'different', 'gone')),
    decided_at timestamptz, decided_by text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '', CHECK (unit_a < unit_b),
    CHECK ((decided_at IS NULL) = (decided_by = '')), CHECK ((status = 'open') = (decided_at IS NULL)),
    CHECK (status NOT IN ('same', 'different') OR reason <> ''), UNIQUE (unit_a, unit_b))""",
    "CREATE INDEX likely_double_b ON likely_double (unit_b)",
    "CREATE INDEX likely_double_open ON likely_double (district, double_id) WHERE status = 'open'",
    """CREATE TABLE unit_move (
    move_id text PRIMARY KEY, unit_id text NOT NULL REFERENCES unit,
    from_division text COLLATE "C" NOT NULL, to_division text COLLATE "C" NOT NULL,
    from_office text NOT NULL, to_office text COLLATE "C" NOT NULL,
    from_pack text NOT NULL, to_pack text NOT NULL,
    moved_on date NOT NULL, reason text NOT NULL CHECK (reason <> ''),
    recorded_at timestamptz NOT NULL, recorded_by text NOT NULL CHECK (recorded_by <> ''),
    noted_at timestamptz, noted_by text NOT NULL DEFAULT '',
    CHECK ((noted_at IS NULL) = (noted_by = '')))""",
    "CREATE INDEX unit_move_unit ON unit_move (unit_id, moved_on)",
    "CREATE INDEX unit_move_new ON unit_move (to_office, recorded_at) WHERE noted_at IS NULL",
    # Exit cases of oversight, so that no unit is merged or moved away under one; the news of a
    # decision may come before that of its opening.
    """CREATE TABLE unit_exit (
    case_id text PRIMARY KEY, unit_id text NOT NULL, opened_on date, decided_on date,
    CHECK (opened_on IS NOT NULL OR decided_on IS NOT NULL))""",
    "CREATE INDEX unit_exit_open ON unit_exit (unit_id) WHERE decided_on IS NULL",
]

GUARD = """CREATE FUNCTION guard_merged() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'a merged unit stays merged' USING ERRCODE = 'check_violation';
    END $$"""


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    op.execute(GUARD)
    op.execute(
        "CREATE TRIGGER unit_merged_guard BEFORE UPDATE OF merged_into ON unit FOR EACH ROW"
        " WHEN (OLD.merged_into <> '' AND NEW.merged_into = '') EXECUTE FUNCTION guard_merged()"
    )


def downgrade() -> None:
    raise RuntimeError("migrations go forward only")
