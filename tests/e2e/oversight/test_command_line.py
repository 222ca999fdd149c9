"""`hexie` against the running system: agencies, published files, parked messages, packs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import amqp
import pytest
from kombu.utils.url import parse_url

from shared.messaging.management import Management
from shared.runtime.ids import uuid7
from tests.support.agencies import TODAY
from tests.support.batch import Batch
from tests.support.hexie import Hexie
from tests.support.servers import Servers
from tests.support.system import System
from tests.support.waiting import wait_until


@pytest.fixture(scope="module")
def hexie(system: System, servers: Servers) -> Hexie:
    """The command line of the running system."""
    return Hexie(system, servers)


@pytest.mark.obligation("NB23-059")
def test_an_agency_is_opened_and_publishes_a_file(
    system: System, batch: Batch, hexie: Hexie, tmp_path: Path
) -> None:
    unit, file = batch.all_of("recognised", "330203")[0], tmp_path / "events.jsonl"
    data = {"case_number": "仲-命令行", "registered_on": TODAY}
    kind = "arbitration.case_registered"
    lines = [
        {"type": kind, "subject": unit["code"], "data": data},
        {"type": kind, "subject": "91330203MA9ZZZZZZZ", "data": data},
    ]
    file.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")

    added = hexie.said("agency", "add", "zcy-330203", "--name", "仲裁院（测试）")
    rows = hexie.said("agency", "publish", str(file), "--config", added["config"])
    closed = hexie.said("agency", "revoke", "zcy-330203", "--reason", "测试结束")
    missing = hexie("agency", "publish", str(tmp_path / "none.json"), "--config", added["config"],
                    exits=1)  # fmt: skip
    Management(system.run.management_url).delete_vhost(added["vhost"])

    assert added["vhost"] == "agency.zcy-330203"
    assert [(row["verdict"], row["reason"]) for row in rows] == [
        ("ACCEPTED", ""), ("HELD", "unknown_unit"),
    ]  # fmt: skip
    assert Path(added["config"]).stat().st_mode & 0o077 == 0
    assert closed
    assert missing == ""


def test_a_message_nobody_can_read_is_parked_shown_replayed_and_discarded(
    system: System, hexie: Hexie
) -> None:
    message_id = _publish_from_the_future(system)

    def parked() -> list[dict[str, Any]]:
        rows = hexie.said("parked", "list", "--service", "incentives")
        return [row for row in rows if row["message_id"] == message_id]

    [one] = wait_until(parked, seconds=30, what="parked message")
    by = (one["id"], "--by", "值班员")
    shown = hexie.said("parked", "show", one["id"])
    tried = hexie.said("parked", "replay", *by)
    real = hexie.said("parked", "replay", *by, "--really")
    [again] = wait_until(parked, seconds=30, what="message parked again")
    hexie.said("parked", "discard", *by, "--reason", "测试消息")

    assert (one["consumer"], again["id"]) == ("incentives.standing_heard", one["id"])
    assert message_id in shown["body"]
    assert "v99" in shown["reason"]
    assert (tried["state_before"], tried["dry_run"]) == ("parked", True)
    assert (real["state_before"], real["dry_run"]) == ("parked", False)
    assert parked() == []
    assert "没有编号" in hexie.said("parked", "show", "parked_none", exits=1)["says"]


def _publish_from_the_future(system: System) -> str:
    """An event of a version nobody knows yet, straight into one hearer's queue."""
    message_id = f"registry-{uuid7().hex}"
    said = {
        "id": message_id, "source": "registry", "type": "registry.unit_entered", "version": 99,
        "time": datetime.now(UTC).isoformat(), "subject": "unit_future", "sequence": 1,
        "correlation_id": "", "causation_id": "", "data": {"unit_id": "unit_future"},
        "actor": {"id": "system", "name": "系统", "node": "000000", "roles": ["system"]},
    }  # fmt: skip
    parts = parse_url(system.run.amqp_url)
    connection = amqp.Connection(
        host=f"{parts['hostname']}:{parts['port']}", userid=parts["userid"],
        password=parts["password"], virtual_host=parts["virtual_host"],
    )  # fmt: skip
    with connection:
        channel = connection.channel()
        channel.confirm_select()
        message = amqp.Message(
            json.dumps(said), message_id=message_id, delivery_mode=2,
            content_type="application/json", type=said["type"],
        )  # fmt: skip
        channel.basic_publish_confirm(
            message, exchange="", routing_key="incentives.standing_heard", mandatory=True
        )
    return message_id


def test_packs_are_listed_linted_tested_and_compared(hexie: Hexie) -> None:
    packs = {row["id"]: row for row in hexie.said("pack", "list")}

    lint, examples = hexie("pack", "lint"), hexie("pack", "test")
    differences = hexie.said("pack", "diff", "national-2023", "ningbo-2023")
    unknown = hexie.said("pack", "diff", "ningbo-2023", "nowhere-1999", exits=1)

    assert packs["ningbo-2023"]["status"] == "征求意见稿"
    assert "ningbo-2023：没有问题" in lint
    assert "个正反例，0 个不符" in examples
    told = {part["section"]: part["sentences"] for part in differences}
    assert any("不再开展日常巡视检查" in line for line in told["benefits"])
    assert "nowhere-1999" in unknown["says"]
