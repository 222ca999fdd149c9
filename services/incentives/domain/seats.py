"""Who gets a seat: eligible units first, then by time; who is not offered one at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class Place(StrEnum):
    """Where an application to a call stands."""

    APPLIED = "applied"
    SEATED = "seated"
    WAITING = "waiting"
    NOT_OFFERED = "not_offered"


@dataclass(frozen=True, slots=True)
class Application:
    """One unit (for a course: one coordinator) put down for a call."""

    application_id: str
    unit_id: str
    applied_at: datetime
    person: str = ""
    content: str = ""
    has_priority: bool = False
    place: Place = Place.APPLIED
    why: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a unit may claim in a call: priority, or exclusion for want of a declared need."""

    has_priority: bool
    is_offered: bool
    why: str


def allocate(
    applications: Sequence[Application], seats: int, claims: dict[str, Claim]
) -> list[Application]:
    """Places for all: those with priority by time, then the others by time, then the waiting list.

    A unit that may not be offered the seat is never given one, even while seats are free.
    """
    ranked = sorted(
        applications,
        key=lambda a: (
            not claims[a.unit_id].is_offered,
            not claims[a.unit_id].has_priority,
            a.applied_at,
            a.application_id,
        ),
    )
    placed, left = [], seats
    for application in ranked:
        claim = claims[application.unit_id]
        place = Place.NOT_OFFERED
        if claim.is_offered:
            place, left = (Place.SEATED, left - 1) if left > 0 else (Place.WAITING, 0)
        placed.append(
            replace(application, has_priority=claim.has_priority, place=place, why=claim.why)
        )
    return placed
