"""公开公示 and objections (A-13; standards 5.2)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.evaluation.handlers import (
    naming,
    nominations,
    notices,
    objections,
    reading,
    rounds,
)
from shared.contracts import evaluation_round as city
from shared.contracts.refusals import Refused
from tests.integration.evaluation.conftest import (
    AFTER,
    CITY_CLERK,
    CITY_REVIEWER,
    CLERK,
    INVESTIGATOR,
    PUBLIC,
    World,
    on_notice,
    said,
    user_of,
)


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
