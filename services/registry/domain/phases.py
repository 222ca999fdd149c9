"""The four phases of a unit's life in a programme, read from what happened to it.

自主申报、培育指导、评价认定、动态退出: the furthest phase reached since the last exit is where it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Phase(StrEnum):
    """Where a unit is; in the order they are gone through."""

    APPLICATION = "application"
    CULTIVATION = "cultivation"
    RECOGNITION = "recognition"
    EXIT = "exit"


TEXT = {
    Phase.APPLICATION: "自主申报",
    Phase.CULTIVATION: "培育指导",
    Phase.RECOGNITION: "评价认定",
    Phase.EXIT: "动态退出",
}

REACHED = {
    "commitment.submitted": Phase.APPLICATION,
    "application.received": Phase.APPLICATION,
    "commitment.accepted": Phase.CULTIVATION,
    "unit.joined": Phase.CULTIVATION,
    "cultivation.started": Phase.CULTIVATION,
    "service.given": Phase.CULTIVATION,
    "unit.recognised": Phase.RECOGNITION,
    "title.granted": Phase.RECOGNITION,
    "recognition.withdrawn": Phase.EXIT,
    "title.revoked": Phase.EXIT,
    "unit.closed": Phase.EXIT,
}
REOPENED = "unit.reopened"
TOLD = (*REACHED, REOPENED)


@dataclass(frozen=True, slots=True)
class Reached:
    """A phase and the day it was first reached."""

    phase: Phase
    since: date


def phases_of(happened: Iterable[tuple[str, date]]) -> tuple[Reached, ...]:
    """The phases since the last exit, with their first days, the exit before them too.

    `happened`: what the timeline says, in the order it happened. After an exit, whatever brings a
    unit into a phase begins a new round of them; a reopened unit is where it was.
    """
    found: dict[Phase, date] = {}
    for what, on in happened:
        if what == REOPENED:
            found.pop(Phase.EXIT, None)
        phase = REACHED.get(what)
        if phase is None:
            continue
        if Phase.EXIT in found and phase is not Phase.EXIT:
            found = {}
        found.setdefault(phase, on)
    return tuple(Reached(phase, found[phase]) for phase in Phase if phase in found)


def current(reached: Iterable[Reached]) -> Phase | None:
    """Where the unit is: the furthest of them; None while nothing has begun."""
    return max((one.phase for one in reached), key=list(Phase).index, default=None)
