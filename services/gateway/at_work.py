"""Which pack is at work where a person sits: for the header of a page and the clauses of its acts.

Asked of the registry once a minute and office; while it cannot be had, pages do without.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from starlette.requests import Request

from services.gateway.auth import guard
from services.gateway.clients import ServiceAway, ServiceFailed
from services.gateway.lawbook import pack_named
from shared.contracts.message import Command
from shared.contracts.refusals import Refused
from shared.contracts.registry_answers import ActivationView
from shared.contracts.registry_people import GetNode, NodeWhole
from shared.policy.pack import Pack
from shared.runtime.organisations import line_of

_SECONDS = 60


@dataclass
class Remembered:
    """The packs at work by office, each for a minute."""

    found: dict[str, tuple[float, Pack | None]] = field(default_factory=dict)


async def look(request: Request) -> Pack | None:
    """The pack at work at the asker's office; None while there is none, or nobody knows."""
    actor = guard.asker_of(request).actor
    line = line_of(actor.node) if actor.node else ()
    if not line:
        return None
    kept: Remembered = request.app.state.at_work
    until, pack = kept.found.get(line[0], (0.0, None))
    if until < time.monotonic():
        pack = await _ask(request, line[0])
        kept.found[line[0]] = (time.monotonic() + _SECONDS, pack)
    return pack


async def _ask(request: Request, node: str) -> Pack | None:
    services, asking = request.app.state.services, guard.asking_of(request)

    async def ask(command: Command) -> object:
        return await services.ask(command, asking)

    try:
        whole = await services.ask_for(NodeWhole, GetNode(node=node), asking)
        active: ActivationView | None = whole.pack
        return await pack_named(active.fingerprint, ask) if active is not None else None
    except (Refused, ServiceAway, ServiceFailed):
        return None
