"""Events that end what an earlier event of the same agency began, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.oversight.domain.facts import reference_of
from services.oversight.handlers.feed_matter import Matter
from services.oversight.handlers.holds import end_hold
from services.oversight.store import agencies, holds
from shared.contracts.agencies import WITHDRAWN, Withdrawn
from shared.messaging.tx import Tx

OPEN_STATES = ("pending", "recorded")


def take_back(tx: Tx, matters: Sequence[Matter]) -> None:
    """End the holds these closing events speak of.

    A trigger that a person has confirmed is not ended by its agency: a person decides. One that
    speaks of nothing we know, or of another unit, changes nothing. Both raise an alarm.
    """
    wanted = {_target(matter): matter for matter in matters}
    found = holds.find_targets(tx, list(wanted))
    targets: dict[tuple[str, str, str], list[Any]] = {}
    for row in found:
        targets.setdefault((row.agency, row.asked_type, row.asked), []).append(row)
    ended: dict[str, str] = {}
    alarms: dict[tuple[str, str], str] = {}
    for matter in matters:
        rows = [r for r in targets.get(_target(matter), []) if r.trigger_id != matter.trigger_id]
        if not rows:
            says = f"{matter.event.id} 所指的事件或投诉没有记录"
            alarms[matter.row.agency, "reference_unknown"] = says
        for row in rows:
            against = _against(row, matter)
            if against:
                alarms[matter.row.agency, against] = f"{matter.event.id} 未能解除 {row.event_id}"
            elif row.state in OPEN_STATES and row.trigger_id not in ended:
                ended[row.trigger_id] = matter.event.id
                _end(tx, row, matter)
    holds.close_triggers(tx, ended)
    agencies.raise_alarms(tx, alarms)


def _target(matter: Matter) -> tuple[str, str, str]:
    if matter.event.type == WITHDRAWN and isinstance(matter.data, Withdrawn):
        return matter.row.agency, "", matter.data.event_id
    return matter.row.agency, matter.ends, reference_of(matter.data)


def _against(row: Any, matter: Matter) -> str:
    if row.unit_id != matter.unit_id:
        return "reference_other_unit"
    if row.state == "confirmed":
        return "ended_after_confirmation"
    closing = row.hold_id is None and row.effect == "note" and matter.event.type == WITHDRAWN
    return "closing_withdrawn" if closing and row.reference else ""


def _end(tx: Tx, row: Any, matter: Matter) -> None:
    if row.hold_id is None or row.lifted_at is not None:
        return
    words = "机构撤回该事件" if matter.event.type == WITHDRAWN else "举报投诉办结：不属实"
    end_hold(tx, row, reason=words, decision_id=matter.decision_id)
