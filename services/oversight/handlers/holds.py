"""Placing and lifting reasons against a unit. The only place where a hold begins or ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.oversight.domain.holds import HOLDING
from services.oversight.store import holds as store
from services.oversight.store.agencies import has_gap
from shared.contracts.oversight import HoldLifted, HoldPlaced
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx


@dataclass(frozen=True, slots=True)
class NewHold:
    """What a hold rests on; `clause` is the pack's clause id and never empty."""

    trigger_id: str
    unit_id: str
    effect: str
    reason: str
    clause: str
    agency: str
    event_id: str
    occurred_at: datetime
    needs_confirmation: bool = False


def place_holds(tx: Tx, wanted: Sequence[NewHold]) -> dict[str, str]:
    """Place these reasons and tell everyone, in this transaction; trigger id → hold id.

    One trigger places at most one hold, for ever: the table refuses a second.
    """
    made: dict[str, str] = {}
    rows = []
    for new in wanted:
        if new.effect not in HOLDING or not new.clause:
            raise ValueError(
                f"{new.trigger_id}: {new.effect} on clause {new.clause!r} holds nothing"
            )
        hold_id = made[new.trigger_id] = tx.new_id("hold")
        rows.append(
            {name: getattr(new, name) for name in NewHold.__dataclass_fields__}
            | {"hold_id": hold_id, "placed_at": tx.now, "placed_by": tx.actor.id}
        )
        tx.emit(
            HoldPlaced(
                unit_id=new.unit_id,
                hold_id=hold_id,
                effect=new.effect,
                reason=new.reason,
                clause=new.clause,
                agency=new.agency,
                event_id=new.event_id,
                trigger_id=new.trigger_id,
                occurred_at=new.occurred_at,
                placed_at=tx.now,
            )
        )
    store.save_holds(tx, rows)
    return made


def place_hold(tx: Tx, new: NewHold) -> str:
    """Place one reason; its hold id."""
    return place_holds(tx, [new])[new.trigger_id]


def hand_over(tx: Tx, unit_id: str, to: str) -> None:
    """Reasons that reached a unit while it was being merged stand against the one that is kept."""
    for row in store.hand_over(tx, unit_id, to):
        tx.emit(
            HoldPlaced(
                unit_id=to,
                hold_id=row.hold_id,
                effect=row.effect,
                reason=row.reason,
                clause=row.clause,
                agency=row.agency,
                event_id=row.event_id,
                trigger_id=row.trigger_id,
                occurred_at=row.occurred_at,
                placed_at=row.placed_at,
            )
        )


def lift_hold(tx: Tx, hold_id: str, reason: str, decision_id: str) -> None:
    """Take away this one reason and tell everyone; the unit stays held while another stands.

    Refused with 404 for an unknown hold, 409 when it is lifted already, and 409 while an older
    event of its agency may still be missing: a lift never overtakes an unseen trigger (DESIGN 6).
    Whether the person may lift is the caller's to settle before.
    """
    row = store.lock_hold(tx, hold_id)
    if row is None:
        raise Refused("hold_not_found", f"没有编号为 {hold_id} 的暂停。", status=404)
    if row.lifted_at is not None:
        raise Refused("hold_lifted", "这项暂停已经解除。")
    if has_gap(tx, row.agency):
        raise Refused(
            "feed_gap",
            f"机构 {row.agency} 的报送编号不连续（已收齐至 {row.contiguous}，最大 {row.highest}），"
            "缺失的事件可能影响本单位。请该机构补报后再解除。",
            row.clause,
        )
    end_hold(tx, row, reason=reason, decision_id=decision_id)


def end_hold(tx: Tx, row: Any, *, reason: str, decision_id: str) -> None:
    """End a locked hold whose preconditions the caller has settled, and say so."""
    store.lift(tx, row.hold_id, reason=reason, decision_id=decision_id)
    tx.emit(
        HoldLifted(
            unit_id=row.unit_id,
            hold_id=row.hold_id,
            effect=row.effect,
            reason=reason,
            lifted_at=tx.now,
            decision_id=decision_id,
        )
    )


def list_holds(tx: Tx, unit_id: str, *, include_lifted: bool = False) -> list[Any]:
    """The reasons that stand against a unit, oldest first, as rows of the table `hold`."""
    return store.open_holds(tx, unit_id, include_lifted=include_lifted)
