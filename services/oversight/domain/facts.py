"""What an agency's event says, as facts a pack's trigger rules may ask about."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from shared.contracts.agencies import AgencyData, AgencyEvent
from shared.policy.conditions import Fact

PREFIX = "event."
_DAYS = ("happened_on", "decided_on", "opened_on", "closed_on", "registered_on", "issued_on")
_MORE_DAYS = ("noticed_on", "published_on", "changed_on", "flagged_on")


def facts_of(event: AgencyEvent, data: AgencyData, *, learned_at: datetime) -> list[Fact]:
    """One fact a scalar field; absent ones are not there, and so unknown to the rules.

    These are the agency's words. What a person confirms later are facts of their own (A-19).
    """
    origin = f"{event.source}#{event.id}"
    happened = day_of(data) or event.time.date()
    return [
        Fact(f"{PREFIX}{name}", value, origin, happened, learned_at)
        for name, value in iter(data)
        if _is_scalar(value)
    ]


def day_of(data: AgencyData) -> date | None:
    """The day the event itself names for what it reports."""
    for name in (*_DAYS, *_MORE_DAYS):
        found = getattr(data, name, None)
        if isinstance(found, date):
            return found
    return None


def reference_of(data: AgencyData) -> str:
    """The agency's own number of the matter: complaint or case."""
    return str(getattr(data, "complaint_id", "") or getattr(data, "case_number", ""))


def word_of(data: AgencyData, name: str) -> str:
    """A word the agency chose (severity, impact, grade), "" when it said none."""
    return str(getattr(data, name, None) or "")


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | int | date) and value != ""
