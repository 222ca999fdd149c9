"""A batch of units looked at again: all reading first, all deciding in memory, all writing last.

The number of SQL statements does not grow with the batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

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
from services.incentives.store import entitlements, standings
from shared.contracts.refusals import Refused
from shared.messaging.tx import Heard, Tx
from shared.runtime import packs

MOVES = {
    Move.GRANTED: "授予",
    Move.SUSPENDED: "暂停",
    Move.RESTORED: "恢复",
    Move.ENDED: "终止",
}


class Book:
    """Locked units with their entitlements, and what has been changed about them so far."""

    def __init__(self, tx: Tx, unit_ids: Iterable[str], hold_ids: Iterable[str] = ()) -> None:
        self.tx = tx
        self._before = standings.lock(tx.session, unit_ids, hold_ids)
        self.units = dict(self._before)
        self._have = entitlements.list_standing(tx.session, self.units)
        self._moments: dict[str, Moment | None] = {}
        self._changes: list[Change] = []
        self._renewed: list[Entitlement] = []
        self._links: list[entitlements.Link] = []
        self._looked: set[str] = set()
        self._lawless: set[str] = set()

    def fold(self, unit_id: str, change: Callable[[Standing], Standing]) -> bool:
        """Apply one event to a unit's standing; whether anything changed."""
        old = self.units[unit_id]
        self.units[unit_id] = change(old)
        return self.units[unit_id] is not old

    def look(self, unit_id: str, cause: Cause, heard: Heard | None = None) -> list[Change]:
        """Give the unit exactly what its standing gives it now; what changed."""
        unit = self.units[unit_id]
        if not unit.entry.revision:
            return []
        moment = self._moment(unit)
        if moment is None:
            self._lawless.add(unit_id)
            return []
        self._looked.add(unit_id)
        due = changes_due(unit, self._have[unit_id], moment=moment, cause=cause)
        changes = self._decided(unit, due, moment, heard)
        for change in changes:
            self._keep(change.entitlement)
            self._say(change.entitlement, change.move, heard)
        self._changes += changes
        return changes

    def renew(self, unit_id: str) -> None:
        """Fresh leases for what the unit still has; call after `look`."""
        unit = self.units[unit_id]
        moment = self._moment(unit)
        if moment is None:
            return
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
        entitlements.add_steps(session, self._changes, actor=tx.actor)
        entitlements.save_reliefs(session, self._reliefs())
        entitlements.record_all(session, self._links, now=tx.now, actor=tx.actor)
        if self._lawless:
            standings.mark_units(session, self._lawless)

    def _moment(self, unit: Standing) -> Moment | None:
        """The law for a unit's division today; None while no pack is at work there."""
        division = unit.entry.division[:6]
        if division not in self._moments:
            self._moments[division] = moment_of(self.tx, division)
        return self._moments[division]

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
            decision_id = self.tx.new_id(f"{self.tx.service}-decision").replace("_", "-")
            link = _link(decision_id, unit, alike, moment)
            if heard is not None:
                link = replace(link, because=[*link.because, heard.envelope.id])
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

    def _reliefs(self) -> list[Relief]:
        found: list[Relief] = []
        touched = {c.entitlement.unit_id for c in self._changes}
        touched |= {e.unit_id for e in self._renewed}
        touched |= {u for u in self._looked if self._have[u]}
        for unit_id in sorted(touched):
            unit = self.units[unit_id]
            moment = self._moment(unit)
            if moment is not None:
                factor = terms.reduced_factor(moment.pack, moment.today)
                found += reliefs(unit, self._have[unit_id], moment=moment, factor=factor)
        return found


def moment_of(tx: Tx, node: str) -> Moment | None:
    """The law at work for a node today, None while there is none."""
    try:
        pack = packs.in_force(tx, node=node, on=tx.today)
    except Refused as refused:
        if refused.code != "pack_not_activated":
            raise
        return None
    return Moment(pack, tx.now, tx.today, terms.lease_length(pack, tx.today))


def a_day(tx: Tx, on: date | None) -> date:
    """The day asked for, today without one."""
    return on or tx.today


def _link(
    decision_id: str, unit: Standing, alike: list[Change], moment: Moment
) -> entitlements.Link:
    move, cause = alike[0].move, alike[0].cause
    names = "、".join(_name(change, moment) for change in alike)
    return entitlements.Link(
        decision_id=decision_id,
        kind=f"entitlement.{move}",
        subject=unit.unit_id,
        outcome=move,
        says=f"{cause.says}，{MOVES[move]}：{names}",
        pack=moment.pack,
        facts=facts_of(unit, moment.today),
        rules=[_rule(change, moment) for change in alike],
        because=[cause.id],
    )


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
