"""Evaluation's tables, the guard of stages, append-only history.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

from alembic import op

from shared.messaging.tables import create_plumbing

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE application (
        application_id TEXT NOT NULL,
        revision INTEGER NOT NULL,
        unit_id TEXT NOT NULL,
        receipt_number TEXT NOT NULL,
        office TEXT NOT NULL,
        year INTEGER NOT NULL,
        plan_id TEXT NOT NULL,
        stage TEXT NOT NULL,
        assessment_id TEXT NOT NULL,
        resolution_id TEXT DEFAULT '' NOT NULL,
        statement TEXT DEFAULT '' NOT NULL,
        documents JSONB DEFAULT '[]'::jsonb NOT NULL,
        pack_fingerprint TEXT NOT NULL,
        late BOOLEAN NOT NULL,
        received_on DATE NOT NULL,
        submitted_at TIMESTAMP WITH TIME ZONE NOT NULL,
        submitted_by TEXT NOT NULL,
        submitted_by_name TEXT NOT NULL,
        accepted_at TIMESTAMP WITH TIME ZONE,
        accepted_by TEXT,
        accepted_by_name TEXT,
        return_reason TEXT DEFAULT '' NOT NULL,
        reason TEXT DEFAULT '' NOT NULL,
        submit_decision_id TEXT NOT NULL,
        publicity BOOLEAN NOT NULL,
        notice_id TEXT,
        decided_on DATE,
        decision_id TEXT,
        PRIMARY KEY (application_id),
        CONSTRAINT accepted_at_with_by CHECK ((accepted_at IS NULL) = (accepted_by IS NULL)),
        CONSTRAINT application_stage CHECK (stage IN ('received', 'returned', 'under_review', 'recognised', 'refused', 'withdrawn')),
        CONSTRAINT application_decided CHECK (stage NOT IN ('recognised', 'refused') OR (decision_id IS NOT NULL AND decided_on IS NOT NULL)),
        CONSTRAINT application_publicity CHECK (stage <> 'recognised' OR NOT publicity OR notice_id IS NOT NULL),
        UNIQUE (receipt_number)
    )
    """,
    """
    CREATE INDEX application_inbox ON application (office, application_id)
    """,
    """
    CREATE UNIQUE INDEX application_one_open ON application (unit_id) WHERE stage IN ('received', 'returned', 'under_review')
    """,
    """
    CREATE TABLE assessment (
        assessment_id TEXT NOT NULL,
        unit_id TEXT NOT NULL,
        stage TEXT NOT NULL,
        version INTEGER NOT NULL,
        standard_id TEXT NOT NULL,
        standard_version TEXT NOT NULL,
        pack_fingerprint TEXT NOT NULL,
        plan_id TEXT DEFAULT '' NOT NULL,
        started_at TIMESTAMP WITH TIME ZONE NOT NULL,
        started_by TEXT NOT NULL,
        started_by_name TEXT NOT NULL,
        completed_at TIMESTAMP WITH TIME ZONE,
        completed_by TEXT,
        completed_by_name TEXT,
        PRIMARY KEY (assessment_id),
        CONSTRAINT completed_at_with_by CHECK ((completed_at IS NULL) = (completed_by IS NULL)),
        CONSTRAINT assessment_stage CHECK (stage IN ('draft', 'completed')),
        CONSTRAINT assessment_done CHECK ((stage = 'completed') = (completed_at IS NOT NULL))
    )
    """,
    """
    CREATE INDEX assessment_of_unit ON assessment (unit_id, assessment_id)
    """,
    """
    CREATE UNIQUE INDEX assessment_one_draft ON assessment (unit_id) WHERE stage = 'draft'
    """,
    """
    CREATE TABLE assessment_version (
        assessment_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        results JSONB DEFAULT '[]'::jsonb NOT NULL,
        saved_at TIMESTAMP WITH TIME ZONE NOT NULL,
        saved_by TEXT NOT NULL,
        saved_by_name TEXT NOT NULL,
        PRIMARY KEY (assessment_id, version)
    )
    """,
    """
    CREATE TABLE case_step (
        step_id TEXT NOT NULL,
        case_kind TEXT NOT NULL,
        case_id TEXT NOT NULL,
        unit_id TEXT DEFAULT '' NOT NULL,
        step TEXT NOT NULL,
        outcome TEXT DEFAULT '' NOT NULL,
        says TEXT NOT NULL,
        text TEXT DEFAULT '' NOT NULL,
        clause TEXT DEFAULT '' NOT NULL,
        decision_id TEXT DEFAULT '' NOT NULL,
        node TEXT DEFAULT '' NOT NULL,
        documents JSONB DEFAULT '[]'::jsonb NOT NULL,
        happened_on DATE NOT NULL,
        done_at TIMESTAMP WITH TIME ZONE NOT NULL,
        done_by TEXT NOT NULL,
        done_by_name TEXT NOT NULL,
        PRIMARY KEY (step_id)
    )
    """,
    """
    CREATE INDEX case_step_of_case ON case_step (case_id, step_id)
    """,
    """
    CREATE INDEX case_step_of_unit ON case_step (unit_id, done_at, step_id)
    """,
    """
    CREATE TABLE known_commitment (
        commitment_id TEXT NOT NULL,
        unit_id TEXT NOT NULL,
        office TEXT NOT NULL,
        accepted_on DATE NOT NULL,
        heard_at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (commitment_id)
    )
    """,
    """
    CREATE INDEX known_commitment_of_unit ON known_commitment (unit_id)
    """,
    """
    CREATE TABLE known_cultivation (
        cultivation_id TEXT NOT NULL,
        unit_id TEXT NOT NULL,
        node TEXT NOT NULL,
        started_on DATE NOT NULL,
        heard_at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (cultivation_id)
    )
    """,
    """
    CREATE INDEX known_cultivation_of_unit ON known_cultivation (unit_id)
    """,
    """
    CREATE TABLE known_hold (
        hold_id TEXT NOT NULL,
        unit_id TEXT NOT NULL,
        effect TEXT NOT NULL,
        reason TEXT DEFAULT '' NOT NULL,
        clause TEXT DEFAULT '' NOT NULL,
        occurred_at TIMESTAMP WITH TIME ZONE,
        placed_at TIMESTAMP WITH TIME ZONE,
        lifted_at TIMESTAMP WITH TIME ZONE,
        heard_at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (hold_id)
    )
    """,
    """
    CREATE INDEX known_hold_of_unit ON known_hold (unit_id) WHERE lifted_at IS NULL
    """,
    """
    CREATE TABLE known_plan (
        plan_id TEXT NOT NULL,
        node TEXT NOT NULL,
        year INTEGER NOT NULL,
        window_from DATE NOT NULL,
        deadline_on DATE NOT NULL,
        standards JSONB NOT NULL,
        papers JSONB DEFAULT '[]'::jsonb NOT NULL,
        publicity BOOLEAN NOT NULL,
        filed_at TIMESTAMP WITH TIME ZONE NOT NULL,
        heard_at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (plan_id)
    )
    """,
    """
    CREATE INDEX known_plan_of_node ON known_plan (node, year)
    """,
    """
    CREATE TABLE known_title (
        title_id TEXT NOT NULL,
        unit_id TEXT NOT NULL,
        title_kind TEXT DEFAULT '' NOT NULL,
        level TEXT DEFAULT '' NOT NULL,
        granted_on DATE,
        revoked_on DATE,
        heard_at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (title_id)
    )
    """,
    """
    CREATE INDEX known_title_of_unit ON known_title (unit_id)
    """,
    """
    CREATE TABLE known_unit (
        unit_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        code TEXT NOT NULL,
        division TEXT COLLATE "C" NOT NULL,
        ends_on DATE,
        revision INTEGER NOT NULL,
        closed_on DATE,
        heard_at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (unit_id)
    )
    """,
    """
    CREATE INDEX known_unit_division ON known_unit (division, unit_id)
    """,
    """
    CREATE TABLE nomination (
        nomination_id TEXT NOT NULL,
        revision INTEGER NOT NULL,
        round_id TEXT NOT NULL,
        unit_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        stage TEXT NOT NULL,
        statement TEXT DEFAULT '' NOT NULL,
        documents JSONB DEFAULT '[]'::jsonb NOT NULL,
        declared_at TIMESTAMP WITH TIME ZONE NOT NULL,
        declared_by TEXT NOT NULL,
        declared_by_name TEXT NOT NULL,
        enter_decision_id TEXT NOT NULL,
        district_at TIMESTAMP WITH TIME ZONE,
        district_by TEXT,
        district_by_name TEXT,
        district_decision_id TEXT,
        city_at TIMESTAMP WITH TIME ZONE,
        city_by TEXT,
        city_by_name TEXT,
        city_decision_id TEXT,
        notice_id TEXT,
        override_reason TEXT DEFAULT '' NOT NULL,
        quota_reason TEXT DEFAULT '' NOT NULL,
        reason TEXT DEFAULT '' NOT NULL,
        decided_on DATE,
        decision_id TEXT,
        PRIMARY KEY (nomination_id),
        CONSTRAINT district_at_with_by CHECK ((district_at IS NULL) = (district_by IS NULL)),
        CONSTRAINT city_at_with_by CHECK ((city_at IS NULL) = (city_by IS NULL)),
        CONSTRAINT nomination_stage CHECK (stage IN ('declared', 'district_reviewed', 'city_reviewed', 'on_notice', 'approved', 'refused')),
        CONSTRAINT nomination_decided CHECK (stage NOT IN ('approved', 'refused') OR (decision_id IS NOT NULL AND decided_on IS NOT NULL)),
        CONSTRAINT nomination_no_step_skipped CHECK (stage NOT IN ('on_notice', 'approved') OR (notice_id IS NOT NULL AND district_at IS NOT NULL AND city_at IS NOT NULL)),
        CONSTRAINT nomination_once_a_round UNIQUE (round_id, unit_id)
    )
    """,
    """
    CREATE INDEX nomination_of_unit ON nomination (unit_id, nomination_id)
    """,
    """
    CREATE TABLE notice (
        notice_id TEXT NOT NULL,
        round_id TEXT NOT NULL,
        node TEXT NOT NULL,
        title_text TEXT NOT NULL,
        posted_on DATE NOT NULL,
        ends_on DATE NOT NULL,
        working_days INTEGER NOT NULL,
        days_from_text BOOLEAN NOT NULL,
        days_note TEXT DEFAULT '' NOT NULL,
        contact TEXT DEFAULT '' NOT NULL,
        decision_id TEXT NOT NULL,
        posted_at TIMESTAMP WITH TIME ZONE NOT NULL,
        posted_by TEXT NOT NULL,
        posted_by_name TEXT NOT NULL,
        PRIMARY KEY (notice_id),
        CONSTRAINT notice_days CHECK (ends_on > posted_on AND working_days > 0)
    )
    """,
    """
    CREATE INDEX notice_of_round ON notice (round_id)
    """,
    """
    CREATE TABLE objection (
        objection_id TEXT NOT NULL,
        notice_id TEXT NOT NULL,
        case_kind TEXT NOT NULL,
        case_id TEXT NOT NULL,
        unit_id TEXT NOT NULL,
        stage TEXT NOT NULL,
        content TEXT NOT NULL,
        objector_kind TEXT NOT NULL,
        objector_name TEXT DEFAULT '' NOT NULL,
        objector_contact TEXT DEFAULT '' NOT NULL,
        signed BOOLEAN NOT NULL,
        documents JSONB DEFAULT '[]'::jsonb NOT NULL,
        received_at TIMESTAMP WITH TIME ZONE NOT NULL,
        received_by TEXT NOT NULL,
        received_by_name TEXT NOT NULL,
        acknowledge_by DATE,
        conclude_by DATE,
        finding TEXT DEFAULT '' NOT NULL,
        effect TEXT DEFAULT '' NOT NULL,
        resolved_at TIMESTAMP WITH TIME ZONE,
        resolved_by TEXT,
        resolved_by_name TEXT,
        decision_id TEXT,
        PRIMARY KEY (objection_id),
        CONSTRAINT resolved_at_with_by CHECK ((resolved_at IS NULL) = (resolved_by IS NULL)),
        CONSTRAINT objection_stage CHECK (stage IN ('open', 'upheld', 'partly', 'unfounded')),
        CONSTRAINT objection_resolved CHECK ((stage = 'open') = (resolved_at IS NULL)),
        CONSTRAINT objection_effect CHECK (effect IN ('', 'keep', 'remove'))
    )
    """,
    """
    CREATE INDEX objection_of_case ON objection (case_id)
    """,
    """
    CREATE TABLE opinion (
        opinion_id TEXT NOT NULL,
        case_kind TEXT NOT NULL,
        case_id TEXT NOT NULL,
        body TEXT NOT NULL,
        side TEXT NOT NULL,
        delegated BOOLEAN NOT NULL,
        position TEXT NOT NULL,
        text TEXT DEFAULT '' NOT NULL,
        standing BOOLEAN NOT NULL,
        given_at TIMESTAMP WITH TIME ZONE NOT NULL,
        given_by TEXT NOT NULL,
        given_by_name TEXT NOT NULL,
        PRIMARY KEY (opinion_id),
        CONSTRAINT opinion_position CHECK (position IN ('consent', 'dissent', 'recuse')),
        CONSTRAINT opinion_side CHECK (side IN ('government', 'workers', 'employers')),
        CONSTRAINT opinion_case CHECK (case_kind IN ('application', 'nomination'))
    )
    """,
    """
    CREATE UNIQUE INDEX opinion_one_standing ON opinion (case_id, body) WHERE standing
    """,
    """
    CREATE TABLE receipt_book (
        office TEXT NOT NULL,
        year INTEGER NOT NULL,
        last INTEGER NOT NULL,
        PRIMARY KEY (office, year)
    )
    """,
    """
    CREATE TABLE recognition (
        application_id TEXT NOT NULL,
        unit_id TEXT NOT NULL,
        office TEXT NOT NULL,
        recognised_on DATE NOT NULL,
        decision_id TEXT NOT NULL,
        recognised_at TIMESTAMP WITH TIME ZONE NOT NULL,
        recognised_by TEXT NOT NULL,
        recognised_by_name TEXT NOT NULL,
        withdrawn_on DATE,
        withdrawn_by TEXT,
        withdrawn_reason TEXT DEFAULT '' NOT NULL,
        withdrawn_decision_id TEXT,
        PRIMARY KEY (application_id),
        CONSTRAINT recognition_withdrawn_on_with_by CHECK ((withdrawn_on IS NULL) = (withdrawn_by IS NULL))
    )
    """,
    """
    CREATE UNIQUE INDEX recognition_one ON recognition (unit_id) WHERE withdrawn_on IS NULL
    """,
    """
    CREATE TABLE resolution (
        resolution_id TEXT NOT NULL,
        unit_id TEXT NOT NULL,
        meeting TEXT NOT NULL,
        held_on DATE NOT NULL,
        members_total INTEGER NOT NULL,
        present INTEGER NOT NULL,
        yes INTEGER NOT NULL,
        passed BOOLEAN NOT NULL,
        says TEXT NOT NULL,
        file JSONB,
        reason TEXT DEFAULT '' NOT NULL,
        recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
        recorded_by TEXT NOT NULL,
        recorded_by_name TEXT NOT NULL,
        PRIMARY KEY (resolution_id),
        CONSTRAINT resolution_meeting CHECK (meeting IN ('workers_congress', 'workers_assembly', 'own_body', 'not_applicable')),
        CONSTRAINT resolution_votes CHECK (0 <= yes AND yes <= present AND present <= members_total)
    )
    """,
    """
    CREATE INDEX resolution_of_unit ON resolution (unit_id, resolution_id)
    """,
    """
    CREATE TABLE round (
        round_id TEXT NOT NULL,
        revision INTEGER NOT NULL,
        node TEXT NOT NULL,
        year INTEGER NOT NULL,
        title_kind TEXT NOT NULL,
        title_text TEXT NOT NULL,
        level TEXT NOT NULL,
        stage TEXT NOT NULL,
        opens_on DATE NOT NULL,
        nominations_until DATE,
        pack_fingerprint TEXT NOT NULL,
        opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
        opened_by TEXT NOT NULL,
        opened_by_name TEXT NOT NULL,
        decision_id TEXT,
        PRIMARY KEY (round_id),
        CONSTRAINT round_stage CHECK (stage IN ('planned', 'open', 'reviewing', 'notice', 'decided')),
        CONSTRAINT round_one_a_year UNIQUE (node, year)
    )
    """,
)

# The stages a row may begin with, and every step from one to the next (domain/stages.py).
BEGINS = {
    "application": ("received",),
    "round": ("planned", "open"),
    "nomination": ("declared",),
    "objection": ("open",),
}
STEPS = {
    "application": (
        "received>returned",
        "received>under_review",
        "received>withdrawn",
        "returned>received",
        "returned>withdrawn",
        "under_review>recognised",
        "under_review>refused",
        "under_review>returned",
        "under_review>withdrawn",
    ),
    "round": (
        "planned>open",
        "open>reviewing",
        "reviewing>decided",
        "reviewing>notice",
        "notice>decided",
    ),
    "nomination": (
        "declared>district_reviewed",
        "declared>refused",
        "district_reviewed>city_reviewed",
        "district_reviewed>refused",
        "city_reviewed>on_notice",
        "city_reviewed>refused",
        "on_notice>approved",
        "on_notice>refused",
    ),
    "objection": (
        "open>partly",
        "open>unfounded",
        "open>upheld",
    ),
}

GUARD = """
CREATE FUNCTION guard_stage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT NEW.stage = ANY (string_to_array(TG_ARGV[0], ',')) THEN
            RAISE EXCEPTION '% may not begin as %', TG_TABLE_NAME, NEW.stage
                USING ERRCODE = 'check_violation';
        END IF;
    ELSIF OLD.stage <> NEW.stage
        AND NOT (OLD.stage || '>' || NEW.stage) = ANY (string_to_array(TG_ARGV[1], ',')) THEN
        RAISE EXCEPTION '% may not go from % to %', TG_TABLE_NAME, OLD.stage, NEW.stage
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$
"""

KEEP = """
CREATE FUNCTION keep_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is history: it is only ever added to', TG_TABLE_NAME
        USING ERRCODE = 'check_violation';
END
$$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    create_plumbing(op)
    for statement in TABLES:
        op.execute(statement)
    op.execute(GUARD)
    op.execute(KEEP)
    for table, begins in BEGINS.items():
        op.execute(
            f'CREATE TRIGGER guard_stage BEFORE INSERT OR UPDATE OF stage ON "{table}" FOR EACH ROW'
            f" EXECUTE FUNCTION guard_stage('{','.join(begins)}', '{','.join(STEPS[table])}')"
        )
    for table in ("case_step", "assessment_version", "resolution"):
        op.execute(
            f"CREATE TRIGGER keep_history BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW"
            " EXECUTE FUNCTION keep_history()"
        )


def downgrade() -> None:
    raise RuntimeError("migrations go forward only")
