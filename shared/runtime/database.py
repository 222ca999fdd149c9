"""Engines: one database or one schema a service, psycopg2, bounded pools and times."""

from __future__ import annotations

from functools import lru_cache

from pydantic_core import from_json, to_json
from sqlalchemy import Engine, create_engine, text

from shared.runtime.settings import Settings, settings


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
    return create_engine(
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
        pool_pre_ping=True,
        pool_recycle=1800,
    )


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
