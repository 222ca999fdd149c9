"""Bulletins as issued, and the named events of a period that they tell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, false, func, or_, select, true

from services.registry.store.areas import inside
from services.registry.store.history import EVERYBODY
from services.registry.store.tables import timeline, unit
from services.registry.store.tables_figures import bulletin
from services.registry.store.units import Row, Values, make_after, read_after
from shared.contracts.message import Actor
from shared.contracts.refusals import Refused
from shared.contracts.scalars import area_of, prefix_of, suite_of
from shared.messaging.tx import Tx
from shared.runtime import organisations


def list_events(
    tx: Tx, node: str, whats: Sequence[str], between: tuple[date, date]
) -> Sequence[Row]:
    """Entries of these sorts on the timelines of a node's units, inside a period."""
    query = (
        select(
            timeline.c.happened_on, timeline.c.says, timeline.c.what,
            unit.c.name_text, unit.c.kind, unit.c.division,
        )
        .join(unit, unit.c.unit_id == timeline.c.unit_id)
        .where(
            timeline.c.happened_on.between(*between),
            timeline.c.what.in_(whats),
            timeline.c.suite.in_((EVERYBODY, suite_of(node))),
            inside(unit.c.division, node),
        )
        .order_by(timeline.c.happened_on, timeline.c.entry_id)
    )  # fmt: skip
    return tx.session.execute(query).mappings().all()


def next_issue(tx: Tx, node: str, year: int) -> int:
    """The number of a node's next bulletin of a year; one issues at a time."""
    tx.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"bulletin:{node}:{year}"))))
    last = select(func.coalesce(func.max(bulletin.c.issue), 0)).where(
        bulletin.c.node == node, bulletin.c.year == year
    )
    return int(tx.session.execute(last).scalar_one()) + 1


def add_bulletin(tx: Tx, values: Values) -> None:
    """Keep a bulletin; it is never changed."""
    tx.session.execute(bulletin.insert().values(**values))


def load_bulletin(tx: Tx, bulletin_id: str) -> Row:
    """A bulletin that is for the actor to read; 404 otherwise."""
    query = select(bulletin).where(bulletin.c.bulletin_id == bulletin_id, _readable(tx.actor))
    row = tx.session.execute(query).mappings().one_or_none()
    if row is None:
        raise Refused("bulletin_not_found", f"没有找到通报“{bulletin_id}”：请核对", status=404)
    return row


def list_bulletins(tx: Tx, *, after: str, limit: int) -> tuple[Sequence[Row], str]:
    """Bulletins for the actor to read, newest first, and the key of the following page."""
    query = select(bulletin).where(_readable(tx.actor))
    if after:
        _value, last = read_after(after)
        query = query.where(bulletin.c.bulletin_id < last)
    query = query.order_by(bulletin.c.bulletin_id.desc()).limit(limit + 1)
    rows = tx.session.execute(query).mappings().all()
    page = rows[:limit]
    return page, make_after("", page[-1]["bulletin_id"]) if len(rows) > limit else ""


def _readable(actor: Actor) -> ColumnElement[bool]:
    """Those of one's own office, of those above it (A-53) and of those beneath."""
    if actor.unit_id:
        return false()
    area = func.split_part(bulletin.c.node, ".", 1)
    beneath = area.startswith(prefix_of(area_of(actor.node)), autoescape=True)
    if not prefix_of(area_of(actor.node)):
        beneath = true()
    same_suite = func.split_part(bulletin.c.node, ".", 2) == suite_of(actor.node)
    return same_suite & or_(bulletin.c.node.in_(organisations.line_of(actor.node)), beneath)
