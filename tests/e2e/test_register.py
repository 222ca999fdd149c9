"""二(一) 广泛倡议, through the public door: who may be entered, commitments, what plans rest on."""

from __future__ import annotations

from datetime import date

import pytest

from deploy.sample import people
from deploy.sample.chain import SECTIONS, moment, user_of
from shared.contracts import registry as reg
from shared.contracts import registry_acts as acts
from tests.support.town import Row, Town, an_entry, each

NINGHAI, YUYAO, CIXI, ZHENHAI = "330226", "330281", "330282", "330211"
KINDS = ("enterprise", "site", "park", "township", "industry")


def _codes(warnings: list[Row]) -> list[str]:
    return [w["code"] for w in warnings]


@pytest.mark.obligation("NB23-016")
def test_exactly_the_five_kinds_are_entered_each_with_its_own_fields(town: Town) -> None:
    entered = town.do(each(KINDS, town.enter))
    chain = an_entry("enterprise", ZHENHAI, 1).model_copy(update={"kind": "supply chain"})
    park = an_entry("park", ZHENHAI, 2).model_copy(update={"details": {}})

    sixth = town.refused(reg.RegisterUnit(entry=chain), people.clerk(ZHENHAI))
    bare = town.refused(reg.RegisterUnit(entry=park), people.clerk(ZHENHAI))

    assert [u["kind"] for u in entered] == list(KINDS)
    assert [u["kind_text"] for u in entered] == [
        "企业", "工地项目", "工业园区", "乡镇（街道）", "行业（协会）",
    ]  # fmt: skip
    assert entered[1]["details"]["contractor"].endswith("建设有限公司")
    assert entered[2]["details"]["managing_body"] == "园区管理委员会"
    assert (sixth.status, sixth.code) == (422, "kind_unknown")
    assert sixth.clause == "NB23:二(一).1"
    assert bare.status == 422
    assert "管理机构" in bare.says


def _letter(unit: Row, signatory: str = "张建国") -> acts.SubmitCommitment:
    return acts.SubmitCommitment(
        unit_id=unit["unit_id"], signatory=signatory, signed_on=date(2023, 2, 3),
        file_name="创建承诺书.pdf", file_digest="",
    )  # fmt: skip


@pytest.mark.obligation("NB23-017")
def test_an_accepted_commitment_makes_the_unit_creating_from_its_day(town: Town) -> None:
    unit = town.do(town.enter("enterprise", ZHENHAI))
    at = moment(date(2023, 2, 6))

    given = town.system.ask(_letter(unit), user_of(unit), at)
    inbox = acts.ListCommitments(unit_id=unit["unit_id"], status="submitted")
    here = town.system.ask(inbox, people.clerk(ZHENHAI))["commitments"]
    elsewhere = town.system.ask(inbox, people.clerk(CIXI))["commitments"]
    accept = acts.AcceptCommitment(commitment_id=given["commitment_id"])
    taken = town.system.ask(accept, people.clerk(ZHENHAI), at)
    now = town.system.ask(reg.GetUnit(unit_id=unit["unit_id"]), people.clerk(ZHENHAI))

    assert given["office"] == ZHENHAI
    assert [c["commitment_id"] for c in here] == [given["commitment_id"]]
    assert elsewhere == []
    assert (taken["status"], taken["signatory"], taken["signed_on"]) == (
        "accepted", "张建国", "2023-02-03",
    )  # fmt: skip
    assert (now["standing"], now["standing_on"]) == ("creating", "2023-02-06")


@pytest.mark.obligation("NB23-017")
def test_a_letter_nobody_signed_is_not_accepted(town: Town) -> None:
    unit = town.do(town.enter("enterprise", ZHENHAI))
    given = town.system.ask(_letter(unit, signatory=""), user_of(unit), moment(date(2023, 2, 6)))

    refused = town.refused(
        acts.AcceptCommitment(commitment_id=given["commitment_id"]), people.clerk(ZHENHAI)
    )

    assert (refused.status, refused.code) == (422, "signatory_unknown")
    unit_now = town.system.ask(reg.GetUnit(unit_id=unit["unit_id"]), people.clerk(ZHENHAI))
    assert unit_now["standing"] == "registered"


def _figures(sheet: Row, lines: str) -> dict[str, tuple[int, int]]:
    return {line["key"]: (line["units"], line["headcount"]) for line in sheet[lines]}


def _grown(before: Row, after: Row, lines: str) -> dict[str, tuple[int, int]]:
    then, now = _figures(before, lines), _figures(after, lines)
    return {
        key: (units - then.get(key, (0, 0))[0], heads - then.get(key, (0, 0))[1])
        for key, (units, heads) in now.items()
        if (units, heads) != then.get(key, (0, 0))
    }


@pytest.mark.obligation("NB23-018")
def test_the_planning_sheet_counts_by_kind_area_band_and_risk(town: Town) -> None:
    asked = acts.PlanningSheet(node=NINGHAI, year=2024)
    clerk = people.clerk(NINGHAI)
    before = town.system.ask(asked, clerk)

    town.do(town.enter("enterprise", NINGHAI, headcount=12))
    town.do(town.enter("enterprise", NINGHAI, headcount=1500))
    town.do(town.enter("site", NINGHAI, headcount=200))
    after = town.system.ask(asked, clerk)

    assert after["total"] - before["total"] == 3
    assert _grown(before, after, "by_kind") == {"enterprise": (2, 1512), "site": (1, 200)}
    assert _grown(before, after, "by_area") == {NINGHAI: (3, 1712)}
    assert _grown(before, after, "by_band") == {
        "0-19": (1, 12), "20-299": (1, 200), "1000+": (1, 1500),
    }  # fmt: skip
    assert _grown(before, after, "by_risk") == {"clear": (3, 1712)}
    assert {"held", "watched", "warned"} <= set(_figures(after, "by_risk"))


def _plan(**given: object) -> acts.FilePlan:
    usual = {"year": 2024, "sections": SECTIONS, "window_from": date(2024, 1, 1)}
    return acts.FilePlan.model_validate(usual | given)


@pytest.mark.obligation("NB23-019")
def test_a_plan_that_carries_out_no_upper_document_shows_a_warning(town: Town) -> None:
    at, clerk = moment(date(2024, 1, 15)), people.clerk(CIXI)
    document = town.system.ask(
        acts.AddDocument(
            title="2024年全市和谐劳动关系创建工作安排", issuer="宁波市协调劳动关系三方会议",
            level="city", issued_on=date(2024, 1, 8),
        ),
        people.clerk(people.CITY), at,
    )  # fmt: skip

    alone = town.system.ask(_plan(), clerk, at)
    linked = town.system.ask(_plan(document_ids=(document["document_id"],)), clerk, at)

    assert "plan_without_upper_document" in _codes(alone["warnings"])
    assert alone["warnings"][0]["clause"] == "NB23:二(一).2"
    assert "plan_without_upper_document" not in _codes(linked["warnings"])
    assert [d["title"] for d in linked["documents"]] == ["2024年全市和谐劳动关系创建工作安排"]


@pytest.mark.obligation("NB23-029")
def test_a_deadline_of_15_may_is_accepted_with_a_warning_and_its_reason(town: Town) -> None:
    at, clerk = moment(date(2024, 1, 15)), people.clerk(YUYAO)
    late = date(2024, 5, 15)

    unexplained = town.refused(_plan(deadline_on=late), clerk, at)
    usual = town.system.ask(_plan(), clerk, at)
    explained = town.system.ask(
        _plan(deadline_on=late, deadline_reason="企业春季招聘集中，自评顺延。"), clerk, at
    )

    assert (unexplained.status, unexplained.errors[0]["pointer"]) == (409, "/deadline_reason")
    assert usual["deadline_on"] == "2024-04-30"
    assert "plan_deadline_late" not in _codes(usual["warnings"])
    assert explained["deadline_on"] == "2024-05-15"
    warning = next(w for w in explained["warnings"] if w["code"] == "plan_deadline_late")
    assert "4月底" in warning["says"]
    assert warning["clause"] == "NB23:二(二).3"


def test_history_is_asked_as_of_a_day_and_as_then_known(town: Town) -> None:
    unit = town.do(town.enter("enterprise", ZHENHAI))
    given = town.system.ask(_letter(unit), user_of(unit), moment(date(2023, 2, 6)))
    accept = acts.AcceptCommitment(commitment_id=given["commitment_id"])
    town.system.ask(accept, people.clerk(ZHENHAI), moment(date(2023, 2, 10)))

    def known(day: date) -> list[str]:
        asked = acts.UnitTimeline(unit_id=unit["unit_id"], known_at=moment(day))
        entries = town.system.ask(asked, people.clerk(ZHENHAI))["entries"]
        return [entry["what"] for entry in reversed(entries)]

    before, after = known(date(2023, 2, 8)), known(date(2023, 2, 11))

    assert before[0] == "unit.entered"
    assert "commitment.accepted" not in before
    assert after[: len(before)] == before
    assert after[-1] == "commitment.accepted"


def test_one_officer_amends_and_the_other_is_told_the_entry_has_changed(town: Town) -> None:
    unit = town.do(town.enter("enterprise", ZHENHAI))
    entry = an_entry("enterprise", ZHENHAI, 0).model_dump() | {
        "code": unit["code"], "name_text": unit["name_text"], "headcount": 130,
    }  # fmt: skip
    command = reg.AmendUnit(
        unit_id=unit["unit_id"], revision=unit["revision"],
        entry=reg.UnitEntry.model_validate(entry), reason="年报更新",
    )  # fmt: skip

    first = town.system.ask(command, people.clerk(ZHENHAI))
    second = town.refused(command, people.clerk(ZHENHAI))

    assert (first["headcount"], first["revision"]) == (130, unit["revision"] + 1)
    assert (second.status, second.code) == (409, "revision_changed")
    assert second.says
