"""Agencies of the end-to-end tests: opened as `hexie agency add` does, speaking over AMQP."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import amqp
from kombu.utils.url import parse_url

from deploy import agency
from deploy.agency_client import AgencyClient
from deploy.agency_outbox import AgencyConfig
from services.oversight.domain.signature import sign
from shared.contracts.agencies import AUDIENCE, TRIGGER_TYPES, source_of
from shared.messaging.management import Management
from shared.runtime.ids import uuid7
from shared.runtime.settings import Settings
from tests.support.feed import DATA
from tests.support.system import System

TODAY = datetime.now(UTC).date().isoformat()


def settings_of(system: System) -> Settings:
    """The running system's addresses, as the operator's commands need them."""
    run = system.run
    return run.settings.model_copy(
        update={
            "home": run.home, "database_url": run.database_url, "amqp_url": run.amqp_url,
            "amqp_management_url": run.management_url,
        }
    )  # fmt: skip


@dataclass
class TestAgency:
    """One agency and its client."""

    __test__ = False

    config: AgencyConfig
    path: Path
    client: AgencyClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = AgencyClient(self.config)

    @property
    def code(self) -> str:
        """The agency's code."""
        return self.config.code

    def put(self, kind: str, subject: str, **data: Any) -> str:
        """Keep one event in the agency's own outbox, valid by default; its id."""
        extra = {k: data.pop(k) for k in ("sequence", "dataversion", "id") if k in data}
        event = {"type": kind, "subject": subject, "data": DATA.get(kind, {}) | data} | extra
        return self.client.put(event)

    def tell(self, kind: str, subject: str, **data: Any) -> dict[str, Any]:
        """Send one event and wait for its verified receipt."""
        event_id = self.put(kind, subject, **data)
        return self.answers()[event_id]

    def accepted(self, kind: str, subject: str, **data: Any) -> dict[str, Any]:
        """The same, of an event that is accepted."""
        row = self.tell(kind, subject, **data)
        assert row["verdict"] == "ACCEPTED", row
        return row

    def answers(self) -> dict[str, dict[str, Any]]:
        """Deliver what waits; every event with its receipt."""
        answers = self.client.deliver(wait=20)
        return {key: answer.row() for key, answer in answers.items()}

    def event(self, kind: str, subject: str, number: int, **changes: Any) -> dict[str, Any]:
        """A whole event that never enters the outbox."""
        return {
            "specversion": "1.0",
            "id": f"{self.code}-{uuid7().hex}",
            "source": source_of(self.code),
            "type": kind,
            "subject": subject,
            "time": datetime.now(UTC).isoformat(),
            "datacontenttype": "application/json",
            "sequence": number,
            "audience": AUDIENCE,
            "data": DATA[kind],
        } | changes

    def signed(self, body: bytes) -> str:
        """The agency's own signature."""
        return sign(body, kid=self.config.kid, key=self.config.key)

    def raw(self, body: bytes, sig: str | None) -> list[dict[str, Any]]:
        """Publish any bytes; the receipts of these bytes, each verified, as they come."""
        self.client.send_raw(body, sig)
        return self.receipts_of(body)

    def receipts_of(self, body: bytes, *, at_least: int = 1) -> list[dict[str, Any]]:
        """Receipts for these bytes; waits for the first, then a moment for one too many."""
        wanted = hashlib.sha256(body).hexdigest()
        found: list[dict[str, Any]] = []
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline and len(found) < at_least:
            found += [r for r in self.client.receipts(0.1) if r["hash"] == wanted]
        found += [r for r in self.client.receipts(0.2) if r["hash"] == wanted]
        assert all(r["genuine"] for r in found)
        return found

    def feed(self) -> list[dict[str, Any]]:
        """What lies in the agency's outbound feed now, taken."""
        found = []
        with connect(self.config) as connection:
            channel = connection.channel()
            while (message := channel.basic_get("feed")) is not None:
                channel.basic_ack(message.delivery_tag)
                found.append(json.loads(message.body))
        return found

    def close(self) -> None:
        """Let the broker go."""
        self.client.close()


def connect(config: AgencyConfig) -> amqp.Connection:
    """A bare connection with the agency's own user."""
    parts = parse_url(config.amqp_url)
    connection = amqp.Connection(
        host=f"{parts['hostname']}:{parts['port']}", userid=parts["userid"],
        password=parts["password"], virtual_host=parts["virtual_host"],
    )  # fmt: skip
    connection.connect()
    return connection


@dataclass
class Agencies:
    """The agencies of a session; one a code, opened when first asked for."""

    system: System
    opened: dict[str, TestAgency] = field(default_factory=dict)

    def get(self, code: str, *, types: tuple[str, ...] = ()) -> TestAgency:
        """The agency of this code; it may send every type unless told."""
        if code not in self.opened:
            made = agency.add(
                code, name=f"{code}（测试）", types=types or tuple(TRIGGER_TYPES),
                within=settings_of(self.system),
            )  # fmt: skip
            path = Path(made["config"])
            self.opened[code] = TestAgency(AgencyConfig.load(path), path)
        return self.opened[code]

    def close(self) -> None:
        """Close the clients and take the virtual hosts away: the broker may serve others."""
        for one in self.opened.values():
            one.close()
        management = Management(self.system.run.management_url)
        for code in self.opened:
            management.close_agency(f"agency.{code}")
            management.delete_vhost(f"agency.{code}")
