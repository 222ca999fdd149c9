"""What the record book lacks, as one line per list and office: the office that has to fill it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from services.registry.domain.task_words import day_text
from services.registry.handlers.gaps import edge_of, rows_of
from services.registry.handlers.task_law import laws
from services.registry.store.units import Values
from shared.contracts.registry_records_answers import GapRow
from shared.messaging.tx import Tx
from shared.policy.pack import Pack
from shared.policy.programme import Gap
from shared.runtime import organisations
from shared.runtime.organisations import Node

_ALL = 100_000
_OF_OFFICES = ("nodes", "bodies")


def gaps_of(tx: Tx, nodes: Sequence[Node]) -> list[Values]:
    """The lists in which these offices have something to fill, a line each."""
    law = laws(tx, [node.code for node in nodes], tx.today.year)
    lines: list[Values] = []
    for node in nodes:
        pack = law.get(node.code)
        for gap in pack.gaps.values() if pack else ():
            if pack is not None:
                lines += _lines(tx, pack, gap, node, law)
    return lines


def _lines(tx: Tx, pack: Pack, gap: Gap, node: Node, law: Mapping[str, Pack]) -> Iterator[Values]:
    if gap.over in _OF_OFFICES:
        # The outermost office answers for those beneath it: asked once, told to each.
        above = law.get(node.parent)
        if above is None or above.id != pack.id:
            found: dict[str, list[GapRow]] = {}
            for row in rows_of(tx, pack, gap, node.code, limit=_ALL).rows:
                found.setdefault(row.node, []).append(row)
            for code, rows in found.items():
                if code in law and law[code].id == pack.id:
                    yield _office_line(tx, pack, gap, code, rows)
    elif _is_nearest(node):
        total = rows_of(tx, pack, gap, node.code, limit=0).total
        if total:
            says = (
                f"{gap.says}：{total:,}条" if gap.over == "records" else f"{gap.says}：{total:,}家"
            )
            yield _line(gap, node.code, f"{tx.today:%Y-%m}", says)


def _office_line(tx: Tx, pack: Pack, gap: Gap, node: str, rows: Sequence[GapRow]) -> Values:
    if gap.over == "bodies":
        names = "、".join(row.body for row in rows)
        return _line(gap, node, f"{tx.today:%Y-%m}", f"{gap.says}：{names}")
    since, name = rows[0].since, pack.records[gap.record].name
    if since is None:
        return _line(gap, node, str(tx.today.year), f"还没有“{name}”的记录")
    says = f"最近一次“{name}”是{day_text(since)}，已超过规定的间隔"
    # One line each time the interval is over again, counted from the last record.
    edge, past = edge_of(tx, pack, gap), (tx.today - since).days
    every = (tx.today - edge).days if edge is not None else past
    return _line(gap, node, f"{since}+{past // max(every, 1)}", says)


def _line(gap: Gap, node: str, period: str, says: str) -> Values:
    return {
        "node": node, "kind": "gap", "subject": gap.id, "period": period, "says": says,
        "clause": gap.clause, "due_on": None,
    }  # fmt: skip


def _is_nearest(node: Node) -> bool:
    """Whether no office stands between the node and its units."""
    return not any(
        not n.external and n.level != "township" for n in organisations.children_of(node.code)
    )
