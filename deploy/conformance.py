"""`hexie conformance`: does an agency's side, and its channel, behave as agreed?

Every check publishes through the agency's own channel and reads its own receipts. Nothing here can
have an effect on a unit: what is well signed is addressed to nobody.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from amqp.exceptions import AMQPError

from deploy.agency_client import AgencyClient
from deploy.agency_outbox import AgencyConfig
from services.oversight.domain.signature import sign
from shared.runtime.ids import uuid7

NOBODY = "hexie-conformance"
"""The audience of conformance events: rejected for it, after the signature has been verified."""


@dataclass(frozen=True)
class Check:
    """One thing tried, what was expected and what was seen."""

    name: str
    expected: str
    seen: str

    @property
    def passed(self) -> bool:
        """Whether they agree."""
        return self.expected == self.seen

    def row(self) -> dict[str, Any]:
        """As the command line shows it."""
        return {
            "check": self.name,
            "passed": self.passed,
            "expected": self.expected,
            "seen": self.seen,
        }


class Bench:
    """An open channel and how long to wait for an answer."""

    def __init__(self, client: AgencyClient, seconds: float) -> None:
        self.client, self.seconds = client, seconds

    def answer(self, body: bytes, sig: str | None, *, user_id: str | None = "") -> str:
        """What the office said of these bytes, "" when nothing in time."""
        self.client.send_raw(body, sig, user_id=user_id)
        wanted = hashlib.sha256(body).hexdigest()
        for _ in range(max(1, int(self.seconds / 0.25))):
            for receipt in self.client.receipts(0.25):
                if receipt["hash"] == wanted:
                    return f"{receipt['verdict']} {receipt['reason']}".strip()
        return ""

    def event(self) -> bytes:
        """A well-formed event addressed to nobody, outside the count of numbers."""
        said = {
            "specversion": "1.0",
            "id": f"conformance-{uuid7().hex}",
            "source": f"urn:hexie:agency:{self.client.config.code}",
            "type": "labour_inspection.case_decided",
            "subject": "000000000000000000",
            "time": datetime.now(UTC).isoformat(),
            "sequence": self.client.outbox.last_number() or 1,
            "audience": NOBODY,
            "data": {},
        }
        return json.dumps(said, ensure_ascii=False).encode()

    def signed(self, body: bytes) -> str:
        """The agency's own signature over these bytes."""
        return sign(body, kid=self.client.config.kid, key=self.client.config.key)


def conformance(config: Path, *, wait: float = 10.0) -> list[dict[str, Any]]:
    """Try the channel in every way that must work and in some that must not; a row a check."""
    checks = []
    for name, expected, attempt in _ATTEMPTS:
        with AgencyClient(AgencyConfig.load(config)) as client:
            try:
                seen = attempt(Bench(client, wait))
            except (AMQPError, OSError) as error:
                seen = f"代理拒绝 {getattr(error, 'reply_code', '')}".strip()
        checks.append(Check(name, expected, seen).row())
    return checks


def _signed(bench: Bench) -> str:
    body = bench.event()
    return bench.answer(body, bench.signed(body))


def _unsigned(bench: Bench) -> str:
    return bench.answer(bench.event(), None)


def _bent(bench: Bench) -> str:
    body = bench.event()
    return bench.answer(body + b" ", bench.signed(body))


def _foreign_key(bench: Bench) -> str:
    body = bench.event()
    kid = f"{bench.client.config.kid}-x"
    return bench.answer(body, sign(body, kid=kid, key=bench.client.config.key))


def _undecodable(bench: Bench) -> str:
    body = b"\xff\xfe" + uuid7().bytes
    return bench.answer(body, bench.signed(body))


def _without_user(bench: Bench) -> str:
    body = bench.event()
    return bench.answer(body, bench.signed(body), user_id=None)


def _as_another(bench: Bench) -> str:
    body = bench.event()
    return bench.answer(body, bench.signed(body), user_id="agency.somebody-else")


_ATTEMPTS: tuple[tuple[str, str, Callable[[Bench], str]], ...] = (
    ("签名正确的事件能验证并得到回执", "REJECTED audience", _signed),
    ("没有签名的消息被拒绝", "REJECTED unsigned", _unsigned),
    ("内容改动一个字节被拒绝", "REJECTED signature", _bent),
    ("未登记的密钥被拒绝", "REJECTED key_unknown", _foreign_key),
    ("不能解读的内容被拒绝", "REJECTED malformed", _undecodable),
    ("没有写明用户的消息被拒绝", "REJECTED user_mismatch", _without_user),
    ("冒用别的用户被代理拒绝", "代理拒绝 406", _as_another),
)
