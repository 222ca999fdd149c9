"""The outermost wall: method allow-list, body limit, correlation id, security headers, the guard."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway import store
from services.gateway.auth import guard
from shared.contracts.refusals import Refused
from shared.runtime.ids import uuid7

log = structlog.get_logger()

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
_TLS_ONLY = "max-age=31536000; includeSubDomains"
_CORRELATION = re.compile(r"[A-Za-z0-9._-]{8,64}")
Answerer = Callable[[Request, Refused], Awaitable[Response]]


class Wall:
    """Wraps the application; `answer` turns a refusal into a page or a problem document."""

    def __init__(self, app: ASGIApp, *, answer: Answerer, body_limit: Callable[[str], int]) -> None:
        self._app, self._answer, self._limit = app, answer, body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in once it is small, allowed and named."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-correlation-id", "")
        correlation = given if _CORRELATION.fullmatch(given) else uuid7().hex
        scope.setdefault("state", {})["correlation_id"] = correlation
        structlog.contextvars.bind_contextvars(correlation_id=correlation)
        limit = self._limit(scope["path"])
        request = Request(scope, receive)
        sealed = _sealed(send, scope, correlation)
        try:
            await self._admit(request, limit)
            await self._app(scope, _counted(receive, limit), sealed)
        except Refused as refused:
            response = await self._answer(request, refused)
            await response(scope, receive, sealed)
        except store.DatabaseFault as error:  # while asking who this is: nobody further in has it
            response = await self._answer(request, database_away(error))
            await response(scope, receive, sealed)

    async def _admit(self, request: Request, limit: int) -> None:
        state = request.app.state
        if request.method not in _METHODS:
            raise Refused("method_not_allowed", f"不支持 {request.method[:20]} 方法。", status=405)
        length = request.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > limit:
            raise too_large(limit)
        request.state.asker = guard.NOBODY
        cookie = guard.cookie_name(state.settings.public_url)
        path = request.url.path
        if path.startswith(("/static/", "/healthz", "/readyz")):
            return
        request.state.asker = await guard.resolve(request, state.engine, cookie)
        if request.state.asker is guard.NOBODY and not guard.is_open(path):
            raise Refused("sign_in_needed", "请先登录后再办理。", status=401)
        guard.refuse_foreign_request(request, request.state.asker)


def database_away(error: store.DatabaseFault) -> Refused:
    """The refusal (503) of what the gateway's own database is needed for; the fault is logged."""
    log.error("database_failed", error=str(error)[:300])
    return Refused("database_away", "数据库暂时连不上，没有任何改动；请稍后再试。", status=503)


def too_large(limit: int) -> Refused:
    """The refusal (413) of a body over its limit, at once or while it is read."""
    return Refused(
        "body_too_large",
        f"提交的内容超过 {limit // 1024} KB 的上限，没有接收；请拆分后分次提交。",
        status=413,
    )


def _counted(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413, detail=str(limit))
        return message

    return counted


def _keeping(scope: Scope) -> str:
    """Static files named with their digest may be kept for ever; pages and answers never."""
    if not scope["path"].startswith("/static/"):
        return "no-store"
    named = scope["query_string"].startswith(b"v=")
    return "public, max-age=31536000, immutable" if named else "no-cache"


def _sealed(send: Send, scope: Scope, correlation: str) -> Send:
    async def sealed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            headers["x-correlation-id"] = correlation
            if scope.get("scheme") == "https":
                headers["strict-transport-security"] = _TLS_ONLY
            headers.setdefault("cache-control", _keeping(scope))
        await send(message)

    return sealed
