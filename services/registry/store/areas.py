"""The areas one level below a node, and which of a node's land belongs to another office.

The office nearest to a place answers for it: a zone beneath the city is not counted again with
the district it lies in (A-32, A-56).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, not_, true

from services.registry.store.reference import division_text, divisions
from shared.contracts.scalars import area_of, in_suite, prefix_of, suite_of, system_of
from shared.runtime import organisations

_DIGITS = {0: 2, 2: 4, 4: 6, 6: 9}


@dataclass(frozen=True, slots=True)
class Beneath:
    """How a node's land falls into areas: by so many digits, but for the areas named."""

    codes: tuple[str, ...]
    digits: int
    named: tuple[str, ...]  # prefixes of other lengths


def beneath(node: str) -> Beneath:
    """The areas directly below: those of the node's own offices, else the divisions on record."""
    prefix = prefix_of(area_of(node))
    own = [
        area_of(n.code)
        for n in organisations.children_of(node)
        if not system_of(n.code) and n.level != "township"
    ]
    others = apart(node)
    codes = own or [
        d.code
        for d in divisions().values()
        if d.valid_to is None and _lies_in(d.code, prefix) and prefix_of(d.code) not in others
    ]
    lengths = Counter(len(prefix_of(code)) for code in codes)
    usual = _DIGITS.get(len(prefix), 12)
    digits = usual if usual in lengths else lengths.most_common(1)[0][0] if lengths else usual
    named = tuple(p for p in (prefix_of(code) for code in codes) if len(p) != digits)
    return Beneath(tuple(sorted(codes)), digits, named)


def is_divided(node: str) -> bool:
    """Whether there is a level below."""
    return bool(beneath(node).codes)


def above(node: str) -> str:
    """The node or division one level up; "" at the top."""
    known = organisations.find_node(node)
    if known is not None:
        return known.parent
    place = divisions().get(area_of(node))
    return in_suite(place.parent, suite_of(node)) if place and place.parent else ""


def area_key(division: Any, node: str) -> ColumnElement[str]:
    """The area of a row, as an expression the index on `division` answers."""
    areas = beneath(node)
    usual = func.substr(division, 1, areas.digits)
    lengths = sorted({len(p) for p in areas.named}, reverse=True)
    special = [
        (func.substr(division, 1, n).in_([p for p in areas.named if len(p) == n]),
         func.substr(division, 1, n))
        for n in lengths
    ]  # fmt: skip
    return case(*special, else_=usual) if special else usual


def key_of(code: str, areas: Beneath) -> str:
    """The same key for a code at hand."""
    own = [prefix for prefix in areas.named if code.startswith(prefix)]
    return max(own, key=len) if own else code[: areas.digits]


def counts_as(level: str) -> str:
    """The level a node counts as: zones are of county level (A-56)."""
    return "district" if level == "zone" else level


def code_of(key: str) -> str:
    """The code behind an area key: "3302" -> "330200"."""
    return key.ljust(6, "0") if len(key) < 6 else key


def name_of(code: str, node: str) -> str:
    """An area's name as it stands in the table of a node."""
    if area_of(code) == area_of(node):
        return f"{division_text(code)}（未细分）"
    return division_text(code)


def inside(division: Any, node: str) -> ColumnElement[bool]:
    """Rows on a node's land, without what belongs to another office."""
    prefix = prefix_of(area_of(node))
    found: list[ColumnElement[bool]] = [
        division.startswith(prefix, autoescape=True) if prefix else true()
    ]
    found += [not_(division.startswith(code, autoescape=True)) for code in apart(node)]
    return and_(*found)


def apart(node: str) -> Sequence[str]:
    """Prefixes within a node's land whose office does not answer to it."""
    prefix = prefix_of(area_of(node))
    nodes = organisations.all_nodes()
    if node not in nodes or nodes[node].external or system_of(node):
        return ()
    return sorted(
        prefix_of(area_of(code))
        for code in nodes
        if suite_of(code) == suite_of(node)
        and not system_of(code)
        and prefix_of(area_of(code)) != prefix
        and area_of(code).startswith(prefix)
        and node not in organisations.line_of(code)
    )


def _lies_in(code: str, prefix: str) -> bool:
    wanted = _DIGITS.get(len(prefix), 12)
    return len(prefix_of(code)) == wanted and code.startswith(prefix) and code != prefix
