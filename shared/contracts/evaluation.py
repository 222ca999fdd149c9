"""What evaluation says, accepts and answers: self-assessment, applications, rounds, decisions."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from shared.contracts.message import Event

# --- says ---------------------------------------------------------------------------------


class ApplicationReceived(Event):
    """An application has a receipt number and lies in the office's inbox (NB23 二(二))."""

    name: ClassVar[str] = "evaluation.application_received"

    unit_id: str
    application_id: str
    receipt_number: str
    office: str
    received_on: date


class UnitRecognised(Event):
    """The local parties recognised a 和谐劳动关系单位: the base status, apart from titles (NB23 二(二))."""

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
    """A public notice (公示) of a round's candidates is up until `ends_on`, in working days."""

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
