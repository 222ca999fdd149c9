"""CATALOGUE: every event that crosses a wall, in every version ever sent."""

from __future__ import annotations

from shared.contracts import evaluation, incentives, oversight, registry, registry_calendar
from shared.contracts.message import Event

EVENTS: tuple[type[Event], ...] = (
    registry.PackActivated,
    registry.UnitEntered,
    registry.UnitClosed,
    registry.UnitReopened,
    registry.UnitMerged,
    registry.PlanFiled,
    registry.CommitmentAccepted,
    registry.CultivationStarted,
    registry.TitleGranted,
    registry.TitleRevoked,
    registry.PlaqueReturned,
    registry_calendar.WorkdaysArranged,
    evaluation.ApplicationReceived,
    evaluation.CaseMoved,
    evaluation.UnitRecognised,
    evaluation.RecognitionWithdrawn,
    evaluation.NamingApproved,
    evaluation.NoticePosted,
    incentives.EntitlementChanged,
    oversight.HoldPlaced,
    oversight.HoldLifted,
    oversight.WarningRecorded,
    oversight.ExitCaseOpened,
    oversight.ExitDecided,
    oversight.RemovalPublished,
)

CATALOGUE: dict[tuple[str, int], type[Event]] = {(e.name, e.version): e for e in EVENTS}
