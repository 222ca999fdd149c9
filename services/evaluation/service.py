"""Entrypoints of evaluation: each names its command or events and hands over to a handler."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.evaluation.handlers import (
    applications,
    assessments,
    hearing,
    naming,
    nominations,
    notices,
    objections,
    opinions,
    reading,
    recognition,
    round_views,
    rounds,
    tasks,
    views,
)
from shared.contracts import evaluation as unit
from shared.contracts import evaluation_round as city
from shared.contracts import oversight, registry, registry_calendar
from shared.contracts.message import Shape
from shared.messaging.answer import accepts
from shared.messaging.consume import hears
from shared.messaging.tx import Heard, Tx


class EvaluationService:
    """Does a unit meet the standard, who said so, and what was named."""

    name = "evaluation"

    @hears(
        registry.PackActivated,
        registry.UnitEntered,
        registry.UnitClosed,
        registry.UnitReopened,
        registry.PlanFiled,
        registry.CommitmentAccepted,
        registry.CultivationStarted,
        registry.TitleGranted,
        registry.TitleRevoked,
        registry_calendar.WorkdaysArranged,
    )
    def on_registry(self, tx: Tx, heard: list[Heard]) -> None:
        """Keep what the registry says."""
        hearing.on_registry(tx, heard)

    @hears(oversight.HoldPlaced, oversight.HoldLifted)
    def on_oversight(self, tx: Tx, heard: list[Heard]) -> None:
        """Keep the holds of each unit."""
        hearing.on_oversight(tx, heard)

    @accepts(unit.ReadStandard)
    def standard(self, tx: Tx, command: unit.ReadStandard) -> Shape:
        """The standard a unit is held against today."""
        return assessments.standard(tx, command)

    @accepts(unit.StartAssessment)
    def start_assessment(self, tx: Tx, command: unit.StartAssessment) -> Shape:
        """A new self-assessment by the standard of the plan (NB23 二(二))."""
        return assessments.start(tx, command)

    @accepts(unit.SaveAssessment)
    def save_assessment(self, tx: Tx, command: unit.SaveAssessment) -> Shape:
        """Keep a new version of a draft; items not named stay."""
        return assessments.save(tx, command)

    @accepts(unit.CompleteAssessment)
    def complete_assessment(self, tx: Tx, command: unit.CompleteAssessment) -> Shape:
        """Close a draft whose every item has a finding."""
        return assessments.complete(tx, command)

    @accepts(unit.ReadAssessment)
    def assessment(self, tx: Tx, command: unit.ReadAssessment) -> Shape:
        """One self-assessment as it stood at a version (0: the last)."""
        return assessments.read(tx, command)

    @accepts(unit.ListAssessments)
    def assessments(self, tx: Tx, command: unit.ListAssessments) -> Sequence[Shape]:
        """A unit's self-assessments, newest first."""
        return assessments.list_(tx, command)

    @accepts(unit.RecordResolution)
    def record_resolution(self, tx: Tx, command: unit.RecordResolution) -> Shape:
        """What the congress or assembly decided (NB23 二(二))."""
        return assessments.record_resolution(tx, command)

    @accepts(unit.ListResolutions)
    def resolutions(self, tx: Tx, command: unit.ListResolutions) -> Sequence[Shape]:
        """A unit's resolutions, newest first."""
        return assessments.list_resolutions(tx, command)

    @accepts(unit.SubmitApplication)
    def submit_application(self, tx: Tx, command: unit.SubmitApplication) -> Shape:
        """Apply for recognition at the local office (NB23 二(二))."""
        return applications.submit(tx, command)

    @accepts(unit.ReadApplication)
    def application(self, tx: Tx, command: unit.ReadApplication) -> Shape:
        """One application with its opinions."""
        return applications.read(tx, command)

    @accepts(unit.ListApplications)
    def applications(self, tx: Tx, command: unit.ListApplications) -> Shape:
        """The inbox: applications of the actor's node and beneath, newest first."""
        return views.page(tx, command)

    @accepts(unit.AcceptApplication)
    def accept_application(self, tx: Tx, command: unit.AcceptApplication) -> Shape:
        """Take an application into review (受理). Clerk of the office."""
        return applications.accept(tx, command)

    @accepts(unit.ReturnApplication)
    def return_application(self, tx: Tx, command: unit.ReturnApplication) -> Shape:
        """Send an application back for correction, saying what to mend."""
        return applications.return_(tx, command)

    @accepts(unit.WithdrawApplication)
    def withdraw_application(self, tx: Tx, command: unit.WithdrawApplication) -> Shape:
        """The unit takes its application back."""
        return applications.withdraw(tx, command)

    @accepts(unit.PostRecognitionNotice)
    def post_recognition_notice(self, tx: Tx, command: unit.PostRecognitionNotice) -> Shape:
        """公示 before recognition, where the district's plan asks for it (A-33)."""
        return notices.post_for_recognition(tx, command)

    @accepts(unit.RecordOpinion)
    def record_opinion(self, tx: Tx, command: unit.RecordOpinion) -> Shape:
        """One body's opinion on a case (A-07)."""
        return opinions.record(tx, command)

    @accepts(unit.ReadOpinions)
    def opinions(self, tx: Tx, command: unit.ReadOpinions) -> Shape:
        """Who has said what, who is missing, how each side stands."""
        return opinions.read(tx, command)

    @accepts(unit.DecideRecognition)
    def decide_recognition(self, tx: Tx, command: unit.DecideRecognition) -> Shape:
        """The local parties' decision, recorded by a reviewer."""
        return recognition.decide(tx, command)

    @accepts(unit.WithdrawRecognition)
    def withdraw_recognition(self, tx: Tx, command: unit.WithdrawRecognition) -> Shape:
        """The local office takes a recognition back (A-37)."""
        return recognition.withdraw_recognition(tx, command)

    @accepts(city.OpenRound)
    def open_round(self, tx: Tx, command: city.OpenRound) -> Shape:
        """Plan (`opens_on` ahead) or open the one city round of a year (NB23 二(四))."""
        return rounds.open_round(tx, command)

    @accepts(city.StartReview)
    def start_review(self, tx: Tx, command: city.StartReview) -> Shape:
        """Close a round's nominations and begin the city's review."""
        return rounds.start_review(tx, command)

    @accepts(city.CloseRound)
    def close_round(self, tx: Tx, command: city.CloseRound) -> Shape:
        """Close a round in which nothing is left open."""
        return rounds.close_round(tx, command)

    @accepts(city.ReadRound)
    def round(self, tx: Tx, command: city.ReadRound) -> Shape:
        """One round with quotas, counts and results."""
        return rounds.read(tx, command)

    @accepts(city.ListRounds)
    def rounds(self, tx: Tx, command: city.ListRounds) -> Sequence[Shape]:
        """Rounds the actor's node takes part in, newest year first."""
        return rounds.list_(tx, command)

    @accepts(city.Nominate)
    def nominate(self, tx: Tx, command: city.Nominate) -> Shape:
        """自主申报: a recognised unit declares itself for a round."""
        return nominations.nominate(tx, command)

    @accepts(city.DistrictReview)
    def district_review(self, tx: Tx, command: city.DistrictReview) -> Shape:
        """The district's step of 逐级审核; `outcome` forward or refuse."""
        return nominations.district_review(tx, command)

    @accepts(city.CityReview)
    def city_review(self, tx: Tx, command: city.CityReview) -> Shape:
        """The city's step of 逐级审核; `outcome` pass or refuse."""
        return nominations.city_review(tx, command)

    @accepts(city.ReadNomination)
    def nomination(self, tx: Tx, command: city.ReadNomination) -> Shape:
        """One nomination with steps, opinions, objections."""
        return nominations.read(tx, command)

    @accepts(city.ListNominations)
    def nominations(self, tx: Tx, command: city.ListNominations) -> Shape:
        """Nominations the actor may see, newest first."""
        return round_views.page(tx, command)

    @accepts(city.ApproveNaming)
    def approve_naming(self, tx: Tx, command: city.ApproveNaming) -> Shape:
        """报批审定: name a unit (NB23 二(四)). City reviewer."""
        return naming.approve(tx, command)

    @accepts(city.RefuseNaming)
    def refuse_naming(self, tx: Tx, command: city.RefuseNaming) -> Shape:
        """Refuse a nomination, with the reason."""
        return naming.refuse(tx, command)

    @accepts(city.PostNotice)
    def post_notice(self, tx: Tx, command: city.PostNotice) -> Shape:
        """公示: put candidates up for the pack's working days (A-13)."""
        return notices.post(tx, command)

    @accepts(city.ReadNotice)
    def notice(self, tx: Tx, command: city.ReadNotice) -> Shape:
        """A notice as the public sees it."""
        return notices.read(tx, command)

    @accepts(city.ListNotices)
    def notices(self, tx: Tx, command: city.ListNotices) -> Sequence[Shape]:
        """Notices, newest first; `running` for those open today."""
        return notices.list_(tx, command)

    @accepts(city.RecordObjection)
    def record_objection(self, tx: Tx, command: city.RecordObjection) -> Shape:
        """An objection to a candidate on notice; anyone may object."""
        return objections.object_(tx, command)

    @accepts(city.ReadObjection)
    def objection(self, tx: Tx, command: city.ReadObjection) -> Shape:
        """One objection; the objector only for the city's reviewers."""
        return objections.read(tx, command)

    @accepts(city.ListObjections)
    def objections(self, tx: Tx, command: city.ListObjections) -> Sequence[Shape]:
        """Objections the actor's node deals with, oldest first."""
        return objections.list_(tx, command)

    @accepts(city.ResolveObjection)
    def resolve_objection(self, tx: Tx, command: city.ResolveObjection) -> Shape:
        """The finding on an objection."""
        return objections.resolve(tx, command)

    @accepts(city.ReadTasks)
    def tasks(self, tx: Tx, command: city.ReadTasks) -> Sequence[Shape]:
        """待办: what waits for the actor, most urgent first."""
        return tasks.tasks(tx, command)

    @accepts(city.ReadTimeline)
    def timeline(self, tx: Tx, command: city.ReadTimeline) -> Sequence[Shape]:
        """A unit's story in evaluation, oldest first."""
        return reading.timeline(tx, command)

    @accepts(city.ReadMinutes)
    def minutes(self, tx: Tx, command: city.ReadMinutes) -> Shape:
        """The minutes of a joint decision, ready to print."""
        return reading.minutes(tx, command)

    @accepts(city.ReadDecision)
    def decision(self, tx: Tx, command: city.ReadDecision) -> dict[str, Any]:
        """The legal chain of a decision: clauses, rules, facts, opinions."""
        return reading.decision(tx, command)

    @accepts(city.ReadStanding)
    def standing(self, tx: Tx, command: city.ReadStanding) -> Shape:
        """Where a unit is in the year: recognised, open cases, what is missing. StandingView."""
        return reading.standing(tx, command)
