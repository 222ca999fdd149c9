"""The local parties decide; notice before recognition; taking it back (A-07, A-33, A-37)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.evaluation.handlers import (
    applications,
    notices,
    objections,
    opinions,
    reading,
    recognition,
    tasks,
    views,
)
from shared.contracts import evaluation as say
from shared.contracts import evaluation_round as city
from shared.contracts.refusals import Refused
from tests.integration.evaluation.conftest import (
    CLERK,
    PUBLIC,
    REVIEWER,
    World,
    a_plan,
    ids_of,
    said,
    seats_of,
)


@pytest.mark.obligation("NB23-030")
def test_the_parties_recognise_and_no_title_exists(world: World):
    unit_id = world.unit()
    application_id = world.accepted(unit_id)
    world.all_say("application", application_id, node="330203")
    tx = world.acting(REVIEWER)

    made = recognition.decide(
        tx, say.DecideRecognition(application_id=application_id, outcome="recognise")
    )

    assert made.stage == "recognised"
    events = said(tx, "unit_recognised")
    assert len(events) == 1
    assert len(events[0].model_dump()["bodies"]) == 4
    assert not said(tx, "naming_approved")
    standing = reading.standing(world.acting(CLERK), city.ReadStanding(unit_id=unit_id))
    assert standing.recognised
    chain = reading.decision(world.acting(CLERK), city.ReadDecision(decision_id=made.decision_id))
    assert chain["because"] == [made.submit_decision_id]
    assert len(chain["opinions"]) == 4
    assert {f["name"] for f in chain["facts"]} == {
        "opinions.complete",
        "opinions.sides_consenting",
    }
    assert all(clause["wording"] for clause in chain["clauses"])


@pytest.mark.obligation("NB23-030")
def test_a_decision_cannot_close_before_every_body_is_heard(world: World):
    application_id = world.accepted(world.unit())
    for seat in seats_of("330203")[:-1]:
        opinions.record(
            world.acting(seat),
            say.RecordOpinion(case="application", case_id=application_id, position="consent"),
        )

    for outcome in ("recognise", "refuse"):
        with pytest.raises(Refused, match="opinions_incomplete"):
            recognition.decide(
                world.acting(REVIEWER),
                say.DecideRecognition(
                    application_id=application_id, outcome=outcome, reason="理由"
                ),
            )


def test_a_dissenting_side_blocks_recognition_and_its_words_are_in_the_minutes(world: World):
    application_id = world.accepted(world.unit())
    world.all_say("application", application_id, node="330203")
    union = next(s for s in seats_of("330203") if s.side == "workers")
    opinions.record(
        world.acting(union),
        say.RecordOpinion(
            case="application", case_id=application_id, position="dissent", text="集体合同未签"
        ),
    )
    with pytest.raises(Refused, match="sides_not_consenting"):
        recognition.decide(
            world.acting(REVIEWER),
            say.DecideRecognition(application_id=application_id, outcome="recognise"),
        )

    recognition.decide(
        world.acting(REVIEWER),
        say.DecideRecognition(
            application_id=application_id, outcome="refuse", reason="职工方不同意"
        ),
    )

    minutes = reading.minutes(
        world.acting(CLERK), city.ReadMinutes(case="application", case_id=application_id)
    )
    assert [d.text for d in minutes.dissents] == ["集体合同未签"]
    assert minutes.decided_on == date(2026, 3, 10)
    assert "不予认定" in minutes.outcome
    assert len(minutes.seats) == 4


def test_a_body_speaks_for_itself_alone(world: World):
    application_id = world.accepted(world.unit())
    city_seat = seats_of("330200")[0]

    with pytest.raises(Refused) as refused:
        opinions.record(
            world.acting(city_seat),
            say.RecordOpinion(case="application", case_id=application_id, position="consent"),
        )

    assert refused.value.status == 403


def test_a_changed_mind_replaces_the_opinion_and_keeps_the_old_one(world: World):
    application_id = world.accepted(world.unit())
    seat = seats_of("330203")[0]
    before = say.RecordOpinion(
        case="application", case_id=application_id, position="dissent", text="说明"
    )
    opinions.record(world.acting(seat), before)

    shown = opinions.record(world.acting(seat), before.model_copy(update={"position": "consent"}))

    assert [(o.position, o.standing) for o in shown.opinions] == [
        ("dissent", False),
        ("consent", True),
    ]


def test_whoever_accepted_does_not_decide(world: World):
    application_id = world.applied(world.unit()).application_id
    both = REVIEWER.model_copy(update={"roles": ("clerk", "reviewer")})
    applications.accept(world.acting(both), say.AcceptApplication(application_id=application_id))
    world.all_say("application", application_id, node="330203")

    with pytest.raises(Refused, match="second_person_needed"):
        recognition.decide(
            world.acting(both),
            say.DecideRecognition(application_id=application_id, outcome="recognise"),
        )


def test_the_second_decider_is_told_what_happened(world: World):
    unit_id = world.recognised()
    page = views.page(world.acting(CLERK), say.ListApplications(unit_id=unit_id))

    with pytest.raises(Refused) as refused:
        recognition.decide(
            world.acting(REVIEWER),
            say.DecideRecognition(application_id=ids_of(page)[0], outcome="refuse", reason="x"),
        )

    assert refused.value.status == 409
    assert "已认定" in refused.value.says
    assert "海曙审核" in refused.value.says


def test_a_recognition_is_taken_back_with_its_reason(world: World):
    unit_id = world.recognised()
    tx = world.acting(REVIEWER)

    made = recognition.withdraw_recognition(
        tx, say.WithdrawRecognition(unit_id=unit_id, reason="查实拖欠工资")
    )

    assert len(said(tx, "recognition_withdrawn")) == 1
    assert made.stage == "recognised"
    standing = reading.standing(world.acting(CLERK), city.ReadStanding(unit_id=unit_id))
    assert not standing.recognised
    with pytest.raises(Refused, match="not_recognised"):
        recognition.withdraw_recognition(
            tx, say.WithdrawRecognition(unit_id=unit_id, reason="再次")
        )


def test_a_zones_decision_takes_the_citys_employer_bodies_marked_delegated(world: World):
    zone = "330206001"
    clerk = CLERK.model_copy(update={"id": "zone_clerk", "node": zone})
    reviewer = REVIEWER.model_copy(update={"id": "zone_reviewer", "node": zone})
    world.hear(a_plan(plan_id="plan_zone", node=zone))
    unit_id = world.unit(division=zone)
    made = world.applied(unit_id)
    applications.accept(
        world.acting(clerk), say.AcceptApplication(application_id=made.application_id)
    )
    ours, citys = seats_of(zone)[:2], [s for s in seats_of("330200") if s.side == "employers"]
    asked = [t.task for t in tasks.tasks(world.acting(citys[0]), city.ReadTasks())]
    for seat in (*ours, *citys):
        shown = opinions.record(
            world.acting(seat),
            say.RecordOpinion(case="application", case_id=made.application_id, position="consent"),
        )
        assert shown.node == zone

    done = recognition.decide(
        world.acting(reviewer),
        say.DecideRecognition(application_id=made.application_id, outcome="recognise"),
    )

    assert made.office == zone
    assert asked == ["opinion"]
    assert done.stage == "recognised"
    assert done.opinions is not None
    assert [s.body for s in done.opinions.seats if s.delegated] == [c.body for c in citys]


@pytest.fixture
def publicised(world: World) -> World:
    """The district's plan asks for a notice before recognition."""
    world.hear(a_plan(publicity=True), time=datetime(2026, 3, 10, 5, 0, tzinfo=UTC))
    return world


def _on_notice(world: World) -> tuple[str, str, str]:
    unit_id = world.unit()
    application_id = world.accepted(unit_id)
    world.all_say("application", application_id, node="330203")
    posted = notices.post_for_recognition(
        world.acting(CLERK), say.PostRecognitionNotice(application_ids=(application_id,))
    )
    return unit_id, application_id, posted.notice_id


AFTER = datetime(2026, 3, 18, 2, 0, tzinfo=UTC)


def test_where_the_plan_asks_for_it_recognition_waits_for_a_notice(publicised: World):
    unit_id = publicised.unit()
    application_id = publicised.accepted(unit_id)
    publicised.all_say("application", application_id, node="330203")
    command = say.DecideRecognition(application_id=application_id, outcome="recognise")
    with pytest.raises(Refused, match="notice_not_finished"):
        recognition.decide(publicised.acting(REVIEWER), command)
    tx = publicised.acting(CLERK)
    posted = notices.post_for_recognition(
        tx, say.PostRecognitionNotice(application_ids=(application_id,))
    )
    with pytest.raises(Refused, match="notice_not_finished"):
        recognition.decide(publicised.acting(REVIEWER), command)

    made = recognition.decide(publicised.acting(REVIEWER, now=AFTER), command)

    assert made.stage == "recognised"
    assert [c.application_id for c in posted.candidates] == [application_id]
    assert [e.model_dump()["unit_ids"] for e in said(tx, "notice_posted")] == [(unit_id,)]


def test_an_objection_to_a_recognition_is_looked_into_by_somebody_else(publicised: World):
    unit_id, application_id, notice_id = _on_notice(publicised)
    receipt = objections.object_(
        publicised.acting(PUBLIC),
        city.RecordObjection(
            notice_id=notice_id, unit_id=unit_id, content="欠薪", objector_kind="anonymous"
        ),
    )
    command = say.DecideRecognition(application_id=application_id, outcome="recognise")
    finding = city.ResolveObjection(
        objection_id=receipt.objection_id, outcome="upheld", finding="属实", effect="remove"
    )
    with pytest.raises(Refused, match="objection_open"):
        recognition.decide(publicised.acting(REVIEWER, now=AFTER), command)
    with pytest.raises(Refused, match="investigator_recommended"):
        objections.resolve(publicised.acting(CLERK), finding)

    found = objections.resolve(publicised.acting(REVIEWER, now=AFTER), finding)

    assert (found.stage, found.application_id) == ("upheld", application_id)
    ended = applications.read(
        publicised.acting(CLERK), say.ReadApplication(application_id=application_id)
    )
    assert (ended.stage, ended.notice_id) == ("refused", notice_id)
