"""What an agency keeps on its own side: configuration, and an outbox that survives everything."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from cryptography.hazmat.primitives import serialization

from deploy.servers.ports import CannotStart
from services.oversight.domain.signature import PrivateKey, sign
from shared.contracts.agencies import AUDIENCE, source_of
from shared.runtime.ids import uuid7

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
    body_hash: str
    verdict: str
    reason: str
    says: str = ""
    trigger_id: str = ""

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


class Outbox:
    """Events with their numbers, each kept with its signature until its receipt is here."""

    def __init__(self, config: AgencyConfig) -> None:
        self.config = config
        self.file = sqlite3.connect(config.outbox, isolation_level=None)
        self.file.executescript(_SCHEMA)
        self.file.execute("PRAGMA synchronous = FULL")

    def put(self, event: dict[str, Any]) -> str:
        """Number, complete and sign an event and keep it; its id. Fields already there stay.

        The number is drawn in the same transaction, so a crash leaves no hole.
        """
        self.file.execute("BEGIN IMMEDIATE")
        try:
            event_id = self._keep(event)
        except BaseException:
            self.file.execute("ROLLBACK")
            raise
        self.file.execute("COMMIT")
        return event_id

    def waiting(self) -> list[tuple[int, str, bytes, str]]:
        """Number, id, body and signature of what has no receipt, in order."""
        return list(
            self.file.execute(
                "SELECT number, id, body, sig FROM event WHERE verdict = '' ORDER BY number"
            )
        )

    def mark_sent(self, numbers: list[int]) -> None:
        """Count one more sending."""
        self.file.executemany(
            "UPDATE event SET sent = sent + 1 WHERE number = ?", [(n,) for n in numbers]
        )

    def keep_receipt(self, receipt: dict[str, Any]) -> Answered | None:
        """Keep a genuine receipt of one of our events; None when it says nothing new."""
        changed = self.file.execute(
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
        if not changed.rowcount:
            return None
        return next(a for a in self.answers().values() if a.body_hash == receipt["hash"])

    def answers(self) -> dict[str, Answered]:
        """Every event by id with what became of it, in order of numbers."""
        rows = self.file.execute(
            "SELECT number, id, hash, verdict, reason, receipt FROM event ORDER BY number"
        )
        return {row[1]: _answered(row) for row in rows}

    def last_number(self) -> int:
        """The highest number given out, 0 before the first."""
        [[last]] = self.file.execute("SELECT coalesce(max(number), 0) FROM event")
        return int(last)

    def close(self) -> None:
        """Close the file."""
        self.file.close()

    def _keep(self, event: dict[str, Any]) -> str:
        number = event.get("sequence", self.last_number() + 1)
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
        self.file.execute(
            "INSERT INTO event (number, id, body, sig, hash, kept_at) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (number) DO NOTHING",
            (
                number,
                whole["id"],
                body,
                sign(body, kid=self.config.kid, key=self.config.key),
                hashlib.sha256(body).hexdigest(),
                datetime.now(UTC).isoformat(),
            ),
        )
        [[kept]] = self.file.execute("SELECT id FROM event WHERE number = ?", (number,))
        if kept != whole["id"]:
            raise CannotStart(f"编号 {number} 已用于事件 {kept}，不能再用于 {whole['id']}。")
        return str(whole["id"])


def _answered(row: Any) -> Answered:
    number, event_id, body_hash, verdict, reason, receipt = row
    said = json.loads(receipt) if receipt else {}
    return Answered(
        event_id=event_id,
        number=number,
        body_hash=body_hash,
        verdict=verdict,
        reason=reason,
        says=str(said.get("says", "")),
        trigger_id=str(said.get("trigger_id", "")),
    )
