"""A pack that takes effect on units already known: a walk in small steps that nobody waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, text

from services.incentives.handlers import hear, reading
from shared.contracts.incentives import Barrier
from shared.messaging.tx import Tx, open_tx
from tests.conftest import NOON
from tests.integration.incentives.town import Town, activation, held

UNITS = ("u1", "u2", "u3", "u4", "u5")


@pytest.fixture
def known(engine_of: Callable[[str], Engine]) -> Iterator[Engine]:
    """Five city enterprises that no pack speaks of yet, committed."""
    engine = engine_of("incentives")
    _said(engine, lambda town: [town.city_enterprise(unit) for unit in UNITS])
    _said(engine, lambda town: town.says(activation()))
    yield engine
    tables = "known_unit, unit_title, unit_hold, entitlement, relief, pack_adopted, active_pack"
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {tables} CASCADE"))


def _said(engine: Engine, act: Callable[[Town], object]) -> None:
    with open_tx(engine, service="incentives", now=NOON) as tx:
        act(Town(lambda *_a, **_k: tx))


def _left(engine: Engine) -> int:
    with open_tx(engine, service="incentives", now=NOON) as tx:
        return reading.barrier(tx, Barrier(message_ids=[])).to_reassess


def test_every_unit_is_looked_at_once_a_few_at_a_time(known: Engine) -> None:
    steps = []
    for _ in range(4):
        with open_tx(known, service="incentives", now=NOON) as tx:
            steps.append(hear.reassess(tx, limit=2))
        steps.append(-_left(known))

    assert steps == [2, -3, 2, -1, 1, 0, 0, 0]
    with known.connect() as connection:
        granted = connection.execute(text("SELECT count(DISTINCT unit_id) FROM entitlement"))
        assert granted.scalar_one() == len(UNITS)


def test_an_exit_waits_for_no_unit_but_its_own(known: Engine) -> None:
    def exit_of(tx: Tx) -> None:
        tx.session.execute(text("SET LOCAL lock_timeout = '2s'"))
        Town(lambda *_a, **_k: tx).says(held("u5"))

    with open_tx(known, service="incentives", now=NOON) as looking:
        assert hear.reassess(looking, limit=2) == 2
        with open_tx(known, service="incentives", now=NOON) as tx:
            exit_of(tx)

    with known.connect() as connection:
        found = connection.execute(text("SELECT count(*) FROM unit_hold WHERE unit_id = 'u5'"))
        assert found.scalar_one() == 1
