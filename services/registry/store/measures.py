"""A measure of the pack as one question to the database: units, members, records, people, offices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    cast,
    distinct,
    func,
    literal,
    select,
    true,
)

from services.registry.store.areas import area_key, inside
from services.registry.store.figure_records import Wanted, has_record, holds, records_of
from services.registry.store.figures import Asked, has_mark, has_title, open_on, units_of
from services.registry.store.tables import unit
from services.registry.store.tables_records import record_person
from services.registry.store.tables_units import unit_relation
from shared.messaging.tx import Tx
from shared.policy.programme import Measure, RecordKind


@dataclass(frozen=True, slots=True)
class Question:
    """A measure asked of a node and year, with the record kinds it names."""

    measure: Measure
    asked: Asked
    year: int
    records: Mapping[str, RecordKind]

    def wanted(self, kind: str, values: Mapping[str, str]) -> Wanted:
        """The records of a kind that this measure looks for."""
        return Wanted(self.records[kind], values, self.measure.yearly, self.year)


def tally(tx: Tx, question: Question, *, body_id: str = "") -> list[dict[str, Any]]:
    """Rows (area, kind, whole, part, times); a row without an area is the total of people.

    With `body_id` only the members of that unit are counted.
    """
    query: Any
    match question.measure.of:
        case "units":
            query = _units(question)
        case "members":
            query = _members(question, body_id)
        case "records":
            query = _records(question)
        case _:
            query = _people(question)
    return [dict(row) for row in tx.session.execute(query).mappings()]


def _base(question: Question, units: Any) -> list[ColumnElement[bool]]:
    measure, asked = question.measure, question.asked
    found = [units.c.standing.in_(measure.standing) if measure.standing
             else units.c.standing != "closed"]  # fmt: skip
    if measure.kinds:
        found.append(units.c.kind.in_(measure.kinds))
    for name, value in measure.where.items():
        column = units.c.size if name == "size" else units.c.details[name].astext
        found.append(column == value)
    if measure.mark:
        found.append(has_mark(asked, units.c.unit_id, measure.mark))
    if measure.titled:
        found.append(has_title(asked, units.c.unit_id, measure.levels_titled))
    return found


def _part(question: Question, units: Any) -> ColumnElement[bool]:
    measure, asked = question.measure, question.asked
    found: list[ColumnElement[bool]] = []
    if measure.has_standing:
        found.append(units.c.standing.in_(measure.has_standing))
    if measure.has_title:
        found.append(has_title(asked, units.c.unit_id, measure.levels_titled))
    if measure.has_mark:
        found.append(has_mark(asked, units.c.unit_id, measure.has_mark))
    if measure.has_record and measure.of != "records":
        wanted = question.wanted(measure.has_record, measure.has_value)
        found.append(has_record(asked, units.c.unit_id, wanted))
    return and_(true(), *found)


def _counted(area: Any, kind: Any, part: Any, one: Any = None) -> list[Any]:
    number = func.count() if one is None else func.count(distinct(one))
    return [
        area.label("area"),
        kind.label("kind"),
        number.label("whole"),
        number.filter(part).label("part"),
        cast(literal(None), Integer).label("times"),
    ]


def _units(question: Question) -> Select[Any]:
    units = units_of(question.asked)
    area = area_key(units.c.division, question.asked.node)
    part = _part(question, units)
    query = select(*_counted(area, units.c.kind, part)).where(
        inside(units.c.division, question.asked.node), *_base(question, units)
    )
    return query.group_by(area, units.c.kind)


def _members(question: Question, body_id: str) -> Select[Any]:
    """Each member once, in the area of the body it belongs to."""
    asked, relation = question.asked, unit_relation
    units = units_of(asked).alias("member")
    bodies = unit.alias("body")
    area = area_key(bodies.c.division, asked.node)
    where = bodies.c.unit_id == body_id if body_id else inside(bodies.c.division, asked.node)
    part = _part(question, units)
    query = (
        select(*_counted(area, units.c.kind, part, units.c.unit_id))
        .select_from(relation)
        .join(units, units.c.unit_id == relation.c.from_unit_id)
        .join(bodies, bodies.c.unit_id == relation.c.to_unit_id)
        .where(
            relation.c.relation == question.measure.relation,
            open_on(asked, relation.c.begins_on, relation.c.until_on, relation),
            where,
            *_base(question, units),
        )
    )
    return query.group_by(area, units.c.kind)


def _records(question: Question) -> Select[Any]:
    """Records; asked for a standing or a title, the units they are about, each once."""
    measure, asked = question.measure, question.asked
    found = records_of(asked, question.wanted(measure.record, {})).subquery("found")
    units = units_of(asked).alias("about")
    area = area_key(found.c.place, asked.node)
    kind = func.coalesce(units.c.kind, "")
    of_units = bool(measure.has_standing or measure.has_title or measure.has_mark)
    values = [
        holds(found.c.state, found.c.content, name, value)
        for name, value in measure.has_value.items()
    ]
    part = and_(_part(question, units), *values)
    one = found.c.unit_id if of_units else None
    conditions = [inside(found.c.place, asked.node)]
    if of_units:
        conditions.append(found.c.unit_id != "")
    if measure.kinds:
        conditions.append(units.c.kind.in_(measure.kinds))
    query = (
        select(*_counted(area, kind, part, one))
        .select_from(found)
        .join(units, units.c.unit_id == found.c.unit_id, isouter=True)
        .where(*conditions)
    )
    return query.group_by(area, kind)


def _people(question: Question) -> Any:
    """Different persons, and how often they appear beside (A-48)."""
    measure, asked = question.measure, question.asked
    wanted = question.wanted(measure.record, measure.has_value)
    found = records_of(asked, wanted).subquery("found")
    area = area_key(found.c.place, asked.node)
    return (
        select(
            area.label("area"),
            literal("").label("kind"),
            func.count(distinct(record_person.c.person_key)).label("whole"),
            cast(literal(None), Integer).label("part"),
            func.count().label("times"),
        )
        .select_from(found)
        .join(record_person, record_person.c.record_id == found.c.record_id)
        .where(
            inside(found.c.place, asked.node),
            record_person.c.field == wanted.kind.distinct,
        )
        .group_by(func.grouping_sets((), area))
    )


def nodes_with_record(tx: Tx, question: Question) -> set[str]:
    """Offices that keep such a record."""
    wanted = question.wanted(question.measure.has_record, question.measure.has_value)
    found = records_of(question.asked, wanted).subquery()
    return set(tx.session.execute(select(found.c.node).distinct()).scalars())
