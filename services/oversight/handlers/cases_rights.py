"""Who may act: a role, and a second person where two are asked for."""

from __future__ import annotations

from datetime import date

from shared.contracts.message import Actor
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx
from shared.policy.pack import Pack
from shared.runtime import packs

OFFICERS = ("clerk", "reviewer")

ROLE_WORDS = {
    "clerk": "经办",
    "reviewer": "审核",
    "seat": "三方席位",
    "planner": "监察计划员",
    "unit": "单位用户",
}


def refuse_unless(actor: Actor, *roles: str) -> None:
    """403 unless the person holds one of the roles."""
    if not any(actor.has(role) for role in roles):
        words = "、".join(ROLE_WORDS.get(role, role) for role in roles)
        raise Refused("not_allowed", f"此项操作须由「{words}」办理。", status=403)


def flag_of(pack: Pack, name: str, on: date, *, default: bool) -> bool:
    """A yes-or-no setting of the pack; the default where the pack says nothing."""
    value = _value(pack, name, on)
    return value if isinstance(value, bool) else default


def number_of(pack: Pack, name: str, on: date, *, default: int) -> int:
    """A whole number the pack sets; the default where the pack says nothing."""
    value = _value(pack, name, on)
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def clause_of(tx: Tx, fingerprint: str, step: str) -> str:
    """The clause of a step of exit in the pack a case is pinned to."""
    return packs.pinned(tx, fingerprint).step_clause("exit", step)


def clause_at(tx: Tx, node: str, step: str) -> str:
    """The clause of a step of exit by the law at work at a node; "" while none is at work."""
    pack = packs.in_force_for(tx, [node], tx.today)[node]
    return pack.step_clause("exit", step) if pack is not None else ""


def _value(pack: Pack, name: str, on: date) -> object:
    try:
        return pack.setting(name, on).value
    except KeyError:
        return None
