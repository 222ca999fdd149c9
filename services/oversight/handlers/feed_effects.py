"""What accepted events do: the pack's trigger rule decides, a hold or a person follows.

Suspending needs nothing but the event; taking away (a complaint closed as unfounded, an event
withdrawn) waits until every lower number of that agency is here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.oversight.domain.facts import facts_of, reference_of, word_of
from services.oversight.domain.holds import HOLDING, NOTE, REVIEW, SUSPEND, over_the_brake
from services.oversight.domain.verdict import ACCEPTED, HELD, REJECTED
from services.oversight.handlers.feed_matter import Matter
from services.oversight.handlers.feed_taking_back import take_back
from services.oversight.handlers.holds import NewHold, place_holds
from services.oversight.store import agencies, holds
from shared.contracts.agencies import WITHDRAWN, AgencyEvent
from shared.contracts.oversight import WarningRecorded
from shared.messaging.tx import LAW_ZONE, Tx
from shared.policy.assess import TriggerMatch, trigger_for
from shared.policy.conditions import Fact
from shared.policy.pack import Pack
from shared.runtime import decisions, organisations, packs

BRAKE = "suspension.brake_per_hour"


@dataclass(frozen=True, slots=True)
class Ruled:
    """A matter whose unit and rule are known."""

    matter: Matter
    event: AgencyEvent
    unit: Any
    pack: Pack
    match: TriggerMatch | None
    facts: Sequence[Fact]

    @property
    def takes_back(self) -> bool:
        """Whether it ends an earlier event's effect by itself.

        Where the pack sends withdrawals to a person (`review`), that person lifts the hold.
        """
        if self.match is None:
            return False
        withdraws = self.event.type == WITHDRAWN and self.match.effect == NOTE
        return withdraws or bool(self.match.trigger.ends)

    @property
    def is_warning(self) -> bool:
        """Whether it is a finding below the line: another of its kind would have suspended."""
        if self.match is None or self.effect != NOTE:
            return False
        return any(t.type == self.event.type and t.effect == SUSPEND for t in self.pack.triggers)

    @property
    def effect(self) -> str:
        """What it does; an event the pack says nothing about is noted."""
        return self.match.effect if self.match else NOTE


def apply(tx: Tx, matters: Sequence[Matter], ends: dict[str, int]) -> None:
    """Give each matter its verdict and its effect. `ends`: agency → end of its unbroken run."""
    ruled = _rule(tx, matters)
    ready = []
    for one in ruled:
        if one.takes_back and one.event.sequence > ends.get(one.matter.row.agency, 0):
            one.matter.decide(HELD, "sequence_gap")
        else:
            ready.append(one)
    braked = _brake(tx, ready)
    rows = [_trigger_row(tx, one, one.matter.row.inbox_id in braked) for one in ready]
    decisions.record_all(tx, [one.matter.decision for one in ready])
    holds.save_triggers(tx, rows)
    _place(tx, ready, braked)
    _ask_people(tx, ready, rows)
    take_back(tx, [one.matter for one in ready if one.takes_back])


def _rule(tx: Tx, matters: Sequence[Matter]) -> list[Ruled]:
    units = holds.find_units(tx, [m.event.subject for m in matters])
    laws = packs.in_force_for(tx, {unit.division for unit in units.values()}, tx.today)
    areas = agencies.areas(tx)
    ruled = []
    for matter in matters:
        unit = units.get(matter.event.subject)
        if unit is None:
            matter.decide(HELD, "unknown_unit")
            continue
        if not _is_of_region(areas.get(matter.row.agency, ""), unit.division):
            matter.decide(REJECTED, "other_region")
            continue
        pack = laws[unit.division]
        if pack is None:
            matter.decide(HELD, "no_pack")
        else:
            ruled.append(_match(matter, unit, pack))
    return ruled


def _is_of_region(node: str, division: str) -> bool:
    """Whether an agency may speak of a unit: of its own region, or beneath an authority's area."""
    return organisations.may_know(node, division)


def _match(matter: Matter, unit: Any, pack: Pack) -> Ruled:
    event, received = matter.event, matter.row.received_at
    facts = facts_of(event, matter.data, learned_at=received)
    try:
        match = trigger_for(pack, event.type, facts, received.astimezone(LAW_ZONE).date())
    except KeyError:
        match = None
    return Ruled(matter, event, unit, pack, match, facts)


def _brake(tx: Tx, ready: Sequence[Ruled]) -> set[str]:
    """Suspensions beyond the agency's hourly number: they hold, but a person must confirm."""
    suspending = [one for one in ready if one.effect == SUSPEND]
    if not suspending:
        return set()
    placed = holds.placed_within_the_hour(tx, [one.matter.row.agency for one in suspending])
    braked: set[str] = set()
    alarms = {}
    for one in suspending:
        code = one.matter.row.agency
        limit = _limit(one.pack, tx)
        if over_the_brake(placed.get(code, 0), limit):
            braked.add(one.matter.row.inbox_id)
            alarms[code, "mass_suspension"] = f"一小时内暂停超过 {limit} 家，其后各项须人工确认"
        placed[code] = placed.get(code, 0) + 1
    agencies.raise_alarms(tx, alarms)
    return braked


def _limit(pack: Pack, tx: Tx) -> int | None:
    try:
        return int(str(pack.setting(BRAKE, tx.today).value))
    except KeyError:
        return None


def _trigger_row(tx: Tx, one: Ruled, needs_confirmation: bool) -> dict[str, Any]:  # noqa: FBT001
    matter, match = one.matter, one.match
    trigger_id = tx.new_id("trigger")
    says = match.trigger.says if match else "政策包对这种事件没有规定，仅作记录"
    clause = match.trigger.clause if match else ""
    waits = one.effect in (REVIEW, SUSPEND) or needs_confirmation
    draft = decisions.drafted(
        tx,
        kind="trigger.judged",
        subject=one.unit.unit_id,
        outcome=one.effect,
        says=says,
        pack=one.pack,
        facts=one.facts,
        rules=[_outcome(match)] if match else [],
        because=[matter.row.inbox_id, one.event.id],
    )
    matter.decide(ACCEPTED, "" if match else "no_rule")
    matter.trigger_id, matter.effect, matter.clause = trigger_id, one.effect, clause
    matter.unit_id, matter.decision = one.unit.unit_id, draft
    matter.ends = match.trigger.ends if match else ""
    return {
        "trigger_id": trigger_id,
        "inbox_id": matter.row.inbox_id,
        "agency": matter.row.agency,
        "event_id": one.event.id,
        "type": one.event.type,
        "unit_id": one.unit.unit_id,
        "occurred_at": one.event.time,
        "received_at": matter.row.received_at,
        "data": one.event.data,
        "reference": reference_of(matter.data),
        "severity": word_of(matter.data, "severity"),
        "impact": word_of(matter.data, "impact"),
        "ground": match.trigger.ground if match else "",
        "effect": one.effect,
        "rule_id": match.trigger.id if match else "",
        "clause": clause,
        "says": says,
        "fingerprint": one.pack.fingerprint,
        "decision_id": matter.decision_id,
        "state": "pending" if waits else "recorded",
        "needs_confirmation": needs_confirmation,
    }


def _outcome(match: TriggerMatch) -> dict[str, Any]:
    return {
        "rule_id": match.trigger.id,
        "outcome": "unknown" if match.unknown else "met",
        "reason": match.reason,
        "clause": match.trigger.clause,
        "says": match.trigger.says,
        "missing": list(match.missing),
    }


def _place(tx: Tx, ready: Sequence[Ruled], braked: set[str]) -> None:
    place_holds(
        tx,
        [
            NewHold(
                trigger_id=one.matter.trigger_id,
                unit_id=one.unit.unit_id,
                effect=one.effect,
                reason=one.match.trigger.says,
                clause=one.match.trigger.clause,
                agency=one.matter.row.agency,
                event_id=one.event.id,
                occurred_at=one.event.time,
                needs_confirmation=one.matter.row.inbox_id in braked,
            )
            for one in ready
            if one.match is not None and one.effect in HOLDING
        ],
    )


def _ask_people(tx: Tx, ready: Sequence[Ruled], rows: Sequence[dict[str, Any]]) -> None:
    holds.save_reviews(
        tx,
        [
            {
                "trigger_id": row["trigger_id"],
                "unit_id": row["unit_id"],
                "asks": one.match.reason if one.match else "",
                "opened_at": tx.now,
            }
            for one, row in zip(ready, rows, strict=True)
            if row["state"] == "pending"
        ],
    )
    for one in ready:
        if one.match is not None and one.is_warning:
            tx.emit(
                WarningRecorded(
                    unit_id=one.unit.unit_id,
                    trigger_id=one.matter.trigger_id,
                    says=one.match.trigger.says,
                    clause=one.match.trigger.clause,
                    recorded_at=tx.now,
                )
            )
