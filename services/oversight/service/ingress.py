"""The process `oversight-ingress`: every agency's channel into the inbox. Stores, never judges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import structlog

from services.oversight.handlers.agencies import channel_codes
from services.oversight.handlers.feed import store_incoming
from services.oversight.store.inbox import Incoming
from shared.messaging import health
from shared.messaging.ingress import Arrived, Ingress
from shared.messaging.management import Management, ManagementRefused
from shared.messaging.tx import open_tx
from shared.messaging.wakeup import stop_on_signals
from shared.runtime.database import engine_for
from shared.runtime.settings import settings

log = structlog.get_logger()

PREFIX = "agency."


def main() -> None:
    """Until SIGTERM."""
    stopping = stop_on_signals()
    ingress = Ingress(amqp_url=settings().amqp_url, vhosts=vhosts, store=store)
    health.watch("ingress", partial(_all_consume, ingress))
    if settings().health_port:
        health.serve("oversight-ingress", settings().health_port)
    ingress.run(stopping)


def store(arrived: Sequence[Arrived]) -> None:
    """Keep a batch and commit. What the channel proves goes beside the untouched bytes."""
    with open_tx(engine_for("oversight"), service="oversight") as tx:
        store_incoming(
            tx, [_incoming(one) for one in arrived], max_bytes=settings().event_max_bytes
        )


def vhosts() -> list[str]:
    """The channels to read: every agency ever registered whose virtual host exists.

    Those of revoked agencies too: what still lies there gets its refusal.
    """
    with open_tx(engine_for("oversight"), service="oversight") as tx:
        wanted = [f"{PREFIX}{code}" for code in channel_codes(tx)]
    there = _existing()
    return wanted if there is None else [name for name in wanted if name in there]


def _existing() -> set[str] | None:
    if not settings().amqp_management_url:
        return None
    try:
        return set(Management(settings().amqp_management_url).vhosts())
    except ManagementRefused as error:
        log.warning("虚拟主机清单不可得 vhosts unknown", error=str(error))
        return None


def _incoming(one: Arrived) -> Incoming:
    sig = one.headers.get("sig")
    return Incoming(
        agency=one.vhost.removeprefix(PREFIX),
        channel="amqp",
        user_id=_user(one.user_id),
        sig=sig if isinstance(sig, str) else "",
        content_type=str(one.properties.get("content_type") or ""),
        body=one.body,
    )


def _user(validated: str) -> str:
    """The agency behind a broker user; other users keep a mark so that none equals an agency."""
    return validated.removeprefix(PREFIX) if validated.startswith(PREFIX) else f"?{validated}"


def _all_consume(ingress: Ingress) -> bool:
    consuming: Callable[[], dict[str, bool]] = ingress.consuming
    return all(consuming().values())
