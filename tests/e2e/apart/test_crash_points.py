"""Every named point, one after another: the owner dies exactly there by SIGKILL, nothing is lost or
done twice.

One system for all points. The owner is taken down, work is laid before it, and it is started again
with the point armed; it dies there, comes back by the supervisor without it, and the same oracle as
in the kill run accounts for everything sent so far.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from amqp import Connection
from amqp.basic_message import Message

from deploy.forks import Fork, Warm
from deploy.supervisor import Child
from shared.messaging import parking
from shared.messaging.failpoints import FAILPOINTS
from shared.messaging.tx import open_tx
from shared.runtime.database import make_engine
from shared.runtime.settings import Settings
from tests.chaos import mix
from tests.chaos.drill import enrol, enter_units
from tests.chaos.ledger import read
from tests.chaos.mix import Party
from tests.chaos.office import Office
from tests.chaos.oracle import Finding, Oracle
from tests.chaos.publisher import Publisher
from tests.chaos.quiet import pending
from tests.support.servers import Servers
from tests.support.system import System, a_system
from tests.support.waiting import wait_until

OWNERS = {
    "hears": "incentives",
    "accepts": "registry",
    "relay": "relay",
    "ingress": "oversight-ingress",
    "judge": "oversight-judge",
}
CODES = ("points-one", "points-two")
EVENTS_A_POINT = 12
WORK = {  # where the owner's work lies before it is started again
    "hears": ("incentives.standing_heard",),
    "relay": ("oversight.outbox",),
    "ingress": tuple(f"agency.{code}/triggers" for code in CODES),
    "judge": ("inbox",),
}


@dataclass
class Stage:
    """A running system, two agencies that send when told to, and an officer."""

    servers: Servers
    system: System
    home: Path
    parties: list[Party]
    office: Office
    publishers: list[Publisher] = field(default_factory=list)
    released: int = 0

    def child(self, name: str) -> Child:
        """The supervised process."""
        assert self.system.run.supervisor is not None
        return self.system.run.supervisor.children[name]

    def take_down(self, name: str) -> None:
        """End the process; the supervisor does not bring it back by itself."""
        child = self.child(name)
        assert child.process is not None
        child.next_start = time.monotonic() + 3600
        os.kill(child.process.pid, signal.SIGKILL)
        child.process.wait(timeout=10)

    def start_armed(self, name: str, point: str) -> Fork:
        """Start it with the point set; the next start, the supervisor's, is without."""
        supervisor, child = self.system.run.supervisor, self.child(name)
        assert supervisor is not None
        before = supervisor.environment
        supervisor.environment = before | {"HEXIE_FAILPOINT": point}
        supervisor.launch(child)
        supervisor.environment, armed = before, child.process
        child.restarts, child.next_start = 0, 0.0
        assert armed is not None
        return armed

    def log_of(self, name: str) -> str:
        """The last lines a process wrote."""
        log = self.home / "system" / "logs" / f"{name}.log"
        return log.read_text(encoding="utf-8")[-4000:]

    def left(self) -> dict[str, int]:
        """What is on its way, by place."""
        run = self.system.run
        return pending(self.servers, run.database_url, run.amqp_url, CODES)

    def quiet(self) -> None:
        """Wait until everything sent has its receipt and nothing is on its way."""

        def still() -> bool:
            due = {p.name: len(p.waiting) + len(p.deferred) for p in self.publishers if _owes(p)}
            left = self.left()
            if due or left:
                raise AssertionError(f"no receipt yet: {due}; on its way: {left}")
            return True

        wait_until(still, seconds=90, what="quiet")

    def account(self) -> Finding:
        """The oracle's word on everything sent and entered so far."""
        records = {p.code: read(self.home / f"{p.code}.jsonl") for p in self.parties}
        oracle = Oracle(self.system.run.database_url, records, self.parties)
        return oracle.judge(self.office.entered)

    def assert_clean(self) -> None:
        """Nothing lost, doubled, unexpected or undecided so far."""
        finding = self.account()
        assert finding.clean, finding.first(30)

    def poison(self) -> bytes:
        """A message nobody can read, among what incentives hears."""
        body = b"\xff" + os.urandom(8)
        parts = urlsplit(self.system.run.amqp_url)
        connection = Connection(
            host=f"{parts.hostname}:{parts.port}", userid=unquote(parts.username or ""),
            password=unquote(parts.password or ""), virtual_host=unquote(parts.path[1:]),
        )  # fmt: skip
        connection.connect()
        channel = connection.channel()
        channel.basic_publish(Message(body, delivery_mode=2), "", "incentives.standing_heard")
        connection.close()
        return body

    def discard_parked(self) -> list[bytes]:
        """What incentives has parked, looked at and put away by an operator."""
        url = self.system.run.database_url
        engine = make_engine("incentives", Settings(database_url=url), pool_size=1)
        with open_tx(engine, service="incentives") as tx:
            rows = parking.list_parked(tx.session)
            found = [parking.find(tx.session, row["id"]) for row in rows]
            parking.discard(
                tx.session, [r["id"] for r in rows], by="test", reason="演练", dry_run=False
            )
        engine.dispose()
        return [bytes(row["body"]) for row in found if row is not None]


def _owes(publisher: Publisher) -> bool:
    return bool(publisher.waiting or publisher.deferred or publisher.is_behind)


@pytest.fixture(scope="module")
def stage(
    servers: Servers, warm: Warm, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    home = tmp_path_factory.mktemp("points")
    environment = {"HEXIE_ALLOW_FAILPOINTS": "true", "HEXIE_RPC_TIMEOUT": "2"}
    with a_system(servers, home / "system", environment=environment, warm=warm) as system:
        codes = [unit.code for unit in enter_units(system, 40)]
        parties = enrol(system.run, CODES)
        office = Office(system.url, system.run.database_url)
        found = Stage(servers, system, home, parties, office)
        total = EVENTS_A_POINT * len(FAILPOINTS)
        schedules = mix.schedules(parties, codes, events=total, seed="points")
        for party in parties:
            ledger = home / f"{party.code}.jsonl"
            found.publishers.append(
                Publisher(
                    party, schedules[party.code], ledger,
                    lambda: found.released / len(FAILPOINTS),
                )
            )  # fmt: skip
        for publisher in found.publishers:
            publisher.start()
        try:
            yield found
        finally:
            for publisher in found.publishers:
                publisher.stopping.set()
                publisher.join(10)


@pytest.mark.parametrize("point", FAILPOINTS)
def test_a_process_killed_exactly_there_loses_and_doubles_nothing(stage: Stage, point: str) -> None:
    family = point.partition(".")[0]
    owner = OWNERS[family]
    stage.take_down(owner)
    stage.released += 1
    poison = stage.poison() if point.endswith("_park") else b""
    officer = threading.Thread(target=stage.office.enter_once, daemon=True)
    if family == "accepts":
        officer.start()
    else:
        wait_until(lambda: any(stage.left().get(place) for place in WORK[family]), seconds=20)

    armed = stage.start_armed(owner, point)
    armed.wait(timeout=60)

    assert armed.returncode == -signal.SIGKILL, stage.log_of(owner)
    if family == "accepts":
        officer.join(60)
        assert not officer.is_alive()
    wait_until(lambda: stage.child(owner).process is not armed, what=f"{owner} started again")
    stage.quiet()
    assert stage.discard_parked() == ([poison] if poison else [])
    stage.assert_clean()


def test_every_point_has_been_passed_and_every_entry_sent(stage: Stage) -> None:
    assert stage.released == len(FAILPOINTS)
    assert all(publisher.done for publisher in stage.publishers)
    assert len(stage.office.entered) == 3 * sum(p.startswith("accepts.") for p in FAILPOINTS)
    stage.assert_clean()


def test_the_oracle_sees_what_is_missing_and_what_is_too_much(stage: Stage) -> None:
    stage.assert_clean()
    name = stage.system.run.database_url.rsplit("/", 1)[1]
    stage.servers.sql(
        "DELETE FROM incentives.unit_hold WHERE hold_id ="
        " (SELECT min(hold_id) FROM incentives.unit_hold)",
        name,
    )
    stage.servers.sql(
        "INSERT INTO incentives.unit_hold (hold_id, unit_id, effect, agency, event_id, placed_at)"
        " SELECT hold_id || suffix, unit_id, effect, agency, event_id || suffix2, placed_at FROM"
        " (SELECT * FROM incentives.unit_hold ORDER BY hold_id LIMIT 1) h,"
        " (VALUES ('-again', ''), ('-nobody', '-nobody')) AS copies (suffix, suffix2)",
        name,
    )

    found = stage.account().counts()

    assert (found["lost"], found["duplicated"], found["unexpected"]) == (1, 1, 1)
    assert found["differences"] > 0
