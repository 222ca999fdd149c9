"""Offices as answers: a node with the bodies that sit on it, or a line of the tree."""

from __future__ import annotations

from datetime import date

from shared.contracts.registry_answers import BodyView, NodeView
from shared.contracts.registry_people import NodeLine
from shared.contracts.scalars import Side
from shared.runtime import organisations
from shared.runtime.organisations import Body, Node

SIDE_TEXT = {
    "": "办公室",
    Side.GOVERNMENT: "政府方",
    Side.WORKERS: "职工方",
    Side.EMPLOYERS: "企业方",
}


def node_view(code: str, on: date) -> NodeView:
    """A node with the bodies that sit on it on a day (A-07, A-08)."""
    node = organisations.all_nodes()[code]
    bodies = organisations.bodies_of(code, on)
    return NodeView(
        node=code,
        name=node.name,
        level=node.level,
        parent=node.parent,
        divisions=(code,),
        valid_from=node.valid_from,
        bodies=tuple(
            BodyView(
                body=body.name,
                side=body.side,
                side_text=SIDE_TEXT[body.side],
                delegated=body.delegated,
                of_node=node.parent if body.delegated else code,
            )
            for body in bodies
        ),
        employers_note=_note(bodies),
    )


def node_line(node: Node, on: date) -> NodeLine:
    """A node in a tree or a list."""
    bodies = organisations.bodies_of(node.code, on)
    delegated = sum(body.delegated for body in bodies)
    return NodeLine(
        node=node.code,
        name=node.name,
        level=node.level,
        parent=node.parent,
        seats=len(bodies) - delegated,
        delegated=delegated,
    )


def _note(bodies: tuple[Body, ...]) -> str:
    """Who speaks for the employers where the node has not all of its own (A-08)."""
    borrowed = "、".join(body.name for body in bodies if body.delegated)
    if not borrowed:
        return ""
    own = any(body.side is Side.EMPLOYERS and not body.delegated for body in bodies)
    lacking = "本级未设的企业方组织" if own else "本级没有企业方组织"
    return f"{lacking}，由上一级的{borrowed}代为表态（委托）"
