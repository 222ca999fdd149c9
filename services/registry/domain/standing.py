"""Standing of a unit: registered → creating → recognised → closed, apart from its titles."""

from __future__ import annotations

from enum import StrEnum

from shared.contracts.refusals import Refused


class Standing(StrEnum):
    """Where a unit stands in the programme (NB23 二(一)、二(二)、A-44)."""

    REGISTERED = "registered"
    CREATING = "creating"
    RECOGNISED = "recognised"
    CLOSED = "closed"


TEXT = {
    Standing.REGISTERED: "已登记",
    Standing.CREATING: "创建中",
    Standing.RECOGNISED: "和谐劳动关系单位",
    Standing.CLOSED: "已注销",
}

MOVES: dict[Standing, frozenset[Standing]] = {
    Standing.REGISTERED: frozenset({Standing.CREATING, Standing.CLOSED}),
    Standing.CREATING: frozenset({Standing.RECOGNISED, Standing.CLOSED}),
    Standing.RECOGNISED: frozenset({Standing.CREATING, Standing.CLOSED}),
    Standing.CLOSED: frozenset(),  # but for `reopen`: back to where it stood
}


def move(now: str, to: Standing) -> Standing:
    """The new standing, or a refusal that says which move the register does not know."""
    here = Standing(now)
    if to not in MOVES[here]:
        raise Refused(
            "standing_move",
            f"单位现为“{TEXT[here]}”，不能转为“{TEXT[to]}”：请先核对单位状态",
        )
    return to


def reopen(now: str, before: str) -> Standing:
    """Where a closed unit stood before it was closed; refused when it is not closed."""
    here = Standing(now)
    if here is not Standing.CLOSED:
        says = f"单位现为“{TEXT[here]}”，没有注销：不需要恢复"
        raise Refused("not_closed", says)
    return Standing(before or Standing.REGISTERED)
