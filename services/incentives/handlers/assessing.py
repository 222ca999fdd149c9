"""A batch of units looked at again: all reading first, all deciding in memory, all writing last.

The number of SQL statements does not grow with the batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import NamedTuple

from services.incentives.domain import terms
from services.incentives.domain.entitlement import (
    LEASE,
    Cause,
    Change,
    Entitlement,
    Moment,
    Move,
    changes_due,
    facts_of,
    renewed,
)
from services.incentives.domain.relief import Relief, reliefs
from services.incentives.domain.standing import Standing
from services.incentives.domain.verdicts import State
from services.incentives.handlers.rights import moment_of
from services.incentives.store import entitlements, standings
from shared.contracts.scalars import covers, prefix_of
from shared.messaging.tx import Heard, Tx

MOVES = {
    Move.GRANTED: "授予",
    Move.SUSPENDED: "暂停",
    Move.RESTORED: "恢复",
    Move.ENDED: "终止",
}


class Due(NamedTuple):
    """A unit to be looked at as it stood after one event."""

    unit: Standing
    cause: Cause
    heard: Heard | None


class Book:
    """Locked units, what has been heard of them, and what follows from it.

    First `fold` (or `ask`) for every event, then `settle`, then `renew` where wanted, then `save`.
    """

    def __init__(self, tx: Tx, unit_ids: Iterable[str], hold_ids: Iterable[str] = ()) -> None:
        self.tx = tx
        self._before = standings.lock(tx.session, unit_ids, hold_ids)
        self.units = dict(self._before)
        self._due: list[Due] = []
        self._had: dict[str, dict[str, Entitlement]] = {}
        self._have: dict[str, dict[str, Entitlement]] = {}
        self._areas: list[str] | None = None
        self._moments: dict[str, Moment | None] = {}
        self._changes: list[Change] = []
        self._renewed: list[Entitlement] = []
        self._links: list[entitlements.Link] = []
        self._rules: dict[tuple[object, ...], str] = {}
        self._lawless: set[str] = set()

    def fold(
        self,
        unit_id: str,
        change: Callable[[Standing], Standing],
        *,
        cause: Cause,
        heard: Heard | None = None,
    ) -> None:
        """Apply one event to a unit's standing; what it is entitled to may follow."""
        old = self.units[unit_id]
        new = self.units[unit_id] = change(old)
        if new is not old and new.profile(self.tx.today) != old.profile(self.tx.today):
            self._due.append(Due(new, cause, heard))

    def ask(self, unit_id: str, cause: Cause) -> None:
        """Look at a unit again although nothing was heard of it."""
        self._due.append(Due(self.units[unit_id], cause, None))

    def settle(self) -> None:
        """Give each unit exactly what its standing gave it, event by event."""
        lawful = [due for due in self._due if due.unit.entry.revision and self._has_law(due.unit)]
        asked = {due.unit.unit_id for due in lawful}
        self._had = entitlements.list_standing(self.tx.session, asked) if asked else {}
        self._have = {unit_id: dict(had) for unit_id, had in self._had.items()}
        for unit, cause, heard in lawful:
            moment = self._law(unit)
            due = changes_due(unit, self._have[unit.unit_id], moment=moment, cause=cause)
            for change in self._decided(unit, due, moment, heard):
                self._changes.append(change)
                self._keep(change.entitlement)
                self._say(change.entitlement, change.move, heard)

    def renew(self, unit_id: str) -> None:
        """Fresh leases for what the unit still has."""
        unit = self.units[unit_id]
        if unit_id not in self._have:
            return
        moment = self._law(unit)
        for have in list(self._have[unit_id].values()):
            if have.effect == LEASE and have.state is State.ACTIVE:
                fresh = renewed(unit, have, moment=moment)
                if fresh.lease_until != have.lease_until:
                    self._keep(fresh)
                    self._renewed.append(fresh)
                    self._say(fresh, Move.RENEWED, None)

    @property
    def moved(self) -> int:
        """Units about which anything was changed or renewed."""
        moved = {c.entitlement.unit_id for c in self._changes}
        return len(moved | {e.unit_id for e in self._renewed})

    def save(self) -> None:
        """Write everything, in as many statements as there are tables."""
        session, tx = self.tx.session, self.tx
        standings.save(session, self._before, self.units)
        entitlements.save(session, [*(c.entitlement for c in self._changes), *self._renewed])
        entitlements.save_reliefs(session, self._reliefs())
        entitlements.record_all(session, self._links, now=tx.now, actor=tx.actor)
        if self._lawless:
            standings.mark_units(session, self._lawless)

    def _has_law(self, unit: Standing) -> bool:
        """Whether a pack is at work in the unit's division today."""
        if self._moment(unit.entry.division) is not None:
            return True
        self._lawless.add(unit.unit_id)
        return False

    def _law(self, unit: Standing) -> Moment:
        moment = self._moment(unit.entry.division)
        if moment is None:
            raise LookupError(f"no pack for {unit.entry.division}")
        return moment

    def _moment(self, division: str) -> Moment | None:
        """The law of the narrowest jurisdiction that covers a division, asked once for each."""
        if self._areas is None:
            self._areas = standings.list_jurisdictions(self.tx.session, self.tx.today)
            self._areas.sort(key=lambda area: -len(prefix_of(area)))
        area = next((area for area in self._areas if covers(area, division)), "")
        if area not in self._moments:
            self._moments[area] = moment_of(self.tx, area) if area else None
        return self._moments[area]

    def _keep(self, entitlement: Entitlement) -> None:
        have = self._have[entitlement.unit_id]
        if entitlement.state is State.ENDED:
            have.pop(entitlement.benefit, None)
        else:
            have[entitlement.benefit] = entitlement

    def _say(self, entitlement: Entitlement, move: Move, heard: Heard | None) -> None:
        if entitlement.effect != LEASE:
            return
        if heard is None:
            self.tx.emit(entitlement.as_event(move))
            return
        with self.tx.because_of(heard):
            self.tx.emit(entitlement.as_event(move))

    def _decided(
        self, unit: Standing, due: list[Change], moment: Moment, heard: Heard | None
    ) -> list[Change]:
        """The changes with ids and decisions: one decision for all that moved alike."""
        done: list[Change] = []
        for move in dict.fromkeys(change.move for change in due):
            alike = [change for change in due if change.move is move]
            link = self._link(unit, alike, moment, heard)
            decision_id = link.decision_id
            self._links.append(link)
            done += [
                change._replace(
                    entitlement=replace(
                        change.entitlement,
                        decision_id=decision_id,
                        entitlement_id=change.entitlement.entitlement_id
                        or self.tx.new_id("entitlement"),
                    )
                )
                for change in alike
            ]
        return done

    def _link(
        self, unit: Standing, alike: list[Change], moment: Moment, heard: Heard | None
    ) -> entitlements.Link:
        first, pack = alike[0], moment.pack
        key = (pack.fingerprint, first.move, tuple((c.entitlement.benefit, c.why) for c in alike))
        rules = self._rules.get(key)
        if rules is None:
            rules = entitlements.rules_of(pack, [_rule(change, moment) for change in alike])
            self._rules[key] = rules
        names = "、".join(_name(change, moment) for change in alike)
        clause = first.cause.clause or first.entitlement.clause
        return entitlements.Link(
            decision_id=self.tx.new_id(f"{self.tx.service}-decision").replace("_", "-"),
            unit_id=unit.unit_id,
            move=first.move,
            state=first.entitlement.state,
            benefits=[change.entitlement.benefit for change in alike],
            cause=first.cause._replace(clause=clause),
            says=f"{first.cause.says}，{MOVES[first.move]}：{names}",
            pack=pack,
            facts=facts_of(unit, moment.today),
            rules=rules,
            because=[first.cause.id, heard.envelope.id if heard else ""],
        )

    def _reliefs(self) -> list[Relief]:
        """Summaries that are not as they were when the batch began."""
        found: list[Relief] = []
        for unit_id, have in self._have.items():
            unit, had = self.units[unit_id], self._had[unit_id]
            if not have and not had:
                continue
            moment = self._law(unit)
            factor = terms.reduced_factor(moment.pack, moment.today)
            now = reliefs(unit, have, moment=moment, factor=factor)
            if had:
                was = reliefs(self._before[unit_id], had, moment=moment, factor=factor)
                now = [new for new, old in zip(now, was, strict=True) if new != old]
            found += now
        return found


def _name(change: Change, moment: Moment) -> str:
    benefit = moment.pack.benefits.get(change.entitlement.benefit)
    return benefit.name if benefit else change.entitlement.benefit


def _rule(change: Change, moment: Moment) -> dict[str, object]:
    benefit = moment.pack.benefits.get(change.entitlement.benefit)
    is_met = change.entitlement.state is State.ACTIVE
    return {
        "rule_id": change.entitlement.benefit,
        "outcome": "met" if is_met else "not_met",
        "reason": change.why,
        "clause": change.entitlement.clause,
        "says": benefit.says if benefit else "",
        "hard": True,
        "code": f"entitlement_{change.move}",
        "missing": [],
        "status": 409,
    }
