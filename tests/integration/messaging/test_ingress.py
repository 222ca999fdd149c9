"""Agency channels: exact rights, stored before acknowledged, nothing can be poison."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from amqp.basic_message import Message
from amqp.exceptions import AccessRefused, AMQPError, NotAllowed

from shared.messaging.broker import connection, vhost_url
from shared.messaging.management import Management, ManagementRefused
from shared.runtime.ids import uuid7
from tests.integration.messaging.conftest import Bus
from tests.support.waiting import wait_until

_INGRESS = "tests.integration.messaging.run_ingress:main"


@dataclass
class Agency:
    """A registered agency's channel."""

    vhost: str
    user: str
    url: str
    management: Management

    def publish(self, *bodies: bytes, user_id: str = "", exchange: str = "triggers") -> None:
        """Send bytes as the agency, and wait until the broker has taken them."""
        properties: dict[str, Any] = {"user_id": user_id} if user_id else {}
        with connection(self.url) as opened:
            channel = opened.channel()
            for body in bodies:
                message = Message(body, delivery_mode=2, **properties)
                channel.basic_publish_confirm(message, exchange=exchange, routing_key="any")


@pytest.fixture
def agency(bus: Bus) -> Iterator[Agency]:
    bus.rows("CREATE TABLE arrival (vhost text, body bytea, user_id text, redelivered boolean)")
    yield from _open(bus)


@pytest.fixture
def other(bus: Bus) -> Iterator[Agency]:
    yield from _open(bus)


def _open(bus: Bus) -> Iterator[Agency]:
    management = Management(bus.servers.management_url)
    name = f"agency.{uuid7().hex}"
    management.open_agency(name, name, "secret", amqp_url=bus.amqp_url)
    parts = urlsplit(bus.amqp_url)
    login = f"{name}:secret@{parts.hostname}:{parts.port}"
    yield Agency(name, name, urlunsplit(("amqp", login, f"/{name}", "", "")), management)
    management.close_agency(name)
    management.delete_vhost(name)


def _arrived(bus: Bus) -> list[bytes]:
    return [bytes(r[0]) for r in bus.rows("SELECT body FROM arrival ORDER BY body")]


def _depth(bus: Bus, agency: Agency) -> int:
    with connection(vhost_url(bus.amqp_url, agency.vhost)) as opened:
        found = opened.channel().queue_declare("triggers", passive=True)
        return int(found.message_count)


def test_any_bytes_are_stored_with_their_channel(bus: Bus, agency: Agency) -> None:
    bodies = [b"\x00\xff", b"", b"{}", '{"件": 1}'.encode(), b"x" * 100_000]
    agency.publish(*bodies, user_id=agency.user)

    process = bus.start(bus.warm.plain, _INGRESS, agency.vhost)

    wait_until(lambda: len(_arrived(bus)) == 5, what="five arrivals")
    assert _arrived(bus) == sorted(bodies)
    assert bus.rows("SELECT DISTINCT vhost, user_id FROM arrival") == [(agency.vhost, agency.user)]
    assert bus.stop(process) == 0
    wait_until(lambda: _depth(bus, agency) == 0, what="all acked")


def test_an_ingress_killed_anywhere_loses_nothing(bus: Bus, agency: Agency) -> None:
    sent = []
    for point in ("before_store", "after_store", "before_ack", "after_ack"):
        sent.append(point.encode())
        agency.publish(sent[-1])
        process = bus.start(
            bus.warm.plain, _INGRESS, agency.vhost,
            HEXIE_FAILPOINT=f"ingress.{point}", HEXIE_ALLOW_FAILPOINTS="1",
        )  # fmt: skip
        assert process.wait(timeout=30) == -signal.SIGKILL, bus.logs()
    bus.start(bus.warm.plain, _INGRESS, agency.vhost)

    wait_until(lambda: set(_arrived(bus)) == set(sent), what="everything sent")


def test_a_store_that_fails_holds_the_messages_and_stores_them_later(
    bus: Bus, agency: Agency
) -> None:
    bus.rows("ALTER TABLE arrival RENAME TO away")
    agency.publish(b"one", b"two")
    bus.start(bus.warm.plain, _INGRESS, agency.vhost)
    wait_until(lambda: "暂停接收" in bus.logs(), what="holding")

    bus.rows("ALTER TABLE away RENAME TO arrival")

    wait_until(lambda: _arrived(bus) == [b"one", b"two"], what="both stored")
    assert bus.rows("SELECT DISTINCT redelivered FROM arrival") == [(False,)]


def test_an_agency_can_write_its_triggers_and_nothing_else(agency: Agency, other: Agency) -> None:
    agency.publish(b"fine")

    with pytest.raises(AccessRefused):
        agency.publish(b"x", exchange="feed")
    with pytest.raises(AccessRefused):
        agency.publish(b"x", exchange="")
    with pytest.raises(AMQPError, match="user_id"):
        agency.publish(b"x", user_id=other.user)
    with connection(agency.url) as opened, pytest.raises(AccessRefused):
        opened.channel().queue_declare("mine", durable=True)
    with connection(agency.url) as opened, pytest.raises(AccessRefused):
        opened.channel().basic_get("triggers")
    with pytest.raises(NotAllowed), connection(vhost_url(agency.url, other.vhost)) as opened:
        opened.connect()


def test_an_agency_reads_its_receipts(bus: Bus, agency: Agency) -> None:
    with connection(vhost_url(bus.amqp_url, agency.vhost)) as opened:
        message = Message(b"receipt", delivery_mode=2)
        opened.channel().basic_publish(message, exchange="receipts", routing_key="")

    with connection(agency.url) as opened:
        channel = opened.channel()
        found = wait_until(lambda: channel.basic_get("receipts", no_ack=True), what="the receipt")

    assert bytes(found.body) == b"receipt"


def test_a_closed_agency_is_cut_off_at_once(agency: Agency) -> None:
    agency.management.close_agency(agency.user)

    with pytest.raises(AccessRefused):
        agency.publish(b"late")


def test_wider_rights_than_declared_are_refused(agency: Agency) -> None:
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    agency.management.permit(agency.vhost, agency.user, everything)

    with pytest.raises(ManagementRefused, match="权限不符"):
        agency.management.check_agency(agency.vhost, agency.user)


def test_opening_an_agency_again_changes_nothing(bus: Bus, agency: Agency) -> None:
    agency.publish(b"kept")

    agency.management.open_agency(agency.vhost, agency.user, "secret", amqp_url=bus.amqp_url)

    assert _depth(bus, agency) == 1


def test_a_broker_without_management_is_named(bus: Bus) -> None:
    with pytest.raises(ManagementRefused, match="AMQP_MANAGEMENT_URL"):
        Management("http://user:pw@127.0.0.1:1", seconds=2).vhosts()
