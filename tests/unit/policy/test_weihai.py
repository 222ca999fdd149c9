"""What the pack of 威人社函〔2023〕19号 holds: its words and numbers, and nothing of another place."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shared.contracts.refusals import Refused
from shared.policy.assess import gate, refuse_unless_met, trigger_for
from shared.policy.conditions import Fact, Outcome, facts_used, judge
from shared.policy.load import load_pack
from shared.policy.pack import Pack
from shared.policy.words import TRIGGER_TYPES
from tests.unit.policy.held import AREA, ENTERPRISE
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
    return load_pack("weihai-2023")


def test_number_date_issuers_and_basis(pack: Pack) -> None:
    document = pack.sources["WH"]

    assert (document.number, document.issued_on) == ("威人社函〔2023〕19号", date(2023, 5, 12))
    assert document.bodies == (
        "威海市人力资源和社会保障局", "威海市总工会", "威海市企业和企业家联合会", "威海市工商业联合会",
    )  # fmt: skip
    assert all(body in words(pack, "WH:落款") for body in document.bodies)
    assert pack.clause("WH:前言").basis == ("GJ2",)
    assert pack.sources["GJ2"].number == "人社部发〔2023〕2号"
    assert not pack.sources["GJ2"].loaded
    assert (pack.status, pack.jurisdiction, pack.parent) == (
        "in_force",
        "371000",
        "national-2023",
    )


def test_nothing_of_another_place_is_carried_over(pack: Pack) -> None:
    assert set(pack.sources) == {"WH", "GJ2", "HX"}
    assert all(key.startswith(("WH:", "HX:")) for key in pack.clauses)
    assert {"commitment.accept", "naming.notice"}.isdisjoint(pack.gates)
    assert {b.degree for b in pack.benefits.values()} == {"", "reduced"}
    assert pack.reports == {}
    assert not any(w in repr(pack.standards) for w in ("工会劳动法律监督", "投诉举报制度"))
    assert {t.effect for t in pack.triggers} == {"review", "note"}


def test_kinds_and_no_other(pack: Pack) -> None:
    assert {k: v.identifier for k, v in pack.kinds.items()} == {
        "enterprise": "credit_code",
        "park": "internal",
        "township": "internal",
        "industry": "internal",
        "station": "internal",
    }
    assert [k for k, v in pack.kinds.items() if v.pilot] == ["industry"]
    assert pack.kinds["industry"].switch == "industry.enabled"
    assert pack.setting("industry.enabled", date(2024, 1, 1)).value is False
    station = {f.name: f.required for f in pack.kinds["station"].fields}
    assert station["address"]
    assert station["services"]
    assert [f.name for f in pack.kinds["station"].fields[-4:]] == [
        i.id for i in pack.lists["station_checks"].items
    ]


def test_three_sets_of_party_bodies(pack: Pack) -> None:
    assert items(pack, "party_bodies") == ("人力资源和社会保障局", "总工会", "工商业联合会")
    assert items(pack, "zone_bodies")[0] == "科技创新局"
    assert items(pack, "nanhai_bodies") == ("党群与人力资源部", "总工会", "投资促进中心")
    assert len(pack.lists["issuing_bodies"].items) == 4


def test_nine_and_seven_with_the_coordinator_that_only_weihai_asks_for(pack: Pack) -> None:
    national = load_pack("national-2023")
    enterprise, area = pack.standard_for("enterprise"), pack.standard_for("park")
    assert enterprise is not None
    assert area is not None

    assert area is pack.standard_for("township")
    assert [i.id for i in enterprise.indicators] == ENTERPRISE
    assert [i.id for i in area.indicators] == AREA
    assert len({i.heading for i in enterprise.indicators}) == 9
    assert len({i.heading for i in area.indicators}) == 7
    base = {i.id for s in national.standards.values() for i in s.indicators}
    assert {*ENTERPRISE, *AREA} - base == {"E4c"}
    assert enterprise.marked == area.marked == ""
    assert all(i.mandatory and i.elements for s in (enterprise, area) for i in s.indicators)
    assert [(i.id, i.threshold) for i in enterprise.indicators if i.threshold] == [
        ("E5d", Decimal("0.60"))
    ]
    assert enterprise.indicators[-1].elements[:8] == (
        "劳动报酬", "社保缴纳", "休息休假", "工作环境", "技能培训", "劳动条件", "协商民主", "人文关怀",
    )  # fmt: skip
    assert pack.standard_for("industry") is None
    indicators_stand_in_their_clause(pack)


@pytest.mark.parametrize(
    ("standard", "item", "values", "outcome"),
    [
        ("enterprise", "E4c", {"indicator__coordinators": 0}, Outcome.NOT_MET),
        ("enterprise", "E4c", {"indicator__coordinators": 1}, Outcome.MET),
        ("enterprise", "E5c", {"indicator__funds_due": 100, "indicator__funds_paid": 99}, Outcome.NOT_MET),
        ("enterprise", "E5c", {"indicator__funds_due": 100, "indicator__funds_paid": 100}, Outcome.MET),
        ("enterprise", "E5d", {"indicator__frontline_share": Decimal("0.5999")}, Outcome.NOT_MET),
        ("enterprise", "E5d", {"indicator__frontline_share": Decimal("0.6")}, Outcome.MET),
        ("enterprise", "E3a", {"indicator__congress_meetings": 0}, Outcome.NOT_MET),
        ("enterprise", "E5a", {"indicator__training_plan": False}, Outcome.NOT_MET),
        ("area", "P1b", {"indicator__plan_on_file": False}, Outcome.NOT_MET),
        ("area", "P1c", {"indicator__sides_named": 2}, Outcome.NOT_MET),
        ("area", "P4a", {"indicator__bodies_set_up": 2}, Outcome.NOT_MET),
        ("area", "P7a", {"indicator__station_checks": 3}, Outcome.NOT_MET),
        ("area", "P7d", {"indicator__activities_last_year": 0}, Outcome.NOT_MET),
    ],
)  # fmt: skip
def test_what_can_be_worked_out_is(
    pack: Pack, standard: str, item: str, values: dict[str, Any], outcome: Outcome
) -> None:
    assert meets(pack, standard, item, **values) is outcome


def test_a_contract_that_ended_yesterday_is_not_valid(pack: Pack) -> None:
    day: dict[str, Any] = {"indicator__evaluated_on": date(2024, 6, 1)}

    assert meets(pack, "enterprise", "E2b", indicator__contract_until=date(2024, 5, 31), **day) is (
        Outcome.NOT_MET
    )
    assert meets(pack, "enterprise", "E2b", indicator__contract_until=date(2024, 6, 1), **day) is (
        Outcome.MET
    )


def test_two_titles_without_quota_or_term_and_none_for_townships(pack: Pack) -> None:
    named = {t.name: t.kinds for t in pack.titles.values() if t.rank == "title"}

    assert named == {
        "威海市劳动关系和谐企业": ("enterprise",),
        "威海市劳动关系和谐工业园区": ("park",),
    }
    assert all(t.quotas == {} and t.validity_years is None for t in pack.titles.values())
    assert all(f"“{name}”" in words(pack, "WH:六(五).1") for name in named)
    assert pack.titles["qualified"].rank == "recognition"
    assert "township" in pack.titles["qualified"].kinds
    assert pack.titles["national_award"].rank == "external"


def test_only_what_was_found_qualified_is_named(pack: Pack) -> None:
    whole: dict[str, Any] = {
        "unit__kind": "park",
        "unit__recognised": True,
        "opinions__complete": True,
        "opinions__sides_consenting": 3,
    }
    assert judged(pack, "naming.approve", **whole).outcome is Outcome.MET

    for name, value, code, status in (
        ("unit__recognised", False, "evaluation_not_qualified", 409),
        ("unit__kind", "township", "kind_without_title", 422),
        ("opinions__complete", False, "opinions_incomplete", 409),
        ("opinions__sides_consenting", 2, "sides_not_consenting", 409),
    ):
        with pytest.raises(Refused) as caught:
            refuse_unless_met(judged(pack, "naming.approve", **{**whole, name: value}), "理由")
        assert (caught.value.code, caught.value.status) == (code, status)


def test_a_round_needs_its_review_rules_one_standard_and_a_year_of_its_own(pack: Pack) -> None:
    whole: dict[str, Any] = {
        "round__review_rules": True,
        "round__same_year": 0,
        "round__standard_versions": 1,
    }
    assert judged(pack, "round.open", **whole).outcome is Outcome.MET

    for name, value, code in (
        ("round__review_rules", False, "review_rules_missing"),
        ("round__same_year", 1, "round_exists"),
        ("round__standard_versions", 2, "standard_not_unified"),
    ):
        with pytest.raises(Refused) as caught:
            refuse_unless_met(judged(pack, "round.open", **{**whole, name: value}), "理由")
        assert (caught.value.code, caught.value.status) == (code, 409)


def test_an_application_asks_for_nothing_that_the_document_does_not(pack: Pack) -> None:
    assert gate(pack, "application.submit", "enterprise") == ()
    with pytest.raises(Refused) as caught:
        refuse_unless_met(judged(pack, "application.submit", "industry", unit__kind="industry"))
    assert caught.value.status == 422


def test_a_plan_without_publicity_is_warned_of(pack: Pack) -> None:
    found = judged(pack, "plan.file", plan__has_all_sections=False)

    assert [o.code for o in found.soft_unmet] == ["plan_without_publicity"]
    assert [i.says for i in pack.lists["plan_sections"].items] == ["宣传工作"]


def test_rules_begin_on_the_day_of_issue(pack: Pack) -> None:
    first = date(2023, 5, 12)

    assert judged(pack, "cycle.open", cycle__opens_on=first).outcome is Outcome.MET
    before = judged(pack, "cycle.open", cycle__opens_on=date(2023, 5, 11))
    assert [o.code for o in before.hard_unmet] == ["cycle_before_effect"]


def test_county_looks_again_and_the_city_agrees(pack: Pack) -> None:
    steps = pack.procedures["exit"].steps
    own = [s.name for s in steps if s.clause == "WH:六(五).3"]

    assert own == [
        "抽查、普查等方式定期复核", "确认不符合条件", "报市协调劳动关系三方", "市协调劳动关系三方审议",
        "同意", "取消命名", "收回铭牌", "向社会公布",
    ]  # fmt: skip
    told = words(pack, "WH:六(五).3")
    assert all(w in told for w in ("定期复核", "审议同意后", "取消命名", "收回铭牌", "向社会公布"))
    assert [s.level for s in steps[:3]] == ["district"] * 3
    assert {s.level for s in steps[3:]} == {"city"}
    below = judged(
        pack,
        "exit.decide",
        case__level_is_naming_level=False,
        statement__heard_or_waived=True,
        opinions__complete=True,
        opinions__sides_consenting=3,
    )
    assert [(o.code, o.status) for o in below.hard_unmet] == [("not_naming_level", 403)]


def test_only_a_failed_re_check_leads_to_exit(pack: Pack) -> None:
    assert {g.name for g in pack.grounds.values()} == {"不符合条件"}
    assert {t.type for t in pack.triggers} == set(TRIGGER_TYPES)
    for kind in TRIGGER_TYPES:
        assert trigger_for(pack, kind, [], date(2024, 6, 1)).trigger.ground == ""
    when = pack.grounds["conditions_lost"].when
    for kind, outcome in (("by_hand", Outcome.MET), ("incident.group", Outcome.NOT_MET)):
        facts = [Fact("trigger.confirmed", value=True), Fact("trigger.type", kind)]
        assert judge(when, facts, date(2024, 6, 1)).outcome is outcome


def test_six_services_ask_for_the_grade_and_the_honours_do_not(pack: Pack) -> None:
    gated = {
        "precise_service", "fast_lane", "subsidy_path", "subsidy", "inspection_reduced",
        "dispute_channel",
    }  # fmt: skip
    assert set(pack.benefits) == gated | {"diagnosis", "honour_reference"}
    both: dict[str, Any] = {"unit__recognised": True, "unit__credit_grade_allowed": True}
    for name in gated:
        assert stands(pack, name, **both) is Outcome.MET
        assert (
            stands(pack, name, **{**both, "unit__credit_grade_allowed": False}) is Outcome.NOT_MET
        )
        assert stands(pack, name, unit__recognised=True) is Outcome.UNKNOWN
        assert stands(pack, name, **{**both, "unit__recognised": False}) is Outcome.NOT_MET
    assert facts_used(pack.benefits["honour_reference"].when) == ("unit.kind", "unit.recognised")
    assert pack.setting("credit.grades_allowed", date(2024, 1, 1)).value == "A"
    assert pack.settings["credit.grades_allowed"].ambiguity == "A-17"
    relief = pack.benefits["inspection_reduced"]
    assert (relief.degree, relief.effect) == ("reduced", "lease")
    assert pack.setting("inspection.reduced_factor", date(2024, 1, 1)).value == Decimal("0.5")


def test_six_honours_three_subsidies_six_nominees(pack: Pack) -> None:
    assert items(pack, "reference_honours") == (
        "五一劳动奖状", "厂务公开民主管理先进单位和示范单位", "信用企业", "企业优秀文化成果",
        "就业与社会保障先进民营企业", "关爱员工优秀民营企业家",
    )  # fmt: skip
    assert items(pack, "subsidies") == ("职业培训补贴", "失业保险稳岗返还", "社会保险补贴")
    assert items(pack, "award_nominees") == (
        "工作机构", "社会组织", "企业", "工业园区", "乡镇（街道）", "相关工作人员",
    )  # fmt: skip


def test_what_creating_units_work_on(pack: Pack) -> None:
    assert {k: v.kinds for k, v in pack.work_items.items()} == {
        **{f"C{n}": ("enterprise",) for n in range(1, 7)},
        **{f"A{n}": ("park", "township") for n in range(1, 4)},
    }
    needed = {
        k: [f.name for f in v.fields if "done" in f.needed_for] for k, v in pack.work_items.items()
    }
    assert needed["C2"] == ["labour_coverage", "collective_coverage"]
    assert needed["C4"] == ["bargained_on"]
    assert needed["C5"] == ["committee_on", "members"]
    assert [p.says for p in pack.work_items["C3"].parts] == list(items(pack, "basic_rights"))
    assert [p.says for p in pack.work_items["A2"].parts] == list(items(pack, "area_mechanisms"))
    assert {k: len(v.parts) for k, v in pack.work_items.items() if v.parts} == {"C3": 5, "A2": 3}
    assert pack.work_items["A1"].measure == "area_participation"
    for item in pack.work_items.values():
        assert item.says.replace(" ", "") in words(pack, item.clause)


def test_figures_have_the_goals_that_are_printed(pack: Pack) -> None:
    dated = {k for k, m in pack.measures.items() if m.target_on == date(2027, 12, 31)}

    assert dated == {"coverage_enterprises", "coverage_areas", "attainment"}
    assert all(pack.measures[name].target is None for name in dated)
    assert pack.measures["coverage_areas"].kinds == ("park", "township")
    assert pack.measures["attainment"].has_standing == ("recognised",)
    full = {k for k, m in pack.measures.items() if m.target == 100}
    assert full == {
        "tripartite_city_county", "tripartite_townships", "tripartite_parks", "supervised",
    }  # fmt: skip


def test_no_duty_has_a_day_that_is_not_printed(pack: Pack) -> None:
    dated = {d.id: d.due_on for d in pack.duties if d.due_on or d.month}

    assert dated == {"coverage_goal": date(2027, 12, 31)}
    assert {d.id: d.recurs for d in pack.duties if d.id not in dated} == {
        "selection": "arranged",
        "recheck": "arranged",
        "joint_supervision": "arranged",
        "task_sheet": "arranged",
        "analysis": "arranged",
        "publish_creating": "arranged",
        "bulletin": "arranged",
        "dispatch": "continuous",
    }
    supervision = next(d for d in pack.duties if d.id == "joint_supervision")
    assert (supervision.levels, supervision.done_by) == (
        ("district",),
        "record:joint_supervision",
    )


def test_records_ask_for_what_the_rows_ask(pack: Pack) -> None:
    fields = {k: {f.name: f for f in v.fields} for k, v in pack.records.items()}

    sheet = fields["task_sheet"]
    assert [f.says for f in sheet.values() if f.required] == list(items(pack, "task_parts"))
    assert pack.records["union_service"].writers == ("workers",)
    assert pack.records["union_note"].writers == ("workers",)
    assert pack.records["employer_guidance"].writers == ("employers",)
    assert items(pack, "union_services") == ("法律援助", "政策咨询", "协商培训", "职业道德教育")
    assert items(pack, "event_series")[:2] == ("劳动争议预防大讲堂", "送法进企业")
    assert len(items(pack, "training_subjects")) == 4
    assert len(items(pack, "inspection_kinds")) == 6
    assert len(items(pack, "finding_headings")) == 4
    assert len(items(pack, "hr_archives")) == 5
    assert fields["guidance"]["indicators"].list == "enterprise_indicators"
    assert [i.id for i in pack.lists["enterprise_indicators"].items] == ENTERPRISE
    assert pack.records["candidate"].of == "recommendation"
    assert pack.records["education_fund"].ratios[0].part == "frontline"
    assert not fields["coordinator"]["certificate"].required
    assert pack.records["check_up"].ended == ("closed",)


def test_gaps_look_at_cultivated_enterprises_bodies_and_places(pack: Pack) -> None:
    gaps = pack.gaps

    assert {k: g.having for k, g in gaps.items() if g.having} == {
        "no_pair": "cultivation_entry",
        "not_visited": "cultivation_entry",
    }
    assert gaps["no_group"].over == "bodies"
    assert (gaps["not_supervised"].levels, gaps["not_supervised"].within) == (
        ("district",),
        "supervision.interval_months",
    )
    day = date(2024, 1, 1)
    assert pack.setting("visit.interval_months", day).value == 12
    assert pack.setting("meetings.interval_months", day).value == 6


def test_what_no_document_prints_says_so(pack: Pack) -> None:
    not_from_text_says_so(pack)
    assert pack.setting("public.lists", date(2024, 1, 1)).value == "creating"
    assert pack.settings["check.spot_share"].required
    assert pack.setting("document.disclosure", date(2024, 1, 1)).value == "主动公开"
