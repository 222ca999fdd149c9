"""Spot checks and censuses, each level over its own area (NB23 二(五))."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from services.oversight.handlers import checks, checks_view, review_view
from shared.contracts.evaluation import RecognitionWithdrawn, UnitRecognised
from shared.contracts.oversight import ExitCaseOpened, ListReview
from shared.contracts.oversight_checks import (
    AddCampaignUnit,
    CloseCampaign,
    DrawCampaign,
    ListCampaigns,
    OpenCampaign,
    RecordCheck,
)
from shared.contracts.refusals import Refused
from shared.contracts.registry import CommitmentAccepted
from shared.messaging.tx import Tx
from shared.policy.load import load_pack
from tests.integration.oversight.cases_builders import (
    CITY,
    CLERK,
    DISTRICT_CLERK,
    HAISHU,
    NOW,
    OTHER_DISTRICT,
    YINZHOU,
    Oversight,
)


@pytest.fixture
def oversight(tx_for: Callable[..., Tx]) -> Oversight:
    """Oversight with Ningbo's pack at work."""
    made = Oversight(tx_for)
    made.activate(load_pack("ningbo-2023"))
    return made


def a_campaign(oversight: Oversight, actor=DISTRICT_CLERK, **more):
    command = OpenCampaign.model_validate(
        {
            "node": actor.node,
            "title": "2026年上半年抽查",
            "kind": "spot",
            "scope": "both",
            "share": 25,
            "seed": 7,
            "starts_on": "2026-03-01",
            "ends_on": "2026-06-30",
        }
        | more
    )
    return oversight.ask(checks.open_campaign, command, actor)


def draw(oversight: Oversight, campaign_id: str, actor=DISTRICT_CLERK):
    return oversight.ask(checks.draw_campaign, DrawCampaign(campaign_id=campaign_id), actor)


def creating(oversight: Oversight, unit_id: str) -> None:
    oversight.hear(
        CommitmentAccepted(
            unit_id=unit_id,
            commitment_id=f"c-{unit_id}",
            office=HAISHU,
            accepted_on=date(2025, 4, 1),
        )
    )


def units(oversight: Oversight, number: int, division: str = HAISHU) -> list[str]:
    made = [oversight.a_unit(division) for _ in range(number)]
    for unit_id in made:
        creating(oversight, unit_id)
    return made


@pytest.mark.obligation("NB23-060")
def test_the_same_seed_over_the_same_forty_units_draws_the_same_ten(oversight):
    units(oversight, 40)

    first = draw(oversight, a_campaign(oversight).campaign_id)
    second = draw(oversight, a_campaign(oversight).campaign_id)
    other = draw(oversight, a_campaign(oversight, seed=8).campaign_id)

    assert [row.unit_id for row in first.rows] == [row.unit_id for row in second.rows]
    assert len(first.rows) == 10
    assert (first.seed, first.population) == (7, 40)
    assert first.population_digest == second.population_digest
    assert {row.unit_id for row in other.rows} != {row.unit_id for row in first.rows}


@pytest.mark.obligation("NB23-060")
def test_a_census_takes_every_creating_and_named_unit_and_no_other(oversight):
    named, _ = oversight.a_titled_unit()
    both = {named, *units(oversight, 3)}
    oversight.a_unit()

    drawn = draw(oversight, a_campaign(oversight, kind="census", share=100).campaign_id)

    assert {row.unit_id for row in drawn.rows} == both


def test_drawing_again_changes_nothing(oversight):
    units(oversight, 8)
    campaign = a_campaign(oversight)
    first = draw(oversight, campaign.campaign_id)
    units(oversight, 8)

    second = draw(oversight, campaign.campaign_id)

    assert second.rows == first.rows


def test_a_unit_whose_recognition_was_withdrawn_is_drawn_no_more(oversight):
    unit_id = units(oversight, 1)[0]
    oversight.hear(
        UnitRecognised(
            unit_id=unit_id,
            application_id="a1",
            office=HAISHU,
            recognised_on=date(2025, 9, 1),
            bodies=(),
            decision_id="d1",
        ),
        RecognitionWithdrawn(
            unit_id=unit_id, withdrawn_on=date(2026, 1, 5), reason="自愿", decision_id="d2"
        ),
    )

    with pytest.raises(Refused) as refused:
        draw(oversight, a_campaign(oversight).campaign_id)

    assert refused.value.code == "nothing_to_draw"


@pytest.mark.obligation("NB23-061")
def test_a_district_campaign_takes_no_unit_of_another_district(oversight):
    campaign = a_campaign(oversight)
    stranger = oversight.a_unit(YINZHOU)
    command = AddCampaignUnit(campaign_id=campaign.campaign_id, unit_id=stranger, reason="群众反映")

    with pytest.raises(Refused) as refused:
        oversight.ask(checks.add_campaign_unit, command, DISTRICT_CLERK)

    assert (refused.value.status, refused.value.code) == (403, "outside_area")


@pytest.mark.obligation("NB23-061")
def test_the_city_covers_all_districts_and_a_district_not_the_city(oversight):
    ours, theirs = units(oversight, 1), units(oversight, 1, YINZHOU)

    drawn = draw(oversight, a_campaign(oversight, CLERK, share=100).campaign_id, CLERK)
    with pytest.raises(Refused) as refused:
        a_campaign(oversight, DISTRICT_CLERK, node=CITY)

    assert {row.unit_id for row in drawn.rows} == {*ours, *theirs}
    assert refused.value.status == 403


def test_another_district_sees_no_campaign_of_ours(oversight):
    campaign = a_campaign(oversight)

    page = oversight.ask(checks_view.list_campaigns, ListCampaigns(), OTHER_DISTRICT)
    with pytest.raises(Refused) as refused:
        draw(oversight, campaign.campaign_id, OTHER_DISTRICT)

    assert page.items == ()
    assert refused.value.status == 404


@pytest.mark.obligation("NB23-060")
def test_a_campaign_holds_a_result_for_each_unit_before_it_closes(oversight):
    unit_id = units(oversight, 1)[0]
    campaign_id = draw(oversight, a_campaign(oversight).campaign_id).campaign_id
    close = CloseCampaign(campaign_id=campaign_id)

    with pytest.raises(Refused) as left:
        oversight.ask(checks.close_campaign, close, DISTRICT_CLERK)
    result = RecordCheck(
        campaign_id=campaign_id, unit_id=unit_id, result="passed", checked_on=NOW.date()
    )
    oversight.ask(checks.record_check, result, DISTRICT_CLERK)
    closed = oversight.ask(checks.close_campaign, close, DISTRICT_CLERK)

    assert left.value.code == "checks_left"
    assert (closed.state, closed.rows[0].result) == ("closed", "passed")


def test_a_grave_finding_goes_before_a_person_and_may_end_in_a_case(oversight):
    unit_id, _ = oversight.a_titled_unit()
    campaign_id = draw(oversight, a_campaign(oversight).campaign_id).campaign_id
    finding = RecordCheck(
        campaign_id=campaign_id,
        unit_id=unit_id,
        result="failed",
        findings="拖欠 30 名职工三个月工资",
        checked_on=NOW.date(),
        propose_exit=True,
        ground="major_violation",
    )

    oversight.ask(checks.record_check, finding, DISTRICT_CLERK)
    queue = oversight.ask(review_view.list_review, ListReview())
    before = len(oversight.said_of(ExitCaseOpened))
    answer = oversight.confirm(queue.items[0].trigger_id, severity="major")

    assert before == 0
    assert "拖欠" in queue.items[0].says
    assert answer.outcome == "case"
    assert len(oversight.said_of(ExitCaseOpened)) == 1


def test_a_failed_check_says_what_was_found(oversight):
    unit_id = units(oversight, 1)[0]
    campaign_id = draw(oversight, a_campaign(oversight).campaign_id).campaign_id
    silent = RecordCheck(
        campaign_id=campaign_id, unit_id=unit_id, result="failed", checked_on=NOW.date()
    )

    with pytest.raises(Refused) as refused:
        oversight.ask(checks.record_check, silent, DISTRICT_CLERK)

    assert (refused.value.status, refused.value.code) == (422, "findings_missing")
