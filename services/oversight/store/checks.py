"""Check campaigns as rows: who may be drawn, who was, what was found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, exists, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from services.oversight.store.cases import Row, in_area, one
from services.oversight.store.tables_cases import campaign, campaign_unit, proposal, unit_standing
from services.oversight.store.tables_feed import known_title, known_unit
from shared.contracts.message import Actor
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx


def _campaigns(actor: Actor) -> Select[Any]:
    units = (
        select(func.count())
        .where(campaign_unit.c.campaign_id == campaign.c.campaign_id)
        .correlate(campaign)
    )
    return select(
        campaign,
        units.scalar_subquery().label("units"),
        units.where(campaign_unit.c.result != "").scalar_subquery().label("checked"),
    ).where(in_area(actor, campaign.c.node))


def load_campaign(tx: Tx, campaign_id: str, *, lock: bool = False) -> Row:
    """A campaign of the actor's node or of one beneath; 404 for any other."""
    query = _campaigns(tx.actor).where(campaign.c.campaign_id == campaign_id)
    found = one(tx.session.execute(query.with_for_update(of=campaign) if lock else query))
    if found is None:
        raise Refused("campaign_not_found", f"没有编号为 {campaign_id} 的检查。", status=404)
    return found


def list_campaigns(tx: Tx, *, state: str, after: str, limit: int) -> list[Row]:
    """Newest first, one more than `limit` when there are more."""
    query = _campaigns(tx.actor)
    if state:
        query = query.where(campaign.c.state == state)
    order = (campaign.c.opened_at, campaign.c.campaign_id)
    if after:
        mark = select(*order).where(campaign.c.campaign_id == after)
        query = query.where(tuple_(*order) < mark.scalar_subquery())
    query = query.order_by(order[0].desc(), order[1].desc()).limit(limit + 1)
    return [dict(row) for row in tx.session.execute(query).mappings()]


def save_new_campaign(tx: Tx, **values: Any) -> None:
    """Write a campaign that has just been opened."""
    tx.session.execute(
        campaign.insert().values(state="planned", opened_at=tx.now, opened_by=tx.actor.id, **values)
    )


def save_campaign(tx: Tx, campaign_id: str, **changed: Any) -> None:
    """Write what an act changed."""
    tx.session.execute(
        campaign.update().where(campaign.c.campaign_id == campaign_id).values(**changed)
    )


def population(tx: Tx, node: Actor, scope: str) -> list[str]:
    """The units a campaign draws from: creating (recognised too) and named ones of an area."""
    named = exists().where(
        known_title.c.unit_id == known_unit.c.unit_id, known_title.c.status == "active"
    )
    creating = exists().where(
        unit_standing.c.unit_id == known_unit.c.unit_id,
        unit_standing.c.standing.in_(("creating", "recognised")),
    )
    wanted = {"named": named, "creating": creating, "both": or_(named, creating)}[scope]
    query = select(known_unit.c.unit_id).where(
        in_area(node, known_unit.c.division), known_unit.c.closed_on.is_(None), wanted
    )
    return list(tx.session.execute(query.order_by(known_unit.c.unit_id)).scalars())


def find_unit(tx: Tx, unit_id: str) -> Row | None:
    """A unit wherever it is: the area is the caller's question."""
    return one(tx.session.execute(select(known_unit).where(known_unit.c.unit_id == unit_id)))


def add_units(
    tx: Tx, campaign_id: str, unit_ids: Iterable[str], *, drawn: bool, reason: str = "", start: int
) -> int:
    """Put units on a campaign in this order; units already there stay as they are."""
    rows = [
        {
            "campaign_id": campaign_id,
            "unit_id": unit_id,
            "place": place,
            "drawn": drawn,
            "added_reason": reason,
            "added_at": tx.now,
            "added_by": tx.actor.id,
        }
        for place, unit_id in enumerate(unit_ids, start)
    ]
    if not rows:
        return 0
    query = (
        insert(campaign_unit)
        .values(rows)
        .on_conflict_do_nothing()
        .returning(campaign_unit.c.unit_id)
    )
    return len(tx.session.execute(query).all())


def list_units(tx: Tx, campaign_id: str) -> list[Row]:
    """The units of a campaign in the order they were drawn, added ones after them."""
    query = (
        select(campaign_unit, known_unit.c.name_text.label("unit_name"), known_unit.c.division)
        .join(known_unit, known_unit.c.unit_id == campaign_unit.c.unit_id)
        .where(campaign_unit.c.campaign_id == campaign_id)
        .order_by(campaign_unit.c.drawn.desc(), campaign_unit.c.place, campaign_unit.c.unit_id)
    )
    return [dict(row) for row in tx.session.execute(query).mappings()]


def load_campaign_unit(tx: Tx, campaign_id: str, unit_id: str) -> Row:
    """One unit of a campaign, locked; 404 when it is not on it."""
    query = select(campaign_unit).where(
        campaign_unit.c.campaign_id == campaign_id, campaign_unit.c.unit_id == unit_id
    )
    found = one(tx.session.execute(query.with_for_update()))
    if found is None:
        raise Refused("unit_not_in_campaign", "该单位不在本次检查名单中。", status=404)
    return found


def save_check(tx: Tx, campaign_id: str, unit_id: str, **values: Any) -> None:
    """Write what was found at a unit."""
    tx.session.execute(
        campaign_unit.update()
        .where(campaign_unit.c.campaign_id == campaign_id, campaign_unit.c.unit_id == unit_id)
        .values(checked_at=tx.now, checked_by=tx.actor.id, **values)
    )


def save_proposal(tx: Tx, **values: Any) -> None:
    """Lay a finding before a person."""
    tx.session.execute(
        proposal.insert().values(
            state="pending",
            proposed_at=tx.now,
            proposed_by=tx.actor.id,
            proposed_by_name=tx.actor.name,
            **values,
        )
    )


def save_standing(tx: Tx, unit_id: str, standing: str, since_on: Any) -> None:
    """The unit is creating, recognised, or no longer; an older fact changes nothing."""
    written = insert(unit_standing).values(unit_id=unit_id, standing=standing, since_on=since_on)
    is_newer = written.excluded.since_on >= unit_standing.c.since_on
    is_step_back = (written.excluded.standing == "creating") & (
        unit_standing.c.standing == "recognised"
    )
    tx.session.execute(
        written.on_conflict_do_update(
            index_elements=["unit_id"],
            set_={"standing": written.excluded.standing, "since_on": written.excluded.since_on},
            where=is_newer & ~is_step_back,
        )
    )


def count_checks(tx: Tx) -> tuple[int, int]:
    """Campaigns still open, and units in them without a result, in the actor's area."""
    query = (
        select(
            func.count(campaign.c.campaign_id.distinct()),
            func.count(campaign_unit.c.unit_id).filter(campaign_unit.c.result == ""),
        )
        .select_from(campaign)
        .join(campaign_unit, campaign_unit.c.campaign_id == campaign.c.campaign_id, isouter=True)
        .where(campaign.c.state != "closed", in_area(tx.actor, campaign.c.node))
    )
    running, left = tx.session.execute(query).one()
    return int(running), int(left)
