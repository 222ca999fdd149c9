"""Alembic, one history a service, under an advisory lock so that two starters do not race."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from shared.runtime.database import create_schema, make_engine
from shared.runtime.settings import SERVICES, Settings

_ROOT = Path(__file__).resolve().parents[2] / "services"
_LOCK = 0x48455849  # "HEXI"


def script_of(service: str) -> ScriptDirectory:
    """The service's migrations as Alembic reads them."""
    config = Config()
    config.set_main_option("script_location", str(_ROOT / service / "migrations"))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def has_migrations(service: str) -> bool:
    """Whether the service keeps tables of its own."""
    return (_ROOT / service / "migrations" / "versions").is_dir()


def migrate(service: str, given: Settings | None = None) -> str:
    """Bring a service's schema to head; the revision it stands at afterwards."""
    create_schema(service, given)
    script = script_of(service)
    engine = make_engine(service, given, pool_size=1)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:k)"), {"k": _LOCK})
        connection.commit()
        try:
            _upgrade(connection, script)
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:k)"), {"k": _LOCK})
            connection.commit()
    engine.dispose()
    return script.get_current_head() or ""


def _upgrade(connection: Connection, script: ScriptDirectory) -> None:
    config = Config()
    with EnvironmentContext(
        config,
        script,
        fn=lambda revision, _context: script._upgrade_revs("head", revision),  # noqa: SLF001
        destination_rev="head",
    ) as environment:
        environment.configure(connection=connection, transaction_per_migration=True)
        with environment.begin_transaction():
            environment.run_migrations()
    connection.commit()


def current(service: str, given: Settings | None = None) -> str:
    """The revision the database stands at, "" before the first migration."""
    engine = make_engine(service, given, pool_size=1)
    try:
        with engine.connect() as connection:
            found = connection.execute(
                text("SELECT to_regclass(:t)"), {"t": f"{service}.alembic_version"}
            ).scalar()
            if found is None:
                return ""
            return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar())
    finally:
        engine.dispose()


def migrate_all(given: Settings | None = None) -> dict[str, str]:
    """Every service to head, in order; the revisions reached."""
    return {service: migrate(service, given) for service in SERVICES if has_migrations(service)}
