"""Application, inbox, tasks, timeline (NB23 二(二); A-10)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.evaluation.handlers import (
    applications,
    assessments,
    reading,
    tasks,
    views,
)
from shared.contracts import evaluation as say
from shared.contracts import evaluation_round as city
from shared.contracts import registry
from shared.contracts.refusals import Refused
from tests.integration.evaluation.conftest import (
    CITY_REVIEWER,
    CLERK,
    ELSEWHERE,
    REVIEWER,
    World,
    a_plan,
    ids_of,
    said,
    seats_of,
    user_of,
)


@pytest.mark.obligation("NB23-027")
def test_a_valid_application_is_received_and_lies_in_the_offices_inbox(world: World):
    unit_id = world.unit()
    tx = world.acting(user_of(unit_id))
    command = say.SubmitApplication(
        unit_id=unit_id,
        assessment_id=world.assessed(unit_id).assessment_id,
        resolution_id=world.resolved(unit_id),
    )

    made = applications.submit(tx, command)

    inbox = views.page(world.acting(CLERK), say.ListApplications(stage="received"))
    assert made.stage == "received"
    assert made.receipt_number == "330203-2026-00001"
    assert ids_of(inbox) == [made.application_id]
    received = said(tx, "application_received")
    assert [e.model_dump()["office"] for e in received] == ["330203"]


def test_receipt_numbers_of_an_office_have_no_holes(world: World):
    numbers = [world.applied(world.unit()).receipt_number for _ in range(3)]

    assert [n[-5:] for n in numbers] == ["00001", "00002", "00003"]


@pytest.mark.obligation("NB23-025")
def test_without_a_resolution_the_enterprise_is_refused(world: World):
    unit_id = world.unit()

    with pytest.raises(Refused) as refused:
        world.applied(unit_id, resolution_id="")

    assert refused.value.status == 409
    assert refused.value.code == "congress_resolution_required"


@pytest.mark.obligation("NB23-025")
def test_a_failed_vote_is_no_resolution(world: World):
    unit_id = world.unit()

    with pytest.raises(Refused, match="congress_resolution_required"):
        world.applied(unit_id, resolution_id=world.resolved(unit_id, present=19, yes=19))


def test_a_township_may_decide_in_its_own_body(world: World):
    unit_id = world.unit("township")
    resolution_id = world.resolved(unit_id, meeting="own_body")

    assert world.applied(unit_id, resolution_id=resolution_id).stage == "received"


def test_a_park_may_say_with_reason_that_no_congress_applies(world: World):
    unit_id = world.unit("park")
    resolution_id = world.resolved(unit_id, meeting="not_applicable", reason="管委会无职代会")

    made = world.applied(unit_id, resolution_id=resolution_id)

    chain = reading.decision(
        world.acting(CLERK), city.ReadDecision(decision_id=made.submit_decision_id)
    )
    assert chain["outcome"] == "received"


@pytest.mark.obligation("NB23-026")
def test_a_mandatory_item_not_met_is_listed_in_the_refusal(world: World):
    unit_id = world.unit()
    done = world.assessed(unit_id, {"E2a": "not_met"})

    with pytest.raises(Refused) as refused:
        world.applied(unit_id, assessment_id=done.assessment_id)

    assert refused.value.status == 409
    assert refused.value.code == "standard_not_met"
    assert "/results/E2a" in [row["pointer"] for row in refused.value.errors]


@pytest.mark.obligation("NB23-026")
def test_an_item_partly_met_with_its_reason_does_not_stand_in_the_way(world: World):
    unit_id = world.unit()
    done = world.assessed(unit_id, {"E2a": "partly"})

    assert world.applied(unit_id, assessment_id=done.assessment_id).stage == "received"


@pytest.mark.obligation("NB23-026")
def test_a_draft_is_not_an_assessment(world: World):
    unit_id = world.unit()
    draft = assessments.start(world.acting(user_of(unit_id)), say.StartAssessment(unit_id=unit_id))

    with pytest.raises(Refused, match="self_assessment_required"):
        world.applied(unit_id, assessment_id=draft.assessment_id)


@pytest.mark.obligation("NB23-028")
def test_without_a_filed_plan_there_is_no_open_window(world: World):
    unit_id = world.unit(division="330205")

    with pytest.raises(Refused, match="no_open_window"):
        world.applied(unit_id)


@pytest.mark.obligation("NB23-028", "NB23-029")
def test_after_the_deadline_an_application_needs_a_reason_and_stays_late(world: World):
    unit_id = world.unit()
    papers = {
        "assessment_id": world.assessed(unit_id).assessment_id,
        "resolution_id": world.resolved(unit_id),
    }
    may = datetime(2026, 5, 6, 2, 0, tzinfo=UTC)
    with pytest.raises(Refused, match="reason_required"):
        world.applied(unit_id, now=may, **papers)

    made = world.applied(unit_id, now=may, override_reason="五一前集中停工", **papers)

    assert made.late is True
    assert made.steps[3].text == "五一前集中停工"


def test_the_last_day_of_the_window_is_still_in_time(world: World):
    unit_id = world.unit()
    papers = {
        "assessment_id": world.assessed(unit_id).assessment_id,
        "resolution_id": world.resolved(unit_id),
    }

    last = datetime(2026, 4, 30, 15, 59, tzinfo=UTC)  # 23:59 in Ningbo

    assert world.applied(unit_id, now=last, **papers).late is False


def test_a_unit_without_commitment_cannot_apply(world: World):
    unit_id = world.unit(committed=False)

    with pytest.raises(Refused, match="commitment_required"):
        world.applied(unit_id)


def test_one_application_of_a_unit_is_under_way_at_a_time(world: World):
    unit_id = world.unit()
    world.applied(unit_id)

    with pytest.raises(Refused, match="application_under_way"):
        world.applied(unit_id)


def test_a_returned_application_is_mended_and_keeps_its_number(world: World):
    unit_id = world.unit()
    first = world.applied(unit_id)
    returned = applications.return_(
        world.acting(CLERK),
        say.ReturnApplication(application_id=first.application_id, reason="决议缺签名"),
    )
    waiting = tasks.tasks(world.acting(user_of(unit_id)), city.ReadTasks())

    again = world.applied(unit_id, application_id=first.application_id)

    assert returned.return_reason == "决议缺签名"
    assert [(t.task, t.act) for t in waiting if t.task == "mend"] == [
        ("mend", "submit_application")
    ]
    assert (again.stage, again.receipt_number) == ("received", first.receipt_number)


def test_returning_needs_a_reason(world: World):
    made = world.applied(world.unit())

    with pytest.raises(Refused) as refused:
        applications.return_(
            world.acting(CLERK),
            say.ReturnApplication(application_id=made.application_id, reason=" "),
        )

    assert refused.value.errors[0]["pointer"] == "/reason"


def test_only_the_office_that_received_it_accepts_it(world: World):
    made = world.applied(world.unit())
    command = say.AcceptApplication(application_id=made.application_id)

    with pytest.raises(Refused) as other_district:
        applications.accept(world.acting(ELSEWHERE), command)
    with pytest.raises(Refused) as city_level:
        applications.accept(world.acting(CITY_REVIEWER), command)

    assert other_district.value.status == 404
    assert city_level.value.status == 403


def test_the_inbox_pages_by_key_and_searches(world: World):
    made = [world.applied(world.unit()).application_id for _ in range(5)]
    tx = world.acting(CLERK)

    first = views.page(tx, say.ListApplications(limit=2))
    second = views.page(tx, say.ListApplications(limit=2, after=first.next_after))
    third = views.page(tx, say.ListApplications(limit=2, after=second.next_after))
    oldest = views.page(tx, say.ListApplications(sort="age", limit=1))

    seen = [id_ for page in (first, second, third) for id_ in ids_of(page)]
    assert seen == made[::-1]
    assert (third.next_after, first.total) == ("", 5)
    assert ids_of(oldest) == made[:1]
    found = views.page(tx, say.ListApplications(search="330203-2026-00003"))
    assert ids_of(found) == [made[2]]
    assert views.page(world.acting(ELSEWHERE), say.ListApplications()).items == ()


def test_tasks_follow_the_case_from_hand_to_hand(world: World):
    unit_id = world.unit()
    todo = tasks.tasks(world.acting(user_of(unit_id)), city.ReadTasks())
    application_id = world.applied(unit_id).application_id
    clerk = tasks.tasks(world.acting(CLERK), city.ReadTasks())
    applications.accept(world.acting(CLERK), say.AcceptApplication(application_id=application_id))
    seat = seats_of("330203")[2]
    body = tasks.tasks(world.acting(seat), city.ReadTasks())
    world.all_say("application", application_id, node="330203")
    after = tasks.tasks(world.acting(seat), city.ReadTasks())
    reviewer = tasks.tasks(world.acting(REVIEWER), city.ReadTasks())

    assert [(t.task, t.due_on) for t in todo] == [("apply", date(2026, 4, 30))]
    assert [t.task for t in clerk] == ["accept"]
    assert [t.task for t in body] == ["opinion"]
    assert after == []
    assert [(t.task, t.case_id) for t in reviewer] == [("decide", application_id)]
    assert all(t.clause.startswith("NB23") for t in (*todo, *clerk, *body, *reviewer))


def test_the_timeline_tells_who_did_what_on_which_clause(world: World):
    unit_id = world.recognised()

    story = reading.timeline(world.acting(CLERK), city.ReadTimeline(unit_id=unit_id))

    what = [entry.what for entry in story]
    assert what[:4] == [
        "assessment.started",
        "assessment.completed",
        "resolution.recorded",
        "application.apply",
    ]
    assert what[-1] == "application.decide"
    assert what.count("application.opinion") == 4
    vote = story[2]
    assert vote.happened_on == date(2026, 3, 1)
    assert vote.learned_at.date() == date(2026, 3, 10)


def test_people_without_business_here_are_turned_away(world: World):
    unit_id = world.unit()
    admin = CLERK.model_copy(update={"roles": ("admin",)})
    other_unit = user_of(world.unit())

    with pytest.raises(Refused) as not_allowed:
        reading.timeline(world.acting(admin), city.ReadTimeline(unit_id=unit_id))
    with pytest.raises(Refused) as not_seen:
        reading.timeline(world.acting(other_unit), city.ReadTimeline(unit_id=unit_id))

    assert not_allowed.value.status == 403
    assert not_seen.value.status == 404


def test_the_plan_filed_again_counts_from_then_on(world: World):
    unit_id = world.unit()
    later = datetime(2026, 3, 11, 4, 0, tzinfo=UTC)
    world.hear(a_plan(deadline_on=date(2026, 3, 5)), time=later)

    with pytest.raises(Refused, match="reason_required"):
        world.applied(unit_id)


def test_an_older_entry_heard_late_changes_nothing(world: World):
    unit_id = world.unit()
    entry = registry.UnitEntered(
        unit_id=unit_id, kind="enterprise", name_text="新名称", code="x", division="330203"
    )
    world.hear(entry.model_copy(update={"revision": 3}))
    world.hear(entry.model_copy(update={"revision": 2, "name_text": "旧名称"}))

    assert world.applied(unit_id).unit_name == "新名称"
