"""组织机构: the offices of the region as a tree, one office with its bodies and posts, divisions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.auth import guard
from services.gateway.pages import acts
from services.gateway.pages.desk import Pages, ask_for, render
from shared.contracts import registry_acts
from shared.contracts import registry_people as people
from shared.contracts.registry_answers import NodeView
from shared.contracts.scalars import Side, covers

pages = Pages()
_WHO = ("clerk", "reviewer", "seat", "planner", "liaison", "admin", "auditor", "system")
_SIDES = ((Side.GOVERNMENT, "政府方"), (Side.WORKERS, "职工方"), (Side.EMPLOYERS, "企业方"))


@dataclass(frozen=True)
class Branch:
    """A node as a line of the tree."""

    node: NodeView
    depth: int


def in_order(nodes: Sequence[NodeView]) -> Iterator[Branch]:
    """Every node after the one above it, with how deep it lies; those above the region left out."""
    known = {node.node for node in nodes}
    beneath: dict[str, list[NodeView]] = {}
    for node in nodes:
        beneath.setdefault(node.parent if node.parent in known else "", []).append(node)
    waiting = [Branch(node, 0) for node in reversed(beneath.get("", []))]
    while waiting:
        branch = waiting.pop()
        yield branch
        below = beneath.get(branch.node.node, [])
        waiting += [Branch(node, branch.depth + 1) for node in reversed(below)]


@pages.page("/organisations", _WHO)
async def tree(request: Request) -> Response:
    """Every office of the region: level, bodies by side, who sits in delegation."""
    found = await ask_for(request, dict[str, list[NodeView]], registry_acts.ListNodes())
    return render(
        request,
        "organisations.html",
        title="组织机构",
        branches=list(in_order(found.get("nodes", []))),
        sides=_SIDES,
    )


@pages.page("/organisations/{node}", _WHO)
async def office(request: Request, node: str) -> Response:
    """One office: bodies by side, posts with their history, the pack at work, what lies beneath."""
    whole = await ask_for(request, people.NodeWhole, people.GetNode(node=node))
    return render(
        request,
        "organisation.html",
        title=whole.head.name,
        whole=whole,
        sides=_SIDES,
        offers=_offers(request, whole),
    )


@pages.page("/divisions", _WHO)
async def divisions(request: Request) -> Response:
    """The divisions beneath one, with the days their codes are valid, apart from the offices."""
    parent = request.query_params.get("parent", "")
    command = people.ListDivisions(parent=parent)
    found = await ask_for(request, dict[str, list[people.DivisionView]], command)
    rows = found.get("divisions", [])
    return render(request, "divisions.html", title="行政区划", rows=rows, parent=parent)


def _offers(request: Request, whole: people.NodeWhole) -> list[acts.Offer]:
    asker = guard.asker_of(request)
    head = whole.head
    if not asker.may(("clerk", "reviewer", "system")) or not covers(asker.actor.node, head.node):
        return []
    bodies = [(b.body, b.body) for b in head.bodies if not b.delegated]
    holders = [(p.post_id, f"{p.body}{p.post_title} {p.person_name}") for p in whole.posts]
    take = acts.TABLE[people.AppointPost.name]
    take = take.with_options("body", bodies).with_options("replaces", holders)
    offered = [acts.Offer(take, {"node": head.node})]
    if holders:
        leave = acts.TABLE[people.EndPost.name].with_options("post_id", holders)
        offered.append(acts.Offer(leave))
    return offered
