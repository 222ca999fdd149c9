"""Nobody gets in unnamed: every route, every method, every size."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from services.gateway.auth import guard
from tests.integration.gateway.conftest import a_token, an_account
from tests.support.servers import Servers

_END_SESSIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'"
HTML_OPEN = {"/sign-in", "/favicon.ico"}


def every_route(client: TestClient) -> list[tuple[str, str]]:
    """Method and path of each operation, from the application's own tables."""
    document = client.app.openapi()  # type: ignore[attr-defined]
    found = [
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method in operations
    ]
    pages = client.app.state.page_paths  # type: ignore[attr-defined]
    return found + [("GET", path) for path in sorted(pages)] + [("POST", "/acts/x")]


def test_every_route_asks_for_credentials_unless_it_is_for_everybody(
    app_client: TestClient,
) -> None:
    answers = {}
    for method, path in every_route(app_client):
        plain = path.replace("{", "").replace("}", "")
        if not guard.is_open(plain):
            answers[method, path] = app_client.request(method, plain).status_code

    assert len(answers) > 150
    assert {a for a, status in answers.items() if status != 401} == set()


def test_a_wrong_key_is_nobody(app_client: TestClient) -> None:
    for header in ({"authorization": "Bearer hxt_wrong"}, {"x-api-key": "hxa_wrong"}):
        answer = app_client.get("/api/v1/units", headers=header)

        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["code"] == "sign_in_needed"


def test_pages_unknown_to_anybody_look_the_same_to_nobody(app_client: TestClient) -> None:
    assert app_client.get("/units").status_code == 401
    assert app_client.get("/no-such-page").status_code == 401


def test_every_answer_carries_the_security_headers(app_client: TestClient) -> None:
    for path in ("/healthz", "/sign-in", "/api/v1/units", "/public/v1/register", "/static/app.css"):
        headers = app_client.get(path).headers

        assert "script-src 'self'" in headers["content-security-policy"], path
        assert "unsafe" not in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["x-correlation-id"], path


def test_strange_methods_and_large_bodies_stop_at_the_wall(app_client: TestClient) -> None:
    engine = app_client.app.state.engine  # type: ignore[attr-defined]
    an_account(engine, "wall")
    token = a_token(engine, "wall")

    assert app_client.request("TRACE", "/api/v1/units", headers=token).status_code == 405
    large = app_client.post("/api/v1/commitments", headers=token, content=b"x" * 1_100_000)
    assert large.status_code == 413
    assert large.json()["code"] == "body_too_large"

    def in_pieces() -> Iterator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    streamed = app_client.post("/api/v1/commitments", headers=token, content=in_pieces())
    assert streamed.status_code == 413


def test_a_correlation_id_is_kept_when_it_is_one(app_client: TestClient) -> None:
    kept = app_client.get("/healthz", headers={"x-correlation-id": "abc-12345678"})
    replaced = app_client.get("/healthz", headers={"x-correlation-id": "<script>"})

    assert kept.headers["x-correlation-id"] == "abc-12345678"
    assert replaced.headers["x-correlation-id"] != "<script>"


def test_roles_are_asked_for_at_each_door(app_client: TestClient) -> None:
    engine = app_client.app.state.engine  # type: ignore[attr-defined]
    an_account(engine, "auditor-1", roles=("auditor",))
    headers = a_token(engine, "auditor-1") | {"idempotency-key": "test-key-1"}

    answer = app_client.post("/api/v1/agencies", headers=headers, json={})

    assert answer.status_code in (403, 422)
    body = {"code": "abc-1", "agency_name": "某局", "types": ["arrears.flagged"]}
    answer = app_client.post("/api/v1/agencies", headers=headers, json=body)
    assert answer.status_code == 403
    assert answer.json()["code"] == "not_allowed"


def test_wrong_fields_come_back_with_pointers(app_client: TestClient) -> None:
    engine = app_client.app.state.engine  # type: ignore[attr-defined]
    an_account(engine, "clerk-p")
    headers = a_token(engine, "clerk-p") | {"idempotency-key": "test-key-2"}

    answer = app_client.post("/api/v1/commitments", headers=headers, json={"signed_on": "昨天"})

    problem = answer.json()
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert {e["pointer"] for e in problem["errors"]} >= {"/unit_id", "/signatory", "/signed_on"}


def test_programs_must_name_their_posts(app_client: TestClient) -> None:
    engine = app_client.app.state.engine  # type: ignore[attr-defined]
    an_account(engine, "clerk-i")
    body = {"commitment_id": "commitment_1"}

    answer = app_client.post(
        "/api/v1/commitments/c1/acceptance", headers=a_token(engine, "clerk-i"), json=body
    )

    assert answer.status_code == 422
    assert answer.json()["code"] in ("idempotency_key_needed", "invalid_request")


def test_a_service_that_is_away_is_said_to_be_away(app_client: TestClient) -> None:
    answer = app_client.get("/public/v1/register")

    assert answer.status_code == 503
    assert answer.json()["code"] == "service_away"
    assert answer.headers["retry-after"]


@pytest.fixture
def without_database(app_client: TestClient, servers: Servers) -> Iterator[None]:
    """The database cannot be reached; afterwards it can."""
    name = app_client.app.state.settings.database_url.rsplit("/", 1)[1]  # type: ignore[attr-defined]
    servers.sql(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false')
    servers.sql(_END_SESSIONS.format(name))
    yield
    servers.sql(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS true')


@pytest.mark.usefixtures("without_database")
def test_while_the_database_is_away_whoever_asks_is_told_to_come_back(
    app_client: TestClient,
) -> None:
    for _ in range(2):  # over a connection that was lost, then over none
        program = app_client.get("/api/v1/units", headers={"authorization": "Bearer hxt_any"})
        assert program.status_code == 503
        assert program.json()["code"] == "database_away"
        assert program.headers["retry-after"]

    app_client.cookies.set("hexie_session", "hxs_any")
    officer = app_client.get("/units", headers={"accept": "text/html"})
    assert officer.status_code == 503
    assert "数据库暂时连不上" in officer.text
