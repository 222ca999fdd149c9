"""Signing in and out."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.auth import guard, sessions
from services.gateway.pages.desk import Pages, go, own_path, render, text_of
from shared.contracts.refusals import Refused

pages = Pages()


def door(request: Request, *, refused: Refused | None = None, then: str = "/") -> Response:
    """The sign-in page; 401 when it stands where another page was asked for."""
    status = refused.status if refused else 200
    shown = refused if refused and refused.code != "sign_in_needed" else None
    return render(request, "sign_in.html", title="登录", status=status, refused=shown, then=then)


@pages.page("/sign-in", ())
async def show(request: Request) -> Response:
    """The empty form, or straight on for whoever is signed in."""
    then = own_path(request.query_params.get("then", "/"))
    if guard.asker_of(request).via == "session":
        return go(then)
    return door(request, then=then)


@pages.form("/sign-in", ())
async def sign_in(request: Request, form: FormData) -> Response:
    """Check what was typed; a new session each time (no fixation)."""
    then = own_path(text_of(form, "then") or "/")
    address = request.client.host if request.client else ""
    attempt = sessions.Attempt(
        login=text_of(form, "login"),
        password=str(form.get("password", "")),
        code=text_of(form, "code"),
        address=address,
    )
    state = request.app.state
    try:
        state.throttle.admit(attempt.login, address)
        signed = await run_in_threadpool(sessions.sign_in, state.engine, attempt, guard.utc_now())
    except Refused as refused:
        return door(request, refused=refused, then=then)
    response = go(then)
    name = guard.cookie_name(state.settings.public_url)
    response.set_cookie(
        name,
        signed.cookie,
        httponly=True,
        samesite="lax",
        secure=name.startswith("__Host-"),
        path="/",
        max_age=int(sessions.LONGEST.total_seconds()),
    )
    return response


@pages.form("/sign-out", ("any",))
async def sign_out(request: Request, form: FormData) -> Response:
    """End the session here and on the server."""
    del form
    asker = guard.asker_of(request)
    await run_in_threadpool(sessions.sign_out, request.app.state.engine, asker.session_hash)
    response = go("/sign-in", said="已退出登录。")
    response.delete_cookie(guard.cookie_name(request.app.state.settings.public_url), path="/")
    return response
