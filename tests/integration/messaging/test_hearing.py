"""Hearing: once each, the poison alone set aside, nothing dropped, nothing run twice."""

from __future__ import annotations

from shared.contracts.message import Envelope
from shared.messaging.broker import connection
from shared.messaging.tx import as_json
from tests.integration.messaging.conftest import QUEUE, Bus
from tests.support.waiting import wait_until


def _bodies(bus: Bus) -> list[bytes]:
    return [bytes(r[0]) for r in bus.rows("SELECT body FROM outbox ORDER BY id", bus.registry)]


def test_a_fact_said_is_heard_once_with_its_sequence(bus: Bus) -> None:
    bus.start_probe()

    bus.say("unit_a", "unit_a", "unit_b")
    assert bus.drain() == 3

    wait_until(lambda: len(bus.effects()) == 3, what="three effects")
    assert sorted(bus.rows("SELECT unit_id, sequence FROM effect")) == [
        ("unit_a", 1), ("unit_a", 2), ("unit_b", 1),
    ]  # fmt: skip


def test_a_message_delivered_twice_has_one_effect(bus: Bus) -> None:
    bus.start_probe()
    bus.say("unit_a")
    [body] = _bodies(bus)

    for _ in range(3):
        bus.publish(body)
    bus.drain()
    bus.say("unit_last")
    bus.drain()

    wait_until(lambda: "unit_last" in bus.effects(), what="the last effect")
    assert sorted(bus.effects()) == ["unit_a", "unit_last"]
    assert bus.depth() == 0


def test_only_the_poison_of_a_batch_is_set_aside(bus: Bus) -> None:
    good = [f"unit_{n}" for n in range(40)]
    bus.say(*good[:20], "unit_poison", *good[20:])
    bus.rows("INSERT INTO flaw VALUES ('unit_poison', 1000)")
    bus.drain()

    bus.start_probe()

    wait_until(lambda: len(bus.effects()) == 40, what="forty effects")
    assert sorted(bus.effects()) == sorted(good)
    assert list(bus.parked().values()) == ["retrying"]
    wait_until(lambda: bus.depth() == 0, what="an empty queue")


def _hurried(bus: Bus) -> list[str]:
    """States of the messages set aside, after making the next try due now."""
    bus.rows("UPDATE parked_message SET next_attempt_at = now()")
    return list(bus.parked().values())


def test_a_failing_message_is_tried_five_times_then_parked_with_its_traceback(bus: Bus) -> None:
    bus.start_probe()
    bus.rows("INSERT INTO flaw VALUES ('unit_poison', 1000)")
    bus.say("unit_poison")
    bus.drain()

    wait_until(lambda: _hurried(bus) == ["parked"], seconds=25, what="parking")

    [row] = bus.rows("SELECT attempts, reason, traceback, parked_at FROM parked_message")
    assert row.attempts == 5
    assert row.reason == "RuntimeError: unit_poison fails"
    assert "in _apply" in row.traceback
    assert row.parked_at is not None
    assert bus.effects() == []


def test_a_message_that_fails_twice_is_applied_by_the_third_try(bus: Bus) -> None:
    bus.start_probe()
    bus.rows("INSERT INTO flaw VALUES ('unit_flaky', 2)")
    bus.say("unit_flaky")
    bus.drain()

    wait_until(lambda: bus.effects() == ["unit_flaky"], seconds=15, what="the effect")

    assert list(bus.parked().values()) == ["replayed"]


def test_a_refusal_is_parked_at_once_with_what_it_says(bus: Bus) -> None:
    bus.start_probe()
    bus.say("unit_x", reason="refuse")
    bus.drain()

    wait_until(lambda: list(bus.parked().values()) == ["parked"], what="parking")

    [row] = bus.rows("SELECT attempts, reason FROM parked_message")
    assert row.attempts == 1
    assert row.reason == "not_known: 单位 unit_x 不在册。（NB23:一）"


def test_an_unknown_version_and_malformed_bytes_are_parked_not_lost(bus: Bus) -> None:
    bus.start_probe()
    bus.say("unit_a")
    envelope = Envelope.from_bytes(_bodies(bus)[0])
    newer = envelope.model_copy(update={"id": "evt_newer", "version": 99})
    foreign = envelope.model_copy(update={"id": "evt_foreign", "type": "registry.unit_entered"})
    broken = [b"\xff\xfe not json", b"", as_json({"id": 1}).encode()]

    for body in (*broken, newer.to_bytes(), foreign.to_bytes()):
        bus.publish(body, content_type="application/json", content_encoding="utf-8")
    bus.drain()

    wait_until(lambda: len(bus.parked()) == 5 and bus.effects() == ["unit_a"], what="five parked")
    assert set(bus.parked().values()) == {"parked"}
    kept = {bytes(r[0]) for r in bus.rows("SELECT body FROM parked_message")}
    assert kept == {*broken, newer.to_bytes(), foreign.to_bytes()}
    wait_until(lambda: bus.depth() == 0, what="an empty queue")


def test_stopping_in_the_middle_runs_nothing_twice_and_loses_nothing(bus: Bus) -> None:
    for n in range(60):
        bus.say("unit_a", reason="slow" if n % 10 == 0 else "完工")
    bus.drain()

    first = bus.start_probe()
    wait_until(lambda: bus.depth() < 60, what="deliveries")
    code = bus.stop(first)

    assert code == 0, bus.logs()
    done = len(bus.effects())
    assert 0 < done < 60
    assert done + bus.depth() == 60
    bus.start_probe()
    wait_until(lambda: len(bus.effects()) >= 60, what="all effects")
    order = [row[0] for row in bus.rows("SELECT sequence FROM effect ORDER BY n")]
    assert order == list(range(1, 61))


def test_a_killed_hearer_repeats_nothing(bus: Bus) -> None:
    said = [f"unit_{n:02}" for n in range(30)]
    bus.say(*said)
    bus.drain()

    for point in ("before_commit", "after_commit", "before_ack", "after_ack"):
        dying = bus.probe_process(HEXIE_FAILPOINT=f"hears.{point}", HEXIE_ALLOW_FAILPOINTS="1")
        assert dying.wait(timeout=30) == -9, bus.logs()
        bus.say(f"unit_{point}")
        bus.drain()
        said.append(f"unit_{point}")
    bus.start_probe()

    wait_until(lambda: len(bus.effects()) >= len(said), what="all effects")
    assert sorted(bus.effects()) == sorted(said)


def test_a_service_refuses_to_start_on_a_queue_that_is_not_as_declared(bus: Bus) -> None:
    with connection(bus.amqp_url) as opened:
        channel = opened.channel()
        channel.queue_delete(QUEUE)
        channel.queue_declare(QUEUE, durable=True, auto_delete=False)

    process = bus.probe_process()

    assert process.wait(timeout=30) != 0
    assert QUEUE in bus.logs()
    assert "与声明不符" in bus.logs()


def test_a_missing_queue_is_named_with_its_remedy(bus: Bus) -> None:
    with connection(bus.amqp_url) as opened:
        opened.channel().queue_delete(QUEUE)

    process = bus.probe_process()

    assert process.wait(timeout=30) != 0
    assert f"队列 {QUEUE} 不存在" in bus.logs()
    assert "hexie migrate" in bus.logs()
