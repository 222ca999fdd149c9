"""`@accepts`: a command comes in by RPC, one transaction, an answer goes out.

A refusal is an answer too. The wire is nameko's; the gateway speaks it with its own client.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

import structlog
from pydantic import ValidationError
from pydantic_core import to_jsonable_python
from sqlalchemy import Engine, select, text, update
from sqlalchemy.dialects.postgresql import insert

from shared.contracts.message import Actor, Command
from shared.contracts.refusals import Refused
from shared.messaging.metrics import ANSWER_SECONDS, ANSWERED
from shared.messaging.outages import CONTENTION_TURNS, is_away, is_contention
from shared.messaging.rpc import SafeRpc
from shared.messaging.tables import idempotency
from shared.messaging.tx import Tx, as_json, open_tx
from shared.messaging.wording import rows_of
from shared.runtime.database import engine_for
from shared.runtime.settings import settings

log = structlog.get_logger()

C = TypeVar("C", bound=Command)
Answer = dict[str, Any]

_LIMITS = text("SET LOCAL statement_timeout = '20s'; SET LOCAL lock_timeout = '3s'")
_AWAY = Refused(
    "temporarily_unavailable", "系统暂时无法办理，没有任何改动。请稍后再试。", status=503
)
_BUSY = Refused("busy", "有人正在同时办理同一事项，没有任何改动。请刷新后再试。", status=409)


@dataclass(frozen=True, slots=True)
class Call:
    """Who asks, in which story, under which key; read from the call's context headers."""

    actor: Actor
    correlation_id: str = ""
    idempotency_key: str = ""
    now: datetime | None = None

    @classmethod
    def of(cls, context: Mapping[str, Any]) -> Call:
        """From nameko's context data; a call without a known actor is refused."""
        try:
            actor = Actor.model_validate(context.get("actor"))
        except ValidationError as error:
            raise Refused("no_actor", "不知道是谁在办理。请重新登录。", status=403) from error
        return cls(
            actor=actor,
            correlation_id=str(context.get("correlation_id") or ""),
            idempotency_key=str(context.get("idempotency_key") or ""),
            now=_clock(context.get("clock")),
        )


def answer(
    engine: Engine,
    command: type[C],
    handle: Callable[[Tx, C], Any],
    *,
    body: object,
    context: Mapping[str, Any],
) -> Answer:
    """One command, one transaction, one answer: `{"ok": …}` or `{"refused": {…}}`. Never raises."""
    started = time.monotonic()
    try:
        given = {"ok": _carry_out(engine, command, handle, body=body, context=context)}
    except Refused as refusal:
        given = refused(refusal)
    except Exception as error:  # noqa: BLE001  a defect: the caller gets a reference, we the trace
        given = refused(_failed(error, command, context))
    outcome = "ok" if "ok" in given else str(given["refused"]["code"])
    ANSWERED.labels(command.name, outcome).inc()
    ANSWER_SECONDS.labels(command.name).observe(time.monotonic() - started)
    return given


def refused(refusal: Refused) -> Answer:
    """The answer a refusal becomes."""
    return {"refused": asdict(refusal)}


def _carry_out(
    engine: Engine,
    command: type[C],
    handle: Callable[[Tx, C], Any],
    *,
    body: object,
    context: Mapping[str, Any],
) -> Any:
    call = Call.of(context)
    given = _read(command, body)
    for turn in range(CONTENTION_TURNS):
        try:
            return _once(engine, given, handle, call)
        except Refused:
            raise
        except Exception as error:
            if not is_contention(error):
                raise
            log.info("并发冲突，重试 contention", command=command.name, turn=turn)
            time.sleep(random.random() * 0.05 * (turn + 1))  # noqa: S311  jitter
    raise _BUSY


def _once(engine: Engine, command: C, handle: Callable[[Tx, C], Any], call: Call) -> Any:
    with open_tx(
        engine,
        service=command.name.partition(".")[0],
        now=call.now,
        actor=call.actor,
        correlation_id=call.correlation_id,
        point="accepts",
    ) as tx:
        tx.session.execute(_LIMITS)
        if not call.idempotency_key or command.only_tells:
            return _plain(handle(tx, command))
        stored = _stored_answer(tx, command, call.idempotency_key)
        if stored is not None:
            return stored["ok"]
        given = _plain(handle(tx, command))
        tx.session.execute(
            update(idempotency)
            .where(idempotency.c.caller == call.actor.id, idempotency.c.key == call.idempotency_key)
            .values(answer={"ok": given})
        )
        return given


def _stored_answer(tx: Tx, command: Command, key: str) -> Answer | None:
    """Take the key, or the answer it already has. A second caller waits here for the first."""
    digest = _digest(command)
    taken = tx.session.execute(
        insert(idempotency)
        .values(caller=tx.actor.id, key=key, digest=digest)
        .on_conflict_do_nothing()
        .returning(idempotency.c.key)
    ).one_or_none()
    if taken is not None:
        return None
    row = tx.session.execute(
        select(idempotency).where(idempotency.c.caller == tx.actor.id, idempotency.c.key == key)
    ).one()
    if row.digest != digest:
        raise Refused(
            "idempotency_key_reused",
            f"防重键 {key} 已用于另一项不同的请求。请为新的请求换一个键。",
            status=422,
        )
    stored: Answer = row.answer
    return stored


def _read(command: type[C], body: object) -> C:
    try:
        return command.model_validate(body)
    except ValidationError as error:
        rows = rows_of(error)
        first = "；".join(f"{row['pointer'] or '/'} {row['says']}" for row in rows[:3])
        raise Refused(
            "invalid_command",
            f"提交的内容有 {len(rows)} 处不符合要求：{first}。请更正后再提交。",
            status=422,
            errors=rows,
        ) from error


def _failed(error: Exception, command: type[Command], context: Mapping[str, Any]) -> Refused:
    reference = str(context.get("correlation_id") or "")
    if is_away(error):
        log.warning("数据库不可用 database away", command=command.name, error=str(error)[:300])
        return _AWAY
    log.error(
        "办理出错 command failed", command=command.name, correlation_id=reference, exc_info=error
    )
    return Refused(
        "internal_error",
        f"系统内部错误，没有任何改动。请把编号 {reference or '（无）'} 告诉管理员。",
        status=500,
    )


def _clock(given: object) -> datetime | None:
    """A caller's clock, honoured in sample regions only; a wrong one is refused, not ignored."""
    if not given or not settings().sample_clock:
        return None
    try:
        now = datetime.fromisoformat(str(given))
    except ValueError as error:
        raise Refused("bad_clock", f"时钟 {given} 不是 ISO 时间。", status=422) from error
    if now.tzinfo is None:
        raise Refused("bad_clock", f"时钟 {given} 没有时区。", status=422)
    return now


def _plain(value: Any) -> Any:
    return to_jsonable_python(value)


def _digest(command: Command) -> str:
    whole = as_json([command.name, command.model_dump(mode="json")])
    return hashlib.sha256(whole.encode()).hexdigest()


def accepts(command: type[Command]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Answer this command by RPC at `<service>.<method>`, which must be the command's own name.

    The method gets `(tx, command)`; what it returns (a Shape, dict, list or None) is the answer.
    Committed before it is sent. `Refused` becomes an answer; nothing else reaches the caller
    but a reference number. The same idempotency key gets the same answer once it was `ok`.
    """

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        service, _, name = command.name.partition(".")
        if method.__name__ != name:
            raise TypeError(f"{method.__name__} accepts {command.name}: call it {name}")

        @wraps(method)
        def edge(self: Any, body: object, context: Mapping[str, Any]) -> Answer:
            return answer(
                engine_for(service),
                command,
                lambda tx, given: method(self, tx, given),
                body=body,
                context=context,
            )

        edge.hexie_accepts = command  # type: ignore[attr-defined]
        SafeRpc.decorator()(edge)
        return edge

    return decorate
