"""What operators have: parked messages in hand, health and metrics, refusals that say the remedy."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from shared.contracts.refusals import Refused
from shared.messaging import health, parked, topology
from shared.messaging.broker import connection
from shared.messaging.wakeup import Wakeup
from shared.messaging.worker import work
from shared.runtime.database import engine_for
from shared.runtime.settings import settings
from tests.integration.messaging.conftest import QUEUE, Bus
from tests.integration.messaging.probe import Probe
from tests.support.waiting import wait_until


@pytest.fixture
def here(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bus]:
    """This very process works on the bus, as `hexie parked` does."""
    monkeypatch.setenv("DATABASE_URL", bus.database_url)
    monkeypatch.setenv("AMQP_URL", bus.amqp_url)
    settings.cache_clear()
    engine_for.cache_clear()
    yield bus
    for service in ("registry", "incentives"):
        engine_for(service).dispose()
    engine_for.cache_clear()


def _park_one(bus: Bus) -> str:
    bus.start_probe()
    bus.say("unit_x", reason="refuse")
    bus.drain()
    wait_until(lambda: list(bus.parked().values()) == ["parked"], what="parking")
    return next(iter(bus.parked()))


def test_a_parked_message_is_listed_and_shown_whole(here: Bus) -> None:
    message_id = _park_one(here)

    [listed] = parked.list_parked()
    shown = parked.show(message_id)

    assert (listed["service"], listed["message_id"]) == ("incentives", message_id)
    assert "body" not in listed
    assert json.loads(shown["body"])["data"]["unit_id"] == "unit_x"
    assert shown["consumer"] == QUEUE
    assert "Refused" in shown["traceback"]
    assert parked.list_parked("registry") == []


def test_a_replay_is_a_rehearsal_unless_meant(here: Bus) -> None:
    message_id = _park_one(here)

    told = parked.replay(message_id, by="ops")

    assert (told["taken"], told["dry_run"]) == (True, True)
    assert here.parked() == {message_id: "parked"}


def test_a_replayed_message_takes_the_same_road_and_has_one_effect(here: Bus) -> None:
    here.start_probe()
    here.rows("INSERT INTO flaw VALUES ('unit_poison', -1)")
    here.say("unit_poison")
    here.drain()
    wait_until(lambda: list(here.parked().values()) == ["parked"], what="parking")
    here.rows("DELETE FROM flaw")
    [message_id] = here.parked()

    parked.replay(message_id, by="ops", really=True)

    wait_until(lambda: here.parked() == {message_id: "replayed"}, what="the replay")
    assert here.effects() == ["unit_poison"]
    assert parked.replay(message_id, by="ops", really=True)["taken"] is False
    [row] = here.rows("SELECT looked_by, looked_reason FROM parked_message")
    assert row.looked_by == "ops"


def test_a_discarded_message_never_takes_effect_even_when_delivered_again(here: Bus) -> None:
    message_id = _park_one(here)
    body = parked.show(message_id)["body"].encode().replace(b'"refuse"', b'"fine"')

    parked.discard(message_id, by="ops", reason="测试单位")
    here.publish(body)
    here.say("unit_last")
    here.drain()

    wait_until(lambda: here.effects() == ["unit_last"], what="the last effect")
    assert here.parked() == {message_id: "discarded"}


def test_discarding_needs_a_reason_and_an_existing_message(here: Bus) -> None:
    message_id = _park_one(here)

    with pytest.raises(Refused, match="请说明理由"):
        parked.discard(message_id, by="ops", reason=" ")
    with pytest.raises(Refused, match="没有编号为"):
        parked.show("no_such")


def _page(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def test_a_process_tells_its_health_readiness_and_metrics(bus: Bus) -> None:
    from deploy.servers.ports import free_port

    port = free_port(0)
    bus.start_probe(HEXIE_HEALTH_PORT=str(port))
    bus.say("unit_a")
    bus.drain()
    wait_until(lambda: bus.effects() == ["unit_a"], what="the effect")

    assert _page(port, "/healthz") == (200, "ok\n")
    wait_until(lambda: _page(port, "/readyz")[0] == 200, what="ready")
    parts = json.loads(_page(port, "/readyz")[1])
    assert parts[QUEUE] == parts["broker"] == parts["database.incentives"] == "ok"
    metrics = _page(port, "/metrics")[1]
    assert f'hexie_handled_total{{consumer="{QUEUE}"}} 1.0' in metrics
    assert 'hexie_outbox_lag_seconds{service="incentives"} 0.0' in metrics
    assert _page(port, "/else")[0] == 404


def test_a_queue_deleted_under_a_running_service_ends_it_with_the_remedy(bus: Bus) -> None:
    process = bus.start_probe()

    with connection(bus.amqp_url) as opened:
        opened.channel().queue_delete(QUEUE)

    assert process.wait(timeout=30) != 0
    assert f"队列 {QUEUE} 不存在" in bus.logs()


def test_a_consumer_that_does_not_consume_is_not_ready(here: Bus) -> None:
    health.watch("test.consumer", lambda: False)
    try:
        found = health.readiness("incentives")
    finally:
        health.watch("test.consumer", lambda: True)

    assert found["test.consumer"].startswith("未在工作")
    assert found["broker"] == found["database.incentives"] == "ok"


def test_the_topology_is_idempotent_and_names_what_differs(bus: Bus) -> None:
    topology.declare(bus.amqp_url, topology.internal([Probe]))
    with connection(bus.amqp_url) as opened:
        channel = opened.channel()
        channel.queue_delete("dead")
        channel.queue_declare("dead", durable=True, auto_delete=False)

    with pytest.raises(topology.WrongTopology, match="dead 与声明不符"):
        topology.declare(bus.amqp_url, topology.internal([Probe]))


def test_work_is_woken_by_what_is_said_and_survives_a_failing_turn(bus: Bus) -> None:
    stopping, turns = threading.Event(), []

    def turn() -> bool:
        turns.append(len(bus.rows("SELECT 1 FROM outbox", bus.registry)))
        if len(turns) == 1:
            raise RuntimeError("first turn")
        return False

    thread = threading.Thread(
        target=work, args=(turn,),
        kwargs={"name": "t", "engine": bus.registry, "channel": "hexie_outbox_registry",
                "stopping": stopping, "poll": 30.0},
    )  # fmt: skip
    thread.start()
    wait_until(lambda: len(turns) >= 2, what="a turn after the failure")

    bus.say("unit_a")

    wait_until(lambda: turns[-1] == 1, seconds=10, what="waking up")
    stopping.set()
    bus.say("unit_b")
    thread.join(timeout=10)
    assert not thread.is_alive()


def test_a_lost_listening_connection_costs_speed_only(bus: Bus) -> None:
    stopping = threading.Event()
    wakeup = Wakeup(bus.registry, "hexie_outbox_registry", poll=0.05)
    wakeup.wait(stopping)

    bus.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    wakeup.wait(stopping)
    wakeup.wait(stopping)

    bus.say("unit_a")
    assert bus.rows("SELECT count(*) FROM outbox", bus.registry) == [(1,)]
    wakeup.close()
