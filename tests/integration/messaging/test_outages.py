"""Servers that go away in the middle: nothing lost, nothing twice, nothing parked."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from shared.messaging.answer import answer
from shared.messaging.broker import connection
from tests.integration.messaging.conftest import Bus
from tests.integration.messaging.probe import Double
from tests.support.waiting import wait_until

# The servers' processes are ended by pid, their Popen objects are not kept.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

ACTOR = {"id": "user_1", "name": "经办", "roles": ["clerk"]}


def _deaths(bus: Bus) -> int:
    with connection(bus.amqp_url) as opened:
        return int(opened.channel().queue_declare("dead", passive=True).message_count)


def test_a_database_that_goes_away_loses_and_repeats_nothing(crashable: Bus) -> None:
    postgres = crashable.servers.postgres
    assert postgres is not None
    said = [f"unit_{n:03}" for n in range(400)]
    for unit_id in said:
        crashable.say(unit_id, reason="slow" if unit_id.endswith("00") else "完工")
    crashable.drain()
    probe = crashable.start_probe()
    wait_until(lambda: len(crashable.effects()) > 20, what="a beginning")

    postgres.crash()
    wait_until(lambda: "暂停接收" in crashable.logs(), seconds=15, what="consuming to stop")
    postgres.start()

    wait_until(lambda: len(crashable.effects()) >= 400, seconds=30, what="all effects")
    assert sorted(crashable.effects()) == said
    assert crashable.parked() == {}
    assert _deaths(crashable) == 0
    assert probe.poll() is None
    assert "继续接收" in crashable.logs()
    wait_until(lambda: crashable.depth() == 0, what="an empty queue")


def test_a_service_stops_while_its_database_is_away_and_loses_nothing(crashable: Bus) -> None:
    postgres = crashable.servers.postgres
    assert postgres is not None
    probe = crashable.start_probe()
    postgres.crash()
    try:
        body = b"anything"
        crashable.publish(body)
        wait_until(lambda: "暂停接收" in crashable.logs(), seconds=15, what="consuming to stop")

        code = crashable.stop(probe)

        assert code == 0, crashable.logs()
        wait_until(lambda: crashable.depth() == 1, what="the message back in its queue")
    finally:
        postgres.start()


def test_a_broker_that_crashes_loses_and_repeats_nothing(crashable: Bus) -> None:
    rabbit = crashable.servers.rabbit
    assert rabbit is not None
    said = [f"unit_{n:03}" for n in range(200)]
    for unit_id in said:
        crashable.say(unit_id, reason="slow" if unit_id.endswith("50") else "完工")
    crashable.drain()
    probe = crashable.start_probe()
    wait_until(lambda: len(crashable.effects()) > 20, what="a beginning")

    rabbit.crash()
    rabbit.start()

    wait_until(lambda: len(crashable.effects()) >= 200, seconds=40, what="all effects")
    assert sorted(crashable.effects()) == said
    assert probe.poll() is None, crashable.logs()


def test_a_service_stops_while_its_broker_is_away(crashable: Bus) -> None:
    rabbit = crashable.servers.rabbit
    assert rabbit is not None
    probe = crashable.start_probe()
    rabbit.crash()
    try:
        assert crashable.stop(probe) == 0, crashable.logs()
    finally:
        rabbit.start()


def test_a_service_stops_while_it_waits_for_its_first_broker(crashable: Bus) -> None:
    rabbit = crashable.servers.rabbit
    assert rabbit is not None
    rabbit.crash()
    try:
        waiting = crashable.probe_process()
        wait_until(lambda: "ECONNREFUSED" in crashable.logs(), what="a start without a broker")

        assert crashable.stop(waiting) == 0, crashable.logs()
    finally:
        rabbit.start()


def test_a_command_without_a_database_is_told_to_come_back(crashable: Bus) -> None:
    postgres = crashable.servers.postgres
    assert postgres is not None

    def act(tx: object, command: Double) -> dict[str, int]:
        tx.session.execute(text("SELECT 1"))  # type: ignore[attr-defined]
        return {"doubled": command.number * 2}

    def ask() -> dict[str, object]:
        return answer(
            crashable.incentives, Double, act, body={"number": 2}, context={"actor": ACTOR}
        )

    postgres.crash()
    try:
        refused = ask()["refused"]
    finally:
        postgres.start()

    assert refused["code"] == "temporarily_unavailable"  # type: ignore[index]
    assert refused["status"] == 503  # type: ignore[index]
    assert ask() == {"ok": {"doubled": 4}}
