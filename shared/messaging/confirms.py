"""Publishing a window of messages and matching every confirm by its own delivery tag.

py-amqp's blocking confirm takes whatever confirm comes next for the one it waits for, so a
late one makes the following publish look safe. Here each tag is looked up; whatever is not
confirmed in time leaves the channel in doubt, and a channel in doubt is never used again.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from amqp.basic_message import Message

from shared.messaging.failpoints import failpoint
from shared.messaging.outages import BROKER_ERRORS

CONFIRM_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message with its address."""

    id: str
    exchange: str
    routing_key: str
    body: bytes
    headers: dict[str, Any]


@dataclass(slots=True)
class Outcome:
    """What became of a window. In neither: unknown, to be sent again; `doubt` says why."""

    confirmed: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    doubt: str = ""


class Confirming:
    """A channel in confirm mode. After an outcome in doubt, throw it away with its connection."""

    def __init__(self, channel: Any, *, seconds: float = CONFIRM_SECONDS) -> None:
        self.channel = channel
        self.seconds = seconds
        self._next_tag = 1
        self._waiting: dict[int, str] = {}
        self._returned: dict[str, str] = {}
        self._outcome = Outcome()
        channel.confirm_select()
        channel.events["basic_ack"].add(self._on_ack)
        channel.events["basic_nack"].add(self._on_nack)
        channel.events["basic_return"].add(self._on_return)

    def publish(self, messages: Sequence[Outgoing]) -> Outcome:
        """Publish all, mandatory and persistent, then wait for every confirm. Never raises
        for the broker's sake."""
        self._outcome, self._returned = Outcome(), {}
        try:
            failpoint("relay.before_publish")
            for message in messages:
                self._publish(message)
            failpoint("relay.after_publish")
            self._wait()
        except BROKER_ERRORS as error:
            self._outcome.doubt = f"{type(error).__name__}: {error}"[:300]
        return self._outcome

    def _publish(self, message: Outgoing) -> None:
        headers = dict(message.headers)
        properties = {k: headers.pop(k) for k in ("type", "correlation_id") if k in headers}
        self._waiting[self._next_tag] = message.id
        self._next_tag += 1
        self.channel.basic_publish(
            Message(
                message.body,
                content_type="application/json",
                delivery_mode=2,
                message_id=message.id,
                application_headers=headers,
                **properties,
            ),
            exchange=message.exchange,
            routing_key=message.routing_key,
            mandatory=True,
            timeout=self.seconds,
        )

    def _wait(self) -> None:
        failpoint("relay.before_confirm")
        deadline = time.monotonic() + self.seconds
        while self._waiting:
            before = len(self._waiting)
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(
                    f"{before} 条消息在 {self.seconds} 秒内未确认 (not confirmed in time)"
                )
            with contextlib.suppress(TimeoutError):
                self.channel.connection.drain_events(timeout=left)
            if len(self._waiting) < before:
                deadline = time.monotonic() + self.seconds
        failpoint("relay.after_confirm")

    def _on_ack(self, tag: int, multiple: bool) -> None:  # noqa: FBT001  py-amqp's signature
        for message_id in self._take(tag, multiple=multiple):
            if message_id in self._returned:
                self._outcome.refused[message_id] = self._returned.pop(message_id)
            else:
                self._outcome.confirmed.add(message_id)

    def _on_nack(self, tag: int, multiple: bool) -> None:  # noqa: FBT001  py-amqp's signature
        for message_id in self._take(tag, multiple=multiple):
            self._outcome.refused[message_id] = "代理拒收，队列可能已满 (nack)"

    def _on_return(self, error: Any, exchange: str, routing_key: str, message: Any) -> None:
        message_id = str(message.properties.get("message_id", ""))
        self._returned[message_id] = f"没有队列接收 (unroutable): {exchange} {routing_key} {error}"[
            :300
        ]

    def _take(self, tag: int, *, multiple: bool) -> list[str]:
        tags = [t for t in self._waiting if t <= tag] if multiple else [tag]
        return [self._waiting.pop(t) for t in tags if t in self._waiting]
