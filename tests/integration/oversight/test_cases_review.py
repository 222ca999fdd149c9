"""A person before every exit: confirming, dismissing, lifting (NB23 二(五), A-19)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from services.oversight.handlers import cases_unit, review_lift, review_view
from services.oversight.store.tables_feed import agency, hold, trigger
from shared.contracts.oversight import (
    DismissTrigger,
    ExitCaseOpened,
    GetReviewItem,
    GetUnitHolds,
    HoldLifted,
    HoldPlaced,
    LiftHold,
    ListReview,
    WarningRecorded,
)
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx
from shared.policy.codec import sealed
from shared.policy.load import load_pack
from shared.policy.pack import Pack
from shared.runtime import decisions
from tests.integration.oversight.cases_builders import (
    CLERK,
    DISTRICT_CLERK,
    OTHER_DISTRICT,
    REVIEWER,
    Oversight,
)

GROUNDS = {
    "labour_inspection.case_decided": "major_violation",
    "incident.group": "group_incident",
    "incident.extreme": "extreme_incident",
    "safety.accident": "safety_accident",
    "health.occupational_accident": "occupational_accident",
    "opinion.negative": "negative_opinion",
}


def two_persons() -> Pack:
    """Ningbo's pack with the setting that two persons lift a hold."""
    pack = load_pack("ningbo-2023")
    setting = pack.settings["hold.lift_two_persons"]
    two = replace(setting, values=tuple(replace(v, value=True) for v in setting.values))
    settings = {**pack.settings, "hold.lift_two_persons": two}
    return sealed(replace(pack, settings=settings))


@pytest.fixture
def oversight(tx_for: Callable[..., Tx]) -> Oversight:
    """Oversight with Ningbo's pack at work."""
    made = Oversight(tx_for)
    made.activate(load_pack("ningbo-2023"))
    return made


@pytest.fixture
def strict(tx_for: Callable[..., Tx]) -> Oversight:
    """Oversight where two persons lift a hold."""
    made = Oversight(tx_for)
    made.activate(two_persons())
    return made


def lift(oversight: Oversight, hold_id: str, actor=CLERK):
    command = LiftHold(hold_id=hold_id, reason="已改正，经核实")
    return oversight.ask(review_lift.lift_hold, command, actor)


def hold_of(oversight: Oversight, trigger_id: str) -> str:
    placed = (e for e in oversight.said_of(HoldPlaced) if e.trigger_id == trigger_id)
    return str(next(placed).hold_id)


@pytest.mark.parametrize(
    ("kind", "facts", "outcome"),
    [
        pytest.param(
            "labour_inspection.case_decided",
            {"severity": "major"},
            "case",
            marks=pytest.mark.obligation("NB23-062"),
        ),
        ("labour_inspection.case_decided", {"severity": "ordinary"}, "warning"),
        pytest.param(
            "incident.group",
            {"impact": "considerable"},
            "case",
            marks=pytest.mark.obligation("NB23-063"),
        ),
        pytest.param(
            "incident.group",
            {"impact": "small"},
            "warning",
            marks=pytest.mark.obligation("NB23-063"),
        ),
        pytest.param("incident.extreme", {}, "case", marks=pytest.mark.obligation("NB23-064")),
        pytest.param(
            "safety.accident",
            {"grade": "major"},
            "case",
            marks=pytest.mark.obligation("NB23-065"),
        ),
        pytest.param(
            "safety.accident",
            {"grade": "minor"},
            "warning",
            marks=pytest.mark.obligation("NB23-065"),
        ),
        pytest.param(
            "health.occupational_accident",
            {},
            "case",
            marks=pytest.mark.obligation("NB23-066"),
        ),
        pytest.param(
            "opinion.negative",
            {"impact": "considerable", "caused_by_unit": True},
            "case",
            marks=pytest.mark.obligation("NB23-067"),
        ),
        ("opinion.negative", {"impact": "considerable", "caused_by_unit": False}, "warning"),
        ("opinion.negative", {"impact": "small", "caused_by_unit": True}, "warning"),
    ],
)
def test_confirmed_facts_decide_between_case_and_warning(oversight, kind, facts, outcome):
    unit_id, _ = oversight.a_titled_unit()
    trigger_id = oversight.a_trigger(unit_id, kind=kind, ground=GROUNDS[kind], effect="review")

    answer = oversight.confirm(trigger_id, **facts)

    assert answer.outcome == outcome
    assert len(oversight.said_of(ExitCaseOpened)) == (outcome == "case")
    assert len(oversight.said_of(WarningRecorded)) == (outcome == "warning")
    assert answer.clause == "NB23:二(五).3"


@pytest.mark.obligation("NB23-064")
def test_an_extreme_incident_names_its_ground_in_the_documents_words(oversight):
    unit_id, _ = oversight.a_titled_unit()
    trigger_id = oversight.a_trigger(unit_id, kind="incident.extreme", ground="extreme_incident")

    answer = oversight.confirm(trigger_id)

    assert answer.ground_text == "极端恶性事件"
    assert oversight.said_of(ExitCaseOpened)[0].ground_text == "极端恶性事件"


@pytest.mark.obligation("NB23-067")
def test_an_unreviewed_opinion_waits_for_a_person_and_opens_nothing(oversight):
    unit_id, _ = oversight.a_titled_unit()

    trigger_id = oversight.a_trigger(
        unit_id, kind="opinion.negative", ground="negative_opinion", effect="review", impact="grave"
    )

    item = oversight.ask(review_view.get_review_item, GetReviewItem(trigger_id=trigger_id))
    assert (item.state, item.case_ids) == ("pending", ())
    assert oversight.said_of(ExitCaseOpened) == []
    assert item.grounds[0].ground == "negative_opinion"
    assert set(item.grounds[0].needs) == {"trigger.impact", "trigger.caused_by_unit"}
    assert "负面网络舆情" in item.grounds[0].wording


def test_the_agencys_own_word_is_no_confirmation(oversight):
    unit_id, _ = oversight.a_titled_unit()
    trigger_id = oversight.a_trigger(unit_id, severity="major")

    with pytest.raises(Refused) as refused:
        oversight.confirm(trigger_id)

    assert (refused.value.status, refused.value.code) == (422, "fact_unknown")
    assert refused.value.errors[0]["pointer"] == "/severity"


def test_a_unit_without_a_title_gets_a_finding_and_no_case(oversight):
    unit_id = oversight.a_unit()
    trigger_id = oversight.a_trigger(unit_id)

    answer = oversight.confirm(trigger_id, severity="major")

    assert (answer.outcome, answer.case_ids) == ("warning", ())
    assert "没有示范单位称号" in answer.says
    assert oversight.said_of(ExitCaseOpened) == []


def test_a_matter_that_waited_for_a_person_holds_once_confirmed(oversight):
    unit_id, _ = oversight.a_titled_unit()
    trigger_id = oversight.a_trigger(unit_id, effect="review")
    assert oversight.said_of(HoldPlaced) == []

    oversight.confirm(trigger_id, severity="major")

    placed = oversight.said_of(HoldPlaced)
    assert [(e.trigger_id, e.effect) for e in placed] == [(trigger_id, "suspend")]


def test_a_unit_with_two_titles_gets_a_case_at_each_naming_level(oversight):
    unit_id, _ = oversight.a_titled_unit("city")
    oversight.a_title(unit_id, "district")

    oversight.confirm(oversight.a_trigger(unit_id), severity="major")

    assert {e.node for e in oversight.said_of(ExitCaseOpened)} == {"330200", "330203"}


def test_the_second_officer_finds_the_matter_decided(oversight):
    unit_id, _ = oversight.a_titled_unit()
    trigger_id = oversight.a_trigger(unit_id)
    oversight.confirm(trigger_id, severity="major")

    with pytest.raises(Refused) as refused:
        oversight.confirm(trigger_id, DISTRICT_CLERK, severity="minor")

    assert (refused.value.status, refused.value.code) == (409, "already_reviewed")
    assert "确认" in refused.value.says


def test_another_district_sees_no_matter_of_ours(oversight):
    unit_id, _ = oversight.a_titled_unit()
    trigger_id = oversight.a_trigger(unit_id)

    page = oversight.ask(review_view.list_review, ListReview(), OTHER_DISTRICT)
    with pytest.raises(Refused) as refused:
        oversight.confirm(trigger_id, OTHER_DISTRICT, severity="major")

    assert page.items == ()
    assert refused.value.status == 404


def test_a_planner_confirms_nothing(oversight):
    unit_id, _ = oversight.a_titled_unit()
    trigger_id = oversight.a_trigger(unit_id)
    planner = CLERK.model_copy(update={"roles": ("planner",)})

    with pytest.raises(Refused) as refused:
        oversight.confirm(trigger_id, planner, severity="major")

    assert (refused.value.status, refused.value.code) == (403, "not_allowed")


def test_the_queue_pages_oldest_first_without_losing_a_matter(oversight):
    unit_id, _ = oversight.a_titled_unit()
    wanted = [oversight.a_trigger(unit_id) for _ in range(5)]

    first = oversight.ask(review_view.list_review, ListReview(limit=2))
    second = oversight.ask(review_view.list_review, ListReview(limit=2, after=first.next))
    third = oversight.ask(review_view.list_review, ListReview(limit=2, after=second.next))

    seen = [item.trigger_id for page in (first, second, third) for item in page.items]
    assert seen == sorted(wanted)
    assert third.next == ""


def test_the_decision_to_confirm_rests_on_facts_rules_and_the_agencys_event(oversight):
    unit_id, _ = oversight.a_titled_unit()
    trigger_id = oversight.a_trigger(unit_id, severity="major", case_number="JC-1")

    answer = oversight.confirm(trigger_id, severity="major")

    chain = decisions.load(oversight.tx().session, answer.decision_id)
    facts = {fact["name"]: fact for fact in chain["facts"]}
    assert facts["event.severity"]["origin"] != facts["trigger.severity"]["origin"]
    assert facts["trigger.severity"]["origin"] == CLERK.id
    assert {"ground/major_violation"} <= {rule["rule_id"] for rule in chain["rules"]}
    assert trigger_id in chain["because"]
    assert hold_of(oversight, trigger_id) in chain["because"]
    assert any("重大劳动保障违法行为" in clause["wording"] for clause in chain["clauses"])


def test_dismissing_lifts_the_triggers_own_hold_and_no_other(oversight):
    unit_id, _ = oversight.a_titled_unit()
    wrong, right = oversight.a_trigger(unit_id), oversight.a_trigger(unit_id)

    answer = oversight.ask(
        review_lift.dismiss_trigger, DismissTrigger(trigger_id=wrong, reason="同名企业，非本单位")
    )

    holds = oversight.ask(cases_unit.get_unit_holds, GetUnitHolds(unit_id=unit_id))
    assert answer.state == "dismissed"
    assert [e.hold_id for e in oversight.said_of(HoldLifted)] == [hold_of(oversight, wrong)]
    assert [h.trigger_id for h in holds.holds] == [right]
    assert holds.held
    assert "1 项原因" in holds.says


def test_where_the_pack_says_so_two_different_persons_lift(strict):
    unit_id, _ = strict.a_titled_unit()
    hold_id = hold_of(strict, strict.a_trigger(unit_id))

    first = lift(strict, hold_id)
    with pytest.raises(Refused) as alone:
        lift(strict, hold_id)
    still = strict.ask(cases_unit.get_unit_holds, GetUnitHolds(unit_id=unit_id))
    second = lift(strict, hold_id, REVIEWER)

    assert (first.state, second.state) == ("awaiting_second", "lifted")
    assert alone.value.code == "second_person"
    assert still.held
    assert still.holds[0].asked_by == CLERK.name
    assert len(strict.said_of(HoldLifted)) == 1


def test_dismissing_asks_a_second_person_where_the_pack_says_so(strict):
    unit_id, _ = strict.a_titled_unit()
    command = DismissTrigger(trigger_id=strict.a_trigger(unit_id), reason="非本单位")

    first = strict.ask(review_lift.dismiss_trigger, command)
    second = strict.ask(review_lift.dismiss_trigger, command, REVIEWER)

    assert (first.state, second.state) == ("awaiting_second", "dismissed")


def test_a_hold_under_deliberation_is_not_lifted_beside_the_parties(oversight):
    unit_id, _ = oversight.a_titled_unit()
    trigger_id = oversight.a_trigger(unit_id)
    oversight.confirm(trigger_id, severity="major")

    with pytest.raises(Refused) as refused:
        lift(oversight, hold_of(oversight, trigger_id))

    assert refused.value.code == "case_open"


def test_a_hold_is_not_lifted_over_a_hole_in_its_agencys_numbers(oversight):
    unit_id, _ = oversight.a_titled_unit()
    hold_id = hold_of(oversight, oversight.a_trigger(unit_id))
    session = oversight.tx().session
    session.execute(agency.update().values(highest=9))

    with pytest.raises(Refused) as refused:
        lift(oversight, hold_id)

    assert refused.value.code == "feed_has_gap"
    standing = session.execute(hold.select().where(hold.c.hold_id == hold_id)).one()
    assert standing.lifted_at is None


def test_an_event_taken_back_is_let_go_by_a_person_and_takes_no_other_hold_along(oversight):
    unit_id, _ = oversight.a_titled_unit()
    wrong, right = oversight.a_trigger(unit_id), oversight.a_trigger(unit_id)
    session = oversight.tx().session
    source = session.execute(trigger.select().where(trigger.c.trigger_id == wrong)).one()
    back = oversight.a_trigger(
        unit_id, kind="withdrawn", ground="", effect="review", event_id=source.event_id
    )
    session.execute(
        trigger.update().where(trigger.c.trigger_id == back).values(agency=source.agency)
    )
    assert oversight.said_of(HoldLifted) == []

    answer = oversight.confirm(back)

    holds = oversight.ask(cases_unit.get_unit_holds, GetUnitHolds(unit_id=unit_id))
    assert answer.outcome == "lifted"
    assert [e.hold_id for e in oversight.said_of(HoldLifted)] == [hold_of(oversight, wrong)]
    assert [h.trigger_id for h in holds.holds] == [right]
    with pytest.raises(Refused) as refused:
        oversight.confirm(wrong, severity="major")
    assert refused.value.code == "already_reviewed"
