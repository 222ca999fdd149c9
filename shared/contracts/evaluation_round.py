"""What evaluation accepts about rounds, nominations, notices and objections, and what it tells."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from pydantic import Field

from shared.contracts.evaluation_answers import EvidenceRef
from shared.contracts.message import Command

# --- accepts: rounds and nominations ------------------------------------------------------


class OpenRound(Command):
    """Plan (`opens_on` ahead) or open the one city round of a year (NB23 二(四)). RoundView."""

    name: ClassVar[str] = "evaluation.open_round"

    node: str
    year: int
    title_kind: str = ""  # the pack's title id; "" when the pack has one title of this level
    opens_on: date | None = None
    nominations_until: date | None = None


class StartReview(Command):
    """Close a round's nominations and begin the city's review. Answers RoundView."""

    name: ClassVar[str] = "evaluation.start_review"

    round_id: str


class CloseRound(Command):
    """Close a round in which nothing is left open. Answers RoundView with results."""

    name: ClassVar[str] = "evaluation.close_round"

    round_id: str


class ReadRound(Command):
    """One round with quotas, counts and results. Answers RoundView."""

    name: ClassVar[str] = "evaluation.round"

    round_id: str


class ListRounds(Command):
    """Rounds the actor's node takes part in, newest year first. Answers list[RoundView]."""

    name: ClassVar[str] = "evaluation.rounds"

    node: str = ""
    year: int = 0


class Nominate(Command):
    """自主申报: a recognised unit declares itself for a round. Answers NominationView."""

    name: ClassVar[str] = "evaluation.nominate"

    round_id: str
    unit_id: str
    statement: str = ""
    documents: tuple[EvidenceRef, ...] = ()


class DistrictReview(Command):
    """The district's step of 逐级审核; `outcome` forward or refuse. Answers NominationView."""

    name: ClassVar[str] = "evaluation.district_review"

    nomination_id: str
    outcome: str
    text: str = ""


class CityReview(Command):
    """The city's step of 逐级审核; `outcome` pass or refuse. Answers NominationView."""

    name: ClassVar[str] = "evaluation.city_review"

    nomination_id: str
    outcome: str
    text: str = ""


class ReadNomination(Command):
    """One nomination with steps, opinions, objections. Answers NominationView."""

    name: ClassVar[str] = "evaluation.nomination"

    nomination_id: str


class ListNominations(Command):
    """Nominations the actor may see, newest first. Answers Page."""

    name: ClassVar[str] = "evaluation.nominations"

    round_id: str = ""
    stage: str = ""
    kind: str = ""
    unit_id: str = ""
    search: str = ""
    after: str = ""
    limit: int = Field(default=50, ge=1, le=200)


class ApproveNaming(Command):
    """报批审定: name a unit (NB23 二(四)). City reviewer. Answers NominationView.

    `override_reason` is for a cultivation under 12 months (A-26), `quota_reason` for one more
    than the plan's number (A-04); both are kept in the decision.
    """

    name: ClassVar[str] = "evaluation.approve_naming"

    nomination_id: str
    override_reason: str = ""
    quota_reason: str = ""


class RefuseNaming(Command):
    """Refuse a nomination, with the reason. Answers NominationView."""

    name: ClassVar[str] = "evaluation.refuse_naming"

    nomination_id: str
    reason: str


# --- accepts: notice and objections -------------------------------------------------------


class PostNotice(Command):
    """公示: put candidates up for the pack's working days (A-13). Answers NoticeView."""

    name: ClassVar[str] = "evaluation.post_notice"

    round_id: str
    nomination_ids: tuple[str, ...]
    contact: str = ""


class ReadNotice(Command):
    """A notice as the public sees it. Answers NoticeView."""

    name: ClassVar[str] = "evaluation.notice"

    notice_id: str


class ListNotices(Command):
    """Notices, newest first; `running` for those open today. Answers list[NoticeView]."""

    name: ClassVar[str] = "evaluation.notices"

    node: str = ""
    running: bool = False


class RecordObjection(Command):
    """An objection to a candidate on notice; anyone may object. Answers ObjectionReceipt.

    The objector's name and contact are restricted data. A unit's objection needs its seal,
    a person's a signature (`signed`); anonymous ones are checked but need no reply.
    """

    name: ClassVar[str] = "evaluation.record_objection"

    notice_id: str
    unit_id: str
    content: str
    objector_kind: str = "person"  # person, unit or anonymous
    objector_name: str = ""
    objector_contact: str = ""
    signed: bool = False
    documents: tuple[EvidenceRef, ...] = ()


class ReadObjection(Command):
    """One objection; the objector only for the city's reviewers. Answers ObjectionView."""

    name: ClassVar[str] = "evaluation.objection"

    objection_id: str


class ListObjections(Command):
    """Objections the actor's node deals with, oldest first. Answers list[ObjectionView]."""

    name: ClassVar[str] = "evaluation.objections"

    stage: str = ""
    nomination_id: str = ""


class ResolveObjection(Command):
    """The finding on an objection. Answers ObjectionView.

    `outcome` is upheld, partly or unfounded; `effect` is keep or remove (the candidate). The
    investigator took no part in recommending the candidate (standards 5.2).
    """

    name: ClassVar[str] = "evaluation.resolve_objection"

    objection_id: str
    outcome: str
    finding: str
    effect: str = "keep"


# --- accepts: what waits, what happened, why ----------------------------------------------


class ReadTasks(Command):
    """待办: what waits for the actor, most urgent first. Answers list[TaskItem]."""

    name: ClassVar[str] = "evaluation.tasks"

    limit: int = Field(default=100, ge=1, le=500)


class ReadTimeline(Command):
    """A unit's story in evaluation, oldest first. Answers list[TimelineEntry]."""

    name: ClassVar[str] = "evaluation.timeline"

    unit_id: str


class ReadMinutes(Command):
    """The minutes of a joint decision, ready to print. Answers MinutesView."""

    name: ClassVar[str] = "evaluation.minutes"

    case: str
    case_id: str


class ReadDecision(Command):
    """The legal chain of a decision: clauses, rules, facts, opinions. Answers a JSON object."""

    name: ClassVar[str] = "evaluation.decision"

    decision_id: str


class ReadStanding(Command):
    """Where a unit is in the year: recognised, open cases, what is missing. StandingView."""

    name: ClassVar[str] = "evaluation.standing"

    unit_id: str
