"""二(三)、二(四) through the public door: cultivation, one round a year, four steps, title, plaque."""

from __future__ import annotations

from datetime import date

import pytest

from deploy.sample import people
from deploy.sample.chain import moment
from shared.contracts import evaluation_round as rounds
from shared.contracts import registry_acts as acts
from tests.e2e.conftest import FullRound, StoryRound
from tests.support.town import SHORT, Town

ZHENHAI = "330211"
NOVEMBER = moment(date(2023, 11, 1))
CITY = people.CITY


@pytest.mark.obligation("NB23-041")
def test_naming_before_a_year_of_cultivation_waits_for_a_written_reason(
    town: Town, story_round: StoryRound
) -> None:
    candidate = story_round.on_notice["short"]
    name = candidate.nomination_id
    town.do(town.opinions("nomination", name, CITY, NOVEMBER))

    bare = rounds.ApproveNaming(nomination_id=name)
    refused = town.refused(bare, people.decider(CITY), NOVEMBER)
    seen = town.system.ask(
        rounds.ReadNomination(nomination_id=name), people.reviewer(CITY), NOVEMBER
    )
    named = town.do(town.name(name, NOVEMBER, SHORT))

    assert (seen["cultivation_from"], seen["cultivation_months"]) == ("2023-03-22", 7)
    assert (refused.status, refused.code) == (409, "reason_required")
    assert refused.says.startswith("培育期不足一年")
    assert refused.clause == "NB23:二(三).4"
    assert (named["stage"], named["override_reason"]) == ("approved", SHORT)


@pytest.mark.obligation("NB23-041")
def test_after_a_year_of_cultivation_no_reason_is_asked_for(
    town: Town, full_round: FullRound
) -> None:
    name = full_round.named["park"][0].nomination_id

    found = town.decision(town.nomination(name)["decision_id"])

    [rule] = [r for r in found["rules"] if r["code"] == "cultivation_short"]
    assert rule["outcome"] == "met"
    assert {f["name"]: f["value"] for f in found["facts"]}["cultivation.months"] == 19


@pytest.mark.obligation("NB23-042")
def test_a_second_round_of_the_year_is_refused(town: Town, full_round: FullRound) -> None:
    again = rounds.OpenRound(node=CITY, year=2024)

    refused = town.refused(again, people.reviewer(CITY), moment(date(2024, 11, 4)))
    listed = town.system.ask(rounds.ListRounds(node=CITY, year=2024), people.clerk(CITY))["items"]

    assert (refused.status, refused.code) == (409, "round_exists")
    assert "每年只开展一次" in refused.says
    assert [r["round_id"] for r in listed] == [full_round.round_id]


@pytest.mark.obligation("NB23-043")
def test_no_step_is_skipped_and_each_has_who_when_and_outcome(
    town: Town, story_round: StoryRound
) -> None:
    name = story_round.declared.nomination_id
    reviewer, decider = people.reviewer(CITY), people.decider(CITY)
    approve = rounds.ApproveNaming(nomination_id=name, override_reason=SHORT)
    review = rounds.CityReview(nomination_id=name, outcome="pass", text="审核通过。")
    post = rounds.PostNotice(round_id=story_round.round_id, nomination_ids=(name,), contact="0574")
    forward = rounds.DistrictReview(nomination_id=name, outcome="forward", text="同意推荐。")
    at = moment(date(2023, 10, 16))

    over_the_district = town.refused(review, reviewer, at)
    unreviewed = town.refused(post, people.clerk(CITY), at)
    town.system.ask(forward, people.reviewer(ZHENHAI), at)
    still_unreviewed = town.refused(post, people.clerk(CITY), at)
    town.system.ask(review, reviewer, at)
    town.do(town.opinions("nomination", name, CITY, at))
    unannounced = town.refused(approve, decider, at)
    notice = town.system.ask(post, people.clerk(CITY), at)
    running = town.refused(approve, decider, moment(date(2023, 10, 23)))
    named = town.system.ask(approve, decider, moment(date(2023, 10, 24)))

    assert (over_the_district.status, over_the_district.code) == (409, "district_review_required")
    assert [r.code for r in (unreviewed, still_unreviewed)] == ["city_review_required"] * 2
    assert (unannounced.status, unannounced.code) == (409, "notice_not_finished")
    assert (notice["working_days"], notice["ends_on"]) == (5, "2023-10-23")
    assert running.code == "notice_not_finished"
    steps = named["steps"][:5]
    assert [s["step"] for s in steps] == [
        "declare", "district_review", "city_review", "notice", "approve",
    ]  # fmt: skip
    assert {s["state"] for s in steps} == {"done"}
    assert all(s["done_at"] and s["outcome"] and s["clause"] for s in steps)
    assert len({s["done_by"] for s in steps}) == 5


@pytest.mark.obligation("NB23-044")
def test_the_title_has_its_quoted_name_number_day_kind_and_round(
    town: Town, full_round: FullRound
) -> None:
    unit = full_round.named["site"][0].unit

    title = town.do(town.title_of(unit))

    assert title["title_text"] == "宁波市和谐劳动关系创建示范单位"
    assert (title["level"], title["node"], title["status"]) == ("city", CITY, "active")
    assert (title["unit_kind"], title["round_year"]) == ("site", 2024)
    assert title["granted_on"] == "2024-10-28"
    assert title["number"]
    others = town.do(town.title_of(full_round.named["site"][1].unit))
    assert others["number"] != title["number"]


@pytest.mark.obligation("NB23-045")
def test_the_plaque_is_issued_with_number_and_receiver_and_anybody_verifies_it(
    town: Town, full_round: FullRound
) -> None:
    title = town.do(town.title_of(full_round.named["township"][0].unit))
    issue = acts.IssuePlaque(
        title_id=title["title_id"], issued_on=date(2024, 11, 8), received_by="李秀英"
    )

    issued = town.system.ask(issue, people.clerk(CITY), moment(date(2024, 11, 8)))
    twice = town.refused(issue, people.clerk(CITY), moment(date(2024, 11, 8)))
    seen = town.anybody(f"/public/v1/plaques/{issued['plaque']['number']}")
    page = town.page(f"/public/plaques/{issued['plaque']['verify_code']}")

    assert title["plaque"]["place"] == "to_issue"
    plaque = issued["plaque"]
    assert (plaque["place"], plaque["issued_on"], plaque["received_by"]) == (
        "issued", "2024-11-08", "李秀英",
    )  # fmt: skip
    assert twice.status == 409
    assert (seen["genuine"], seen["place"]) == (True, "issued")
    assert title["unit_text"] in page
    assert "<svg" in page


@pytest.mark.obligation("NB23-047")
def test_a_published_practice_is_found_by_its_unit(town: Town, full_round: FullRound) -> None:
    unit = full_round.named["enterprise"][0].unit
    town.do(town.title_of(unit))
    text = "班组议事会每月一次，诉求三日内答复。"
    add = acts.AddPractice(unit_id=unit["unit_id"], title="班组议事会", text=text)
    search = acts.FindPractices(unit_id=unit["unit_id"])
    at = moment(date(2024, 12, 2))

    added = town.system.ask(add, people.clerk(ZHENHAI), at)
    publish = acts.PublishPractice(practice_id=added["practice_id"])
    published = town.system.ask(publish, people.clerk(CITY), at)
    by_unit = town.system.ask(search, people.clerk(CITY))["practices"]
    by_text = town.system.ask(acts.FindPractices(text="班组议事会"), people.clerk(CITY))
    other = acts.FindPractices(unit_id=full_round.named["enterprise"][1].unit["unit_id"])

    assert (added["state"], published["state"]) == ("draft", "published")
    assert [p["practice_id"] for p in by_unit] == [added["practice_id"]]
    assert added["practice_id"] in [p["practice_id"] for p in by_text["practices"]]
    assert town.system.ask(other, people.clerk(CITY))["practices"] == []


def test_the_honour_register_is_asked_as_of_a_day_and_as_then_known(
    town: Town, full_round: FullRound
) -> None:
    title = town.do(town.title_of(full_round.named["township"][1].unit))
    learned = moment(date(2024, 12, 16))
    issue = acts.IssuePlaque(
        title_id=title["title_id"], issued_on=date(2024, 12, 2), received_by="周丽"
    )
    town.system.ask(issue, people.clerk(CITY), learned)

    def place(as_of: date, known: date) -> str:
        asked = acts.GetTitle(
            title_id=title["title_id"], as_of=as_of, known_at=moment(known, hour=12)
        )
        found = town.system.ask(asked, people.clerk(CITY), moment(date(2025, 1, 7)))
        return str(found["plaque"]["place"])

    before = acts.ListTitles(unit_id=title["unit_id"], as_of=date(2024, 10, 27))
    assert place(date(2024, 12, 5), date(2024, 12, 20)) == "issued"
    assert place(date(2024, 12, 1), date(2024, 12, 20)) == "to_issue"
    assert town.system.ask(before, people.clerk(CITY))["items"] == []
    unknown_then = acts.GetTitle(
        title_id=title["title_id"], as_of=date(2024, 12, 5), known_at=moment(date(2024, 12, 10))
    )
    then = town.system.ask(unknown_then, people.clerk(CITY), moment(date(2025, 1, 7)))
    assert then["plaque"]["place"] == "to_issue"
