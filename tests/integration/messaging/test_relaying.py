"""The relay: at least once, in order per subject, never past a doubt."""

from __future__ import annotations

import os
import signal
import time
from collections import defaultdict
from contextlib import closing
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from shared.contracts.message import Envelope
from shared.contracts.registry import UnitClosed
from shared.messaging.broker import connection
from shared.messaging.confirms import Confirming, Outgoing
from shared.messaging.relay import WINDOW, OutboxRelay
from shared.messaging.tx import open_tx
from tests.integration.messaging.conftest import QUEUE, Bus
from tests.support.waiting import freeze, wait_until

_STATE = "SELECT sent_at IS NOT NULL, attempts, last_error, lease_token FROM outbox"


def _arrived(bus: Bus) -> list[Envelope]:
    found = []
    with connection(bus.amqp_url) as opened:
        channel = opened.channel()
        channel.auto_decode = False
        while (message := channel.basic_get(QUEUE, no_ack=True)) is not None:
            found.append(Envelope.from_bytes(bytes(message.body)))
    return found


def _hurried(bus: Bus, relay: OutboxRelay) -> int:
    """A turn over everything unsent, whatever it was put back for."""
    _again(bus)
    return relay.turn()


def _again(bus: Bus) -> None:
    bus.rows("UPDATE outbox SET next_attempt_at = now(), lease_until = now()", bus.registry)


@pytest.mark.parametrize("known", ["nothing", "that nothing waits"])
def test_a_window_costs_the_same_however_much_waits(bus: Bus, known: str) -> None:
    """Whatever the database knows of the outbox: its statistics are of a quieter time."""
    if known != "nothing":
        bus.say(*(f"unit_before_{n}" for n in range(50)))
        bus.drain()
        with bus.registry.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("VACUUM ANALYZE outbox"))
    with open_tx(bus.registry, service="registry") as tx:
        for n in range(3 * WINDOW):
            tx.emit(UnitClosed(unit_id=f"unit_{n:05}", closed_on=date(2026, 3, 1), reason="完工"))

    relay = bus.relay()
    moved = relay.turn()
    relay.close()

    read = (
        "SELECT idx_tup_read FROM pg_stat_user_indexes"
        " WHERE schemaname = 'registry' AND indexrelname = 'outbox_due'"
    )
    bus.registry.dispose()  # a connection that ends has told what it read
    wait_until(lambda: bus.rows(read, bus.registry)[0][0] >= WINDOW, what="the figures")
    assert moved == WINDOW
    assert bus.rows(read, bus.registry)[0][0] < 3 * WINDOW


def test_a_relay_killed_at_any_point_leaves_exactly_one_effect(bus: Bus) -> None:
    bus.start_probe()
    points = ("before_claim", "after_claim", "before_publish", "after_publish", "before_confirm",
              "after_confirm", "after_mark")  # fmt: skip

    for point in points:
        bus.say(f"unit_{point}", f"unit_{point}")
        relay = bus.relay_process(HEXIE_FAILPOINT=f"relay.{point}", HEXIE_ALLOW_FAILPOINTS="1")
        assert relay.wait(timeout=30) == -signal.SIGKILL, bus.logs()
        _again(bus)
    last = bus.relay_process()

    wait_until(lambda: len(bus.effects()) >= 2 * len(points), seconds=20, what="all effects")
    wait_until(
        lambda: (
            bus.rows("SELECT count(*) FROM outbox WHERE sent_at IS NULL", bus.registry) == [(0,)]
        )
    )
    assert sorted(bus.effects()) == sorted(f"unit_{p}" for p in points for _ in range(2))
    assert bus.stop(last) == 0, bus.logs()


def test_two_relays_keep_the_order_of_each_subject(bus: Bus) -> None:
    for n in range(40):
        bus.say("unit_a", "unit_b", f"unit_{n}")
    for _ in range(2):
        bus.relay_process()

    wait_until(lambda: bus.depth() == 120, seconds=30, what="120 messages")

    order = defaultdict(list)
    for envelope in _arrived(bus):
        order[envelope.subject].append(envelope.sequence)
    assert order["unit_a"] == order["unit_b"] == list(range(1, 41))
    assert len(order) == 42


def test_a_later_row_never_overtakes_an_earlier_one_that_cannot_go_yet(bus: Bus) -> None:
    bus.say("unit_a", "unit_a", "unit_b")
    bus.rows(
        "UPDATE outbox SET next_attempt_at = now() + interval '1 hour'"
        " WHERE subject = 'unit_a' AND sequence = 1",
        bus.registry,
    )

    assert bus.drain() == 1
    assert [e.subject for e in _arrived(bus)] == ["unit_b"]


def test_an_unroutable_fact_stays_with_its_error_until_somebody_listens(bus: Bus) -> None:
    with connection(bus.amqp_url) as opened:
        opened.channel().queue_unbind(QUEUE, "registry.events", "unit_closed")
    bus.say("unit_a")

    assert bus.drain() == 0
    [(sent, attempts, error, lease)] = bus.rows(_STATE, bus.registry)
    assert (sent, attempts, lease) == (False, 1, None)
    assert "unroutable" in error

    with connection(bus.amqp_url) as opened:
        opened.channel().queue_bind(QUEUE, "registry.events", "unit_closed")
    _again(bus)
    assert bus.drain() == 1
    assert [e.subject for e in _arrived(bus)] == ["unit_a"]


def test_a_missing_virtual_host_holds_up_only_its_own_messages(bus: Bus) -> None:
    with open_tx(bus.registry, service="registry") as tx:
        tx.send_out(vhost="ag.gone", exchange="receipts", routing_key="", body=b"{}")
    bus.say("unit_a")

    assert bus.drain() == 1

    [(sent, attempts, error, lease)] = bus.rows(_STATE + " WHERE vhost <> ''", bus.registry)
    assert (sent, attempts, lease) == (False, 1, None)
    assert "ag.gone" in error


def test_a_missing_exchange_holds_up_only_its_own_messages(bus: Bus) -> None:
    with open_tx(bus.registry, service="registry") as tx:
        tx.send_out(vhost="", exchange="no.such", routing_key="x", body=b"{}")
    bus.say("unit_a", "unit_b")

    assert bus.drain() == 2

    [(sent, _, error, _)] = bus.rows(_STATE + " WHERE exchange = 'no.such'", bus.registry)
    assert not sent
    assert "NotFound" in error


def test_only_the_holder_of_the_lease_marks_a_row(bus: Bus) -> None:
    bus.say("unit_a")
    relay = bus.relay()
    with bus.registry.begin() as connection:
        connection.execute(
            text("UPDATE outbox SET lease_token = 'other', lease_until = now() + interval '1 hour'")
        )

    assert relay.turn() == 0
    assert bus.rows(_STATE, bus.registry) == [(False, 0, "", "other")]


def test_rows_sent_long_ago_are_purged_and_no_others(bus: Bus) -> None:
    bus.say("unit_a", "unit_b", "unit_c")
    assert bus.drain() == 3
    bus.say("unit_d")
    bus.rows(
        "UPDATE outbox SET sent_at = now() - interval '31 days' WHERE subject = 'unit_a'",
        bus.registry,
    )

    assert bus.relay().purge() == 1

    left = bus.rows("SELECT subject FROM outbox ORDER BY subject", bus.registry)
    assert [r[0] for r in left] == ["unit_b", "unit_c", "unit_d"]


def test_a_frozen_broker_costs_a_time_out_and_leads_to_one_effect(pristine: Bus) -> None:
    assert pristine.servers.rabbit is not None
    beam = pristine.servers.rabbit.beam_pid()
    with closing(pristine.relay()) as relay:
        relay.confirm_seconds = 1.0
        pristine.say("unit_first")
        wait_until(lambda: _hurried(pristine, relay) == 1, seconds=40, what="the first publish")
        pristine.say("unit_a")

        try:
            freeze(beam)
            started = time.monotonic()
            assert relay.turn() == 0
            assert time.monotonic() - started < 8
        finally:
            os.kill(beam, signal.SIGCONT)

        [(sent, attempts, error, _)] = pristine.rows(
            _STATE + " WHERE subject = 'unit_a'", pristine.registry
        )
        assert (sent, attempts) == (False, 0)
        assert "not confirmed in time" in error
        _again(pristine)
        wait_until(lambda: _hurried(pristine, relay) == 1, seconds=40, what="the second publish")
    pristine.start_probe()
    wait_until(lambda: len(pristine.effects()) >= 2 and pristine.depth() == 0)
    assert sorted(pristine.effects()) == ["unit_a", "unit_first"]


def test_confirms_are_matched_by_their_own_tag(bus: Bus) -> None:
    with connection(bus.amqp_url) as opened:
        confirming = Confirming(opened.channel())
        rows = [
            _outgoing("m1", "unit_closed"),
            _outgoing("m2", "nobody"),
            _outgoing("m3", "unit_closed"),
        ]

        outcome = confirming.publish(rows)

    assert outcome.confirmed == {"m1", "m3"}
    assert set(outcome.refused) == {"m2"}
    assert outcome.doubt == ""


def _outgoing(message_id: str, key: str) -> Outgoing:
    headers: dict[str, Any] = {"type": "registry.unit_closed"}
    return Outgoing(message_id, "registry.events", key, b"{}", headers)
