"""Organisation nodes and the bodies that sit on them: which seats a joint decision needs.

Data, not code: `organisations/<region>.yaml`. Who sits where on a day is asked with that day, so
that an old decision keeps the seats it was made with (A-07).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from shared.contracts.scalars import Side, area_of, covers, in_suite, suite_of
from shared.runtime.settings import settings

_FOLDER = Path(__file__).with_name("organisations")
_NO_OFFICE = ("township",)  # writes its own report; applications go to the county (HN 五(五))


@dataclass(frozen=True, slots=True)
class Body:
    """One body with a seat; `delegated` when it sits for a node that has none of its own."""

    name: str
    side: Side
    delegated: bool = False
    valid_from: date = date.min
    valid_to: date | None = None

    def sits(self, on: date) -> bool:
        """Whether the body has its seat on a day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Node:
    """An office at one level, named by its division code and, where there are two, its suite.

    `external`: it is written to and answers, nobody of its own signs in here.
    """

    code: str
    name: str
    level: str
    parent: str
    bodies: tuple[Body, ...]
    valid_from: date
    external: bool = False

    @property
    def short_name(self) -> str:
        """The place or system without the words for its office."""
        return self.name.removesuffix("协调劳动关系三方会议办公室").removesuffix(
            "和谐企业创建工作领导小组办公室"
        )


def read_nodes(text: str, known: Mapping[str, Node] | None = None) -> dict[str, Node]:
    """Nodes by code from a YAML text; `known` are those of other texts.

    ValueError for a doubled code, a parent unknown, or a delegated body that the parent lacks.
    """
    nodes: dict[str, Node] = {}
    others = known or {}
    for row in yaml.safe_load(text)["nodes"]:
        node = _node(row)
        if node.code in nodes or node.code in others:
            raise ValueError(f"机构编码重复 (code twice): {node.code}")
        nodes[node.code] = node
    for node in nodes.values():
        parent = nodes.get(node.parent) or others.get(node.parent)
        if node.parent and parent is None:
            raise ValueError(f"{node.code} 的上级 {node.parent} 不在表中 (parent unknown)")
        theirs = {body.name for body in parent.bodies} if parent else set()
        for body in node.bodies:
            if body.delegated and body.name not in theirs:
                raise ValueError(f"{node.code} 的上级没有 {body.name} (delegated body unknown)")
    return nodes


def _node(row: Mapping[str, Any]) -> Node:
    begins = row["valid_from"]
    return Node(
        code=str(row["code"]),
        name=str(row["name"]),
        level=str(row["level"]),
        parent=str(row["parent"]),
        bodies=tuple(
            Body(
                name=body["name"],
                side=Side(body["side"]),
                delegated=body.get("delegated", False),
                valid_from=body.get("valid_from", begins),
                valid_to=body.get("valid_to"),
            )
            for body in row["bodies"]
        ),
        valid_from=begins,
        external=bool(row.get("external", False)),
    )


@lru_cache(maxsize=1)
def all_nodes() -> dict[str, Node]:
    """Every node of every region file, by code; upper levels before those beneath them.

    Built in ones, then those of the folder in the setting `organisations`.
    """
    found: dict[str, Node] = {}
    for folder in (_FOLDER, settings().organisations):
        for path in sorted(folder.glob("*.yaml")) if folder is not None else ():
            found.update(read_nodes(path.read_text(encoding="utf-8"), found))
    return found


def find_node(code: str) -> Node | None:
    """The node with this code, or None."""
    return all_nodes().get(code)


def name_of(code: str) -> str:
    """The node's name, or its code when it is not on record."""
    node = find_node(code)
    return node.name if node else code


def children_of(code: str) -> tuple[Node, ...]:
    """The nodes directly beneath one, in order of code."""
    return tuple(n for _, n in sorted(all_nodes().items()) if n.parent == code)


def region_of(place: str) -> str:
    """The node whose programme a node or division belongs to; "" for none of ours.

    The highest one above it that works here: 330203005 -> 330200, 430104 -> 430000.
    """
    line = line_of(place)
    return line[-1] if line else ""


def line_of(place: str) -> tuple[str, ...]:
    """The node itself, or the office of a division, and those above it up to its region's."""
    node = find_node(place) or office_for(area_of(place), suite_of(place))
    found: list[str] = []
    while node is not None and not node.external:
        found.append(node.code)
        node = find_node(node.parent)
    return tuple(found)


def answers_for(node: str, other: str) -> bool:
    """Whether an office is another one or above it; a zone is the city's, whatever its code."""
    return node in line_of(other)


def may_know(node: str, other: str) -> bool:
    """Whether people of a node may know of another office: one of its region, or beneath it."""
    return covers(node, other) or (bool(region_of(node)) and region_of(node) == region_of(other))


def office_for(division: str, suite: str = "") -> Node | None:
    """The node nearest to a division, of the suite asked for: its own, else the one above it.

    Neither a township's, which takes in no applications, nor one whose people do not work here.
    """
    nodes = all_nodes()
    for code in (division[:9], division[:6], division[:4] + "00", division[:2] + "0000"):
        node = nodes.get(in_suite(code, suite))
        if node is not None and not node.external and node.level not in _NO_OFFICE:
            return node
    return None


def bodies_of(
    code: str,
    on: date,
    *,
    fallback: bool = True,
    nodes: dict[str, Node] | None = None,
) -> tuple[Body, ...]:
    """The bodies whose opinion a joint decision of this node needs on a day.

    A node without an employer body takes its parent's, marked delegated; so does a body that the
    node itself lists as delegated. Both end where the officer switched the fallback off (A-08).
    Empty for an unknown node, and for one of whose bodies none is on record.
    """
    known = all_nodes() if nodes is None else nodes
    node = known.get(code)
    if node is None or not node.bodies:
        return ()
    own = tuple(b for b in node.bodies if b.sits(on) and (fallback or not b.delegated))
    if not fallback or not node.parent or any(b.side is Side.EMPLOYERS for b in own):
        return own
    above = bodies_of(node.parent, on, nodes=known)
    return own + tuple(replace(b, delegated=True) for b in above if b.side is Side.EMPLOYERS)
