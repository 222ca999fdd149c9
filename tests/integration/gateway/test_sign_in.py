"""Signing in: passwords, one-time codes, sessions, form tokens, throttling."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError
from starlette.testclient import TestClient

from services.gateway import store
from services.gateway.auth import secrets
from services.gateway.auth.accounts import NewAccount, create_account
from shared.contracts.refusals import Refused
from tests.integration.gateway.conftest import NOW, PASSWORD, a_token, an_account, sign_in


def test_the_right_password_opens_a_session_that_only_the_server_knows(
    app_client: TestClient, engine: Engine
) -> None:
    an_account(engine, "anna")

    assert sign_in(app_client, "anna", "不对的口令 12345") == 401
    assert app_client.get("/").status_code == 401
    assert sign_in(app_client, "anna") == 303
    assert app_client.get("/").status_code == 200

    cookie = app_client.cookies["hexie_session"]
    with engine.connect() as tx:
        kept = tx.execute(select(store.session.c.session_hash)).scalars().all()
    assert cookie not in kept
    assert secrets.hash_of(cookie) in kept


def test_signing_out_ends_the_session_on_the_server(app_client: TestClient, engine: Engine) -> None:
    an_account(engine, "out")
    sign_in(app_client, "out")
    cookie = app_client.cookies["hexie_session"]

    refused = app_client.post("/sign-out", data={"csrf": "wrong"}, follow_redirects=False)
    left = app_client.post("/sign-out", data={"csrf": csrf_of(app_client)}, follow_redirects=False)

    assert refused.status_code == 403
    assert left.status_code == 303
    app_client.cookies.set("hexie_session", cookie)
    assert app_client.get("/").status_code == 401


def csrf_of(client: TestClient) -> str:
    page = client.get("/").text
    return page.split('name="csrf" value="', 1)[1].split('"', 1)[0]


def test_another_sites_form_does_nothing(app_client: TestClient, engine: Engine) -> None:
    an_account(engine, "cross")
    sign_in(app_client, "cross")
    form = {"csrf": csrf_of(app_client)}

    for header in ({"origin": "http://evil.test"}, {"sec-fetch-site": "cross-site"}):
        answer = app_client.post("/sign-out", data=form, headers=header, follow_redirects=False)
        assert answer.status_code == 403
    api = app_client.post("/api/v1/commitments", json={}, headers={"idempotency-key": "k" * 8})
    assert api.status_code == 403
    assert api.json()["code"] == "form_out_of_date"


def test_a_one_time_code_is_needed_and_spent(app_client: TestClient, engine: Engine) -> None:
    secret = secrets.new_totp_secret()
    an_account(engine, "totp", totp_secret=secret)
    code = secrets.totp_code(secret, int(time.time() // 30))

    assert sign_in(app_client, "totp") == 401
    assert sign_in(app_client, "totp", code="000000" if code != "000000" else "111111") == 401
    assert sign_in(app_client, "totp", code=code) == 303
    app_client.cookies.clear()
    assert sign_in(app_client, "totp", code=code) == 401


def test_guessing_is_slowed_down_and_remembered(app_client: TestClient, engine: Engine) -> None:
    an_account(engine, "guessed")

    answers = [sign_in(app_client, "guessed", f"猜的口令 {i} 12345") for i in range(11)]

    assert answers[:10] == [401] * 10
    assert answers[10] == 429
    assert sign_in(app_client, "guessed") == 429
    with engine.connect() as tx:
        kept = store.sign_in_history.c
        tried = tx.execute(select(kept.outcome).where(kept.login == "guessed")).scalars().all()
    assert tried == ["wrong_password"] * 10


def test_the_history_of_sign_ins_cannot_be_changed(app_client: TestClient, engine: Engine) -> None:
    sign_in(app_client, "nobody")

    for statement in ("UPDATE sign_in_history SET outcome = 'x'", "DELETE FROM sign_in_history"):
        with engine.connect() as tx, pytest.raises(DBAPIError, match="append-only"):
            tx.execute(text(statement))


def test_a_disabled_account_is_out_at_once(app_client: TestClient, engine: Engine) -> None:
    account_id = an_account(engine, "gone")
    token = a_token(engine, "gone")
    sign_in(app_client, "gone")

    with engine.begin() as tx:
        store.disable_account(tx, account_id, by="admin", at=datetime.now(tz=UTC))

    assert app_client.get("/").status_code == 401
    assert sign_in(app_client, "gone") == 401
    app_client.cookies.clear()
    assert app_client.get("/api/v1/units", headers=token).status_code == 401


def test_idle_sessions_end(app_client: TestClient, engine: Engine) -> None:
    an_account(engine, "idle")
    sign_in(app_client, "idle")
    past = datetime.now(tz=UTC) - timedelta(seconds=1)

    with engine.begin() as tx:
        hashed = secrets.hash_of(app_client.cookies["hexie_session"])
        store.extend_session(tx, hashed, past)

    assert app_client.get("/").status_code == 401


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"roles": ("admin", "clerk")}, "roles_must_be_apart"),
        ({"roles": ("king",)}, "role_unknown"),
        ({"roles": ("seat",)}, "seat_without_side"),
        ({"roles": ("unit",)}, "unit_account_without_unit"),
        ({"password": "short"}, "password_too_short"),
    ],
)
def test_accounts_that_must_not_be_are_refused(
    engine: Engine, given: dict[str, object], code: str
) -> None:
    base = {"name": "某人", "password": PASSWORD, "roles": ("clerk",), "node": "330203"} | given

    with engine.begin() as tx, pytest.raises(Refused) as caught:
        create_account(tx, NewAccount(login="x", **base), by="test", now=NOW)  # type: ignore[arg-type]

    assert caught.value.code == code


def test_making_an_account_twice_amends_it(engine: Engine) -> None:
    first = an_account(engine, "twice")
    second = an_account(engine, "twice", name="王芳")

    assert first == second
    with engine.connect() as tx:
        assert (store.find_account(tx, "twice") or {})["name"] == "王芳"


def test_an_account_without_a_password_acts_by_token_only(
    app_client: TestClient, engine: Engine
) -> None:
    an_account(engine, "program", password="", by_token=True)

    for guess in ("", "a password of some length"):
        assert sign_in(app_client, "program", password=guess) in (401, 403, 422)
    answer = app_client.get("/api/v1/nodes", headers=a_token(engine, "program"))
    assert answer.status_code != 401
