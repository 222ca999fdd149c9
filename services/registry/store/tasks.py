"""Acts on tasks, days entered for duties, and what is on record that closes a task."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from services.registry.store.tables import plan, unit
from services.registry.store.tables_calendar import duty_date, report, task_act
from services.registry.store.tables_records import record
from services.registry.store.units import Row, Values
from shared.contracts.scalars import area_of, prefix_of
from shared.messaging.tx import LAW_ZONE, Tx

MOST_SUBJECTS = 2000


class Subject(NamedTuple):
    """A unit or record that a duty has a task for."""

    id: str
    text: str
    node: str


class Wanted(NamedTuple):
    """Which records matter beyond the first of their own year.

    ever    kinds of which any year's count; daily: kinds of which each day's first counts
    """

    ever: Sequence[str]
    daily: Sequence[str]


class Kept(NamedTuple):
    """A record on file: where, of which kind, about which unit, on which day."""

    node: str
    kind: str
    unit_id: str
    parent_id: str
    year: int
    on: date
    title: str


def lock_task(tx: Tx, task_id: str) -> None:
    """One act at a time on a task."""
    tx.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"task:{task_id}"))))


def add_act(tx: Tx, values: Values) -> None:
    """Put an act on record; acts are never changed."""
    tx.session.execute(task_act.insert().values(**values))


def acts_of(tx: Tx, nodes: Sequence[str], periods: Sequence[str]) -> dict[str, list[Row]]:
    """Every act on the tasks of these nodes and periods by task, oldest first."""
    query = select(task_act).where(
        task_act.c.node == func.any(list(nodes)), task_act.c.period == func.any(list(periods))
    )
    found: dict[str, list[Row]] = defaultdict(list)
    for row in tx.session.execute(query.order_by(task_act.c.entry)).mappings():
        found[row["task_id"]].append(row)
    return found


def add_duty_date(tx: Tx, values: Values) -> None:
    """Put the day of a duty on record; a later entry of the same year goes before it."""
    tx.session.execute(duty_date.insert().values(**values))


def duty_dates(tx: Tx, nodes: Sequence[str]) -> dict[tuple[str, str], dict[int, Row]]:
    """The days entered at these nodes: (node, duty) → year → the last entry that has a day."""
    query = select(duty_date).where(duty_date.c.node == func.any(list(nodes)))
    found: dict[tuple[str, str], dict[int, Row]] = defaultdict(dict)
    for row in tx.session.execute(query.order_by(duty_date.c.entry)).mappings():
        years = found[row["node"], row["duty_id"]]
        years.pop(row["year"], None)
        if row["due_on"] is not None:
            years[row["year"]] = row
    return found


def plans_filed(tx: Tx, nodes: Sequence[str]) -> dict[tuple[str, int], datetime]:
    """When each node first filed each year's plan."""
    query = (
        select(plan.c.node, plan.c.year, func.min(plan.c.filed_at))
        .where(plan.c.node == func.any(list(nodes)), plan.c.filed_at.is_not(None))
        .group_by(plan.c.node, plan.c.year)
    )
    return {(node, year): at for node, year, at in tx.session.execute(query)}


def plan_days(tx: Tx, nodes: Sequence[str]) -> dict[tuple[str, int], date]:
    """The last day for self-assessment that each plan in force fixes."""
    query = select(plan.c.node, plan.c.year, plan.c.deadline_on).where(
        plan.c.node == func.any(list(nodes)), plan.c.in_force
    )
    return {(node, year): day for node, year, day in tx.session.execute(query)}


def reports_submitted(tx: Tx, nodes: Sequence[str]) -> dict[tuple[str, str, int], datetime]:
    """When each node handed each report in for the first time."""
    query = select(report.c.node, report.c.form, report.c.year, report.c.submitted_at).where(
        report.c.node == func.any(list(nodes)), report.c.submitted_at.is_not(None)
    )
    return {(node, form, year): at for node, form, year, at in tx.session.execute(query)}


def records_kept(
    tx: Tx, nodes: Sequence[str], kinds: Sequence[str], *, year: int, wanted: Wanted
) -> list[Kept]:
    """The first record of each kind, year and subject that the nodes keep and nobody voided."""
    ever, daily = list(wanted.ever), list(wanted.daily)
    day = case((record.c.kind == func.any(daily), record.c.happened_on))
    about = (func.coalesce(record.c.unit_id, ""), func.coalesce(record.c.parent_id, ""))
    keys = (record.c.node, record.c.kind, record.c.year, *about, day)
    query = (
        select(
            record.c.node, record.c.kind, *about, record.c.year, record.c.happened_on,
            record.c.title,
        )
        .where(
            record.c.node == func.any(list(nodes)),
            record.c.kind == func.any(list(kinds)),
            or_(record.c.year == year, record.c.kind == func.any(ever)),
            record.c.voided_at.is_(None),
        )
        .ext(distinct_on(*keys))
        .order_by(*keys, record.c.happened_on, record.c.record_id)
    )  # fmt: skip
    return sorted((Kept(*row) for row in tx.session.execute(query)), key=lambda kept: kept.on)


def open_units(tx: Tx, node: str, kind: str) -> list[Subject]:
    """Units of a kind in the node's area that are not closed, by name."""
    query = (
        select(unit.c.unit_id, unit.c.name_text)
        .where(unit.c.kind == kind, unit.c.standing != "closed", _lies_in(node))
        .order_by(unit.c.sort_key, unit.c.unit_id)
        .limit(MOST_SUBJECTS)
    )
    return [Subject(unit_id, name, node) for unit_id, name in tx.session.execute(query)]


def open_records(tx: Tx, nodes: Sequence[str], kind: str, on: date) -> list[Subject]:
    """Records of a kind that the nodes keep and that are open on a day, by day."""
    name = func.coalesce(unit.c.name_text, record.c.title)
    query = (
        select(record.c.record_id, name, record.c.node)
        .join_from(record, unit, unit.c.unit_id == record.c.unit_id, isouter=True)
        .where(
            record.c.node == func.any(list(nodes)),
            record.c.kind == kind,
            record.c.voided_at.is_(None),
            record.c.closed.is_(False),
            func.coalesce(record.c.ends_on, on) >= on,
        )
        .order_by(record.c.happened_on, record.c.record_id)
        .limit(MOST_SUBJECTS)
    )
    return [Subject(*row) for row in tx.session.execute(query)]


def _lies_in(node: str) -> ColumnElement[bool]:
    return unit.c.division.startswith(prefix_of(area_of(node)), autoescape=True)


def law_day(at: datetime) -> date:
    """The day of law an instant falls on."""
    return at.astimezone(LAW_ZONE).date()
