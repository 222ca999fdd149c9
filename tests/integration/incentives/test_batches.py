"""A batch costs a constant number of statements, holds its units, and matches its migration."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, inspect, text

from services.incentives.handlers import hear
from services.incentives.service import IncentivesService
from services.incentives.store import standings, takeup_tables
from services.incentives.store.tables import METADATA
from shared.contracts import incentives as say
from shared.contracts.message import Event
from shared.messaging.topology import hearings
from shared.messaging.tx import open_tx
from tests.integration.incentives.town import (
    Town,
    activation,
    closed,
    entered,
    freed,
    heard,
    held,
    recognised,
    revoked,
    titled,
)


def statements(town: Town, events: list[Event]) -> int:
    """How many statements hearing these as one batch takes."""
    counted: list[str] = []
    connection = town.tx().session.connection()

    def count(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        counted.append(statement)

    event.listen(connection, "before_cursor_execute", count)
    town.says(*events)
    event.remove(connection, "before_cursor_execute", count)
    return len(counted)


def test_two_hundred_holds_cost_as_many_statements_as_two(town: Town) -> None:
    units = [f"u{n}" for n in range(202)]
    divisions = ("330203", "330212", "330281", "330282")
    town.says(
        *(entered(u, division=divisions[n % 4]) for n, u in enumerate(units)),
        *(titled(u) for u in units),
    )

    few = statements(town, [held(u) for u in units[:2]])
    many = statements(town, [held(u) for u in units[2:]])

    assert many == few
    rows = town.rows("SELECT count(DISTINCT unit_id) AS n FROM entitlement WHERE state = 'active'")
    assert rows[0].n == 0


STORY: list[Event] = [
    entered("u"),
    recognised("u"),
    titled("u"),
    held("u", hold_id="h1"),
    freed("u", hold_id="h1"),
    held("u", hold_id="h2", effect="lift_exemption"),
    held("u", hold_id="h3"),
    revoked("u", n=2),
    titled("u", n=2),
]


def end_state(town: Town, unit_id: str) -> list[tuple[Any, ...]]:
    rows = town.rows(
        "SELECT 'e', benefit, state FROM entitlement WHERE unit_id = :u AND state <> 'ended'"
        " UNION ALL SELECT 'r', purpose, status || ' ' || entitled || reason FROM relief"
        " WHERE unit_id = :u UNION ALL SELECT 'u', is_held || '', has_complaint || ''"
        " FROM known_unit WHERE unit_id = :u ORDER BY 1, 2",
        u=unit_id,
    )
    return [tuple(row) for row in rows]


@settings(
    max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(data=st.data())
def test_any_order_and_any_cut_into_batches_ends_in_the_same_state(
    town: Town, data: st.DataObject
) -> None:
    unit_ids = [f"{n}_{next(_SERIAL)}" for n in "ab"]
    for unit_id in unit_ids:
        story = data.draw(st.permutations(STORY))
        story += data.draw(st.lists(st.sampled_from(STORY), max_size=4))
        cut = data.draw(st.integers(0, len(story)))
        for part in (story[:cut], story[cut:]):
            _hear_as(town, unit_id, part)

    states = [end_state(town, unit_id) for unit_id in unit_ids]

    assert states[0] == states[1]
    assert ("e", "inspection_reduced", "suspended") in states[0]


_SERIAL = itertools.count()


def _hear_as(town: Town, unit_id: str, part: list[Event]) -> None:
    """Hear events of the story as if about this unit; sequences are those of the story."""
    told = []
    for said in part:
        named = {
            name: f"{value}_{unit_id}"
            for name, value in said.model_dump().items()
            if name in {"title_id", "hold_id", "unit_id", "code"}
        }
        told.append(heard(said.model_copy(update={**named, "unit_id": unit_id}), sequence=1))
    tx = town.tx()
    hear.hear(tx, told)
    tx.flush()


def test_a_unit_in_hand_is_in_no_other_hands(engine_of: Callable[[str], Engine]) -> None:
    engine = engine_of("incentives")
    with open_tx(engine, service="incentives") as tx:
        standings.lock(tx.session, ["shared_unit"])  # known from now on
    began, done = threading.Event(), threading.Event()

    def second() -> None:
        with open_tx(engine, service="incentives") as other:
            began.set()
            standings.lock(other.session, ["shared_unit"])
            done.set()

    thread = threading.Thread(target=second)
    with open_tx(engine, service="incentives") as tx:
        standings.lock(tx.session, ["shared_unit"])
        thread.start()
        assert began.wait(10)
        assert not done.wait(0.5), "a second transaction took a unit that was in hand"
    thread.join(10)

    assert done.is_set()


def test_the_migration_makes_the_tables_the_store_knows(
    engine_of: Callable[[str], Engine],
) -> None:
    found = inspect(engine_of("incentives"))

    assert takeup_tables.subsidy.metadata is METADATA
    for table in METADATA.sorted_tables:
        assert {c["name"] for c in found.get_columns(table.name)} == set(table.c.keys())
        assert {i["name"] for i in found.get_indexes(table.name)} >= {
            str(i.name) for i in table.indexes
        }


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entitlement SET state = 'resting'",
        "UPDATE entitlement SET lease_until = NULL WHERE lease_until IS NOT NULL",
        "UPDATE relief SET entitled = NOT entitled",
        "UPDATE entitlement_step SET says = ''",
        "DELETE FROM entitlement_step",
    ],
)
def test_the_database_refuses_what_the_domain_never_does(town: Town, statement: str) -> None:
    town.city_enterprise("u1")
    session = town.tx().session

    with pytest.raises(Exception, match=r"violates check|append-only"), session.begin_nested():
        session.execute(text(statement))


def test_each_command_and_event_has_its_entrypoint() -> None:
    queues = hearings(IncentivesService)

    assert [len(events) for events in queues.values()] == [10]
    for command in say.COMMANDS:
        method = getattr(IncentivesService, command.name.partition(".")[2])
        assert method.hexie_accepts is command


def test_an_activation_and_its_units_may_share_a_batch(bare_town: Town) -> None:
    bare_town.says(activation(), entered("u1"), titled("u1"), closed("u2"))

    rows = bare_town.rows("SELECT state FROM entitlement WHERE benefit = 'inspection_exempt'")
    assert [row.state for row in rows] == ["active"]
