"""The city's round: declared, reviewed level by level, on notice, approved (NB23 二(四))."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.evaluation.handlers import (
    naming,
    nominations,
    notices,
    objections,
    opinions,
    reading,
    round_views,
    rounds,
    tasks,
)
from shared.contracts import evaluation as say
from shared.contracts import evaluation_round as city
from shared.contracts import oversight, registry
from shared.contracts.refusals import Refused
from shared.policy.codec import sealed
from shared.policy.load import load_pack
from tests.integration.evaluation.conftest import (
    CITY_CLERK,
    CITY_REVIEWER,
    CLERK,
    ELSEWHERE,
    NOON,
    PUBLIC,
    REVIEWER,
    World,
    activation,
    hold,
    ids_of,
    said,
    seats_of,
    user_of,
    with_a_standard_for_industries,
)

AFTER = datetime(2026, 3, 18, 2, 0, tzinfo=UTC)  # the day after five working days from 10 March
INVESTIGATOR = CITY_CLERK.model_copy(update={"id": "city_investigator", "name": "市核查"})


def on_notice(world: World, started_on: date = date(2025, 1, 10)) -> tuple[str, str, str]:
    """A nomination on notice since 10 March with every opinion given: unit, nomination, notice."""
    unit_id = world.recognised()
    world.cultivated(unit_id, started_on)
    round_id = world.round().round_id
    nomination_id = world.nominated(round_id, unit_id).nomination_id
    world.reviewed(nomination_id)
    posted = notices.post(
        world.acting(CITY_CLERK),
        city.PostNotice(round_id=round_id, nomination_ids=(nomination_id,), contact="市三方办"),
    )
    world.all_say("nomination", nomination_id, node="330200")
    return unit_id, nomination_id, posted.notice_id


@pytest.mark.obligation("NB23-042")
def test_a_second_round_of_the_year_is_refused(world: World):
    world.round(2026)

    with pytest.raises(Refused) as refused:
        world.round(2026)

    assert refused.value.status == 409
    assert refused.value.code == "round_exists"
    assert world.round(2027).year == 2027


def test_a_planned_round_takes_nobody_until_it_opens(world: World):
    command = city.OpenRound(node="330200", year=2026, opens_on=date(2026, 4, 1))
    planned = rounds.open_round(world.acting(CITY_CLERK), command)
    unit_id = world.recognised()
    with pytest.raises(Refused, match="round_not_open"):
        world.nominated(planned.round_id, unit_id)

    april = datetime(2026, 4, 1, 2, 0, tzinfo=UTC)
    opened = rounds.open_round(
        world.acting(CITY_CLERK, now=april), city.OpenRound(node="330200", year=2026)
    )

    assert (planned.stage, opened.stage) == ("planned", "open")
    assert world.nominated(opened.round_id, unit_id, now=april).stage == "declared"


def test_a_district_does_not_open_the_citys_round(world: World):
    with pytest.raises(Refused) as refused:
        rounds.open_round(world.acting(CLERK), city.OpenRound(node="330200", year=2026))

    assert refused.value.status == 403


def test_only_a_recognised_unit_declares_itself_and_only_once(world: World):
    round_id = world.round().round_id
    with pytest.raises(Refused, match="recognition_required"):
        world.nominated(round_id, world.unit())
    unit_id = world.recognised()
    world.nominated(round_id, unit_id)

    with pytest.raises(Refused, match="already_nominated"):
        world.nominated(round_id, unit_id)


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


def test_the_city_does_not_review_before_the_district(world: World):
    nomination_id = world.nominated(world.round().round_id, world.recognised()).nomination_id

    with pytest.raises(Refused, match="district_review_required"):
        nominations.city_review(
            world.acting(CITY_CLERK), city.CityReview(nomination_id=nomination_id, outcome="pass")
        )


def _titled(unit_id: str) -> registry.TitleGranted:
    return registry.TitleGranted(
        unit_id=unit_id,
        title_id=f"title_{unit_id}",
        title_kind="city_demonstration",
        title_text="宁波市和谐劳动关系创建示范单位",
        level="city",
        number="1",
        plaque_number="1",
        granted_on=date(2025, 6, 1),
        round_year=2025,
        decision_id="d",
    )


def _revoked(unit_id: str) -> registry.TitleRevoked:
    return registry.TitleRevoked(
        unit_id=unit_id,
        title_id=f"title_{unit_id}",
        title_text="宁波市和谐劳动关系创建示范单位",
        level="city",
        revoked_on=date(2026, 1, 20),
        ground="major_violation",
        case_id="case",
        decision_id="d",
    )


@pytest.mark.parametrize("order", ["granted first", "revoked first"])
def test_a_titled_unit_declares_itself_again_only_after_losing_the_title(world, order):
    round_id = world.round().round_id
    unit_id = world.recognised()
    if order == "granted first":
        world.hear(_titled(unit_id))
        with pytest.raises(Refused, match="already_titled"):
            world.nominated(round_id, unit_id)
        world.hear(_revoked(unit_id))
    else:
        world.hear(_revoked(unit_id), _titled(unit_id))

    assert world.nominated(round_id, unit_id).stage == "declared"


def test_the_wait_after_a_revocation_is_the_packs_setting(world: World):
    pack = load_pack("ningbo-2023")
    wait = pack.settings["reapply.wait_months"]
    year = replace(wait, values=(replace(wait.values[0], value=12),))
    stricter = replace(pack, settings={**pack.settings, wait.name: year})
    world.hear(activation(sealed(stricter), date(2026, 1, 1)))
    round_id = world.round().round_id
    unit_id = world.recognised()
    world.hear(_titled(unit_id), _revoked(unit_id))

    with pytest.raises(Refused, match="reapply_too_early"):
        world.nominated(round_id, unit_id)


def test_only_the_units_own_district_reviews_it(world: World):
    nomination_id = world.nominated(world.round().round_id, world.recognised()).nomination_id
    command = city.DistrictReview(nomination_id=nomination_id, outcome="forward")

    with pytest.raises(Refused) as elsewhere:
        nominations.district_review(world.acting(ELSEWHERE), command)
    with pytest.raises(Refused) as above:
        nominations.district_review(world.acting(CITY_CLERK), command)

    assert (elsewhere.value.status, above.value.status) == (404, 403)


def test_a_refusal_on_the_way_needs_its_reason_and_ends_the_nomination(world: World):
    nomination_id = world.nominated(world.round().round_id, world.recognised()).nomination_id
    with pytest.raises(Refused, match="reason_required"):
        nominations.district_review(
            world.acting(CLERK), city.DistrictReview(nomination_id=nomination_id, outcome="refuse")
        )

    ended = nominations.district_review(
        world.acting(CLERK),
        city.DistrictReview(nomination_id=nomination_id, outcome="refuse", text="有欠薪投诉"),
    )

    assert (ended.stage, ended.reason) == ("refused", "有欠薪投诉")
    assert ended.decision_id


@pytest.mark.parametrize(
    ("posted", "ends"),
    [
        (datetime(2025, 9, 26, 2, tzinfo=UTC), date(2025, 10, 10)),
        (datetime(2026, 2, 12, 2, tzinfo=UTC), date(2026, 2, 26)),
        (datetime(2026, 9, 28, 2, tzinfo=UTC), date(2026, 10, 10)),
    ],
)
def test_a_notice_counts_working_days_from_the_day_after_posting(world: World, posted, ends):
    unit_id = world.recognised()
    round_id = world.round(2026, now=posted).round_id
    nomination_id = world.nominated(round_id, unit_id, now=posted).nomination_id
    world.reviewed(nomination_id, now=posted)

    notice = notices.post(
        world.acting(CITY_CLERK, now=posted),
        city.PostNotice(round_id=round_id, nomination_ids=(nomination_id,)),
    )

    assert notice.ends_on == ends
    assert notice.working_days == 5
    assert notice.days_from_text is False
    assert notice.days_note == ""


def test_a_notice_says_its_candidates_once_and_moves_the_round(world: World):
    unit_id = world.recognised()
    round_id = world.round().round_id
    nomination_id = world.nominated(round_id, unit_id).nomination_id
    world.reviewed(nomination_id)
    tx = world.acting(CITY_CLERK)

    notices.post(tx, city.PostNotice(round_id=round_id, nomination_ids=(nomination_id,)))

    posted = [e.model_dump() for e in said(tx, "notice_posted")]
    assert [e["unit_ids"] for e in posted] == [(unit_id,)]
    assert rounds.read(tx, city.ReadRound(round_id=round_id)).stage == "notice"


def test_on_its_last_day_the_notice_still_runs(world: World):
    _, nomination_id, _ = on_notice(world)
    last_day = datetime(2026, 3, 17, 15, 59, tzinfo=UTC)

    with pytest.raises(Refused, match="notice_not_finished"):
        naming.approve(
            world.acting(CITY_REVIEWER, now=last_day),
            city.ApproveNaming(nomination_id=nomination_id),
        )


def test_an_objection_stops_the_naming_until_it_is_settled(world: World):
    unit_id, nomination_id, notice_id = on_notice(world)
    receipt = objections.object_(
        world.acting(PUBLIC),
        city.RecordObjection(
            notice_id=notice_id,
            unit_id=unit_id,
            content="二月工资未发",
            objector_name="张三",
            objector_contact="138",
            signed=True,
        ),
    )
    command = city.ApproveNaming(nomination_id=nomination_id)
    with pytest.raises(Refused) as refused:
        naming.approve(world.acting(CITY_REVIEWER, now=AFTER), command)

    objections.resolve(
        world.acting(INVESTIGATOR, now=AFTER),
        city.ResolveObjection(
            objection_id=receipt.objection_id, outcome="unfounded", finding="工资已足额发放"
        ),
    )
    named = naming.approve(world.acting(CITY_REVIEWER, now=AFTER), command)

    assert refused.value.code == "objection_open"
    assert "异议" in refused.value.says
    assert named.stage == "approved"
    assert (receipt.acknowledge_by, receipt.conclude_by) == (date(2026, 3, 17), date(2026, 3, 31))


def test_who_objected_is_shown_to_the_citys_officers_only(world: World):
    unit_id, nomination_id, notice_id = on_notice(world)
    receipt = objections.object_(
        world.acting(PUBLIC),
        city.RecordObjection(
            notice_id=notice_id,
            unit_id=unit_id,
            content="二月工资未发",
            objector_name="张三",
            objector_contact="13800000000",
            signed=True,
        ),
    )
    command = city.ReadObjection(objection_id=receipt.objection_id)

    shown = objections.read(world.acting(CITY_CLERK), command)
    district = objections.read(world.acting(CLERK), command)
    own = nominations.read(
        world.acting(user_of(unit_id)), city.ReadNomination(nomination_id=nomination_id)
    )

    assert (shown.identity_shown, shown.objector_name) == (True, "张三")
    assert (district.identity_shown, district.objector_name) == (False, "")
    assert "张三" not in own.model_dump_json()
    assert "13800000000" not in own.model_dump_json()


def test_whoever_recommended_does_not_look_into_the_objection(world: World):
    unit_id, _, notice_id = on_notice(world)
    receipt = objections.object_(
        world.acting(PUBLIC),
        city.RecordObjection(
            notice_id=notice_id, unit_id=unit_id, content="欠薪", objector_kind="anonymous"
        ),
    )

    with pytest.raises(Refused, match="investigator_recommended"):
        objections.resolve(
            world.acting(CITY_CLERK),
            city.ResolveObjection(
                objection_id=receipt.objection_id, outcome="unfounded", finding="不实"
            ),
        )


def test_an_upheld_objection_may_remove_the_candidate(world: World):
    unit_id, nomination_id, notice_id = on_notice(world)
    receipt = objections.object_(
        world.acting(PUBLIC),
        city.RecordObjection(
            notice_id=notice_id, unit_id=unit_id, content="欠薪", objector_kind="anonymous"
        ),
    )

    found = objections.resolve(
        world.acting(INVESTIGATOR),
        city.ResolveObjection(
            objection_id=receipt.objection_id, outcome="upheld", finding="属实", effect="remove"
        ),
    )

    ended = nominations.read(
        world.acting(CITY_CLERK), city.ReadNomination(nomination_id=nomination_id)
    )
    assert found.stage == "upheld"
    assert ended.stage == "refused"
    chain = reading.decision(
        world.acting(CITY_CLERK), city.ReadDecision(decision_id=ended.decision_id)
    )
    assert chain["because"] == [found.decision_id]


def test_after_the_notice_no_objection_is_taken(world: World):
    unit_id, _, notice_id = on_notice(world)

    with pytest.raises(Refused, match="notice_finished"):
        objections.object_(
            world.acting(PUBLIC, now=AFTER),
            city.RecordObjection(
                notice_id=notice_id, unit_id=unit_id, content="欠薪", objector_kind="anonymous"
            ),
        )


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


def test_a_round_closes_when_nothing_is_left_open_and_reports_its_shortage(world: World):
    _, nomination_id, _ = on_notice(world)
    tx = world.acting(CITY_REVIEWER, now=AFTER)
    round_id = nominations.read(tx, city.ReadNomination(nomination_id=nomination_id)).round_id
    with pytest.raises(Refused, match="nominations_undecided"):
        rounds.close_round(tx, city.CloseRound(round_id=round_id))
    naming.approve(tx, city.ApproveNaming(nomination_id=nomination_id))

    closed = rounds.close_round(tx, city.CloseRound(round_id=round_id))

    assert closed.stage == "decided"
    assert {q.kind: q.shortage for q in closed.quotas}["enterprise"] == 29
    assert len(closed.named) == 1


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


def test_nominations_are_listed_within_the_actors_area(world: World):
    round_id = world.round().round_id
    nomination_id = world.nominated(round_id, world.recognised()).nomination_id

    mine = round_views.page(world.acting(REVIEWER), city.ListNominations(round_id=round_id))
    others = round_views.page(world.acting(ELSEWHERE), city.ListNominations(round_id=round_id))

    assert ids_of(mine) == [nomination_id]
    assert others.items == ()


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
