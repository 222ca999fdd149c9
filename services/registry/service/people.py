"""Organisation nodes, their bodies, posts and persons."""

from __future__ import annotations

from typing import Any

from services.registry.handlers import people
from shared.contracts import registry_people as contract
from shared.contracts.message import Shape
from shared.messaging.answer import accepts
from shared.messaging.tx import Tx


class People:
    """Organisation nodes, their bodies, posts and persons."""

    @accepts(contract.GetNode)
    def get_node(self, tx: Tx, command: contract.GetNode) -> Shape:
        """One office on a day: bodies by side, what lies above and beneath, posts, its pack."""
        return people.get_node(tx, command)

    @accepts(contract.ListDivisions)
    def list_divisions(self, tx: Tx, command: contract.ListDivisions) -> dict[str, Any]:
        """The divisions directly beneath a code, ended ones too."""
        return people.list_divisions(tx, command)

    @accepts(contract.ListPosts)
    def list_posts(self, tx: Tx, command: contract.ListPosts) -> dict[str, Any]:
        """Who holds, or ever held, a post at a node."""
        return people.list_posts(tx, command)

    @accepts(contract.AppointPost)
    def appoint_post(self, tx: Tx, command: contract.AppointPost) -> Shape:
        """Somebody takes a post; the one before leaves it the day before."""
        return people.appoint_post(tx, command)

    @accepts(contract.EndPost)
    def end_post(self, tx: Tx, command: contract.EndPost) -> Shape:
        """The holder leaves and nobody follows yet."""
        return people.end_post(tx, command)
