"""What a planner is told: for each purpose the unit's status, factor and reason, ready to be asked.

A relief row is a summary of entitlements, never a right of its own: it carries the lease end of
the entitlement it speaks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.incentives.domain.entitlement import Entitlement, Moment
from services.incentives.domain.standing import Standing
from services.incentives.domain.verdicts import COMPLAINT_RESTS, State
from shared.contracts.incentives_words import Purpose
from shared.contracts.scalars import HoldEffect
from shared.policy.pack import Pack

ALWAYS_ALLOWED = (Purpose.LABOUR_INSPECTION_COMPLAINT, Purpose.SOCIAL_INSURANCE_AUDIT_COMPLAINT)
CHANNELS = (Purpose.WORK_INJURY_GREEN_CHANNEL, Purpose.DISPUTE_GREEN_CHANNEL)
ALWAYS_SAYS = "因举报投诉开展的检查不受减免影响，可以检查"
NO_ROW_SAYS = "未达到创建标准且无市级以上荣誉，按正常频次检查"
NO_CHANNEL_SAYS = "无市级以上荣誉，不适用绿色通道"
HELD_SAYS = "有未解除的中止事由，待遇暂停，按正常频次检查"
LAPSED_SAYS = "租约已过期且未续，按正常办理"
UNKNOWN_SAYS = "查无此单位，或不在本机构管辖范围内"

_ORDER = {"exempt": 0, "reduced": 1, "": 2}
SAYS = {
    "exempt": "已获市级以上荣誉且无举报投诉，不再开展日常巡视检查",
    "reduced": "已达到创建标准，适当减少日常巡视检查频次",
    "": "已获市级以上荣誉，适用绿色通道",
}


@dataclass(frozen=True, slots=True)
class Relief:
    """One unit and purpose. status: normal, reduced or exempt; `entitled`: some right is active."""

    unit_id: str
    purpose: str
    status: str
    entitled: bool
    factor: str
    benefit: str
    clause: str
    reason: str
    lease_until: datetime | None


def reliefs(
    unit: Standing, have: Mapping[str, Entitlement], *, moment: Moment, factor: str
) -> list[Relief]:
    """A row for every purpose the pack's leases speak of. `factor` is the advisory one (A-18)."""
    return [
        _relief(unit, purpose, [have[b] for b in benefits if b in have], moment, factor)
        for purpose, benefits in purposes_of(moment.pack).items()
    ]


def purposes_of(pack: Pack) -> dict[str, list[str]]:
    """Purpose → benefits that answer it, in the pack's order."""
    found: dict[str, list[str]] = {}
    for benefit in pack.benefits.values():
        if benefit.effect == "lease":
            for purpose in benefit.purposes:
                found.setdefault(purpose, []).append(benefit.id)
    return found


def _relief(
    unit: Standing, purpose: str, found: list[Entitlement], moment: Moment, factor: str
) -> Relief:
    active = [e for e in found if e.state is State.ACTIVE]
    resting = [e for e in found if e.state is State.SUSPENDED]
    best = min(active, key=lambda e: _ORDER[e.degree], default=None)
    speaks = best or (resting[0] if resting else None)
    return Relief(
        unit_id=unit.unit_id,
        purpose=purpose,
        status=(best.degree or "normal") if best else "normal",
        entitled=best is not None,
        factor=_factor(best, factor),
        benefit=speaks.benefit if speaks else "",
        clause=speaks.clause if speaks else "",
        reason=_reason(unit, purpose, best, resting),
        lease_until=best.lease_until if best else None,
    )


def _factor(best: Entitlement | None, factor: str) -> str:
    if best is None or best.degree == "":
        return "1"
    return "0" if best.degree == "exempt" else factor


def _reason(
    unit: Standing, purpose: str, best: Entitlement | None, resting: list[Entitlement]
) -> str:
    if best is not None and not resting:
        return SAYS[best.degree]
    if best is not None:
        return f"{COMPLAINT_RESTS}；{SAYS[best.degree]}"
    if resting:
        if unit.has_open(HoldEffect.SUSPEND):
            return HELD_SAYS
        return f"{COMPLAINT_RESTS}，按正常频次检查"
    return NO_CHANNEL_SAYS if purpose in CHANNELS else NO_ROW_SAYS
