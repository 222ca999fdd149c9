"""The reference client of an agency: sends what it keeps, waits for the receipt, sends again.

An event is in the client's own outbox with its number before it is sent, and is done with only
when our signed receipt is here. Until then the same bytes are sent again, as often as it takes.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from amqp import Connection
from amqp.basic_message import Message
from amqp.exceptions import AMQPError

from deploy.agency_outbox import AgencyConfig, Answered, Outbox
from services.oversight.domain.signature import AgencyKey, Forged, verify

RESEND_SECONDS = 5.0
CONFIRM_SECONDS = 5.0
WINDOW = 200
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class AgencyClient:
    """One agency's sender. Not for two processes at once on one outbox."""

    def __init__(self, config: AgencyConfig) -> None:
        self.config = config
        self.outbox = Outbox(config)
        self._connection: Any = None
        self._channel: Any = None
        self._unconfirmed: set[int] = set()
        self._next_tag = 1
        self._returned = 0
        self._arrived: deque[Any] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the broker go; what is unanswered stays in the outbox."""
        self._disconnect()
        self.outbox.close()

    def put(self, event: dict[str, Any]) -> str:
        """Number, complete and sign an event and keep it; its id."""
        return self.outbox.put(event)

    def deliver(
        self, *, wait: float = 30.0, say: Callable[[Answered], None] | None = None
    ) -> dict[str, Answered]:
        """Send what has no receipt and wait for the receipts; every event by id.

        Returns when all are answered or the time is up. An outage of the broker is waited out.
        """
        deadline = time.monotonic() + wait
        resend_at = 0.0
        while self.outbox.waiting() and time.monotonic() < deadline:
            try:
                if time.monotonic() >= resend_at:
                    self._send_all()
                    resend_at = time.monotonic() + RESEND_SECONDS
                self._listen(min(0.2, max(0.01, deadline - time.monotonic())), say)
            except (OSError, AMQPError):
                self._disconnect()
                resend_at = time.monotonic() + 0.3
        return self.outbox.answers()

    def send_raw(self, body: bytes, sig: str | None, *, user_id: str | None = "") -> None:
        """Publish any bytes under any signature, without the outbox: for conformance checks."""
        self._publish(body, sig, "", user_id=user_id)
        self._wait_confirmed()

    def receipts(self, seconds: float) -> list[dict[str, Any]]:
        """Receipts that arrive within this time, each verified; for conformance checks."""
        found: list[dict[str, Any]] = []
        deadline = time.monotonic() + seconds
        channel = self._open()
        while time.monotonic() < deadline:
            self._drain(0.05)
            while self._arrived:
                message = self._arrived.popleft()
                found.append(self._read(message))
                channel.basic_ack(message.delivery_tag)
        return found

    def _send_all(self) -> None:
        rows = self.outbox.waiting()
        for start in range(0, len(rows), WINDOW):
            for _, event_id, body, sig in rows[start : start + WINDOW]:
                self._publish(body, sig, event_id)
            self._wait_confirmed()
        self.outbox.mark_sent([row[0] for row in rows])

    def _publish(
        self, body: bytes, sig: str | None, event_id: str, *, user_id: str | None = ""
    ) -> None:
        properties: dict[str, Any] = {}
        own = unquote(urlsplit(self.config.amqp_url).username or "")
        if user_id is not None:
            properties["user_id"] = user_id or own
        channel = self._open()
        self._unconfirmed.add(self._next_tag)
        self._next_tag += 1
        message = Message(
            body,
            content_type="application/cloudevents+json",
            delivery_mode=2,
            message_id=event_id,
            application_headers={} if sig is None else {"sig": sig},
            **properties,
        )
        channel.basic_publish(message, exchange="triggers", routing_key="", mandatory=True)

    def _wait_confirmed(self) -> None:
        """Every publish has its own confirm; a return, a nack or silence ends the connection."""
        deadline = time.monotonic() + CONFIRM_SECONDS
        while self._unconfirmed:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("not confirmed in time")
            self._connection.drain_events(timeout=left)
        if self._returned:
            raise OSError("the broker returned or refused a message")

    def _listen(self, seconds: float, say: Callable[[Answered], None] | None) -> None:
        channel = self._open()
        if not self._arrived:
            self._drain(seconds)
        while self._arrived:
            message = self._arrived.popleft()
            receipt = self._read(message)
            answer = self.outbox.keep_receipt(receipt) if receipt["genuine"] else None
            if answer is not None and say is not None:
                say(answer)
            channel.basic_ack(message.delivery_tag)

    def _read(self, message: Any) -> dict[str, Any]:
        """The receipt with `genuine` (the office's own signature stands) and the event's `hash`."""
        body = message.body if isinstance(message.body, bytes) else str(message.body).encode()
        headers = message.properties.get("application_headers") or {}
        key = AgencyKey(self.config.receipt_kid, "office", "EdDSA", self.config.receipt_key, _EPOCH)
        try:
            verify(
                body,
                str(headers.get("sig", "")),
                agency="office",
                keys={key.kid: key},
                at=datetime.now(UTC),
            )
            said = json.loads(body)
        except (Forged, ValueError):
            return {"genuine": False, "hash": "", "body": body}
        return {
            "genuine": True,
            "hash": str(said["body_hash"]).removeprefix("sha256:"),
            "body": body,
            "sig": headers["sig"],
            "header": headers.get("verdict", ""),
            **said,
        }

    def _drain(self, seconds: float) -> None:
        try:
            self._connection.drain_events(timeout=seconds)
        except TimeoutError:
            return

    def _open(self) -> Any:
        if self._channel is None:
            parts = urlsplit(self.config.amqp_url)
            self._connection = Connection(
                host=f"{parts.hostname}:{parts.port or 5672}",
                userid=unquote(parts.username or ""),
                password=unquote(parts.password or ""),
                virtual_host=unquote(parts.path[1:]),
                connect_timeout=5,
                read_timeout=10,
                write_timeout=10,
                ssl=parts.scheme == "amqps",
            )
            self._connection.connect()
            self._channel = self._connection.channel()
            self._channel.confirm_select()
            self._next_tag, self._returned = 1, 0
            self._unconfirmed = set()
            self._channel.events["basic_ack"].add(self._on_ack)
            self._channel.events["basic_nack"].add(self._on_nack)
            self._channel.events["basic_return"].add(self._on_return)
            self._arrived.clear()
            self._channel.basic_consume("receipts", callback=self._arrived.append)
        return self._channel

    def _on_ack(self, tag: int, multiple: bool) -> None:  # noqa: FBT001  py-amqp's signature
        self._unconfirmed -= {t for t in self._unconfirmed if t == tag or (multiple and t < tag)}

    def _on_nack(self, tag: int, multiple: bool) -> None:  # noqa: FBT001  py-amqp's signature
        self._returned += 1
        self._on_ack(tag, multiple)

    def _on_return(self, *_: object) -> None:
        self._returned += 1

    def _disconnect(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            connection.collect()
