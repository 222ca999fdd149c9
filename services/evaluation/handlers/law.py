"""What the handlers ask of the law: the pack, its gates, its settings, the seats of a node."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction

from services.evaluation.domain.opinions import Opinion, Seat, Tally, tally
from services.evaluation.store import applications as cases
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx
from shared.policy.assess import (
    Determination,
    assess,
    gate,
    need_gate,
    refuse_unless_met,
)
from shared.policy.conditions import Fact, FactValue
from shared.policy.pack import DatedValue, Pack
from shared.policy.workdays import Workday
from shared.runtime import organisations, packs
from shared.runtime.workdays import calendar_of


def pack_for(tx: Tx, division: str) -> Pack:
    """The pack in force where a unit lies, today."""
    return packs.in_force(tx, node=division[:6], on=tx.today)


def pinned(tx: Tx, fingerprint: str) -> Pack:
    """The pack a case began under: a newer one never re-judges it."""
    return packs.pinned(tx, fingerprint)


def fact(
    name: str,
    value: FactValue,
    origin: str,
    *,
    on: date | None = None,
    learned_at: datetime | None = None,
) -> Fact:
    """A fact with where it comes from, when it happened and when it was learned."""
    return Fact(name, value, origin, on, learned_at)


def judge(tx: Tx, pack: Pack, name: str, facts: Sequence[Fact], kind: str) -> Determination:
    """What the rules of a gate say today; a pack without the gate has no rule against it."""
    rules = gate(pack, name, kind) if name in pack.gates else ()
    return assess(rules, facts, tx.today)


def demand(
    tx: Tx, pack: Pack, name: str, facts: Sequence[Fact], *, kind: str, reason: str = ""
) -> Determination:
    """Judge a gate; Refused unless it is met, soft rules with a recorded reason.

    Refused too where the pack in force does not know the act at all (A-11).
    """
    need_gate(pack, name)
    return refuse_unless_met(judge(tx, pack, name, facts, kind), reason)


def setting(pack: Pack, name: str, on: date) -> tuple[DatedValue, bool]:
    """A setting's value in force and whether a document prints it; Refused when none is set."""
    if name not in pack.settings:
        raise Refused("setting_missing", f"规则包未设置「{name}」，请规则管理员补充后再办")
    return pack.setting(name, on), pack.settings[name].from_text


def share(pack: Pack, name: str, on: date) -> Fraction:
    """A share written as "2/3" in the settings."""
    return Fraction(str(setting(pack, name, on)[0].value))


def number(pack: Pack, name: str, on: date) -> int:
    """A whole number from the settings."""
    value = setting(pack, name, on)[0].value
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused("setting_missing", f"规则包的「{name}」不是整数，请规则管理员更正")
    return value


def seats(pack: Pack, node: str, on: date) -> tuple[Seat, ...]:
    """The seats of a node's joint decision on a day (A-07), a missing employer body delegated.

    The delegation may be switched off by the pack's setting (A-08).
    """
    name = "opinions.delegate_employers"
    delegate = name not in pack.settings or pack.setting(name, on).value is not False
    found = organisations.bodies_of(node, on, fallback=delegate)
    if not found:
        says = f"「{organisations.name_of(node)}」未登记三方机构，不能形成共同决定"
        raise Refused("no_bodies", says)
    return tuple(Seat(body.name, body.side, body.delegated) for body in found)


def tally_of(tx: Tx, seats_here: Sequence[Seat], case_id: str) -> Tally:
    """Where the standing opinions on a case leave its seats."""
    sides = {seat.body: seat.side for seat in seats_here}
    given = [
        Opinion(o.body, sides[o.body], o.position, o.text)
        for o in cases.list_opinions(tx, case_id)
        if o.standing and o.body in sides
    ]
    return tally(seats_here, given)


def opinion_facts(tx: Tx, pack: Pack, node: str, case_id: str) -> list[Fact]:
    """The two facts every joint decision is judged on."""
    counted = tally_of(tx, seats(pack, node, tx.today), case_id)
    origin = f"evaluation:opinions:{case_id}"
    return [
        fact("opinions.complete", counted.complete, origin, on=tx.today, learned_at=tx.now),
        fact(
            "opinions.sides_consenting",
            counted.sides_consenting,
            origin,
            on=tx.today,
            learned_at=tx.now,
        ),
    ]


def opinions_on_record(tx: Tx, case_id: str) -> list[dict[str, object]]:
    """The opinions as a decision keeps them: body, side, position, text, person, time."""
    return [
        {
            "body": o.body,
            "side": o.side,
            "delegated": o.delegated,
            "position": o.position.value,
            "text": o.text,
            "given_at": o.given_at.isoformat(),
            "given_by": o.given_by,
            "given_by_name": o.given_by_name,
        }
        for o in cases.list_opinions(tx, case_id)
        if o.standing
    ]


def working_day(tx: Tx, start: date, days: int) -> Workday:
    """The last day of a span of working days; day 1 is the day after the start (民法典 201).

    Marked as estimated, with a sentence, where a year's arrangement is not on file.
    """
    return calendar_of(tx).add(start, days)
