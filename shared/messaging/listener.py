"""The consuming loop: raw bytes in batches, one multiple ack after each batch is settled.

Two threads a queue: one owns the connection (deliveries, acks, heartbeats), one settles
batches. While settling is impossible the consumer is cancelled and what was delivered is
held: no delivery count is burnt and nothing is rejected. In a nameko process both threads
are green, because the process is monkey-patched.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog
from amqp import spec

from shared.messaging import broker
from shared.messaging.failpoints import failpoint
from shared.messaging.metrics import PROGRESS
from shared.messaging.outages import BROKER_ERRORS, Away

log = structlog.get_logger()

_FIRST_DELAY, _LONGEST_DELAY = 0.2, 5.0
_QUIET_LINGER = 0.002


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message as the broker gave it: body untouched, properties as they came."""

    tag: int
    body: bytes
    properties: dict[str, Any]
    routing_key: str = ""
    exchange: str = ""
    redelivered: bool = False

    @property
    def headers(self) -> dict[str, Any]:
        """The application headers."""
        return self.properties.get("application_headers") or {}


@dataclass(slots=True)
class Listener:
    """Consumes one queue until stopped, reconnecting by itself after 0.2 to 5 seconds.

    settle   takes a batch; when it returns the batch is acknowledged. `Away` holds the batch.
    idle     called between batches, at least twice a second
    check    called with each new connection before consuming; raises to end the process
    """

    url: str
    queue: str
    settle: Callable[[Sequence[Delivery]], None]
    size: int = 200
    linger: float = 0.02
    prefetch: int = 0
    point: str = "hears"
    idle: Callable[[], None] | None = None
    check: Callable[[Any], None] | None = None
    consuming: bool = field(default=False, init=False)
    stopping: threading.Event = field(default_factory=threading.Event, init=False)

    def stop(self) -> None:
        """Finish the batch in hand, acknowledge it, give the rest back untouched, return."""
        self.stopping.set()

    def run(self) -> None:
        """Consume until `stop`. Raises only what `check` or a defect in `settle` raises."""
        delay = _FIRST_DELAY
        while not self.stopping.is_set():
            try:
                with broker.connection(self.url) as connection:
                    wire = broker.establish(connection)
                    delay = _FIRST_DELAY
                    if self.check is not None:
                        self.check(connection)
                    _Session(self, wire, connection.channel()).run()
            except BROKER_ERRORS as error:
                if self.stopping.is_set():
                    return
                log.warning(
                    "消息代理断开，稍后重连 broker lost",
                    queue=self.queue,
                    error=repr(error),
                    after=delay,
                )
                self.stopping.wait(delay * (0.75 + random.random() / 2))  # noqa: S311
                delay = min(delay * 2, _LONGEST_DELAY)
            finally:
                self.consuming = False


class _Session:
    """One connection's life. Tags mean something only inside it."""

    def __init__(self, listener: Listener, wire: Any, channel: Any) -> None:
        self.owner = listener
        self.wire = wire
        self.channel = channel
        self.channel.auto_decode = False
        self.buffer: deque[Delivery] = deque()
        self.first_at = 0.0
        self.last_size = 0
        self.news = threading.Condition()
        self.closing = False
        self.held = False
        self.done = self.acked = self.seen = 0
        self.consumer_tag = ""
        self.worker = threading.Thread(target=self._settle_all, daemon=True)

    def run(self) -> None:
        """Until the listener stops or the connection is lost."""
        prefetch = self.owner.prefetch or self.owner.size * 3
        self.channel.basic_qos(0, prefetch, a_global=False)
        self.worker.start()
        try:
            self._loop()
            self._leave()
        finally:
            self.closing = True
            with self.news:
                self.news.notify_all()
            self.worker.join()

    def _loop(self) -> None:
        beat_at = 0.0
        while True:
            stopping = self.owner.stopping.is_set()
            self._listen(wanted=not (stopping or self.held))
            if stopping:
                with self.news:
                    self.news.notify_all()
            if not self.worker.is_alive():
                if stopping:
                    return
                raise RuntimeError(
                    f"{self.owner.queue}: 处理线程意外结束 (the settling thread ended)"
                )
            self._acknowledge()
            with contextlib.suppress(TimeoutError):
                self.wire.drain_events(timeout=0.005 if self.seen > self.acked else 0.2)
            if time.monotonic() - beat_at > 1:
                beat_at = time.monotonic()
                self.wire.heartbeat_tick()
                PROGRESS.labels(self.owner.queue).set_to_current_time()

    def _listen(self, *, wanted: bool) -> None:
        """Consume, or cancel consuming, as wanted."""
        if wanted and not self.consumer_tag:
            self.consumer_tag = self.channel.basic_consume(
                self.owner.queue, callback=self._delivered
            )
            self.owner.consuming = True
        elif not wanted and self.consumer_tag:
            tag, self.consumer_tag = self.consumer_tag, ""
            self.channel.basic_cancel(tag)
            self.owner.consuming = False

    def _delivered(self, message: Any) -> None:
        info = message.delivery_info
        delivery = Delivery(
            tag=info["delivery_tag"],
            body=_raw(message.body),
            properties=message.properties,
            routing_key=info["routing_key"],
            exchange=info["exchange"],
            redelivered=bool(info["redelivered"]),
        )
        with self.news:
            if not self.buffer:
                self.first_at = time.monotonic()
            self.buffer.append(delivery)
            self.seen = delivery.tag
            if len(self.buffer) == 1 or len(self.buffer) >= self.owner.size:
                self.news.notify()

    def _acknowledge(self) -> None:
        if self.done > self.acked:
            done = self.done
            failpoint(f"{self.owner.point}.before_ack")
            self.channel.basic_ack(done, multiple=True)
            self.acked = done
            failpoint(f"{self.owner.point}.after_ack")

    def _leave(self) -> None:
        """Acknowledge the last batch, then give back the rest, oldest first to keep its order.

        One `nack` each: `multiple` gives them back shuffled. It is not counted by 4.3 and later.
        """
        self._acknowledge()
        for tag in range(self.acked + 1, self.seen + 1):
            self.channel.send_method(spec.Basic.Nack, "Lbb", (tag, False, True))
        self.channel.close()

    # --- the settling thread -----------------------------------------------------------------

    def _settle_all(self) -> None:
        while not self._over():
            batch = self._next_batch()
            self._patiently(partial(self._turn, batch))

    def _turn(self, batch: list[Delivery]) -> None:
        if batch:
            self.owner.settle(batch)
            self.done = batch[-1].tag
            batch.clear()  # settled once, whatever the idle turn meets
        if self.owner.idle is not None:
            self.owner.idle()

    def _patiently(self, act: Callable[[], None]) -> None:
        """Do it, waiting out any outage; undone when the session ends first."""
        delay = _FIRST_DELAY
        while not self._over():
            try:
                act()
            except Away as error:
                if not self.held:
                    log.warning(
                        "数据库不可用，暂停接收 database away, holding",
                        queue=self.owner.queue,
                        error=str(error),
                    )
                self.held = True
                with self.news:
                    self.news.wait_for(self._over, timeout=delay * (0.75 + random.random() / 2))  # noqa: S311
                delay = min(delay * 2, _LONGEST_DELAY)
            else:
                if self.held:
                    log.info("数据库恢复，继续接收 database back", queue=self.owner.queue)
                self.held = False
                return

    def _next_batch(self) -> list[Delivery]:
        """A full batch, or what came within the linger, or nothing after half a second.

        Under load it waits the whole linger for a fuller batch; after a small batch hardly at
        all, because then waiting buys nothing and costs each hop its latency.
        """
        busy = self.last_size >= self.owner.size // 4
        linger = self.owner.linger if busy else min(self.owner.linger, _QUIET_LINGER)
        with self.news:
            if not self.buffer:
                self.news.wait_for(lambda: bool(self.buffer) or self._over(), timeout=0.5)
            while self.buffer and len(self.buffer) < self.owner.size and not self._over():
                left = self.first_at + linger - time.monotonic()
                if left <= 0 or not self.news.wait(left):
                    break
            if self._over():
                return []
            batch = [self.buffer.popleft() for _ in range(min(len(self.buffer), self.owner.size))]
            self.first_at, self.last_size = time.monotonic(), len(batch)
            return batch

    def _over(self) -> bool:
        return self.closing or self.owner.stopping.is_set()


def _raw(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else bytes(body)
