"""What the registry accepts and answers about offices: nodes, bodies, divisions, posts.

Who sits on a node is data with days (`shared/runtime/organisations`); who holds a post is recorded
here, and followed by the next holder rather than erased.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from shared.contracts.message import Command, Shape
from shared.contracts.registry_answers import ActivationView, NodeView


class GetNode(Command):
    """Answers `NodeWhole`: an office of the actor's region on a day (`as_of`, else today)."""

    name: ClassVar[str] = "registry.get_node"
    only_tells: ClassVar[bool] = True

    node: str
    as_of: date | None = None


class ListDivisions(Command):
    """Answers `{"divisions": [DivisionView]}`: those directly beneath a code, ended ones too.

    GB/T 2260 with the days each code is valid; streets by their statistical codes. `parent`: a
    division of the actor's region, its own when empty.
    """

    name: ClassVar[str] = "registry.list_divisions"
    only_tells: ClassVar[bool] = True

    parent: str = ""


class AppointPost(Command):
    """Somebody takes a post with a body of a node from a day on. Answers `PostView`.

    `body` empty: of the office itself. `replaces` names the present holder's post, who leaves it
    the day before; without it a post that is held is refused.
    """

    name: ClassVar[str] = "registry.appoint_post"

    node: str
    body: str = ""
    post_title: str
    person_name: str
    phone: str = ""
    held_from: date
    replaces: str = ""
    reason: str = ""


class EndPost(Command):
    """The holder leaves a post and nobody follows yet; the entry stays. Answers `PostView`."""

    name: ClassVar[str] = "registry.end_post"

    post_id: str
    held_until: date
    reason: str


class ListPosts(Command):
    """Answers `{"posts": [PostView]}`: who held which post at a node on a day.

    `history`: everybody who ever did, newest first.
    """

    name: ClassVar[str] = "registry.list_posts"
    only_tells: ClassVar[bool] = True

    node: str
    as_of: date | None = None
    history: bool = False


class PostView(Shape):
    """A person in a post. `held_until`: the last day, None while it is held."""

    post_id: str
    node: str
    body: str
    side: str
    side_text: str
    post_title: str
    person_name: str
    phone: str
    held_from: date
    held_until: date | None
    reason: str
    end_reason: str
    recorded_at: datetime
    recorded_by: str


class NodeLine(Shape):
    """A node in a tree or a list: `seats` of its own, `delegated` those that sit for it (A-08)."""

    node: str
    name: str
    level: str
    parent: str
    seats: int
    delegated: int


class NodeWhole(Shape):
    """An office with everything about it on a day."""

    head: NodeView
    above: NodeLine | None
    beneath: tuple[NodeLine, ...]
    pack: ActivationView | None
    posts: tuple[PostView, ...]
    former: tuple[PostView, ...]


class DivisionView(Shape):
    """A division with the days its code is valid and what came after it."""

    code: str
    name: str
    parent: str
    valid_from: date
    valid_to: date | None
    successor: str
    successor_text: str
    offices: tuple[NodeLine, ...]
