"""The ground every page stands on: templates, rendering, forms, asking services, redirects.

A page module makes a `Pages()`, hangs functions on it with `@pages.page(path, roles)` and
`@pages.form(path, roles)`, and is listed in `pages.house`. Both check the role; `form` also checks
the session's form token before the function runs.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, unquote

from fastapi import APIRouter, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.gateway import at_work
from services.gateway.auth import guard
from services.gateway.clients import ServiceAway, ServiceFailed
from services.gateway.pages import words
from services.gateway.pages.navigation import navigation, role_text
from services.gateway.pages.vocabulary import Word
from shared.contracts.message import Command
from shared.contracts.refusals import Refused
from shared.policy.fielding import value_text as setting_text
from shared.policy.pack import Pack
from shared.runtime.ids import uuid7

_HERE = Path(__file__).resolve().parent.parent
_STATIC = _HERE / "static"
_FLASH = "hexie_said"
T = TypeVar("T")
Page = Callable[..., Awaitable[Response]]


class Pages:
    """A module's pages; roles are asked for at the door of each."""

    def __init__(self) -> None:
        self.router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
        self.paths: set[str] = set()

    def page(self, path: str, roles: tuple[str, ...]) -> Callable[[Page], Page]:
        """Serve a page at a path to people with one of these roles; () is the public."""

        def hang(function: Page) -> Page:
            self.paths.add(path)
            self.router.add_api_route(path, _at_the_door(function, roles), methods=["GET"])
            return function

        return hang

    def form(self, path: str, roles: tuple[str, ...]) -> Callable[[Page], Page]:
        """Take a form at a path; the function gets `form`, whose token has been checked."""

        def hang(function: Page) -> Page:
            self.router.add_api_route(path, _at_the_desk(function, roles), methods=["POST"])
            return function

        return hang


def _at_the_door(function: Page, roles: tuple[str, ...]) -> Page:
    @functools.wraps(function)
    async def admitted(request: Request, **given: Any) -> Response:
        if roles:
            guard.need(guard.asker_of(request), roles)
            request.state.pack = await at_work.look(request)
        else:
            request.state.drafts = await at_work.drafts(request)
        return await function(request, **given)

    return admitted


def _at_the_desk(function: Page, roles: tuple[str, ...]) -> Page:
    signature = inspect.signature(function)
    shown = [p for name, p in signature.parameters.items() if name != "form"]

    async def admitted(request: Request, **given: Any) -> Response:
        asker = guard.asker_of(request)
        if roles:
            guard.need(asker, roles)
            request.state.pack = await at_work.look(request)
        else:
            request.state.drafts = await at_work.drafts(request)
        form = await request.form(max_files=60, max_fields=3000)
        guard.check_csrf(asker, str(form.get("csrf", "")))
        return await function(request, form=form, **given)

    admitted.__signature__ = signature.replace(parameters=shown)  # type: ignore[attr-defined]
    admitted.__annotations__ = {k: v for k, v in function.__annotations__.items() if k != "form"}
    admitted.__name__ = function.__name__
    admitted.__module__ = function.__module__
    return admitted


# --- rendering ----------------------------------------------------------------------------


@functools.lru_cache(maxsize=64)
def static(name: str) -> str:
    """The address of a static file; it changes when the file does."""
    digest = hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"


@pass_context
def _csrf_field(context: Context) -> Markup:
    asker: guard.Asker = context["asker"]
    return Markup('<input type="hidden" name="csrf" value="{}">').format(asker.csrf)


def clause_here(request: Request, procedure: str, step: str) -> str:
    """The clause of a procedure's step in the pack at work where the person sits, or ""."""
    pack: Pack | None = getattr(request.state, "pack", None)
    return pack.step_clause(procedure, step) if pack is not None else ""


@pass_context
def _step_clause(context: Context, step: tuple[str, str]) -> str:
    return clause_here(context["request"], *step)


@pass_context
def _word(context: Context, value: object, family: str) -> Word:
    return words.word_here(value, family, context.get("pack"))


@pass_context
def _with_query(context: Context, **changes: object) -> str:
    request: Request = context["request"]
    kept = {k: v for k, v in changes.items() if v is not None}
    url = request.url.remove_query_params(list(changes)).include_query_params(**kept)
    return f"{url.path}?{url.query}" if url.query else url.path


@pass_context
def _query_has(context: Context, name: str) -> bool:
    request: Request = context["request"]
    return bool(request.query_params.get(name))


def _paragraphs(text: str) -> Markup:
    return Markup("").join(
        Markup("<p>{}</p>").format(p) for p in str(text).split("\n") if p.strip()
    )


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        static=static,
        word=_word,
        options=words.options,
        clause_text=words.clause_text,
        fact_text=words.fact_text,
        value_text=words.value_text,
        setting_text=setting_text,
        is_draft=words.is_draft,
        stance_text=words.stance_text,
        standard_text=words.standard_text,
        outcome_text=words.outcome_text,
        event_field=words.event_field,
        event_value=words.event_value,
        csrf_field=_csrf_field,
        step_clause=_step_clause,
        with_query=_with_query,
        query_has=_query_has,
        fresh_key=lambda: uuid7().hex,
    )
    made.tests["missing"] = lambda value: isinstance(value, Missing)
    made.filters["short_node"] = words.short_node
    made.filters["area"] = words.area
    made.filters["plain"] = words.plain
    made.filters["reading"] = words.reading_text
    made.filters["industry"] = words.industry_text
    made.filters["origin"] = words.origin_text
    made.filters.update(day=words.day, minute=words.minute, paragraphs=_paragraphs)
    return made


templates = _environment()


def render(
    request: Request, name: str, *, title: str, status: int = 200, **context: Any
) -> HTMLResponse:
    """A page from its template, with who asks, where they are and what was just done."""
    asker = guard.asker_of(request)
    flash = unquote(request.cookies.get(_FLASH, ""))
    text = templates.get_template(name).render(
        request=request,
        title=title,
        asker=asker,
        role_text=role_text(asker),
        place=words.place(asker.actor.node),
        pack=getattr(request.state, "pack", None),
        drafts=getattr(request.state, "drafts", ()),
        navigation=navigation(asker, request.url.path, request.app.state.page_paths),
        flash=flash,
        **context,
    )
    response = HTMLResponse(text, status_code=status)
    if flash:
        response.delete_cookie(_FLASH, path="/")
    return response


def go(path: str, *, said: str = "") -> RedirectResponse:
    """On to another of our pages (303), saying there what was done."""
    response = RedirectResponse(own_path(path), status_code=303)
    if said:
        response.set_cookie(
            _FLASH, quote(said[:300]), max_age=60, httponly=True, samesite="lax", path="/"
        )
    return response


def own_path(path: str) -> str:
    """The path when it is one of ours, else the home page."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


# --- asking -------------------------------------------------------------------------------


async def ask(request: Request, command: Command, *, key: str = "") -> Any:
    """The service's answer as JSON, on behalf of whoever asks."""
    asking = guard.asking_of(request, idempotency_key=key)
    return await request.app.state.services.ask(command, asking)


async def ask_for(request: Request, shape: type[T], command: Command) -> T:
    """The service's answer as the contract's shape."""
    found: T = await request.app.state.services.ask_for(shape, command, guard.asking_of(request))
    return found


def text_of(form: FormData, name: str) -> str:
    """A form's text field, stripped; "" when it is not there."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def escaped(text: str) -> str:
    """Text safe to stand inside HTML."""
    return str(escape(text))


@dataclass(frozen=True)
class Missing:
    """A part of a page that could not be had; the page shows the sentence in its place."""

    says: str
    outage: bool = True  # False: a refusal, this part is not for this person


async def part(request: Request, shape: type[T], command: Command) -> T | Missing:
    """A part a page can do without: an outage or a refusal becomes its sentence."""
    try:
        return await ask_for(request, shape, command)
    except Refused as refused:
        return Missing(refused.says, outage=refused.status >= 500)
    except (ServiceAway, ServiceFailed):
        return Missing("这一部分暂时取不到，请稍后刷新。")
