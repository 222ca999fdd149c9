"""Bulletins (通报): what happened inside a period and how things stood at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from services.registry.domain.task import TaskState
from services.registry.handlers.acts import Note, need, note, pack_for
from services.registry.handlers.figures import asked_of, need_node
from services.registry.handlers.statistics import place_text, stage_counts
from services.registry.handlers.task_book import Task, tasks_of
from services.registry.handlers.task_law import nodes_in
from services.registry.store import bulletins as store
from services.registry.store import reference, statistics
from services.registry.store.figures import cube
from services.registry.store.units import Row
from shared.contracts.refusals import Refused
from shared.contracts.registry_bulletins import (
    BulletinContent,
    BulletinLine,
    BulletinPage,
    BulletinRow,
    BulletinView,
    DraftBulletin,
    GetBulletin,
    IssueBulletin,
    ListBulletins,
    content_of,
)
from shared.contracts.registry_figures import Count
from shared.contracts.scalars import area_of, kind_text
from shared.messaging.tx import Tx
from shared.runtime import organisations

_TITLES = ("title.granted",)
_EXITS = ("title.revoked", "recognition.withdrawn")
_ROW = ("bulletin_id", "number", "title", "node", "from_on", "to_on", "issued_on")


def draft_bulletin(tx: Tx, command: DraftBulletin) -> BulletinView:
    """The bulletin of a period as it would read now; nothing is kept."""
    node = command.node or tx.actor.node
    need_node(tx, node)
    between = _period(tx, command.from_on, command.to_on)
    return BulletinView(
        title=_title(node, between),
        node=node,
        node_text=place_text(node),
        from_on=command.from_on,
        to_on=command.to_on,
        clause=_clause(tx, node),
        content=_content(tx, node, between),
    )


def issue_bulletin(tx: Tx, command: IssueBulletin) -> BulletinView:
    """Keep it under the node's next number of the year; later news do not change it."""
    need(tx, "clerk", "reviewer")
    node = tx.actor.node
    need_node(tx, node)
    between = _period(tx, command.from_on, command.to_on)
    if command.to_on > tx.today:
        says = f"通报期到 {command.to_on}，今天是 {tx.today}：期间没有结束，还不能印发"
        raise Refused("period_not_over", says, _clause(tx, node), 422)
    issue = store.next_issue(tx, node, tx.today.year)
    title = command.title.strip() or _title(node, between)
    number = f"〔{tx.today.year}〕第 {issue} 期"
    bulletin_id = tx.new_id("bulletin")
    store.add_bulletin(
        tx,
        {
            "bulletin_id": bulletin_id,
            "node": node,
            "year": tx.today.year,
            "issue": issue,
            "number": number,
            "title": title,
            "from_on": command.from_on,
            "to_on": command.to_on,
            "issued_on": tx.today,
            "content": _content(tx, node, between).model_dump(mode="json"),
            "issued_at": tx.now,
            "issued_by": tx.actor.id,
            "issued_by_name": tx.actor.name,
        },
    )
    said = Note("bulletin.issued", f"印发通报{number}：{title}", tx.today, _clause(tx, node))
    note(tx, "", said, {"node": node, "bulletin_id": bulletin_id})
    return get_bulletin(tx, GetBulletin(bulletin_id=bulletin_id))


def get_bulletin(tx: Tx, command: GetBulletin) -> BulletinView:
    """A bulletin as it was issued."""
    row = store.load_bulletin(tx, command.bulletin_id)
    return BulletinView(
        **{name: row[name] for name in _ROW},
        node_text=place_text(row["node"]),
        issued_by_name=row["issued_by_name"],
        clause=_clause(tx, row["node"]),
        content=content_of(row["content"]),
    )


def list_bulletins(tx: Tx, command: ListBulletins) -> BulletinPage:
    """What the offices in one's line have issued, newest first."""
    rows, following = store.list_bulletins(tx, after=command.after, limit=command.limit)
    return BulletinPage(
        items=tuple(
            BulletinRow(**{name: row[name] for name in _ROW}, node_text=place_text(row["node"]))
            for row in rows
        ),
        next_after=following,
    )


def _period(tx: Tx, first: date, last: date) -> tuple[date, date]:
    if last < first or first > tx.today:
        says = f"通报期 {first} 至 {last} 不对：止日不早于起日，起日不晚于今天"
        raise Refused("period_empty", says, status=422)
    return first, last


def _title(node: str, between: tuple[date, date]) -> str:
    return f"{place_text(node)}创建活动情况通报（{between[0]} 至 {between[1]}）"


def _clause(tx: Tx, node: str) -> str:
    """The clause of the duty to circulate information, where the pack prints one."""
    duties = pack_for(tx, node).duties
    return next((duty.clause for duty in duties if duty.id == "bulletin"), "")


def _content(tx: Tx, node: str, between: tuple[date, date]) -> BulletinContent:
    flows = statistics.flows_by_kind(tx, node, between)
    titles = store.list_events(tx, node, _TITLES, between)
    exits = store.list_events(tx, node, _EXITS, between)
    moves = statistics.moves_to_stages(tx, node, between)
    stages = stage_counts(cube(tx, asked_of(tx, node, as_of=between[1])))
    return BulletinContent(
        entered=_flow(flows, "entered"),
        joined=_flow(flows, "joined"),
        recognised=_flow(flows, "recognised"),
        titled=_by_kind(titles),
        exited=_by_kind(exits),
        closed=_flow(flows, "left"),
        stages=stages,
        moves=tuple(
            Count(key=stage.key, says=stage.says, units=moves.get(stage.key, 0)) for stage in stages
        ),
        titles=_lines(titles),
        exits=_lines(exits),
        late=_late(tx, node, between),
    )


def _flow(flows: Mapping[str, Mapping[str, int]], name: str) -> tuple[Count, ...]:
    return tuple(
        Count(key=kind, says=kind_text(kind), units=flows[kind][name])
        for kind in sorted(flows)
        if flows[kind][name]
    )


def _by_kind(rows: Sequence[Row]) -> tuple[Count, ...]:
    counts = Counter(str(row["kind"]) for row in rows)
    return tuple(Count(key=k, says=kind_text(k), units=n) for k, n in sorted(counts.items()))


def _lines(rows: Sequence[Row]) -> tuple[BulletinLine, ...]:
    return tuple(
        BulletinLine(
            on=row["happened_on"],
            unit_text=row["name_text"],
            division_text=reference.division_text(row["division"]),
            says=row["says"],
        )
        for row in rows
    )


def _late(tx: Tx, node: str, between: tuple[date, date]) -> tuple[BulletinLine, ...]:
    """Tasks whose last day lies inside the period and that were not done by it."""
    if organisations.find_node(node) is None:
        return ()
    nodes = nodes_in(tx, node)
    years = range(between[0].year, between[1].year + 1)
    late = {
        task.slot.task_id: task
        for year in years
        for task in tasks_of(tx, nodes, year)
        if _is_late(task, between, tx.today)
    }
    return tuple(
        BulletinLine(
            on=task.slot.due.late_after or between[1],
            unit_text=task.slot.about_text or organisations.name_of(task.slot.node),
            division_text=reference.division_text(area_of(task.slot.node)),
            says=task.slot.duty.says,
        )
        for task in sorted(late.values(), key=lambda t: (t.slot.due.late_after, t.slot.task_id))
    )


def _is_late(task: Task, between: tuple[date, date], today: date) -> bool:
    last = task.slot.due.late_after
    if last is None or not between[0] <= last <= between[1] or last >= today:
        return False
    return task.state in (TaskState.OVERDUE, TaskState.DONE_LATE)
