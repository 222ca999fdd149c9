"""Programme years, tasks, reminders, working days, versions of plans, reports."""

from __future__ import annotations

from alembic import op

from shared.runtime.workdays import CREATE_WORKDAY_YEAR

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ACT = "CHECK (({0}_at IS NULL) = ({0}_by = ''))"

TABLES = [
    # A year is opened once and keeps the law it was opened under.
    """CREATE TABLE cycle (
    cycle_id text PRIMARY KEY, node text COLLATE "C" NOT NULL CHECK (node <> ''),
    year integer NOT NULL CHECK (year BETWEEN 1990 AND 2200),
    pack_id text NOT NULL, pack_version text NOT NULL,
    fingerprint text NOT NULL CHECK (fingerprint <> ''), opens_on date NOT NULL,
    warnings jsonb NOT NULL DEFAULT '[]', decision_id text NOT NULL,
    opened_at timestamptz NOT NULL, opened_by text NOT NULL CHECK (opened_by <> ''),
    opened_by_name text NOT NULL DEFAULT '', UNIQUE (node, year))""",
    """CREATE TABLE task_act (
    entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    task_id text COLLATE "C" NOT NULL CHECK (task_id <> ''),
    node text COLLATE "C" NOT NULL, duty_id text NOT NULL, period text NOT NULL,
    act text NOT NULL
      CHECK (act IN ('begun', 'closed', 'dropped', 'reopened', 'noted', 'assigned')),
    happened_on date NOT NULL, says text NOT NULL DEFAULT '', reason text NOT NULL DEFAULT '',
    persons jsonb NOT NULL DEFAULT '[]', files jsonb NOT NULL DEFAULT '[]',
    mark text NOT NULL DEFAULT '', decision_id text NOT NULL DEFAULT '',
    learned_at timestamptz NOT NULL, by_id text NOT NULL CHECK (by_id <> ''),
    by_name text NOT NULL DEFAULT '',
    CHECK (act NOT IN ('dropped', 'reopened') OR reason <> ''))""",
    "CREATE INDEX task_act_task ON task_act (node, task_id, entry)",
    # The day of a duty whose text leaves it to others; the last entry of a year counts.
    """CREATE TABLE duty_date (
    entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    node text COLLATE "C" NOT NULL, duty_id text NOT NULL, year integer NOT NULL,
    due_on date, source text NOT NULL CHECK (source <> ''),
    learned_at timestamptz NOT NULL, by_id text NOT NULL, by_name text NOT NULL DEFAULT '')""",
    "CREATE INDEX duty_date_of ON duty_date (duty_id, node, year, entry)",
    """CREATE TABLE reminder (
    reminder_id text PRIMARY KEY, node text COLLATE "C" NOT NULL,
    kind text NOT NULL CHECK (kind IN ('task', 'gap')),
    subject text NOT NULL, period text NOT NULL, says text NOT NULL,
    clause text NOT NULL DEFAULT '', due_on date, written_at timestamptz NOT NULL,
    seen_at timestamptz, seen_by text NOT NULL DEFAULT '',
    CHECK ((seen_at IS NULL) = (seen_by = '')),
    CONSTRAINT reminder_once UNIQUE (node, kind, subject, period))""",
    "CREATE INDEX reminder_inbox ON reminder (node, written_at) WHERE seen_at IS NULL",
    "CREATE TABLE reminder_day (day date PRIMARY KEY, ran_at timestamptz NOT NULL)",
    f"""CREATE TABLE report (
    report_id text PRIMARY KEY, form text NOT NULL, node text COLLATE "C" NOT NULL,
    to_node text COLLATE "C" NOT NULL, year integer NOT NULL CHECK (year BETWEEN 1990 AND 2200),
    status text NOT NULL CHECK (status IN ('draft', 'submitted', 'returned', 'received')),
    sections jsonb NOT NULL DEFAULT '{{}}', figures jsonb NOT NULL DEFAULT '[]',
    records jsonb NOT NULL DEFAULT '[]', file jsonb,
    mark text NOT NULL DEFAULT '' CHECK (mark IN ('', 'late', 'after_strict', 'after_usual')),
    fingerprint text NOT NULL, decision_id text NOT NULL DEFAULT '',
    revision integer NOT NULL CHECK (revision >= 1),
    saved_at timestamptz NOT NULL, saved_by text NOT NULL,
    submitted_at timestamptz, submitted_by text NOT NULL DEFAULT '', {ACT.format("submitted")},
    received_at timestamptz, received_by text NOT NULL DEFAULT '', {ACT.format("received")},
    says text NOT NULL DEFAULT '', UNIQUE (form, node, year),
    CHECK ((status = 'draft') = (submitted_at IS NULL)),
    CHECK ((status = 'received') = (received_at IS NOT NULL)))""",
    """CREATE TABLE report_history (
    entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    report_id text NOT NULL REFERENCES report,
    what text NOT NULL CHECK (what IN ('submitted', 'returned', 'received')),
    sections jsonb NOT NULL, figures jsonb NOT NULL, file jsonb,
    says text NOT NULL DEFAULT '', mark text NOT NULL DEFAULT '',
    decision_id text NOT NULL DEFAULT '', learned_at timestamptz NOT NULL,
    by_id text NOT NULL, by_name text NOT NULL DEFAULT '')""",
    CREATE_WORKDAY_YEAR,
    """CREATE TABLE workday_history (
    entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    year integer NOT NULL, revision integer NOT NULL, notice text NOT NULL,
    holidays jsonb NOT NULL, workdays jsonb NOT NULL, reason text NOT NULL DEFAULT '',
    learned_at timestamptz NOT NULL, by_id text NOT NULL, by_name text NOT NULL DEFAULT '',
    UNIQUE (year, revision))""",
]

# A plan goes from draft to issued, filed with the level above, and received there.
PLANS = [
    "ALTER TABLE plan ALTER COLUMN filed_at DROP NOT NULL, ALTER COLUMN filed_by SET DEFAULT '',"
    " ALTER COLUMN decision_id SET DEFAULT ''",
    f"""ALTER TABLE plan
    ADD COLUMN status text NOT NULL DEFAULT 'filed'
      CHECK (status IN ('draft', 'issued', 'filed', 'received')),
    ADD COLUMN fingerprint text NOT NULL DEFAULT '',
    ADD COLUMN asks_receipt boolean NOT NULL DEFAULT false,
    ADD COLUMN reason text NOT NULL DEFAULT '',
    ADD COLUMN saved_at timestamptz, ADD COLUMN saved_by text NOT NULL DEFAULT '',
    ADD COLUMN issued_at timestamptz, ADD COLUMN issued_by text NOT NULL DEFAULT '',
    ADD COLUMN received_at timestamptz, ADD COLUMN received_by text NOT NULL DEFAULT '',
    ADD COLUMN received_says text NOT NULL DEFAULT '',
    ADD {ACT.format("saved")}, ADD {ACT.format("issued")}, ADD {ACT.format("received")},
    ADD {ACT.format("filed")},
    ADD CHECK (status <> 'draft' OR NOT in_force),
    ADD CHECK (status <> 'filed' OR filed_at IS NOT NULL),
    ADD CHECK ((status = 'received') = (received_at IS NOT NULL))""",
    "CREATE UNIQUE INDEX plan_one_draft ON plan (node, year) WHERE status = 'draft'",
]

HISTORY = ("cycle", "task_act", "duty_date", "report_history", "workday_history")

GUARDS = [
    # What an issued plan says is fixed: a change is the next version (NB23 二(一)).
    """CREATE FUNCTION guard_plan() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF OLD.status <> 'draft' AND (NEW.sections, NEW.standards, NEW.papers, NEW.document_ids,
           NEW.window_from, NEW.deadline_on, NEW.publicity, NEW.plan_version)
         IS DISTINCT FROM (OLD.sections, OLD.standards, OLD.papers, OLD.document_ids,
           OLD.window_from, OLD.deadline_on, OLD.publicity, OLD.plan_version) THEN
        RAISE EXCEPTION 'an issued plan is fixed' USING ERRCODE = 'check_violation';
      END IF;
      IF OLD.filed_at IS NOT NULL AND NEW.filed_at IS DISTINCT FROM OLD.filed_at THEN
        RAISE EXCEPTION 'the time of a filing is fixed' USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$""",
    "CREATE TRIGGER plan_guard BEFORE UPDATE ON plan"
    " FOR EACH ROW EXECUTE FUNCTION guard_plan()",
    # The first submission decides whether a report came in time; what was received stays.
    """CREATE FUNCTION guard_report() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF OLD.submitted_at IS NOT NULL AND (NEW.submitted_at, NEW.submitted_by, NEW.mark)
         IS DISTINCT FROM (OLD.submitted_at, OLD.submitted_by, OLD.mark) THEN
        RAISE EXCEPTION 'the time of a submission is fixed' USING ERRCODE = 'check_violation';
      END IF;
      IF OLD.status = 'received' THEN
        RAISE EXCEPTION 'a received report is fixed' USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$""",
    "CREATE TRIGGER report_guard BEFORE UPDATE ON report"
    " FOR EACH ROW EXECUTE FUNCTION guard_report()",
]


def upgrade() -> None:
    for statement in (*TABLES, *PLANS, *GUARDS):
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
