"""The only caller of services: typed RPC over one AMQP connection, in nameko 2.14's wire protocol.

Many calls are in flight at once on one confirmed channel. Each has a time-out, the same as its
message's expiration, so that nobody works for a caller who has left. A message no queue takes comes
back and is a `ServiceAway`; so is everything in flight when the connection breaks.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import zlib
from dataclasses import dataclass
from typing import Any, TypeVar

import aio_pika
import structlog
from aio_pika.abc import (
    AbstractIncomingMessage,
    AbstractRobustChannel,
    AbstractRobustConnection,
    AbstractRobustExchange,
    ExchangeType,
)
from aio_pika.exceptions import AMQPError, DeliveryError, PublishError
from pydantic import TypeAdapter
from pydantic_core import to_json

from shared.contracts.message import Actor, Command
from shared.contracts.refusals import Refused

_EXCHANGE = "nameko-rpc"
_COMPRESSED = "application/x-gzip"  # kombu's name for zlib; the services do the same
_COMPRESS_FROM = 64 * 1024
# The broker takes 1 MiB; one that is larger would close the channel, and with it every call in flight.
_LARGEST = 1000 * 1024
_TOO_LARGE = "一次提交的内容太多，无法送去办理，没有任何改动：请分成几次提交。"
T = TypeVar("T")
log = structlog.get_logger()


class ServiceAway(Exception):  # noqa: N818  an outage, told apart from a refusal
    """A service does not answer. `sent` is True when it may have acted all the same."""

    def __init__(self, service: str, *, sent: bool, late: bool = False) -> None:
        super().__init__(service)
        self.service, self.sent, self.late = service, sent, late


class ServiceFailed(Exception):  # noqa: N818
    """A service broke while answering: a defect, in its log under the same correlation id."""


@dataclass(frozen=True)
class Asking:
    """On whose behalf a call is made; travels in nameko's context headers."""

    actor: Actor
    correlation_id: str = ""
    idempotency_key: str = ""
    clock: str = ""

    def headers(self) -> dict[str, Any]:
        """The context as AMQP headers."""
        found: dict[str, Any] = {
            "nameko.actor": self.actor.model_dump(mode="json"),
            "nameko.correlation_id": self.correlation_id,
        }
        if self.idempotency_key:
            found["nameko.idempotency_key"] = self.idempotency_key
        if self.clock:
            found["nameko.clock"] = self.clock
        return found


class Services:
    """The four domain services, as one can ask them."""

    def __init__(self, url: str, *, timeout: float = 5.0) -> None:
        self._url, self._timeout = url, timeout
        self._pending: dict[str, tuple[str, asyncio.Future[dict[str, Any]]]] = {}
        self._connection: AbstractRobustConnection | None = None
        self._channel: AbstractRobustChannel | None = None
        self._exchange: AbstractRobustExchange | None = None
        self._reply_key = secrets.token_hex(16)

    async def start(self) -> None:
        """Connect and listen for replies; from here on the connection restores itself."""
        self._connection = await aio_pika.connect_robust(
            self._url,
            heartbeat=30,
            timeout=10,
            client_properties={"connection_name": "hexie-gateway"},
        )
        self._connection.close_callbacks.add(self._on_broken)
        channel = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
        assert isinstance(channel, AbstractRobustChannel)  # noqa: S101  aio-pika types it wider
        self._channel = channel
        self._channel.close_callbacks.add(self._on_broken)
        self._exchange = await channel.declare_exchange(_EXCHANGE, ExchangeType.TOPIC, durable=True)
        queue = await channel.declare_queue(
            f"rpc.reply-gateway-{self._reply_key}", exclusive=True, auto_delete=True
        )
        await queue.bind(self._exchange, self._reply_key)
        await queue.consume(self._on_reply, no_ack=True)

    async def stop(self, *, drain_seconds: float = 5.0) -> None:
        """Let calls in flight finish, then close."""
        waiting = [future for _, future in self._pending.values()]
        if waiting:
            await asyncio.wait(waiting, timeout=drain_seconds)
        if self._connection is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(drain_seconds):
                    await self._connection.close()

    @property
    def is_up(self) -> bool:
        """Whether a call made now would reach the broker."""
        return self._connection is not None and self._connection.connected.is_set()

    async def ask(self, command: Command, asking: Asking, *, timeout: float = 0) -> Any:
        """The service's answer as JSON; raises `Refused`, `ServiceAway` or `ServiceFailed`."""
        reply = await self._call(command, asking, timeout or self._timeout)
        if reply.get("error"):
            error = reply["error"]
            log.error("service_failed", command=command.name, error=error)
            raise ServiceFailed(command.name)
        answer = reply["result"]
        refused = answer.get("refused")
        if refused is not None:
            raise Refused(**refused)
        return answer.get("ok")

    async def ask_for(self, shape: type[T], command: Command, asking: Asking) -> T:
        """The answer as the contract's own shape; fields this version does not know are left out."""
        return TypeAdapter(shape).validate_python(await self.ask(command, asking), extra="ignore")

    async def _call(self, command: Command, asking: Asking, timeout: float) -> dict[str, Any]:
        service = command.name.partition(".")[0]
        if self._exchange is None or not self.is_up:
            raise ServiceAway(service, sent=False)
        call_id = secrets.token_hex(16)
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._pending[call_id] = (service, future)
        try:
            async with asyncio.timeout(timeout):
                await self._publish(command, asking, call_id=call_id, timeout=timeout)
                return await future
        except TimeoutError:
            raise ServiceAway(service, sent=True, late=True) from None
        except (DeliveryError, PublishError):
            raise ServiceAway(service, sent=False) from None
        except (AMQPError, ConnectionError, RuntimeError):
            raise ServiceAway(service, sent=True) from None
        finally:
            self._pending.pop(call_id, None)
            if future.done() and not future.cancelled():
                future.exception()

    async def _publish(
        self, command: Command, asking: Asking, *, call_id: str, timeout: float
    ) -> None:
        assert self._exchange is not None  # noqa: S101  `_call` looked
        content = to_json({"args": [], "kwargs": {"command": command}})
        headers = asking.headers()
        if len(content) > _COMPRESS_FROM:
            headers["compression"] = _COMPRESSED
            content = zlib.compress(content, level=1)  # half the time for a sixth more bytes
        if len(content) > _LARGEST:
            raise Refused("request_too_large", _TOO_LARGE, status=413)
        message = aio_pika.Message(
            content,
            content_type="application/json",
            content_encoding="utf-8",
            correlation_id=call_id,
            reply_to=self._reply_key,
            expiration=timeout,
            headers=headers,
        )
        await self._exchange.publish(message, command.name, mandatory=True)

    async def _on_reply(self, message: AbstractIncomingMessage) -> None:
        _, future = self._pending.get(message.correlation_id or "", ("", None))
        if future is not None and not future.done():
            packed = message.headers.get("compression") == _COMPRESSED
            future.set_result(json.loads(zlib.decompress(message.body) if packed else message.body))

    def _on_broken(self, *_: object) -> None:
        for service, future in self._pending.values():
            if not future.done():
                future.set_exception(ServiceAway(service, sent=True))
