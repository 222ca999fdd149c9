"""What a person confirmed about a matter, as facts; and which ground of exit they meet.

The agency's own words are facts of their own (`event.…`). Severity, grade and impact count only
as a person confirms them (A-19), and a fact nobody confirmed is unknown: never a yes, never a no.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from shared.policy.assess import RuleOutcome
from shared.policy.conditions import Fact, FactValue, Outcome, facts_used, judge
from shared.policy.pack import ExitGround, Pack

BY_HAND = "by_hand"
"""The kind of a matter that no agency sent: an officer's own finding."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What waits for a person: an agency's trigger, a check's finding, or a case by hand."""

    trigger_id: str
    kind: str
    source: str
    ground: str
    said: Mapping[str, Any]
    occurred_on: date
    learned_at: datetime


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a person confirms; "" and None are unknown."""

    severity: str = ""
    grade: str = ""
    impact: str = ""
    caused_by_unit: bool | None = None
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """The ground that is met, or None; what every ground said; what a person must still supply."""

    met: ExitGround | None
    outcomes: tuple[RuleOutcome, ...]
    missing: tuple[str, ...]


def facts_of(matter: Matter, confirmed: Confirmed) -> tuple[Fact, ...]:
    """The agency's words first, then the person's, each with where from and when learned."""
    heard = [
        Fact(f"event.{name}", value, matter.source, matter.occurred_on, matter.learned_at)
        for name, value in matter.said.items()
        if isinstance(value, str | int | bool | Decimal | date)
    ]
    own: dict[str, FactValue] = {
        "trigger.type": matter.kind,
        "trigger.confirmed": True,
        "trigger.severity": confirmed.severity or None,
        "trigger.grade": confirmed.grade or None,
        "trigger.impact": confirmed.impact or None,
        "trigger.caused_by_unit": confirmed.caused_by_unit,
    }
    said_by_person = [
        Fact(name, value, confirmed.by, matter.occurred_on, confirmed.at)
        for name, value in own.items()
    ]
    return (*heard, *said_by_person)


def judge_grounds(pack: Pack, matter: Matter, facts: Sequence[Fact], on: date) -> Judged:
    """Judge the matter's ground; a matter without one leads to no exit and asks for nothing."""
    grounds = [pack.grounds[matter.ground]] if matter.ground else []
    outcomes = []
    met: ExitGround | None = None
    for ground in grounds:
        outcome, reason, missing = judge(ground.when, facts, on)
        outcomes.append(
            RuleOutcome(
                rule_id=f"ground/{ground.id}",
                outcome=outcome,
                reason=reason,
                clause=ground.clause,
                says=ground.name,
                hard=True,
                code="ground_not_met",
                missing=missing,
            )
        )
        if met is None and outcome is Outcome.MET:
            met = ground
    missing_facts = dict.fromkeys(
        name for o in outcomes if o.outcome is Outcome.UNKNOWN for name in o.missing
    )
    return Judged(met, tuple(outcomes), () if met else tuple(missing_facts))


def needs_of(ground: ExitGround) -> tuple[str, ...]:
    """The facts a person is asked for before this ground can be judged."""
    return tuple(name for name in facts_used(ground.when) if name in ASKED)


ASKED: Mapping[str, str] = {
    "trigger.severity": "违法等级",
    "trigger.grade": "事故等级",
    "trigger.impact": "影响程度",
    "trigger.caused_by_unit": "是否由该单位引起",
}
"""The facts only a person can give, with the word the form shows."""
