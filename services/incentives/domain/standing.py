"""What is known of a unit here: its entry, recognition, titles and holds, folded from events.

Every fold is idempotent and commutes with every other: the same events in any order, any of them
twice, give the same standing. That is why a hold that overtakes its unit is never lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import NamedTuple

from shared.contracts.oversight import HoldLifted, HoldPlaced
from shared.contracts.registry import (
    TitleGranted,
    TitleRevoked,
    UnitClosed,
    UnitEntered,
    UnitReopened,
)
from shared.contracts.scalars import HoldEffect

LEVELS = ("district", "city", "province", "nation")  # lowest first


@dataclass(frozen=True, slots=True)
class Entry:
    """The register's entry in its newest revision; revision 0: not heard of yet."""

    revision: int = 0
    kind: str = ""
    name: str = ""
    code: str = ""
    division: str = ""
    size: str = ""
    industry: str = ""
    headcount: int = 0
    leader_unit_id: str = ""
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Recognition:
    """The newest word of evaluation, by its sequence for the unit."""

    stands: bool = False
    on: date | None = None
    sequence: int = 0
    decision_id: str = ""


@dataclass(frozen=True, slots=True)
class Title:
    """A title as granted, as revoked, or both, whichever was heard first."""

    title_id: str
    kind: str = ""
    text: str = ""
    level: str = ""
    granted_on: date | None = None
    granted_decision: str = ""
    revoked_on: date | None = None
    ground: str = ""
    revoked_decision: str = ""

    def active_on(self, day: date) -> bool:
        """Whether the title stands on a day; the day of revocation no longer counts (NB23-073)."""
        if self.granted_on is None or day < self.granted_on:
            return False
        return self.revoked_on is None or day < self.revoked_on


@dataclass(frozen=True, slots=True)
class Hold:
    """One reason against a unit. Open from its placing until its lifting, whichever came first."""

    hold_id: str
    effect: str
    reason: str = ""
    clause: str = ""
    agency: str = ""
    event_id: str = ""
    trigger_id: str = ""
    placed_at: datetime | None = None
    lifted_at: datetime | None = None
    lifted_reason: str = ""
    lifted_decision: str = ""

    @property
    def is_open(self) -> bool:
        """Placed and not lifted; a lifting heard first keeps it from ever opening."""
        return self.placed_at is not None and self.lifted_at is None


@dataclass(frozen=True, slots=True)
class LabourNeed:
    """有用工需求: declared by the unit until a day (NB23-087)."""

    headcount: int
    posts: str
    until_on: date


class Profile(NamedTuple):
    """All that entitlement depends on; units with equal profiles have equal benefits."""

    kind: str
    is_live: bool
    recognised: bool
    level: str
    labour_need: bool
    complaint_open: bool
    suspended: bool
    widened: frozenset[str]


@dataclass(frozen=True, slots=True)
class Standing:
    """One unit as incentives knows it."""

    unit_id: str
    entry: Entry = Entry()
    closed_on: date | None = None
    life: int = 0  # revision of the last closing or reopening
    recognition: Recognition = Recognition()
    titles: Mapping[str, Title] = field(default_factory=dict)
    holds: Mapping[str, Hold] = field(default_factory=dict)
    labour_need: LabourNeed | None = None
    widened: frozenset[str] = frozenset()

    def open_holds(self) -> list[Hold]:
        """Reasons that stand, oldest first."""
        standing = [h for h in self.holds.values() if h.is_open]
        return sorted(standing, key=lambda h: (str(h.placed_at), h.hold_id))

    def has_open(self, effect: HoldEffect) -> bool:
        """Whether any open hold has this effect."""
        return any(h.effect == effect and h.is_open for h in self.holds.values())

    def is_live(self, day: date) -> bool:
        """On the register, not closed, and for a site not past its end (A-44)."""
        if not self.entry.revision or (self.closed_on is not None and self.closed_on <= day):
            return False
        return self.entry.ends_on is None or day <= self.entry.ends_on

    def level(self, day: date) -> str:
        """The highest level among titles that stand on a day, "" without any."""
        held = {t.level for t in self.titles.values() if t.active_on(day)}
        return next((level for level in reversed(LEVELS) if level in held), "")

    def profile(self, day: date) -> Profile:
        """What entitlement depends on, as of a day."""
        need = self.labour_need
        return Profile(
            kind=self.entry.kind,
            is_live=self.is_live(day),
            recognised=self.recognition.stands,
            level=self.level(day),
            labour_need=need is not None and day <= need.until_on,
            complaint_open=self.has_open(HoldEffect.LIFT_EXEMPTION),
            suspended=self.has_open(HoldEffect.SUSPEND),
            widened=self.widened,
        )


def entered(unit: Standing, said: UnitEntered) -> Standing:
    """Take over an entry when it is newer than ours."""
    if said.revision <= unit.entry.revision:
        return unit
    return replace(
        unit,
        entry=Entry(
            revision=said.revision,
            kind=said.kind,
            name=said.name_text,
            code=said.code,
            division=said.division,
            size=said.size,
            industry=said.industry,
            headcount=said.headcount,
            leader_unit_id=said.leader_unit_id,
            ends_on=said.ends_on,
        ),
    )


def closed(unit: Standing, said: UnitClosed) -> Standing:
    """A unit is closed, unless it was reopened later; of two dates for one closing the earlier."""
    if said.revision < unit.life:
        return unit
    known = unit.closed_on if said.revision == unit.life else None
    return replace(unit, closed_on=min(said.closed_on, known or said.closed_on), life=said.revision)


def reopened(unit: Standing, said: UnitReopened) -> Standing:
    """A unit is on the register again, unless it was closed later."""
    return unit if said.revision < unit.life else replace(unit, closed_on=None, life=said.revision)


def recognised(unit: Standing, word: Recognition) -> Standing:
    """Take over evaluation's word, recognised or withdrawn, when it is newer."""
    return unit if word.sequence <= unit.recognition.sequence else replace(unit, recognition=word)


def granted(unit: Standing, said: TitleGranted) -> Standing:
    """A title stands, unless its revocation was heard before."""
    known = unit.titles.get(said.title_id) or Title(said.title_id)
    title = replace(
        known,
        kind=said.title_kind,
        text=said.title_text,
        level=said.level,
        granted_on=said.granted_on,
        granted_decision=said.decision_id,
    )
    return replace(unit, titles={**unit.titles, title.title_id: title})


def revoked(unit: Standing, said: TitleRevoked) -> Standing:
    """A title is gone for good."""
    known = unit.titles.get(said.title_id) or Title(said.title_id)
    title = replace(
        known,
        text=known.text or said.title_text,
        level=known.level or said.level,
        revoked_on=said.revoked_on,
        ground=said.ground,
        revoked_decision=said.decision_id,
    )
    return replace(unit, titles={**unit.titles, title.title_id: title})


def placed(unit: Standing, said: HoldPlaced) -> Standing:
    """One more reason, unless its lifting was heard before; the same hold again changes nothing."""
    known = unit.holds.get(said.hold_id)
    if known is not None and known.placed_at is not None:
        return unit
    hold = Hold(
        hold_id=said.hold_id,
        effect=said.effect,
        reason=said.reason,
        clause=said.clause,
        agency=said.agency,
        event_id=said.event_id,
        trigger_id=said.trigger_id,
        placed_at=said.placed_at,
        lifted_at=known.lifted_at if known else None,
        lifted_reason=known.lifted_reason if known else "",
        lifted_decision=known.lifted_decision if known else "",
    )
    return replace(unit, holds={**unit.holds, hold.hold_id: hold})


def lifted(unit: Standing, said: HoldLifted) -> Standing:
    """Takes away its own reason only; the same lifting again changes nothing."""
    known = unit.holds.get(said.hold_id) or Hold(said.hold_id, said.effect)
    if known.lifted_at is not None:
        return unit
    hold = replace(
        known,
        lifted_at=said.lifted_at,
        lifted_reason=said.reason,
        lifted_decision=said.decision_id,
    )
    return replace(unit, holds={**unit.holds, hold.hold_id: hold})
