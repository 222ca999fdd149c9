"""待办, figures, a unit's timeline: what people see of all this."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.oversight.handlers import cases_tasks, cases_unit, cases_view
from shared.contracts.oversight import (
    GetDecision,
    GetFigures,
    GetTimeline,
    GetUnitHolds,
    ListCases,
    ListTasks,
)
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx
from shared.policy.load import load_pack
from tests.integration.oversight.cases_builders import (
    BODIES,
    CLERK,
    DISTRICT_CLERK,
    OTHER_DISTRICT,
    REVIEWER,
    Oversight,
    a_seat,
)


@pytest.fixture
def oversight(tx_for: Callable[..., Tx]) -> Oversight:
    """Oversight with Ningbo's pack at work."""
    made = Oversight(tx_for)
    made.activate(load_pack("ningbo-2023"))
    return made


def tasks(oversight: Oversight, actor=CLERK):
    return oversight.ask(cases_tasks.list_tasks, ListTasks(), actor)


def test_new_suspensions_stand_first_in_the_tasks(oversight):
    oversight.an_open_case()
    unit_id, _ = oversight.a_titled_unit()
    oversight.a_trigger(unit_id, kind="petition.group_visit", effect="review")
    suspended = oversight.a_trigger(unit_id)

    found = tasks(oversight)

    assert [t.kind for t in found.items] == ["suspension", "review", "case"]
    assert found.items[0].target_id == suspended
    assert found.items[0].urgent


def test_a_seat_is_asked_for_its_own_bodys_opinion_until_it_is_given(oversight):
    case_id, *_ = oversight.heard_case()
    seat = a_seat(BODIES[0])

    before = tasks(oversight, seat)
    oversight.say(case_id, BODIES[0])
    after = tasks(oversight, seat)

    assert [(t.kind, t.target_id) for t in before.items] == [("case", case_id)]
    assert BODIES[0] in before.items[0].says
    assert after.items == ()


def test_the_reviewer_is_told_when_all_opinions_are_in(oversight):
    case_id, *_ = oversight.heard_case()
    oversight.all_say(case_id)

    found = tasks(oversight, REVIEWER)

    assert [t.says.endswith("请录入会商决定") for t in found.items if t.kind == "case"] == [True]


def test_figures_count_what_the_actor_may_see(oversight):
    oversight.an_open_case()

    city = oversight.ask(cases_tasks.get_figures, GetFigures(), CLERK)
    ours = oversight.ask(cases_tasks.get_figures, GetFigures(), DISTRICT_CLERK)
    theirs = oversight.ask(cases_tasks.get_figures, GetFigures(), OTHER_DISTRICT)

    assert (city.open_cases, city.units_suspended, city.new_suspensions_today) == (1, 1, 1)
    assert (ours.open_cases, ours.units_suspended) == (1, 1)
    assert (theirs.open_cases, theirs.units_suspended, theirs.pending_review) == (0, 0, 0)


def test_a_timeline_tells_event_hold_and_case_in_their_order(oversight):
    case_id, unit_id, _ = oversight.heard_case()

    line = oversight.ask(cases_unit.get_timeline, GetTimeline(unit_id=unit_id))

    kinds = [entry.kind for entry in line.entries]
    assert kinds == ["trigger", "hold_placed", "case_opened", "case_statement"]
    assert line.entries[2].target_id == case_id
    assert line.entries[0].clause == "NB23:二(五).3"


def test_a_unit_that_nothing_stands_against_reads_so(oversight):
    unit_id, _ = oversight.a_titled_unit()

    holds = oversight.ask(cases_unit.get_unit_holds, GetUnitHolds(unit_id=unit_id))

    assert (holds.held, holds.waiver_lifted, holds.holds) == (False, False, ())
    assert "正常享受" in holds.says


def test_an_open_complaint_lifts_the_waiver_alone(oversight):
    unit_id, _ = oversight.a_titled_unit()
    oversight.a_trigger(
        unit_id, kind="labour_inspection.complaint_opened", effect="lift_exemption", ground=""
    )

    holds = oversight.ask(cases_unit.get_unit_holds, GetUnitHolds(unit_id=unit_id))

    assert (holds.held, holds.waiver_lifted) == (False, True)


def test_a_decision_is_read_where_its_unit_is_seen_and_nowhere_else(oversight):
    case_id, *_ = oversight.an_open_case()
    step = oversight.ask(cases_view.list_cases, ListCases()).items[0]
    decision_id = (
        oversight.ask(cases_unit.get_timeline, GetTimeline(unit_id=step.unit_id))
        .entries[-1]
        .decision_id
    )
    command = GetDecision(decision_id=decision_id)

    chain = oversight.ask(cases_unit.get_decision, command, DISTRICT_CLERK)
    with pytest.raises(Refused) as refused:
        oversight.ask(cases_unit.get_decision, command, OTHER_DISTRICT)

    assert step.case_id == case_id
    assert (chain["decision_id"], chain["outcome"]) == (decision_id, "case")
    assert refused.value.status == 404


def test_cases_page_newest_first_and_filter_by_status(oversight):
    made = [oversight.an_open_case()[0] for _ in range(3)]

    first = oversight.ask(cases_view.list_cases, ListCases(limit=2, status="open"))
    second = oversight.ask(cases_view.list_cases, ListCases(limit=2, after=first.next))
    closed = oversight.ask(cases_view.list_cases, ListCases(status="closed"))

    assert [c.case_id for c in (*first.items, *second.items)] == sorted(made, reverse=True)
    assert second.next == ""
    assert closed.items == ()
