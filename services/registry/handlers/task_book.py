"""The tasks of nodes in a year: duties of the law, what is on record, and what people did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from services.registry.domain.task import (
    STANDING,
    Closing,
    Due,
    Slot,
    TaskState,
    belongs_to,
    due_in,
    period_of,
    state_on,
)
from services.registry.handlers.task_law import has_grace, laws, soon_days
from services.registry.store import tasks
from services.registry.store.tasks import Kept, Subject
from services.registry.store.units import Row
from shared.contracts.scalars import duty_level
from shared.messaging.tx import Tx
from shared.policy.pack import Pack
from shared.policy.programme import Duty
from shared.runtime.organisations import Node, line_of

# Its last day is the one the node's own plan fixes (「以本地年度安排为准」).
DAY_OF_PLAN = "self_assessment"
_CLOSING = ("closed", "dropped", "reopened")


@dataclass(frozen=True, slots=True)
class Task:
    """A task as it stands: its place in the calendar, its law, how it ended, what was done."""

    slot: Slot
    pack: Pack
    level: str
    closing: Closing | None
    state: TaskState
    acts: Sequence[Row]
    day_source: str
    is_begun: bool


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What is on record about the nodes, fetched at once."""

    acts: Mapping[str, Sequence[Row]]
    days: Mapping[tuple[str, str], Mapping[int, Row]]
    plan_days: Mapping[tuple[str, int], date]
    plans: Mapping[tuple[str, int], datetime]
    reports: Mapping[tuple[str, str, int], datetime]
    records: Mapping[tuple[str, str], Sequence[Kept]]


def tasks_of(tx: Tx, nodes: Sequence[Node], year: int) -> list[Task]:
    """Every task a year shows for these nodes, in no particular order."""
    law = laws(tx, [node.code for node in nodes], year)
    known = _evidence(tx, [node.code for node in nodes], law, year)
    made = (
        _task(tx, node, law[node.code], slot, known)
        for node in nodes
        if node.code in law
        for slot in _slots(tx, node, law[node.code], year, known)
    )
    return [task for task in made if belongs_to(task.slot, task.closing, year)]


def _slots(tx: Tx, node: Node, pack: Pack, year: int, known: _Evidence) -> Iterator[Slot]:
    grace = has_grace(pack, tx.today)
    for duty in pack.duties:
        if duty_level(node.level) not in duty.levels:
            continue
        given = _given(node.code, duty, year, known)
        period = period_of(duty, year, given)
        if period is None:
            continue
        due = due_in(duty, period, given, grace=grace)
        for subject in _subjects(tx, node.code, duty, year):
            yield Slot(node.code, duty, period, due, subject.id, subject.text)


def _given(node: str, duty: Duty, year: int, known: _Evidence) -> date | None:
    """The day fixed for a duty outside the pack: by the node's plan, or by the nearest office."""
    if duty.id == DAY_OF_PLAN:
        return known.plan_days.get((node, year))
    row = _arranged(node, duty, year, known)
    return row["due_on"] if row is not None else None


def _arranged(node: str, duty: Duty, year: int, known: _Evidence) -> Row | None:
    for code in line_of(node):
        years = known.days.get((code, duty.id), {})
        if duty.ahead_months is None and year in years:
            return years[year]
        coming = sorted(y for y in years if y >= year)
        if duty.ahead_months is not None and coming:
            return years[coming[0]]
    return None


def _subjects(tx: Tx, node: str, duty: Duty, year: int) -> list[Subject]:
    word, _, kind = duty.per.partition(":")
    if word == "unit":
        return tasks.open_units(tx, node, kind)
    if word == "record":
        return tasks.open_records(tx, [node], kind, min(tx.today, date(year, 12, 31)))
    return [Subject("", "", node)]


def _task(tx: Tx, node: Node, pack: Pack, slot: Slot, known: _Evidence) -> Task:
    acts = known.acts.get(slot.task_id, ())
    closing = _by_hand(acts) or _by_record(slot, known)
    if closing is not None and closing.on > tx.today:
        closing = None
    arranged = _arranged(node.code, slot.duty, slot.year or tx.today.year, known)
    return Task(
        slot,
        pack,
        node.level,
        closing,
        state_on(slot, closing, tx.today, soon_days(pack, tx.today)),
        acts,
        str(arranged["source"]) if arranged is not None else "",
        closing is not None or any(act["act"] == "begun" for act in acts),
    )


def _by_hand(acts: Sequence[Row]) -> Closing | None:
    last = next((act for act in reversed(acts) if act["act"] in _CLOSING), None)
    if last is None or last["act"] == "reopened":
        return None
    dropped = last["act"] == "dropped"
    says = last["reason"] if dropped else last["says"]
    return Closing(last["happened_on"], last["by_name"], says, dropped)


def _by_record(slot: Slot, known: _Evidence) -> Closing | None:
    word, _, key = slot.duty.done_by.partition(":")
    if word == "record":
        found = next(_fitting(slot, known.records.get((slot.node, key), ())), None)
        return Closing(found.on, "", found.title) if found is not None else None
    if slot.year is None:
        return None
    at = (
        known.plans.get((slot.node, slot.year))
        if word == "plan"
        else known.reports.get((slot.node, key, slot.year))
    )
    return Closing(tasks.law_day(at), "") if at is not None else None


def _fitting(slot: Slot, kept: Sequence[Kept]) -> Iterator[Kept]:
    """Records that close this very task: of its year, and about what it is about."""
    if slot.duty.recurs == "continuous":
        return
    for one in kept:
        if _of_period(slot, one) and slot.about in ("", one.unit_id, one.parent_id):
            yield one


def _of_period(slot: Slot, one: Kept) -> bool:
    if slot.duty.ahead_months is not None:
        return slot.due.opens_on is not None and one.on >= slot.due.opens_on
    return slot.duty.recurs == "once" or one.year == slot.year


def _evidence(tx: Tx, nodes: Sequence[str], law: Mapping[str, Pack], year: int) -> _Evidence:
    packs = {pack.fingerprint: pack for pack in law.values()}
    duties = [duty for pack in packs.values() for duty in pack.duties]
    closing = {d: d.done_by.partition(":")[2] for d in duties if d.done_by.startswith("record:")}
    ahead = sorted({kind for duty, kind in closing.items() if duty.ahead_months is not None})
    once = sorted({kind for duty, kind in closing.items() if duty.recurs == "once"})
    wanted = tasks.Wanted(ever=[*once, *ahead], daily=ahead)
    records: dict[tuple[str, str], list[Kept]] = defaultdict(list)
    for kept in tasks.records_kept(
        tx, nodes, sorted(set(closing.values())), year=year, wanted=wanted
    ):
        records[kept.node, kept.kind].append(kept)
    lines = sorted(set(chain.from_iterable(line_of(node) for node in nodes)))
    days = tasks.duty_dates(tx, lines)
    years = {year, *(d.due_on.year for d in duties if d.due_on), *chain(*days.values())}
    return _Evidence(
        acts=tasks.acts_of(tx, nodes, [STANDING, *(str(y) for y in sorted(years))]),
        days=days,
        plan_days=tasks.plan_days(tx, nodes),
        plans=tasks.plans_filed(tx, nodes),
        reports=tasks.reports_submitted(tx, nodes),
        records=records,
    )


def due_of(tx: Tx, node: Node, duty: Duty, pack: Pack, year: int) -> Due | None:
    """The days of one duty of a node in a year; None when the year has no such task."""
    known = _evidence(tx, [node.code], {node.code: pack}, year)
    given = _given(node.code, duty, year, known)
    period = period_of(duty, year, given)
    if period is None:
        return None
    return due_in(duty, period, given, grace=has_grace(pack, tx.today))
