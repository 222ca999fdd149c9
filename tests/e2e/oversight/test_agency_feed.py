"""An agency's channel: each message its verdict and one signed receipt, none an effect too many."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import amqp
import httpx2
import pytest
from amqp.exceptions import AMQPError

from deploy import agency as operator
from deploy.agency_client import AgencyClient
from deploy.agency_outbox import AgencyConfig
from services.oversight.domain.signature import AgencyKey, sign, verify
from shared.contracts import oversight_feed as feed
from shared.runtime.ids import uuid7
from tests.support.agencies import Agencies, TestAgency, connect, settings_of
from tests.support.batch import Batch, Row, status_of, wait_for_status
from tests.support.feed import new_key
from tests.support.oversight import CITY_CLERK, dismiss
from tests.support.system import System
from tests.support.waiting import wait_until

DECIDED = "labour_inspection.case_decided"
AHEAD = 900  # numbers no other test of the agency uses
Signed = tuple[bytes, str | None]
Make = Callable[[TestAgency, TestAgency, Row], Signed]


def encoded(event: Any) -> bytes:
    return json.dumps(event, ensure_ascii=False).encode()


def signed(agency: TestAgency, unit: Row, **changes: Any) -> Signed:
    body = encoded(agency.event(DECIDED, unit["code"], AHEAD) | changes)
    return body, agency.signed(body)


def undecodable(a: TestAgency, _b: TestAgency, _u: Row) -> Signed:
    body = b"\xff\xfe{" + uuid7().bytes
    return body, a.signed(body)


def unsigned(a: TestAgency, _b: TestAgency, u: Row) -> Signed:
    return signed(a, u)[0], None


def forged(a: TestAgency, _b: TestAgency, u: Row) -> Signed:
    body, sig = signed(a, u)
    return body.replace(b"major", b"minor"), sig


def strange_key(a: TestAgency, _b: TestAgency, u: Row) -> Signed:
    body, _ = signed(a, u)
    return body, sign(body, kid=a.config.kid, key=new_key())


def key_of_another(a: TestAgency, b: TestAgency, u: Row) -> Signed:
    body, _ = signed(a, u)
    return body, b.signed(body)


def wrong_channel(a: TestAgency, b: TestAgency, u: Row) -> Signed:
    body = encoded(b.event(DECIDED, u["code"], AHEAD))
    return body, a.signed(body)


def oversize(a: TestAgency, _b: TestAgency, u: Row) -> Signed:
    return signed(a, u, data={"summary": "长" * 200_000})


def unknown_version(a: TestAgency, _b: TestAgency, u: Row) -> Signed:
    return signed(a, u, dataversion=99)


def not_allowed(a: TestAgency, _b: TestAgency, u: Row) -> Signed:
    return signed(a, u, type="safety.accident")


def no_such_type(a: TestAgency, _b: TestAgency, u: Row) -> Signed:
    return signed(a, u, type="weather.storm")


def without_a_field(a: TestAgency, _b: TestAgency, u: Row) -> Signed:
    return signed(a, u, data={"severity": "major"})


def for_another_system(a: TestAgency, _b: TestAgency, u: Row) -> Signed:
    return signed(a, u, audience="elsewhere")


BAD: tuple[tuple[Make, str, str], ...] = (
    (undecodable, "REJECTED", "malformed"),
    (unsigned, "REJECTED", "unsigned"),
    (forged, "REJECTED", "signature"),
    (strange_key, "REJECTED", "signature"),
    (key_of_another, "REJECTED", "key_of_another"),
    (wrong_channel, "REJECTED", "source_mismatch"),
    (oversize, "REJECTED", "size"),
    (unknown_version, "HELD", "unknown_version"),
    (not_allowed, "REJECTED", "type_not_allowed"),
    (no_such_type, "REJECTED", "type_unknown"),
    (without_a_field, "REJECTED", "data"),
    (for_another_system, "REJECTED", "audience"),
)


@pytest.fixture(scope="module")
def strict(agencies: Agencies) -> TestAgency:
    """An agency that may only speak of inspection."""
    kinds = (DECIDED, "labour_inspection.complaint_opened", "labour_inspection.complaint_closed")
    return agencies.get("strict-330203", types=kinds)


@pytest.fixture(scope="module")
def target(system: System, batch: Batch) -> Row:
    """The unit all bad messages speak of."""
    unit = batch.take("titled", "330203")
    wait_for_status(system, unit, "exempt")
    return unit


def triggers_of(system: System, unit: Row) -> list[Row]:
    return list(system.ask(feed.ListTriggers(unit_id=unit["unit_id"]), CITY_CLERK)["items"])


@pytest.mark.obligation("NB23-059")
@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad[0].__name__)
def test_a_bad_message_gets_its_verdict_one_signed_receipt_and_no_effect(
    system: System,
    agencies: Agencies,
    strict: TestAgency,
    target: Row,
    bad: tuple[Make, str, str],
) -> None:
    make, verdict, reason = bad
    body, sig = make(strict, agencies.get("ldjc-330203"), target)

    receipts = strict.raw(body, sig)

    assert [(r["verdict"], r["reason"], r["trigger_id"]) for r in receipts] == [
        (verdict, reason, "")
    ]
    assert receipts[0]["says"]  # in words a sender can act on
    assert triggers_of(system, target) == []
    now = status_of(system, target)
    assert (now["status"], now["held"]) == ("exempt", False)


@pytest.mark.obligation("NB23-059")
def test_a_replayed_message_and_another_content_under_its_id_change_nothing(
    system: System, batch: Batch, agencies: Agencies
) -> None:
    unit, agency = batch.take("titled", "330203"), agencies.get("replay-330203")
    event = agency.event(DECIDED, unit["code"], 1)
    body, other = encoded(event), encoded(event | {"data": event["data"] | {"severity": "minor"}})

    first = agency.raw(body, agency.signed(body))
    again = agency.raw(body, agency.signed(body))
    conflict = agency.raw(other, agency.signed(other))

    assert [r["verdict"] for r in first] == ["ACCEPTED"]
    assert [(r["header"], r["receipt_id"]) for r in again] == [
        ("DUPLICATE", first[0]["receipt_id"])
    ]
    assert [(r["verdict"], r["reason"]) for r in conflict] == [("REJECTED", "content_conflict")]
    assert len(triggers_of(system, unit)) == 1
    dismiss(system, first[0]["trigger_id"])
    wait_for_status(system, unit, "exempt")  # one hold, not two


@pytest.mark.obligation("NB23-059")
def test_an_event_posted_over_rest_takes_the_same_path(
    system: System, batch: Batch, agencies: Agencies
) -> None:
    unit, agency = batch.take("titled", "330203"), agencies.get("rest-330203")
    body = encoded(agency.event(DECIDED, unit["code"], 1))

    stored = post(system, agency, body, agency.signed(body))
    seen = wait_for_status(system, unit, "normal", held=True)
    receipt = receipt_of(system, agency, stored)
    again = post(system, agency, body, agency.signed(body))
    bent = post(system, agency, body + b" ", agency.signed(body))
    refusal = receipt_of(system, agency, bent)
    nobody = system.http.post("/api/v1/triggers", content=body, headers={"sig": "x"})

    assert (stored.status_code, again.status_code) == (202, 202)
    assert again.json()["again"] is True
    assert seen["may_inspect"]
    assert receipt["verdict"] == "ACCEPTED"
    check_signature(agency.config, receipt)
    assert (refusal["verdict"], refusal["reason"]) == ("REJECTED", "signature")
    assert len(triggers_of(system, unit)) == 1
    assert nobody.status_code == 401


def post(system: System, agency: TestAgency, body: bytes, sig: str) -> httpx2.Response:
    return system.http.post(
        "/api/v1/triggers",
        content=body,
        headers={
            "authorization": f"Bearer {rest_key(agency)}",
            "sig": sig,
            "content-type": "application/cloudevents+json",
            "idempotency-key": uuid7().hex,
        },
    )


def rest_key(agency: TestAgency) -> str:
    return str(json.loads(agency.path.read_text(encoding="utf-8"))["rest_key"])


def receipt_of(system: System, agency: TestAgency, stored: httpx2.Response) -> Row:
    """The receipt, once it is there."""
    address = f"/api/v1/receipts/{agency.code}/{stored.json()['event_id']}"
    headers = {"authorization": f"Bearer {rest_key(agency)}"}

    def asked() -> httpx2.Response | None:
        answer = system.http.get(address, headers=headers)
        return answer if answer.status_code == 200 else None

    found = wait_until(asked, what="receipt")
    assert found is not None
    return dict(found.json())


def check_signature(config: AgencyConfig, receipt: Row) -> None:
    key = AgencyKey(
        config.receipt_kid, "office", "EdDSA", config.receipt_key, datetime(2000, 1, 1, tzinfo=UTC)
    )
    verify(
        receipt["receipt"].encode(), receipt["sig"], agency="office", keys={key.kid: key},
        at=datetime.now(UTC),
    )  # fmt: skip


ATTEMPTS: tuple[tuple[str, Callable[[Any], object]], ...] = (
    ("declare a queue", lambda c: c.queue_declare("mine")),
    ("declare an exchange", lambda c: c.exchange_declare("mine", "fanout")),
    ("bind the triggers", lambda c: c.queue_bind("feed", "triggers")),
    ("delete its feed", lambda c: c.queue_delete("feed")),
    ("purge the triggers", lambda c: c.queue_purge("triggers")),
    ("read the triggers", lambda c: c.basic_get("triggers")),
    ("read the dead", lambda c: c.basic_get("dead")),
    ("write receipts", lambda c: _publish(c, "receipts", "")),
    ("write its own feed", lambda c: _publish(c, "", "feed")),
)


def _publish(channel: Any, exchange: str, key: str) -> None:
    channel.confirm_select()
    channel.basic_publish_confirm(amqp.Message(b"{}"), exchange=exchange, routing_key=key)


@pytest.mark.obligation("NB23-059")
@pytest.mark.parametrize(("name", "attempt"), ATTEMPTS, ids=[name for name, _ in ATTEMPTS])
def test_an_agencys_user_may_do_nothing_else_in_its_own_house(
    strict: TestAgency, name: str, attempt: Callable[[Any], object]
) -> None:
    del name
    with connect(strict.config) as connection, pytest.raises(AMQPError) as refused:
        attempt(connection.channel())

    assert refused.value.reply_code == 403


@pytest.mark.obligation("NB23-059")
def test_an_agencys_user_enters_no_other_house(agencies: Agencies, strict: TestAgency) -> None:
    other = agencies.get("ldjc-330203").config.amqp_url.rpartition("/")[2]
    own = strict.config
    elsewhere = AgencyConfig(
        **(vars(own) | {"amqp_url": own.amqp_url.rpartition("/")[0] + "/" + other})
    )

    with pytest.raises(AMQPError):
        connect(elsewhere).close()


@pytest.mark.obligation("NB23-059")
def test_old_and_new_key_count_during_the_overlap_and_only_the_new_after_it(
    system: System, target: Row, agencies: Agencies
) -> None:
    agency, within = agencies.get("rotate-330203"), settings_of(system)
    number = iter(range(1, 9))

    def told(by: AgencyConfig) -> str:
        body = encoded(agency.event("arbitration.case_registered", target["code"], next(number)))
        return str(agency.raw(body, sign(body, kid=by.kid, key=by.key))[0]["verdict"])

    first = agency.config
    operator.rotate_key(agency.code, overlap_hours=1, within=within)
    second = AgencyConfig.load(agency.path)
    during = (told(first), told(second))
    operator.rotate_key(agency.code, overlap_hours=0, within=within)
    third = AgencyConfig.load(agency.path)
    after = (told(first), told(second), told(third))

    assert len({first.kid, second.kid, third.kid}) == 3
    assert during == ("ACCEPTED", "ACCEPTED")
    assert after == ("REJECTED", "REJECTED", "ACCEPTED")


@pytest.mark.obligation("NB23-059")
def test_a_revoked_agency_is_cut_off_at_once_by_both_doors(
    system: System, target: Row, agencies: Agencies
) -> None:
    agency = agencies.get("gone-330203")
    body = encoded(agency.event(DECIDED, target["code"], 1))
    with AgencyClient(agency.config) as client:
        client.send_raw(b"{}", None)  # connected, and heard

        operator.revoke(agency.code, reason="机构撤并", within=settings_of(system))

        wait_until(lambda: _cut_off(client), what="cut off")
    answer = post(system, agency, body, agency.signed(body))

    assert answer.status_code == 401
    assert triggers_of(system, target) == [] or all(
        row["agency"] != agency.code for row in triggers_of(system, target)
    )
    with pytest.raises((AMQPError, OSError)):
        connect(agency.config)


def _cut_off(client: AgencyClient) -> bool:
    try:
        client.send_raw(b"{}", None)
    except (AMQPError, OSError):
        return True
    return False


@pytest.mark.obligation("NB23-070", "NB23-073")
def test_the_feed_tells_those_agencies_whose_area_covers_the_unit(
    system: System, batch: Batch, agencies: Agencies
) -> None:
    inside, city = agencies.get("near-330203"), agencies.get("near-330200")
    outside = agencies.get("near-330281")
    unit, sender = batch.take("titled", "330203"), agencies.get("ldjc-330203")

    row = sender.accepted(DECIDED, unit["code"], case_number="监-流")
    wait_for_status(system, unit, "normal", held=True)
    heard = {one.code: _changes(one, unit, 1) for one in (inside, city)}
    dismiss(system, row["trigger_id"])
    wait_for_status(system, unit, "exempt")
    back = _changes(inside, unit, 1)

    for told in heard.values():
        states = {m["data"]["benefit"]: m["data"]["state"] for m in told}
        assert states["inspection_exempt"] == "suspended"
        assert all(m["data"]["clause"] for m in told)
    assert {m["data"]["state"] for m in back} == {"active"}
    assert [m for m in outside.feed() if m["subject"] == unit["unit_id"]] == []


def _changes(agency: TestAgency, unit: Row, at_least: int) -> list[Row]:
    found: list[Row] = []

    def enough() -> bool:
        found.extend(
            m
            for m in agency.feed()
            if m["type"] == "incentives.entitlement_changed" and m["subject"] == unit["unit_id"]
        )
        return len(found) >= at_least and any(
            m["data"]["benefit"] == "inspection_exempt" for m in found
        )

    wait_until(enough, what=f"entitlement changes in the feed of {agency.code}")
    return found
