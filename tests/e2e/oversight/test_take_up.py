"""Services, seats, subsidies and visits, eligible units first (NB23 三(二) 提供精准服务)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from deploy.sample import people
from deploy.sample.chain import user_of
from deploy.sample.story import law_today
from shared.contracts import incentives as inc
from shared.contracts.incentives_words import CallKind, ServiceKind, SubsidyKind, SubsidyOutcome
from tests.support.batch import Batch, Row, wait_for_status
from tests.support.oversight import refused
from tests.support.system import System

HERE = "330281"
CLERK = people.clerk(HERE)
SOON = law_today() + timedelta(days=20)


@pytest.fixture(scope="module")
def firms(system: System, batch: Batch) -> list[Row]:
    """Titled enterprises of the district; nothing ever stands against them."""
    found = [u for u in batch.all_of("titled", HERE) if u["kind"] == "enterprise"]
    for unit in found:
        wait_for_status(system, unit, "exempt")
    return found


@pytest.fixture(scope="module")
def site(system: System, batch: Batch) -> Row:
    """A titled site of the district."""
    found = next(u for u in batch.all_of("titled", HERE) if u["kind"] == "site")
    wait_for_status(system, found, "exempt")
    return found


@pytest.fixture(scope="module")
def plain(batch: Batch) -> Row:
    """An enterprise of the district without any standing."""
    return batch.all_of("entered", HERE)[0]


def declare_need(system: System, unit: Row) -> None:
    command = inc.DeclareLabourNeed(
        unit_id=unit["unit_id"], headcount=30, posts="装配工", until_on=SOON
    )
    system.ask(command, user_of(unit))


def withdraw_need(system: System, unit: Row) -> None:
    system.ask(inc.WithdrawLabourNeed(unit_id=unit["unit_id"]), user_of(unit))


def enjoyed(system: System, unit: Row) -> dict[str, bool]:
    sheet = system.ask(inc.UnitBenefits(unit_id=unit["unit_id"]), CLERK)
    return {b["benefit"]: b["enjoys"] for b in sheet["benefits"]}


def a_call(system: System, kind: CallKind, seats: int = 1) -> str:
    command = inc.OpenCall(kind=kind, title="测试活动", seats=seats, on=SOON)
    return str(system.ask(command, CLERK)["id"])


def apply(system: System, call_id: str, unit: Row, person: str = "") -> None:
    command = inc.ApplyToCall(
        call_id=call_id, unit_id=unit["unit_id"], person=person, content="申报内容"
    )
    system.ask(command, user_of(unit))


def places(sheet: Row) -> dict[str, tuple[str, int]]:
    return {seat["unit_id"]: (seat["place"], seat["priority"]) for seat in sheet["seats"]}


@pytest.mark.obligation("NB23-087")
def test_priority_service_is_offered_only_with_a_declared_need_and_then_comes_first(
    system: System, firms: list[Row], plain: Row
) -> None:
    unit = firms[0]

    def ask(who: Row) -> Row:
        command = inc.RequestService(
            unit_id=who["unit_id"], kind=ServiceKind.RECRUITMENT, matter="招聘服务"
        )
        return dict(system.ask(command, user_of(who)))

    without = (enjoyed(system, unit)["policy_advice"], ask(unit))
    ordinary = ask(plain)
    declare_need(system, unit)
    with_need = (enjoyed(system, unit)["policy_advice"], ask(unit))
    queue = system.ask(inc.ServiceQueue(kind=ServiceKind.RECRUITMENT), CLERK)["items"]
    withdraw_need(system, unit)

    assert (without[0], without[1]["priority"]) == (False, False)
    assert "用工需求" in without[1]["why"]
    assert (with_need[0], with_need[1]["priority"]) == (True, True)
    order = [row["request_id"] for row in queue]
    last, first = with_need[1]["request_id"], ordinary["request_id"]
    assert order.index(last) < order.index(first)  # asked last, served first
    assert enjoyed(system, unit)["policy_advice"] is False


@pytest.mark.obligation("NB23-088")
def test_the_one_seat_of_a_trip_goes_to_the_eligible_enterprise_with_a_need(
    system: System, firms: list[Row], plain: Row
) -> None:
    needy, without = firms[1], firms[2]
    call = a_call(system, CallKind.RECRUITING_TRIP)
    declare_need(system, plain)
    declare_need(system, needy)
    for unit in (plain, without, needy):
        apply(system, call, unit)

    got = places(system.ask(inc.AllocateCall(call_id=call), CLERK))
    withdraw_need(system, needy)

    assert got[needy["unit_id"]] == ("seated", 1)
    assert got[plain["unit_id"]] == ("waiting", 0)
    assert got[without["unit_id"]][0] == "not_offered"


@pytest.mark.obligation("NB23-090")
def test_the_exported_applicants_of_an_injury_project_show_priority(
    system: System, firms: list[Row], site: Row, plain: Row
) -> None:
    call = a_call(system, CallKind.INJURY_PROJECT, seats=5)
    for unit in (plain, firms[0], site):
        apply(system, call, unit)

    exported = places(system.ask(inc.ExportCall(call_id=call), CLERK))

    assert {key: priority for key, (_, priority) in exported.items()} == {
        plain["unit_id"]: 0, firms[0]["unit_id"]: 1, site["unit_id"]: 1,
    }  # fmt: skip


@pytest.mark.obligation("NB23-095")
def test_coordinators_of_eligible_enterprises_are_not_behind_others_in_a_full_course(
    system: System, firms: list[Row], site: Row, plain: Row
) -> None:
    call = a_call(system, CallKind.COORDINATOR_COURSE, seats=2)
    for unit, person in ((plain, "甲"), (site, "乙"), (firms[0], "丙"), (firms[1], "丁")):
        apply(system, call, unit, person)

    got = places(system.ask(inc.AllocateCall(call_id=call), CLERK))

    assert [got[u["unit_id"]][0] for u in firms[:2]] == ["seated", "seated"]
    assert got[plain["unit_id"]] == ("waiting", 0)
    assert got[site["unit_id"]] == ("waiting", 0)  # this sentence names enterprises only


@pytest.mark.obligation("NB23-091")
def test_three_kinds_of_subsidy_are_held_with_date_and_amount_and_a_person_decides(
    system: System, firms: list[Row], plain: Row
) -> None:
    unit, applied = firms[3], date(2026, 3, 2)
    amounts = {
        SubsidyKind.TRAINING: "12000.00",
        SubsidyKind.JOB_STABILISATION: "86500.50",
        SubsidyKind.SOCIAL_INSURANCE: "4300.00",
    }
    for kind, amount in amounts.items():
        asked = inc.RecordSubsidy(unit_id=unit["unit_id"], kind=kind, applied_on=applied)
        pending = system.ask(asked, CLERK)
        assert pending["outcome"] == "pending"  # nothing is granted by itself
        granted = {
            "subsidy_id": pending["subsidy_id"], "outcome": SubsidyOutcome.GRANTED,
            "amount": amount,
        }  # fmt: skip
        system.ask(asked.model_copy(update=granted), CLERK)

    sheet = system.ask(inc.UnitBenefits(unit_id=unit["unit_id"]), user_of(unit))
    no_title = inc.RecordSubsidy(
        unit_id=plain["unit_id"], kind=SubsidyKind.TRAINING, applied_on=applied,
        outcome=SubsidyOutcome.GRANTED, amount="100.00",
    )  # fmt: skip

    shown = {s["kind"]: (s["applied_on"], s["outcome"], s["amount"]) for s in sheet["subsidies"]}
    assert shown == {k.value: ("2026-03-02", "granted", a) for k, a in amounts.items()}
    assert refused(system, no_title, CLERK).code == "no_right_to_subsidy"


@pytest.mark.obligation("NB23-092")
def test_a_named_enterprise_without_a_contact_after_thirty_days_is_listed_a_site_is_not(
    system: System, firms: list[Row], site: Row
) -> None:
    unit = firms[0]

    def missing(on: date) -> set[str]:
        rows = system.ask(inc.ContactsMissing(on=on), CLERK)["items"]
        return {row["unit_id"] for row in rows}

    named_on = date(2025, 10, 28)
    early, due = missing(named_on + timedelta(days=29)), missing(named_on + timedelta(days=30))
    contact = inc.AssignContact(unit_id=unit["unit_id"], contact="周联络", phone="0574-00000000")
    system.ask(contact, CLERK)
    after = missing(law_today())
    of_site = refused(system, contact.model_copy(update={"unit_id": site["unit_id"]}), CLERK)

    assert unit["unit_id"] not in early
    assert unit["unit_id"] in due
    assert site["unit_id"] not in due
    assert unit["unit_id"] not in after
    assert firms[1]["unit_id"] in after
    assert of_site.code == "no_right_to_contact"


@pytest.mark.obligation("NB23-093")
def test_a_closed_diagnosis_is_readable_by_its_enterprise_and_by_no_other(
    system: System, firms: list[Row], site: Row
) -> None:
    unit, other = firms[0], firms[1]
    visit = inc.RecordDiagnosis(
        unit_id=unit["unit_id"], visited_on=law_today(), expert="王专家",
        findings="加班偏多，工时台账不全。", advice="调整班次，补齐台账。", closed=False,
    )  # fmt: skip
    read = inc.ReadDiagnoses(unit_id=unit["unit_id"])
    begun = system.ask(visit, CLERK)
    while_open = system.ask(read, user_of(unit))["items"]

    closing = {"diagnosis_id": begun["id"], "closed": True}
    system.ask(visit.model_copy(update=closing), CLERK)

    [row] = system.ask(read, user_of(unit))["items"]
    assert while_open == []
    assert (row["findings"], row["advice"]) == (visit.findings, visit.advice)
    assert row["visited_on"] == law_today().isoformat()
    assert refused(system, read, user_of(other)).status == 404
    no_right = refused(system, visit.model_copy(update={"unit_id": site["unit_id"]}), CLERK)
    assert no_right.code == "no_right_to_service"


@pytest.mark.obligation("NB23-094")
def test_a_request_for_legal_service_has_priority_for_eligible_enterprises_only(
    system: System, firms: list[Row], site: Row, plain: Row
) -> None:
    def ask(who: Row) -> Row:
        command = inc.RequestLegalService(unit_id=who["unit_id"], matter="集体合同审查")
        return dict(system.ask(command, user_of(who)))

    ordinary, of_site, eligible = ask(plain), ask(site), ask(firms[0])
    queue = system.ask(inc.ServiceQueue(kind=ServiceKind.LEGAL), CLERK)["items"]
    done = inc.CloseService(
        request_id=eligible["request_id"], provider="余姚市公共法律服务中心",
        served_on=law_today(), outcome="已出具书面意见",
    )  # fmt: skip
    system.ask(done, CLERK)
    left = system.ask(inc.ServiceQueue(kind=ServiceKind.LEGAL), CLERK)["items"]

    assert [r["priority"] for r in (ordinary, of_site, eligible)] == [False, False, True]
    order = [row["request_id"] for row in queue]
    assert order.index(eligible["request_id"]) < order.index(ordinary["request_id"])
    assert eligible["request_id"] not in [row["request_id"] for row in left]
    assert refused(system, done, CLERK).code == "request_closed"


@pytest.mark.obligation("NB23-096")
def test_eligible_units_not_yet_visited_this_year_are_listed_as_due(
    system: System, firms: list[Row], site: Row, plain: Row
) -> None:
    year = law_today().year
    due = inc.VisitsDue(year=year)
    before = system.ask(due, CLERK)
    planned = system.ask(_plan(firms[0]), CLERK)

    log = inc.LogVisit(
        visit_id=planned["visit_id"], visited_on=law_today(), topic="劳动争议预防",
        advice="完善内部调解组织。",
    )  # fmt: skip
    visit = system.ask(log, CLERK)
    unplanned = log.model_copy(
        update={"visit_id": "", "unit_id": site["unit_id"], "body": "余姚市劳动人事争议仲裁院"}
    )
    system.ask(unplanned, CLERK)
    after = system.ask(due, CLERK)

    mine = {u["unit_id"] for u in [*firms, site]}
    assert mine <= {row["unit_id"] for row in before["due"]}
    assert (after["eligible"], after["visited"]) == (before["eligible"], before["visited"] + 2)
    assert {row["unit_id"] for row in before["due"]} - {row["unit_id"] for row in after["due"]} == {
        firms[0]["unit_id"], site["unit_id"],
    }  # fmt: skip
    assert (visit["topic"], visit["advice"]) == ("劳动争议预防", "完善内部调解组织。")
    assert refused(system, _plan(plain), CLERK).code == "no_right_to_service"


def _plan(unit: Row) -> inc.PlanVisit:
    return inc.PlanVisit(
        unit_id=unit["unit_id"], body="余姚市劳动人事争议仲裁院", planned_on=law_today(),
        topic="劳动争议预防",
    )  # fmt: skip
