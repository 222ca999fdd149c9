"""A feed's whole inside on a real database: agencies, inbox, judge; no broker."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from services.oversight.domain.signature import load_public, verify
from services.oversight.handlers.agencies import add_agency, add_agency_key
from services.oversight.handlers.feed import store_incoming
from services.oversight.handlers.feed_heard import pack_activated, unit_entered
from services.oversight.handlers.judging import Bench
from services.oversight.service.judge import Judge
from services.oversight.store.inbox import Incoming, Kept
from services.oversight.store.office_key import OfficeKey, office_key
from shared.contracts.agencies import TRIGGER_TYPES
from shared.contracts.message import SYSTEM, Envelope
from shared.contracts.oversight_feed import AddAgency, AddAgencyKey
from shared.contracts.registry import PackActivated, UnitEntered
from shared.messaging.tx import Heard, Tx, open_tx
from shared.policy.codec import pack_to_json, sealed
from shared.policy.pack import Pack
from shared.runtime import packs
from tests.support.feed import CODE, Sender, as_bytes, public_pem

LIMIT = 256 * 1024


class FeedDesk:
    """Agencies, units and a judge on one database; every call commits, as the processes do."""

    def __init__(self, engine: Engine, home: Path) -> None:
        self.engine = engine
        self.office: OfficeKey = office_key(home)
        self.judge = Judge(engine, Bench(self.office.sign, LIMIT))

    def open(self) -> Any:
        """A transaction of oversight."""
        return open_tx(self.engine, service="oversight")

    def rows(self, sql: str, **values: Any) -> list[Any]:
        """What a query gives."""
        with self.engine.connect() as connection:
            return list(connection.execute(text(sql), values))

    def empty(self) -> None:
        """Start a test from nothing: these tables are this module's own."""
        names = (
            "known_unit, known_title, sequence_seen, hold, review_item, trigger, feed_alarm,"
            " inbox_key, receipt, inbox_event, agency_key, agency, outbox, active_pack, decision"
        )
        with self.engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {names} CASCADE"))

    def enrol(self, sender: Sender, types: tuple[str, ...] = tuple(TRIGGER_TYPES)) -> Sender:
        """Register an agency and its key."""
        with self.open() as tx:
            add_agency(tx, AddAgency(code=sender.code, agency_name=f"{sender.code}局", types=types))
            add_agency_key(
                tx,
                AddAgencyKey(
                    agency=sender.code,
                    kid=sender.kid,
                    alg=sender.alg,
                    public_key=public_pem(sender.key),
                ),
            )
        return sender

    def enact(self, pack: Pack | None = None) -> Pack:
        """Put a pack to work in Ningbo; NB23 unless another is given."""
        chosen = pack or packs.all_packs()["ningbo-2023"]
        event = PackActivated(
            pack_id=chosen.id,
            pack_version=chosen.version,
            fingerprint=chosen.fingerprint,
            jurisdiction="330200",
            effective_on=date(2023, 3, 1),
            reason="测试",
            content=pack_to_json(chosen),
        )
        with self.open() as tx:
            packs.activate(tx, event)
            pack_activated(tx, [heard(tx, event)])
        return chosen

    def enter(self, code: str = CODE, unit_id: str = "", division: str = "330203") -> str:
        """A unit of the register; its id."""
        event = UnitEntered(
            unit_id=unit_id or f"unit_{code}",
            kind="enterprise",
            name_text="宁波示例制造有限公司",
            code=code,
            division=division,
        )
        with self.open() as tx:
            unit_entered(tx, [heard(tx, event)])
        return event.unit_id

    def store(self, *messages: Incoming) -> list[Kept]:
        """As the ingress does: one transaction, then nothing."""
        with self.open() as tx:
            return store_incoming(tx, list(messages), max_bytes=LIMIT)

    def send(self, sender: Sender, *events: dict[str, Any]) -> list[str]:
        """Store signed events in one batch; their event ids."""
        self.store(*(letter(sender, as_bytes(event)) for event in events))
        return [str(event["id"]) for event in events]

    def settle(self) -> None:
        """Judge until nothing is due."""
        while self.judge.turn():
            pass

    def verdict(self, event_id: str) -> tuple[str, str]:
        """Verdict and reason of an event that was stored once."""
        found = self.rows(
            "SELECT verdict, reason FROM inbox_event WHERE event_id = :e ORDER BY n", e=event_id
        )
        assert len(found) == 1, found
        return found[0].verdict, found[0].reason

    def open_holds(self) -> list[Any]:
        """Reasons that stand."""
        return self.rows("SELECT * FROM hold WHERE lifted_at IS NULL ORDER BY placed_at, hold_id")

    def said(self, name: str) -> list[dict[str, Any]]:
        """What was said to the other services, oldest first."""
        found = self.rows(
            "SELECT body FROM outbox WHERE routing_key = :k AND vhost = '' ORDER BY id", k=name
        )
        return [json.loads(bytes(row.body))["data"] for row in found]

    def receipts(self, code: str) -> list[dict[str, Any]]:
        """Receipts sent to an agency, oldest first, each with its signature verified."""
        found = self.rows(
            "SELECT body, headers FROM outbox WHERE vhost = :v ORDER BY created_at, id",
            v=f"agency.{code}",
        )
        public = self.office.public
        load_public(public.pem, "EdDSA")
        receipts = []
        for row in found:
            body = bytes(row.body)
            self.check_receipt(body, row.headers["sig"])
            receipts.append(json.loads(body) | {"header": row.headers["verdict"]})
        return receipts

    def check_receipt(self, body: bytes, sig: str) -> None:
        """`Forged` unless our own key signed these bytes."""
        own = Sender("office").registered(
            kid=self.office.public.kid, public_key=self.office.public.pem
        )
        verify(body, sig, agency="office", keys={own.kid: own}, at=own.not_before)

    def effects(self) -> tuple[int, ...]:
        """How many triggers, holds, reviews and facts said there are."""
        counted = self.rows(
            "SELECT (SELECT count(*) FROM trigger), (SELECT count(*) FROM hold),"
            " (SELECT count(*) FROM review_item),"
            " (SELECT count(*) FROM outbox WHERE vhost = '')"
        )
        return tuple(counted[0])


def letter(sender: Sender, body: bytes, **changes: Any) -> Incoming:
    """A message as the channel hands it over."""
    message = Incoming(
        agency=sender.code,
        channel="amqp",
        user_id=sender.code,
        sig=sender.sign(body),
        content_type="application/cloudevents+json",
        body=body,
    )
    return replace(message, **changes)


def heard(tx: Tx, event: Any) -> Heard:
    """An event as it reaches a hearer."""
    envelope = Envelope(
        id=tx.new_id("evt"),
        source=event.name.partition(".")[0],
        type=event.name,
        version=event.version,
        time=tx.now,
        subject=event.subject(),
        sequence=1,
        correlation_id="c",
        actor=SYSTEM,
        data=event.model_dump(mode="json"),
    )
    return Heard(event, envelope)


def variant(pack: Pack, trigger_id: str, **changes: Any) -> Pack:
    """The same pack with one trigger rule changed, under its own fingerprint."""
    triggers = tuple(replace(t, **changes) if t.id == trigger_id else t for t in pack.triggers)
    return sealed(replace(pack, triggers=triggers))
