"""Tables of the case half: exit cases, opinions, publications, lift requests, checks.

`case_step` and superseded rows of `case_opinion` are history: written once, never erased.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.oversight.domain.case import Heard, Outcome, Stage
from services.oversight.domain.opinions import Consent
from services.oversight.domain.publication import PlaquePlace, PublicationStage
from services.oversight.store.metadata import metadata
from shared.contracts.scalars import Side


def _at(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _text(name: str) -> Column[object]:
    return Column(name, Text, nullable=False, server_default="")


def _one_of(name: str, words: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{w}'" for w in words)
    return CheckConstraint(f"{name} IN ({listed})", name=name)


def _together(at: str, by: str) -> CheckConstraint:
    return CheckConstraint(f"({at} IS NULL) = ({by} IS NULL)", name=f"{at}_by_someone")


PROPOSAL_STATES = ("pending", "confirmed", "dismissed")
CAMPAIGN_STATES = ("planned", "drawn", "closed")
RESULTS = ("", "passed", "rectify", "failed")
STANDINGS = ("creating", "recognised", "withdrawn")

unit_standing = Table(
    "unit_standing",
    metadata,
    Column("unit_id", Text, primary_key=True),
    Column("standing", Text, nullable=False),
    Column("since_on", Date, nullable=False),
    _one_of("standing", STANDINGS),
)

exit_case = Table(
    "exit_case",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("unit_id", Text, nullable=False, index=True),
    Column("title_id", Text, nullable=False),
    Column("title_text", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("plaque_number", Text, nullable=False),
    Column("node", Text, nullable=False),
    Column("reported_from", Text, nullable=False),
    Column("ground", Text, nullable=False),
    Column("ground_text", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("pack_id", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("remark", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    _at("opened_at"),
    Column("opened_by", Text, nullable=False),
    Column("opened_by_name", Text, nullable=False),
    Column("opening_decision_id", Text, nullable=False),
    Column("heard", Text, nullable=False, server_default=""),
    _text("heard_text"),
    Column("heard_on", Date),
    Column("decided_on", Date),
    _at("decided_at", nullable=True),
    Column("decided_by", Text),
    _text("decided_says"),
    _text("decision_id"),
    Column("title_revoked_on", Date),
    Column("plaque_state", Text, nullable=False, server_default=""),
    Column("plaque_returned_on", Date),
    _text("plaque_lost_reason"),
    _at("closed_at", nullable=True),
    Column("closed_by", Text),
    Column("version", Integer, nullable=False, server_default="1"),
    _one_of("stage", tuple(Stage)),
    _one_of("outcome", tuple(Outcome)),
    _one_of("heard", tuple(Heard)),
    _one_of("plaque_state", tuple(PlaquePlace)),
    _together("decided_at", "decided_by"),
    _together("closed_at", "closed_by"),
    CheckConstraint("clause <> ''", name="rests_on_a_clause"),
    CheckConstraint("(outcome = '') = (decided_at IS NULL)", name="decided_with_outcome"),
    CheckConstraint(
        "(stage IN ('decided', 'closed')) = (outcome <> '')", name="stage_fits_outcome"
    ),
    CheckConstraint("(stage = 'closed') = (closed_at IS NOT NULL)", name="closed_is_closed"),
    CheckConstraint("stage = 'opened' OR heard <> ''", name="heard_before_opinions"),
    Index(
        "uq_exit_case_open_title",
        "title_id",
        unique=True,
        postgresql_where=text("stage <> 'closed'"),
    ),
    Index("ix_exit_case_node_stage", "node", "stage"),
)

case_trigger = Table(
    "case_trigger",
    metadata,
    Column("case_id", Text, ForeignKey("exit_case.case_id"), primary_key=True),
    Column("trigger_id", Text, primary_key=True, index=True),
    _at("added_at"),
    Column("added_by", Text, nullable=False),
)

case_seat = Table(
    "case_seat",
    metadata,
    Column("case_id", Text, ForeignKey("exit_case.case_id"), primary_key=True),
    Column("body", Text, primary_key=True),
    Column("side", Text, nullable=False),
    Column("delegated", Boolean, nullable=False),
    Column("place", Integer, nullable=False),
    _one_of("side", tuple(Side)),
)

case_opinion = Table(
    "case_opinion",
    metadata,
    Column("opinion_id", Text, primary_key=True),
    Column("case_id", Text, ForeignKey("exit_case.case_id"), nullable=False),
    Column("body", Text, nullable=False),
    Column("consent", Text, nullable=False),
    Column("opinion_text", Text, nullable=False),
    _text("document"),
    _at("given_at"),
    Column("given_by", Text, nullable=False),
    Column("given_by_name", Text, nullable=False),
    _at("superseded_at", nullable=True),
    Column("superseded_by", Text),
    _one_of("consent", tuple(Consent)),
    _together("superseded_at", "superseded_by"),
    Index(
        "uq_case_opinion_standing",
        "case_id",
        "body",
        unique=True,
        postgresql_where=text("superseded_at IS NULL"),
    ),
)

case_step = Table(
    "case_step",
    metadata,
    Column("case_step_id", Text, primary_key=True),
    Column("n", BigInteger, Identity(), nullable=False),  # two steps of one act share a time
    Column("case_id", Text, ForeignKey("exit_case.case_id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    _at("done_at"),
    Column("done_by", Text, nullable=False),
    Column("done_by_name", Text, nullable=False),
    Column("node", Text, nullable=False),
    Column("says", Text, nullable=False),
    _text("clause"),
    _text("decision_id"),
)

publication = Table(
    "publication",
    metadata,
    Column("publication_id", Text, primary_key=True),
    Column("case_id", Text, ForeignKey("exit_case.case_id"), nullable=False, unique=True),
    Column("unit_id", Text, nullable=False),
    Column("unit_name", Text, nullable=False),
    Column("title_id", Text, nullable=False),
    Column("title_text", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("node", Text, nullable=False),
    Column("revoked_on", Date, nullable=False),
    Column("stage", Text, nullable=False),
    _at("due_at"),
    Column("published_on", Date),
    _at("published_at", nullable=True),
    Column("published_by", Text),
    _text("published_text"),
    _one_of("stage", tuple(PublicationStage)),
    _together("published_at", "published_by"),
    CheckConstraint(
        "(stage = 'published') = (published_at IS NOT NULL)", name="published_is_dated"
    ),
    Index("ix_publication_stage_node", "stage", "node"),
)

lift_request = Table(
    "lift_request",
    metadata,
    Column("lift_request_id", Text, primary_key=True),
    Column("trigger_id", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("reason", Text, nullable=False),
    _at("asked_at"),
    Column("asked_by", Text, nullable=False),
    Column("asked_by_name", Text, nullable=False),
    _at("settled_at", nullable=True),
    Column("settled_by", Text),
    _one_of("purpose", ("lift", "dismiss")),
    _together("settled_at", "settled_by"),
    CheckConstraint("settled_by IS NULL OR settled_by <> asked_by", name="two_persons"),
    Index(
        "uq_lift_request_open",
        "trigger_id",
        "purpose",
        unique=True,
        postgresql_where=text("settled_at IS NULL"),
    ),
)

campaign = Table(
    "campaign",
    metadata,
    Column("campaign_id", Text, primary_key=True),
    Column("node", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("share", Integer, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("population", Integer, nullable=False, server_default="0"),
    _text("population_digest"),
    _at("opened_at"),
    Column("opened_by", Text, nullable=False),
    _at("drawn_at", nullable=True),
    Column("drawn_by", Text),
    _at("closed_at", nullable=True),
    Column("closed_by", Text),
    _one_of("kind", ("spot", "census")),
    _one_of("scope", ("creating", "named", "both")),
    _one_of("state", CAMPAIGN_STATES),
    _together("drawn_at", "drawn_by"),
    _together("closed_at", "closed_by"),
    CheckConstraint("share BETWEEN 1 AND 100", name="share"),
    CheckConstraint("kind = 'spot' OR share = 100", name="census_takes_all"),
    CheckConstraint("starts_on <= ends_on", name="begins_before_it_ends"),
)

campaign_unit = Table(
    "campaign_unit",
    metadata,
    Column("campaign_id", Text, ForeignKey("campaign.campaign_id"), primary_key=True),
    Column("unit_id", Text, primary_key=True, index=True),
    Column("place", Integer, nullable=False),
    Column("drawn", Boolean, nullable=False),
    _text("added_reason"),
    _at("added_at"),
    Column("added_by", Text, nullable=False),
    Column("result", Text, nullable=False, server_default=""),
    _text("findings"),
    Column("checked_on", Date),
    _at("checked_at", nullable=True),
    Column("checked_by", Text),
    _text("proposal_id"),
    _one_of("result", RESULTS),
    _together("checked_at", "checked_by"),
    CheckConstraint("(result = '') = (checked_at IS NULL)", name="checked_with_result"),
)

proposal = Table(
    "proposal",
    metadata,
    Column("proposal_id", Text, primary_key=True),
    Column("unit_id", Text, nullable=False, index=True),
    Column("campaign_id", Text, ForeignKey("campaign.campaign_id"), nullable=False),
    Column("ground", Text, nullable=False),
    Column("says", Text, nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("state", Text, nullable=False),
    _at("proposed_at"),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_by_name", Text, nullable=False),
    _at("decided_at", nullable=True),
    Column("decided_by", Text),
    _text("decision_id"),
    _one_of("state", PROPOSAL_STATES),
    _together("decided_at", "decided_by"),
    CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name="pending_is_undecided"),
)
