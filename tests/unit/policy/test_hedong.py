"""What the pack of 河东区's plan holds: its words, window and limits, and nothing of another place."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shared.contracts.refusals import Refused
from shared.policy.assess import gate, refuse_unless_met, trigger_for
from shared.policy.conditions import Fact, Outcome, judge
from shared.policy.load import load_pack
from shared.policy.pack import Pack
from shared.policy.programme import Duty
from shared.policy.words import TRIGGER_TYPES
from tests.unit.policy.rows import (
    indicators_stand_in_their_clause,
    items,
    judged,
    meets,
    not_from_text_says_so,
    stands,
    words,
)


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("hedong-2023")


def refused(pack: Pack, name: str, kind: str = "", **values: Any) -> tuple[str, int]:
    with pytest.raises(Refused) as caught:
        refuse_unless_met(judged(pack, name, kind, **values), "理由")
    return caught.value.code, caught.value.status


def duty(pack: Pack, name: str) -> Duty:
    return next(d for d in pack.duties if d.id == name)


def test_no_number_issuer_or_date_is_made_up(pack: Pack) -> None:
    document = pack.sources["HD"]

    assert document.issued_on is None
    assert document.bodies == ()
    assert "〔" not in document.number
    assert (pack.status, pack.jurisdiction, pack.parent) == ("in_force", "120102", "")
    assert pack.clause("HD:前言").basis == ("TJ28",)
    assert pack.sources["TJ28"].number == "津人社办发〔2023〕28号"
    assert not pack.sources["TJ28"].loaded


def test_nothing_of_another_place_is_carried_over(pack: Pack) -> None:
    assert set(pack.sources) == {"HD", "TJ28", "HX"}
    assert all(key.startswith(("HD:", "HX:")) for key in pack.clauses)
    assert {"commitment.accept", "nomination.city_review"}.isdisjoint(pack.gates)
    assert pack.work_items == {}
    assert {t.effect for t in pack.triggers} == {"review", "note"}
    assert "exempt" not in {b.degree for b in pack.benefits.values()}


def test_five_kinds_that_create_and_the_stations(pack: Pack) -> None:
    assert set(pack.kinds) == {
        "enterprise", "industry", "group", "industry_chain", "supply_chain", "station",
    }  # fmt: skip
    assert {k for k, v in pack.kinds.items() if v.pilot} == {
        "industry", "group", "industry_chain", "supply_chain",
    }  # fmt: skip
    assert [k for k, v in pack.kinds.items() if v.identifier == "credit_code"] == ["enterprise"]
    named = {f.name for f in pack.kinds["enterprise"].fields}
    assert {i.id for i in pack.lists["attributes"].items} <= named
    member, leader = pack.relations["member"], pack.relations["chain_leader"]
    assert set(member.to_kinds) == {"industry", "group", "industry_chain", "supply_chain"}
    assert not member.single
    assert leader.one_per_other
    assert leader.to_kinds == ("industry_chain", "supply_chain")


def test_four_bodies_and_the_employers_are_state_assets_and_commerce(pack: Pack) -> None:
    assert items(pack, "party_bodies") == (
        "区人力资源社会保障局", "区总工会", "国资", "工商联",
    )  # fmt: skip
    assert items(pack, "employer_bodies") == ("国资", "工商联")
    assert "企业联合会" not in repr(pack.lists)


def test_the_window_of_the_programme(pack: Pack) -> None:
    for day, code in (
        (date(2023, 7, 31), "cycle_before_programme"),
        (date(2027, 11, 2), "cycle_after_programme"),
        (date(2027, 11, 1), "cycle_after_programme"),
    ):
        assert refused(pack, "cycle.open", cycle__opens_on=day) == (code, 409)
    for day in (date(2023, 8, 1), date(2027, 10, 31)):
        assert judged(pack, "cycle.open", cycle__opens_on=day).outcome is Outcome.MET
    assert "2023年8月—2027年10月" in words(pack, "HD:三")
    assert pack.settings["programme.from"].from_text
    assert pack.settings["programme.to"].from_text


def test_eleven_items_from_the_task_text_and_none_for_pilots(pack: Pack) -> None:
    standard = pack.standard_for("enterprise")
    assert standard is not None

    assert [i.id for i in standard.indicators] == [
        "G1", "G2", "G3", "E1", "E2", "E3", "E4", "E5", "E6", "E7", "E8",
    ]  # fmt: skip
    assert [i.id for i in standard.indicators if i.mandatory] == ["G1", "G2", "G3", "E8"]
    assert [i.says for i in standard.indicators[:3]] == list(items(pack, "criteria"))
    assert standard.indicators[5].elements == items(pack, "basic_rights")
    assert standard.marked == "取自任务原文"
    assert set(pack.standards) == {"enterprise"}
    indicators_stand_in_their_clause(pack)


@pytest.mark.parametrize(
    ("item", "values", "outcome"),
    [
        ("E8", {"indicator__certified_coordinators": 0}, Outcome.NOT_MET),
        ("E8", {"indicator__certified_coordinators": 1}, Outcome.MET),
        ("E3", {"indicator__rights_met": 4}, Outcome.NOT_MET),
        ("E3", {"indicator__rights_met": 5}, Outcome.MET),
        ("E6", {"indicator__mediation_committee": False}, Outcome.NOT_MET),
    ],
)
def test_what_can_be_worked_out_is(
    pack: Pack, item: str, values: dict[str, Any], outcome: Outcome
) -> None:
    assert meets(pack, "enterprise", item, **values) is outcome


def test_a_title_of_the_district_and_two_of_the_city_above(pack: Pack) -> None:
    own = pack.titles["harmonious_enterprise"]

    assert (own.name, own.level, own.kinds) == ("劳动关系和谐企业", "district", ("enterprise",))
    assert f"“{own.name}”" in words(pack, "HD:三(一).2")
    assert {k for k, t in pack.titles.items() if t.rank == "external"} == {
        "city_demonstration",
        "city_award",
    }
    assert all(t.quotas == {} and t.validity_years is None for t in pack.titles.values())


def test_six_steps_in_their_order(pack: Pack) -> None:
    assert items(pack, "six_steps") == (
        "自主申报", "重点培育", "评价评估", "结果公示", "认定授牌", "推广激励",
    )  # fmt: skip
    assert "、".join(items(pack, "six_steps")) in words(pack, "HD:三(一).2")
    assert refused(pack, "evaluation.start", application__received=True, cultivation__recorded=False) == (
        "cultivation_required",
        409,
    )  # fmt: skip
    assert refused(pack, "naming.notice", unit__recognised=False)[0] == "recognition_required"
    whole: dict[str, Any] = {
        "unit__recognised": True,
        "notice__finished": True,
        "notice__open_objections": 0,
        "opinions__complete": True,
        "opinions__sides_consenting": 3,
    }
    assert judged(pack, "naming.approve", **whole).outcome is Outcome.MET
    short: dict[str, Any] = {**whole, "notice__finished": False}
    assert refused(pack, "naming.approve", **short) == ("notice_not_finished", 409)


def test_three_criteria_and_a_certified_coordinator_to_be_recognised(pack: Pack) -> None:
    whole: dict[str, Any] = {
        "evaluation__criteria_met": 3,
        "evaluation__certified_coordinators": 1,
        "opinions__complete": True,
        "opinions__sides_consenting": 3,
    }
    assert judged(pack, "recognition.decide", **whole).outcome is Outcome.MET
    for name, value, code in (
        ("evaluation__criteria_met", 2, "criteria_not_met"),
        ("evaluation__certified_coordinators", 0, "coordinator_missing"),
        ("opinions__complete", False, "opinions_incomplete"),
    ):
        assert refused(pack, "recognition.decide", **{**whole, name: value}) == (code, 409)


@pytest.mark.parametrize("kind", ["industry", "group"])
def test_one_or_two_pilots_until_the_end_of_2024(pack: Pack, kind: str) -> None:
    def others(number: int, day: date) -> dict[str, Any]:
        return {f"pilot_{kind}__others": number, f"pilot_{kind}__on": day}

    name = f"record.pilot_{kind}"
    assert judged(pack, name, **others(1, date(2024, 10, 1))).outcome is Outcome.MET
    assert refused(pack, name, **others(2, date(2024, 10, 1))) == ("pilot_limit", 409)
    assert refused(pack, name, **others(2, date(2024, 12, 31))) == ("pilot_limit", 409)
    assert judged(pack, name, **others(2, date(2025, 1, 1))).outcome is Outcome.MET
    assert pack.records[f"pilot_{kind}"].about == "node"


def test_chain_pilots_have_no_number_and_a_leader(pack: Pack) -> None:
    assert "record.pilot_chain" not in pack.gates
    fields = {f.name: f.required for f in pack.records["pilot_chain"].fields}
    assert fields["leader"]
    assert "methods" in fields


def test_days_of_the_year_and_of_the_plan(pack: Pack) -> None:
    once = {d.id: (d.due_on, d.bare_month) for d in pack.duties if d.recurs == "once"}
    yearly = {d.id: (d.from_year, d.hard) for d in pack.duties if d.recurs == "yearly"}

    assert once == {
        "pilot_industry": (date(2024, 11, 30), True),
        "pilot_group": (date(2024, 11, 30), True),
        "pilot_chain": (date(2024, 11, 30), True),
        "certified_coordinator": (date(2023, 11, 30), True),
        "mid_term": (date(2025, 11, 30), True),
        "final_report": (date(2027, 11, 30), True),
    }
    assert yearly == {
        "mobilise": (2023, True),
        "widen_industry": (2025, True),
        "widen_group": (2025, True),
        "widen_chain": (2025, True),
        "work_reports": (2023, True),
        "coordinator_training": (2023, False),
        "stations": (2023, False),
        "lectures": (2023, False),
        "year_report": (2023, True),
    }
    assert {(d.month, d.day, d.to_year) for d in pack.duties if d.recurs == "yearly"} == {
        (12, 31, 2027)
    }
    assert [d.id for d in pack.duties if d.recurs == "yearly" and d.bare_month] == ["year_report"]
    assert {d.id: d.per for d in pack.duties if d.per} == {
        f"widen_{kind}": f"record:pilot_{kind}" for kind in ("industry", "group", "chain")
    }
    for name, month in (("pilot_chain", "2024年11月前"), ("final_report", "2027年11月前")):
        assert month in words(pack, duty(pack, name).clause)


def test_what_closes_a_duty(pack: Pack) -> None:
    assert {d.id: d.done_by for d in pack.duties if d.done_by} == {
        "mobilise": "record:call",
        "pilot_industry": "record:pilot_industry",
        "pilot_group": "record:pilot_group",
        "pilot_chain": "record:pilot_chain",
        "coordinator_training": "record:training",
        "stations": "record:station_work",
        "lectures": "record:event",
        "incentive_review": "record:incentive_review",
        "year_report": "report:year_report",
        "mid_term": "report:mid_term",
        "final_report": "report:final_report",
    }


def test_three_reports_and_what_they_cannot_go_without(pack: Pack) -> None:
    sections = {k: [s.id for s in r.sections] for k, r in pack.reports.items()}

    assert sections == {
        "year_report": ["summary", "evaluation", "practices"],
        "mid_term": ["experience", "problems", "measures"],
        "final_report": ["evaluation", "departments", "experts", "practices"],
    }
    assert pack.reports["year_report"].sections[2].records == ("experience_paper",)
    whole: dict[str, Any] = {
        "final_report__expert": 1,
        "final_report__department": 1,
        "final_report__file_attached": True,
        "final_report__sections_missing": 0,
    }
    assert judged(pack, "report.final_report", **whole).outcome is Outcome.MET
    assert refused(pack, "report.final_report", **{**whole, "final_report__expert": 0}) == (
        "experts_missing",
        422,
    )
    written: dict[str, Any] = {
        "year_report__file_attached": False,
        "year_report__sections_missing": 0,
    }
    assert refused(pack, "report.year_report", **written) == ("report_file_missing", 422)
    assert refused(pack, "report.mid_term", mid_term__sections_missing=1)[1] == 422


def test_four_classes_with_title_and_standard_and_a_fourth_measure_for_models(pack: Pack) -> None:
    classes = [i.id for i in pack.lists["incentive_classes"].items]
    measures = [i.id for i in pack.lists["incentive_measures"].items]

    assert set(pack.benefits) == {*classes, "award_reference"}
    assert len(classes) == len(measures) == 4
    assert set(measures) - set(classes) == {"award_reference"}
    held: dict[str, Any] = {
        "unit__recognised": True,
        "unit__has_title": True,
        "title__city_or_above": False,
    }
    assert [b for b in pack.benefits if stands(pack, b, **held) is Outcome.MET] == classes
    gone = {**held, "unit__recognised": False}
    assert not any(stands(pack, b, **gone) is Outcome.MET for b in pack.benefits)
    model = {**held, "title__city_or_above": True}
    assert stands(pack, "award_reference", **model) is Outcome.MET
    assert pack.benefits["inspection_reduced"].degree == "reduced"
    assert pack.setting("inspection.reduced_factor", date(2024, 1, 1)).value == Decimal("0.5")


def test_a_failed_yearly_review_may_lead_to_exit_and_nothing_else(pack: Pack) -> None:
    assert [g.name for g in pack.grounds.values()] == ["年度审查评估未通过"]
    assert {t.type for t in pack.triggers} == set(TRIGGER_TYPES)
    for kind in TRIGGER_TYPES:
        assert trigger_for(pack, kind, [], date(2024, 6, 1)).trigger.ground == ""
    when = pack.grounds["yearly_review_failed"].when
    for kind, outcome in (("by_hand", Outcome.MET), ("safety.accident", Outcome.NOT_MET)):
        facts = [Fact("trigger.confirmed", value=True), Fact("trigger.type", kind)]
        assert judge(when, facts, date(2024, 6, 1)).outcome is outcome
    steps = pack.procedures["exit"].steps
    assert [s.id for s in steps] == [
        "report", "review", "propose", "statement", "deliberate", "decide", "revoke", "publish",
    ]  # fmt: skip
    own = {s.id for s in steps if s.clause.startswith("HD:")}
    assert own == {"report", "review"}
    review = {f.name: f for f in pack.records["report_review"].fields}
    assert [o.id for o in review["result"].options] == ["passed", "failed"]
    assert "unit" not in pack.records["report_review"].writers
    assert "unit" in pack.records["work_report"].writers


def test_a_task_has_owner_day_and_result_and_a_field_among_seven(pack: Pack) -> None:
    fields = {f.name: f.required for f in pack.records["task_sheet"].fields}

    assert {n for n, required in fields.items() if required} == {
        "task", "owner", "due_on", "result", "area",
    }  # fmt: skip
    assert items(pack, "task_areas") == (
        "劳动关系集体协商", "基层治理", "规范用工", "政策配套", "收入分配", "权益维护", "风险防范",
    )  # fmt: skip
    for area in items(pack, "task_areas"):
        assert judged(pack, "record.task_sheet", task_sheet__area=area).outcome is Outcome.MET
    other = judged(pack, "record.task_sheet", task_sheet__area="招商引资")
    assert [o.code for o in other.soft_unmet] == ["task_area_unknown"]
    assert other.hard_unmet == ()


def test_a_batch_is_not_sent_without_the_citys_arrangement(pack: Pack) -> None:
    name = "record.recommendation"
    sent: dict[str, Any] = {
        "recommendation__state": "sent",
        "recommendation__city_document__given": False,
    }

    assert refused(pack, name, **sent) == ("city_document_missing", 409)
    assert judged(pack, name, **{**sent, "recommendation__state": "draft"}).outcome is Outcome.MET
    assert items(pack, "nominees") == ("区级和谐企业", "园区", "集体", "个人")
    assert len(items(pack, "city_titles")) == 2


def test_coordinators_say_what_certificate_they_have(pack: Pack) -> None:
    name = "record.coordinator"
    bare: dict[str, Any] = {
        "coordinator__certified": True,
        "coordinator__certificate__given": False,
        "coordinator__certified_on__given": True,
    }
    assert refused(pack, name, **bare) == ("certificate_incomplete", 422)
    without = {**bare, "coordinator__certified": False}
    assert judged(pack, name, **without).outcome is Outcome.MET
    assert pack.records["coordinator"].counts == ("certified", "grade", "area")
    share = pack.measures["certified_share"]
    assert (share.target, share.target_on, share.titled) == (
        Decimal(100),
        date(2023, 11, 30),
        True,
    )


def test_one_contact_person_one_reply_for_each_request(pack: Pack) -> None:
    assert refused(pack, "record.contact_person", contact_person__others=1)[1] == 409
    assert pack.records["request"].of == "meeting"
    assert pack.records["progress_note"].of == "task_sheet"
    assert pack.records["social_service"].of == "social_organisation"
    day = date(2024, 1, 1)
    assert pack.setting("request.reply_days", day).value == 30
    assert pack.setting("progress.interval_days", day).value == 30
    assert pack.gaps["report_missing"].titled
    assert pack.gaps["no_contact_person"].having == "cultivation_entry"


def test_pilots_are_not_evaluated(pack: Pack) -> None:
    assert gate(pack, "application.submit", "enterprise") == ()
    for kind in ("industry", "group", "industry_chain", "supply_chain"):
        assert refused(pack, "application.submit", kind, unit__kind=kind) == (
            "kind_without_standard",
            422,
        )
        assert pack.standard_for(kind) is None


def test_what_no_document_prints_says_so(pack: Pack) -> None:
    not_from_text_says_so(pack)
    assert pack.settings["task.bare_month_grace"].ambiguity == "A-12"
    assert pack.setting("notice.working_days", date(2024, 1, 1)).value == 5
    assert pack.settings["check.spot_share"].required
