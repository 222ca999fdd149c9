"""The reference client of an agency: numbers, signs, keeps, publishes, waits for the receipt.

An event is in the client's own outbox (SQLite) with its number before it is sent, and leaves it
with our signed receipt. Until then the same bytes are sent again, as often as it takes.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from amqp import Connection
from amqp.basic_message import Message
from amqp.exceptions import AMQPError
from cryptography.hazmat.primitives import serialization

from deploy.servers.ports import CannotStart
from services.oversight.domain.signature import AgencyKey, Forged, PrivateKey, sign, verify
from shared.contracts.agencies import AUDIENCE, source_of
from shared.runtime.ids import uuid7

RESEND_SECONDS = 5.0
CONFIRM_SECONDS = 5.0
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS event (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body BLOB NOT NULL, sig TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE, kept_at TEXT NOT NULL, sent INTEGER NOT NULL DEFAULT 0,
  verdict TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '', receipt BLOB, receipt_sig TEXT);
"""


@dataclass(frozen=True)
class AgencyConfig:
    """What `hexie agency add` wrote for an agency."""

    code: str
    kid: str
    key: PrivateKey
    amqp_url: str
    receipt_kid: str
    receipt_key: str
    outbox: Path

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the configuration and the private key beside it."""
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            pem = (path.parent / said["private_key"]).read_bytes()
            key = serialization.load_pem_private_key(pem, password=None)
            return cls(
                code=said["code"],
                kid=said["kid"],
                key=key,  # type: ignore[arg-type]
                amqp_url=said["amqp_url"],
                receipt_kid=said["receipt_kid"],
                receipt_key=said["receipt_key"],
                outbox=path.with_suffix(".outbox.sqlite"),
            )
        except (OSError, ValueError, KeyError) as error:
            raise CannotStart(
                f"机构配置 {path} 读不出来：{error}。请用 hexie agency add 重新生成。"
            ) from error


@dataclass(frozen=True)
class Answered:
    """What became of an event so far; `verdict` is "" while there is no receipt."""

    event_id: str
    number: int
    verdict: str
    reason: str
    says: str = ""
    trigger_id: str = ""
    milliseconds: int = 0

    def row(self) -> dict[str, Any]:
        """As the command line shows it."""
        return dict(vars(self))

    def sentence(self) -> str:
        """As a person reads it."""
        words = {
            "ACCEPTED": "已受理",
            "DUPLICATE": "重复，此前已受理",
            "HELD": "已留存待处理",
            "REJECTED": "未受理",
            "": "尚无回执，将继续重发",
        }
        why = f"：{self.says or self.reason}" if self.reason else ""
        return f"第 {self.number} 号 {self.event_id} {words.get(self.verdict, self.verdict)}{why}"


class AgencyClient:
    """One agency's sender. Not for two processes at once on one outbox."""

    def __init__(self, config: AgencyConfig) -> None:
        self.config = config
        self.outbox = sqlite3.connect(config.outbox, isolation_level=None)
        self.outbox.executescript(_SCHEMA)
        self.outbox.execute("PRAGMA synchronous = FULL")
        self._connection: Any = None
        self._channel: Any = None
        self._unconfirmed: set[int] = set()
        self._next_tag = 1
        self._returned = 0
        self._arrived: deque[Any] = deque()
        self._kept_since: dict[str, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the broker go; what is unanswered stays in the outbox."""
        self._disconnect()
        self.outbox.close()

    def put(self, event: dict[str, Any]) -> str:
        """Number, complete and sign an event and keep it; its id. Fields already there stay."""
        self.outbox.execute("BEGIN IMMEDIATE")
        try:
            [[last]] = self.outbox.execute("SELECT coalesce(max(number), 0) FROM event")
            number = event.get("sequence", last + 1)
            whole = {
                "specversion": "1.0",
                "id": f"{self.config.code}-{uuid7().hex}",
                "source": source_of(self.config.code),
                "time": datetime.now(UTC).isoformat(),
                "datacontenttype": "application/json",
                "sequence": number,
                "audience": AUDIENCE,
            } | event
            body = json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()
            self.outbox.execute(
                "INSERT INTO event (number, id, body, sig, hash, kept_at) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                (
                    number,
                    whole["id"],
                    body,
                    sign(body, kid=self.config.kid, key=self.config.key),
                    hashlib.sha256(body).hexdigest(),
                    whole["time"],
                ),
            )
            [[kept]] = self.outbox.execute("SELECT id FROM event WHERE number = ?", (number,))
            if kept != whole["id"]:
                raise CannotStart(f"编号 {number} 已用于事件 {kept}，不能再用于 {whole['id']}。")
            self.outbox.execute("COMMIT")
        except BaseException:
            self.outbox.execute("ROLLBACK")
            raise
        self._kept_since[whole["id"]] = time.monotonic()
        return str(whole["id"])

    def deliver(
        self, *, wait: float = 30.0, say: Callable[[Answered], None] | None = None
    ) -> dict[str, Answered]:
        """Send what has no receipt and wait for the receipts; every event by id.

        Returns when all are answered or the time is up. An outage of the broker is waited out.
        """
        deadline = time.monotonic() + wait
        resend_at = 0.0
        while self._waiting() and time.monotonic() < deadline:
            try:
                if time.monotonic() >= resend_at:
                    self._send_all()
                    resend_at = time.monotonic() + RESEND_SECONDS
                self._listen(min(0.2, max(0.01, deadline - time.monotonic())), say)
            except (OSError, AMQPError):
                self._disconnect()
                resend_at = time.monotonic() + 0.3
        return {row[1]: self._answered(row) for row in self._rows()}

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

    def _waiting(self) -> bool:
        [[count]] = self.outbox.execute("SELECT count(*) FROM event WHERE verdict = ''")
        return bool(count)

    def _rows(self) -> list[Any]:
        return list(
            self.outbox.execute(
                "SELECT number, id, verdict, reason, receipt FROM event ORDER BY number"
            )
        )

    def _answered(self, row: Any) -> Answered:
        number, event_id, verdict, reason, receipt = row
        said = json.loads(receipt) if receipt else {}
        since = self._kept_since.get(event_id)
        return Answered(
            event_id=event_id,
            number=number,
            verdict=verdict,
            reason=reason,
            says=str(said.get("says", "")),
            trigger_id=str(said.get("trigger_id", "")),
            milliseconds=0 if since is None else int((time.monotonic() - since) * 1000),
        )

    def _send_all(self) -> None:
        rows = self.outbox.execute(
            "SELECT number, id, body, sig FROM event WHERE verdict = '' ORDER BY number"
        ).fetchall()
        for start in range(0, len(rows), 200):
            for _, event_id, body, sig in rows[start : start + 200]:
                self._publish(body, sig, event_id)
            self._wait_confirmed()
        self.outbox.executemany(
            "UPDATE event SET sent = sent + 1 WHERE number = ?", [(row[0],) for row in rows]
        )

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
            if receipt["genuine"] and self._keep(receipt) and say is not None:
                row = self.outbox.execute(
                    "SELECT number, id, verdict, reason, receipt FROM event WHERE hash = ?",
                    (receipt["hash"],),
                ).fetchone()
                say(self._answered(row))
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

    def _keep(self, receipt: dict[str, Any]) -> bool:
        """Keep a receipt of one of our events; False when it says nothing new."""
        changed = self.outbox.execute(
            "UPDATE event SET verdict = ?, reason = ?, receipt = ?, receipt_sig = ?"
            " WHERE hash = ? AND (receipt IS NULL OR receipt <> ?)",
            (
                receipt["verdict"],
                receipt["reason"],
                receipt["body"],
                receipt["sig"],
                receipt["hash"],
                receipt["body"],
            ),
        )
        return changed.rowcount > 0

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
