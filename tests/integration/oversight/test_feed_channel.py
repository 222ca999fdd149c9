"""An agency's whole round trip over a real broker: client, ingress, judge, relay, receipt."""

from __future__ import annotations

import json
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from amqp.exceptions import AMQPError
from sqlalchemy import Engine

from deploy import agency
from deploy.agency_client import AgencyClient
from deploy.agency_outbox import AgencyConfig
from deploy.conformance import conformance
from services.oversight.service import ingress as ingress_process
from services.oversight.service.judge import make_judge
from shared.messaging.ingress import Ingress
from shared.messaging.management import Management
from shared.messaging.relay import OutboxRelay
from shared.runtime.database import engine_for
from shared.runtime.ids import uuid7
from shared.runtime.settings import Settings, settings
from tests.support.feed import CODE, DATA
from tests.support.feed_desk import FeedDesk
from tests.support.servers import Servers
from tests.support.waiting import wait_until

CASE = "labour_inspection.case_decided"
OPENED = "labour_inspection.complaint_opened"


@dataclass
class Office:
    """Our side of the channel: its settings and what it may do to itself."""

    settings: Settings
    desk: FeedDesk
    home: Path

    def add(self, name: str = "", alg: str = "EdDSA", types: tuple[str, ...] = ()) -> AgencyConfig:
        """A fresh agency, opened as `hexie agency add` does."""
        code = name or f"ldjc-{uuid7().hex[-10:]}"
        made = agency.add(code, name="测试机构", types=types, alg=alg, within=self.settings)
        return AgencyConfig.load(Path(made["config"]))

    @contextmanager
    def running(self) -> Iterator[None]:
        """Ingress, judge and relay, each in its thread, until the end of the block."""
        stopping = threading.Event()
        ingress = Ingress(
            amqp_url=self.settings.amqp_url,
            vhosts=ingress_process.vhosts,
            store=ingress_process.store,
        )
        relay = OutboxRelay("oversight", self.desk.engine, self.settings.amqp_url)
        judge = make_judge(self.desk.engine)
        threads = [
            threading.Thread(target=loop, args=(stopping,))
            for loop in (ingress.run, judge.run, relay.run)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stopping.set()
            for thread in threads:
                thread.join(timeout=20)


@pytest.fixture
def office(
    engine_of: Callable[[str], Engine],
    database_url: str,
    servers: Servers,
    amqp_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Office]:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("AMQP_URL", amqp_url)
    monkeypatch.setenv("AMQP_MANAGEMENT_URL", servers.management_url)
    monkeypatch.setenv("HEXIE_HOME", str(tmp_path))
    settings.cache_clear()
    engine_for.cache_clear()
    desk = FeedDesk(engine_of("oversight"), tmp_path)
    desk.empty()
    desk.enact()
    desk.enter()
    yield Office(settings(), desk, tmp_path)
    engine_for("oversight").dispose()
    engine_for.cache_clear()
    management = Management(servers.management_url)
    for vhost in management.vhosts():
        if vhost.startswith("agency."):
            management.close_agency(vhost)
            management.delete_vhost(vhost)


def event(type_: str = CASE, **data: Any) -> dict[str, Any]:
    return {"type": type_, "subject": CODE, "data": DATA[type_] | data}


def cut_off(client: AgencyClient) -> bool:
    try:
        client.send_raw(b"{}", None)
    except (OSError, AMQPError):
        return True
    return False


@pytest.mark.parametrize("alg", ["EdDSA", "ES256"])
def test_an_event_goes_out_signed_and_its_receipt_comes_back(office: Office, alg: str) -> None:
    config = office.add(alg=alg)
    with office.running(), AgencyClient(config) as client:
        event_id = client.put(event())
        answers = client.deliver(wait=20)

    assert (answers[event_id].verdict, answers[event_id].reason) == ("ACCEPTED", "")
    assert "已受理" in answers[event_id].sentence()
    assert [h.effect for h in office.desk.open_holds()] == ["suspend"]


def test_without_a_receipt_the_same_bytes_are_sent_again_and_counted_once(office: Office) -> None:
    config = office.add()
    with AgencyClient(config) as client:
        event_id = client.put(event())
        assert client.deliver(wait=0.5)[event_id].verdict == ""

    with office.running(), AgencyClient(config) as client:
        answers = client.deliver(wait=20)

    assert answers[event_id].verdict == "ACCEPTED"
    assert len(office.desk.open_holds()) == 1
    [row] = office.desk.rows("SELECT deliveries FROM inbox_event")
    assert row.deliveries >= 2


def test_the_clients_numbers_have_no_holes_across_restarts(office: Office) -> None:
    config = office.add()
    for _ in range(3):
        with AgencyClient(config) as client:
            client.put(event(OPENED))

    with office.running(), AgencyClient(config) as client:
        client.deliver(wait=20)

    [row] = office.desk.rows("SELECT contiguous, highest, gap_since FROM agency")
    assert (row.contiguous, row.highest, row.gap_since) == (3, 3, None)


def test_publish_reads_a_file_and_answers_a_row_an_event(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = office.add()
    file = tmp_path / "events.jsonl"
    lines = [event(), event(OPENED), event()]
    lines[2] = {**event(), "subject": "913302009999999999"}
    file.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    path = office.home / "agencies" / made.code / f"{made.code}.json"

    with office.running():
        rows = agency.publish(file, config=path, wait=20)

    assert [row["verdict"] for row in rows] == ["ACCEPTED", "ACCEPTED", "HELD"]
    assert "没有与该代码对应的单位" in capsys.readouterr().err


def test_keys_and_configuration_are_for_their_owner_only(office: Office) -> None:
    made = office.add()
    folder = office.home / "agencies" / made.code

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    modes["receipts.pem"] = stat.S_IMODE((office.home / "keys" / "receipts.pem").stat().st_mode)

    assert len(modes) == 3
    assert set(modes.values()) == {0o600}


def test_adding_an_agency_twice_is_adding_it_once(office: Office) -> None:
    first = office.add("zcy-twice")
    second = office.add("zcy-twice")

    assert first.kid == second.kid
    assert len(office.desk.rows("SELECT 1 FROM agency_key")) == 1
    with office.running(), AgencyClient(second) as client:
        event_id = client.put(event("arbitration.case_registered"))
        assert client.deliver(wait=20)[event_id].verdict == "ACCEPTED"


def test_after_a_rotation_old_and_new_key_count_until_the_overlap_ends(office: Office) -> None:
    old = office.add("ldjc-rotates")
    agency.rotate_key("ldjc-rotates", overlap_hours=1, within=office.settings)
    new = AgencyConfig.load(office.home / "agencies" / "ldjc-rotates" / "ldjc-rotates.json")
    with office.running():
        for config in (old, new):
            with AgencyClient(config) as client:
                event_id = client.put(event(OPENED))
                assert client.deliver(wait=20)[event_id].verdict == "ACCEPTED"

        agency.rotate_key("ldjc-rotates", overlap_hours=0, within=office.settings)
        with AgencyClient(new) as client:
            event_id = client.put(event(OPENED))
            answer = client.deliver(wait=20)[event_id]

    assert (answer.verdict, answer.reason) == ("REJECTED", "key_expired")


def test_a_revoked_agency_is_cut_off_at_once(office: Office) -> None:
    config = office.add("ldjc-gone")
    with AgencyClient(config) as client:
        client.send_raw(b"{}", None)

        agency.revoke("ldjc-gone", reason="测试", within=office.settings)

        wait_until(lambda: cut_off(client), seconds=10, what="the open connection to be cut")
    with pytest.raises((OSError, AMQPError)), AgencyClient(config) as client:
        client.send_raw(b"{}", None)
    [row] = office.desk.rows("SELECT active FROM agency")
    assert not row.active


def test_the_broker_refuses_a_user_that_is_not_the_agency(office: Office) -> None:
    config = office.add()

    with AgencyClient(config) as client, pytest.raises(AMQPError):
        client.send_raw(b"{}", "x", user_id="agency.another")


def test_a_message_without_user_or_signature_is_refused_with_a_receipt(office: Office) -> None:
    config = office.add()
    with office.running(), AgencyClient(config) as client:
        client.send_raw(b"\xff\xff", None, user_id=None)
        client.send_raw(b"not signed", None)
        found = wait_until(
            lambda: (seen := client.receipts(0.5)) and seen, seconds=20, what="receipts"
        )
        found += client.receipts(2) if len(found) < 2 else []

    assert all(receipt["genuine"] for receipt in found)
    assert sorted(receipt["reason"] for receipt in found) == ["unsigned", "user_mismatch"]
    assert office.desk.effects() == (0, 0, 0, 0)


def test_a_receipt_that_is_not_ours_is_not_believed(office: Office) -> None:
    config = office.add()
    other = AgencyConfig(**(vars(config) | {"receipt_kid": "hexie-other"}))
    with office.running(), AgencyClient(other) as client:
        event_id = client.put(event())
        answer = client.deliver(wait=3)[event_id]

    assert answer.verdict == ""
    assert "尚无回执" in answer.sentence()


def test_a_conforming_agency_passes_every_check_and_touches_nothing(office: Office) -> None:
    made = office.add()
    path = office.home / "agencies" / made.code / f"{made.code}.json"

    with office.running():
        rows = conformance(path, wait=10)

    assert [row for row in rows if not row["passed"]] == []
    assert len(rows) == 7
    assert office.desk.effects() == (0, 0, 0, 0)
    [run] = office.desk.rows("SELECT highest, gap_since FROM agency")
    assert (run.highest, run.gap_since) == (0, None)
