"""Plain AMQP for publishers and yardsticks: windowed confirms out, batches with one ack in."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from amqp import Connection
from amqp.basic_message import Message

QUORUM = {"x-queue-type": "quorum"}


@contextlib.contextmanager
def channel(url: str) -> Iterator[Any]:
    """A channel of a connection of its own."""
    parts = urlsplit(url)
    with Connection(
        host=f"{parts.hostname}:{parts.port or 5672}", userid=unquote(parts.username or ""),
        password=unquote(parts.password or ""), virtual_host=unquote(parts.path[1:]) or "/",
    ) as connection:  # fmt: skip
        yield connection.channel()


def declare(url: str, *queues: str) -> None:
    """Durable quorum queues, as the product's."""
    with channel(url) as wire:
        for queue in queues:
            wire.queue_declare(queue, durable=True, auto_delete=False, arguments=dict(QUORUM))


class Confirmed:
    """Publishes with confirms; `settle` waits until every one is here."""

    def __init__(self, wire: Any) -> None:
        self.wire = wire
        self.open: set[int] = set()
        self.tag = 0
        wire.confirm_select()
        wire.events["basic_ack"].add(self._on_ack)

    def publish(self, body: bytes, *, exchange: str = "", key: str = "", **properties: Any) -> None:
        """Send one persistent message."""
        self.tag += 1
        self.open.add(self.tag)
        message = Message(body, content_type="application/json", delivery_mode=2, **properties)
        self.wire.basic_publish(message, exchange=exchange, routing_key=key, mandatory=True)

    def settle(self, *, left: int = 0) -> None:
        """Wait until at most `left` publishes are unconfirmed."""
        while len(self.open) > left:
            self.wire.connection.drain_events(timeout=10)

    def pump(self, seconds: float) -> None:
        """Take in confirms for a while."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            with contextlib.suppress(TimeoutError):
                self.wire.connection.drain_events(timeout=left)

    def _on_ack(self, tag: int, multiple: bool) -> None:
        self.open -= {t for t in self.open if t <= tag} if multiple else {tag}


def publish_all(url: str, queue: str, bodies: Sequence[bytes], sigs: Sequence[str] = ()) -> None:
    """Fill a queue, 500 unconfirmed at most; with signatures where given."""
    with channel(url) as wire:
        out = Confirmed(wire)
        for n, body in enumerate(bodies):
            headers = {"sig": sigs[n]} if sigs else {}
            out.publish(body, key=queue, application_headers=headers)
            if len(out.open) >= 500:
                out.settle(left=250)
        out.settle()


def batches(
    wire: Any, queue: str, apply: Callable[[Sequence[Any]], None], *, size: int = 200
) -> None:
    """Consume for ever: up to `size` messages or 20 ms, applied, then one multiple ack."""
    arrived: list[Any] = []
    wire.basic_qos(0, size * 3, a_global=False)
    wire.basic_consume(queue, callback=arrived.append)
    while True:
        with contextlib.suppress(TimeoutError):
            wire.connection.drain_events(timeout=0.02 if arrived else 60)
            if len(arrived) < size:
                continue
        while arrived:
            batch = arrived[:size]
            del arrived[:size]
            apply(batch)
            wire.basic_ack(batch[-1].delivery_tag, multiple=True)


def as_bytes(message: Any) -> bytes:
    """The body as it was sent."""
    body = message.body
    return body.encode() if isinstance(body, str) else bytes(body)
