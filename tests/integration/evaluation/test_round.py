"""The city's yearly round and the way into it (NB23 二(四))."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.evaluation.handlers import (
    naming,
    nominations,
    round_views,
    rounds,
)
from shared.contracts import evaluation_round as city
from shared.contracts import registry
from shared.contracts.refusals import Refused
from shared.policy.codec import sealed
from shared.policy.load import load_pack
from tests.integration.evaluation.conftest import (
    AFTER,
    CITY_CLERK,
    CITY_REVIEWER,
    CLERK,
    ELSEWHERE,
    REVIEWER,
    World,
    activation,
    ids_of,
    on_notice,
)


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


def test_nominations_are_listed_within_the_actors_area(world: World):
    round_id = world.round().round_id
    nomination_id = world.nominated(round_id, world.recognised()).nomination_id

    mine = round_views.page(world.acting(REVIEWER), city.ListNominations(round_id=round_id))
    others = round_views.page(world.acting(ELSEWHERE), city.ListNominations(round_id=round_id))

    assert ids_of(mine) == [nomination_id]
    assert others.items == ()
