"""Under which law, who may act on which unit, and what right a unit has to a service today."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from services.incentives.domain import terms
from services.incentives.domain.entitlement import Moment
from services.incentives.domain.standing import Standing
from services.incentives.domain.verdicts import State, verdict_on
from services.incentives.store import standings
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx
from shared.runtime import packs
from shared.runtime.settings import settings

OFFICERS = ("clerk", "reviewer", "system")


def moment_of(tx: Tx, node: str) -> Moment | None:
    """The law at work for a node today, None while there is none."""
    try:
        pack = packs.in_force(tx, node=node, on=tx.today)
    except Refused as refused:
        if refused.code != "pack_not_activated":
            raise
        return None
    return Moment(pack, tx.now, tx.today, terms.lease_length(pack, tx.today))


def law_of(tx: Tx) -> Moment:
    """The law at the actor's own node; refused while there is none."""
    node = region_of(tx)
    moment = moment_of(tx, node)
    if moment is None:
        raise Refused("pack_not_activated", f"{node} 尚未启用政策包，没有规则可依。")
    return moment


def region_of(tx: Tx) -> str:
    """The actor's node; the region run here for the system itself."""
    return tx.actor.node if tx.actor.node not in ("", "000000") else settings().region


def a_day(tx: Tx, on: date | None) -> date:
    """The day asked for, today without one."""
    return on or tx.today


def a_unit(tx: Tx, unit_id: str) -> Standing:
    """The unit, if the actor may see it; else the same 404 as for one that does not exist."""
    found = standings.find_in_scope(tx.session, unit_id, node=_node(tx, unit_id))
    if found is None:
        raise Refused(
            "unit_not_found", f"查无编号为 {unit_id} 的单位，或不在您的管辖范围内。", status=404
        )
    return found


def require(tx: Tx, *roles: str) -> None:
    """Refuse unless the actor holds one of these roles."""
    if not any(tx.actor.has(role) for role in roles):
        raise Refused(
            "not_allowed", "您的岗位不能办理这一事项，请由经办或审核人员办理。", status=403
        )


def officer_or_own(tx: Tx, unit_id: str) -> Standing:
    """The unit, for an officer of the area or the unit's own user."""
    require(tx, *OFFICERS, "unit")
    return a_unit(tx, unit_id)


def not_a_units_user(tx: Tx) -> None:
    """Refuse a unit's own user: lists and checks over other units are for offices and agencies."""
    if is_own_user(tx):
        raise Refused("not_allowed", "单位用户只能查看本单位的待遇。", status=403)


def is_own_user(tx: Tx) -> bool:
    """Whether a unit's user, not an officer, is asking."""
    return tx.actor.has("unit") and not any(tx.actor.has(role) for role in OFFICERS)


def _node(tx: Tx, unit_id: str) -> str:
    if is_own_user(tx):
        return "000000" if tx.actor.unit_id == unit_id else ""
    return tx.actor.node


class Right(NamedTuple):
    """`is_active`: the unit comes first. `lacks_need`: it would, had it declared a labour need."""

    is_active: bool
    lacks_need: bool
    why: str
    clause: str


NO_LAW = Right(is_active=False, lacks_need=False, why="本地尚未启用政策包", clause="")
NO_BENEFIT = Right(is_active=False, lacks_need=False, why="现行政策包未设此项优先", clause="")


def rights_to(tx: Tx, unit_ids: Iterable[str], purpose: str) -> dict[str, Right]:
    """The right of each unit to what the pack offers for a purpose."""
    moments: dict[str, Moment | None] = {}
    found = {}
    for unit_id, unit in standings.load(tx.session, unit_ids).items():
        division = unit.entry.division[:6]
        if division not in moments:
            moments[division] = moment_of(tx, division)
        moment = moments[division]
        found[unit_id] = right_of(unit, moment, purpose) if moment else NO_LAW
    return found


def right_of(unit: Standing, moment: Moment, purpose: str) -> Right:
    """One unit's right to what the pack offers for a purpose."""
    benefit = terms.benefit_for(moment.pack, purpose)
    if benefit is None:
        return NO_BENEFIT
    profile = unit.profile(moment.today)
    day, pack = moment.today, moment.pack
    now = verdict_on(pack, profile, benefit=benefit.id, on=day)
    needy = profile._replace(labour_need=True)
    then = verdict_on(pack, needy, benefit=benefit.id, on=day)
    is_active = now.state is State.ACTIVE
    lacks_need = not is_active and then.state is State.ACTIVE
    why = "未申报用工需求" if lacks_need else now.why
    return Right(is_active=is_active, lacks_need=lacks_need, why=why, clause=benefit.clause)
