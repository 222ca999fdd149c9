"""Organisation nodes and the bodies that sit on them: which seats a joint decision needs.

Data, not code: `organisations/<region>.yaml`. Who sits where on a day is asked with that day, so
that an old decision keeps the seats it was made with (A-07).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

import yaml

from shared.contracts.scalars import Side

_FOLDER = Path(__file__).with_name("organisations")


@dataclass(frozen=True, slots=True)
class Body:
    """One body with a seat; `delegated` when it sits for a node that has none of its own."""

    name: str
    side: Side
    delegated: bool = False
    valid_from: date = date.min
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """An office of 协调劳动关系三方 at one level, named by its division code."""

    code: str
    name: str
    level: str
    parent: str
    bodies: tuple[Body, ...]
    valid_from: date


def read_nodes(text: str) -> dict[str, Node]:
    """Nodes by code from a YAML text; ValueError for a doubled code or a parent unknown here."""
    nodes: dict[str, Node] = {}
    for row in yaml.safe_load(text)["nodes"]:
        begins = row["valid_from"]
        bodies = tuple(
            Body(
                name=body["name"],
                side=Side(body["side"]),
                valid_from=body.get("valid_from", begins),
                valid_to=body.get("valid_to"),
            )
            for body in row["bodies"]
        )
        if row["code"] in nodes:
            raise ValueError(f"机构编码重复 (code twice): {row['code']}")
        nodes[row["code"]] = Node(
            row["code"], row["name"], row["level"], row["parent"], bodies, begins
        )
    for node in nodes.values():
        if node.parent and node.parent not in nodes:
            raise ValueError(f"{node.code} 的上级 {node.parent} 不在表中 (parent unknown)")
    return nodes


@lru_cache(maxsize=1)
def all_nodes() -> dict[str, Node]:
    """Every node of every region file, by code."""
    found: dict[str, Node] = {}
    for path in sorted(_FOLDER.glob("*.yaml")):
        found.update(read_nodes(path.read_text(encoding="utf-8")))
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


def office_for(division: str) -> Node | None:
    """The node nearest to a division: its own, else the one whose area holds it."""
    nodes = all_nodes()
    for code in (division[:9], division[:6], division[:4] + "00", division[:2] + "0000"):
        if code in nodes:
            return nodes[code]
    return None


def bodies_of(
    code: str,
    on: date,
    *,
    fallback: bool = True,
    nodes: dict[str, Node] | None = None,
) -> tuple[Body, ...]:
    """The bodies whose opinion a joint decision of this node needs on a day.

    A node without an employer body takes its parent's, marked delegated, unless the officer
    switched the fallback off (A-08). Empty for an unknown node.
    """
    known = all_nodes() if nodes is None else nodes
    node = known.get(code)
    if node is None:
        return ()
    own = tuple(
        b for b in node.bodies if b.valid_from <= on and (b.valid_to is None or on <= b.valid_to)
    )
    if not fallback or not node.parent or any(b.side is Side.EMPLOYERS for b in own):
        return own
    above = bodies_of(node.parent, on, nodes=known)
    return own + tuple(replace(b, delegated=True) for b in above if b.side is Side.EMPLOYERS)
