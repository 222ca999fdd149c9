"""Consumers of the real services, each with its own listener: in this process or forked from it.

`python -m tests.integration.messaging.run_consumer` reads orders from standard input, a JSON line
each, runs every one in a forked child until the child ends, and writes its exit code. The services
are imported once, so that a crash costs a fork and not a start.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass
from functools import partial

from sqlalchemy import Engine

from deploy.topology import service_classes
from shared.contracts import CATALOGUE
from shared.messaging import topology
from shared.messaging.apply import Applier
from shared.messaging.listener import Listener
from shared.runtime.database import make_engine
from shared.runtime.settings import Settings, settings


@dataclass(frozen=True)
class Order:
    """Which consumer runs on which database and virtual host, and where it is to die."""

    queue: str
    database_url: str
    amqp_url: str
    failpoint: str = ""

    def line(self) -> str:
        """As one line of JSON."""
        return json.dumps(asdict(self)) + "\n"


def consumers() -> list[str]:
    """Every queue that a service hears; a new consumer is here by existing."""
    return sorted(queue for cls in service_classes() for queue in topology.hearings(cls))


def listener_of(order: Order) -> tuple[Listener, Engine]:
    """The consumer as its service runs it, one message a transaction."""
    name, _, method = order.queue.partition(".")
    [service] = [c for c in service_classes() if c.name == name]  # type: ignore[attr-defined]
    events = {event.name for event in topology.hearings(service)[order.queue]}
    engine = make_engine(name, Settings(database_url=order.database_url))
    applier = Applier(
        engine=engine,
        service=name,
        consumer=order.queue,
        catalogue={key: shape for key, shape in CATALOGUE.items() if key[0] in events},
        deliver=partial(getattr(service, method), service()),
    )
    listener = Listener(
        url=order.amqp_url,
        queue=order.queue,
        settle=lambda batch: applier.apply([d.body for d in batch]),
        size=1,
        idle=applier.retry_due,
        check=partial(topology.check, queue=topology.quorum(order.queue)),
    )
    return listener, engine


def main() -> None:
    """Fork a child for each order and say how it ended."""
    consumers()
    for line in sys.stdin:
        order = Order(**json.loads(line))
        child = os.fork()
        if child == 0:
            os.environ |= {"HEXIE_FAILPOINT": order.failpoint, "HEXIE_ALLOW_FAILPOINTS": "1"}
            settings.cache_clear()
            listener_of(order)[0].run()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
