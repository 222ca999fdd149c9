"""After the load: wait, with a deadline, until nothing is on its way any more."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from contextlib import closing
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import psycopg2
from amqp import Connection

from tests.chaos.oracle import SCHEMAS
from tests.support.servers import Servers
from tests.support.waiting import wait_until

_AGENCY_QUEUES = ("triggers", "receipts", "dead", "lost")


def settle(
    servers: Servers, database_url: str, amqp_url: str, codes: Sequence[str], seconds: float
):
    """Until queues, outboxes and the inbox are empty, twice in a row; else fail with what is left."""

    def still() -> bool:
        left = pending(servers, database_url, amqp_url, codes)
        if left:
            raise AssertionError(f"still on its way: {left}")
        return True

    wait_until(still, seconds=seconds, what="quiet")
    wait_until(still, seconds=seconds, what="quiet, a second time")


def pending(
    servers: Servers, database_url: str, amqp_url: str, codes: Sequence[str]
) -> dict[str, int]:
    """What is on its way, by place; empty when all is quiet."""
    left = _rows(database_url) | _queues(servers, amqp_url, codes)
    return {place: count for place, count in left.items() if count}


def _rows(database_url: str) -> dict[str, int]:
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:

        def count(statement: str) -> int:
            cursor.execute(f"SELECT count(*) FROM {statement}")  # noqa: S608
            return int(cursor.fetchone()[0])

        left = {f"{s}.outbox": count(f"{s}.outbox WHERE sent_at IS NULL") for s in SCHEMAS}
        left |= {
            f"{s}.retrying": count(f"{s}.parked_message WHERE state = 'retrying'") for s in SCHEMAS
        }
        left["inbox"] = count(
            "oversight.inbox_event WHERE state = 'stored' OR answered < deliveries"
        )
        left["holds unheard"] = count(
            "oversight.hold h FULL JOIN incentives.unit_hold i USING (hold_id)"
            " WHERE (h.lifted_at IS NULL) IS DISTINCT FROM (i.lifted_at IS NULL)"
            " OR h.unit_id IS NULL OR i.unit_id IS NULL"
        )
        return left


def _queues(servers: Servers, amqp_url: str, codes: Sequence[str]) -> dict[str, int]:
    """Ready messages by passive declare: the management figures are seconds old."""
    vhost = unquote(urlsplit(amqp_url).path[1:])
    listed = servers.manage("GET", f"/api/queues/{quote(vhost, safe='')}")
    inner = [q["name"] for q in listed if "." in q["name"] and not q["name"].startswith("rpc.")]
    left = _depths(amqp_url, [*inner, "dead"])
    for code in codes:
        name = f"agency.{code}"
        depths = _depths(servers.vhost(name), _AGENCY_QUEUES)
        left |= {f"{name}/{queue}": depth for queue, depth in depths.items()}
    return left


def _depths(url: str, queues: Sequence[str]) -> dict[str, int]:
    parts = urlsplit(url)
    connection: Any = Connection(
        host=f"{parts.hostname}:{parts.port}",
        userid=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        virtual_host=unquote(parts.path[1:]),
        connect_timeout=5, read_timeout=10,
    )  # fmt: skip
    connection.connect()
    try:
        channel = connection.channel()
        return {q: channel.queue_declare(q, passive=True).message_count for q in queues}
    finally:
        with contextlib.suppress(OSError):
            connection.close()
