"""Units, imports, plans, commitments, cultivation, honours and their history."""

from __future__ import annotations

from alembic import op

from shared.messaging.tables import create_plumbing

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ENTRY = """
    unit_id text NOT NULL DEFAULT '', kind text NOT NULL DEFAULT '',
    name_text text NOT NULL DEFAULT '', name_key text NOT NULL DEFAULT '',
    sort_key text COLLATE "C" NOT NULL DEFAULT '', code text COLLATE "C" NOT NULL DEFAULT '',
    division text COLLATE "C" NOT NULL DEFAULT '', address text NOT NULL DEFAULT '',
    industry text NOT NULL DEFAULT '', size text NOT NULL DEFAULT ''
      CHECK (size IN ('', 'large', 'medium', 'small', 'micro')),
    leader_code text NOT NULL DEFAULT '', contact_name text NOT NULL DEFAULT '',
    contact_phone text NOT NULL DEFAULT '', grams text[] NOT NULL DEFAULT '{}',
    headcount integer CHECK (headcount >= 0), revenue numeric, assets numeric,
    starts_on date, ends_on date CHECK (ends_on >= starts_on),
    details jsonb NOT NULL DEFAULT '{}'
"""

ACT = "CHECK (({0}_at IS NULL) = ({0}_by = ''))"

TABLES = [
    f"""CREATE TABLE unit ({ENTRY},
    leader_unit_id text NOT NULL DEFAULT '',
    district text COLLATE "C" GENERATED ALWAYS AS (substr(division, 1, 6)) STORED,
    headcount_key integer GENERATED ALWAYS AS (coalesce(headcount, -1)) STORED,
    standing text NOT NULL DEFAULT 'registered'
      CHECK (standing IN ('registered', 'creating', 'recognised', 'closed')),
    standing_on date NOT NULL,
    revision integer NOT NULL DEFAULT 1 CHECK (revision >= 1),
    entered_at timestamptz NOT NULL, entered_by text NOT NULL CHECK (entered_by <> ''),
    amended_at timestamptz, amended_by text NOT NULL DEFAULT '', {ACT.format("amended")},
    closed_on date, CHECK ((closed_on IS NOT NULL) = (standing = 'closed')),
    CHECK (unit_id <> '' AND kind <> '' AND name_key <> '' AND division <> ''),
    PRIMARY KEY (unit_id))""",
    "CREATE UNIQUE INDEX unit_code ON unit (code) WHERE code <> ''",
    "CREATE INDEX unit_code_prefix ON unit (code)",
    "CREATE INDEX unit_by_name ON unit (sort_key, unit_id)",
    "CREATE INDEX unit_district_name ON unit (district, sort_key, unit_id)",
    "CREATE INDEX unit_kind_name ON unit (kind, sort_key, unit_id)",
    "CREATE INDEX unit_standing_name ON unit (standing, sort_key, unit_id)",
    "CREATE INDEX unit_entered ON unit (entered_at, unit_id)",
    "CREATE INDEX unit_headcount ON unit (headcount_key, unit_id)",
    "CREATE INDEX unit_name_key ON unit (name_key text_pattern_ops)",
    "CREATE INDEX unit_grams ON unit USING gin (grams) WITH (fastupdate = off)",
    f"""CREATE TABLE import_batch (
    import_id text PRIMARY KEY, node text NOT NULL,
    status text NOT NULL
      CHECK (status IN ('staging', 'staged', 'entering', 'confirmed', 'discarded')),
    file_name text NOT NULL, file_digest text NOT NULL DEFAULT '', fingerprint text NOT NULL,
    rows_seen integer NOT NULL DEFAULT 0,
    staged_at timestamptz NOT NULL, staged_by text NOT NULL, staged_by_name text NOT NULL,
    confirmed_at timestamptz, confirmed_by text NOT NULL DEFAULT '', {ACT.format("confirmed")},
    discarded_at timestamptz, discarded_by text NOT NULL DEFAULT '', {ACT.format("discarded")},
    reason text NOT NULL DEFAULT '',
    CONSTRAINT import_two_persons CHECK (confirmed_by <> staged_by))""",
    f"""CREATE TABLE import_row (
    import_id text NOT NULL REFERENCES import_batch, row integer NOT NULL,
    outcome text NOT NULL
      CHECK (outcome IN ('new', 'unchanged', 'changed', 'conflict', 'error')),
    says jsonb NOT NULL DEFAULT '[]', changes jsonb NOT NULL DEFAULT '{{}}',
    seen_revision integer, entered boolean NOT NULL DEFAULT false, {ENTRY},
    PRIMARY KEY (import_id, row))""",
    "CREATE INDEX import_row_code ON import_row (import_id, code) WHERE code <> ''",
    "CREATE INDEX import_row_outcome ON import_row (import_id, outcome, row)",
    """CREATE TABLE document (
    document_id text PRIMARY KEY, title text NOT NULL, number text NOT NULL DEFAULT '',
    issuer text NOT NULL, level text NOT NULL CHECK (level IN ('nation', 'province', 'city')),
    issued_on date, file_name text NOT NULL DEFAULT '', file_digest text NOT NULL DEFAULT '',
    added_at timestamptz NOT NULL, added_by text NOT NULL)""",
    """CREATE TABLE plan (
    plan_id text PRIMARY KEY, node text NOT NULL, year integer NOT NULL,
    plan_version integer NOT NULL CHECK (plan_version >= 1), in_force boolean NOT NULL,
    sections jsonb NOT NULL, window_from date NOT NULL, deadline_on date NOT NULL,
    deadline_reason text NOT NULL DEFAULT '', standards jsonb NOT NULL, papers jsonb NOT NULL,
    publicity boolean NOT NULL, document_ids jsonb NOT NULL, warnings jsonb NOT NULL,
    late boolean NOT NULL, filed_at timestamptz NOT NULL, filed_by text NOT NULL,
    decision_id text NOT NULL, CHECK (deadline_on >= window_from),
    UNIQUE (node, year, plan_version))""",
    "CREATE UNIQUE INDEX plan_in_force ON plan (node, year) WHERE in_force",
    f"""CREATE TABLE commitment (
    commitment_id text PRIMARY KEY, unit_id text NOT NULL REFERENCES unit,
    office text COLLATE "C" NOT NULL,
    status text NOT NULL CHECK (status IN ('submitted', 'accepted', 'returned')),
    signatory text NOT NULL, signed_on date NOT NULL, file_name text NOT NULL DEFAULT '',
    file_digest text NOT NULL DEFAULT '',
    submitted_at timestamptz NOT NULL, submitted_by text NOT NULL,
    decided_at timestamptz, decided_by text NOT NULL DEFAULT '', {ACT.format("decided")},
    reason text NOT NULL DEFAULT '', decision_id text NOT NULL DEFAULT '',
    CHECK ((status = 'submitted') = (decided_at IS NULL)))""",
    "CREATE UNIQUE INDEX commitment_once ON commitment (unit_id) WHERE status <> 'returned'",
    "CREATE INDEX commitment_office ON commitment (status, office, submitted_at)",
    """CREATE TABLE cultivation (
    cultivation_id text PRIMARY KEY, unit_id text NOT NULL UNIQUE REFERENCES unit,
    started_on date NOT NULL, goal text NOT NULL DEFAULT '', node text NOT NULL,
    recorded_at timestamptz NOT NULL, recorded_by text NOT NULL)""",
    """CREATE TABLE service_given (
    service_id text PRIMARY KEY, unit_id text NOT NULL REFERENCES unit,
    kind text NOT NULL CHECK (kind IN ('checkup', 'training', 'e_contract', 'guidance')),
    mode text NOT NULL DEFAULT ''
      CHECK (mode IN ('', 'joint_guidance', 'third_party', 'peer', 'online')),
    held_on date NOT NULL, provider text NOT NULL, need text NOT NULL DEFAULT '',
    result text NOT NULL DEFAULT '', follow_up text NOT NULL DEFAULT '',
    recorded_at timestamptz NOT NULL, recorded_by text NOT NULL,
    CHECK ((kind = 'checkup') = (mode <> '')))""",
    "CREATE INDEX service_given_unit ON service_given (unit_id, held_on)",
    """CREATE TABLE title (
    title_id text PRIMARY KEY, unit_id text NOT NULL REFERENCES unit,
    nomination_id text NOT NULL CONSTRAINT title_once UNIQUE, round_id text NOT NULL,
    title_kind text NOT NULL, title_text text NOT NULL, level text NOT NULL,
    node text COLLATE "C" NOT NULL, number text NOT NULL UNIQUE, round_year integer NOT NULL,
    unit_kind text NOT NULL, granted_on date NOT NULL, expires_on date,
    status text NOT NULL CHECK (status IN ('active', 'expired', 'revoked')),
    revoked_on date, ground text NOT NULL DEFAULT '', case_id text NOT NULL DEFAULT '',
    decision_id text NOT NULL, revoke_decision_id text NOT NULL DEFAULT '',
    recorded_at timestamptz NOT NULL, recorded_by text NOT NULL,
    CHECK ((status = 'revoked') = (revoked_on IS NOT NULL)))""",
    "CREATE INDEX title_unit ON title (unit_id)",
    "CREATE INDEX title_listing ON title (status, round_year, number)",
    """CREATE TABLE plaque (
    plaque_number text PRIMARY KEY, title_id text NOT NULL UNIQUE REFERENCES title,
    verify_code text NOT NULL UNIQUE,
    place text NOT NULL
      CHECK (place IN ('to_issue', 'issued', 'to_return', 'returned', 'lost')),
    issued_on date, issued_at timestamptz, issued_by text NOT NULL DEFAULT '',
    CHECK ((issued_at IS NULL) = (issued_by = '')),
    received_by text NOT NULL DEFAULT '', returned_on date, returned_at timestamptz,
    returned_by text NOT NULL DEFAULT '', CHECK ((returned_at IS NULL) = (returned_by = '')),
    lost_reason text NOT NULL DEFAULT '', lost_on date,
    CHECK (place <> 'issued' OR issued_on IS NOT NULL),
    CHECK (place <> 'returned' OR returned_on IS NOT NULL),
    CHECK (place <> 'lost' OR (lost_on IS NOT NULL AND lost_reason <> '')))""",
    """CREATE TABLE title_history (
    entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title_id text NOT NULL REFERENCES title, unit_id text NOT NULL,
    axis text NOT NULL CHECK (axis IN ('status', 'place')), value text NOT NULL,
    happened_on date NOT NULL, learned_at timestamptz NOT NULL, learned_by text NOT NULL,
    ground text NOT NULL DEFAULT '', case_id text NOT NULL DEFAULT '',
    decision_id text NOT NULL DEFAULT '')""",
    "CREATE INDEX title_history_of ON title_history (title_id, axis, happened_on, learned_at)",
    """CREATE TABLE practice (
    practice_id text PRIMARY KEY, unit_id text NOT NULL REFERENCES unit, title text NOT NULL,
    text text NOT NULL, state text NOT NULL CHECK (state IN ('draft', 'published', 'withdrawn')),
    added_at timestamptz NOT NULL, added_by text NOT NULL,
    published_at timestamptz, published_by text NOT NULL DEFAULT '',
    CHECK ((published_at IS NULL) = (published_by = '')))""",
    "CREATE INDEX practice_unit ON practice (unit_id)",
    """CREATE TABLE timeline (
    entry_id text PRIMARY KEY, unit_id text NOT NULL, what text NOT NULL, says text NOT NULL,
    happened_on date NOT NULL, learned_at timestamptz NOT NULL, by_id text NOT NULL,
    by_name text NOT NULL, clause text NOT NULL DEFAULT '', decision_id text NOT NULL DEFAULT '',
    document text NOT NULL DEFAULT '')""",
    "CREATE INDEX timeline_unit ON timeline (unit_id, happened_on DESC, learned_at DESC)",
    """CREATE TABLE change (
    change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, sequence bigint UNIQUE,
    type text NOT NULL, unit_id text NOT NULL, happened_on date NOT NULL,
    recorded_at timestamptz NOT NULL, data jsonb NOT NULL)""",
    "CREATE INDEX change_unnumbered ON change (change_id) WHERE sequence IS NULL",
    "CREATE SEQUENCE change_sequence",
    """CREATE TABLE unit_hold (
    hold_id text PRIMARY KEY, unit_id text NOT NULL, effect text NOT NULL,
    reason text NOT NULL DEFAULT '', placed_at timestamptz, lifted_at timestamptz)""",
    "CREATE INDEX unit_hold_open ON unit_hold (unit_id) WHERE lifted_at IS NULL",
    """CREATE TABLE unit_warning (
    trigger_id text PRIMARY KEY, unit_id text NOT NULL, says text NOT NULL,
    recorded_at timestamptz NOT NULL)""",
    "CREATE INDEX unit_warning_unit ON unit_warning (unit_id, recorded_at)",
    "CREATE TABLE counter (name text PRIMARY KEY, value integer NOT NULL)",
    """CREATE TABLE activation (
    activation_id text PRIMARY KEY, pack_id text NOT NULL, pack_version text NOT NULL,
    pack_title text NOT NULL, pack_status text NOT NULL, fingerprint text NOT NULL,
    jurisdiction text NOT NULL, effective_on date NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    activated_at timestamptz NOT NULL, activated_by text NOT NULL)""",
]

HISTORY = ("title_history", "timeline", "activation")


def upgrade() -> None:
    create_plumbing(op)
    for statement in TABLES:
        op.execute(statement)
    op.execute(
        """CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION 'history of % is append-only', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
        END $$"""
    )
    for table in HISTORY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
        )
    op.execute(
        """CREATE FUNCTION guard_title() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF OLD.status = 'revoked' AND NEW.status <> 'revoked' THEN
            RAISE EXCEPTION 'a revoked title stays revoked' USING ERRCODE = 'check_violation';
          END IF;
          IF NEW.number <> OLD.number OR NEW.unit_id <> OLD.unit_id
             OR NEW.granted_on <> OLD.granted_on THEN
            RAISE EXCEPTION 'number, unit and day of a title are fixed'
              USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END $$"""
    )
    op.execute(
        "CREATE TRIGGER title_guard BEFORE UPDATE ON title"
        " FOR EACH ROW EXECUTE FUNCTION guard_title()"
    )
    op.execute(
        """CREATE FUNCTION guard_plaque() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF OLD.place <> NEW.place AND (OLD.place, NEW.place) NOT IN
             (('to_issue', 'issued'), ('to_issue', 'to_return'), ('issued', 'to_return'),
              ('issued', 'lost'), ('to_return', 'returned'), ('to_return', 'lost'),
              ('lost', 'returned')) THEN
            RAISE EXCEPTION 'a plaque does not move from % to %', OLD.place, NEW.place
              USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END $$"""
    )
    op.execute(
        "CREATE TRIGGER plaque_guard BEFORE UPDATE ON plaque"
        " FOR EACH ROW EXECUTE FUNCTION guard_plaque()"
    )


def downgrade() -> None:
    raise RuntimeError("migrations go forward only")
