"""What incentives says, accepts and answers: entitlements as leases, checks, take-up."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from shared.contracts.message import Event

# --- says ---------------------------------------------------------------------------------


class EntitlementChanged(Event):
    """An entitlement that others act on was granted, suspended, restored or ended.

    `state` is active, suspended or ended; `degree` is exempt or reduced for inspection relief.
    `cause` names the hold, title or decision behind the change.
    """

    name: ClassVar[str] = "incentives.entitlement_changed"

    unit_id: str
    entitlement_id: str
    benefit: str
    degree: str = ""
    state: str
    clause: str
    changed_at: datetime
    lease_until: datetime | None = None
    cause: str = ""
    granted_on: date | None = None
