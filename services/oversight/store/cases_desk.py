"""What the desk counts and lists: suspensions, cases waiting, requests, unmatched events, gaps."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select

from services.oversight.domain.case import Stage
from services.oversight.domain.publication import PlaquePlace
from services.oversight.store.agencies import codes_in_reach, in_reach
from services.oversight.store.cases import Row, in_area, may_see
from services.oversight.store.tables_cases import (
    campaign,
    campaign_unit,
    case_opinion,
    case_seat,
    exit_case,
    lift_request,
    publication,
)
from services.oversight.store.tables_feed import (
    agency,
    feed_alarm,
    hold,
    inbox_event,
    known_unit,
    trigger,
)
from shared.messaging.tx import LAW_ZONE, Tx

UNMATCHED = and_(inbox_event.c.state == "held", inbox_event.c.reason == "unknown_unit")


def _rows(tx: Tx, query: Select[Any], limit: int) -> list[Row]:
    return [dict(row) for row in tx.session.execute(query.limit(limit)).mappings()]


def list_requests(tx: Tx, limit: int) -> list[Row]:
    """Requests that wait for a second person who is not the first."""
    query = (
        select(
            lift_request,
            trigger.c.unit_id,
            known_unit.c.name_text.label("unit_name"),
            hold.c.hold_id,
        )
        .join(trigger, trigger.c.trigger_id == lift_request.c.trigger_id)
        .join(known_unit, known_unit.c.unit_id == trigger.c.unit_id)
        .join(hold, hold.c.trigger_id == trigger.c.trigger_id, isouter=True)
        .where(
            lift_request.c.settled_at.is_(None),
            lift_request.c.asked_by != tx.actor.id,
            in_area(tx.actor, known_unit.c.division),
        )
        .order_by(lift_request.c.asked_at)
    )
    return _rows(tx, query, limit)


def list_open_cases(tx: Tx, limit: int) -> list[Row]:
    """Open cases the actor sees, oldest first, with what each still waits for."""
    standing = and_(
        case_opinion.c.case_id == exit_case.c.case_id,
        case_opinion.c.body == case_seat.c.body,
        case_opinion.c.superseded_at.is_(None),
    )
    missing = and_(case_seat.c.case_id == exit_case.c.case_id, ~exists().where(standing))
    bodies = select(func.array_agg(case_seat.c.body)).where(missing).correlate(exit_case)
    query = (
        select(
            exit_case,
            known_unit.c.name_text.label("unit_name"),
            publication.c.stage.label("publication_stage"),
            bodies.scalar_subquery().label("silent_bodies"),
        )
        .join(known_unit, known_unit.c.unit_id == exit_case.c.unit_id)
        .join(publication, publication.c.case_id == exit_case.c.case_id, isouter=True)
        .where(may_see(tx.actor), exit_case.c.stage != Stage.CLOSED)
        .order_by(exit_case.c.opened_at, exit_case.c.case_id)
    )
    return _rows(tx, query, limit)


def list_checks_left(tx: Tx, limit: int) -> list[Row]:
    """Campaigns of the actor's own node with units still to check."""
    left = func.count(campaign_unit.c.unit_id).filter(campaign_unit.c.result == "")
    query = (
        select(
            campaign.c.campaign_id,
            campaign.c.title,
            campaign.c.ends_on,
            campaign.c.opened_at,
            left.label("left"),
        )
        .join(campaign_unit, campaign_unit.c.campaign_id == campaign.c.campaign_id)
        .where(campaign.c.node == tx.actor.node, campaign.c.state == "drawn")
        .group_by(campaign.c.campaign_id)
        .having(left > 0)
        .order_by(campaign.c.ends_on)
    )
    return _rows(tx, query, limit)


def list_alarms(tx: Tx, limit: int) -> list[Row]:
    """Feeds with something wrong, gaps first."""
    query = (
        select(feed_alarm, agency.c.agency_name.label("name"))
        .join(agency, agency.c.code == feed_alarm.c.agency)
        .where(feed_alarm.c.cleared_at.is_(None), in_reach(tx.actor))
        .order_by((feed_alarm.c.kind != "gap"), feed_alarm.c.raised_at)
    )
    return _rows(tx, query, limit)


def count_unmatched(tx: Tx) -> tuple[int, datetime | None]:
    """Events whose unit nobody knows, and since when the oldest waits."""
    query = select(func.count(), func.min(inbox_event.c.received_at)).where(
        UNMATCHED, inbox_event.c.agency.in_(codes_in_reach(tx.actor))
    )
    number, since = tx.session.execute(query).one()
    return int(number), since


def count_holds(tx: Tx) -> tuple[int, int, int]:
    """Units suspended, units whose waiver alone is lifted, suspensions placed today."""
    midnight = datetime.combine(tx.today, time(), LAW_ZONE)
    is_open = hold.c.lifted_at.is_(None)
    suspends = hold.c.effect == "suspend"
    query = (
        select(
            func.count(hold.c.unit_id.distinct()).filter(is_open, suspends),
            func.count(hold.c.unit_id.distinct()).filter(is_open, ~suspends),
            func.count().filter(suspends, hold.c.placed_at >= midnight),
        )
        .select_from(hold)
        .join(known_unit, known_unit.c.unit_id == hold.c.unit_id)
        .where(in_area(tx.actor, known_unit.c.division))
    )
    suspended, lifted, today = tx.session.execute(query).one()
    return int(suspended), int(lifted), int(today)


def list_triggers_of(tx: Tx, unit_id: str) -> list[Row]:
    """What agencies sent about a unit, oldest first."""
    query = (
        select(trigger, func.coalesce(agency.c.agency_name, trigger.c.agency).label("agency_name"))
        .join(agency, agency.c.code == trigger.c.agency, isouter=True)
        .where(trigger.c.unit_id == unit_id)
        .order_by(trigger.c.received_at)
    )
    return [dict(row) for row in tx.session.execute(query).mappings()]


def case_ids_of(tx: Tx, unit_id: str) -> list[str]:
    """The exit cases of a unit."""
    query = select(exit_case.c.case_id).where(exit_case.c.unit_id == unit_id)
    return list(tx.session.execute(query).scalars())


def list_checks_of(tx: Tx, unit_id: str) -> list[Row]:
    """The checks of a unit that have a result."""
    query = (
        select(campaign_unit, campaign.c.title, campaign.c.kind)
        .join(campaign, campaign.c.campaign_id == campaign_unit.c.campaign_id)
        .where(campaign_unit.c.unit_id == unit_id, campaign_unit.c.result != "")
        .order_by(campaign_unit.c.checked_at)
    )
    return [dict(row) for row in tx.session.execute(query).mappings()]


def list_due(tx: Tx, limit: int) -> list[Row]:
    """Decided cases of the actor's own node whose plaque is out or whose removal is unpublished."""
    query = (
        select(
            exit_case,
            known_unit.c.name_text.label("unit_name"),
            publication.c.stage.label("publication_stage"),
        )
        .join(known_unit, known_unit.c.unit_id == exit_case.c.unit_id)
        .join(publication, publication.c.case_id == exit_case.c.case_id)
        .where(
            exit_case.c.node == tx.actor.node,
            exit_case.c.stage == Stage.DECIDED,
            or_(
                exit_case.c.plaque_state == PlaquePlace.TO_RETURN,
                publication.c.stage == "due",
            ),
        )
        .order_by(exit_case.c.title_revoked_on, exit_case.c.case_id)
    )
    return _rows(tx, query, limit)
