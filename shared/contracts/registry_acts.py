"""What the registry accepts about plans, commitments, cultivation, honours, packs and history."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import Field

from shared.contracts.message import Command, Shape


class AddDocument(Command):
    """Hold an upper-level arrangement that plans carry out (二(一)). Answers `DocumentView`."""

    name: ClassVar[str] = "registry.add_document"

    title: str
    number: str = ""
    issuer: str
    level: Literal["nation", "province", "city"]
    issued_on: date | None = None
    file_name: str = ""
    file_digest: str = ""


class ListDocuments(Command):
    """Answers `{"documents": [DocumentView]}`."""

    name: ClassVar[str] = "registry.list_documents"


class PlanContent(Shape):
    """What a plan says. A section the law demands is named by its own words."""

    year: int
    sections: dict[str, str]
    window_from: date
    deadline_on: date | None = None  # None: the programme's usual day, else the year's last
    deadline_reason: str = ""
    # unit kind -> standard id; empty: the pack's
    standards: dict[str, str] = Field(default_factory=dict)
    papers: tuple[str, ...] = ()
    publicity: bool = False
    document_ids: tuple[str, ...] = ()


class SavePlan(PlanContent, Command):
    """Keep a draft of the own node's next version. Answers `PlanView`."""

    name: ClassVar[str] = "registry.save_plan"


class IssuePlan(Command):
    """Issue the draft: it rules the year's windows and standards from now on. Answers `PlanView`.

    Issued after a filing with another standard, the office above is asked to take it in again.
    """

    name: ClassVar[str] = "registry.issue_plan"

    plan_id: str
    reason: str = ""  # for soft rules that are not met


class FilePlan(PlanContent, Command):
    """Issue a plan and file it with the office above in one act. Answers `PlanView`.

    A second filing is the next version. A usual day that is passed is accepted with a warning
    and needs `deadline_reason` (A-05).
    """

    name: ClassVar[str] = "registry.file_plan"

    reason: str = ""  # for soft rules that are not met


class FileIssuedPlan(Command):
    """File the issued plan with the office above. Late ones are marked. Answers `PlanView`."""

    name: ClassVar[str] = "registry.file_issued_plan"

    plan_id: str


class ReceivePlan(Command):
    """The office above takes a plan in. Answers `PlanView`."""

    name: ClassVar[str] = "registry.receive_plan"

    plan_id: str
    says: str = ""


class GetPlan(Command):
    """Answers `PlanView` of the plan in force, or of a version; 404 when there is none.

    Drafts are for their own office.
    """

    name: ClassVar[str] = "registry.get_plan"

    node: str
    year: int
    plan_version: int | None = None


class ListPlans(Command):
    """Who filed, who has not, and what waits to be taken in, in the actor's area.

    Answers `{"plans": [PlanView], "missing": [NodeView], "to_receive": [PlanView]}`; `plans` are
    those in force, `missing` the nodes that the year asks for a plan and that have not filed one.
    """

    name: ClassVar[str] = "registry.list_plans"

    year: int


class PlanningSheet(Command):
    """Answers `PlanningSheetView` of a node as of today."""

    name: ClassVar[str] = "registry.planning_sheet"

    node: str
    year: int


class SubmitCommitment(Command):
    """Hand in a signed commitment letter (创建承诺书). Answers `CommitmentView`."""

    name: ClassVar[str] = "registry.submit_commitment"

    unit_id: str
    signatory: str
    signed_on: date
    file_name: str = ""
    file_digest: str = ""


class AcceptCommitment(Command):
    """The office of the unit's seat accepts: the unit is creating. Answers `CommitmentView`."""

    name: ClassVar[str] = "registry.accept_commitment"

    commitment_id: str


class ReturnCommitment(Command):
    """Send a commitment back with what is missing. Answers `CommitmentView`."""

    name: ClassVar[str] = "registry.return_commitment"

    commitment_id: str
    reason: str


class JoinProgramme(Command):
    """Units take part where no commitment letter is printed (A-11). Answers `Joined`.

    All of them, or none: one that already takes part, or needs a letter, is a refusal.
    """

    name: ClassVar[str] = "registry.join_programme"

    unit_ids: tuple[str, ...] = Field(min_length=1, max_length=500)
    on: date | None = None
    says: str = Field(default="", max_length=200)


class Joined(Shape):
    """Who takes part now, and from which day."""

    unit_ids: tuple[str, ...]
    joined_on: date


class ListCommitments(Command):
    """Answers `{"commitments": [CommitmentView]}`; status "submitted" is the office's 待办."""

    name: ClassVar[str] = "registry.list_commitments"

    unit_id: str = ""
    status: str = ""
    limit: int = Field(default=200, ge=1, le=500)


class StartCultivation(Command):
    """Begin cultivating a recognised unit as a demonstration unit. Answers `CultivationView`."""

    name: ClassVar[str] = "registry.start_cultivation"

    unit_id: str
    started_on: date
    goal: str = ""


class GetCultivation(Command):
    """Answers `CultivationView`: since when and to what end."""

    name: ClassVar[str] = "registry.get_cultivation"

    unit_id: str


class GetTitle(Command):
    """Answers `TitleView`, as of a day and as known at an instant (default: now)."""

    name: ClassVar[str] = "registry.get_title"

    title_id: str
    as_of: date | None = None
    known_at: datetime | None = None


class ListTitles(Command):
    """Answers `TitlePage`; with `as_of`/`known_at` the register as it stood, as then known."""

    name: ClassVar[str] = "registry.list_titles"

    unit_id: str = ""
    year: int | None = None
    kind: str = ""
    level: str = ""
    status: str = ""
    place: str = ""  # of the plaque: to_issue, issued, to_return, returned, lost
    as_of: date | None = None
    known_at: datetime | None = None
    after: str = ""
    limit: int = Field(default=50, ge=1, le=500)


class PublicRegister(Command):
    """The list published to society: active titles, or removals. Answers `PublicPage`."""

    name: ClassVar[str] = "registry.public_register"

    listing: Literal["active", "removed"] = "active"
    year: int | None = None
    kind: str = ""
    division: str = ""
    text: str = ""
    after: str = ""
    limit: int = Field(default=100, ge=1, le=5000)


class VerifyPlaque(Command):
    """The live state behind a plaque number or its verify code. Answers `PlaqueCheck`."""

    name: ClassVar[str] = "registry.verify_plaque"

    number_or_code: str


class IssuePlaque(Command):
    """Hand the plaque over. Answers `TitleView`."""

    name: ClassVar[str] = "registry.issue_plaque"

    title_id: str
    issued_on: date
    received_by: str


class ReturnPlaque(Command):
    """The plaque came back. Answers `TitleView`."""

    name: ClassVar[str] = "registry.return_plaque"

    title_id: str
    returned_on: date
    handed_in_by: str = ""


class LosePlaque(Command):
    """The plaque is lost and why (遗失作废). Answers `TitleView`."""

    name: ClassVar[str] = "registry.lose_plaque"

    title_id: str
    reported_on: date
    reason: str


class AddPractice(Command):
    """Put a named unit's practice into the library, unpublished. Answers `PracticeView`."""

    name: ClassVar[str] = "registry.add_practice"

    unit_id: str
    title: str
    text: str


class PublishPractice(Command):
    """Publish a practice (推广经验做法), or take it down. Answers `PracticeView`."""

    name: ClassVar[str] = "registry.publish_practice"

    practice_id: str
    state: Literal["published", "withdrawn"] = "published"


class FindPractices(Command):
    """Answers `{"practices": [PracticeView]}`; without a signed-in officer only published ones."""

    name: ClassVar[str] = "registry.find_practices"

    unit_id: str = ""
    text: str = ""
    limit: int = Field(default=100, ge=1, le=500)


class UnitTimeline(Command):
    """Answers `{"entries": [TimelineEntry]}`, newest first; `known_at`: as known then."""

    name: ClassVar[str] = "registry.unit_timeline"

    unit_id: str
    known_at: datetime | None = None
    limit: int = Field(default=200, ge=1, le=1000)


class ActivatePack(Command):
    """Put a pack to work, by name and with a reason (A-01). Answers `ActivationView`."""

    name: ClassVar[str] = "registry.activate_pack"

    pack_id: str
    jurisdiction: str
    effective_on: date
    reason: str


class ListActivations(Command):
    """Answers `{"activations": [ActivationView]}`, newest first."""

    name: ClassVar[str] = "registry.list_activations"


class ListNodes(Command):
    """Answers `{"nodes": [NodeView]}`: organisation nodes with their party bodies and sides."""

    name: ClassVar[str] = "registry.list_nodes"

    node: str = ""


class Changes(Command):
    """Answers `ChangesPage`: what became true in the registry after a sequence, oldest first."""

    name: ClassVar[str] = "registry.changes"

    after: int = 0
    limit: int = Field(default=500, ge=1, le=5000)


class GetDecision(Command):
    """Answers the whole legal chain of a registry decision as JSON; 404 when there is none."""

    name: ClassVar[str] = "registry.get_decision"

    decision_id: str
