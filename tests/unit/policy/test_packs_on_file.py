"""What the packs on file hold: the document's numbers, words and order."""

from __future__ import annotations

import re
import time
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shared.policy.assess import assess, gate
from shared.policy.checks import clauses_of, entries
from shared.policy.conditions import (
    AtLeast,
    Equals,
    Fact,
    Outcome,
    facts_used,
    judge,
)
from shared.policy.examples import conditions_of
from shared.policy.lint import lint, run_examples, summary
from shared.policy.load import PACKS, load_pack, pack_ids
from shared.policy.pack import Pack, Rule
from shared.policy.words import TRIGGER_TYPES

DAY = date(2024, 6, 1)


@pytest.fixture(scope="module")
def ningbo() -> Pack:
    return load_pack("ningbo-2023")


def stands(pack: Pack, benefit: str, **values: Any) -> Outcome:
    whole = {
        "unit.kind": "enterprise",
        "unit.recognised": True,
        "title.city_or_above": True,
        "unit.labour_need": True,
        "complaint.open": False,
        "unit.held": False,
        **{k.replace("__", "."): v for k, v in values.items()},
    }
    facts = [Fact(n, v) for n, v in whole.items()]
    return judge(pack.benefits[benefit].when, facts, DAY).outcome


@pytest.mark.parametrize("pack_id", pack_ids())
def test_every_pack_is_fit_and_its_examples_hold(pack_id: str) -> None:
    assert lint(PACKS / pack_id) == []
    assert [str(r) for r in run_examples(PACKS / pack_id) if not r.passed] == []


@pytest.mark.parametrize("pack_id", pack_ids())
def test_everything_rests_on_a_clause_with_wording(pack_id: str) -> None:
    pack = load_pack(pack_id)
    for section, key, entry in entries(pack):
        if section in ("sources", "clauses", "facts"):
            continue
        cited = list(clauses_of(entry))
        assert cited or (section == "settings" and entry.required), f"{section}/{key}"
        assert all(pack.clause(c).wording for c in cited)


def test_ningbo_is_a_draft_on_the_national_baseline(ningbo: Pack) -> None:
    assert (ningbo.status, ningbo.jurisdiction, ningbo.parent) == (
        "draft",
        "330200",
        "national-2023",
    )
    assert ningbo.sources["NB23"].issued_on is None
    assert not ningbo.sources["GJ2"].loaded
    assert summary(ningbo)["not_from_text"] == sum(
        not s.from_text for s in ningbo.settings.values()
    )


def test_five_kinds_and_no_other(ningbo: Pack) -> None:
    assert set(ningbo.kinds) == {"enterprise", "site", "park", "township", "industry"}
    assert {k: v.identifier for k, v in ningbo.kinds.items()} == {
        "enterprise": "credit_code",
        "site": "project_number",
        "park": "internal",
        "township": "internal",
        "industry": "internal",
    }


def test_the_title_and_its_fifty_places(ningbo: Pack) -> None:
    title = ningbo.titles["city_demonstration"]

    assert title.name == "宁波市和谐劳动关系创建示范单位"
    assert title.quotas == {"enterprise": 30, "park": 6, "township": 6, "site": 6, "industry": 2}
    assert title.name in ningbo.clause(title.clause).wording
    assert all("30家" in ningbo.clause(c).wording for c in title.quota_clauses.values())
    assert title.validity_years is None


def test_nine_and_seven_headings_with_every_element(ningbo: Pack) -> None:
    enterprise, area = ningbo.standard_for("enterprise"), ningbo.standard_for("park")
    assert enterprise is not None
    assert area is not None
    assert area is ningbo.standard_for("township")

    for standard, headings, items in ((enterprise, 9, 26), (area, 7, 16)):
        assert standard.marked == "基线"
        assert len({i.heading for i in standard.indicators}) == headings
        assert len(standard.indicators) == items
        assert all(i.elements and i.mandatory for i in standard.indicators)
    satisfaction = enterprise.indicators[-1]
    assert satisfaction.elements[:8] == (
        "劳动报酬", "社保缴纳", "休息休假", "工作环境", "技能培训", "劳动条件", "协商民主", "人文关怀",
    )  # fmt: skip
    shares = [i for i in enterprise.indicators if i.threshold is not None]
    assert [(i.id, i.threshold) for i in shares] == [("E5d", Decimal("0.60"))]


def test_a_site_has_an_example_standard_and_an_industry_none(ningbo: Pack) -> None:
    site = ningbo.standard_for("site")

    assert site is not None
    assert site.marked == "示例标准"
    assert len(site.indicators) == 5
    assert ningbo.standard_for("industry") is None


def test_indicator_words_stand_in_their_clause(ningbo: Pack) -> None:
    for standard in ningbo.standards.values():
        for item in standard.indicators:
            wording = re.sub(r"[\s，。、；]", "", ningbo.clause(item.clause).wording)
            for part in re.split(r"[，。、；]", item.says):
                assert re.sub(r"\s", "", part) in wording, item.id


def test_all_gates_of_the_chain_are_there(ningbo: Pack) -> None:
    assert set(ningbo.gates) == {
        "unit.register", "commitment.accept", "plan.file", "application.submit",
        "recognition.decide", "nomination.enter", "nomination.city_review", "naming.notice",
        "naming.approve", "exit.open", "exit.decide", "hold.lift", "cycle.open", "record.call",
        "report.year_report",
    }  # fmt: skip


def test_a_gate_asks_each_kind_only_what_is_meant_for_it(ningbo: Pack) -> None:
    asked = {k: {r.code for r in gate(ningbo, "application.submit", k)} for k in ningbo.kinds}

    assert "congress_resolution_required" in asked["enterprise"] & asked["site"]
    assert "congress_resolution_required" not in asked["park"] | asked["industry"]
    assert "own_resolution_missing" in asked["township"]
    with pytest.raises(KeyError):
        gate(ningbo, "nothing")


def test_soft_and_hard_follow_usually_and_no_later_than(ningbo: Pack) -> None:
    rules = {r.id: r for name in ("plan.file", "naming.approve") for r in gate(ningbo, name)}

    assert not rules["plan.file.usual_deadline"].hard
    assert rules["plan.file.filed_in_time"].mark == "late"
    assert not rules["naming.approve.cultivated"].hard
    assert not rules["naming.approve.quota"].hard
    assert rules["naming.approve.notice_finished"].hard
    for word, rule in (
        ("通常不晚于", "plan.file.usual_deadline"),
        ("一般", "naming.approve.cultivated"),
    ):
        assert word in ningbo.clause(rules[rule].clause).wording


def test_a_plan_filed_on_the_first_of_april_is_late_and_still_filed(ningbo: Pack) -> None:
    def filed(day: date) -> tuple[str, ...]:
        facts = [
            Fact("plan.has_all_sections", value=True),
            Fact("plan.upper_documents", 1),
            Fact("plan.deadline_on", date(2024, 4, 30)),
            Fact("plan.filed_on", day),
        ]
        found = assess(gate(ningbo, "plan.file"), facts, day)
        assert found.outcome is Outcome.MET
        return found.marks

    assert filed(date(2024, 3, 31)) == ()
    assert filed(date(2024, 4, 1)) == ("late",)


@pytest.mark.parametrize(
    ("benefit", "kind", "outcome"),
    [
        ("work_injury_channel", "site", Outcome.MET),
        ("work_injury_channel", "township", Outcome.NOT_MET),
        ("contact", "site", Outcome.NOT_MET),
        ("contact", "enterprise", Outcome.MET),
        ("award_nomination", "township", Outcome.MET),
        ("inspection_exempt", "park", Outcome.NOT_MET),
    ],
)
def test_who_may_have_what(ningbo: Pack, benefit: str, kind: str, outcome: Outcome) -> None:
    assert stands(ningbo, benefit, unit__kind=kind) is outcome


def test_labour_need_gates_both_services_of_its_clause(ningbo: Pack) -> None:
    for benefit in ("policy_advice", "recruiting_trip"):
        assert stands(ningbo, benefit) is Outcome.MET
        assert stands(ningbo, benefit, unit__labour_need=False) is Outcome.NOT_MET
        assert "有用工需求" in ningbo.clause(ningbo.benefits[benefit].clause).wording


def test_a_complaint_ends_the_waiver_and_not_the_reduction(ningbo: Pack) -> None:
    assert stands(ningbo, "inspection_exempt") is Outcome.MET
    assert stands(ningbo, "inspection_exempt", complaint__open=True) is Outcome.NOT_MET
    assert stands(ningbo, "inspection_exempt", complaint__open=None) is Outcome.UNKNOWN
    assert stands(ningbo, "inspection_reduced", complaint__open=True) is Outcome.MET


def test_a_hold_ends_every_benefit(ningbo: Pack) -> None:
    for benefit in ningbo.benefits:
        assert stands(ningbo, benefit, unit__held=True) is not Outcome.MET


def test_every_type_of_event_has_somewhere_to_go(ningbo: Pack) -> None:
    last = {t.type: t for t in ningbo.triggers}

    assert set(last) == set(TRIGGER_TYPES)
    assert all(t.when is None for t in last.values())


def test_what_can_be_confirmed_is_every_type_and_what_is_entered_by_hand(ningbo: Pack) -> None:
    known = set(ningbo.facts["trigger.type"].options)

    assert known == {*TRIGGER_TYPES, "by_hand"} - {"withdrawn"}


def test_only_a_person_leads_to_exit(ningbo: Pack) -> None:
    for ground in ningbo.grounds.values():
        assert "trigger.confirmed" in facts_used(ground.when)
        assert ground.name[-4:] in ningbo.clause(ground.clause).wording


def test_what_no_document_prints_says_so(ningbo: Pack) -> None:
    for setting in ningbo.settings.values():
        for dated in setting.values:
            source = ningbo.sources[ningbo.clause(dated.clause).source]
            assert (source.status == "not_from_text") is (not setting.from_text)
    assert ningbo.setting("notice.working_days", DAY).value == 5
    assert ningbo.setting("inspection.reduced_factor", DAY).value == Decimal("0.5")
    assert ningbo.setting("entitlement.lease_hours", DAY).value == 72
    with pytest.raises(KeyError):
        ningbo.setting("check.spot_share", DAY)


def test_duties_of_the_year(ningbo: Pack) -> None:
    assert {(d.id, d.month, d.day, d.hard) for d in ningbo.duties} == {
        ("call", 3, 31, True),
        ("plan", 3, 31, True),
        ("self_assessment", 4, 30, False),
        ("district_selection", 6, 30, False),
        ("city_selection", None, None, False),
        ("cross_inspection", None, None, False),
        ("year_report", 12, 20, True),
    }


def test_naming_and_exit_keep_the_order_of_the_document(ningbo: Pack) -> None:
    naming = [s.name for s in ningbo.procedures["naming"].steps]
    wording = ningbo.clause("NB23:二(四).1").wording
    exit_wording = ningbo.clause("NB23:二(五).3").wording

    assert naming[:5] == ["自主申报", "区（县、市）审核", "市级审核", "公开公示", "报批审定"]
    assert "“自主申报、逐级审核、公开公示、报批审定”" in wording
    assert [w for w in ("启动退出程序", "集体会商", "取消命名", "收回铭牌", "向社会公布")
            if w in exit_wording] == [
        "启动退出程序", "集体会商", "取消命名", "收回铭牌", "向社会公布",
    ]  # fmt: skip


def test_every_condition_asks_only_for_declared_facts(ningbo: Pack) -> None:
    for when in conditions_of(ningbo).values():
        assert set(facts_used(when)) <= set(ningbo.facts)


def test_thirty_indicators_are_judged_in_microseconds() -> None:
    rules = tuple(
        Rule(
            id=f"i{n}",
            gate="g",
            code="c",
            says="说",
            clause="D:一",
            when=AtLeast(f"f{n}", n, f"指标{n}") if n % 2 else Equals(f"f{n}", n, f"指标{n}"),
        )
        for n in range(30)
    )
    facts = {f"f{n}": Fact(f"f{n}", n) for n in range(30)}
    assert assess(rules, facts, DAY).outcome is Outcome.MET

    def once() -> float:
        start = time.perf_counter()
        for _ in range(100):
            assess(rules, facts, DAY)
        return (time.perf_counter() - start) / 100

    assert min(once() for _ in range(10)) < 0.000_5  # the goal of 60 µs is measured by the bench
