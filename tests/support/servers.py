"""Real servers: an address from the environment, else containers, else private ones in user space.

A missing server is a failure, never a skip. Isolation is by database and virtual host.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg2

from deploy.servers.postgres import Postgres
from deploy.servers.rabbit import Rabbit
from shared.runtime.ids import uuid7
from shared.runtime.settings import Settings


@dataclass
class Servers:
    """Addresses of one PostgreSQL and one RabbitMQ; `postgres`/`rabbit` when they are ours to crash."""

    database_url: str
    amqp_url: str
    management_url: str
    postgres: Postgres | None = None
    rabbit: Rabbit | None = None

    def sql(self, statement: str, database: str = "") -> list[tuple[Any, ...]]:
        """Run one statement outside any transaction; its rows."""
        connection = psycopg2.connect(self.database(database) if database else self.database_url)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()

    def database(self, name: str) -> str:
        """The URL of another database on the same server."""
        parts = urlsplit(self.database_url)
        return urlunsplit(parts._replace(path=f"/{name}"))

    def vhost(self, name: str) -> str:
        """The AMQP URL of another virtual host on the same broker."""
        parts = urlsplit(self.amqp_url)
        return urlunsplit(parts._replace(path=f"/{quote(name, safe='')}"))

    def manage(self, method: str, path: str, body: object = None) -> Any:
        """One call of the management API; the decoded answer or None."""
        parts = urlsplit(self.management_url)
        host = f"{parts.hostname}:{parts.port}"
        request = urllib.request.Request(
            f"{parts.scheme}://{host}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        token = base64.b64encode(f"{parts.username}:{parts.password}".encode()).decode()
        request.add_header("Authorization", f"Basic {token}")
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
        return json.loads(text) if text else None


def _from_environment() -> Servers | None:
    found = Settings()
    if found.database_url and found.amqp_url and found.amqp_management_url:
        return Servers(found.database_url, found.amqp_url, found.amqp_management_url)
    return None


@contextlib.contextmanager
def _from_containers() -> Iterator[Servers | None]:
    if not (os.environ.get("DOCKER_HOST") or Path("/var/run/docker.sock").exists()):
        yield None
        return
    try:
        import docker

        with contextlib.closing(docker.from_env(timeout=3)) as engine:
            engine.ping()
    except Exception:  # noqa: BLE001  any failure means: no engine here
        yield None
        return
    from testcontainers.community.postgres import PostgresContainer
    from testcontainers.community.rabbitmq import RabbitMqContainer

    with (
        PostgresContainer("postgres:18-alpine", driver=None) as database,
        RabbitMqContainer("rabbitmq:4-management-alpine").with_exposed_ports(15672) as broker,
    ):
        host = broker.get_container_host_ip()
        login = f"{broker.username}:{broker.password}@{host}"
        yield Servers(
            database.get_connection_url(driver=None),
            f"amqp://{login}:{broker.get_exposed_port(5672)}/%2F",
            f"http://{login}:{broker.get_exposed_port(15672)}",
        )


@contextlib.contextmanager
def private_servers(home: Path) -> Iterator[Servers]:
    """A PostgreSQL and a RabbitMQ of our own below `home`, stopped at the end."""
    postgres, rabbit = Postgres(home), Rabbit(home)
    try:
        postgres.start()
        rabbit.start()
        yield Servers(postgres.url, rabbit.url, rabbit.management_url, postgres, rabbit)
    finally:
        rabbit.crash()  # a graceful stop takes six seconds, and its data is thrown away
        postgres.stop()


@contextlib.contextmanager
def real_servers(home: Path) -> Iterator[Servers]:
    """The session's servers, by the order the module says."""
    given = _from_environment()
    if given is not None:
        yield given
        return
    with _from_containers() as contained:
        if contained is not None:
            yield contained
            return
        with private_servers(home) as private:
            yield private


@contextlib.contextmanager
def a_database(servers: Servers, template: str = "") -> Iterator[str]:
    """A database of its own (a copy of `template`), dropped at the end; its URL."""
    name = f"t_{uuid7().hex}"
    # Hundreds of files copied as they are, instead of a log record for each of their blocks.
    copied = f' TEMPLATE "{template}" STRATEGY file_copy' if template else ""
    servers.sql(f'CREATE DATABASE "{name}"{copied}')
    try:
        yield servers.database(name)
    finally:
        servers.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextlib.contextmanager
def a_vhost(servers: Servers) -> Iterator[str]:
    """A virtual host of its own, deleted at the end; its AMQP URL."""
    name = f"t-{uuid7().hex}"
    user = quote(urlsplit(servers.amqp_url).username or "guest", safe="")
    servers.manage("PUT", f"/api/vhosts/{name}")
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    servers.manage("PUT", f"/api/permissions/{name}/{user}", everything)
    try:
        yield servers.vhost(name)
    finally:
        servers.manage("DELETE", f"/api/vhosts/{name}")


def environment(database_url: str, amqp_url: str, servers: Servers, home: Path) -> dict[str, str]:
    """The environment of a process that is to use these."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("HEXIE_", "RABBITMQ_", "PG"))}
    return kept | {
        "DATABASE_URL": database_url,
        "AMQP_URL": amqp_url,
        "AMQP_MANAGEMENT_URL": servers.management_url,
        "HEXIE_HOME": str(home),
        "EVENTLET_NO_GREENDNS": "yes",
    }
