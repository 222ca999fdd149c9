"""Spot checks and censuses over creating and named units (NB23 二(五) 抽查和普查相结合)."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.sample import people
from deploy.sample.story import law_today
from shared.contracts import oversight_checks as checks
from tests.support.batch import Batch
from tests.support.oversight import refused
from tests.support.system import System

DISTRICT = people.clerk("330226")


def a_campaign(system: System, **changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "node": "330226", "title": "年度检查核查", "kind": "spot", "scope": "both", "share": 25,
        "seed": 7, "starts_on": law_today(), "ends_on": law_today(),
    }  # fmt: skip
    return dict(system.ask(checks.OpenCampaign.model_validate(given | changes), DISTRICT))


def drawn(system: System, campaign: dict[str, Any]) -> dict[str, Any]:
    command = checks.DrawCampaign(campaign_id=campaign["campaign_id"])
    return dict(system.ask(command, DISTRICT))


@pytest.mark.obligation("NB23-060")
def test_the_same_seed_draws_the_same_ten_of_forty(system: System, batch: Batch) -> None:
    units = {u["unit_id"] for u in batch.all_of("creating", "330226")}

    first = drawn(system, a_campaign(system))
    second = drawn(system, a_campaign(system))
    other = drawn(system, a_campaign(system, seed=8))

    chosen = [row["unit_id"] for row in first["rows"]]
    assert (first["population"], first["seed"], len(chosen)) == (40, 7, 10)
    assert set(chosen) <= units
    assert [row["unit_id"] for row in second["rows"]] == chosen
    assert second["population_digest"] == first["population_digest"]
    assert [row["unit_id"] for row in other["rows"]] != chosen


@pytest.mark.obligation("NB23-060")
def test_a_census_takes_all_and_keeps_a_result_for_each(system: System, batch: Batch) -> None:
    units = {u["unit_id"] for u in batch.all_of("creating", "330226")}
    census = drawn(system, a_campaign(system, kind="census", share=100))
    one = census["rows"][0]["unit_id"]
    early = refused(system, checks.CloseCampaign(campaign_id=census["campaign_id"]), DISTRICT)

    found = system.ask(
        checks.RecordCheck(
            campaign_id=census["campaign_id"], unit_id=one, result="rectify",
            findings="考勤记录不全，限期整改。", checked_on=law_today(),
        ),
        DISTRICT,
    )  # fmt: skip

    assert {row["unit_id"] for row in census["rows"]} == units
    [row] = [row for row in found["rows"] if row["unit_id"] == one]
    assert (row["result"], row["findings"]) == ("rectify", "考勤记录不全，限期整改。")
    assert (early.status, early.code) == (409, "checks_left")


@pytest.mark.obligation("NB23-061")
def test_each_level_checks_its_own_area_and_the_city_all_of_them(
    system: System, batch: Batch
) -> None:
    elsewhere = batch.all_of("titled", "330281")[0]
    own = a_campaign(system)
    add = checks.AddCampaignUnit(
        campaign_id=own["campaign_id"], unit_id=elsewhere["unit_id"], reason="专项检查"
    )
    city = checks.OpenCampaign(
        node=people.CITY, title="全市检查", kind="spot", scope="named", share=1, seed=1,
        starts_on=law_today(), ends_on=law_today(),
    )  # fmt: skip

    other_area = refused(system, add, DISTRICT)
    above = refused(system, city, DISTRICT)
    whole = system.ask(city, people.clerk(people.CITY))
    added = system.ask(
        add.model_copy(update={"campaign_id": whole["campaign_id"]}), people.clerk(people.CITY)
    )

    assert (other_area.status, other_area.code) == (403, "outside_area")
    assert (above.status, above.code) == (403, "outside_area")
    assert elsewhere["unit_id"] in [row["unit_id"] for row in added["rows"]]
