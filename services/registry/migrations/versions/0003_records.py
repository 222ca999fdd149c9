"""The record book: records with their history, the people and units they name, work items."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ACT = "CHECK (({0}_at IS NULL) = ({0}_by = ''))"

TABLES = [
    f"""CREATE TABLE record (
    record_id text PRIMARY KEY, kind text NOT NULL CHECK (kind <> ''),
    node text COLLATE "C" NOT NULL CHECK (node <> ''),
    area text COLLATE "C" GENERATED ALWAYS AS (split_part(node, '.', 1)) STORED,
    suite text COLLATE "C" GENERATED ALWAYS AS (split_part(node, '.', 2)) STORED,
    system text COLLATE "C" GENERATED ALWAYS AS (split_part(node, '.', 3)) STORED,
    place text COLLATE "C" NOT NULL CHECK (place <> ''),
    unit_id text REFERENCES unit, parent_id text REFERENCES record,
    year integer NOT NULL CHECK (year BETWEEN 1990 AND 2200),
    happened_on date NOT NULL, ends_on date CHECK (ends_on >= happened_on),
    state text NOT NULL DEFAULT '', closed boolean NOT NULL DEFAULT false,
    title text NOT NULL DEFAULT '', content jsonb NOT NULL DEFAULT '{{}}',
    marks text[] NOT NULL DEFAULT '{{}}', warnings jsonb NOT NULL DEFAULT '[]',
    side text NOT NULL DEFAULT ''
      CHECK (side IN ('', 'unit', 'government', 'workers', 'employers')),
    body text NOT NULL DEFAULT '', external_id text NOT NULL DEFAULT '',
    fingerprint text NOT NULL, decision_id text NOT NULL DEFAULT '',
    revision integer NOT NULL DEFAULT 1 CHECK (revision >= 1),
    written_at timestamptz NOT NULL, written_by text NOT NULL CHECK (written_by <> ''),
    written_by_name text NOT NULL DEFAULT '',
    amended_at timestamptz, amended_by text NOT NULL DEFAULT '', {ACT.format("amended")},
    voided_at timestamptz, voided_by text NOT NULL DEFAULT '', {ACT.format("voided")},
    void_reason text NOT NULL DEFAULT '', CHECK ((voided_at IS NULL) = (void_reason = '')),
    CHECK (parent_id <> record_id))""",
    "CREATE UNIQUE INDEX record_external ON record (kind, node, external_id)"
    " WHERE external_id <> ''",
    "CREATE INDEX record_listing ON record (kind, happened_on DESC, record_id DESC)",
    "CREATE INDEX record_node ON record (node, kind, year)",
    "CREATE INDEX record_place ON record (place, kind, year)",
    "CREATE INDEX record_unit_id ON record (unit_id, kind, happened_on DESC)"
    " WHERE unit_id IS NOT NULL",
    "CREATE INDEX record_parent ON record (parent_id, kind, happened_on DESC)"
    " WHERE parent_id IS NOT NULL",
    "CREATE INDEX record_content ON record USING gin (content jsonb_path_ops)",
    """CREATE TABLE record_history (
    entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    record_id text NOT NULL REFERENCES record, revision integer NOT NULL CHECK (revision >= 1),
    what text NOT NULL CHECK (what IN ('written', 'amended', 'moved', 'ended', 'voided')),
    happened_on date NOT NULL, ends_on date, state text NOT NULL DEFAULT '',
    content jsonb NOT NULL, rules jsonb NOT NULL DEFAULT '[]', reason text NOT NULL DEFAULT '',
    decision_id text NOT NULL DEFAULT '', learned_at timestamptz NOT NULL,
    by_id text NOT NULL, by_name text NOT NULL, UNIQUE (record_id, revision),
    CHECK (what <> 'voided' OR reason <> ''))""",
    """CREATE TABLE record_person (
    record_id text NOT NULL REFERENCES record, field text NOT NULL, position integer NOT NULL,
    person_key text NOT NULL CHECK (person_key <> ''), name text NOT NULL CHECK (name <> ''),
    PRIMARY KEY (record_id, field, position))""",
    "CREATE INDEX record_person_key ON record_person (person_key)",
    """CREATE TABLE record_unit (
    record_id text NOT NULL REFERENCES record, field text NOT NULL,
    unit_id text NOT NULL REFERENCES unit, PRIMARY KEY (record_id, field, unit_id))""",
    "CREATE INDEX record_unit_unit ON record_unit (unit_id, record_id)",
    """CREATE TABLE work_item_state (
    unit_id text NOT NULL REFERENCES unit, suite text NOT NULL DEFAULT '', item text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'doing', 'done')),
    parts jsonb NOT NULL DEFAULT '{}', content jsonb NOT NULL DEFAULT '{}',
    fingerprint text NOT NULL, revision integer NOT NULL CHECK (revision >= 1),
    changed_on date NOT NULL, changed_at timestamptz NOT NULL,
    changed_by text NOT NULL CHECK (changed_by <> ''), PRIMARY KEY (unit_id, suite, item))""",
    """CREATE TABLE work_item_history (
    entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id text NOT NULL, suite text NOT NULL, item text NOT NULL,
    revision integer NOT NULL, state text NOT NULL, parts jsonb NOT NULL, content jsonb NOT NULL,
    reason text NOT NULL DEFAULT '', learned_at timestamptz NOT NULL, by_id text NOT NULL,
    by_name text NOT NULL, UNIQUE (unit_id, suite, item, revision))""",
    # Services given are records now; what an older book says of them stays on the timeline.
    """INSERT INTO timeline (entry_id, unit_id, what, says, happened_on, learned_at, by_id, by_name)
    SELECT 'entry_' || service_id, unit_id, 'service.given',
      concat_ws('；', nullif('需求：' || need, '需求：'), nullif('结果：' || result, '结果：'),
        nullif('后续：' || follow_up, '后续：')),
      held_on, recorded_at, recorded_by, recorded_by
    FROM service_given WHERE need <> '' OR result <> '' OR follow_up <> ''""",
    "DROP TABLE service_given",
]

HISTORY = ("record_history", "work_item_history")

GUARDS = [
    # Records never vanish: what one is about is fixed (a unit entered twice becomes one, its
    # records with it), a voided one stays voided.
    """CREATE FUNCTION guard_record() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'records are voided, not deleted' USING ERRCODE = 'restrict_violation';
      END IF;
      IF NEW.kind <> OLD.kind OR NEW.node <> OLD.node
         OR (NEW.unit_id IS NULL) <> (OLD.unit_id IS NULL)
         OR NEW.parent_id IS DISTINCT FROM OLD.parent_id
         OR NEW.written_at <> OLD.written_at OR NEW.written_by <> OLD.written_by THEN
        RAISE EXCEPTION 'what a record is about is fixed' USING ERRCODE = 'check_violation';
      END IF;
      IF OLD.voided_at IS NOT NULL AND NEW.content IS DISTINCT FROM OLD.content
         OR OLD.voided_at IS NOT NULL AND NEW.voided_at IS NULL THEN
        RAISE EXCEPTION 'a voided record stays as it is' USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$""",
    "CREATE TRIGGER record_guard BEFORE UPDATE OR DELETE ON record"
    " FOR EACH ROW EXECUTE FUNCTION guard_record()",
    # The file of a unit goes where the unit goes.
    """CREATE FUNCTION move_records() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE record SET place = NEW.division WHERE unit_id = NEW.unit_id;
      RETURN NULL;
    END $$""",
    "CREATE TRIGGER unit_moves_records AFTER UPDATE OF division ON unit FOR EACH ROW"
    " WHEN (NEW.division <> OLD.division) EXECUTE FUNCTION move_records()",
]


def upgrade() -> None:
    for statement in (*TABLES, *GUARDS):
        op.execute(statement)
    for table in HISTORY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
        )


def downgrade() -> None:
    raise RuntimeError("migrations go forward only")
