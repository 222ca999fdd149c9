"""A relay that comes after a dead one does not wait for the dead one's leases to run out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

import psycopg2
from sqlalchemy import Engine, Row, text

from shared.messaging.confirms import Outcome
from shared.messaging.relay import OutboxRelay
from shared.messaging.tx import open_tx


def test_the_rows_of_a_dead_relay_are_free_at_once_and_a_living_ones_stay(
    engine_of: Callable[[str], Engine], database_url: str
) -> None:
    engine = engine_of("registry")
    with open_tx(engine, service="registry") as tx:
        for name in ("dead", "living", "free"):
            tx.send_out(
                vhost="", exchange="x", routing_key="", body=b"{}", subject=name, message_id=name
            )
    with closing(psycopg2.connect(database_url)) as gone:
        dead = gone.info.backend_pid
    with closing(psycopg2.connect(database_url)) as alive:
        for name, pid in (("dead", dead), ("living", alive.info.backend_pid)):
            _lease(engine, name, f"{pid}:lease_1")

        freed = OutboxRelay("registry", engine, "amqp://unused").take_over()

        assert freed == 1
        with engine.connect() as connection:
            leased = connection.execute(text("SELECT id FROM outbox WHERE lease_token IS NOT NULL"))
            assert [row.id for row in leased] == ["living"]


def test_a_relay_that_wakes_after_its_lease_was_taken_marks_and_puts_back_nothing(
    engine_of: Callable[[str], Engine],
) -> None:
    engine = engine_of("registry")
    with open_tx(engine, service="registry") as tx:
        for name in ("confirmed", "doubtful"):
            tx.send_out(vhost="", exchange="x", routing_key="", body=b"{}", message_id=name)
    rows = _outbox(engine, "confirmed", "doubtful")
    for row in rows:
        _lease(engine, row.id, "7:its_new_holder")

    OutboxRelay("registry", engine, "amqp://unused")._record(
        "6:the_sleeper", "", rows, Outcome(confirmed={"confirmed"}, doubt="timeout")
    )

    after = _outbox(engine, "confirmed", "doubtful")
    assert {(r.sent_at, r.lease_token, r.last_error) for r in after} == {
        (None, "7:its_new_holder", "")
    }


def _outbox(engine: Engine, *names: str) -> Sequence[Row[Any]]:
    with engine.connect() as connection:
        return connection.execute(
            text("SELECT * FROM outbox WHERE id = ANY(:ids) ORDER BY id"), {"ids": list(names)}
        ).all()


def _lease(engine: Engine, name: str, token: str) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE outbox SET lease_token = :token, lease_until = now() + interval '30 s'"
                " WHERE id = :id"
            ),
            {"token": token, "id": name},
        )
