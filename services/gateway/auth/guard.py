"""Who is asking: resolved once for each request, before any route runs; nobody gets in unnamed.

Everything needs credentials except the paths below `OPEN`. A session's unsafe request must come
from our own pages (Origin, Sec-Fetch-Site) and carry the session's token: in the header
`X-CSRF-Token`, or in the form field `csrf`, which `pages.desk.form_of` checks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from services.gateway.auth import sessions
from services.gateway.clients import Asking
from shared.contracts.message import Actor
from shared.contracts.refusals import Refused

OPEN = ("/public", "/static/", "/healthz", "/readyz", "/sign-in")
OPEN_EXACT = ("/api/v1/openapi.json", "/favicon.ico")
_SAFE = ("GET", "HEAD", "OPTIONS")
PUBLIC = Actor(id="public", name="公众", roles=("public",))


@dataclass(frozen=True)
class Asker:
    """A person with a session, a program with a token, an agency with its key, or the public."""

    actor: Actor
    via: str  # session, token, agency or public
    csrf: str = ""
    session_hash: str = ""
    agency: str = ""

    def may(self, roles: tuple[str, ...]) -> bool:
        """Whether one of these roles is held; "any" stands for anybody signed in."""
        return self.via != "public" and ("any" in roles or bool(set(roles) & set(self.actor.roles)))


NOBODY = Asker(actor=PUBLIC, via="public")


def utc_now() -> datetime:
    """The gateway's clock: sessions and keys only, never an act of the programme."""
    return datetime.now(tz=UTC)


def cookie_name(public_url: str) -> str:
    """`__Host-` binds the cookie to this host where it is served over TLS."""
    return "__Host-hexie" if public_url.startswith("https://") else "hexie_session"


def is_open(path: str) -> bool:
    """Whether a path is for everybody."""
    return path in OPEN_EXACT or any(
        path == o or path.startswith(o if o.endswith("/") else o + "/") for o in OPEN
    )


async def resolve(request: Request, engine: Engine, cookie: str) -> Asker:
    """Who asks. A key in the header goes before a cookie; a wrong key is nobody."""
    key = _key_of(request)
    if key:
        found = await run_in_threadpool(sessions.by_key, engine, key, utc_now())
        if found is None:
            return NOBODY
        actor, agency = found
        return Asker(actor=actor, via="agency" if agency else "token", agency=agency)
    given = request.cookies.get(cookie, "")
    if not given:
        return NOBODY
    signed = await run_in_threadpool(sessions.resume, engine, given, utc_now())
    if signed is None:
        return NOBODY
    return Asker(
        actor=signed.actor, via="session", csrf=signed.csrf, session_hash=signed.session_hash
    )


def _key_of(request: Request) -> str:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    return request.headers.get("x-api-key", "").strip()


def refuse_foreign_request(request: Request, asker: Asker) -> None:
    """Refuse (403) an unsafe request that another site made with somebody's cookie."""
    if request.method in _SAFE or asker.via in ("token", "agency"):
        return
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin", "")
    ours = not origin or urlsplit(origin).netloc == request.headers.get("host", "")
    if site not in ("same-origin", "none") or not ours:
        raise Refused(
            "foreign_request", "请求来自其他网站，已拒绝；请从本平台页面重新操作。", status=403
        )
    if request.url.path.startswith("/api/") and asker.via == "session":
        check_csrf(asker, request.headers.get("x-csrf-token", ""))


def check_csrf(asker: Asker, given: str) -> None:
    """Refuse (403) a form that was not made by this session's own page."""
    if asker.via == "session" and given != asker.csrf:
        raise Refused(
            "form_out_of_date", "页面已过期，本次操作没有生效；请刷新页面后重新提交。", status=403
        )


def asker_of(request: Request) -> Asker:
    """Who asks, as resolved before the route."""
    found: Asker = request.state.asker
    return found


def need(asker: Asker, roles: tuple[str, ...]) -> None:
    """Refuse (403) whoever holds none of these roles."""
    if not asker.may(roles):
        raise Refused(
            "not_allowed", "您的账号没有办理此事项的权限；请由有权限的岗位办理。", status=403
        )


def asking_of(request: Request, *, idempotency_key: str = "") -> Asking:
    """The context a call to a service travels with."""
    clock = request.headers.get("hexie-clock", "")
    return Asking(
        actor=asker_of(request).actor,
        correlation_id=request.state.correlation_id,
        idempotency_key=idempotency_key,
        clock=clock if request.app.state.settings.sample_clock else "",
    )
