"""Holds are a set of reasons: suspended means not empty; the order of adding does not matter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

SUSPEND, LIFT_EXEMPTION, REVIEW, GATE, NOTE = "suspend", "lift_exemption", "review", "gate", "note"

HOLDING = frozenset({SUSPEND, LIFT_EXEMPTION})
"""Effects that place a hold."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason against a unit: one trigger, one effect."""

    trigger_id: str
    effect: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Reasons placed and reasons taken away. A reason taken away never comes back by itself."""

    placed: frozenset[Reason] = frozenset()
    lifted: frozenset[str] = frozenset()

    @property
    def open(self) -> frozenset[Reason]:
        """The reasons that stand."""
        return frozenset(r for r in self.placed if r.trigger_id not in self.lifted)

    @property
    def suspended(self) -> bool:
        """Whether everything that hangs on the title rests."""
        return any(r.effect == SUSPEND for r in self.open)

    @property
    def exempt(self) -> bool:
        """Whether nothing stands against waived inspections."""
        return not self.open


def place(standing: Standing, reason: Reason) -> Standing:
    """Add a reason. Adding the same one twice changes nothing."""
    return Standing(standing.placed | {reason}, standing.lifted)


def lift(standing: Standing, trigger_id: str) -> Standing:
    """Take one reason away, and no other."""
    return Standing(standing.placed, standing.lifted | {trigger_id})


def over_the_brake(already: int, limit: int | None) -> bool:
    """Whether one more suspension of this agency within the hour needs a person's confirmation."""
    return limit is not None and already >= limit


def effect_words(effects: Iterable[str]) -> str:
    """The effects as an officer reads them."""
    words = {
        SUSPEND: "暂停享受激励",
        LIFT_EXEMPTION: "暂停免检",
        REVIEW: "待人工核实",
        GATE: "列为条件",
        NOTE: "记录",
    }
    return "、".join(words.get(e, e) for e in dict.fromkeys(effects))
