"""The yardsticks as processes of their own: `python -m tests.bench.yardsticks KIND JSON`.

Each does the bare minimum with the same rows: no law, no decision, no retry, no parking.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg2
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.bench import wire
from tests.bench.footprint import Footprint, insert_sql, update_sql, write_all

READY = "ready"


@contextlib.contextmanager
def running(kind: str, **given: str) -> Iterator[None]:
    """The yardstick as a process, from ready to ended."""
    command = [sys.executable, "-m", "tests.bench.yardsticks", kind, json.dumps(given)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline().strip()
            assert line == READY, f"{kind} did not start: {line!r}"
            yield
        finally:
            process.terminate()


def bare_batch(given: dict[str, str]) -> None:
    """Events heard: batches, one transaction each, the rows incentives writes."""
    footprint = Footprint.load(Path(given["footprint"]))
    database = psycopg2.connect(given["database"])
    with wire.channel(given["amqp"]) as channel, database.cursor() as cursor:

        def apply(batch: Sequence[Any]) -> None:
            said = [json.loads(wire.as_bytes(message)) for message in batch]
            write_all(cursor, footprint, [s["subject"].rpartition("_")[2] for s in said])
            database.commit()

        _ready()
        wire.batches(channel, given["queue"], apply)


def bare_verifier(given: dict[str, str]) -> None:
    """Agency events: signature verified, then all rows from the inbox to the relief at once."""
    footprint = Footprint.load(Path(given["footprint"]))
    key = serialization.load_pem_public_key(Path(given["key"]).read_bytes())
    assert isinstance(key, Ed25519PublicKey)
    database = psycopg2.connect(given["database"])
    with wire.channel(given["amqp"]) as channel, database.cursor() as cursor:

        def apply(batch: Sequence[Any]) -> None:
            units = []
            for message in batch:
                body = wire.as_bytes(message)
                _verify(key, body, message.properties["application_headers"]["sig"])
                units.append(json.loads(body)["id"].rpartition("-")[2])
            write_all(cursor, footprint, units)
            database.commit()

        _ready()
        wire.batches(channel, given["queue"], apply, size=100)


def two_hops(given: dict[str, str]) -> None:
    """Publish, commit, publish, commit: two consumers, one row and one commit a message each."""
    second = threading.Thread(target=_hop, args=(given, "second", ""), daemon=True)
    second.start()
    _ready()
    _hop(given, "first", "second")


def _hop(given: dict[str, str], queue: str, onward: str) -> None:
    database = psycopg2.connect(given["database"])
    with wire.channel(given["amqp"]) as channel, database.cursor() as cursor:
        out = wire.Confirmed(channel)

        def take(message: Any) -> None:
            said = json.loads(wire.as_bytes(message))
            cursor.execute(
                f"INSERT INTO bare_{queue} (id, body) VALUES (%s, %s)",  # noqa: S608
                (said["id"], json.dumps(said)),
            )
            database.commit()
            if onward:
                out.publish(json.dumps(said).encode(), key=onward)
                out.settle()
            channel.basic_ack(message.delivery_tag)

        arrived: list[Any] = []
        channel.basic_qos(0, 100, a_global=False)
        channel.basic_consume(queue, callback=arrived.append)
        while True:
            with contextlib.suppress(TimeoutError):
                channel.connection.drain_events(timeout=60)
            while arrived:
                take(arrived.pop(0))


def faststream(given: dict[str, str]) -> None:
    """FastStream and asyncpg: a transaction a message, ten connections, the same rows."""
    asyncio.run(_faststream(given))


async def _faststream(given: dict[str, str]) -> None:
    import asyncpg
    from faststream import FastStream
    from faststream.rabbit import Channel, QueueType, RabbitBroker, RabbitQueue

    footprint = Footprint.load(Path(given["footprint"]))
    statements = [_numbered(change) for change in footprint.changes]
    pool = await asyncpg.create_pool(given["database"], min_size=10, max_size=10)
    for_all = Channel(prefetch_count=50)
    broker = RabbitBroker(
        given["amqp"], default_channel=for_all, logger=None, log_level=logging.ERROR
    )
    queue = RabbitQueue(given["queue"], queue_type=QueueType.QUORUM, declare=False)

    @broker.subscriber(queue)
    async def hear(said: dict[str, Any]) -> None:
        unit = said["subject"].rpartition("_")[2]
        async with pool.acquire() as connection, connection.transaction():
            for change, statement in zip(footprint.changes, statements, strict=True):
                for row in footprint.filled(change, unit):
                    await connection.execute(statement, *row)

    app = FastStream(broker, logger=None)
    app.after_startup(_ready)
    await app.run()


def _numbered(change: Any) -> str:
    """The statement with asyncpg's numbered parameters, for one row."""
    values = ", ".join(f"${n}::{t}" for n, t in enumerate(change.types, 1))
    statement = update_sql(change) if change.key else insert_sql(change)
    return statement.replace("%s", f"({values})")


def _verify(key: Ed25519PublicKey, body: bytes, sig: str) -> None:
    """A detached JWS over these bytes; raises when it does not stand."""
    head, _, tail = sig.partition("..")
    key.verify(_unb64(tail), f"{head}.{_b64(body)}".encode())


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _ready() -> None:
    print(READY, flush=True)


KINDS: dict[str, Callable[[dict[str, str]], None]] = {
    "bare_batch": bare_batch,
    "bare_verifier": bare_verifier,
    "two_hops": two_hops,
    "faststream": faststream,
}

if __name__ == "__main__":
    KINDS[sys.argv[1]](json.loads(sys.argv[2]))
