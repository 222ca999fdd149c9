"""Engines: one database or one schema a service, psycopg2, bounded pools and times."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any

import psycopg2
from pydantic_core import from_json, to_json
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import InvalidatePoolError

from shared.runtime.settings import Settings, settings

RESTED = 1.0  # seconds without use after which a connection is asked whether it still lives


def make_engine(service: str, given: Settings | None = None, *, pool_size: int = 0) -> Engine:
    """A new engine whose search path is the service's schema and nothing else."""
    chosen = given or settings()
    options = " ".join(
        f"-c {name}={value}"
        for name, value in {
            "search_path": service,
            "statement_timeout": "60000",
            "lock_timeout": "10000",
            "idle_in_transaction_session_timeout": "60000",
            "timezone": "UTC",
        }.items()
    )
    engine = create_engine(
        chosen.url_of(service),
        connect_args={
            "options": options,
            "connect_timeout": 5,
            "application_name": f"hexie-{service}",
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
        },
        # twice as fast as the standard library's, and every decision and message is JSON
        json_serializer=lambda value: to_json(value).decode(),
        json_deserializer=from_json,
        hide_parameters=True,  # personal data and raw events stay out of logs
        pool_size=pool_size or chosen.pool_size,
        max_overflow=0,
        pool_timeout=10,
        pool_recycle=1800,
    )
    _ask_the_rested(engine)
    return engine


def _ask_the_rested(engine: Engine) -> None:
    """Before a rested connection is used, ask it; one that is lost takes the others with it.

    SQLAlchemy's own `pool_pre_ping` asks before every use: a round trip more for each of the
    fifteen transactions of an exit. A server that is lost while it works is met by whoever works.
    """

    @event.listens_for(engine, "checkin")
    def left(_: Any, record: Any) -> None:
        record.info["left_at"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ask(connection: Any, record: Any, _: Any) -> None:
        left_at = record.info.get("left_at")
        if left_at is None or time.monotonic() - left_at < RESTED:
            return
        try:
            engine.dialect.do_ping(connection)
        except psycopg2.Error as error:
            raise InvalidatePoolError from error


@lru_cache(maxsize=8)
def engine_for(service: str) -> Engine:
    """This process's engine of a service."""
    return make_engine(service)


def create_schema(service: str, given: Settings | None = None) -> None:
    """Make the service's schema where it is missing."""
    engine = make_engine(service, given, pool_size=1)
    with engine.begin() as connection:
        connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{service}"'))
    engine.dispose()
