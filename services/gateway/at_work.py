"""Which pack is at work where a person sits: for the header of a page and the clauses of its acts.

For pages that everybody may read: which programmes work by a draft, wherever they do. Asked of the
registry once a minute and office; while it cannot be had, pages do without.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from starlette.requests import Request

from services.gateway.auth import guard
from services.gateway.clients import ServiceAway, ServiceFailed
from services.gateway.lawbook import pack_named
from shared.contracts.message import Command
from shared.contracts.refusals import Refused
from shared.contracts.registry_acts import ListActivations
from shared.contracts.registry_answers import ActivationView
from shared.contracts.registry_people import GetNode, NodeWhole
from shared.policy.pack import Pack
from shared.runtime.organisations import line_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
_SECONDS = 60


@dataclass
class Remembered:
    """The packs at work by office, and the drafts at work anywhere, each for a minute."""

    found: dict[str, tuple[float, Pack | None]] = field(default_factory=dict)
    drafts: tuple[float, tuple[ActivationView, ...]] = (0.0, ())


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


async def drafts(request: Request) -> tuple[ActivationView, ...]:
    """The drafts at work, each with its place: every public page says so (NB23 「（征求意见稿）」)."""
    kept: Remembered = request.app.state.at_work
    if kept.drafts[0] < time.monotonic():
        kept.drafts = (time.monotonic() + _SECONDS, await _drafts(request))
    return kept.drafts[1]


async def _drafts(request: Request) -> tuple[ActivationView, ...]:
    services, asking = request.app.state.services, guard.asking_of(request)
    try:
        found = await services.ask_for(dict[str, list[ActivationView]], ListActivations(), asking)
    except (Refused, ServiceAway, ServiceFailed):
        return ()
    today = guard.utc_now().astimezone(SHANGHAI).date()
    begun = sorted(
        (a for a in found["activations"] if a.effective_on <= today),
        key=lambda a: (a.effective_on, a.activated_at),
    )
    newest = {a.jurisdiction: a for a in begun}
    return tuple(a for a in newest.values() if a.pack_status == "draft")


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
