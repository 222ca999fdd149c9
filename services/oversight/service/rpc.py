"""The nameko service `oversight`: every command it accepts, every event it hears. One call each."""

from __future__ import annotations

from typing import Any

from services.oversight.handlers import (
    agencies,
    cases,
    cases_decide,
    cases_open,
    cases_tasks,
    cases_unit,
    cases_view,
    checks,
    checks_view,
    feed,
    outward,
    publications,
    review,
    review_lift,
    review_view,
    titles_heard,
)
from shared.contracts.evaluation import RecognitionWithdrawn, UnitRecognised
from shared.contracts.incentives import EntitlementChanged
from shared.contracts.oversight import (
    AddCaseNote,
    ConfirmTrigger,
    DecideCase,
    DismissTrigger,
    GetCase,
    GetDecision,
    GetFigures,
    GetMinutes,
    GetReviewItem,
    GetTimeline,
    GetUnitHolds,
    LiftHold,
    ListCases,
    ListPlaqueTasks,
    ListPublications,
    ListReview,
    ListTasks,
    OpenCase,
    PublishRemoval,
    RecordOpinion,
    RecordStatement,
    WaiveStatement,
)
from shared.contracts.oversight_checks import (
    AddCampaignUnit,
    CloseCampaign,
    DrawCampaign,
    GetCampaign,
    ListCampaigns,
    OpenCampaign,
    RecordCheck,
)
from shared.contracts.oversight_feed import (
    AddAgency,
    AddAgencyKey,
    FindReceipt,
    GetReceiptKey,
    GetTrigger,
    ListAgencies,
    ListFeedAlarms,
    ListInbox,
    ListTriggers,
    ListUnmatched,
    ReplayInbox,
    RevokeAgency,
    RevokeAgencyKey,
    StoreTrigger,
)
from shared.contracts.registry import (
    CommitmentAccepted,
    PackActivated,
    PlaqueReturned,
    TitleGranted,
    TitleRevoked,
    UnitClosed,
    UnitEntered,
    UnitMerged,
    UnitReopened,
)
from shared.messaging.answer import accepts
from shared.messaging.consume import hears
from shared.messaging.tx import Heard, Tx


class OversightService:
    """Feeds, review, exit cases, checks: commands in, events heard in the order they were said."""

    name = "oversight"

    @hears(
        PackActivated,
        UnitEntered,
        UnitClosed,
        UnitReopened,
        UnitMerged,
        CommitmentAccepted,
        UnitRecognised,
        RecognitionWithdrawn,
        TitleGranted,
        TitleRevoked,
        PlaqueReturned,
    )
    def follow_chain(self, tx: Tx, heard: list[Heard]) -> None:
        """Copy what the others say, and move exit cases by it."""
        titles_heard.follow(tx, heard)

    @hears(TitleGranted, TitleRevoked, EntitlementChanged)
    def tell_agencies(self, tx: Tx, heard: list[Heard]) -> None:
        """Pass titles and entitlements on to the agencies of the unit's area."""
        outward.tell_agencies(tx, heard)

    @accepts(StoreTrigger)
    def store_trigger(self, tx: Tx, command: StoreTrigger) -> Any:
        """An agency posts one signed event: the same bytes and signature as over AMQP."""
        return feed.store_trigger(tx, command)

    @accepts(FindReceipt)
    def find_receipt(self, tx: Tx, command: FindReceipt) -> Any:
        """The newest receipt of an event (`SignedReceipt`), or 404 while there is none."""
        return feed.find_receipt(tx, command)

    @accepts(GetReceiptKey)
    def get_receipt_key(self, tx: Tx, command: GetReceiptKey) -> Any:
        """The public key receipts are signed with: `ReceiptKey`."""
        return feed.get_receipt_key(tx, command)

    @accepts(AddAgency)
    def add_agency(self, tx: Tx, command: AddAgency) -> Any:
        """Put an agency on the list of those who may send triggers (admin, security)."""
        return agencies.add_agency(tx, command)

    @accepts(AddAgencyKey)
    def add_agency_key(self, tx: Tx, command: AddAgencyKey) -> Any:
        """Let an agency sign with one more key."""
        return agencies.add_agency_key(tx, command)

    @accepts(RevokeAgencyKey)
    def revoke_agency_key(self, tx: Tx, command: RevokeAgencyKey) -> Any:
        """From now on nothing signed with this key is believed (a key was lost or stolen)."""
        return agencies.revoke_agency_key(tx, command)

    @accepts(RevokeAgency)
    def revoke_agency(self, tx: Tx, command: RevokeAgency) -> Any:
        """The agency may send nothing more; all its keys end now. History stays."""
        return agencies.revoke_agency(tx, command)

    @accepts(ListAgencies)
    def list_agencies(self, tx: Tx, command: ListAgencies) -> Any:
        """Every agency with its keys and the state of its feed: `AgencyRow`s."""
        return agencies.list_agencies(tx, command)

    @accepts(ListTriggers)
    def list_triggers(self, tx: Tx, command: ListTriggers) -> Any:
        """Triggers on units the actor's node covers, newest first: `TriggerRow`s."""
        return feed.list_triggers(tx, command)

    @accepts(GetTrigger)
    def get_trigger(self, tx: Tx, command: GetTrigger) -> Any:
        """One trigger with its exact data, rule, clause, hold and receipt: `TriggerWhole`."""
        return feed.get_trigger(tx, command)

    @accepts(ListUnmatched)
    def list_unmatched(self, tx: Tx, command: ListUnmatched) -> Any:
        """Events held because no unit of that code is known (NB23-059 "list the unmatched")."""
        return feed.list_unmatched(tx, command)

    @accepts(ListInbox)
    def list_inbox(self, tx: Tx, command: ListInbox) -> Any:
        """What agencies sent, by verdict or state, newest first."""
        return feed.list_inbox(tx, command)

    @accepts(ReplayInbox)
    def replay_inbox(self, tx: Tx, command: ReplayInbox) -> Any:
        """Judge a quarantined event once more, same bytes, same path (admin, with a reason)."""
        return feed.replay_inbox(tx, command)

    @accepts(ListFeedAlarms)
    def list_feed_alarms(self, tx: Tx, command: ListFeedAlarms) -> Any:
        """Gaps, silences, forgeries, reused ids, mass suspensions."""
        return agencies.list_feed_alarms(tx, command)

    @accepts(ListReview)
    def list_review(self, tx: Tx, command: ListReview) -> Any:
        """Triggers waiting for a person, oldest first; only units the actor's node covers."""
        return review_view.list_review(tx, command)

    @accepts(GetReviewItem)
    def get_review_item(self, tx: Tx, command: GetReviewItem) -> Any:
        """One trigger under review, with the grounds it may meet and their wording."""
        return review_view.get_review_item(tx, command)

    @accepts(ConfirmTrigger)
    def confirm_trigger(self, tx: Tx, command: ConfirmTrigger) -> Any:
        """A person confirms what an agency said."""
        return review.confirm_trigger(tx, command)

    @accepts(DismissTrigger)
    def dismiss_trigger(self, tx: Tx, command: DismissTrigger) -> Any:
        """The trigger does not hold."""
        return review_lift.dismiss_trigger(tx, command)

    @accepts(LiftHold)
    def lift_hold(self, tx: Tx, command: LiftHold) -> Any:
        """Take one reason away. The first call asks."""
        return review_lift.lift_hold(tx, command)

    @accepts(OpenCase)
    def open_case(self, tx: Tx, command: OpenCase) -> Any:
        """Open an exit case by hand on facts the actor confirms."""
        return cases_open.open_case(tx, command)

    @accepts(ListCases)
    def list_cases(self, tx: Tx, command: ListCases) -> Any:
        """Exit cases, newest first. `node` narrows to the responsible node, `status` open or closed."""
        return cases_view.list_cases(tx, command)

    @accepts(GetCase)
    def get_case(self, tx: Tx, command: GetCase) -> Any:
        """One case whole: `CaseWhole`."""
        return cases_view.get_case(tx, command)

    @accepts(RecordStatement)
    def record_statement(self, tx: Tx, command: RecordStatement) -> Any:
        """The unit was heard: when, who spoke, what was said."""
        return cases.record_statement(tx, command)

    @accepts(WaiveStatement)
    def waive_statement(self, tx: Tx, command: WaiveStatement) -> Any:
        """The unit did not wish to be heard, or did not come."""
        return cases.waive_statement(tx, command)

    @accepts(RecordOpinion)
    def record_opinion(self, tx: Tx, command: RecordOpinion) -> Any:
        """One body's opinion."""
        return cases.record_opinion(tx, command)

    @accepts(DecideCase)
    def decide_case(self, tx: Tx, command: DecideCase) -> Any:
        """Write down the parties' joint conclusion; only at the naming level (A-34)."""
        return cases_decide.decide_case(tx, command)

    @accepts(AddCaseNote)
    def add_case_note(self, tx: Tx, command: AddCaseNote) -> Any:
        """A note or an appeal on the case (A-54); changes no stage."""
        return cases.add_case_note(tx, command)

    @accepts(GetMinutes)
    def get_minutes(self, tx: Tx, command: GetMinutes) -> Any:
        """The deliberation as minutes, ready to print: `Minutes`."""
        return cases_view.get_minutes(tx, command)

    @accepts(PublishRemoval)
    def publish_removal(self, tx: Tx, command: PublishRemoval) -> Any:
        """Publish a cancellation to society."""
        return publications.publish_removal(tx, command)

    @accepts(ListPublications)
    def list_publications(self, tx: Tx, command: ListPublications) -> Any:
        """Published removals, newest first; open to everyone."""
        return publications.list_publications(tx, command)

    @accepts(ListPlaqueTasks)
    def list_plaque_tasks(self, tx: Tx, command: ListPlaqueTasks) -> Any:
        """Plaques of cancelled titles; `state` is to_return, returned or lost."""
        return publications.list_plaque_tasks(tx, command)

    @accepts(ListTasks)
    def list_tasks(self, tx: Tx, command: ListTasks) -> Any:
        """The actor's 待办 in oversight: new suspensions first."""
        return cases_tasks.list_tasks(tx, command)

    @accepts(GetUnitHolds)
    def get_unit_holds(self, tx: Tx, command: GetUnitHolds) -> Any:
        """Every reason that stands against a unit, in plain Chinese."""
        return cases_unit.get_unit_holds(tx, command)

    @accepts(GetTimeline)
    def get_timeline(self, tx: Tx, command: GetTimeline) -> Any:
        """What oversight knows of a unit, oldest first."""
        return cases_unit.get_timeline(tx, command)

    @accepts(GetDecision)
    def get_decision(self, tx: Tx, command: GetDecision) -> Any:
        """The legal chain of one decision of oversight."""
        return cases_unit.get_decision(tx, command)

    @accepts(GetFigures)
    def get_figures(self, tx: Tx, command: GetFigures) -> Any:
        """The counts of the 监督与退出 desk."""
        return cases_tasks.get_figures(tx, command)

    @accepts(OpenCampaign)
    def open_campaign(self, tx: Tx, command: OpenCampaign) -> Any:
        """Check creating and named units."""
        return checks.open_campaign(tx, command)

    @accepts(DrawCampaign)
    def draw_campaign(self, tx: Tx, command: DrawCampaign) -> Any:
        """Draw the campaign's units."""
        return checks.draw_campaign(tx, command)

    @accepts(AddCampaignUnit)
    def add_campaign_unit(self, tx: Tx, command: AddCampaignUnit) -> Any:
        """Add one unit by hand; refused with 403 outside the campaign's area."""
        return checks.add_campaign_unit(tx, command)

    @accepts(RecordCheck)
    def record_check(self, tx: Tx, command: RecordCheck) -> Any:
        """What was found at one unit. `propose_exit` lays the finding before a person for review."""
        return checks.record_check(tx, command)

    @accepts(CloseCampaign)
    def close_campaign(self, tx: Tx, command: CloseCampaign) -> Any:
        """End a campaign; refused while a drawn unit has no result."""
        return checks.close_campaign(tx, command)

    @accepts(ListCampaigns)
    def list_campaigns(self, tx: Tx, command: ListCampaigns) -> Any:
        """Campaigns of the nodes the actor's node covers, newest first."""
        return checks_view.list_campaigns(tx, command)

    @accepts(GetCampaign)
    def get_campaign(self, tx: Tx, command: GetCampaign) -> Any:
        """One campaign with its units and results."""
        return checks_view.get_campaign(tx, command)
