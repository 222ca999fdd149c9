"""A connection out of the pool lives, or is replaced; whoever works does not pay for asking."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from shared.runtime.database import RESTED, make_engine
from shared.runtime.settings import Settings
from tests.support.servers import Servers
from tests.support.waiting import wait_until


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = make_engine("registry", Settings(database_url=database_url), pool_size=1)
    yield made
    made.dispose()


def backend(engine: Engine) -> int:
    """Which server process answers."""
    with engine.begin() as opened:
        return int(opened.execute(text("SELECT pg_backend_pid()")).scalar_one())


def lost(engine: Engine, servers: Servers) -> int:
    """End the server process that answered, as a restart of the database does."""
    pid = backend(engine)
    assert servers.sql(f"SELECT pg_terminate_backend({pid}, 5000)") == [(True,)]
    return pid


def test_a_lost_connection_that_rested_is_replaced_before_it_is_used(
    engine: Engine, servers: Servers
) -> None:
    was = lost(engine, servers)
    since = time.monotonic()
    wait_until(lambda: time.monotonic() - since > RESTED, what="the connection to rest")

    assert backend(engine) != was


def test_a_connection_lost_at_work_costs_one_transaction(engine: Engine, servers: Servers) -> None:
    was = lost(engine, servers)

    with pytest.raises(OperationalError):
        backend(engine)

    assert backend(engine) != was
