"""The entitlement: granted, suspended, restored, ended; leased while others act on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum
from typing import NamedTuple

from services.incentives.domain.standing import LEVELS, Standing
from services.incentives.domain.verdicts import State, Verdict, verdicts
from shared.contracts.incentives import EntitlementChanged
from shared.contracts.scalars import HoldEffect
from shared.policy.conditions import Fact
from shared.policy.pack import Pack

LEASE = "lease"
LAW_TIME = timezone(timedelta(hours=8))  # Asia/Shanghai, which has no summer time


class Move(StrEnum):
    """What happened to an entitlement."""

    GRANTED = "granted"
    SUSPENDED = "suspended"
    RESTORED = "restored"
    ENDED = "ended"
    RENEWED = "renewed"


@dataclass(frozen=True, slots=True)
class Entitlement:
    """One benefit of one unit; `effect` lease means others act on it, until `lease_until`."""

    entitlement_id: str
    unit_id: str
    benefit: str
    effect: str
    state: State
    degree: str
    clause: str
    granted_on: date
    changed_at: datetime
    lease_until: datetime | None = None
    ended_on: date | None = None
    cause: str = ""
    decision_id: str = ""
    pack: str = ""

    def holds_at(self, now: datetime) -> bool:
        """Whether anyone may act on it now; an unrenewed lease has ended by itself."""
        if self.state is not State.ACTIVE:
            return False
        return self.lease_until is None or now <= self.lease_until

    def as_event(self, move: Move) -> EntitlementChanged:
        """The change as others hear it."""
        return EntitlementChanged(
            unit_id=self.unit_id,
            entitlement_id=self.entitlement_id,
            benefit=self.benefit,
            degree=self.degree,
            state=self.state.value,
            clause=self.clause,
            changed_at=self.changed_at,
            lease_until=self.lease_until,
            cause="renewed" if move is Move.RENEWED else self.cause,
            granted_on=self.granted_on,
        )


class Cause(NamedTuple):
    """Why things are looked at again: the hold, title or decision, and when it happened."""

    id: str
    says: str
    on: date
    clause: str = ""
    event_id: str = ""


class Change(NamedTuple):
    """One entitlement after one move, what made us look, and why the rules say so."""

    move: Move
    entitlement: Entitlement
    why: str
    cause: Cause


class Moment(NamedTuple):
    """When and under which law entitlements are looked at. `lease` is the pack's lease length."""

    pack: Pack
    now: datetime
    today: date
    lease: timedelta


def changes_due(
    unit: Standing, have: dict[str, Entitlement], *, moment: Moment, cause: Cause
) -> list[Change]:
    """What must change so that the unit has exactly what its standing gives it.

    `have` are its entitlements that are not ended, by benefit. New ones come without an id.
    """
    due = []
    for verdict in verdicts(moment.pack, unit.profile(moment.today), moment.today):
        change = _change(unit, have.get(verdict.benefit.id), verdict, moment, cause)
        if change is not None:
            due.append(change)
    gone = have.keys() - moment.pack.benefits.keys()
    return due + [_dropped(have[benefit], moment, cause) for benefit in sorted(gone)]


def renewed(unit: Standing, entitlement: Entitlement, *, moment: Moment) -> Entitlement:
    """The same entitlement with a fresh lease."""
    return replace(entitlement, lease_until=lease_end(unit, moment))


def lease_end(unit: Standing, moment: Moment) -> datetime:
    """The end of a lease taken now, never beyond the end of a site's project (A-44)."""
    end = moment.now + moment.lease
    if unit.entry.ends_on is None:
        return end
    return min(end, datetime.combine(unit.entry.ends_on + timedelta(days=1), time(), LAW_TIME))


def facts_of(unit: Standing, day: date) -> list[Fact]:
    """The facts a decision on this unit rests on, each with origin and day, for its legal chain."""
    entry, word = unit.entry, unit.recognition
    facts = [
        Fact("unit.kind", entry.kind, f"registry.unit_entered#{entry.revision}"),
        Fact("unit.recognised", word.stands, f"evaluation:{word.decision_id}", word.on),
        Fact("title.city_or_above", unit.level(day) in LEVELS[1:], "registry"),
        Fact("complaint.open", unit.has_open(HoldEffect.LIFT_EXEMPTION), "oversight"),
        Fact("unit.held", unit.has_open(HoldEffect.SUSPEND), "oversight"),
    ]
    facts += [
        Fact(f"title.{t.title_id}", t.text, f"registry:{t.granted_decision}", t.granted_on)
        for t in unit.titles.values()
        if t.active_on(day)
    ]
    facts += [
        Fact(f"hold.{h.hold_id}", h.reason, f"oversight:{h.trigger_id}", None, h.placed_at)
        for h in unit.open_holds()
    ]
    if unit.labour_need is not None:
        facts.append(Fact("unit.labour_need", unit.labour_need.until_on >= day, "unit"))
    return facts


def _change(
    unit: Standing,
    have: Entitlement | None,
    verdict: Verdict,
    moment: Moment,
    cause: Cause,
) -> Change | None:
    wanted = verdict.state
    if have is None:
        return None if wanted is None else _granted(unit, verdict, moment, cause)
    if wanted is have.state:
        return None
    move = {None: Move.ENDED, State.SUSPENDED: Move.SUSPENDED}.get(wanted, Move.RESTORED)
    is_leased = have.effect == LEASE and wanted is State.ACTIVE
    moved = replace(
        have,
        state=wanted or State.ENDED,
        changed_at=moment.now,
        lease_until=lease_end(unit, moment) if is_leased else None,
        ended_on=cause.on if wanted is None else None,
        cause=cause.id,
        pack=moment.pack.fingerprint,
    )
    return Change(move, moved, verdict.why, cause)


def _granted(unit: Standing, verdict: Verdict, moment: Moment, cause: Cause) -> Change:
    benefit, state = verdict.benefit, verdict.state or State.ACTIVE
    is_leased = benefit.effect == LEASE and state is State.ACTIVE
    fresh = Entitlement(
        entitlement_id="",
        unit_id=unit.unit_id,
        benefit=benefit.id,
        effect=benefit.effect,
        state=state,
        degree=benefit.degree,
        clause=benefit.clause,
        granted_on=cause.on,
        changed_at=moment.now,
        lease_until=lease_end(unit, moment) if is_leased else None,
        cause=cause.id,
        pack=moment.pack.fingerprint,
    )
    move = Move.GRANTED if state is State.ACTIVE else Move.SUSPENDED
    return Change(move, fresh, verdict.why, cause)


def _dropped(have: Entitlement, moment: Moment, cause: Cause) -> Change:
    ended = replace(
        have,
        state=State.ENDED,
        changed_at=moment.now,
        lease_until=None,
        ended_on=cause.on,
        cause=cause.id,
        pack=moment.pack.fingerprint,
    )
    return Change(Move.ENDED, ended, "现行政策包不再设这项待遇", cause)
