"""What counts and shares are worked out from, as of any day: dated states of every unit.

Triggers work out stages and write the history, so that no way of changing a unit goes past them.
A row of `unit_history` says how a unit stood from a day on; of two rows of one day the later entry
holds. What is learned late about an earlier day is carried on through the later days already on
record, so that the last row is always what the register says now.

`unit_change` says the same in numbers: how many came to a state, or left it, on a day, as learned
at an instant. Added up to a day they are the counts of that day, without reading a million units.
A unit entered twice is taken out of all its days when it is merged, as learned then.
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STAGES = (
    "'registered', 'committed', 'assessing', 'assessed', 'applied', 'reviewing', 'recognised',"
    " 'cultivating', 'nominated', 'titled'"
)

TABLES = [
    f"""ALTER TABLE unit
    ADD COLUMN stage text NOT NULL DEFAULT 'registered' CHECK (stage IN ({STAGES})),
    ADD COLUMN stage_on date""",
    f"""CREATE TABLE unit_history (
    entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id text NOT NULL, kind text NOT NULL, division text COLLATE "C" NOT NULL,
    size text NOT NULL, standing text NOT NULL
      CHECK (standing IN ('registered', 'creating', 'recognised', 'closed')),
    stage text NOT NULL CHECK (stage IN ({STAGES})), details jsonb NOT NULL,
    is_first boolean NOT NULL, happened_on date NOT NULL, learned_at timestamptz NOT NULL)""",
    """CREATE TABLE unit_change (
    entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    happened_on date NOT NULL, learned_at timestamptz NOT NULL,
    division text COLLATE "C" NOT NULL, kind text NOT NULL, size text NOT NULL,
    standing text NOT NULL, stage text NOT NULL, units integer NOT NULL CHECK (units <> 0))""",
    """CREATE TABLE case_file (
    case_id text PRIMARY KEY,
    case_kind text NOT NULL CHECK (case_kind IN ('assessment', 'application', 'nomination')),
    unit_id text NOT NULL, number text NOT NULL, node text COLLATE "C" NOT NULL,
    year integer NOT NULL, stage text NOT NULL, stage_text text NOT NULL,
    title_text text NOT NULL, reason text NOT NULL, opened_on date NOT NULL,
    moved_on date NOT NULL, sequence bigint NOT NULL)""",
    "CREATE INDEX case_file_unit ON case_file (unit_id)",
    "CREATE INDEX case_file_year ON case_file (year, opened_on, case_id)",
    """CREATE TABLE case_move (
    entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id text NOT NULL UNIQUE, case_id text NOT NULL, case_kind text NOT NULL,
    unit_id text NOT NULL, number text NOT NULL, node text COLLATE "C" NOT NULL,
    year integer NOT NULL, stage text NOT NULL, stage_text text NOT NULL,
    title_text text NOT NULL, reason text NOT NULL, by_name text NOT NULL,
    happened_on date NOT NULL, learned_at timestamptz NOT NULL)""",
    "CREATE INDEX case_move_day ON case_move (happened_on, entry)",
    """CREATE TABLE bulletin (
    bulletin_id text PRIMARY KEY, node text COLLATE "C" NOT NULL, year integer NOT NULL,
    issue integer NOT NULL CHECK (issue >= 1), number text NOT NULL, title text NOT NULL,
    from_on date NOT NULL, to_on date NOT NULL CHECK (to_on >= from_on),
    issued_on date NOT NULL, content jsonb NOT NULL, issued_at timestamptz NOT NULL,
    issued_by text NOT NULL, issued_by_name text NOT NULL, UNIQUE (node, year, issue))""",
    # A node's own goal of a year for a measure, as its plan has it; the last entry counts.
    """CREATE TABLE measure_goal (
    entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    node text COLLATE "C" NOT NULL, year integer NOT NULL, measure text NOT NULL,
    goal numeric NOT NULL CHECK (goal > 0), says text NOT NULL,
    learned_at timestamptz NOT NULL, by_id text NOT NULL, by_name text NOT NULL)""",
    "CREATE INDEX measure_goal_of ON measure_goal (node, year, measure, entry DESC)",
]

# The growth of a unit as 0001 holds it, as (standing, stage) from each act on the timeline.
BACKFILL = """
INSERT INTO unit_history
  (unit_id, kind, division, size, standing, stage, details, is_first, happened_on, learned_at)
SELECT unit_id, kind, division, size, coalesce(standings[1], 'registered'),
       coalesce(stages[1], 'registered'), details, place = 0, happened_on, learned_at
FROM (
  SELECT u.unit_id, u.kind, u.division, u.size, u.details, t.happened_on, t.learned_at, t.place,
         array_agg(t.standing) FILTER (WHERE t.standing IS NOT NULL) OVER so_far AS standings,
         array_agg(t.stage) FILTER (WHERE t.stage IS NOT NULL) OVER so_far AS stages
  FROM unit u JOIN (
    SELECT unit_id, (entered_at AT TIME ZONE 'Asia/Shanghai')::date AS happened_on,
           entered_at AS learned_at, 'registered' AS standing, 'registered' AS stage, 0 AS place
    FROM unit
    UNION ALL
    SELECT unit_id, happened_on, learned_at, standing, stage, 1
    FROM timeline JOIN (VALUES
      ('commitment.accepted', 'creating', 'committed'), ('application.received', NULL, 'applied'),
      ('unit.recognised', 'recognised', 'recognised'),
      ('recognition.withdrawn', 'creating', 'committed'),
      ('cultivation.started', NULL, 'cultivating'), ('title.granted', NULL, 'titled'),
      ('title.revoked', NULL, 'recognised')) act (what, standing, stage) USING (what)
    UNION ALL
    SELECT unit_id, closed_on, coalesce(amended_at, entered_at), 'closed', NULL, 2
    FROM unit WHERE standing = 'closed') t USING (unit_id)
  WINDOW so_far AS (PARTITION BY u.unit_id ORDER BY t.place DESC, t.happened_on DESC,
    t.learned_at DESC ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)
) grown
ORDER BY unit_id, place, happened_on, learned_at
"""

STAGES_NOW = """
UPDATE unit u SET stage = last.stage, stage_on = last.happened_on
FROM (SELECT DISTINCT ON (unit_id) unit_id, stage, happened_on FROM unit_history
      ORDER BY unit_id, happened_on DESC, entry DESC) last
WHERE last.unit_id = u.unit_id AND last.stage <> 'registered'
"""

CHANGES_SO_FAR = """
INSERT INTO unit_change (happened_on, learned_at, division, kind, size, standing, stage, units)
SELECT happened_on, learned_at, division, kind, size, standing, stage, sum(units)
FROM (
  SELECT happened_on, learned_at, division, kind, size, standing, stage, 1 AS units
  FROM unit_history
  UNION ALL
  SELECT lead(happened_on) OVER days, lead(learned_at) OVER days,
         division, kind, size, standing, stage, -1
  FROM unit_history WINDOW days AS (PARTITION BY unit_id ORDER BY happened_on, entry)) change
WHERE happened_on IS NOT NULL
GROUP BY happened_on, learned_at, division, kind, size, standing, stage HAVING sum(units) <> 0
"""

INDEXES = [
    # Group-bys of the figures are answered from this index alone.
    "CREATE INDEX unit_figures ON unit (division, kind, standing, stage, size)",
    """CREATE INDEX unit_history_of ON unit_history (unit_id, happened_on DESC, entry DESC)
    INCLUDE (kind, division, size, standing, stage)""",
    "CREATE INDEX unit_history_area ON unit_history (division, unit_id)",
    "CREATE INDEX unit_history_day ON unit_history (happened_on, unit_id) WHERE NOT is_first",
    """CREATE INDEX unit_history_entered ON unit_history (division, happened_on, kind)
    WHERE is_first""",
    """CREATE INDEX unit_change_area ON unit_change (division, happened_on, learned_at)
    INCLUDE (kind, size, standing, stage, units)""",
    "CREATE INDEX timeline_day ON timeline (happened_on, entry_id)",
]

ENTERED = """
CREATE FUNCTION keep_units_entered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO unit_history
    (unit_id, kind, division, size, standing, stage, details, is_first, happened_on, learned_at)
  SELECT unit_id, kind, division, size, standing, stage, details, true, standing_on, entered_at
  FROM entered;
  INSERT INTO unit_change (happened_on, learned_at, division, kind, size, standing, stage, units)
  SELECT standing_on, entered_at, division, kind, size, standing, stage, count(*)
  FROM entered GROUP BY 1, 2, 3, 4, 5, 6, 7;
  RETURN NULL;
END $$
"""

DAYS = """
CREATE FUNCTION days_of_unit(id text) RETURNS SETOF unit_history LANGUAGE sql STABLE AS $$
  SELECT DISTINCT ON (happened_on) * FROM unit_history
  WHERE unit_id = id ORDER BY happened_on, entry DESC
$$
"""

CHANGED = """
CREATE FUNCTION keep_unit_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  stood boolean := NEW.standing <> OLD.standing;
  staged boolean := NEW.stage <> OLD.stage;
  entry_changed boolean := (NEW.kind, NEW.division, NEW.size, NEW.details)
    IS DISTINCT FROM (OLD.kind, OLD.division, OLD.size, OLD.details);
  learned timestamptz := CASE
    WHEN NEW.amended_at IS DISTINCT FROM OLD.amended_at THEN NEW.amended_at
    ELSE coalesce(nullif(current_setting('registry.learned_at', true), '')::timestamptz, now())
  END;
  from_on date := CASE
    WHEN stood THEN NEW.standing_on
    WHEN staged THEN NEW.stage_on
    ELSE (learned AT TIME ZONE 'Asia/Shanghai')::date
  END;
  first_on date;
  old_day unit_history;
  new_day unit_history;
  old_before unit_history;  -- the same for the day before in the loop: its change ends here
  new_before unit_history;
BEGIN
  SELECT min(happened_on) INTO first_on FROM unit_history WHERE unit_id = NEW.unit_id;
  from_on := greatest(from_on, first_on);  -- nothing is said of days before it was on record
  IF OLD.merged_into = '' AND NEW.merged_into <> '' THEN
    INSERT INTO unit_change (happened_on, learned_at, division, kind, size, standing, stage, units)
    SELECT on_day, learned, division, kind, size, standing, stage, units
    FROM (SELECT happened_on AS on_day, division, kind, size, standing, stage, -1 AS units
          FROM days_of_unit(NEW.unit_id)
          UNION ALL
          SELECT lead(happened_on) OVER (ORDER BY happened_on), division, kind, size, standing,
                 stage, 1 FROM days_of_unit(NEW.unit_id)) undone
    WHERE on_day IS NOT NULL;
  END IF;
  IF NOT (stood OR staged OR entry_changed) THEN
    RETURN NULL;
  END IF;
  FOR old_day IN
    SELECT * FROM days_of_unit(NEW.unit_id) known
    WHERE known.happened_on >= (SELECT max(happened_on) FROM unit_history
                                WHERE unit_id = NEW.unit_id AND happened_on <= from_on)
    ORDER BY known.happened_on
  LOOP
    new_day := old_day;
    new_day.happened_on := greatest(old_day.happened_on, from_on);
    IF entry_changed THEN
      new_day.kind := NEW.kind; new_day.division := NEW.division;
      new_day.size := NEW.size; new_day.details := NEW.details;
    END IF;
    IF stood THEN new_day.standing := NEW.standing; END IF;
    IF staged THEN new_day.stage := NEW.stage; END IF;
    IF NEW.merged_into = '' THEN
      INSERT INTO unit_change
        (happened_on, learned_at, division, kind, size, standing, stage, units)
      SELECT new_day.happened_on, learned, of_day.*
      FROM (VALUES
        (old_day.division, old_day.kind, old_day.size, old_day.standing, old_day.stage, -1),
        (new_day.division, new_day.kind, new_day.size, new_day.standing, new_day.stage, 1),
        (old_before.division, old_before.kind, old_before.size, old_before.standing,
         old_before.stage, 1),
        (new_before.division, new_before.kind, new_before.size, new_before.standing,
         new_before.stage, -1)) of_day (division, kind, size, standing, stage, units)
      WHERE of_day.division IS NOT NULL;
    END IF;
    INSERT INTO unit_history
      (unit_id, kind, division, size, standing, stage, details, is_first, happened_on, learned_at)
    VALUES (NEW.unit_id, new_day.kind, new_day.division, new_day.size, new_day.standing,
      new_day.stage, new_day.details, false, new_day.happened_on, learned);
    old_before := old_day;
    new_before := new_day;
  END LOOP;
  RETURN NULL;
END $$
"""

# The furthest thing that stands: order of arrival plays no part. A self-assessment counts until an
# application made after it has come to its end.
STAGE_OF = """
CREATE FUNCTION stage_of(id text, standing text, on_day date) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN EXISTS (SELECT FROM title t WHERE t.unit_id = id AND t.status = 'active'
                 AND coalesce(t.expires_on, on_day) >= on_day) THEN 'titled'
    WHEN standing = 'recognised' THEN CASE
      WHEN EXISTS (SELECT FROM case_file c WHERE c.unit_id = id AND c.case_kind = 'nomination'
                   AND c.stage NOT IN ('approved', 'refused')) THEN 'nominated'
      WHEN EXISTS (SELECT FROM cultivation c WHERE c.unit_id = id) THEN 'cultivating'
      ELSE 'recognised' END
    ELSE coalesce(
      (SELECT CASE c.stage WHEN 'received' THEN 'applied' ELSE 'reviewing' END FROM case_file c
       WHERE c.unit_id = id AND c.case_kind = 'application'
         AND c.stage IN ('received', 'under_review') ORDER BY c.sequence DESC LIMIT 1),
      (SELECT CASE a.stage WHEN 'draft' THEN 'assessing' ELSE 'assessed' END FROM case_file a
       WHERE a.unit_id = id AND a.case_kind = 'assessment'
         AND NOT EXISTS (SELECT FROM case_file c WHERE c.unit_id = id
           AND c.case_kind = 'application' AND c.sequence > a.sequence
           AND c.stage IN ('recognised', 'refused', 'withdrawn'))
       ORDER BY a.sequence DESC LIMIT 1),
      CASE standing WHEN 'creating' THEN 'committed' ELSE 'registered' END)
  END
$$
"""

STAND = """
CREATE FUNCTION restage_unit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.standing <> 'closed' THEN  -- a closed unit shows how far it had come
    NEW.stage := stage_of(NEW.unit_id, NEW.standing, NEW.standing_on);
  END IF;
  IF NEW.stage <> OLD.stage THEN
    NEW.stage_on := NEW.standing_on;
  END IF;
  RETURN NEW;
END $$
"""

MOVED = """
CREATE FUNCTION restage_after() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  on_day date := CASE TG_TABLE_NAME
    WHEN 'case_file' THEN (to_jsonb(NEW) ->> 'moved_on')::date
    WHEN 'cultivation' THEN (to_jsonb(NEW) ->> 'started_on')::date
    ELSE coalesce(to_jsonb(NEW) ->> 'revoked_on', to_jsonb(NEW) ->> 'granted_on')::date END;
  stands text;
BEGIN
  -- Locked first, worked out after: whoever changes the standing meanwhile is waited for.
  SELECT standing INTO stands FROM unit WHERE unit_id = NEW.unit_id FOR UPDATE;
  IF stands IS NOT NULL AND stands <> 'closed' THEN
    UPDATE unit SET stage = stage_of(NEW.unit_id, stands, on_day), stage_on = on_day
    WHERE unit_id = NEW.unit_id AND stage <> stage_of(NEW.unit_id, stands, on_day);
  END IF;
  RETURN NULL;
END $$
"""

TRIGGERS = [
    """CREATE TRIGGER unit_restage BEFORE UPDATE OF standing ON unit FOR EACH ROW
    WHEN (OLD.standing <> NEW.standing) EXECUTE FUNCTION restage_unit()""",
    """CREATE TRIGGER case_file_restage AFTER INSERT OR UPDATE ON case_file
    FOR EACH ROW EXECUTE FUNCTION restage_after()""",
    """CREATE TRIGGER cultivation_restage AFTER INSERT ON cultivation
    FOR EACH ROW EXECUTE FUNCTION restage_after()""",
    """CREATE TRIGGER title_restage AFTER INSERT OR UPDATE OF status, expires_on ON title
    FOR EACH ROW EXECUTE FUNCTION restage_after()""",
    """CREATE TRIGGER unit_history_entered AFTER INSERT ON unit
    REFERENCING NEW TABLE AS entered FOR EACH STATEMENT EXECUTE FUNCTION keep_units_entered()""",
    """CREATE TRIGGER unit_history_changed AFTER UPDATE ON unit FOR EACH ROW
    WHEN ((OLD.kind, OLD.division, OLD.size, OLD.standing, OLD.stage, OLD.details,
           OLD.merged_into)
          IS DISTINCT FROM
          (NEW.kind, NEW.division, NEW.size, NEW.standing, NEW.stage, NEW.details,
           NEW.merged_into))
    EXECUTE FUNCTION keep_unit_changed()""",
]


def upgrade() -> None:
    functions = (DAYS, ENTERED, CHANGED, STAGE_OF, STAND, MOVED)
    for statement in (*TABLES, BACKFILL, CHANGES_SO_FAR, STAGES_NOW, *INDEXES, *functions, *TRIGGERS):
        op.execute(statement)
    for table in ("unit_history", "unit_change", "case_move", "bulletin", "measure_goal"):
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
