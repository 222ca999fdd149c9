"""The pack's measures worked out for a node and year: whole, part, share, goal, by kind and area."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from services.registry.handlers.acts import need, pack_for
from services.registry.handlers.measuring import among_members, measure_of, worked_out
from services.registry.store import goals, units
from services.registry.store.figures import Asked
from shared.contracts.refusals import Refused
from shared.contracts.registry_figures import (
    Figure,
    MeasureSheet,
    MeasureYears,
    ReadMeasures,
    ReadMeasureYears,
    ReadUnitMeasures,
    SetGoal,
    YearFigure,
)
from shared.contracts.scalars import area_of, covers
from shared.messaging.tx import Tx
from shared.policy.pack import Pack
from shared.runtime import organisations


def read_measures(tx: Tx, command: ReadMeasures) -> MeasureSheet:
    """The pack's measures of a node and year; 404 for one the pack does not have."""
    need_node(tx, command.node)
    asked = asked_of(tx, command.node, command.year, command.as_of, command.known_at)
    pack = _law(tx, asked)
    items = worked_out(tx, pack, asked, command.year, command.measures)
    return _sheet(tx, pack, asked, command.year, items)


def figures_for(
    tx: Tx, node: str, year: int, measure_ids: Sequence[str] = (), as_of: date | None = None
) -> tuple[Figure, ...]:
    """Figures for whoever in this service prints them: a report, a page of a task."""
    asked = asked_of(tx, node, year, as_of)
    return worked_out(tx, _law(tx, asked), asked, year, measure_ids)


def read_measure_years(tx: Tx, command: ReadMeasureYears) -> MeasureYears:
    """One measure at the end of each year; years to come have no figure."""
    need_node(tx, command.node)
    found: list[YearFigure] = []
    for year in range(command.from_year, min(command.to_year, tx.today.year) + 1):
        asked = asked_of(tx, command.node, year)
        pack = pack_for(tx, command.node)
        (figure,) = worked_out(tx, pack, asked, year, (command.measure,))
        found.append(YearFigure(year=year, as_of=asked.as_of, figure=figure))
    return MeasureYears(
        node=command.node, node_text=organisations.name_of(command.node), items=tuple(found)
    )


def read_unit_measures(tx: Tx, command: ReadUnitMeasures) -> MeasureSheet:
    """Shares among the units that belong to one: a park's enterprises, an association's members."""
    body = units.load_unit(tx, unit_id=command.unit_id)
    asked = asked_of(tx, body["division"], command.year, command.as_of)
    pack = _law(tx, asked)
    items = tuple(
        among_members(tx, pack, m, asked, command.year, body["unit_id"])
        for m in pack.measures.values()
        if m.of == "members" and body["kind"] in pack.relations[m.relation].to_kinds
    )
    return _sheet(tx, pack, asked, command.year, items)


def unit_figure(tx: Tx, pack: Pack, measure_id: str, body: units.Row) -> Figure:
    """One measure among the members of a unit, today: for its work items and its own page."""
    asked = asked_of(tx, body["division"])
    measure = measure_of(pack, measure_id)
    return among_members(tx, pack, measure, asked, tx.today.year, body["unit_id"])


def set_goal(tx: Tx, command: SetGoal) -> MeasureSheet:
    """The goal of the actor's node for a year; the figures then stand beside it."""
    need(tx, "clerk", "reviewer")
    node = tx.actor.node
    measure = measure_of(pack_for(tx, node), command.measure)
    goals.add_goal(
        tx,
        {
            "node": node,
            "year": command.year,
            "measure": measure.id,
            "goal": command.goal,
            "says": command.says.strip(),
            "learned_at": tx.now,
            "by_id": tx.actor.id,
            "by_name": tx.actor.name,
        },
    )
    return read_measures(tx, ReadMeasures(node=node, year=command.year, measures=(measure.id,)))


def need_node(tx: Tx, node: str) -> None:
    """Refuse figures of a place the actor does not answer for; a unit's own person sees none."""
    if tx.actor.unit_id or not area_of(node).isdigit():
        raise Refused("not_allowed", "统计数字由三方办公室查看", status=403)
    if not covers(tx.actor.node, node):
        raise Refused("not_allowed", "该机构不在您的管辖区域内，不能查看", status=403)


def asked_of(
    tx: Tx,
    node: str,
    year: int | None = None,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> Asked:
    """What is asked: a day to come is today; a year gone by ends on its last day."""
    last = date(year, 12, 31) if year is not None else tx.today
    day = min(as_of or last, tx.today)
    return Asked(node, day, known_at, live=day == tx.today and known_at is None)


def _law(tx: Tx, asked: Asked) -> Pack:
    try:
        return pack_for(tx, asked.node, asked.as_of)
    except Refused:  # a day before the programme began is read by today's law
        return pack_for(tx, asked.node)


def _sheet(tx: Tx, pack: Pack, asked: Asked, year: int, items: tuple[Figure, ...]) -> MeasureSheet:
    return MeasureSheet(
        node=asked.node,
        node_text=organisations.name_of(asked.node),
        year=year,
        as_of=asked.as_of,
        known_at=asked.known_at or tx.now,
        pack_id=pack.id,
        pack_title=pack.title,
        draft=pack.status == "draft",
        items=items,
    )
