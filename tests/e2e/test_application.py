"""二(二) 自评自荐, through the public door: self-assessment, congress vote, application, window."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from deploy.sample import people
from deploy.sample.chain import moment, user_of
from shared.contracts import evaluation as ev
from shared.contracts import evaluation_round as rounds
from shared.contracts import registry as reg
from shared.contracts import registry_acts as acts
from shared.contracts.evaluation_answers import EvidenceRef, IndicatorResult
from tests.support.town import XIANGSHAN, Row, Town
from tests.support.waiting import wait_until

ZHENHAI, FENGHUA = "330211", "330213"
YEAR = 2023


def _unit(town: Town, division: str = ZHENHAI) -> Row:
    """A committed unit of a district whose plan is filed."""

    async def made() -> Row:
        await town.plan(division, YEAR)
        unit = await town.enter("enterprise", division)
        await town.chain.commit(unit, moment(date(YEAR, 2, 6)))
        await town.heard(unit, "committed_on")
        return unit

    return town.do(made())


def _apply(unit: Row, assessment: Row, resolution: Row | None) -> ev.SubmitApplication:
    return ev.SubmitApplication(
        unit_id=unit["unit_id"],
        assessment_id=assessment["assessment_id"],
        resolution_id=resolution["resolution_id"] if resolution else "",
        statement="自评达标，申请认定。",
    )


def _vote(unit: Row, **given: Any) -> ev.RecordResolution:
    usual = {
        "unit_id": unit["unit_id"], "meeting": "workers_congress", "held_on": date(YEAR, 3, 5),
        "members_total": 60, "present": 52, "yes": 49,
    }  # fmt: skip
    return ev.RecordResolution.model_validate(usual | given)


@pytest.mark.obligation("NB23-024")
def test_a_new_assessment_takes_the_plans_new_standard_and_the_old_one_keeps_its_own(
    town: Town,
) -> None:
    unit = _unit(town, XIANGSHAN)
    first = town.do(town.chain.assess(unit, moment(date(2023, 3, 4))))
    town.do(town.plan(XIANGSHAN, 2024))

    at = moment(date(2024, 3, 4))

    def begun() -> Row:
        found = town.system.ask(ev.ReadStandard(unit_id=unit["unit_id"]), user_of(unit), at)
        return dict(found) if found["from_plan"] and found["version"] == "2" else {}

    standard = wait_until(begun, what="the plan's standard of 2024")
    second = town.do(town.chain.assess(unit, at))
    read = ev.ReadAssessment(assessment_id=first["assessment_id"])
    old = town.system.ask(read, user_of(unit), at)
    draft = town.system.ask(read.model_copy(update={"version": 1}), user_of(unit), at)

    assert [i["heading"] for i in standard["indicators"]][6] == "民主管理"
    assert (second["standard_version"], len(second["results"])) == ("2", 9)
    assert (old["standard_version"], len(old["results"])) == ("2023", 26)
    assert second["pack_fingerprint"] != old["pack_fingerprint"]
    assert (draft["version"], old["version"], old["versions"]) == (1, 2, 2)
    assert {r["finding"] for r in draft["results"]} == {"open"}
    assert draft["saved_at"].startswith("2023-03-04")


@pytest.mark.obligation("NB23-025")
def test_no_application_without_a_passing_resolution_of_an_earlier_day(town: Town) -> None:
    unit = _unit(town)
    user, at = user_of(unit), moment(date(YEAR, 3, 6))
    assessment = town.do(town.chain.assess(unit, moment(date(YEAR, 3, 4))))
    failed = town.system.ask(_vote(unit, present=52, yes=30), user, at)
    passed = town.system.ask(_vote(unit), user, at)

    none = town.refused(_apply(unit, assessment, None), user, at)
    lost = town.refused(_apply(unit, assessment, failed), user, at)
    before = town.refused(_apply(unit, assessment, passed), user, moment(date(YEAR, 3, 4)))
    received = town.system.ask(_apply(unit, assessment, passed), user, at, patience=10)

    assert (failed["passed"], passed["passed"]) == (False, True)
    assert (none.status, none.code) == (409, "congress_resolution_required")
    assert none.clause == "NB23:二(二).2"
    assert lost.code == "congress_resolution_required"
    assert before.code == "resolution_after_application"
    assert received["stage"] == "received"


@pytest.mark.obligation("NB23-025")
@pytest.mark.parametrize(
    ("present", "yes", "passes"),
    [(40, 31, True), (39, 39, False), (60, 30, False), (60, 31, True)],
)
def test_two_thirds_present_and_more_than_half_of_all(
    town: Town, present: int, yes: int, passes: bool
) -> None:
    unit = town.do(town.enter("enterprise", ZHENHAI))

    at = moment(date(YEAR, 3, 6))
    vote = town.system.ask(_vote(unit, present=present, yes=yes), user_of(unit), at, patience=10)

    assert vote["passed"] is passes
    assert f"实到{present}人" in vote["says"]


def test_more_votes_than_members_is_pointed_at_its_field(town: Town) -> None:
    unit = _unit(town)
    town.do(town.chain.assess(unit, moment(date(YEAR, 3, 4))))

    wrong = town.refused(_vote(unit, members_total=60, present=52, yes=61), user_of(unit))
    crowd = town.refused(_vote(unit, members_total=60, present=75, yes=49), user_of(unit))

    assert (wrong.status, wrong.code) == (422, "votes_impossible")
    assert [e["pointer"] for e in wrong.errors] == ["/yes"]
    assert "多于应到60人" in wrong.says
    assert [e["pointer"] for e in crowd.errors] == ["/present"]
    listed = town.system.ask(ev.ListResolutions(unit_id=unit["unit_id"]), user_of(unit))
    assert listed["items"] == []


def _assessed(town: Town, unit: Row, finding: str, remark: str) -> Row:
    """A completed self-assessment with one mandatory item found otherwise than met."""

    async def done() -> Row:
        user, at = user_of(unit), moment(date(YEAR, 3, 4))
        started = await town.chain.ask(ev.StartAssessment(unit_id=unit["unit_id"]), user, at)
        standard = await town.chain.ask(ev.ReadStandard(unit_id=unit["unit_id"]), user, at)
        evidence = (EvidenceRef(file_id="file-1", name="佐证.pdf"),)
        results = [
            IndicatorResult(indicator_id=i["indicator_id"], finding="met", evidence=evidence)
            for i in standard["indicators"]
        ]
        results[3] = results[3].model_copy(update={"finding": finding, "remark": remark})
        key, version = started["assessment_id"], started["version"]
        saved = ev.SaveAssessment(assessment_id=key, version=version, results=tuple(results))
        await town.chain.ask(saved, user, at)
        done = await town.chain.ask(ev.CompleteAssessment(assessment_id=key), user, at)
        return dict(done) | {"item": results[3].indicator_id}

    return town.do(done())


@pytest.mark.obligation("NB23-026")
def test_an_unmet_mandatory_item_is_listed_and_a_reasoned_one_goes_through(town: Town) -> None:
    unit = _unit(town)
    user, at = user_of(unit), moment(date(YEAR, 3, 6))
    unmet = _assessed(town, unit, "not_met", "集体合同已到期，正在重签。")
    resolution = town.do(town.chain.vote(unit, moment(date(YEAR, 3, 5))))

    refused = town.refused(_apply(unit, unmet, resolution), user, at)
    mended = _assessed(town, unit, "partly", "集体合同已重签，正在备案。")
    received = town.system.ask(_apply(unit, mended, resolution), user, at)

    assert (refused.status, refused.code) == (409, "standard_not_met")
    assert f"/results/{unmet['item']}" in [e["pointer"] for e in refused.errors]
    assert unmet["mandatory_not_met"] == [unmet["item"]]
    assert mended["mandatory_not_met"] == []
    assert received["stage"] == "received"


def test_a_draft_is_not_applied_with(town: Town) -> None:
    unit = _unit(town)
    user, at = user_of(unit), moment(date(YEAR, 3, 6))
    resolution = town.do(town.chain.vote(unit, moment(date(YEAR, 3, 5))))
    draft = town.do(town.chain.ask(ev.StartAssessment(unit_id=unit["unit_id"]), user, at))

    refused = town.refused(_apply(unit, draft, resolution), user, at)

    assert (refused.status, refused.code) == (409, "self_assessment_required")


@pytest.mark.obligation("NB23-027")
def test_an_application_gets_a_receipt_number_and_lies_in_the_offices_inbox(town: Town) -> None:
    unit = _unit(town)
    assessment, resolution = town.do(town.ready_again(unit, YEAR))

    at = moment(date(YEAR, 3, 6))
    received = town.do(town.chain.apply(unit, assessment, resolution, at))
    inbox = ev.ListApplications(stage="received", unit_id=unit["unit_id"])
    here = town.system.ask(inbox, people.clerk(ZHENHAI))["items"]
    elsewhere = town.system.ask(inbox, people.clerk(FENGHUA))["items"]
    tasks = town.system.ask(rounds.ReadTasks(limit=500), people.clerk(ZHENHAI), at)["items"]

    assert received["receipt_number"].startswith(f"{ZHENHAI}-{YEAR}-")
    assert (received["stage"], received["office"]) == ("received", ZHENHAI)
    assert [a["receipt_number"] for a in here] == [received["receipt_number"]]
    assert elsewhere == []
    assert received["application_id"] in [t["case_id"] for t in tasks]
    steps = {s["step"]: s["state"] for s in received["steps"]}
    assert (steps["apply"], steps["review"]) == ("done", "due")


@pytest.mark.obligation("NB23-028")
def test_without_a_filed_plan_there_is_no_window(town: Town) -> None:
    async def prepared() -> tuple[Row, Row, Row]:
        unit = await town.enter("enterprise", FENGHUA)
        await town.chain.commit(unit, moment(date(YEAR, 2, 6)))
        await town.heard(unit, "committed_on")
        assessment = await town.chain.assess(unit, moment(date(YEAR, 3, 4)))
        return unit, assessment, await town.chain.vote(unit, moment(date(YEAR, 3, 5)))

    unit, assessment, resolution = town.do(prepared())
    user, at = user_of(unit), moment(date(YEAR, 3, 6))

    closed = town.refused(_apply(unit, assessment, resolution), user, at)
    missing = town.system.ask(acts.ListPlans(year=YEAR), people.clerk(people.CITY))["missing"]
    town.do(town.plan(FENGHUA, YEAR))
    opened = town.system.ask(_apply(unit, assessment, resolution), user, at, patience=10)

    assert (closed.status, closed.code) == (409, "no_open_window")
    assert closed.clause == "NB23:二(二).2"
    assert FENGHUA in [n["node"] for n in missing]
    assert (opened["stage"], opened["late"]) == ("received", False)


@pytest.mark.obligation("NB23-028", "NB23-029")
def test_after_the_plans_last_day_an_application_needs_its_reason(town: Town) -> None:
    unit = _unit(town)
    assessment, resolution = town.do(town.ready_again(unit, YEAR))
    user, at = user_of(unit), moment(date(YEAR, 5, 4))
    command = _apply(unit, assessment, resolution)

    refused = town.refused(command, user, at)
    reasoned = command.model_copy(update={"override_reason": "厂房搬迁，职代会延后召开。"})
    received = town.system.ask(reasoned, user, at)

    assert (refused.status, refused.code) == (409, "reason_required")
    assert "受理时限" in refused.says
    assert (received["stage"], received["late"]) == ("received", True)


@pytest.mark.obligation("NB23-030")
def test_recognition_is_a_standing_of_its_own_without_any_title(town: Town) -> None:
    unit = town.do(town.enter("enterprise", ZHENHAI))

    decided = town.do(town.recognised(unit, YEAR))

    def standing() -> Row:
        found = town.system.ask(reg.GetUnit(unit_id=unit["unit_id"]), people.clerk(ZHENHAI))
        return dict(found) if found["standing"] == "recognised" else {}

    now = wait_until(standing, what="the register to hear of it")
    titles = town.system.ask(acts.ListTitles(unit_id=unit["unit_id"]), people.clerk(ZHENHAI))
    assert (decided["stage"], decided["decided_on"]) == ("recognised", f"{YEAR}-03-20")
    assert [o["position"] for o in decided["opinions"]["opinions"]] == ["consent"] * 4
    assert (now["standing_on"], now["titles"]) == (f"{YEAR}-03-20", [])
    assert titles["items"] == []
