"""A door: one REST operation as data. Method, path, the command it sends, the roles it needs.

Path parameters and query parameters (GET) or the JSON body (else) are the command's own fields, so
the OpenAPI document is the contract and nothing is written twice. A command with a `revision` or
`version` field takes it from `If-Match` ("428" without). POST needs an `Idempotency-Key`.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response
from pydantic import BaseModel, Field, create_model
from pydantic.fields import FieldInfo
from pydantic_core import to_json
from starlette.responses import JSONResponse

from services.gateway.api.problems import Problem
from services.gateway.auth import guard
from shared.contracts.message import Command, Shape
from shared.contracts.refusals import Refused

PREFIX = "/api/v1"
PUBLIC: tuple[str, ...] = ()
ANYONE = ("any",)
OFFICE = ("clerk", "reviewer", "seat", "admin", "security", "auditor", "system")
OFFICERS = ("clerk", "reviewer", "system")
CLERK = ("clerk", "reviewer", "system")
REVIEWER = ("reviewer", "system")
SEATS = ("seat", "clerk", "reviewer", "system")
UNIT = ("unit", "clerk", "reviewer", "system")
PLANNER = ("planner", "clerk", "reviewer", "seat", "liaison", "agency", "system")
KEYS = ("admin", "security", "system")
_MARKS = ("revision", "version")
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    code: {"model": Problem, "content": {"application/problem+json": {}}, "description": says}
    for code, says in {
        401: "需要登录",
        403: "无权办理",
        404: "没有找到",
        409: "按规定不能办理",
        422: "填报内容有误",
        503: "后台服务暂不可用",
    }.items()
}


@dataclass(frozen=True)
class Door:
    """One operation. `fixed` are command fields the door itself sets; `listing` names the rows."""

    method: str
    path: str
    command: type[Command]
    says: str
    roles: tuple[str, ...]
    answer: Any = None
    fixed: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200

    @property
    def in_path(self) -> tuple[str, ...]:
        """Names of the path's parameters."""
        return tuple(re.findall(r"{(\w+)}", self.path))

    @property
    def mark(self) -> str:
        """The command's field that If-Match fills, or ""."""
        if self.method == "GET":
            return ""
        return next((m for m in _MARKS if m in self.command.model_fields), "")


def open_doors(router: APIRouter, doors: tuple[Door, ...], *, prefix: str, tag: str) -> None:
    """Put a table of doors on the router, their paths behind the prefix."""
    for door in doors:
        endpoint = _endpoint(door)
        router.add_api_route(
            prefix + door.path,
            endpoint,
            methods=[door.method],
            summary=door.says,
            description=inspect.getdoc(door.command),
            tags=[tag],
            status_code=door.status,
            operation_id=_operation_id(door),
            response_class=JSONResponse,
            responses=_responses(door),
            openapi_extra={"x-roles": list(door.roles) or ["public"]},
        )


def _operation_id(door: Door) -> str:
    public = "" if door.roles else "public_"
    words = re.sub(r"[{}]", "", door.path).replace("-", "_").strip("/").replace("/", "_")
    return f"{public}{door.method.lower()}_{words}"


def _responses(door: Door) -> dict[int | str, dict[str, Any]]:
    shown = dict(_PROBLEMS)
    if not door.roles:
        shown.pop(401)
    if door.answer is not None:
        shown[door.status] = {"model": door.answer, "description": "办理结果"}
    return shown


def _fields(door: Door) -> dict[str, tuple[Any, FieldInfo]]:
    left_out = {*door.in_path, *door.fixed, door.mark}
    found: dict[str, tuple[Any, FieldInfo]] = {}
    for name, info in door.command.model_fields.items():
        if name in left_out:
            continue
        inner = info.annotation
        if door.method == "GET" and inspect.isclass(inner) and issubclass(inner, Shape):
            found |= {n: (i.annotation, i) for n, i in inner.model_fields.items()}
        else:
            found[name] = (info.annotation, info)
    return found


def _model(door: Door) -> type[BaseModel] | None:
    fields: dict[str, Any] = {n: (t, i) for n, (t, i) in _fields(door).items()}
    if not fields:
        return None
    suffix = "Query" if door.method == "GET" else "Body"
    name = f"{door.command.name.partition('.')[0].title()}{door.command.__name__}{suffix}"
    return create_model(
        name, __config__={"extra": "forbid", "frozen": True}, __module__=__name__, **fields
    )


def _endpoint(door: Door) -> Any:
    """A function whose signature tells FastAPI what to read, and which sends the command."""
    model = _model(door)

    async def endpoint(request: Request, **given: Any) -> Response:
        guard_roles(request, door.roles)
        data = dict(door.fixed) | {name: given[name] for name in door.in_path}
        if model is not None:
            data |= _spread(door, given["body" if door.method != "GET" else "query"])
        if door.mark:
            data[door.mark] = wanted_revision(given.get("if_match") or "")
        command = door.command.model_validate(data)
        key = given.get("idempotency_key") or ""
        return await send(request, command, status=door.status, idempotency_key=key)

    parameters = [_parameter("request", Request)]
    for name in door.in_path:
        parameters.append(_parameter(name, Annotated[str, Path(max_length=200)]))
    if model is not None:
        marked = Annotated[model, Query()] if door.method == "GET" else model
        default: Any = inspect.Parameter.empty
        if door.method != "GET" and not any(i.is_required() for i in model.model_fields.values()):
            default = model()  # an act that needs nothing more may come without a body
        name = "query" if door.method == "GET" else "body"
        parameters.append(_parameter(name, marked, default))
    if door.method == "POST":
        parameters.append(_parameter("idempotency_key", Annotated[str | None, _KEY], None))
    if door.mark:
        parameters.append(_parameter("if_match", Annotated[str | None, Header()], None))
    endpoint.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    endpoint.__name__ = _operation_id(door)
    return endpoint


_KEY = Header(
    min_length=8,
    max_length=200,
    description="同一操作重发时使用同一值；同值不同内容 422。必填（面向程序）",
)


def _parameter(
    name: str, annotation: Any, default: Any = inspect.Parameter.empty
) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default
    )


def _spread(door: Door, given: BaseModel) -> dict[str, Any]:
    values = given.model_dump(exclude_unset=True)
    for name, info in door.command.model_fields.items():
        inner = info.annotation
        if door.method == "GET" and inspect.isclass(inner) and issubclass(inner, Shape):
            mine = {n: values.pop(n) for n in inner.model_fields if n in values}
            values[name] = mine
    return values


def guard_roles(request: Request, roles: tuple[str, ...]) -> None:
    """Refuse whoever holds none of the roles; an empty tuple is open to the public."""
    if roles:
        guard.need(guard.asker_of(request), roles)


def wanted_revision(if_match: str) -> int:
    """The revision an `If-Match` header names; 428 without one, 412 for one that is no number."""
    bare = if_match.strip().removeprefix("W/").strip('"').partition(".")[0]
    if not bare:
        raise Refused(
            "if_match_needed",
            "修改前须先读取：请在 If-Match 中带上读取时得到的 ETag，以免覆盖他人的修改。",
            status=428,
        )
    if not bare.isdigit():
        raise Refused(
            "if_match_unknown", f"If-Match 的值“{bare[:40]}”不是本资源的 ETag。", status=412
        )
    return int(bare)


async def send(
    request: Request, command: Command, *, status: int = 200, idempotency_key: str = ""
) -> Response:
    """Ask the service; its answer with ETag, `next` and Link. Programs must name their POSTs."""
    asker = guard.asker_of(request)
    if request.method == "POST" and not idempotency_key and asker.via in ("token", "agency"):
        raise Refused(
            "idempotency_key_needed",
            "请在 Idempotency-Key 中给本次提交一个唯一编号，网络中断后用同一编号重发不会重复办理。",
            status=422,
            errors=[{"pointer": "/header/Idempotency-Key", "says": "缺少此项"}],
        )
    asking = guard.asking_of(request, idempotency_key=idempotency_key)
    answer = await request.app.state.services.ask(command, asking)
    return answered(request, answer, status=status)


def answered(request: Request, answer: Any, *, status: int = 200) -> Response:
    """An answer as JSON: `next` names the following page, Link its address, ETag the revision."""
    headers: dict[str, str] = {}
    if isinstance(answer, list):
        answer = {"items": answer, "next": None}
    if isinstance(answer, dict):
        for spelled in ("next_after", "next"):
            if spelled in answer:
                following = answer.pop(spelled)
                answer["next"] = following or None
                if following:
                    address = request.url.include_query_params(after=following)
                    headers["link"] = f'<{address.path}?{address.query}>; rel="next"'
        mark = next((answer[m] for m in _MARKS if isinstance(answer.get(m), int)), None)
        if mark is not None:
            digest = hashlib.sha256(json.dumps(answer, sort_keys=True).encode()).hexdigest()
            headers["etag"] = f'"{mark}.{digest[:12]}"'
    if headers.get("etag") and request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    body = to_json(answer)  # a fifth of the time of `json`: ten thousand checks are megabytes
    return Response(body, status_code=status, headers=headers, media_type="application/json")


class Items(BaseModel):
    """A page of rows; `next` is the `after` of the following page, null on the last."""

    items: list[Any]
    next: str | int | None = Field(default=None)
