"""An ingress into one small table, run as a process of its own by these tests."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from shared.messaging.ingress import Arrived, Ingress
from shared.messaging.wakeup import stop_on_signals
from shared.runtime.database import engine_for
from shared.runtime.logs import configure
from shared.runtime.settings import settings


def store(arrived: Sequence[Arrived]) -> None:
    """Every arrival is a row, so that a second storing is seen."""
    rows = [
        {"v": one.vhost, "b": one.body, "u": one.user_id, "r": one.redelivered} for one in arrived
    ]
    with engine_for("incentives").begin() as connection:
        connection.execute(
            text("INSERT INTO arrival (vhost, body, user_id, redelivered) VALUES (:v, :b, :u, :r)"),
            rows,
        )


def main(*vhosts: str) -> None:
    """Consume from these virtual hosts until SIGTERM."""
    configure("ingress", "INFO")
    ingress = Ingress(settings().amqp_url, lambda: vhosts, store)
    ingress.run(stop_on_signals())
