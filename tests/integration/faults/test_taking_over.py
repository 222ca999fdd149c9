"""A relay that comes after a dead one does not wait for the dead one's leases to run out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import psycopg2
from sqlalchemy import Engine, text

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


def _lease(engine: Engine, name: str, token: str) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE outbox SET lease_token = :token, lease_until = now() + interval '30 s'"
                " WHERE id = :id"
            ),
            {"token": token, "id": name},
        )
