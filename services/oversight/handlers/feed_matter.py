"""A message while it is being judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from services.oversight.domain.verdict import SAYS, Reading
from services.oversight.store.inbox import Claimed
from shared.contracts.agencies import AgencyData, AgencyEvent


@dataclass(slots=True)
class Matter:
    """A claimed message, what it turned out to be, and what became of it so far."""

    row: Claimed
    reading: Reading
    verdict: str = ""
    reason: str = ""
    detail: str = ""
    original: str = ""
    trigger_id: str = ""
    unit_id: str = ""
    effect: str = ""
    clause: str = ""
    ends: str = ""
    decision: dict[str, Any] = field(default_factory=dict)

    @property
    def decision_id(self) -> str:
        """The decision its effect rests on, "" while there is none."""
        return str(self.decision.get("id", ""))

    @property
    def event(self) -> AgencyEvent:
        """The event; only where nothing spoke against the message."""
        if self.reading.event is None:
            raise ValueError(f"{self.row.inbox_id} holds no event")
        return self.reading.event

    @property
    def data(self) -> AgencyData:
        """What the event says; only where nothing spoke against the message."""
        if self.reading.data is None:
            raise ValueError(f"{self.row.inbox_id} holds no data")
        return self.reading.data

    @property
    def event_id(self) -> str:
        """The event's own id, or the body's hash where it could not be known."""
        return self.reading.event_id or self.row.body_hash.hex()

    @property
    def says(self) -> str:
        """The verdict's reason in Chinese, with the detail a sender can act on."""
        said = SAYS.get(self.reason, "")
        return f"{said}：{self.detail}" if self.detail else said

    @property
    def is_open(self) -> bool:
        """Whether nothing has been decided about it yet."""
        return not self.verdict

    def decide(self, verdict: str, reason: str = "", detail: str = "") -> None:
        """The verdict."""
        self.verdict, self.reason, self.detail = verdict, reason, detail
