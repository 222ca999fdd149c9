"""Entrypoints of incentives: one hearer for order, the commands, the timer that renews leases."""

from __future__ import annotations

from typing import Any

from nameko.timer import timer

from services.incentives.handlers import (
    checking,
    hear,
    needs,
    reading,
    seating,
    takeup,
    visiting,
)
from shared.contracts import incentives as say
from shared.contracts.evaluation import RecognitionWithdrawn, UnitRecognised
from shared.contracts.oversight import HoldLifted, HoldPlaced
from shared.contracts.registry import (
    PackActivated,
    TitleGranted,
    TitleRevoked,
    UnitClosed,
    UnitEntered,
    UnitReopened,
)
from shared.messaging.answer import accepts
from shared.messaging.consume import hears
from shared.messaging.tx import Heard, Tx, open_tx
from shared.runtime.database import engine_for

RENEW_EVERY = 5.0  # seconds; each turn takes what is due in batches until nothing is
BATCH = 100  # units locked at a time: an exit of one of them waits for no more


class IncentivesService:
    """What a unit is entitled to, and when."""

    name = "incentives"

    @hears(
        PackActivated,
        UnitEntered,
        UnitClosed,
        UnitReopened,
        UnitRecognised,
        RecognitionWithdrawn,
        TitleGranted,
        TitleRevoked,
        HoldPlaced,
        HoldLifted,
    )
    def standing_heard(self, tx: Tx, heard: list[Heard]) -> None:
        """One queue for all, so that a unit's events keep the order they arrived in."""
        hear.hear(tx, heard)

    @timer(interval=RENEW_EVERY)
    def keep_leases(self) -> None:
        """Renew what holds, look again at units whose law has changed; each batch by itself."""
        while _turn():
            continue

    @accepts(say.EntitlementChecks)
    def entitlement_checks(self, tx: Tx, command: say.EntitlementChecks) -> Any:
        """See the command."""
        return checking.entitlement_checks(tx, command)

    @accepts(say.GreenChannel)
    def green_channel(self, tx: Tx, command: say.GreenChannel) -> Any:
        """See the command."""
        return checking.green_channel(tx, command)

    @accepts(say.Entitlements)
    def entitlements(self, tx: Tx, command: say.Entitlements) -> Any:
        """See the command."""
        return reading.list_of_unit(tx, command)

    @accepts(say.ListEntitlements)
    def list_entitlements(self, tx: Tx, command: say.ListEntitlements) -> Any:
        """See the command."""
        return reading.list_entitlements(tx, command)

    @accepts(say.UnitBenefits)
    def unit_benefits(self, tx: Tx, command: say.UnitBenefits) -> Any:
        """See the command."""
        return reading.unit_benefits(tx, command)

    @accepts(say.Timeline)
    def timeline(self, tx: Tx, command: say.Timeline) -> Any:
        """See the command."""
        return reading.timeline(tx, command)

    @accepts(say.ReadDecision)
    def decision(self, tx: Tx, command: say.ReadDecision) -> Any:
        """See the command."""
        return reading.read_decision(tx, command)

    @accepts(say.Barrier)
    def barrier(self, tx: Tx, command: say.Barrier) -> Any:
        """See the command."""
        return reading.barrier(tx, command)

    @accepts(say.AwardNominations)
    def award_nominations(self, tx: Tx, command: say.AwardNominations) -> Any:
        """See the command."""
        return reading.award_nominations(tx, command)

    @accepts(say.DeclareLabourNeed)
    def declare_labour_need(self, tx: Tx, command: say.DeclareLabourNeed) -> Any:
        """See the command."""
        return needs.declare_labour_need(tx, command)

    @accepts(say.WithdrawLabourNeed)
    def withdraw_labour_need(self, tx: Tx, command: say.WithdrawLabourNeed) -> Any:
        """See the command."""
        return needs.withdraw_labour_need(tx, command)

    @accepts(say.WidenBenefit)
    def widen_benefit(self, tx: Tx, command: say.WidenBenefit) -> Any:
        """See the command."""
        return needs.widen_benefit(tx, command)

    @accepts(say.OpenCall)
    def open_call(self, tx: Tx, command: say.OpenCall) -> Any:
        """See the command."""
        return seating.open_call(tx, command)

    @accepts(say.ListCalls)
    def list_calls(self, tx: Tx, command: say.ListCalls) -> Any:
        """See the command."""
        return seating.list_calls(tx, command)

    @accepts(say.ApplyToCall)
    def apply_to_call(self, tx: Tx, command: say.ApplyToCall) -> Any:
        """See the command."""
        return seating.apply_to_call(tx, command)

    @accepts(say.AllocateCall)
    def allocate_call(self, tx: Tx, command: say.AllocateCall) -> Any:
        """See the command."""
        return seating.allocate_call(tx, command)

    @accepts(say.ExportCall)
    def export_call(self, tx: Tx, command: say.ExportCall) -> Any:
        """See the command."""
        return seating.export_call(tx, command)

    @accepts(say.RecordSubsidy)
    def record_subsidy(self, tx: Tx, command: say.RecordSubsidy) -> Any:
        """See the command."""
        return takeup.record_subsidy(tx, command)

    @accepts(say.AssignContact)
    def assign_contact(self, tx: Tx, command: say.AssignContact) -> Any:
        """See the command."""
        return takeup.assign_contact(tx, command)

    @accepts(say.ContactsMissing)
    def contacts_missing(self, tx: Tx, command: say.ContactsMissing) -> Any:
        """See the command."""
        return takeup.contacts_missing(tx, command)

    @accepts(say.RequestService)
    def request_service(self, tx: Tx, command: say.RequestService) -> Any:
        """See the command."""
        return takeup.request_service(tx, command)

    @accepts(say.RequestLegalService)
    def request_legal_service(self, tx: Tx, command: say.RequestLegalService) -> Any:
        """See the command."""
        return takeup.request_legal_service(tx, command)

    @accepts(say.CloseService)
    def close_service(self, tx: Tx, command: say.CloseService) -> Any:
        """See the command."""
        return takeup.close_service(tx, command)

    @accepts(say.ServiceQueue)
    def service_queue(self, tx: Tx, command: say.ServiceQueue) -> Any:
        """See the command."""
        return takeup.service_queue(tx, command)

    @accepts(say.RecordDiagnosis)
    def record_diagnosis(self, tx: Tx, command: say.RecordDiagnosis) -> Any:
        """See the command."""
        return visiting.record_diagnosis(tx, command)

    @accepts(say.ReadDiagnoses)
    def read_diagnoses(self, tx: Tx, command: say.ReadDiagnoses) -> Any:
        """See the command."""
        return visiting.read_diagnoses(tx, command)

    @accepts(say.PlanVisit)
    def plan_visit(self, tx: Tx, command: say.PlanVisit) -> Any:
        """See the command."""
        return visiting.plan_visit(tx, command)

    @accepts(say.LogVisit)
    def log_visit(self, tx: Tx, command: say.LogVisit) -> Any:
        """See the command."""
        return visiting.log_visit(tx, command)

    @accepts(say.VisitsDue)
    def visits_due(self, tx: Tx, command: say.VisitsDue) -> Any:
        """See the command."""
        return visiting.visits_due(tx, command)


def _turn() -> bool:
    engine = engine_for("incentives")
    with open_tx(engine, service="incentives", point="lease") as tx:
        renewed = hear.renew_leases(tx, limit=BATCH)
    with open_tx(engine, service="incentives", point="reassess") as tx:
        looked = hear.reassess(tx, limit=BATCH)
    return renewed + looked > 0
