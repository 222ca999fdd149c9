"""The gateway's application on its own database and virtual host, and people to sign in as."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from services.gateway.auth.accounts import NewAccount, create_account, issue_token
from services.gateway.auth.sessions import Throttle
from services.gateway.service import create_app
from shared.runtime.settings import Settings
from tests.support.servers import Servers, a_vhost

NOW = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
PASSWORD = "一个足够长的口令 2026"  # noqa: S105  of accounts that live as long as a test


@pytest.fixture(scope="module")
def started(database_url: str, servers: Servers) -> Iterator[TestClient]:
    """The application, started once a module; no service answers on its virtual host."""
    with a_vhost(servers) as amqp_url:
        chosen = Settings(database_url=database_url, amqp_url=amqp_url, rpc_timeout=2)
        with TestClient(create_app(chosen), base_url="http://portal.test") as client:
            yield client


@pytest.fixture
def app_client(started: TestClient) -> TestClient:
    """The application as a browser without cookies meets it."""
    started.cookies.clear()
    started.app.state.throttle = Throttle()  # type: ignore[attr-defined]
    return started


@pytest.fixture
def engine(app_client: TestClient) -> Engine:
    """The application's own engine."""
    found: Engine = app_client.app.state.engine  # type: ignore[attr-defined]
    return found


def an_account(engine: Engine, login: str, **given: object) -> str:
    """A clerk of Haishu unless told otherwise; its id."""
    new = {"name": "李娜", "password": PASSWORD, "roles": ("clerk",), "node": "330203"} | given
    with engine.begin() as tx:
        return create_account(tx, NewAccount(login=login, **new), by="test", now=NOW)  # type: ignore[arg-type]


def a_token(engine: Engine, login: str) -> dict[str, str]:
    """The header of a REST token for an account."""
    now = datetime.now(tz=UTC)
    with engine.begin() as tx:
        token = issue_token(tx, login, label="test", by="test", now=now)
    return {"authorization": f"Bearer {token}"}


def sign_in(client: TestClient, login: str, password: str = PASSWORD, code: str = "") -> int:
    """Sign in by the form; the status of the answer."""
    form = {"login": login, "password": password, "code": code, "then": "/"}
    return client.post("/sign-in", data=form, follow_redirects=False).status_code
