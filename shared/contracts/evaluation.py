"""What evaluation says and accepts: self-assessment, applications, rounds, decisions.

The commands of rounds, notices and reads stand in `evaluation_round`; what is answered in
`evaluation_answers` and `evaluation_round_answers`. Each command's docstring names its answer.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from pydantic import Field

from shared.contracts import evaluation_round
from shared.contracts.evaluation_answers import EvidenceRef, IndicatorResult
from shared.contracts.message import Command, Event

# --- says ---------------------------------------------------------------------------------


class ApplicationReceived(Event):
    """An application has a receipt number and lies in the office's inbox (NB23 二(二))."""

    name: ClassVar[str] = "evaluation.application_received"

    unit_id: str
    application_id: str
    receipt_number: str
    office: str
    received_on: date


class CaseMoved(Event):
    """A self-assessment, application or nomination reached a stage: for counts and ledgers.

    `case` is assessment, application or nomination; `number` the receipt number where there is
    one; `year` the year of the application or round; `reason` what was written down for it.
    """

    name: ClassVar[str] = "evaluation.case_moved"

    unit_id: str
    case: str
    case_id: str
    stage: str
    stage_text: str
    on: date
    node: str
    year: int
    number: str = ""
    title_text: str = ""
    reason: str = ""


class UnitRecognised(Event):
    """The local parties recognised a 和谐劳动关系单位: the base status (NB23 二(二))."""

    name: ClassVar[str] = "evaluation.unit_recognised"

    unit_id: str
    application_id: str
    office: str
    recognised_on: date
    bodies: tuple[str, ...]
    decision_id: str


class RecognitionWithdrawn(Event):
    """The local parties took a recognition back (A-37)."""

    name: ClassVar[str] = "evaluation.recognition_withdrawn"

    unit_id: str
    withdrawn_on: date
    reason: str
    decision_id: str


class NamingApproved(Event):
    """A round approved a unit's naming; the registry gives number and plaque (NB23 二(四))."""

    name: ClassVar[str] = "evaluation.naming_approved"

    unit_id: str
    nomination_id: str
    round_id: str
    round_year: int
    node: str
    title_kind: str
    title_text: str
    level: str
    approved_on: date
    decision_id: str


class NoticePosted(Event):
    """A public notice (公示) of candidates is up until `ends_on`, in working days.

    `round_id` is the notice's own id when it precedes a recognition instead of a naming (A-33).
    """

    name: ClassVar[str] = "evaluation.notice_posted"

    notice_id: str
    round_id: str
    node: str
    posted_on: date
    ends_on: date
    unit_ids: tuple[str, ...]

    def subject(self) -> str:
        """Notices of one round keep their order."""
        return self.round_id


# --- accepts: standard, self-assessment, resolution ---------------------------------------


class ReadStandard(Command):
    """The standard a unit is held against today. Answers StandardView."""

    name: ClassVar[str] = "evaluation.standard"

    unit_id: str


class StartAssessment(Command):
    """A new self-assessment by the standard of the plan (NB23 二(二)). Answers AssessmentView."""

    name: ClassVar[str] = "evaluation.start_assessment"

    unit_id: str


class SaveAssessment(Command):
    """Keep a new version of a draft; items not named stay. Answers AssessmentView.

    `version` is the version the person saw; another one saved meanwhile is a 409.
    """

    name: ClassVar[str] = "evaluation.save_assessment"

    assessment_id: str
    version: int
    results: tuple[IndicatorResult, ...]


class CompleteAssessment(Command):
    """Close a draft whose every item has a finding. Answers AssessmentView."""

    name: ClassVar[str] = "evaluation.complete_assessment"

    assessment_id: str


class ReadAssessment(Command):
    """One self-assessment as it stood at a version (0: the last). Answers AssessmentView."""

    name: ClassVar[str] = "evaluation.assessment"

    assessment_id: str
    version: int = 0


class ListAssessments(Command):
    """A unit's self-assessments, newest first. Answers list[AssessmentView]."""

    name: ClassVar[str] = "evaluation.assessments"

    unit_id: str


class RecordResolution(Command):
    """What the congress or assembly decided (NB23 二(二)). Answers ResolutionView.

    `meeting` is workers_congress, workers_assembly, own_body or not_applicable; the last two
    are for parks, townships and industries only (A-10), the very last with a reason.
    """

    name: ClassVar[str] = "evaluation.record_resolution"

    unit_id: str
    meeting: str
    held_on: date
    members_total: int = 0
    present: int = 0
    yes: int = 0
    file: EvidenceRef | None = None
    reason: str = ""


class ListResolutions(Command):
    """A unit's resolutions, newest first. Answers list[ResolutionView]."""

    name: ClassVar[str] = "evaluation.resolutions"

    unit_id: str


# --- accepts: application and recognition -------------------------------------------------


class SubmitApplication(Command):
    """Apply for recognition at the local office (NB23 二(二)). Answers ApplicationView.

    With `application_id` a returned application is handed in again. `override_reason` is the
    recorded reason for soft rules (a late application) and for mandatory items not met.
    """

    name: ClassVar[str] = "evaluation.submit_application"

    unit_id: str
    assessment_id: str
    resolution_id: str = ""
    application_id: str = ""
    statement: str = ""
    documents: tuple[EvidenceRef, ...] = ()
    override_reason: str = ""


class ReadApplication(Command):
    """One application with its opinions. Answers ApplicationView."""

    name: ClassVar[str] = "evaluation.application"

    application_id: str


class ListApplications(Command):
    """The inbox: applications of the actor's node and beneath, newest first. Answers Page.

    `sort` is received (newest first) or age (oldest first).
    """

    name: ClassVar[str] = "evaluation.applications"

    node: str = ""
    stage: str = ""
    kind: str = ""
    unit_id: str = ""
    year: int = 0
    search: str = ""
    sort: str = "received"
    after: str = ""
    limit: int = Field(default=50, ge=1, le=200)


class AcceptApplication(Command):
    """Take an application into review (受理). Clerk of the office. Answers ApplicationView."""

    name: ClassVar[str] = "evaluation.accept_application"

    application_id: str


class ReturnApplication(Command):
    """Send an application back for correction, saying what to mend. Answers ApplicationView."""

    name: ClassVar[str] = "evaluation.return_application"

    application_id: str
    reason: str


class WithdrawApplication(Command):
    """The unit takes its application back. Answers ApplicationView."""

    name: ClassVar[str] = "evaluation.withdraw_application"

    application_id: str
    reason: str = ""


class PostRecognitionNotice(Command):
    """公示 before recognition, where the district's plan asks for it (A-33). Answers NoticeView.

    For applications in review at the actor's own office; recognition then waits for its end.
    """

    name: ClassVar[str] = "evaluation.post_recognition_notice"

    application_ids: tuple[str, ...]
    contact: str = ""


class RecordOpinion(Command):
    """One body's opinion on a case (A-07). Answers OpinionsView.

    `case` is application or nomination; `position` is consent, dissent or recuse. The body and
    side are the actor's own seat; dissent and recusal need a text. One opinion per body: a
    changed mind is a new opinion only while the case is open, and the old one is kept.
    """

    name: ClassVar[str] = "evaluation.record_opinion"

    case: str
    case_id: str
    position: str
    text: str = ""


class ReadOpinions(Command):
    """Who has said what, who is missing, how each side stands. Answers OpinionsView."""

    name: ClassVar[str] = "evaluation.opinions"

    case: str
    case_id: str


class DecideRecognition(Command):
    """The local parties' decision, recorded by a reviewer. Answers ApplicationView.

    `outcome` is recognise or refuse; refusing needs a reason. The reviewer is another person
    than the clerk who accepted the application.
    """

    name: ClassVar[str] = "evaluation.decide_recognition"

    application_id: str
    outcome: str
    reason: str = ""
    override_reason: str = ""


class WithdrawRecognition(Command):
    """The local office takes a recognition back (A-37). Answers ApplicationView."""

    name: ClassVar[str] = "evaluation.withdraw_recognition"

    unit_id: str
    reason: str


COMMANDS: tuple[type[Command], ...] = (
    ReadStandard,
    StartAssessment,
    SaveAssessment,
    CompleteAssessment,
    ReadAssessment,
    ListAssessments,
    RecordResolution,
    ListResolutions,
    SubmitApplication,
    ReadApplication,
    ListApplications,
    AcceptApplication,
    ReturnApplication,
    WithdrawApplication,
    PostRecognitionNotice,
    RecordOpinion,
    ReadOpinions,
    DecideRecognition,
    WithdrawRecognition,
    evaluation_round.OpenRound,
    evaluation_round.StartReview,
    evaluation_round.CloseRound,
    evaluation_round.ReadRound,
    evaluation_round.ListRounds,
    evaluation_round.Nominate,
    evaluation_round.DistrictReview,
    evaluation_round.CityReview,
    evaluation_round.ReadNomination,
    evaluation_round.ListNominations,
    evaluation_round.ApproveNaming,
    evaluation_round.RefuseNaming,
    evaluation_round.PostNotice,
    evaluation_round.ReadNotice,
    evaluation_round.ListNotices,
    evaluation_round.RecordObjection,
    evaluation_round.ReadObjection,
    evaluation_round.ListObjections,
    evaluation_round.ResolveObjection,
    evaluation_round.ReadTasks,
    evaluation_round.ReadTimeline,
    evaluation_round.ReadMinutes,
    evaluation_round.ReadDecision,
    evaluation_round.ReadStanding,
)
