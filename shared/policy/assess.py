"""Applies rules to facts: one outcome per rule, one for the whole, and the refusal that follows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from shared.contracts.refusals import Refused
from shared.policy.conditions import Fact, Facts, Outcome, by_name
from shared.policy.judging import judge_of
from shared.policy.pack import Pack, Rule, Trigger
from shared.policy.said import GATE_NAMES


class RuleOutcome(NamedTuple):
    """What one rule says of the facts, and why. `missing` names the facts a person must supply."""

    rule_id: str
    outcome: Outcome
    reason: str
    clause: str
    says: str
    hard: bool
    code: str
    missing: tuple[str, ...] = ()
    status: int = 409
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Determination:
    """The outcome of all rules together (one not met decides; marks left aside), rule by rule."""

    outcome: Outcome
    outcomes: tuple[RuleOutcome, ...]

    @property
    def hard_unmet(self) -> tuple[RuleOutcome, ...]:
        """Rules that refuse."""
        return tuple(o for o in self._unmet() if o.hard and not o.mark)

    @property
    def soft_unmet(self) -> tuple[RuleOutcome, ...]:
        """Rules that ask for a recorded reason."""
        return tuple(o for o in self._unmet() if not o.hard and not o.mark)

    @property
    def marks(self) -> tuple[str, ...]:
        """Marks left by unmet rules that do not stand in the way ("late")."""
        return tuple(o.mark for o in self._unmet() if o.mark)

    @property
    def unknown(self) -> tuple[RuleOutcome, ...]:
        """Rules that wait for a person."""
        return tuple(o for o in self.outcomes if o.outcome is Outcome.UNKNOWN and not o.mark)

    def _unmet(self) -> Iterable[RuleOutcome]:
        return (o for o in self.outcomes if o.outcome is Outcome.NOT_MET)


class TriggerMatch(NamedTuple):
    """Which trigger decides about an event.

    effect   what to do: the trigger's own effect, or "review" when a fact it turns on is unknown
    unknown  a fact is missing: a person supplies it before anything follows
    """

    trigger: Trigger
    effect: str
    reason: str
    unknown: bool = False
    missing: tuple[str, ...] = ()


def trigger_for(pack: Pack, type_: str, facts: Facts | Iterable[Fact], on: date) -> TriggerMatch:
    """The first trigger of this type whose condition is met. KeyError for a type without any.

    A condition that cannot be judged stops the search: the event goes to a person.
    """
    known = by_name(facts)
    for trigger in pack.triggers:
        if trigger.type != type_:
            continue
        if trigger.when is None:
            return TriggerMatch(trigger, trigger.effect, trigger.says)
        outcome, reason, missing = judge_of(trigger.when)(known, on)
        if outcome is Outcome.UNKNOWN:
            return TriggerMatch(trigger, "review", reason, unknown=True, missing=missing)
        if outcome is Outcome.MET:
            return TriggerMatch(trigger, trigger.effect, reason)
    raise KeyError(type_)


def gate(pack: Pack, name: str, kind: str = "") -> tuple[Rule, ...]:
    """The rules of a gate that apply to a kind of unit ("" for any). KeyError for no such gate."""
    return tuple(r for r in pack.gates[name] if not r.kinds or not kind or kind in r.kinds)


def need_gate(pack: Pack, name: str, kind: str = "") -> tuple[Rule, ...]:
    """The rules of an act; Refused when the programme does not know the act at all (A-11).

    What one document prescribes is never carried to a place where another is at work.
    """
    if name not in pack.gates:
        act = GATE_NAMES.get(name, name)
        says = f"《{pack.title}》没有“{act}”这一环节，不能办理：请按本地办法规定的程序办"
        raise Refused("no_such_step", says)
    return gate(pack, name, kind)


def assess(rules: Sequence[Rule], facts: Facts | Iterable[Fact], on: date) -> Determination:
    """Judge every rule on the facts as of a day. Pure: same rules, facts and day, same answer."""
    known = by_name(facts)
    outcomes = []
    for rule in rules:
        outcome, reason, missing = judge_of(rule.when)(known, on)
        outcomes.append(
            RuleOutcome(
                rule.id,
                outcome,
                reason,
                rule.clause,
                rule.says,
                rule.hard,
                rule.code,
                missing,
                rule.status,
                rule.mark,
            )
        )
    return Determination(_together(outcomes), tuple(outcomes))


def refuse_unless_met(determination: Determination, override_reason: str = "") -> Determination:
    """Raise Refused when a rule stands in the way; otherwise hand the determination back.

    First hard rules not met, then facts unknown, then soft rules not met without a reason.
    A reason lets soft rules pass, never hard ones. `errors` has a row per rule in the way.
    """
    reason = override_reason.strip()
    unmet = determination.hard_unmet
    if unmet:
        first = unmet[0]
        raise Refused(first.code, first.says, first.clause, first.status, _rows(unmet))
    unknown = [o for o in determination.unknown if o.hard or not reason]
    if unknown:
        first = unknown[0]
        says = f"{first.reason}。事实不明时不作判断：请补充后再办（{'、'.join(first.missing)}）"
        raise Refused("fact_unknown", says, first.clause, 409, _rows(unknown))
    soft = determination.soft_unmet
    if soft and not reason:
        first = soft[0]
        says = f"{first.says}如确需办理，请写明理由，理由将随决定一并留存（规则 {first.rule_id}）"
        raise Refused("reason_required", says, first.clause, 409, _rows(soft))
    return determination


def _together(outcomes: Iterable[RuleOutcome]) -> Outcome:
    seen = {o.outcome for o in outcomes if not o.mark}
    if Outcome.NOT_MET in seen:
        return Outcome.NOT_MET
    return Outcome.UNKNOWN if Outcome.UNKNOWN in seen else Outcome.MET


def _rows(outcomes: Iterable[RuleOutcome]) -> list[dict[str, str]]:
    return [
        {
            "pointer": f"/rules/{o.rule_id}",
            "code": o.code,
            "says": o.says,
            "reason": o.reason,
            "clause": o.clause,
        }
        for o in outcomes
    ]
