"""A bus of its own for each test: database with the plumbing, virtual host, processes."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from amqp.basic_message import Message
from nameko.standalone.rpc import ClusterRpcProxy
from sqlalchemy import Engine, text

from deploy.forks import Fork, Forks, Warm
from shared.contracts.registry import UnitClosed
from shared.messaging import topology
from shared.messaging.broker import connection
from shared.messaging.relay import OutboxRelay
from shared.messaging.tables import METADATA
from shared.messaging.tx import open_tx
from shared.runtime.database import create_schema, make_engine
from shared.runtime.settings import Settings
from tests.integration.messaging.probe import EFFECTS, Probe
from tests.support.servers import Servers, a_database, a_vhost, environment, private_servers
from tests.support.waiting import wait_until

QUEUE = "incentives.on_closed"


@dataclass
class Bus:
    """What a test does with the bus; `processes` are ended with it."""

    servers: Servers
    warm: Warm
    database_url: str
    amqp_url: str
    home: Path
    registry: Engine
    incentives: Engine
    processes: list[Fork] = field(default_factory=list)

    def relay_process(self, **settings: str) -> Fork:
        """Start the process `relay` on this bus."""
        return self.start(self.warm.plain, "deploy.process:run", "relay", **settings)

    def probe_process(self, **settings: str) -> Fork:
        """Start the hearing service."""
        return self.start(self.warm.green, "tests.integration.messaging.probe:main", **settings)

    def start(self, forks: Forks, call: str, *arguments: str, **settings: str) -> Fork:
        """Start a process on this bus."""
        process = forks.start(
            call, *arguments, log=self.home / f"{len(self.processes)}.log",
            environment=environment(self.database_url, self.amqp_url, self.servers, self.home)
            | settings,
        )  # fmt: skip
        self.processes.append(process)
        return process

    def start_probe(self, **settings: str) -> Fork:
        """Start the hearing service and wait until it consumes."""
        before = self.consumers()
        process = self.probe_process(**settings)
        wait_until(
            lambda: process.poll() is not None or self.consumers() > before,
            seconds=30,
            what="probe",
        )
        assert process.poll() is None, self.logs()
        return process

    def stop(self, process: Fork, number: int = signal.SIGTERM) -> int:
        """Signal a process and wait for its end; its exit code."""
        process.send_signal(number)
        return process.wait(timeout=30)

    def say(self, *unit_ids: str, reason: str = "完工") -> None:
        """One fact for each unit, each in its own transaction, into the registry's outbox."""
        for unit_id in unit_ids:
            with open_tx(self.registry, service="registry") as tx:
                tx.emit(UnitClosed(unit_id=unit_id, closed_on=date(2026, 3, 1), reason=reason))

    def relay(self) -> OutboxRelay:
        """A relay of the registry's outbox, driven by the test."""
        return OutboxRelay("registry", self.registry, self.amqp_url)

    def drain(self) -> int:
        """Relay everything that is due; how many rows went."""
        relay, moved = self.relay(), 0
        while more := relay.turn():
            moved += more
        relay.close()
        return moved

    def publish(self, body: bytes, *, queue: str = QUEUE, **properties: Any) -> None:
        """Put raw bytes into a queue."""
        with connection(self.amqp_url) as opened:
            channel = opened.channel()
            message = Message(body, delivery_mode=2, **properties)
            channel.basic_publish(message, exchange="", routing_key=queue)
            channel.queue_declare(queue, passive=True)  # a round trip: the publish has arrived

    def rows(self, statement: str, engine: Engine | None = None, **values: Any) -> list[Any]:
        """Rows of a statement in the hearing service's schema (or another's)."""
        with (engine or self.incentives).begin() as connection:
            found = connection.execute(text(statement), values)
            return list(found.all()) if found.returns_rows else []

    def effects(self) -> list[str]:
        """The unit of each effect, in order of happening."""
        return [str(row[0]) for row in self.rows("SELECT unit_id FROM effect ORDER BY n")]

    def parked(self) -> dict[str, str]:
        """State of each message set aside, by message id."""
        return {r[0]: r[1] for r in self.rows("SELECT message_id, state FROM parked_message")}

    def consumers(self, queue: str = QUEUE) -> int:
        """How many consumers a queue has."""
        return int(self._queue(queue)[1])

    def depth(self, queue: str = QUEUE) -> int:
        """How many messages are ready in a queue."""
        return int(self._queue(queue)[0])

    def _queue(self, queue: str) -> tuple[int, int]:
        with connection(self.amqp_url) as opened:
            found = opened.channel().queue_declare(queue, passive=True)
            return found.message_count, found.consumer_count

    def ask(self, command: dict[str, Any], **context: Any) -> dict[str, Any]:
        """Call the probe by RPC, speaking the wire as the gateway does."""
        actor = {"id": "user_1", "name": "经办", "node": "330200", "roles": ["clerk"]}
        given = {"actor": actor} | context
        with ClusterRpcProxy({"AMQP_URI": self.amqp_url}, context_data=given, timeout=10) as rpc:
            answer: dict[str, Any] = rpc.incentives.double(command=command)
            return answer

    def logs(self) -> str:
        """What the processes wrote."""
        return "\n".join(p.read_text(errors="replace")[-3000:] for p in self.home.glob("*.log"))


def _bus(servers: Servers, warm: Warm, database_url: str, amqp_url: str, home: Path) -> Bus:
    given = Settings(database_url=database_url)
    for service in ("registry", "incentives"):
        create_schema(service, given)
    bus = Bus(
        servers, warm, database_url, amqp_url, home,
        make_engine("registry", given), make_engine("incentives", given),
    )  # fmt: skip
    for engine in (bus.registry, bus.incentives):
        with engine.begin() as connection:
            METADATA.create_all(connection, checkfirst=False)
    with bus.incentives.begin() as connection:
        connection.execute(text(EFFECTS))
    # A broker just restarted answers before its queues do.
    wait_until(lambda: _declared(amqp_url), seconds=20, what="the topology")
    return bus


def _declared(amqp_url: str) -> bool:
    topology.declare(amqp_url, topology.internal([Probe]))
    return True


def _end(bus: Bus) -> None:
    for process in bus.processes:
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=10)
    bus.registry.dispose()
    bus.incentives.dispose()


@pytest.fixture(scope="module")
def answering(
    servers: Servers, warm: Warm, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bus]:
    """One bus for a module, its probe running."""
    with a_database(servers) as database_url, a_vhost(servers) as amqp_url:
        home = tmp_path_factory.mktemp("answering")
        made = _bus(servers, warm, database_url, amqp_url, home)
        made.start_probe()
        yield made
        _end(made)


@pytest.fixture
def bus(servers: Servers, warm: Warm, tmp_path: Path) -> Iterator[Bus]:
    """A bus on the session's servers."""
    with a_database(servers) as database_url, a_vhost(servers) as amqp_url:
        made = _bus(servers, warm, database_url, amqp_url, tmp_path)
        yield made
        _end(made)


@pytest.fixture(scope="session")
def own_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Servers these tests may stop, freeze and crash."""
    with private_servers(tmp_path_factory.mktemp("crashable")) as own:
        yield own


@pytest.fixture
def pristine(warm: Warm, tmp_path: Path) -> Iterator[Bus]:
    """A bus on servers nobody has crashed.

    A RabbitMQ 3.10 node killed within a second of a queue's creation may never again find a
    leader for that queue, which is not what tests on this bus are about.
    """
    (tmp_path / "own").mkdir()
    with private_servers(tmp_path / "own") as own:
        made = _bus(own, warm, own.database_url, own.amqp_url, tmp_path)
        yield made
        _end(made)


@pytest.fixture
def crashable(own_servers: Servers, warm: Warm, tmp_path: Path) -> Iterator[Bus]:
    """A bus on servers that may be stopped and started."""
    with a_database(own_servers) as database_url, a_vhost(own_servers) as amqp_url:
        made = _bus(own_servers, warm, database_url, amqp_url, tmp_path)
        yield made
        _end(made)
