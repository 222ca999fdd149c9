"""Exit cases, the parties' opinions, removals, requests for a second person, check campaigns.

Revision ID: 0002
Revises: 0001
"""

import services.oversight.store.tables_cases as cases
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    for table in (
        cases.unit_standing,
        cases.exit_case,
        cases.case_trigger,
        cases.case_seat,
        cases.case_opinion,
        cases.case_step,
        cases.publication,
        cases.lift_request,
        cases.campaign,
        cases.campaign_unit,
        cases.proposal,
    ):
        table.create(op.get_bind(), checkfirst=False)
    for name in ("case_step", "case_trigger", "case_seat"):
        op.execute(
            f"CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON {name}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        """
        CREATE FUNCTION keep_opinion() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'DELETE' OR OLD.superseded_at IS NOT NULL
             OR NEW.case_id <> OLD.case_id OR NEW.body <> OLD.body
             OR NEW.consent <> OLD.consent OR NEW.opinion_text <> OLD.opinion_text
             OR NEW.given_by <> OLD.given_by OR NEW.given_at <> OLD.given_at THEN
            RAISE EXCEPTION 'an opinion is superseded, never rewritten';
          END IF;
          RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON case_opinion"
        " FOR EACH ROW EXECUTE FUNCTION keep_opinion()"
    )
    op.execute(
        """
        CREATE FUNCTION guard_case() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NEW.stage <> OLD.stage AND NOT (OLD.stage, NEW.stage) IN (
               ('opened', 'statement'), ('statement', 'deliberation'),
               ('deliberation', 'decided'), ('deliberation', 'closed'), ('decided', 'closed')) THEN
            RAISE EXCEPTION 'exit case: no way from % to %', OLD.stage, NEW.stage;
          END IF;
          IF OLD.outcome <> '' AND NEW.outcome <> OLD.outcome
             OR NEW.fingerprint <> OLD.fingerprint OR NEW.node <> OLD.node THEN
            RAISE EXCEPTION 'exit case: outcome, pack and naming node are fixed';
          END IF;
          RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER guard BEFORE UPDATE ON exit_case"
        " FOR EACH ROW EXECUTE FUNCTION guard_case()"
    )
