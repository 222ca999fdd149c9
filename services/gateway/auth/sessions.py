"""Signing in and out. Sessions live on the server; the cookie is an opaque number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy import Connection, Engine

from services.gateway import store
from services.gateway.auth import secrets
from services.gateway.auth.accounts import actor_of
from shared.contracts.message import Actor
from shared.contracts.refusals import Refused

IDLE = timedelta(minutes=60)
LONGEST = timedelta(hours=12)
_WRONG = "账号、口令或动态码不正确；请核对后重试，忘记口令请联系系统管理员重置。"


class Throttle:
    """Attempts a minute for a login and for an address; a full window refuses further ones."""

    def __init__(self, *, per_login: int = 10, per_address: int = 60) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._per_login = RateLimitItemPerMinute(per_login)
        self._per_address = RateLimitItemPerMinute(per_address)

    def admit(self, login: str, address: str) -> None:
        """Count one attempt; refused (429) when there were too many."""
        free = self._limiter.hit(self._per_address, "address", address)
        if not (self._limiter.hit(self._per_login, "login", login) and free):
            raise Refused(
                "too_many_attempts", "尝试登录次数过多；为保护账号，请一分钟后再试。", status=429
            )


@dataclass(frozen=True)
class SignedIn:
    """A running session: the cookie's value (only when new), its person and form token."""

    actor: Actor
    csrf: str
    cookie: str = ""
    session_hash: str = ""


@dataclass(frozen=True)
class Attempt:
    """What was typed at the door, and where from."""

    login: str
    password: str
    code: str
    address: str


def sign_in(engine: Engine, attempt: Attempt, now: datetime) -> SignedIn:
    """Check password and, where the account has one, the one-time code; start a session."""
    with engine.connect() as connection:
        found = store.find_account(connection, attempt.login)
    fits = secrets.password_fits(attempt.password, str(found["password_hash"]) if found else None)
    with engine.begin() as tx:
        outcome = "wrong_password"
        if found is not None and fits:
            outcome = _second_factor(tx, found, attempt, now)
        _remember(tx, attempt, found, outcome=outcome, now=now)
        signed = _start(tx, found, now) if outcome == "signed_in" and found else None
    if signed is None:
        raise Refused("sign_in_refused", _WRONG, status=401)
    return signed


def _second_factor(tx: Connection, found: store.Row, attempt: Attempt, now: datetime) -> str:
    if found["disabled_at"] is not None:
        return "disabled"
    if not found["totp_secret"]:
        return "signed_in"
    step = secrets.totp_step(found["totp_secret"], attempt.code, now.timestamp())
    if step is None or not store.use_totp_step(tx, found["account_id"], step):
        return "wrong_code"
    return "signed_in"


def _remember(
    tx: Connection, attempt: Attempt, found: store.Row | None, *, outcome: str, now: datetime
) -> None:
    store.record_sign_in(
        tx,
        {
            "login": attempt.login[:200],
            "outcome": outcome,
            "address": attempt.address,
            "tried_at": now,
            "tried_by": found["account_id"] if found else "",
            "by_second_factor": bool(found and found["totp_secret"]),
        },
    )


def _start(tx: Connection, found: store.Row, now: datetime) -> SignedIn:
    cookie, csrf = secrets.new_key("hxs"), secrets.new_key("hxc")
    hashed = secrets.hash_of(cookie)
    store.end_stale_sessions(tx, now)
    store.save_session(
        tx,
        {
            "session_hash": hashed,
            "account_id": found["account_id"],
            "csrf": csrf,
            "started_at": now,
            "started_by": found["account_id"],
            "seen_until": now + IDLE,
            "ends": now + LONGEST,
        },
    )
    return SignedIn(actor=actor_of(found), csrf=csrf, cookie=cookie, session_hash=hashed)


def resume(engine: Engine, cookie: str, now: datetime) -> SignedIn | None:
    """The session behind a cookie; None when it ended. Keeps an active one from idling out."""
    hashed = secrets.hash_of(cookie)
    with engine.begin() as tx:
        found = store.find_session(tx, hashed, now)
        if found is None:
            return None
        if found["seen_until"] < now + IDLE - timedelta(minutes=5):
            store.extend_session(tx, hashed, now + IDLE)
    return SignedIn(actor=actor_of(found), csrf=str(found["csrf"]), session_hash=hashed)


def sign_out(engine: Engine, session_hash: str) -> None:
    """End a session at once."""
    with engine.begin() as tx:
        store.end_session(tx, session_hash)


def by_key(engine: Engine, key: str, now: datetime) -> tuple[Actor, str] | None:
    """Who holds an API key: a person's token, or an agency (its code second); None: nobody."""
    with engine.connect() as tx:
        found = store.find_credential(tx, secrets.hash_of(key), now)
    if found is None:
        return None
    if found["kind"] == "agency":
        agency = str(found["agency"])
        return Actor(id=f"agency:{agency}", name=agency, roles=("agency",)), agency
    return actor_of(found), ""
