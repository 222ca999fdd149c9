"""One conformance suite over every consumer there is: delivery goes wrong, the effect does not.

Parametrised over the `@hears` of the service classes. Real handlers, real PostgreSQL and RabbitMQ;
each scenario on a database of its own, compared with one undisturbed hearing of the same messages.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from amqp.basic_message import Message
from sqlalchemy import Engine, text

from deploy.topology import declare_all
from shared.contracts.message import Envelope
from shared.messaging.apply import message_id_of
from shared.messaging.broker import connection
from shared.runtime.database import make_engine
from shared.runtime.settings import Settings
from tests.integration.messaging.run_consumer import Order, consumers, listener_of
from tests.support import hearing
from tests.support.servers import Servers, a_database, a_vhost
from tests.support.waiting import wait_until

CONSUMERS = consumers()
LAST = b"the last message of a scenario"
POINTS = ("before_commit", "after_commit", "before_ack")
_END_SESSIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'"
Given = Callable[[], "Desk"]


@dataclass
class Desk:
    """One consumer on its own database: what it is sent, what it made of it."""

    servers: Servers
    order: Order
    engine: Engine
    bodies: list[bytes]

    @property
    def queue(self) -> str:
        """The consumer's queue."""
        return self.order.queue

    def send(self, bodies: Sequence[bytes]) -> None:
        """Put these into the queue, in this order."""
        with connection(self.order.amqp_url) as opened:
            channel = opened.channel()
            for body in bodies:
                message = Message(body, delivery_mode=2)
                channel.basic_publish(message, exchange="", routing_key=self.queue)
            channel.queue_declare(self.queue, passive=True)

    @contextmanager
    def hearing(self) -> Iterator[Callable[[], bool]]:
        """The consumer runs; the function inside tells whether it is consuming."""
        listener, engine = listener_of(self.order)
        thread = threading.Thread(target=listener.run, daemon=True)
        thread.start()
        try:
            yield lambda: listener.consuming
        finally:
            listener.stop()
            thread.join(timeout=30)
            engine.dispose()

    def hear(self, bodies: Sequence[bytes] = ()) -> dict[str, str]:
        """Hear what is in the queue, these, and a last message that only marks the end."""
        self.send([*bodies, LAST])
        with self.hearing():
            self.wait([message_id_of(LAST)])
        return self.settled()

    def settled(self) -> dict[str, str]:
        """What became of each message."""
        found = hearing.settled(self.engine, self.queue)
        return {key: state for key, state in found.items() if key != message_id_of(LAST)}

    def wait(self, ids: Iterable[str]) -> None:
        """Until each of these messages is heard or set aside, and acknowledged."""
        wanted = set(ids)
        wait_until(
            lambda: wanted <= set(hearing.settled(self.engine, self.queue)),
            seconds=20, what=f"{self.queue} to settle all",
        )  # fmt: skip

    def held(self) -> dict[str, list[str]]:
        """What the service holds and has said."""
        return hearing.held_by(self.engine)

    def parked(self) -> dict[str, bytes]:
        """Bytes of each message set aside, by message id."""
        with self.engine.connect() as opened:
            found = opened.execute(text("SELECT message_id, body FROM parked_message"))
            return {row[0]: bytes(row[1]) for row in found}


@dataclass
class Forks:
    """The process that forks consumers which are to die."""

    process: subprocess.Popen[str]

    def run(self, order: Order) -> int:
        """Run a consumer until it ends; its exit code."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(order.line())
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@pytest.fixture(scope="module")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    """One for the module."""
    log = tmp_path_factory.mktemp("forks") / "log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.integration.messaging.run_consumer"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True,
            cwd=Path(__file__).parents[3],
        )  # fmt: skip
        with process:
            yield Forks(process)
            assert process.stdin is not None
            process.stdin.close()


@dataclass
class Furnished:
    """A database in which every service has the law and the unit; each scenario takes a copy."""

    name: str
    known: dict[str, str]
    before: dict[str, dict[str, list[str]]]
    undisturbed: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    outcome: dict[str, dict[str, str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def vhost(servers: Servers) -> Iterator[str]:
    """A virtual host with the whole topology."""
    with a_vhost(servers) as url:
        declare_all(url)
        yield url


@pytest.fixture(scope="module")
def furnished(servers: Servers, migrated: str, vhost: str) -> Iterator[Furnished]:
    """The template of all scenarios."""
    with a_database(servers, template=migrated) as url:
        registry = make_engine("registry", Settings(database_url=url))
        known = hearing.furnish_registry(registry)
        registry.dispose()
        oversight = make_engine("oversight", Settings(database_url=url))
        hearing.furnish_oversight(oversight)
        oversight.dispose()
        for service, queue in _first_hearers().items():
            engine = make_engine(service, Settings(database_url=url))
            desk = Desk(servers, Order(queue, url, vhost), engine, hearing.prelude(service, known))
            assert set(desk.hear(desk.bodies).values()) == {"heard"}
            with engine.begin() as opened:
                opened.execute(text("DELETE FROM parked_message"))
            engine.dispose()
        before = {}
        for service in {queue.partition(".")[0] for queue in CONSUMERS}:
            engine = make_engine(service, Settings(database_url=url))
            before[service] = hearing.held_by(engine)
            engine.dispose()
        yield Furnished(url.rsplit("/", 1)[1], known, before)


def _first_hearers() -> dict[str, str]:
    """Which queue of a service hears the law and the unit."""
    names = {queue: {event.name for event in hearing.events_of(queue)} for queue in CONSUMERS}
    return {
        queue.partition(".")[0]: queue
        for queue, heard in names.items()
        if {"registry.pack_activated", "registry.unit_entered"} <= heard
    }


@pytest.fixture
def desk(
    servers: Servers, vhost: str, furnished: Furnished, request: pytest.FixtureRequest
) -> Iterator[Given]:
    """`desk()`: the consumer of this test on a fresh copy."""
    queue = str(request.getfixturevalue("queue"))
    with ExitStack() as open_ones:

        def give() -> Desk:
            url = open_ones.enter_context(a_database(servers, template=furnished.name))
            engine = make_engine(queue.partition(".")[0], Settings(database_url=url))
            open_ones.callback(engine.dispose)
            bodies = hearing.bodies_for(queue, furnished.known)
            return Desk(servers, Order(queue, url, vhost), engine, bodies)

        if queue not in furnished.undisturbed:
            quiet = give()
            furnished.outcome[queue] = quiet.hear(quiet.bodies)
            furnished.undisturbed[queue] = quiet.held()
        yield give


@pytest.mark.parametrize("queue", CONSUMERS)
@pytest.mark.usefixtures("desk")
def test_undisturbed_every_message_is_heard_and_has_an_effect(
    queue: str, furnished: Furnished
) -> None:
    assert set(furnished.outcome[queue].values()) == {"heard"}
    assert furnished.undisturbed[queue] != furnished.before[queue.partition(".")[0]]


@pytest.mark.parametrize("queue", CONSUMERS)
def test_delivered_twice_has_the_effect_of_once(
    queue: str, desk: Given, furnished: Furnished
) -> None:
    twice = desk()

    outcome = twice.hear([*(b for b in twice.bodies for _ in range(2)), *twice.bodies])

    assert outcome == furnished.outcome[queue]
    assert twice.held() == furnished.undisturbed[queue]


@pytest.mark.parametrize("queue", CONSUMERS)
def test_delivered_out_of_order_it_ends_with_the_same_facts(
    queue: str, desk: Given, furnished: Furnished
) -> None:
    reversed_ = desk()

    outcome = reversed_.hear(reversed_.bodies[::-1])

    assert outcome == furnished.outcome[queue], reversed_.parked()
    assert reversed_.held() == furnished.undisturbed[queue]


@pytest.mark.parametrize("queue", CONSUMERS)
def test_an_unknown_version_and_malformed_bytes_are_parked_whole_and_the_rest_goes_on(
    queue: str, desk: Given, furnished: Furnished
) -> None:
    odd = desk()
    envelope = Envelope.from_bytes(odd.bodies[0])
    newer = envelope.model_copy(update={"id": "evt_newer", "version": 99}).to_bytes()
    hollow = envelope.model_copy(update={"id": "evt_hollow", "data": {}}).to_bytes()
    broken = [b"\xff\xfe not json", b"{}", json.dumps([1]).encode()]
    bad = [newer, hollow, *broken]

    outcome = odd.hear([*bad[:2], *odd.bodies, *bad[2:]])

    assert {outcome[message_id_of(body)] for body in bad} == {"parked"}
    assert {key: outcome[key] for key in furnished.outcome[queue]} == furnished.outcome[queue]
    assert set(bad) <= set(odd.parked().values())
    assert odd.held() == furnished.undisturbed[queue]


@pytest.mark.parametrize("queue", CONSUMERS)
def test_killed_around_each_commit_it_has_every_effect_once(
    queue: str, desk: Given, furnished: Furnished, forks: Forks
) -> None:
    dying = desk()
    known = len(dying.settled())
    dying.send(dying.bodies)

    codes, done = [], []
    for point in POINTS:
        order = replace(dying.order, failpoint=f"hears.{point}")
        codes.append(forks.run(order))
        done.append(len(dying.settled()) - known)
    outcome = dying.hear()

    assert codes == [-9, -9, -9]
    # Its settling thread may be ahead of the one that acknowledges, so at the last point it
    # may have heard more than the first message again; never fewer.
    assert done[:2] == [0, 1]
    assert 1 <= done[2] <= len(dying.bodies)
    assert outcome == furnished.outcome[queue]
    assert dying.held() == furnished.undisturbed[queue]


@pytest.mark.parametrize("queue", CONSUMERS)
def test_while_the_database_is_away_it_waits_and_then_has_every_effect_once(
    queue: str, desk: Given, furnished: Furnished
) -> None:
    away = desk()
    name = away.order.database_url.rsplit("/", 1)[1]
    with away.hearing() as consuming:
        wait_until(consuming, what="consuming")
        away.servers.sql(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false')
        away.servers.sql(_END_SESSIONS.format(name))

        away.send(away.bodies)
        wait_until(lambda: not consuming(), what="consuming to stop")
        away.servers.sql(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS true')
        away.wait(message_id_of(body) for body in away.bodies)
        wait_until(consuming, what="consuming again")

    assert away.settled() == furnished.outcome[queue]
    assert away.held() == furnished.undisturbed[queue]
