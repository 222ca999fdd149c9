"""Acts: one form of the portal ↔ one command. What is asked for, in whose words, on which clause.

A page offers acts (`offer`); every act is posted to `/acts/<command>` and comes back to the page it
was offered on. A refused act is shown again with what was typed and what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, get_origin

from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.api.problems import invalid
from services.gateway.pages.desk import Pages, ask, go, own_path, render, text_of
from shared.contracts.message import Command
from shared.contracts.refusals import Refused

pages = Pages()
Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Field:
    """One thing asked for. kind: text, text-long, date, number, select, choice, tick."""

    name: str
    label: str
    kind: str = "text"
    required: bool = False
    help: str = ""
    options: Options = ()
    value: str = ""


@dataclass(frozen=True)
class Act:
    """One act as a person sees it; `done` is said once it is done."""

    command: type[Command]
    title: str
    label: str
    fields: tuple[Field, ...] = ()
    says: str = ""
    step: tuple[str, str] = ("", "")  # procedure and step; the pack at work has the clause
    tone: str = "pri"
    done: str = "已办理。"
    rare: bool = False  # not the act a case waits for: offered last, folded

    @property
    def id(self) -> str:
        """The command's own name."""
        return self.command.name

    def with_options(self, name: str, options: Iterable[tuple[str, str]]) -> Act:
        """The same act with a field's choices filled in."""
        chosen = tuple(options)
        return replace(
            self,
            fields=tuple(replace(f, options=chosen) if f.name == name else f for f in self.fields),
        )

    def without(self, *names: str) -> Act:
        """The same act, with some fields set by the page instead of asked for."""
        return replace(self, fields=tuple(f for f in self.fields if f.name not in names))


@dataclass(frozen=True)
class Offer:
    """An act offered on a page, with the ids it is about."""

    act: Act
    hidden: Mapping[str, str] = field(default_factory=dict)


TABLE: dict[str, Act] = {}


def table(*acts: Act) -> tuple[Act, ...]:
    """Put acts up so that they can be posted."""
    for act in acts:
        TABLE[act.id] = act
    return acts


def offers(
    service: str, may: Iterable[str], hidden: Mapping[str, str], *, acts: Iterable[Act] = ()
) -> list[Offer]:
    """The acts a service says may be done now, in its order, rare
    ones last; ready-made acts go before the table's."""
    ready = {a.id: a for a in acts}
    found = []
    for name in may:
        act_id = name if "." in name else f"{service}.{name}"
        act = ready.get(act_id) or TABLE.get(act_id)
        if act is not None:
            found.append(Offer(act=act, hidden=hidden))
    return sorted(found, key=lambda offer: offer.act.rare)


@pages.form("/acts/{act_id}", ("any",))
async def do_act(request: Request, act_id: str, form: FormData) -> Response:
    """Send the act's command; back to the page it came from, or here again with what is wrong."""
    act = TABLE.get(act_id)
    if act is None:
        raise Refused("act_unknown", "没有这项办理事项。", status=404)
    back = own_path(text_of(form, "back") or "/")
    given = {k: text_of(form, k) for k in form if k not in ("csrf", "idem", "back")}
    try:
        command = command_of(act, given)
        await ask(request, command, key=text_of(form, "idem"))
    except Refused as refused:
        return _again(request, act, given, back=back, refused=refused)
    return go(back, said=act.done)


def command_of(act: Act, given: Mapping[str, str]) -> Command:
    """The command from what was typed; empty fields are left to the command's defaults."""
    data: dict[str, Any] = {k: v for k, v in given.items() if v != "" and k in _names(act)}
    for name, info in act.command.model_fields.items():
        if name in data and get_origin(info.annotation) is tuple:
            data[name] = [part for part in str(data[name]).split(",") if part]
    absent = [f for f in act.fields if f.required and f.name not in data]
    if absent:
        raise Refused(
            "form_incomplete",
            f"还有 {len(absent)} 项没有填写：{'、'.join(f.label for f in absent)}。请补充后再提交。",
            status=422,
            errors=[{"pointer": f"/{f.name}", "says": f"请填写{f.label}"} for f in absent],
        )
    try:
        return act.command.model_validate(data)
    except ValidationError as error:
        raise invalid(error.errors()) from error


def _names(act: Act) -> set[str]:
    return set(act.command.model_fields)


def _again(
    request: Request, act: Act, given: Mapping[str, str], *, back: str, refused: Refused
) -> Response:
    asked = {f.name for f in act.fields}
    return render(
        request,
        "act.html",
        title=act.title,
        status=refused.status,
        act=act,
        refused=refused,
        values={k: v for k, v in given.items() if k in asked},
        hidden={k: v for k, v in given.items() if k not in asked},
        wrong={e["pointer"].strip("/").split("/")[0]: e["says"] for e in refused.errors},
        back=back,
    )
