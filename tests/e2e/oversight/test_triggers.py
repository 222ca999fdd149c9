"""Events of the agencies and what a person makes of them (NB23 二(五) 动态管理)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.sample import people
from shared.contracts import oversight as osi
from shared.contracts import oversight_feed as feed
from tests.support.agencies import TODAY, Agencies
from tests.support.batch import Batch, a_unit, status_of, wait_for_status
from tests.support.oversight import (
    CITY_CLERK,
    case,
    cases_of,
    confirm,
    refused,
    review_item,
)
from tests.support.system import System, enter
from tests.support.waiting import wait_until

FIVE_KINDS = (
    ("petition.case_registered", {"case_number": "信-1", "registered_on": TODAY}),
    (
        "labour_inspection.case_decided",
        {"case_number": "监-1", "decided_on": TODAY, "severity": "ordinary"},
    ),
    ("arbitration.case_registered", {"case_number": "仲-1", "registered_on": TODAY}),
    ("petition.group_visit", {"happened_on": TODAY, "people": 12, "impact": "small"}),
    ("incident.group", {"happened_on": TODAY, "people": 30, "impact": "small"}),
)


@pytest.mark.obligation("NB23-059")
def test_five_kinds_of_information_reach_the_unit_by_its_code_and_count_once(
    system: System, batch: Batch, agencies: Agencies
) -> None:
    unit, agency = batch.take("titled", "330203"), agencies.get("xfj-330203")
    ids = [agency.put(kind, unit["code"], **data) for kind, data in FIVE_KINDS]
    body = {row[1]: (row[2], row[3]) for row in agency.client.outbox.waiting()}

    answers = agency.answers()
    again = agency.raw(*body[ids[0]])

    assert [answers[i]["verdict"] for i in ids] == ["ACCEPTED"] * 5
    assert [(r["header"], r["trigger_id"]) for r in again] == [
        ("DUPLICATE", answers[ids[0]]["trigger_id"])
    ]
    listed = system.ask(feed.ListTriggers(unit_id=unit["unit_id"]), CITY_CLERK)["items"]
    assert sorted(row["type"] for row in listed) == sorted(kind for kind, _ in FIVE_KINDS)


@pytest.mark.obligation("NB23-059")
def test_an_event_of_an_unknown_unit_is_listed_and_judged_once_the_unit_is_entered(
    system: System, batch: Batch, agencies: Agencies
) -> None:
    newcomer, agency = a_unit("330203", 31**4 * 15 + 1), agencies.get("xfj-330203")
    row = agency.tell("petition.case_registered", newcomer.code, **FIVE_KINDS[0][1])
    [stored] = agency.client.outbox.file.execute(
        "SELECT body FROM event WHERE id = ?", (row["event_id"],)
    ).fetchone()

    listed = system.ask(feed.ListUnmatched(), CITY_CLERK)["items"]
    entered = enter(system, newcomer, datetime.now(UTC))
    second = agency.receipts_of(stored)

    assert (row["verdict"], row["reason"], row["trigger_id"]) == ("HELD", "unknown_unit", "")
    assert newcomer.code in [one["subject"] for one in listed]
    assert [(r["verdict"], r["number"]) for r in second] == [("ACCEPTED", 2)]
    left = system.ask(feed.ListUnmatched(), CITY_CLERK)["items"]
    assert newcomer.code not in [one["subject"] for one in left]
    assert review_item(system, second[0]["trigger_id"])["unit_id"] == entered["unit_id"]


@pytest.mark.obligation("NB23-062", "NB23-068")
def test_a_confirmed_major_violation_opens_an_exit_case_at_once(
    system: System, batch: Batch, agencies: Agencies
) -> None:
    unit, agency = batch.take("titled", "330203"), agencies.get("ldjc-330203")
    row = agency.accepted("labour_inspection.case_decided", unit["code"], severity="major")
    before, began = cases_of(system, unit), datetime.now(UTC)

    answer = confirm(system, row["trigger_id"], severity="major")

    opened = case(system, answer["case_ids"][0])
    at = datetime.fromisoformat(opened["opened_at"])
    assert before == []  # the feed alone opens nothing
    assert (answer["outcome"], opened["ground_text"]) == ("case", "重大劳动保障违法行为")
    assert began - timedelta(seconds=1) <= at <= datetime.now(UTC) + timedelta(seconds=1)
    assert (opened["status"], opened["node"], opened["days_open"]) == ("open", people.CITY, 0)
    assert opened["node_name"]
    assert opened["waits_for"]


@pytest.mark.obligation("NB23-062")
def test_an_ordinary_violation_is_a_warning_and_no_case(
    system: System, batch: Batch, agencies: Agencies
) -> None:
    unit, agency = batch.take("titled", "330203"), agencies.get("ldjc-330203")
    row = agency.accepted("labour_inspection.case_decided", unit["code"], severity="major")

    answer = confirm(system, row["trigger_id"], severity="ordinary")

    assert (answer["outcome"], answer["case_ids"]) == ("warning", [])
    assert cases_of(system, unit) == []


@pytest.mark.obligation("NB23-063")
def test_a_group_incident_leads_to_exit_only_when_a_person_finds_considerable_impact(
    system: System, batch: Batch, agencies: Agencies
) -> None:
    unit, agency = batch.take("titled", "330203"), agencies.get("xfj-330203")

    small = agency.accepted("incident.group", unit["code"], impact="small")
    after_small = (cases_of(system, unit), status_of(system, unit)["status"])
    grave = agency.accepted("incident.group", unit["code"], impact="considerable")
    answer = confirm(system, grave["trigger_id"], impact="considerable")

    assert after_small == ([], "exempt")
    assert "提醒" in _trigger(system, small)["says"]
    warned = _timeline(system, unit)
    assert any("不启动退出程序" in line for line in warned)
    assert (answer["outcome"], len(cases_of(system, unit))) == ("case", 1)


@pytest.mark.obligation("NB23-064")
def test_a_confirmed_extreme_incident_opens_a_case_with_its_ground(
    system: System, batch: Batch, agencies: Agencies
) -> None:
    unit, agency = batch.take("titled", "330203"), agencies.get("yjj-330203")
    row = agency.accepted("incident.extreme", unit["code"])

    answer = confirm(system, row["trigger_id"])

    assert (answer["outcome"], answer["ground_text"]) == ("case", "极端恶性事件")
    assert case(system, answer["case_ids"][0])["ground_text"] == "极端恶性事件"


@pytest.mark.obligation("NB23-065")
def test_a_minor_accident_is_a_warning_a_major_one_leads_to_exit(
    system: System, batch: Batch, agencies: Agencies
) -> None:
    unit, agency = batch.take("titled", "330203", "site"), agencies.get("yjj-330203")

    agency.accepted("safety.accident", unit["code"], grade="minor")
    after_minor = (cases_of(system, unit), status_of(system, unit)["status"])
    major = agency.accepted("safety.accident", unit["code"], grade="major")
    answer = confirm(system, major["trigger_id"], grade="major")

    assert after_minor == ([], "exempt")
    assert any("未达重大等级" in line for line in _timeline(system, unit))
    assert (answer["outcome"], answer["ground_text"]) == ("case", "重大安全生产事故")


@pytest.mark.obligation("NB23-066")
def test_a_confirmed_occupational_accident_opens_a_case(
    system: System, batch: Batch, agencies: Agencies
) -> None:
    unit, agency = batch.take("titled", "330203"), agencies.get("yjj-330203")
    row = agency.accepted(
        "health.occupational_accident", unit["code"], happened_on=TODAY, severity="major"
    )

    answer = confirm(system, row["trigger_id"])

    assert (answer["outcome"], answer["ground_text"]) == ("case", "职业危害事故")


@pytest.mark.obligation("NB23-067")
def test_negative_opinion_waits_for_a_person_who_finds_cause_and_impact(
    system: System, batch: Batch, agencies: Agencies
) -> None:
    unit, agency = batch.take("titled", "330203"), agencies.get("wxb-330203")
    row = agency.accepted("opinion.negative", unit["code"], impact="grave")

    waiting = review_item(system, row["trigger_id"])
    untouched = (cases_of(system, unit), status_of(system, unit)["status"])
    unclear = refused(
        system, osi.ConfirmTrigger(trigger_id=row["trigger_id"], remark="属实"), CITY_CLERK
    )
    answer = confirm(system, row["trigger_id"], impact="considerable", caused_by_unit=True)

    assert (waiting["state"], waiting["effect"]) == ("pending", "review")
    assert untouched == ([], "exempt")  # never by the feed alone, whatever it says of impact
    assert (unclear.status, unclear.code) == (422, "fact_unknown")
    assert (answer["outcome"], answer["ground_text"]) == ("case", "负面网络舆情")
    wait_for_status(system, unit, "normal", held=True)


def test_the_fifty_first_suspension_of_an_agency_in_an_hour_holds_and_asks_a_person(
    system: System, batch: Batch, agencies: Agencies
) -> None:
    unit, agency = batch.take("creating", "330226"), agencies.get("brake-330226")
    ids = [
        agency.put("labour_inspection.case_decided", unit["code"], case_number=f"监-{n}")
        for n in range(52)
    ]

    answers = agency.answers()

    assert {answers[i]["verdict"] for i in ids} == {"ACCEPTED"}
    listed = system.ask(feed.ListTriggers(unit_id=unit["unit_id"], limit=100), CITY_CLERK)["items"]
    asked = {row["event_id"] for row in listed if row["needs_confirmation"]}
    assert asked == set(ids[50:])
    assert all(row["hold_id"] for row in listed)  # beyond the brake the hold stands all the same
    alarms = system.ask(feed.ListFeedAlarms(agency=agency.code), CITY_CLERK)["items"]
    assert "mass_suspension" in [alarm["kind"] for alarm in alarms]


def _trigger(system: System, row: dict[str, Any]) -> dict[str, Any]:
    return dict(system.ask(feed.GetTrigger(trigger_id=row["trigger_id"]), CITY_CLERK))


def _timeline(system: System, unit: dict[str, Any]) -> list[str]:
    found = system.ask(osi.GetTimeline(unit_id=unit["unit_id"]), CITY_CLERK)
    return [entry["says"] for entry in wait_until(lambda: found["entries"], what="timeline")]
