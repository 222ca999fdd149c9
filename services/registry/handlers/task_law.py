"""Which nodes answer for a task, and under which law their year runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from services.registry.store import cycles
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx
from shared.policy.pack import Pack
from shared.runtime import organisations, packs
from shared.runtime.organisations import Node

SOON_DAYS = 30


def nodes_in(tx: Tx, node: str = "", *, own: bool = False) -> list[Node]:
    """The offices of this system that a node answers for, its own first; the actor's by default.

    Refused when the node lies outside the actor's area. Offices that only receive what others
    hand in have no tasks here.
    """
    top = node or tx.actor.node
    known = organisations.all_nodes()
    if top not in known:
        raise Refused("node_not_found", f"没有机构节点“{top}”：请核对编码", status=404)
    if not organisations.answers_for(tx.actor.node, top):
        raise Refused("not_allowed", "该机构不在您的管辖区域内，不能查看", status=403)
    below = (n for code, n in known.items() if organisations.answers_for(top, code))
    found = [known[top]] if own else list(below)
    return sorted(
        (n for n in found if n.valid_from <= tx.today), key=lambda n: (n.code != top, n.code)
    )


def above(node: str) -> str:
    """The office a node hands its plans and reports to: the one above, "" when there is none."""
    found = organisations.find_node(node)
    return found.parent if found else ""


def office_at(node: str, level: str) -> str:
    """The nearest office of a level at or above a node, "" when none is on record."""
    known = organisations.all_nodes()
    code = known[node].parent if node in known else ""
    while code in known and known[code].level != level:
        code = known[code].parent
    return code if code in known else ""


def laws(tx: Tx, nodes: Iterable[str], year: int) -> dict[str, Pack]:
    """The law of each node's year; nodes without any are left out.

    A year that was opened keeps the pack it was opened under, also for the nodes beneath that run
    by the same programme; other years run by the pack in force.
    """
    wanted = list(nodes)
    lines = {node: organisations.line_of(node) or (node,) for node in wanted}
    pins = cycles.pins(tx, sorted({code for line in lines.values() for code in line}), year)
    at_work = packs.in_force_for(tx, wanted, _law_day(tx, year))
    found = {}
    for node in wanted:
        pack = at_work[node]
        pinned = (packs.pinned(tx, pins[code]) for code in lines[node] if code in pins)
        own = packs.pinned(tx, pins[node]) if node in pins else None
        chosen = own or next((p for p in pinned if pack and p.id == pack.id), pack)
        if chosen is not None:
            found[node] = chosen
    return found


def law_of(tx: Tx, node: str, year: int) -> Pack:
    """The law of one node's year; Refused("pack_not_activated") when there is none."""
    found = laws(tx, [node], year)
    return found.get(node) or packs.in_force(tx, node=node, on=tx.today)


def soon_days(pack: Pack, on: date) -> int:
    """How many days before its last day a task is shown as due soon."""
    value = _setting(pack, "task.remind_days", on)
    return value if isinstance(value, int) else SOON_DAYS


def has_grace(pack: Pack, on: date) -> bool:
    """Whether a bare month is late only after its end (A-12)."""
    return _setting(pack, "task.bare_month_grace", on) is not False


def first_day(pack: Pack, on: date) -> date | None:
    """The document's own first day; None while it is left blank and nobody entered one."""
    value = _setting(pack, "effective_on", on)
    return value if isinstance(value, date) else None


def texts(nodes: Sequence[str]) -> tuple[str, ...]:
    """The offices' names."""
    return tuple(organisations.name_of(node) for node in nodes)


def _setting(pack: Pack, name: str, on: date) -> object:
    try:
        return pack.setting(name, on).value
    except KeyError:
        return None


def _law_day(tx: Tx, year: int) -> date:
    return min(max(tx.today, date(year, 1, 1)), date(year, 12, 31))
