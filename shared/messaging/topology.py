"""Every exchange, queue and binding, in one place; nothing else declares any.

`declare` is idempotent and run by `hexie run` and `hexie migrate`. Consumers only check.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from amqp.exceptions import NotFound, PreconditionFailed

from shared.contracts import EVENTS
from shared.contracts.message import Event
from shared.messaging import broker

HEARS = "hexie_hears"
DELIVERY_LIMIT = 1000  # a crash counts once for every prefetched message; 20 would park innocents
_FEED_MESSAGES = 100_000
_UNHEARD_MESSAGES = 10_000
_TRIGGER_BYTES = 512 * 1024 * 1024
_RECEIPT_BYTES = 256 * 1024 * 1024


class WrongTopology(RuntimeError):  # noqa: N818  read as a sentence
    """A queue, exchange or binding on the broker is not as declared; the text says the remedy."""


@dataclass(frozen=True, slots=True)
class ExchangeSpec:
    """A durable exchange."""

    name: str
    type: str = "topic"
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QueueSpec:
    """A durable quorum queue."""

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Binding:
    """A queue listens to an exchange under a key."""

    queue: str
    exchange: str
    key: str


@dataclass(frozen=True, slots=True)
class Topology:
    """Everything of one virtual host; `unbound` are bindings of earlier versions to take away."""

    exchanges: tuple[ExchangeSpec, ...]
    queues: tuple[QueueSpec, ...]
    bindings: tuple[Binding, ...]
    unbound: tuple[Binding, ...] = ()


def quorum(name: str, **more: Any) -> QueueSpec:
    """A quorum queue that loses nothing: counted deliveries, dead letters at least once.

    `reject-publish` is part of that: with `drop-head` the broker silently falls back to
    dead-lettering at most once.
    """
    return QueueSpec(
        name,
        {
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": "dead",
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
            **{key.replace("_", "-"): value for key, value in more.items()},
        },
    )


def _last(name: str, **more: Any) -> QueueSpec:
    """A queue at the end of the road: nothing behind it, so nothing is ever pushed out of it."""
    return QueueSpec(
        name,
        {
            "x-queue-type": "quorum",
            "x-delivery-limit": 1_000_000,
            **{key.replace("_", "-"): value for key, value in more.items()},
        },
    )


def hearings(service: type) -> dict[str, tuple[type[Event], ...]]:
    """Queue name -> events, for each `@hears` method of a service class."""
    return {
        f"{service.name}.{method}": getattr(function, HEARS)  # type: ignore[attr-defined]
        for method, function in inspect.getmembers(service, inspect.isfunction)
        if hasattr(function, HEARS)
    }


def internal(services: Iterable[type], events: Iterable[type[Event]] = EVENTS) -> Topology:
    """The topology of the internal virtual host, read from the `@hears` of the service classes.

    An event nobody hears goes to `unheard`, bounded and dropping its oldest: publishing is
    mandatory, so without it such an event would hold up its subject for ever. A hearer whose
    binding is missing is still noticed, because `unheard` is bound to the others only.
    """
    heard = {queue: shapes for service in services for queue, shapes in hearings(service).items()}
    said = {_address(event) for event in events}
    wanted = {_address(event) for shapes in heard.values() for event in shapes}
    bindings = [
        Binding(queue, *_address(event)) for queue, shapes in heard.items() for event in shapes
    ]
    bindings += [Binding("unheard", *address) for address in sorted(said - wanted)]
    bindings.append(Binding("dead", "dead", ""))
    sources = sorted({exchange for exchange, _ in said | wanted})
    return Topology(
        exchanges=(*(ExchangeSpec(s) for s in sources), ExchangeSpec("dead", "fanout")),
        queues=(
            *(quorum(queue) for queue in sorted(heard)),
            _last("dead"),
            _last("unheard", x_max_length=_UNHEARD_MESSAGES, x_overflow="drop-head"),
        ),
        bindings=tuple(bindings),
        unbound=tuple(Binding("unheard", *address) for address in sorted(wanted)),
    )


def agency() -> Topology:
    """The topology of one agency's virtual host.

    feed drops its oldest when an agency does not read: it carries copies of published lists
    that can be fetched again, and a silent agency must not fill our disk. receipts push back
    instead: they wait in our outbox.
    """
    return Topology(
        exchanges=(
            ExchangeSpec("dead", "fanout"),
            ExchangeSpec("lost", "fanout"),
            ExchangeSpec("triggers", "fanout", {"alternate-exchange": "lost"}),
            ExchangeSpec("feed", "fanout"),
            ExchangeSpec("receipts", "fanout"),
        ),
        queues=(
            _last("dead"),
            _last("lost"),
            quorum("triggers", x_single_active_consumer=True, x_max_length_bytes=_TRIGGER_BYTES),
            _last("feed", x_max_length=_FEED_MESSAGES, x_overflow="drop-head"),
            quorum("receipts", x_max_length_bytes=_RECEIPT_BYTES),
        ),
        bindings=tuple(
            Binding(name, name, "") for name in ("dead", "lost", "triggers", "feed", "receipts")
        ),
    )


def declare(url: str, topology: Topology) -> None:
    """Bring a virtual host to this topology; `WrongTopology` when something there differs."""
    with broker.connection(url) as connection:
        for exchange in topology.exchanges:
            _declared(connection, exchange)
        for queue in topology.queues:
            _declared(connection, queue)
        channel = connection.channel()
        for bound in topology.bindings:
            channel.queue_bind(bound.queue, bound.exchange, bound.key)
        for gone in topology.unbound:
            channel.queue_unbind(gone.queue, gone.exchange, gone.key)


def check(connection: Any, queue: QueueSpec) -> None:
    """Refuse a queue that is missing or not as declared here. Creates nothing."""
    try:
        connection.channel().queue_declare(queue.name, passive=True)
    except NotFound as error:
        raise WrongTopology(
            f"队列 {queue.name} 不存在（queue missing）。请先运行 hexie migrate 声明全部队列。"
        ) from error
    _declared(connection, queue)


def _declared(connection: Any, what: ExchangeSpec | QueueSpec) -> None:
    channel = connection.channel()
    try:
        if isinstance(what, ExchangeSpec):
            channel.exchange_declare(
                what.name, what.type, durable=True, auto_delete=False, arguments=what.arguments
            )
        else:
            channel.queue_declare(
                what.name, durable=True, auto_delete=False, arguments=what.arguments
            )
    except PreconditionFailed as error:
        raise WrongTopology(
            f"{what.name} 与声明不符（not as declared）：{error.reply_text}。"
            f"应为 {what.arguments}。"
            f"请停止服务，取空后删除 {what.name}，再运行 hexie migrate。"
        ) from error
    channel.close()


def _address(event: type[Event]) -> tuple[str, str]:
    """Exchange and routing key of an event."""
    source, _, key = event.name.partition(".")
    return f"{source}.events", key
