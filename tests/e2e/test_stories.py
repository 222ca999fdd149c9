"""Stories 3 and 4: a joint decision with dissent, quorum and minutes; an objection on notice."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

from deploy.sample import people
from deploy.sample.chain import moment, user_of
from shared.contracts import evaluation as ev
from shared.contracts import evaluation_round as rounds
from shared.contracts import registry_acts as acts
from shared.contracts.refusals import Refused
from tests.e2e.conftest import StoryRound
from tests.support.town import SHORT, Row, Town

ZHENHAI, CITY = "330211", people.CITY
GROUND = "去年两起欠薪投诉尚未结案，本会不同意认定。"
OCTOBER = moment(date(2023, 10, 16))
NOVEMBER = moment(date(2023, 11, 1))


def _say(case_id: str, position: str, text: str = "同意认定。") -> ev.RecordOpinion:
    return ev.RecordOpinion(case="application", case_id=case_id, position=position, text=text)


def test_story_3_a_body_is_missing_a_side_dissents_and_the_minutes_say_so(town: Town) -> None:
    unit = town.do(town.enter("enterprise", ZHENHAI))
    key = town.do(town.applied(unit, 2023))["application_id"]
    government, union, *employers = people.seats(ZHENHAI)
    at, reviewer = moment(date(2023, 3, 20)), people.reviewer(ZHENHAI)
    recognise = ev.DecideRecognition(application_id=key, outcome="recognise")

    for seat in (government, employers[0]):
        town.system.ask(_say(key, "consent"), seat, at)
    unheard = town.refused(recognise, reviewer, at)
    silent = town.refused(_say(key, "dissent", ""), union, at)
    town.system.ask(_say(key, "dissent", GROUND), union, at)
    own = "本会副会长是该企业股东，回避。"
    town.system.ask(_say(key, "recuse", own), employers[1], at)
    opposed = town.refused(recognise, reviewer, at)
    refuse = ev.DecideRecognition(application_id=key, outcome="refuse", reason="职工方不同意。")
    decided = town.system.ask(refuse, reviewer, at)
    minutes = town.system.ask(rounds.ReadMinutes(case="application", case_id=key), reviewer, at)

    assert (unheard.status, unheard.code) == (409, "opinions_incomplete")
    assert (silent.status, silent.errors[0]["pointer"]) == (422, "/text")
    assert (opposed.status, opposed.code) == (409, "sides_not_consenting")
    assert decided["stage"] == "refused"
    assert [(d["body"], d["text"]) for d in minutes["dissents"]] == [("镇海区总工会", GROUND)]
    assert [(r["body"], r["text"]) for r in minutes["recusals"]] == [(employers[1].body, own)]
    assert {o["body"] for o in minutes["opinions"]} == {s.body for s in people.seats(ZHENHAI)}
    assert "职工方不同意" in minutes["quorum_says"]
    assert minutes["decision_id"] == decided["decision_id"]


def test_a_changed_mind_is_a_new_opinion_and_the_old_one_is_kept(town: Town) -> None:
    unit = town.do(town.enter("enterprise", ZHENHAI))
    key = town.do(town.applied(unit, 2023))["application_id"]
    _, union, *_ = people.seats(ZHENHAI)
    at = moment(date(2023, 3, 20))

    town.system.ask(_say(key, "dissent", GROUND), union, at)
    town.do(town.opinions("application", key, ZHENHAI, at))
    decide = ev.DecideRecognition(application_id=key, outcome="recognise")
    decided = town.system.ask(decide, people.reviewer(ZHENHAI), at)

    said = [o for o in decided["opinions"]["opinions"] if o["body"] == union.body]
    assert [(o["position"], o["standing"]) for o in said] == [("dissent", False), ("consent", True)]
    late = town.refused(_say(key, "dissent", GROUND), union, at)
    assert (late.status, late.code) == (409, "stage_does_not_allow")


def _object(story_round: StoryRound, unit: Row) -> rounds.RecordObjection:
    return rounds.RecordObjection(
        notice_id=story_round.notice_id, unit_id=unit["unit_id"],
        content="该单位八月份拖欠车间加班工资。", objector_kind="person",
        objector_name="陈志强", objector_contact="13800000000", signed=True,
    )  # fmt: skip


def test_story_4_an_objection_on_notice_blocks_naming_until_its_finding(
    town: Town, story_round: StoryRound
) -> None:
    candidate = story_round.on_notice["objected"]
    name, unit = candidate.nomination_id, candidate.unit
    town.do(town.opinions("nomination", name, CITY, OCTOBER))

    receipt = town.system.ask(_object(story_round, unit), user_of(unit), OCTOBER)
    approve = rounds.ApproveNaming(nomination_id=name, override_reason=SHORT)
    blocked = town.refused(approve, people.decider(CITY), NOVEMBER)
    finding = rounds.ResolveObjection(
        objection_id=receipt["objection_id"], outcome="unfounded",
        finding="经核查考勤和工资台账，加班工资已按月足额支付。",
    )  # fmt: skip
    own_case = town.refused(finding, people.reviewer(CITY), NOVEMBER)
    found = town.system.ask(finding, people.decider(CITY), NOVEMBER)
    named = town.system.ask(approve, people.decider(CITY), NOVEMBER)

    assert (receipt["acknowledge_by"], receipt["conclude_by"]) == ("2023-10-23", "2023-11-06")
    assert (blocked.status, blocked.code) == (409, "objection_open")
    assert (own_case.status, own_case.code) == (409, "investigator_recommended")
    assert found["stage"] == "unfounded"
    assert named["stage"] == "approved"
    assert found["decision_id"] in town.decision(named["decision_id"])["because"]


def test_story_4_an_upheld_objection_takes_the_candidate_out(
    town: Town, story_round: StoryRound
) -> None:
    candidate = story_round.on_notice["removed"]
    unit = candidate.unit

    receipt = town.system.ask(_object(story_round, unit), user_of(unit), OCTOBER)
    finding = rounds.ResolveObjection(
        objection_id=receipt["objection_id"], outcome="upheld", effect="remove",
        finding="查实拖欠 37 人八月份加班工资。",
    )  # fmt: skip
    town.system.ask(finding, people.decider(CITY), NOVEMBER)
    after = town.nomination(candidate.nomination_id)
    notice = town.anybody(f"/public/v1/notices/{story_round.notice_id}")

    assert after["stage"] == "refused"
    assert "查实拖欠" in after["reason"]
    assert "陈志强" not in str(notice)
    titles = acts.ListTitles(unit_id=unit["unit_id"])
    assert town.system.ask(titles, people.clerk(CITY))["items"] == []


def _both(town: Town, first: Any, second: Any) -> tuple[list[Row], list[Refused]]:
    """Two acts at the same instant: what went through, and what was refused."""

    async def one(command: Any, actor: Any, at: Any) -> Any:
        return await town.chain.ask(command, actor, at, patience=0)

    async def at_once() -> list[Any]:
        both = asyncio.gather(one(*first), one(*second), return_exceptions=True)
        return list(await both)

    found = town.do(at_once())
    return (
        [r for r in found if isinstance(r, dict)],
        [r for r in found if isinstance(r, Refused)],
    )


def test_two_officers_recognise_and_refuse_at_once_and_one_of_them_is_told(town: Town) -> None:
    unit = town.do(town.enter("enterprise", ZHENHAI))
    key = town.do(town.applied(unit, 2023))["application_id"]
    at = moment(date(2023, 3, 20))
    town.do(town.opinions("application", key, ZHENHAI, at))
    yes = ev.DecideRecognition(application_id=key, outcome="recognise")
    no = ev.DecideRecognition(application_id=key, outcome="refuse", reason="材料存疑。")
    one, other = people.reviewer(ZHENHAI), people.decider(ZHENHAI)

    won, lost = _both(town, (yes, one, at), (no, other, at))

    assert len(won) == 1
    assert [(r.status, r.code) for r in lost] == [(409, "stage_does_not_allow")]
    winner = one if won[0]["stage"] == "recognised" else other
    assert winner.name in lost[0].says
    read = ev.ReadApplication(application_id=key)
    now = town.system.ask(read, people.clerk(ZHENHAI))
    assert (now["stage"], now["decision_id"]) == (won[0]["stage"], won[0]["decision_id"])


def test_two_officers_name_and_refuse_at_once_and_one_title_at_most_is_given(
    town: Town, story_round: StoryRound
) -> None:
    name = story_round.on_notice["raced"].nomination_id
    town.do(town.opinions("nomination", name, CITY, NOVEMBER))
    yes = rounds.ApproveNaming(nomination_id=name, override_reason=SHORT)
    no = rounds.RefuseNaming(nomination_id=name, reason="材料存疑。")

    won, lost = _both(
        town, (yes, people.decider(CITY), NOVEMBER), (no, people.reviewer(CITY), NOVEMBER)
    )

    assert len(won) == 1
    assert [(r.status, r.code) for r in lost] == [(409, "stage_does_not_allow")]
    assert "现处于" in lost[0].says
    assert town.nomination(name)["stage"] == won[0]["stage"]
