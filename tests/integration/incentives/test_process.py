"""The service as it runs: events come in through the broker, answers go out by RPC."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from amqp.basic_message import Message
from nameko.standalone.rpc import ClusterRpcProxy
from sqlalchemy import Engine, text

from services.incentives.service import IncentivesService
from shared.contracts.message import Event
from shared.messaging import topology
from shared.messaging.broker import connection
from tests.integration.incentives.town import activation, entered, heard, held, recognised, titled
from tests.support.servers import Servers, environment
from tests.support.waiting import wait_until

ACTOR = {"id": "user_city", "name": "经办", "node": "330200", "roles": ["clerk"]}
QUEUE = "incentives.standing_heard"


@pytest.fixture
def process(
    servers: Servers, database_url: str, amqp_url: str, tmp_path: Path
) -> Iterator[subprocess.Popen[bytes]]:
    topology.declare(amqp_url, topology.internal([IncentivesService]))
    with (tmp_path / "log").open("wb") as log:
        started = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "deploy.process", "incentives"],
            env=environment(database_url, amqp_url, servers, tmp_path),
            stdout=log,
            stderr=log,
            cwd=Path(__file__).parents[3],
        )
    try:
        yield started
    finally:
        if started.poll() is None:
            started.kill()
        started.wait(10)


def publish(amqp_url: str, events: list[Event]) -> None:
    with connection(amqp_url) as opened:
        channel = opened.channel()
        for n, said in enumerate(events, 1):
            body = heard(said, sequence=n).envelope.to_bytes()
            service, _, key = said.name.partition(".")
            channel.basic_publish(
                Message(body, delivery_mode=2), exchange=f"{service}.events", routing_key=key
            )
        channel.queue_declare(QUEUE, passive=True)


def test_events_in_answers_out_and_a_clean_end(
    process: subprocess.Popen[bytes],
    amqp_url: str,
    engine_of: Callable[[str], Engine],
    tmp_path: Path,
) -> None:
    def suspended() -> int:
        with engine_of("incentives").connect() as opened:
            rows = opened.execute(text("SELECT 1 FROM entitlement WHERE state = 'suspended'"))
            return len(rows.all())

    publish(amqp_url, [activation(), entered("u1"), recognised("u1"), titled("u1"), held("u1")])
    wait_until(lambda: suspended() > 0 or process.poll() is not None, seconds=40, what="the hold")
    assert process.poll() is None, (tmp_path / "log").read_text(errors="replace")[-3000:]
    with ClusterRpcProxy({"AMQP_URI": amqp_url}, context_data={"actor": ACTOR}, timeout=10) as rpc:
        command = {"purpose": "labour_inspection_routine", "codes": ["CODE-u1"]}
        answer: dict[str, Any] = rpc.incentives.entitlement_checks(command=command)
        refused = rpc.incentives.entitlement_checks(command={"purpose": "lunch"})

    item = answer["ok"]["items"][0]
    assert (item["known"], item["held"], item["may_inspect"]) == (True, True, True)
    assert refused["refused"]["code"] == "invalid_command"
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
