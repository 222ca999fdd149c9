"""Names by which settings and benefits are found in a pack; numbers and texts stay there."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from shared.contracts.incentives_words import CallKind, ServiceKind
from shared.policy.pack import Benefit, Pack

LEASE_HOURS = "entitlement.lease_hours"
INSPECTION_FACTOR = "inspection.reduced_factor"
CONTACT_DAYS = "contact.assign_within_days"

CALL_PURPOSES = {
    CallKind.RECRUITING_TRIP: "recruiting_trip",
    CallKind.COORDINATOR_COURSE: "coordinator_course",
    CallKind.INJURY_PROJECT: "injury_project",
}
SERVICE_PURPOSES = {
    ServiceKind.POLICY_ADVICE: "policy_advice",
    ServiceKind.RECRUITMENT: "recruitment",
    ServiceKind.LEGAL: "legal_service",
}
CONTACT, DIAGNOSIS, VISITS, AWARDS, SUBSIDIES = (
    "contact",
    "diagnosis",
    "guidance_visit",
    "award_nomination",
    "subsidy",
)


def lease_length(pack: Pack, on: date) -> timedelta:
    """How long a lease runs under this pack on a day; no time where the pack grants nothing."""
    if LEASE_HOURS not in pack.settings:
        return timedelta()
    return timedelta(hours=float(str(pack.setting(LEASE_HOURS, on).value)))


def reduced_factor(pack: Pack, on: date) -> str:
    """The advisory share of the usual inspections (A-18), as decimal text."""
    return plain(pack.setting(INSPECTION_FACTOR, on).value)


def benefit_for(pack: Pack, purpose: str) -> Benefit | None:
    """The pack's benefit that answers a purpose, None when it has none."""
    return next((b for b in pack.benefits.values() if purpose in b.purposes), None)


def plain(number: object) -> str:
    """A number as decimal text without needless zeros."""
    return format(Decimal(str(number)).normalize(), "f")


def contact_days(pack: Pack, on: date) -> int:
    """Days after naming within which a contact is to be assigned (A-50)."""
    return int(str(pack.setting(CONTACT_DAYS, on).value))
