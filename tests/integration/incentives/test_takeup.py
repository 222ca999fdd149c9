"""Take-up of 三(二): each row's own example, and who may do what."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from services.incentives.handlers import checking, needs, reading, seating, takeup, visiting
from shared.contracts import incentives as say
from shared.contracts.incentives_words import (
    CallKind,
    Purpose,
    ServiceKind,
    SubsidyKind,
    SubsidyOutcome,
)
from shared.contracts.message import Actor
from shared.contracts.refusals import Refused
from tests.integration.incentives.town import (
    NOON,
    TODAY,
    Town,
    entered,
    held,
    recognised,
    revoked,
    titled,
)

ROUTINE = Purpose.LABOUR_INSPECTION_ROUTINE
LATER = TODAY + timedelta(days=60)
PLANNER = Actor(id="user_planner", name="计划员", node="330200", roles=("planner",))


def own_user(unit_id: str) -> Actor:
    return Actor(id=f"user_{unit_id}", name="单位用户", roles=("unit",), unit_id=unit_id)


def declare(town: Town, unit_id: str) -> None:
    command = say.DeclareLabourNeed(unit_id=unit_id, headcount=20, posts="焊工", until_on=LATER)
    needs.declare_labour_need(town.tx(), command)


def a_call(town: Town, kind: CallKind, seats: int = 1) -> str:
    command = say.OpenCall(kind=kind, title="赴贵州招工", seats=seats, on=LATER)
    return seating.open_call(town.tx(), command).id


def apply(town: Town, call_id: str, unit_id: str, minutes: int = 0, person: str = "") -> None:
    tx = town.tx(now=NOON + timedelta(minutes=minutes))
    seating.apply_to_call(tx, say.ApplyToCall(call_id=call_id, unit_id=unit_id, person=person))


def places(town: Town, call_id: str) -> dict[str, str]:
    sheet = seating.allocate_call(town.tx(), say.AllocateCall(call_id=call_id))
    return {seat.unit_id: seat.place for seat in sheet.seats}


@pytest.mark.obligation("NB23-087")
def test_without_a_declared_need_recruitment_service_is_not_offered_first(town: Town) -> None:
    town.city_enterprise("u1")
    command = say.UnitBenefits(unit_id="u1")
    before = {b.benefit: b for b in reading.unit_benefits(town.tx(), command).benefits}

    declare(town, "u1")

    after = {b.benefit: b for b in reading.unit_benefits(town.tx(), command).benefits}
    assert (before["policy_advice"].enjoys, before["policy_advice"].state) == (False, "none")
    assert before["policy_advice"].why
    assert (after["policy_advice"].enjoys, after["policy_advice"].state) == (True, "active")


@pytest.mark.obligation("NB23-087")
def test_units_with_title_and_need_stand_first_in_the_service_queue(town: Town) -> None:
    town.says(entered("plain"))
    town.city_enterprise("u1")
    declare(town, "u1")
    for minute, unit_id in enumerate(("plain", "u1")):
        takeup.request_service(
            town.tx(now=NOON + timedelta(minutes=minute)),
            say.RequestService(unit_id=unit_id, kind=ServiceKind.RECRUITMENT, matter="招工"),
        )

    queue = takeup.service_queue(town.tx(), say.ServiceQueue())

    assert [(row.unit_id, row.priority) for row in queue] == [("u1", True), ("plain", False)]


@pytest.mark.obligation("NB23-088")
def test_the_only_seat_goes_to_the_eligible_unit_and_not_to_one_without_need(town: Town) -> None:
    town.says(entered("plain"))
    town.city_enterprise("needy")
    town.city_enterprise("needless")
    declare(town, "needy")
    call_id = a_call(town, CallKind.RECRUITING_TRIP)
    for minute, unit_id in enumerate(("plain", "needless", "needy")):
        apply(town, call_id, unit_id, minute)

    found = places(town, call_id)

    assert found == {"needy": "seated", "plain": "waiting", "needless": "not_offered"}


def test_a_call_is_allocated_once(town: Town) -> None:
    call_id = a_call(town, CallKind.RECRUITING_TRIP)
    places(town, call_id)

    with pytest.raises(Refused) as refused:
        places(town, call_id)

    assert refused.value.code == "call_allocated"


@pytest.mark.obligation("NB23-090")
def test_eligible_applicants_are_marked_in_the_export(town: Town) -> None:
    town.says(entered("plain"))
    town.city_enterprise("site", kind="site")
    call_id = a_call(town, CallKind.INJURY_PROJECT, seats=5)
    apply(town, call_id, "plain")
    apply(town, call_id, "site", 1)

    sheet = seating.export_call(town.tx(), say.ExportCall(call_id=call_id))

    assert [(s.unit_id, s.priority) for s in sheet.seats] == [("site", 1), ("plain", 0)]


def test_a_suspended_unit_has_no_priority_while_it_is_held(town: Town) -> None:
    town.city_enterprise("u1")
    town.says(held("u1"))
    call_id = a_call(town, CallKind.INJURY_PROJECT)
    apply(town, call_id, "u1")

    sheet = seating.export_call(town.tx(), say.ExportCall(call_id=call_id))

    assert [(s.priority, s.place) for s in sheet.seats] == [(0, "applied")]


@pytest.mark.obligation("NB23-095")
def test_coordinators_of_eligible_enterprises_are_never_behind_others(town: Town) -> None:
    town.says(entered("plain"))
    town.city_enterprise("firm")
    town.city_enterprise("site", kind="site")
    call_id = a_call(town, CallKind.COORDINATOR_COURSE, seats=2)
    apply(town, call_id, "plain", 0, "张三")
    apply(town, call_id, "site", 1, "李四")
    apply(town, call_id, "firm", 2, "王五")

    found = places(town, call_id)

    assert found == {"firm": "seated", "plain": "seated", "site": "waiting"}


def test_a_course_needs_the_coordinators_name(town: Town) -> None:
    town.city_enterprise("firm")
    call_id = a_call(town, CallKind.COORDINATOR_COURSE)

    with pytest.raises(Refused) as refused:
        apply(town, call_id, "firm")

    assert refused.value.code == "person_missing"


@pytest.mark.obligation("NB23-091")
def test_a_refund_shows_kind_date_and_amount_in_the_units_file(town: Town) -> None:
    town.city_enterprise("u1")
    applied = say.RecordSubsidy(
        unit_id="u1", kind=SubsidyKind.JOB_STABILISATION, applied_on=date(2026, 2, 1)
    )
    pending = takeup.record_subsidy(town.tx(), applied)

    takeup.record_subsidy(
        town.tx(),
        applied.model_copy(
            update={
                "subsidy_id": pending.subsidy_id,
                "outcome": SubsidyOutcome.GRANTED,
                "amount": "12000.50",
            }
        ),
    )

    sheet = reading.unit_benefits(town.tx(), say.UnitBenefits(unit_id="u1"))
    told = [(s.kind, s.applied_on, s.outcome, s.amount) for s in sheet.subsidies]
    assert told == [("job_stabilisation", date(2026, 2, 1), "granted", "12000.50")]


@pytest.mark.parametrize(
    ("holds", "code"), [((), "no_right_to_subsidy"), (("on_its_way",), "not_caught_up")]
)
def test_nothing_is_paid_past_a_hold(town: Town, holds: tuple[str, ...], code: str) -> None:
    town.city_enterprise("u1")
    if not holds:
        town.says(held("u1"))
    command = say.RecordSubsidy(
        unit_id="u1",
        kind=SubsidyKind.TRAINING,
        applied_on=TODAY,
        outcome=SubsidyOutcome.GRANTED,
        amount="1",
        known_holds=holds,
    )

    with pytest.raises(Refused) as refused:
        takeup.record_subsidy(town.tx(), command)

    assert refused.value.code == code


@pytest.mark.obligation("NB23-092")
@pytest.mark.parametrize(("days", "listed"), [(29, []), (30, ["firm"])])
def test_after_thirty_days_a_named_enterprise_without_contact_is_listed(
    town: Town, days: int, listed: list[str]
) -> None:
    town.says(entered("firm"), titled("firm", on=TODAY - timedelta(days=days)))
    town.says(
        entered("site", kind="site"), titled("site", on=TODAY - timedelta(days=days))
    )  # 示范企业 only: A-55

    missing = takeup.contacts_missing(town.tx(), say.ContactsMissing())

    assert [row.unit_id for row in missing] == listed


def test_a_contact_takes_the_enterprise_off_the_list(town: Town) -> None:
    town.city_enterprise("firm")
    takeup.assign_contact(town.tx(), say.AssignContact(unit_id="firm", contact="陈某"))

    assert takeup.contacts_missing(town.tx(), say.ContactsMissing()) == []


def test_an_officer_may_open_an_enterprise_service_to_a_site_with_a_reason(town: Town) -> None:
    town.city_enterprise("site", kind="site")
    contact = say.AssignContact(unit_id="site", contact="陈某")
    with pytest.raises(Refused) as refused:
        takeup.assign_contact(town.tx(), contact)

    command = say.WidenBenefit(unit_id="site", benefit="contact", reason="重点工程")
    needs.widen_benefit(town.tx(), command)

    assert refused.value.code == "no_right_to_contact"
    assert takeup.assign_contact(town.tx(), contact).id == "site"


def test_what_the_text_gives_to_all_kinds_cannot_be_widened(town: Town) -> None:
    town.city_enterprise("park", kind="park")

    with pytest.raises(Refused) as refused:
        needs.widen_benefit(
            town.tx(), say.WidenBenefit(unit_id="park", benefit="contact", reason="想要")
        )

    assert refused.value.code == "cannot_be_widened"


@pytest.mark.obligation("NB23-093")
def test_the_unit_can_read_a_closed_diagnosis_and_not_an_open_one(town: Town) -> None:
    town.city_enterprise("firm")
    for closed in (True, False):
        command = say.RecordDiagnosis(
            unit_id="firm",
            visited_on=TODAY,
            expert="专家甲",
            findings="缺工 12 人",
            advice="校企合作",
            closed=closed,
        )
        visiting.record_diagnosis(town.tx(), command)

    seen = visiting.read_diagnoses(town.tx(own_user("firm")), say.ReadDiagnoses(unit_id="firm"))

    assert [(row.findings, row.closed) for row in seen] == [("缺工 12 人", True)]


def test_a_units_user_sees_no_other_unit(town: Town) -> None:
    town.city_enterprise("firm")

    with pytest.raises(Refused) as refused:
        visiting.read_diagnoses(town.tx(own_user("other")), say.ReadDiagnoses(unit_id="firm"))

    assert refused.value.status == 404


@pytest.mark.obligation("NB23-094")
def test_legal_service_marks_an_eligible_enterprise_and_no_other(town: Town) -> None:
    town.city_enterprise("firm")
    town.says(entered("plain"), recognised("plain"))

    marks = [
        takeup.request_legal_service(
            town.tx(), say.RequestLegalService(unit_id=unit_id, matter="用工合规")
        ).priority
        for unit_id in ("firm", "plain")
    ]

    assert marks == [True, False]


def test_a_request_is_closed_once(town: Town) -> None:
    town.city_enterprise("firm")
    row = takeup.request_legal_service(
        town.tx(), say.RequestLegalService(unit_id="firm", matter="用工合规")
    )
    command = say.CloseService(
        request_id=row.request_id, provider="法援中心", served_on=TODAY, outcome="已解答"
    )
    takeup.close_service(town.tx(), command)

    with pytest.raises(Refused) as refused:
        takeup.close_service(town.tx(), command)

    assert refused.value.code == "request_closed"
    assert takeup.service_queue(town.tx(), say.ServiceQueue()) == []


@pytest.mark.obligation("NB23-096")
def test_of_ten_eligible_units_seven_visited_three_are_due(town: Town) -> None:
    for n in range(10):
        town.city_enterprise(f"u{n}", kind="site" if n % 2 else "enterprise")
    plan = say.PlanVisit(unit_id="u0", body="市仲裁院", planned_on=TODAY, topic="政策调研")
    planned = visiting.plan_visit(town.tx(), plan)
    done = {"visited_on": TODAY, "topic": "政策调研", "advice": "完善调解组织", "body": "市仲裁院"}
    visiting.log_visit(town.tx(), say.LogVisit(visit_id=planned.visit_id, **done))
    for n in range(1, 7):
        visiting.log_visit(town.tx(), say.LogVisit(unit_id=f"u{n}", **done))

    year = visiting.visits_due(town.tx(), say.VisitsDue(year=2026))

    assert (year.eligible, year.visited) == (10, 7)
    assert [row.unit_id for row in year.due] == ["u7", "u8", "u9"]


@pytest.mark.obligation("NB23-100")
def test_award_nominations_hold_all_kinds_and_no_revoked_unit(town: Town) -> None:
    for kind in ("enterprise", "site", "park", "township", "industry"):
        town.city_enterprise(kind, kind=kind)
    town.city_enterprise("gone")
    town.says(revoked("gone"))
    town.says(entered("district_only"), titled("district_only", level="district"))

    made = reading.award_nominations(town.tx(), say.AwardNominations(on=TODAY))
    before = reading.award_nominations(
        town.tx(), say.AwardNominations(on=TODAY - timedelta(days=1))
    )

    named = {row.unit_id for row in made.items}
    assert named == {"enterprise", "site", "park", "township", "industry"}
    assert made.clause == "NB23:三(四).1"
    assert {row.unit_id for row in before.items} == named | {"gone"}


def test_a_planner_may_not_do_an_officers_acts(town: Town) -> None:
    town.city_enterprise("firm")
    command = say.OpenCall(kind=CallKind.RECRUITING_TRIP, title="招工", seats=1, on=LATER)

    with pytest.raises(Refused) as refused:
        seating.open_call(town.tx(PLANNER), command)

    assert (refused.value.code, refused.value.status) == ("not_allowed", 403)


def test_entitlements_are_listed_by_key(town: Town) -> None:
    for n in range(3):
        town.city_enterprise(f"u{n}")
    command = say.ListEntitlements(benefit="inspection_exempt", state="active", limit=2)

    first = reading.list_entitlements(town.tx(), command)
    second = reading.list_entitlements(
        town.tx(), command.model_copy(update={"after": first.next_after})
    )

    found = [row.unit_id for row in (*first.items, *second.items)]
    assert sorted(found) == ["u0", "u1", "u2"]
    assert (len(first.items), second.next_after) == (2, "")


def test_the_barrier_tells_what_is_applied(town: Town) -> None:
    town.city_enterprise("u1")
    town.says(held("u1"))

    facts = reading.barrier(town.tx(), say.Barrier(message_ids=("evt_never",)))

    assert (facts.missing, facts.units, facts.titles, facts.open_holds) == (["evt_never"], 1, 1, 1)
    assert facts.suspended > 0


def test_a_district_does_not_allocate_or_export_the_citys_call(town: Town) -> None:
    call_id = a_call(town, CallKind.RECRUITING_TRIP)
    haishu = Actor(id="user_haishu", name="海曙经办", node="330203", roles=("clerk",))

    assert [row.call_id for row in seating.list_calls(town.tx(haishu), say.ListCalls())] == [
        call_id
    ]
    for act, command in (
        (seating.allocate_call, say.AllocateCall(call_id=call_id)),
        (seating.export_call, say.ExportCall(call_id=call_id)),
    ):
        with pytest.raises(Refused) as refused:
            act(town.tx(haishu), command)  # type: ignore[arg-type]
        assert refused.value.status == 403


def test_a_units_user_asks_about_no_other_units(town: Town) -> None:
    town.city_enterprise("firm")
    user = own_user("firm").model_copy(update={"node": "330203"})

    for act, command in (
        (checking.entitlement_checks, say.EntitlementChecks(purpose=ROUTINE, codes=("x",))),
        (reading.list_entitlements, say.ListEntitlements()),
        (takeup.service_queue, say.ServiceQueue()),
        (visiting.visits_due, say.VisitsDue(year=2026)),
    ):
        with pytest.raises(Refused) as refused:
            act(town.tx(user), command)  # type: ignore[arg-type]
        assert refused.value.code == "not_allowed"


def test_a_decision_is_read_where_its_unit_is_seen(town: Town) -> None:
    town.city_enterprise("firm")
    told = reading.timeline(town.tx(), say.Timeline(unit_id="firm"))
    command = say.ReadDecision(decision_id=told[0].decision_id)
    stranger = Actor(id="user_yinzhou", name="鄞州经办", node="330212", roles=("clerk",))

    chain = reading.read_decision(town.tx(own_user("firm")), command)

    assert (chain["subject"], chain["outcome"]) == ("firm", "granted")
    with pytest.raises(Refused) as refused:
        reading.read_decision(town.tx(stranger), command)
    assert refused.value.status == 404
