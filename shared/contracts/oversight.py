"""What oversight says, accepts and answers: agencies, triggers, holds, exit cases, checks."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from shared.contracts.message import Event

# --- says ---------------------------------------------------------------------------------


class HoldPlaced(Event):
    """One more reason stands against a unit: its title's benefits rest (suspend) or its
    inspection waiver is lifted while a complaint is open (lift_exemption)."""

    name: ClassVar[str] = "oversight.hold_placed"

    unit_id: str
    hold_id: str
    effect: str
    reason: str
    clause: str
    agency: str
    event_id: str
    trigger_id: str
    occurred_at: datetime
    placed_at: datetime


class HoldLifted(Event):
    """One reason is gone; the unit stays held while any other stands."""

    name: ClassVar[str] = "oversight.hold_lifted"

    unit_id: str
    hold_id: str
    effect: str
    reason: str
    lifted_at: datetime
    decision_id: str


class WarningRecorded(Event):
    """A finding below the line of exit (group incident of small impact, minor accident)."""

    name: ClassVar[str] = "oversight.warning_recorded"

    unit_id: str
    trigger_id: str
    says: str
    clause: str
    recorded_at: datetime


class ExitCaseOpened(Event):
    """A person confirmed the facts; the exit procedure runs (NB23 二(五) 立即启动退出程序)."""

    name: ClassVar[str] = "oversight.exit_case_opened"

    unit_id: str
    case_id: str
    title_id: str
    ground: str
    ground_text: str
    clause: str
    node: str
    opened_at: datetime


class ExitDecided(Event):
    """The parties concluded: outcome is revoke or keep; the registry acts on revoke."""

    name: ClassVar[str] = "oversight.exit_decided"

    unit_id: str
    case_id: str
    title_id: str
    outcome: str
    ground: str
    decided_on: date
    decision_id: str


class RemovalPublished(Event):
    """A cancellation is published to society with date and level (NB23 二(五) 并向社会公布)."""

    name: ClassVar[str] = "oversight.removal_published"

    unit_id: str
    case_id: str
    title_id: str
    publication_id: str
    published_on: date
    text: str
