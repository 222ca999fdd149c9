"""nameko's RPC entrypoint made safe to stop, to lose its broker, and to be sent rubbish.

nameko closes the connection before the last acks are out, so that every call in flight runs
again after a restart, acknowledges away what it cannot decode, and waits up to 30 s to
reconnect, deaf to stopping. All three are mended through its public extension points.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import kombu.compression
import kombu.serialization
import kombu.utils.json
import structlog
from amqp.exceptions import PreconditionFailed
from kombu.serialization import dumps
from nameko.messaging import QueueConsumer
from nameko.rpc import Responder, Rpc, RpcConsumer, get_rpc_exchange
from pydantic_core import to_json

from shared.messaging.outages import BROKER_ERRORS

log = structlog.get_logger()

COMPRESS_FROM = 64 * 1024
"""Bytes from which a message is compressed: the broker takes 1 MiB, ten thousand answers more."""

_TOO_LARGE = {
    "refused": {
        "code": "answer_too_large",
        "says": "一次查询的结果太多，无法送回。请分批查询。",
        "clause": "",
        "status": 422,
        "errors": [],
    }
}


def _encode(value: Any) -> str:
    """JSON in a fifth of kombu's time: nameko encodes each answer twice, and some are megabytes."""
    try:
        return to_json(value).decode()
    except ValueError:  # a lone surrogate, or what only kombu can put into JSON
        return str(kombu.utils.json.dumps(value))  # type: ignore[no-untyped-call]


kombu.serialization.register(  # type: ignore[no-untyped-call]
    "json", _encode, kombu.utils.json.loads, content_type="application/json",
    content_encoding="utf-8",
)  # fmt: skip
# The fastest level: half the time for a sixth more bytes.
kombu.compression.register(  # type: ignore[no-untyped-call]
    partial(zlib.compress, level=1), zlib.decompress, "application/x-gzip", aliases=["gzip", "zlib"]
)


class _Stopped(Exception):  # noqa: N818  a signal out of kombu's reconnecting loop
    """Asked to stop while the broker is away."""


class SizedPublisher(Responder.publisher_cls):
    """Publishes a reply, compressed when it is large; kombu marks it in the header `compression`."""

    def publish(self, payload: Any, **options: Any) -> None:
        """Serialise once, measure, send."""
        form = options.pop("serializer", "json")
        content_type, encoding, text = dumps(payload, form)  # type: ignore[no-untyped-call]
        body = text.encode(encoding) if isinstance(text, str) else text
        super().publish(
            body,
            content_type=content_type,
            content_encoding=encoding,
            compression="zlib" if len(body) > COMPRESS_FROM else None,
            **options,
        )


class SizedResponder(Responder):
    """Answers through the sized publisher."""

    publisher_cls = SizedPublisher


class DrainingQueueConsumer(QueueConsumer):
    """Keeps its connection until every message in flight is settled."""

    _unsettled = 0
    _pending_remove_providers: dict[Any, Any]

    def handle_message(self, provider: Any, body: Any, message: Any) -> None:
        """Count it in."""
        self._unsettled += 1
        super().handle_message(provider, body, message)

    def ack_message(self, message: Any) -> None:
        """Acknowledge; harmless when the broker has taken the delivery back already."""
        self._settle(message, message.ack)

    def requeue_message(self, message: Any) -> None:
        """Give back."""
        self._settle(message, message.requeue)

    def _settle(self, message: Any, act: Callable[[], None]) -> None:
        try:
            if message.channel is not None and message.channel.connection:
                act()
        except BROKER_ERRORS as error:
            log.warning("确认未送达，消息会重来 acknowledgement lost", error=repr(error))
        finally:
            self._unsettled -= 1

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        """A request nobody can read has a caller waiting, not a fact to keep: drop it loudly."""
        log.error("无法解码的请求 undecodable request", error=repr(exc))
        message.reject(requeue=False)

    def on_iteration(self) -> None:
        """Leave only when no consumer and no unsettled message is left."""
        self._cancel_consumers_if_requested()
        if not self._consumers and self._unsettled <= 0:
            self.should_stop = True

    @contextmanager
    def establish_connection(self) -> Iterator[Any]:
        """Reconnect after 0.2 to 5 s, and notice being stopped meanwhile."""
        self._unsettled = 0
        with self.create_connection() as connection:
            connection.ensure_connection(
                self.on_connection_error,
                interval_start=0.2,
                interval_step=0.5,
                interval_max=5,
                callback=self._leave_if_asked,
            )
            yield connection

    def run(self, *args: Any, **kwargs: Any) -> None:
        """The consuming loop."""
        try:
            super().run(*args, **kwargs)
        except _Stopped:
            log.info("代理不在时停止 stopped while the broker was away")

    def _leave_if_asked(self) -> None:
        if self._pending_remove_providers:
            waiting = list(self._pending_remove_providers.values())
            self._pending_remove_providers = {}
            self._consumers.clear()
            self.should_stop = True
            for removed in waiting:
                removed.send()
            raise _Stopped


class DrainingRpcConsumer(RpcConsumer):
    """One queue a service, settled through the draining consumer."""

    queue_consumer = DrainingQueueConsumer()

    def handle_result(self, message: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
        """Reply and acknowledge. Without a broker the request comes again: callers send keys.

        A reply too large even when compressed is answered with a refusal: it would never fit.
        """
        try:
            try:
                answered = self._respond(message, result, exc_info)
            except PreconditionFailed as error:
                log.warning("答复过大 reply too large", error=repr(error))
                answered = self._respond(message, _TOO_LARGE, None)
            self.queue_consumer.ack_message(message)
        except BROKER_ERRORS as error:
            log.warning("答复未送出 reply lost", error=repr(error))
            self.queue_consumer.requeue_message(message)
            return result, exc_info
        return answered

    def _respond(self, message: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
        config = self.container.config
        responder = SizedResponder(
            config["AMQP_URI"],
            get_rpc_exchange(config),
            "json",
            message,
            ssl=config.get("AMQP_SSL"),
        )
        answered: tuple[Any, Any] = responder.send_response(result, exc_info)
        return answered


class SafeRpc(Rpc):
    """An RPC entrypoint whose method gets the command as it came, and the call's context."""

    rpc_consumer = DrainingRpcConsumer()

    def handle_message(self, body: Any, message: Any) -> None:
        """Hand `kwargs["command"]` and the context headers to the method."""
        kwargs = body.get("kwargs") if isinstance(body, dict) else None
        command = kwargs.get("command") if isinstance(kwargs, dict) else None
        self._spawn(command, self.unpack_message_headers(message), message)

    def _spawn(self, command: Any, context: dict[str, Any], message: Any) -> None:
        def done(context: Any, result: Any = None, exc_info: Any = None) -> tuple[Any, Any]:
            settled: tuple[Any, Any] = self.handle_result(message, context, result, exc_info)
            return settled

        self.container.spawn_worker(
            self, (command, context), {}, context_data={}, handle_result=done
        )
