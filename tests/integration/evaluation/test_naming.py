"""The city's round: declared, reviewed level by level, on notice, approved (NB23 二(四))."""

from __future__ import annotations

from datetime import date

import pytest

from services.evaluation.handlers import (
    naming,
    nominations,
    notices,
    opinions,
    reading,
    rounds,
    tasks,
)
from shared.contracts import evaluation as say
from shared.contracts import evaluation_round as city
from shared.contracts import oversight
from shared.contracts.refusals import Refused
from shared.policy.load import load_pack
from tests.integration.evaluation.conftest import (
    AFTER,
    CITY_CLERK,
    CITY_REVIEWER,
    CLERK,
    NOON,
    PUBLIC,
    World,
    activation,
    hold,
    on_notice,
    said,
    seats_of,
    with_a_standard_for_industries,
)


@pytest.mark.obligation("NB23-043", "NB23-044")
def test_the_whole_way_to_the_title(world: World):
    unit_id, nomination_id, notice_id = on_notice(world)
    tx = world.acting(CITY_REVIEWER, now=AFTER)

    named = naming.approve(tx, city.ApproveNaming(nomination_id=nomination_id))

    assert named.stage == "approved"
    events = [e.model_dump() for e in said(tx, "naming_approved")]
    assert len(events) == 1
    assert events[0]["title_text"] == "宁波市和谐劳动关系创建示范单位"
    assert (events[0]["level"], events[0]["round_year"]) == ("city", 2026)
    done = [(s.step, s.done_by) for s in named.steps if s.state == "done"]
    assert done == [
        ("declare", f"user_{unit_id}"),
        ("district_review", CLERK.id),
        ("city_review", CITY_CLERK.id),
        ("notice", CITY_CLERK.id),
        ("approve", CITY_REVIEWER.id),
    ]
    chain = reading.decision(
        world.acting(CITY_CLERK), city.ReadDecision(decision_id=named.decision_id)
    )
    assert len(chain["because"]) == 5
    assert {f["name"]: f["value"] for f in chain["facts"]} == {
        "review.district_done": True,
        "review.city_done": True,
        "notice.finished": True,
        "notice.open_objections": 0,
        "unit.held": False,
        "cultivation.months": 14,
        "quota.left": 30,
        "opinions.complete": True,
        "opinions.sides_consenting": 3,
    }
    shown = notices.read(world.acting(PUBLIC, now=AFTER), city.ReadNotice(notice_id=notice_id))
    assert shown.running is False


@pytest.mark.obligation("NB23-043")
@pytest.mark.parametrize(
    ("reached", "code"),
    [
        ("declared", "district_review_required"),
        ("district", "city_review_required"),
        ("city", "notice_not_finished"),
    ],
)
def test_approval_skips_no_step(world: World, reached: str, code: str):
    unit_id = world.recognised()
    world.cultivated(unit_id)
    round_id = world.round().round_id
    nomination_id = world.nominated(round_id, unit_id).nomination_id
    if reached in {"district", "city"}:
        nominations.district_review(
            world.acting(CLERK),
            city.DistrictReview(nomination_id=nomination_id, outcome="forward"),
        )
    if reached == "city":
        nominations.city_review(
            world.acting(CITY_CLERK), city.CityReview(nomination_id=nomination_id, outcome="pass")
        )

    with pytest.raises(Refused) as refused:
        naming.approve(
            world.acting(CITY_REVIEWER, now=AFTER), city.ApproveNaming(nomination_id=nomination_id)
        )

    assert refused.value.status == 409
    assert refused.value.code == code


@pytest.mark.obligation("NB23-041")
def test_a_short_cultivation_blocks_until_a_reason_is_recorded(world: World):
    _, nomination_id, _ = on_notice(world, started_on=date(2025, 5, 26))
    with pytest.raises(Refused) as refused:
        naming.approve(
            world.acting(CITY_REVIEWER, now=AFTER), city.ApproveNaming(nomination_id=nomination_id)
        )

    named = naming.approve(
        world.acting(CITY_REVIEWER, now=AFTER),
        city.ApproveNaming(nomination_id=nomination_id, override_reason="首次选树"),
    )

    assert refused.value.code == "reason_required"
    assert named.override_reason == "首次选树"
    assert named.cultivation_months == 9


@pytest.mark.parametrize(
    ("kind", "planned"),
    [
        pytest.param("enterprise", 30, marks=pytest.mark.obligation("NB23-048")),
        pytest.param("park", 6, marks=pytest.mark.obligation("NB23-049")),
        pytest.param("township", 6, marks=pytest.mark.obligation("NB23-050")),
        pytest.param("site", 6, marks=pytest.mark.obligation("NB23-051")),
        pytest.param("industry", 2, marks=pytest.mark.obligation("NB23-052")),
    ],
)
def test_one_more_than_the_years_number_is_stopped_for_each_kind(world, kind, planned):
    world.hear(activation(with_a_standard_for_industries(), date(2026, 1, 1)))
    round_id = world.round().round_id
    world.already_named(round_id, kind, planned)
    (nomination_id,) = _all_on_notice(world, round_id, [kind])

    with pytest.raises(Refused) as refused:
        naming.approve(
            world.acting(CITY_REVIEWER, now=AFTER),
            city.ApproveNaming(nomination_id=nomination_id, override_reason="与名额无关的理由"),
        )

    assert refused.value.status == 409
    assert [row["code"] for row in refused.value.errors] == ["quota_exhausted"]


@pytest.mark.obligation("NB23-049")
def test_a_full_quota_stops_the_next_until_the_city_gives_a_reason(world: World):
    planned = dict(load_pack("ningbo-2023").titles["city_demonstration"].quotas)
    assert planned == {"enterprise": 30, "park": 6, "township": 6, "site": 6, "industry": 2}
    round_id = world.round().round_id
    ready = _all_on_notice(world, round_id, ["park"] * 7 + ["township"])
    for nomination_id in ready[:6]:
        naming.approve(
            world.acting(CITY_REVIEWER, now=AFTER), city.ApproveNaming(nomination_id=nomination_id)
        )
    seventh = city.ApproveNaming(nomination_id=ready[6], override_reason="不相干的理由")
    with pytest.raises(Refused) as refused:
        naming.approve(world.acting(CITY_REVIEWER, now=AFTER), seventh)

    township = naming.approve(
        world.acting(CITY_REVIEWER, now=AFTER), city.ApproveNaming(nomination_id=ready[7])
    )
    over = naming.approve(
        world.acting(CITY_REVIEWER, now=AFTER),
        city.ApproveNaming(nomination_id=ready[6], quota_reason="市三方会议同意增加一家"),
    )

    assert refused.value.status == 409
    assert "quota_exhausted" in [row["code"] for row in refused.value.errors]
    assert township.stage == "approved"
    assert (over.stage, over.quota_reason) == ("approved", "市三方会议同意增加一家")
    shown = rounds.read(world.acting(CITY_CLERK), city.ReadRound(round_id=round_id))
    parks = next(q for q in shown.quotas if q.kind == "park")
    assert (parks.approved, parks.left, parks.overrides) == (7, 0, 1)
    assert len(shown.named) == 8


def test_a_held_unit_is_not_named_until_the_hold_is_lifted(world: World):
    unit_id, nomination_id, _ = on_notice(world)
    world.hear(hold(unit_id, "hold_1"), hold(unit_id, "hold_2"))
    command = city.ApproveNaming(nomination_id=nomination_id)
    lifted = [
        oversight.HoldLifted(
            unit_id=unit_id,
            hold_id=hold_id,
            effect="suspend",
            reason="查无实据",
            lifted_at=NOON,
            decision_id="d",
        )
        for hold_id in ("hold_2", "hold_1")
    ]
    for lift in lifted:
        with pytest.raises(Refused, match="unit_held"):
            naming.approve(world.acting(CITY_REVIEWER, now=AFTER), command)
        world.hear(lift)

    assert naming.approve(world.acting(CITY_REVIEWER, now=AFTER), command).stage == "approved"


def test_a_lifting_heard_before_its_hold_still_counts(world: World):
    unit_id, nomination_id, _ = on_notice(world)
    world.hear(
        oversight.HoldLifted(
            unit_id=unit_id,
            hold_id="hold_9",
            effect="suspend",
            reason="误报",
            lifted_at=NOON,
            decision_id="d",
        ),
        hold(unit_id, "hold_9"),
    )

    named = naming.approve(
        world.acting(CITY_REVIEWER, now=AFTER), city.ApproveNaming(nomination_id=nomination_id)
    )

    assert named.stage == "approved"


def test_a_dissent_of_a_city_body_blocks_the_naming(world: World):
    _, nomination_id, _ = on_notice(world)
    employer = next(s for s in seats_of("330200") if s.side == "employers")
    opinions.record(
        world.acting(employer),
        say.RecordOpinion(
            case="nomination", case_id=nomination_id, position="dissent", text="另一家更合适"
        ),
    )

    with pytest.raises(Refused, match="sides_not_consenting"):
        naming.approve(
            world.acting(CITY_REVIEWER, now=AFTER), city.ApproveNaming(nomination_id=nomination_id)
        )


def test_refusing_needs_a_reason_and_says_nothing_to_the_registry(world: World):
    _, nomination_id, _ = on_notice(world)
    tx = world.acting(CITY_REVIEWER, now=AFTER)
    with pytest.raises(Refused, match="reason_required"):
        naming.refuse(tx, city.RefuseNaming(nomination_id=nomination_id, reason=""))

    ended = naming.refuse(tx, city.RefuseNaming(nomination_id=nomination_id, reason="总数控制"))

    assert ended.stage == "refused"
    assert not said(tx, "naming_approved")
    with pytest.raises(Refused, match="stage_does_not_allow"):
        naming.approve(tx, city.ApproveNaming(nomination_id=nomination_id))


def test_the_citys_tasks_follow_the_nomination(world: World):
    unit_id = world.recognised()
    world.cultivated(unit_id)
    round_id = world.round().round_id
    nomination_id = world.nominated(round_id, unit_id).nomination_id
    district = [t.task for t in tasks.tasks(world.acting(CLERK), city.ReadTasks())]
    world.reviewed(nomination_id)
    before = [t.task for t in tasks.tasks(world.acting(CITY_CLERK), city.ReadTasks())]
    notices.post(
        world.acting(CITY_CLERK),
        city.PostNotice(round_id=round_id, nomination_ids=(nomination_id,)),
    )
    seat = seats_of("330200")[1]
    asked = [t.task for t in tasks.tasks(world.acting(seat), city.ReadTasks())]
    early = tasks.tasks(world.acting(CITY_REVIEWER), city.ReadTasks())
    ripe = [t.task for t in tasks.tasks(world.acting(CITY_REVIEWER, now=AFTER), city.ReadTasks())]

    assert (district, before, asked) == (["district"], ["notice"], ["say"])
    assert (early, ripe) == ([], ["approve"])


def _all_on_notice(world: World, round_id: str, kinds: list[str]) -> list[str]:
    ready = []
    for kind in kinds:
        unit_id = world.recognised(kind)
        world.cultivated(unit_id)
        nomination_id = world.nominated(round_id, unit_id).nomination_id
        world.reviewed(nomination_id)
        world.all_say("nomination", nomination_id, node="330200")
        ready.append(nomination_id)
    notices.post(
        world.acting(CITY_CLERK),
        city.PostNotice(round_id=round_id, nomination_ids=tuple(ready)),
    )
    return ready
