"""Markers from folders, real servers once a session, a rolled-back transaction a test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Engine

from deploy.forks import Warm
from shared.contracts.message import Actor
from shared.messaging.tx import Tx
from shared.runtime.database import make_engine
from shared.runtime.migrate import migrate_all
from shared.runtime.settings import Settings, settings
from tests.support.lanes import Lanes, turn_of
from tests.support.servers import Servers, a_database, a_vhost, real_servers

hypothesis_settings.register_profile("hexie", deadline=None, max_examples=60, derandomize=True)
hypothesis_settings.load_profile("hexie")

if TYPE_CHECKING:
    from tests.support.system import System

KINDS = ("unit", "contract", "integration", "e2e", "browser")
EXAMPLES = Path(__file__).resolve().parents[1] / "docs" / "examples"
NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)  # 12:00 in Ningbo, a working day


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test's kind is the folder it lies in; the report names the rows it proves."""
    root = Path(__file__).parent
    for item in items:
        kind = item.path.relative_to(root).parts[0]
        if kind in KINDS:
            item.add_marker(getattr(pytest.mark, kind))
        rows = [row for mark in item.iter_markers("obligation") for row in mark.args]
        item.user_properties += [("obligation", row) for row in rows]
        item.user_properties += [("test", item.nodeid)] if rows else []
    items.sort(key=lambda item: turn_of(item.nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Which tests share a worker, where there are several."""
    return Lanes(config, log)


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """One PostgreSQL and one RabbitMQ for the session."""
    with real_servers(tmp_path_factory.mktemp("servers")) as found:
        yield found


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    """What forks the processes of every system of the session."""
    found = Warm(tmp_path_factory.mktemp("warm"))
    yield found
    found.stop()


@pytest.fixture(scope="session")
def migrated(servers: Servers) -> Iterator[str]:
    """The name of a database with every service at head; copy it, do not write to it."""
    with a_database(servers) as url:
        migrate_all(Settings(database_url=url))
        yield url.rsplit("/", 1)[1]


@pytest.fixture(scope="module")
def database_url(servers: Servers, migrated: str) -> Iterator[str]:
    """A migrated database of the module's own."""
    with a_database(servers, template=migrated) as url:
        yield url


@pytest.fixture
def amqp_url(servers: Servers) -> Iterator[str]:
    """A virtual host of the test's own."""
    with a_vhost(servers) as url:
        yield url


@pytest.fixture(scope="module")
def engine_of(database_url: str) -> Iterator[Callable[[str], Engine]]:
    """An engine a service on the module's database."""
    made: dict[str, Engine] = {}

    def give(service: str) -> Engine:
        if service not in made:
            made[service] = make_engine(service, Settings(database_url=database_url))
        return made[service]

    yield give
    for engine in made.values():
        engine.dispose()


@pytest.fixture(scope="session")
def system(
    servers: Servers, warm: Warm, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[System]:
    """All processes up, NB23 activated, register empty; tests bring their own units.

    A county's own standards and the city that `docs/adding-a-city.md` adds are on file beside.
    """
    from tests.support.system import a_system

    city, packs = EXAMPLES / "yunchuan", tmp_path_factory.mktemp("packs")
    for folder in (Path(__file__).parent / "support" / "packs", city / "packs"):
        shutil.copytree(folder, packs, dirs_exist_ok=True)
    own = {
        "HEXIE_PACKS": str(packs),
        "HEXIE_ORGANISATIONS": str(city / "organisations"),
        "HEXIE_DIVISIONS": str(city / "divisions"),
    }
    home = tmp_path_factory.mktemp("home")
    with a_system(servers, home, environment=own, warm=warm) as found:
        yield found


CITY_CLERK = Actor(
    id="user_city", name="市级经办", node="330200", roles=("clerk", "reviewer"), side="government"
)


@pytest.fixture
def tx_for(engine_of: Callable[[str], Engine]) -> Iterator[Callable[..., Tx]]:
    """`tx_for("registry", actor=…, now=…)`: a Tx whose transaction is rolled back after the test.

    Every Tx a test takes for one service shares that transaction, so acts follow one another.
    """
    from sqlalchemy.orm import Session

    sessions: dict[str, Session] = {}

    def give(service: str, *, actor: Actor = CITY_CLERK, now: datetime = NOON) -> Tx:
        if service not in sessions:
            connection = engine_of(service).connect()
            connection.begin()
            sessions[service] = Session(bind=connection, join_transaction_mode="create_savepoint")
        return Tx(session=sessions[service], service=service, now=now, actor=actor)

    yield give
    for session in sessions.values():
        connection = session.get_bind()
        session.close()
        connection.close()  # type: ignore[union-attr]


@pytest.fixture(autouse=True)
def fresh_settings() -> Iterator[None]:
    """Settings are read once a process; a test that changes the environment reads them anew."""
    settings.cache_clear()
    yield
    settings.cache_clear()
