"""Agency virtual hosts into a store: stored first, acknowledged after, judged by somebody else.

Nothing is parsed here, so no content can be poison to this loop. What the channel itself
proves (which virtual host, which validated user) is handed on beside the untouched bytes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from shared.messaging import broker, topology
from shared.messaging.failpoints import failpoint
from shared.messaging.listener import Delivery, Listener
from shared.messaging.metrics import INGESTED
from shared.messaging.outages import Away, is_away
from shared.messaging.topology import WrongTopology

log = structlog.get_logger()

BATCH, LINGER, PREFETCH = 50, 0.02, 100
_REFRESH = 2.0


@dataclass(frozen=True, slots=True)
class Arrived:
    """One message as it came over an agency's channel. `vhost` is the only proof of origin."""

    vhost: str
    body: bytes
    properties: dict[str, Any]
    routing_key: str
    redelivered: bool

    @property
    def headers(self) -> dict[str, Any]:
        """The application headers, the signature among them."""
        return self.properties.get("application_headers") or {}

    @property
    def user_id(self) -> str:
        """The user the broker has validated, or "" when the sender did not set it."""
        return str(self.properties.get("user_id") or "")

    @property
    def message_id(self) -> str:
        """As the sender set it; never trusted over the body."""
        return str(self.properties.get("message_id") or "")


Store = Callable[[Sequence[Arrived]], None]


@dataclass(slots=True)
class Ingress:
    """One consumer a virtual host, each in its thread.

    vhosts   names the virtual hosts to listen to; asked again every two seconds
    store    stores a batch and commits; returns only then. Must take any bytes, any number of
             times. Whatever it raises holds the batch: nothing is rejected, nothing is lost.
    """

    amqp_url: str
    vhosts: Callable[[], Sequence[str]]
    store: Store
    queue: str = "triggers"
    _running: dict[str, tuple[Listener, threading.Thread]] = field(default_factory=dict, init=False)

    def run(self, stopping: threading.Event) -> None:
        """Listen to whatever `vhosts` names until told to stop; then drain and return."""
        while not stopping.is_set():
            try:
                self._follow(list(self.vhosts()))
            except SQLAlchemyError as error:
                log.warning("机构名单读取失败 agencies unknown", error=str(error)[:300])
            stopping.wait(_REFRESH)
        for listener, _ in self._running.values():
            listener.stop()
        for _, thread in self._running.values():
            thread.join()

    def consuming(self) -> dict[str, bool]:
        """For each virtual host whether its consumer consumes."""
        return {vhost: listener.consuming for vhost, (listener, _) in self._running.items()}

    def _follow(self, wanted: Sequence[str]) -> None:
        for vhost in set(self._running) - set(wanted):
            self._running[vhost][0].stop()
            if not self._running[vhost][1].is_alive():
                del self._running[vhost]
        for vhost in wanted:
            if vhost not in self._running or not self._running[vhost][1].is_alive():
                self._listen(vhost)

    def _listen(self, vhost: str) -> None:
        spec = next(q for q in topology.agency().queues if q.name == self.queue)
        listener = Listener(
            url=broker.vhost_url(self.amqp_url, vhost),
            queue=self.queue,
            settle=partial(self._settle, vhost),
            size=BATCH,
            linger=LINGER,
            prefetch=PREFETCH,
            point="ingress",
            check=partial(topology.check, queue=spec),
        )
        thread = threading.Thread(target=self._run, args=(vhost, listener), name=vhost)
        self._running[vhost] = (listener, thread)
        thread.start()

    def _run(self, vhost: str, listener: Listener) -> None:
        try:
            listener.run()
        except WrongTopology as error:
            log.error("机构虚拟主机与声明不符 agency topology", vhost=vhost, error=str(error))  # noqa: TRY400

    def _settle(self, vhost: str, batch: Sequence[Delivery]) -> None:
        arrived = [
            Arrived(vhost, d.body, d.properties, d.routing_key, d.redelivered) for d in batch
        ]
        failpoint("ingress.before_store")
        try:
            self.store(arrived)
        except Exception as error:
            if not is_away(error):
                log.exception("入库失败，暂存等待 store failed, holding", vhost=vhost)
            raise Away(f"{type(error).__name__}: {error}"[:300]) from error
        failpoint("ingress.after_store")
        INGESTED.labels(vhost).inc(len(arrived))
