"""Lists of what is missing: every gap of the pack, whose it is, and since when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from services.registry.handlers.acts import need, office_of, pack_for
from services.registry.handlers.records_access import READERS, need_node, node_text
from services.registry.store import gaps as store
from services.registry.store import records
from services.registry.store.gaps import Asked
from shared.contracts.refusals import Refused
from shared.contracts.registry_records import FindGaps
from shared.contracts.registry_records_answers import GapRow, Gaps, GapView
from shared.contracts.scalars import covers, duty_level, level_of, suite_of
from shared.messaging.tx import Tx
from shared.policy.pack import Pack
from shared.policy.programme import Gap
from shared.runtime import organisations

_UNITS_OF_TIME = {"months": "个月", "days": "天"}


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list, how many there are in all, and where the next page begins."""

    total: int
    rows: tuple[GapRow, ...]
    next_after: str = ""


def find_gaps(tx: Tx, command: FindGaps) -> Gaps:
    """Every list of the pack with its number, or the rows of one; offices see their own area."""
    need(tx, *READERS)
    node = need_node(tx, command.node)
    pack = pack_for(tx, node)
    if command.gap and command.gap not in pack.gaps:
        says = f"《{pack.title}》没有“{command.gap}”这份清单：请从清单中选择"
        raise Refused("gap_unknown", says, status=404)
    wanted = [pack.gaps[command.gap]] if command.gap else list(pack.gaps.values())
    limit = command.limit if command.gap else 0
    pages = [
        (gap, rows_of(tx, pack, gap, node, after=command.after, limit=limit)) for gap in wanted
    ]
    return Gaps(
        node=node,
        node_text=node_text(node),
        as_of=tx.today,
        items=tuple(_view(tx, pack, gap, page) for gap, page in pages),
        next_after=pages[0][1].next_after if command.gap else "",
    )


def rows_of(tx: Tx, pack: Pack, gap: Gap, node: str, *, after: str = "", limit: int = 50) -> Page:
    """What a node and those beneath it lack; with `limit` 0 the number only."""
    asked = Asked(gap, node, edge_of(tx, pack, gap))
    finders: dict[str, Callable[..., Page]] = {
        "units": _units,
        "records": _records,
        "nodes": _nodes,
        "bodies": _bodies,
    }
    return finders[gap.over](tx, asked, after=after, limit=limit)


def edge_of(tx: Tx, pack: Pack, gap: Gap) -> date | None:
    """The day on or before which the last one is too old; None when any open one will do."""
    if not gap.within:
        return None
    length = _limit(tx, pack, gap)
    if gap.unit_of_time == "days":
        return tx.today - timedelta(days=length)
    return months_before(tx.today, length)


def _limit(tx: Tx, pack: Pack, gap: Gap) -> int:
    return int(Decimal(str(pack.setting(gap.within, tx.today).value)))


def months_before(day: date, months: int) -> date:
    """The same day so many months ago; the last of a shorter month."""
    whole = day.year * 12 + day.month - 1 - months
    year, month = whole // 12, whole % 12 + 1
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, min(day.day, (following - timedelta(days=1)).day))


def _units(tx: Tx, asked: Asked, *, after: str, limit: int) -> Page:
    total, rows, following = store.units_without(tx, asked, after=after, limit=limit)
    suite = suite_of(asked.node)
    found = []
    for row in rows:
        node = office_of(row["division"], suite)
        found.append(
            GapRow(
                key=row["unit_id"],
                says=row["name_text"],
                node=node,
                node_text=node_text(node),
                unit_id=row["unit_id"],
                unit_text=row["name_text"],
                **_since(tx, row["since"]),
            )
        )
    return Page(total, tuple(found), following)


def _records(tx: Tx, asked: Asked, *, after: str, limit: int) -> Page:
    total, rows, following = store.records_waiting(tx, asked, after=after, limit=limit)
    names = records.unit_names(tx, [row["unit_id"] or "" for row in rows])
    found = tuple(
        GapRow(
            key=row["record_id"],
            says=row["title"],
            node=row["node"],
            node_text=node_text(row["node"]),
            unit_id=row["unit_id"] or "",
            unit_text=names.get(row["unit_id"] or "", ""),
            body=row["body"],
            record_id=row["record_id"],
            kind=row["kind"],
            **_since(tx, row["since"]),
        )
        for row in rows
    )
    return Page(total, found, following)


def _nodes(tx: Tx, asked: Asked, *, after: str, limit: int) -> Page:
    last = store.last_of_nodes(tx, asked)
    found = [
        GapRow(key=code, says=node_text(code), node=code, node_text=node_text(code))
        for code in offices(asked)
    ]
    lacking = [
        row.model_copy(update=_since(tx, last.get(row.node)))
        for row in found
        if _is_due(asked, last.get(row.node))
    ]
    return _cut(lacking, after=after, limit=limit)


def _bodies(tx: Tx, asked: Asked, *, after: str, limit: int) -> Page:
    last = store.last_of_bodies(tx, asked)
    lacking = []
    for code in offices(asked):
        for body in organisations.bodies_of(code, tx.today, fallback=False):
            on = last.get((code, body.name))
            if _is_due(asked, on):
                row = GapRow(
                    key=f"{code} {body.name}",
                    says=body.name,
                    node=code,
                    node_text=node_text(code),
                    body=body.name,
                    **_since(tx, on),
                )
                lacking.append(row)
    return _cut(lacking, after=after, limit=limit)


def offices(asked: Asked) -> list[str]:
    """The offices a node answers for, of the levels a gap is about, in order of code."""
    levels = asked.gap.levels
    return [
        code
        for code, node in sorted(organisations.all_nodes().items())
        if covers(asked.node, code)
        and not node.external
        and (not levels or duty_level(node.level or level_of(code)) in levels)
    ]


def _is_due(asked: Asked, last: date | None) -> bool:
    return last is None or (asked.edge is not None and last <= asked.edge)


def _since(tx: Tx, since: date | None) -> dict[str, date | int | None]:
    return {"since": since, "days": (tx.today - since).days if since else None}


def _cut(rows: list[GapRow], *, after: str, limit: int) -> Page:
    left = [row for row in rows if row.key > after]
    more = len(left) > limit > 0
    return Page(len(rows), tuple(left[:limit]), left[limit - 1].key if more else "")


def _view(tx: Tx, pack: Pack, gap: Gap, page: Page) -> GapView:
    return GapView(
        id=gap.id,
        says=gap.says,
        clause=gap.clause,
        over=gap.over,
        record=gap.record,
        record_text=pack.records[gap.record].name,
        limit=_limit(tx, pack, gap) if gap.within else None,
        limit_unit=_UNITS_OF_TIME[gap.unit_of_time] if gap.within else "",
        from_text=not gap.within or pack.settings[gap.within].from_text,
        reading=gap.reading,
        total=page.total,
        rows=page.rows,
    )
