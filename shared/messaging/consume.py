"""`@hears`: a nameko entrypoint that hears events in transactional batches.

nameko is the host here, not the semantics: the worker life cycle is its own, everything about
delivery is `listener` and `apply`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint

from shared.contracts import CATALOGUE
from shared.contracts.message import Event
from shared.messaging import health, topology
from shared.messaging.apply import Applier
from shared.messaging.listener import Listener
from shared.messaging.outages import Away
from shared.messaging.tx import Heard, Tx
from shared.runtime.database import engine_for

# nameko prints each failure with the statement's parameters, once a bisection. What failed is
# said once by `apply`, and kept with its traceback in the table.
logging.getLogger("nameko.containers").addFilter(
    lambda record: not str(record.msg).startswith("error handling worker")
)

Method = TypeVar("Method", bound=Callable[..., Any])


class Hears(Entrypoint):
    """One queue, `<service>.<method>`, applied by one method of the service class."""

    def __init__(self, *events: type[Event], size: int = 200, linger: float = 0.02) -> None:
        self.events, self.size, self.linger = events, size, linger
        self.listener: Listener | None = None
        self._thread: Any = None
        super().__init__()

    def setup(self) -> None:
        """Build the loop; nothing is opened yet."""
        service = self.container.service_name
        queue = f"{service}.{self.method_name}"
        applier = Applier(
            engine=engine_for(service),
            service=service,
            consumer=queue,
            catalogue={k: v for k, v in CATALOGUE.items() if k[0] in {e.name for e in self.events}},
            deliver=self._deliver,
        )
        self.listener = Listener(
            url=self.container.config["AMQP_URI"],
            queue=queue,
            settle=lambda batch: applier.apply([d.body for d in batch]),
            size=self.size,
            linger=self.linger,
            idle=applier.retry_due,
            check=partial(topology.check, queue=topology.quorum(queue)),
        )

    def start(self) -> None:
        """Start hearing; the first connection is not waited for."""
        if self.listener is not None:
            listener = self.listener
            health.watch(listener.queue, lambda: listener.consuming)
            self._thread = self.container.spawn_managed_thread(
                self.listener.run, identifier=f"hears[{self.method_name}]"
            )

    def stop(self) -> None:
        """Drain: the batch in hand is committed and acknowledged, the rest goes back."""
        self.kill()
        if self._thread is not None:
            self._thread.wait()

    def kill(self) -> None:
        """Stop as soon as the batch in hand is settled."""
        if self.listener is not None:
            self.listener.stop()

    def _deliver(self, tx: Tx, heard: list[Heard]) -> None:
        """Run the method in a nameko worker and wait; what it raises is raised here."""
        ended = threading.Event()
        raised: list[BaseException] = []

        def note(_context: Any, result: Any = None, exc_info: Any = None) -> tuple[Any, Any]:
            if exc_info is not None:
                raised.append(exc_info[1])
            ended.set()
            return result, exc_info

        try:
            self.container.spawn_worker(self, (tx, heard), {}, context_data={}, handle_result=note)
        except ContainerBeingKilled as error:
            raise Away("the process is ending") from error
        ended.wait()
        if raised:
            raise raised[0]


def hears(
    *events: type[Event], size: int = 200, linger: float = 0.02
) -> Callable[[Method], Method]:
    """Hear these events, in batches of at most `size`, waiting at most `linger` seconds for more.

    The method gets `(tx, heard)`: one transaction, and the events not heard before, in arrival
    order. It is committed, and only then acknowledged. Raising `Refused` parks the message;
    any other exception is retried, then parked. Queue and bindings come from `topology`.
    """
    if not events:
        raise TypeError("hears() needs at least one event class")

    def decorate(method: Method) -> Method:
        setattr(method, topology.HEARS, events)
        Hears.decorator(*events, size=size, linger=linger)(method)
        return method

    return decorate
