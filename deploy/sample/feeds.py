"""Agencies of the sample region: opened as `hexie agency add` does, speaking through the client."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import amqp
from kombu.utils.url import parse_url

from deploy import agency
from deploy.agency_client import AgencyClient
from deploy.agency_outbox import AgencyConfig, Answered
from deploy.run import Run
from deploy.servers.ports import CannotStart
from shared.runtime.settings import Settings

AGENCIES = {
    "ldjc-330200": "宁波市劳动保障监察支队（样例）",
    "zcy-330200": "宁波市劳动人事争议仲裁院（样例）",
    "xfj-330200": "宁波市信访局（样例）",
    "yjj-330200": "宁波市应急管理局（样例）",
    "wxb-330200": "宁波市网信办（样例）",
}


@dataclass(frozen=True, slots=True)
class Sent:
    """An event on its way; `sent_at` is the monotonic clock just before it was published."""

    event_id: str
    sent_at: float


class Feed:
    """One agency's client in a thread of its own (its outbox belongs to that thread)."""

    def __init__(self, config: AgencyConfig) -> None:
        self._config = config
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._client = self._thread.submit(AgencyClient, config).result()
        self._delivering: Future[dict[str, Answered]] | None = None

    def publish(self, kind: str, subject: str, data: dict[str, Any]) -> Sent:
        """Sign and send one event without waiting for its receipt."""
        event = {"type": kind, "subject": subject, "data": data}
        event_id = self._thread.submit(self._client.put, event).result()
        sent_at = time.monotonic()
        self._delivering = self._thread.submit(self._client.deliver, wait=20)
        return Sent(event_id, sent_at)

    def receipt_of(self, event_id: str) -> dict[str, Any]:
        """The receipt of an event sent; CannotStart when none came in time."""
        answers = self._delivering.result(timeout=30) if self._delivering else {}
        answered = answers.get(event_id)
        if answered is None or not answered.row().get("verdict"):
            raise CannotStart(f"等了 20 秒，事件 {event_id} 没有回执。")
        return answered.row()

    def wait_for_feed(self, unit_id: str, kind: str, seconds: float = 20) -> str:
        """The type of the outbound message about a unit, once it is in the agency's queue."""
        parts = parse_url(self._config.amqp_url)
        address = f"{parts['hostname']}:{parts['port']}"
        connection = amqp.Connection(
            host=address, userid=parts["userid"], password=parts["password"],
            virtual_host=parts["virtual_host"],
        )  # fmt: skip
        connection.connect()
        try:
            channel = connection.channel()
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline:
                message = channel.basic_get("feed")
                if message is None:
                    time.sleep(0.05)
                    continue
                channel.basic_ack(message.delivery_tag)
                told = json.loads(message.body)
                if told["type"] == kind and told["data"].get("unit_id") == unit_id:
                    return str(told["type"])
        finally:
            connection.close()
        raise CannotStart(f"等了 {seconds:.0f} 秒，机构数据流没有收到 {kind}。")

    def close(self) -> None:
        """Close the client's connection and its outbox."""
        self._thread.submit(self._client.close).result()
        self._thread.shutdown()


def open_feed(settings: Settings, code: str, name: str) -> Feed:
    """Open an agency (safe to repeat) and its client."""
    opened = agency.add(code, name=name, within=settings)
    return Feed(AgencyConfig.load(Path(opened["config"])))


def reach(base: str) -> None:
    """CannotStart when no portal answers there."""
    try:
        with urllib.request.urlopen(f"{base}/healthz", timeout=3):  # noqa: S310  our own address
            return
    except OSError as error:
        raise CannotStart(f"{base} 没有响应：请先运行 make run。") from error


def set_up(run: Run, named: list[dict[str, Any]], say: Callable[[str], None]) -> list[str]:
    """Open the sample agencies and let them tell a few things about titled units."""
    chosen = run.settings.model_copy(
        update={
            "home": run.home,
            "database_url": run.database_url,
            "amqp_url": run.amqp_url,
            "amqp_management_url": run.management_url,
        }
    )
    for code, name in AGENCIES.items():
        agency.add(code, name=name, within=chosen)
    if len(named) >= 6:
        _tell(chosen, named)
    say(f"对接机构 {len(AGENCIES)} 家，私钥与配置在 {run.home / 'agencies'}")
    return list(AGENCIES)


def _tell(chosen: Settings, named: list[dict[str, Any]]) -> None:
    today = date(2026, 11, 20).isoformat()
    told: dict[str, list[tuple[str, dict[str, Any], dict[str, Any]]]] = {
        "ldjc-330200": [
            ("labour_inspection.complaint_opened", named[0],
             {"complaint_id": "TS-2026-0101", "opened_on": today}),
            ("labour_inspection.case_decided", named[1],
             {"case_number": "JC-2026-0007", "decided_on": today, "severity": "major",
              "violation": "拖欠工资（虚构）"}),
        ],
        "wxb-330200": [("opinion.negative", named[2], {"noticed_on": today})],
        "xfj-330200": [("petition.group_visit", named[3],
                        {"happened_on": today, "people": 12, "impact": "small"})],
        "yjj-330200": [("safety.accident", named[4],
                        {"happened_on": today, "grade": "ordinary", "injured": 1})],
    }  # fmt: skip
    for code, events in told.items():
        config = AgencyConfig.load(chosen.home / "agencies" / code / f"{code}.json")
        with AgencyClient(config) as client:
            for kind, unit, data in events:
                client.put({"type": kind, "subject": unit["code"], "data": data})
            client.deliver(wait=20)
