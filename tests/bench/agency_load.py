"""An agency that has signed its events beforehand, so that only sending is left to be timed."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy import agency
from deploy.agency_outbox import AgencyConfig
from deploy.run import Run
from services.oversight.domain.signature import sign
from shared.contracts.agencies import AUDIENCE, source_of
from tests.bench import wire
from tests.bench.ground import Unit

KIND = "labour_inspection.case_decided"
_DATA = {
    "case_number": "甬人社监〔2026〕12号", "decided_on": "2026-03-09", "severity": "major",
    "violation": "拖欠工资",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Signed:
    """One event as it goes over the wire."""

    unit: Unit
    body: bytes
    sig: str


@dataclass
class Sender:
    """An agency of a running system; its numbers go on from round to round."""

    config: AgencyConfig
    number: int = 0
    sent_at: dict[str, float] = field(default_factory=dict)

    @classmethod
    def enrolled(cls, run: Run, code: str) -> Sender:
        """Opened as `hexie agency add` does it."""
        made = agency.add(code, name=f"{code}（测量）", within=run.settings)
        return cls(AgencyConfig.load(Path(made["config"])))

    @property
    def key(self) -> Ed25519PrivateKey:
        """The agency's own key."""
        assert isinstance(self.config.key, Ed25519PrivateKey)
        return self.config.key

    def signed(self, units: Sequence[Unit]) -> list[Signed]:
        """A decided case for each unit; the event's id ends with the unit's own digits."""
        return [self._signed(unit) for unit in units]

    def _signed(self, unit: Unit) -> Signed:
        self.number += 1
        event = {
            "specversion": "1.0", "id": f"{self.config.code}-{unit.hex}",
            "source": source_of(self.config.code), "type": KIND, "subject": unit.code,
            "time": datetime.now(UTC).isoformat(), "datacontenttype": "application/json",
            "sequence": self.number, "audience": AUDIENCE, "data": _DATA,
        }  # fmt: skip
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        return Signed(unit, body, sign(body, kid=self.config.kid, key=self.key))

    def send_evenly(self, events: Sequence[Signed], per_second: float) -> None:
        """One after the other at this rate, noting the moment each is given to the wire."""
        with wire.channel(self.config.amqp_url) as channel:
            out = wire.Confirmed(channel)
            begun = time.monotonic()
            for n, event in enumerate(events):
                out.pump(begun + n / per_second - time.monotonic())
                self.sent_at[event.unit.unit_id] = time.time()
                self._send(out, event)
            out.settle()

    def send_at_once(self, events: Sequence[Signed]) -> None:
        """As fast as confirms come, 500 open."""
        with wire.channel(self.config.amqp_url) as channel:
            out = wire.Confirmed(channel)
            for event in events:
                self.sent_at[event.unit.unit_id] = time.time()
                self._send(out, event)
                if len(out.open) >= 500:
                    out.settle(left=250)
            out.settle()

    def _send(self, out: wire.Confirmed, event: Signed) -> None:
        headers: dict[str, Any] = {"sig": event.sig}
        user = f"agency.{self.config.code}"
        out.publish(event.body, exchange="triggers", user_id=user, application_headers=headers)
