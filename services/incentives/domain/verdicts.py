"""Which benefits a unit has under a pack: active, resting while a hold is open, or none."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from services.incentives.domain.standing import LEVELS, Profile
from shared.policy.conditions import Fact, FactValue, Judgement, Outcome, by_name, judge
from shared.policy.pack import Benefit, Pack


class State(StrEnum):
    """Where an entitlement is. Suspended ones come back by themselves when the last hold goes."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


class Verdict(NamedTuple):
    """One benefit for one profile. `state` None: no right to it."""

    benefit: Benefit
    state: State | None
    why: str
    outcome: Outcome
    missing: tuple[str, ...] = ()


WIDEN_TO_SITES = "benefits.widen_to_sites"
COMPLAINT_RESTS = "有举报投诉尚未办结，免检暂停"
HOLD_RESTS = "有未解除的中止事由，待遇暂停"

_KNOWN: dict[tuple[str, date, Profile], tuple[Verdict, ...]] = {}
_MOST_KNOWN = 20_000


def fact_values(profile: Profile) -> dict[str, FactValue]:
    """The facts benefits are judged on, by the names packs use."""
    level = profile.level
    return {
        "unit.kind": profile.kind,
        "unit.recognised": profile.recognised,
        "unit.has_title": level != "",
        "title.city_or_above": level in LEVELS[1:],
        "unit.labour_need": profile.labour_need,
        "complaint.open": profile.complaint_open,
        "unit.held": profile.suspended,
    }


def verdicts(pack: Pack, profile: Profile, on: date) -> tuple[Verdict, ...]:
    """A verdict for each benefit of the pack. Pure, and kept: many units share few profiles."""
    key = (pack.fingerprint, on, profile)
    found = _KNOWN.get(key)
    if found is None:
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        profile = profile._replace(widened=profile.widened | _widened_by_setting(pack, on))
        found = tuple(_verdict(benefit, profile, on) for benefit in pack.benefits.values())
        _KNOWN[key] = found
    return found


def verdict_on(pack: Pack, profile: Profile, *, benefit: str, on: date) -> Verdict:
    """One benefit for one profile; KeyError for a benefit the pack does not have."""
    return {v.benefit.id: v for v in verdicts(pack, profile, on)}[benefit]


def _widened_by_setting(pack: Pack, on: date) -> frozenset[str]:
    """Benefits for enterprises alone that a setting opens to sites as well (A-55)."""
    if WIDEN_TO_SITES not in pack.settings or not pack.setting(WIDEN_TO_SITES, on).value:
        return frozenset()
    return frozenset(b.id for b in pack.benefits.values() if b.kinds == ("enterprise",))


def _verdict(benefit: Benefit, profile: Profile, on: date) -> Verdict:
    if not profile.is_live:
        return Verdict(benefit, None, "未在册、已注销或项目已到期", Outcome.NOT_MET)
    is_widened = benefit.id in profile.widened and profile.kind in (*benefit.kinds, "site")
    if benefit.kinds and profile.kind not in benefit.kinds and not is_widened:
        return Verdict(benefit, None, "该项待遇不面向这一类创建主体", Outcome.NOT_MET)
    as_if = profile._replace(kind=benefit.kinds[0]) if is_widened and benefit.kinds else profile
    freed = _judge(benefit, as_if._replace(complaint_open=False, suspended=False), on)
    if freed.outcome is not Outcome.MET:
        return Verdict(benefit, None, freed.reason, freed.outcome, freed.missing)
    if profile.suspended:
        return Verdict(benefit, State.SUSPENDED, HOLD_RESTS, Outcome.NOT_MET)
    now = _judge(benefit, as_if, on)
    if profile.complaint_open and (benefit.degree == "exempt" or now.outcome is not Outcome.MET):
        return Verdict(benefit, State.SUSPENDED, COMPLAINT_RESTS, Outcome.NOT_MET)
    return Verdict(benefit, State.ACTIVE, now.reason, Outcome.MET)


def _judge(benefit: Benefit, profile: Profile, on: date) -> Judgement:
    facts = by_name([Fact(name, value) for name, value in fact_values(profile).items()])
    return judge(benefit.when, facts, on)
