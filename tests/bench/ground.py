"""What every row stands on: private servers that remember commit times, and a region of units.

The region is made by the services' own handlers, batch by batch, without the bus, and copied for
each round. Commit times are PostgreSQL's own (`track_commit_timestamp`), for us and yardsticks alike.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event as Pause
from typing import Any

from sqlalchemy import Engine

from deploy.forks import Warm
from deploy.run import Run
from deploy.sample.units import DISTRICTS, credit_code
from services.incentives.handlers import hear
from services.oversight.handlers import titles_heard
from shared.contracts.evaluation import UnitRecognised
from shared.contracts.message import SYSTEM, Envelope, Event
from shared.contracts.registry import PackActivated, UnitEntered
from shared.messaging.tx import Heard, open_tx
from shared.policy.codec import pack_to_json
from shared.runtime import packs
from shared.runtime.database import make_engine
from shared.runtime.ids import uuid7
from shared.runtime.migrate import migrate_all
from shared.runtime.settings import Settings
from tests.support.servers import Servers, a_vhost, private_servers

ROUTINE = "labour_inspection_routine"
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Unit:
    """A recognised enterprise of the region, known to incentives and oversight."""

    unit_id: str
    code: str
    division: str

    @property
    def hex(self) -> str:
        """What is the unit's own in its id."""
        return self.unit_id.rpartition("_")[2]


@dataclass(frozen=True, slots=True)
class World:
    """Servers with a database `template` in which all `units` have running benefits."""

    servers: Servers
    warm: Warm
    home: Path
    template: str
    units: list[Unit]

    @contextlib.contextmanager
    def copy(self) -> Iterator[str]:
        """A database of its own with the whole region; its URL."""
        name = f"b_{uuid7().hex}"
        self.servers.sql(f'CREATE DATABASE "{name}" TEMPLATE "{self.template}"')
        self.servers.sql("CHECKPOINT")
        try:
            yield self.servers.database(name)
        finally:
            self.servers.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    @contextlib.contextmanager
    def running(self, *names: str) -> Iterator[Run]:
        """These processes on a copy of the region and a virtual host of their own."""
        with self.copy() as database, a_vhost(self.servers) as vhost:
            chosen = Settings(
                home=self.home / uuid7().hex, port=0, database_url=database, amqp_url=vhost,
                amqp_management_url=self.servers.management_url,
            )  # fmt: skip
            run = Run(chosen, quiet=True, names=names, sample_clock=False, warm=self.warm)
            run.up()
            try:
                yield run
            finally:
                run.down()


@contextlib.contextmanager
def a_world(home: Path, count: int, warm: Warm) -> Iterator[World]:
    """Private servers and a region of this many recognised enterprises; all gone afterwards."""
    with private_servers(home / "servers") as servers:
        assert servers.postgres is not None
        servers.sql("ALTER SYSTEM SET track_commit_timestamp = on")
        servers.postgres.stop()
        servers.postgres.start()
        name = "world"
        servers.sql(f'CREATE DATABASE "{name}"')
        chosen = Settings(home=home, database_url=servers.database(name))
        migrate_all(chosen)
        units = _some_units(count)
        _settle_in(chosen, units)
        servers.sql("VACUUM (ANALYZE)", name)
        yield World(servers, warm, home, name, units)


def _some_units(count: int) -> list[Unit]:
    divisions = sorted(DISTRICTS)
    return [
        Unit(f"unit_{uuid7().hex}", credit_code(divisions[n % 10], n), divisions[n % 10])
        for n in range(count)
    ]


def _settle_in(chosen: Settings, units: Sequence[Unit]) -> None:
    """The law, every unit's entry and its recognition, as the two services hear them."""
    engines = {name: make_engine(name, chosen, pool_size=1) for name in ("incentives", "oversight")}
    _both(engines, [_law()])
    with open_tx(engines["incentives"], service="incentives") as tx:
        hear.reassess(tx)  # the law is adopted before there are units: nothing is left to look at
    for start in range(0, len(units), _BATCH):
        part = units[start : start + _BATCH]
        entered = [_heard(_entry(unit), unit.unit_id) for unit in part]
        _both(engines, entered + [_heard(_recognition(unit), unit.unit_id) for unit in part])
    for name, engine in engines.items():
        with open_tx(engine, service=name) as tx:
            tx.session.connection().exec_driver_sql("UPDATE outbox SET sent_at = now()")
        engine.dispose()


def _both(engines: Mapping[str, Engine], heard: list[Heard]) -> None:
    with open_tx(engines["incentives"], service="incentives") as tx:
        hear.hear(tx, heard)
    with open_tx(engines["oversight"], service="oversight") as tx:
        titles_heard.follow(tx, heard)


def _law() -> Heard:
    pack = packs.all_packs()["ningbo-2023"]
    said = PackActivated(
        pack_id=pack.id, pack_version=pack.version, fingerprint=pack.fingerprint,
        jurisdiction="330200", effective_on=date(2025, 1, 6), reason="测量启用",
        content=pack_to_json(pack),
    )  # fmt: skip
    return _heard(said, "330200")


def _entry(unit: Unit) -> UnitEntered:
    return UnitEntered(
        unit_id=unit.unit_id, kind="enterprise", name_text=f"测量{unit.code}有限公司",
        code=unit.code, division=unit.division, size="medium", industry="C34", headcount=120,
    )  # fmt: skip


def _recognition(unit: Unit) -> UnitRecognised:
    return UnitRecognised(
        unit_id=unit.unit_id, application_id=f"application_{unit.hex}", office=unit.division,
        recognised_on=date(2025, 3, 20), bodies=("人社局", "总工会", "企联"),
        decision_id=f"evaluation-decision-{unit.hex}",
    )  # fmt: skip


def _heard(event: Event, subject: str) -> Heard:
    return Heard(event, envelope(event, subject=subject, message_id=f"evt_{uuid7().hex}"))


def envelope(event: Event, *, subject: str, message_id: str) -> Envelope:
    """The event as its service would publish it."""
    return Envelope(
        id=message_id, source=event.name.partition(".")[0], type=event.name, version=event.version,
        time=datetime.now(UTC), subject=subject, sequence=1, correlation_id=f"c_{uuid7().hex}",
        actor=SYSTEM, data=event.model_dump(mode="json"),
    )  # fmt: skip


def commit_times(servers: Servers, url: str, source: str) -> list[tuple[Any, ...]]:
    """(key, seconds since 1970 of its commit) of rows; `source`: `SELECT key, xmin FROM …`."""
    return servers.sql(
        f"SELECT key, extract(epoch FROM pg_xact_commit_timestamp(x))::float8"  # noqa: S608
        f" FROM ({source}) AS found (key, x) WHERE x::text::bigint > 2",
        url.rsplit("/", 1)[1],
    )


def wait_for_count(servers: Servers, url: str, query: str, wanted: int, seconds: float) -> None:
    """Ask twice a second, so that asking costs the measured nothing, until the count is there."""
    deadline = time.monotonic() + seconds
    name = url.rsplit("/", 1)[1]
    found, pause = 0, Pause()
    while time.monotonic() < deadline:
        found = int(servers.sql(query, name)[0][0])
        if found >= wanted:
            return
        pause.wait(0.5)
    raise AssertionError(f"{found} of {wanted} after {seconds:.0f} s: {query}")
