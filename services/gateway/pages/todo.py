"""One line of 待办, whichever service it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from services.gateway.pages.words import SHANGHAI


@dataclass(frozen=True)
class Todo:
    """One thing to do, whichever service says so."""

    says: str
    href: str
    group: str
    since: datetime
    unit: str = ""
    due_on: date | None = None
    overdue: bool = False
    urgent: bool = False
    clause: str = ""

    def days_from(self, today: date) -> int:
        """How many days it has waited."""
        return (today - self.since.astimezone(SHANGHAI).date()).days
