"""What the pack of 甬和创办〔2019〕1号 holds: its words, its numbers, and nothing of another document."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.refusals import Refused
from shared.policy.assess import Determination, assess, gate, refuse_unless_met, trigger_for
from shared.policy.conditions import Fact, Outcome, judge
from shared.policy.findings import PackInvalid
from shared.policy.load import PACKS, load_pack
from shared.policy.pack import Pack

DAY = date(2019, 9, 2)
DOCUMENT = "7527f37a0b03d4d0ecb308390ca4b8e9de490384fa6f4763bc8d3d722348e128"
"""SHA-256 of the whole document without its spaces and line breaks."""


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("ningbo-2019")


def words(pack: Pack, clause: str) -> str:
    return re.sub(r"\s", "", pack.clause(f"NB19:{clause}").wording)


def judged(pack: Pack, name: str, kind: str = "", **values: Any) -> Determination:
    facts = [Fact(key.replace("__", "."), value) for key, value in values.items()]
    return assess(gate(pack, name, kind), facts, DAY)


def said(found: Determination, rule: str) -> Outcome:
    return next(o.outcome for o in found.outcomes if o.rule_id == rule)


def refusal(found: Determination) -> tuple[str, int]:
    with pytest.raises(Refused) as caught:
        refuse_unless_met(found)
    return caught.value.code, caught.value.status


def test_the_clauses_are_the_document_word_for_word(pack: Pack) -> None:
    told = [c.wording for c in pack.clauses.values() if c.source == "NB19"]

    whole = "".join(re.sub(r"\s", "", wording) for wording in told)
    assert len(whole) == 4334
    assert hashlib.sha256(whole.encode()).hexdigest() == DOCUMENT


def test_number_date_and_authority(pack: Pack) -> None:
    document = pack.sources["NB19"]

    assert (document.number, document.issued_on) == ("甬和创办〔2019〕1号", date(2019, 4, 2))
    assert pack.authority == "宁波市和谐企业创建工作领导小组办公室"
    assert document.bodies == (pack.authority,)
    assert pack.authority in words(pack, "落款")
    assert (pack.status, pack.jurisdiction, pack.parent) == ("in_force", "330200.hx", "")


def test_the_documents_it_rests_on_are_named_and_none_is_made_up(pack: Pack) -> None:
    assert pack.clause("NB19:前言").basis == ("O192", "D14", "H12")
    numbers = [pack.sources[key].number for key in pack.clause("NB19:前言").basis]
    assert numbers == ["宁波市人民政府令第192号", "甬党〔2011〕14号", "甬和创办〔2013〕12号"]
    social = pack.titles["social_responsibility"]
    assert [pack.sources[s].number for s in pack.clause(social.clause).basis] == [
        "甬政办发〔2012〕14号"
    ]
    standard = pack.standard_for("enterprise")
    assert standard is not None
    assert pack.clause(standard.clause).basis[:2] == ("O192", "O226")
    for clause in pack.clauses.values():
        for key in clause.basis:
            named = pack.sources[key]
            assert not named.loaded
            assert named.title in clause.wording or named.number in clause.wording or key == "O192"
    # printed once as 信用监督 where the order's own name is 信用监管: one document
    assert "信用监督与社会责任评价办法" in words(pack, "二(三)3.2")
    assert sum("社会责任评价办法" in s.title for s in pack.sources.values()) == 1


def test_nothing_of_another_document_is_carried_over(pack: Pack) -> None:
    assert set(pack.kinds) == {"enterprise", "park", "village", "industry"}
    assert {k for k, kind in pack.kinds.items() if kind.pilot} == {"park", "village", "industry"}
    assert pack.reports == {}
    assert {"commitment.accept", "plan.file", "recognition.decide"}.isdisjoint(pack.gates)
    assert not any("congress" in name for name in pack.settings)
    assert {b.effect for b in pack.benefits.values()} == {"record"}
    assert all(d.month is None and d.day is None for d in pack.duties)
    assert all(
        c.source in ("NB19", "HX") and key.startswith((c.source, "HX"))
        for key, c in pack.clauses.items()
    )


def test_what_the_document_only_names_stays_a_name(pack: Pack) -> None:
    assert [item.says for item in pack.lists["five_same"].items] == [
        "指标体系同一", "申报审核统一", "现场评估一致", "等级确定与表彰同步",
    ]  # fmt: skip
    assert "“五同”融合" in words(pack, "一.1")
    levels = pack.lists["node_levels"]
    assert [item.id for item in levels.items] == [
        "city", "district", "township", "village", "enterprise",
    ]  # fmt: skip
    for name in ("node_levels", "platform_parts"):
        source = pack.sources[pack.clause(pack.lists[name].clause).source]
        assert source.status == "not_from_text"
    standard = pack.standards["third_round"]
    labels = [i for i in standard.indicators if "五性" in i.says]
    assert [i.elements for i in labels] == [(labels[0].says,)]


def test_three_kinds_of_second_level_office(pack: Pack) -> None:
    for item in pack.lists["node_kinds"].items:
        assert item.says in words(pack, "主送")
    assert [i.id for i in pack.lists["node_kinds"].items] == ["district", "system", "park"]


def test_the_third_round(pack: Pack) -> None:
    third = pack.rounds["third"]

    assert (third.from_year, third.to_year) == (2019, 2023)
    assert "（2019-2023）" in words(pack, "二(一)1.1")
    ahead = judged(pack, "cycle.open", cycle__year=2024, cycle__opens_on=date(2024, 1, 1))
    early = judged(pack, "cycle.open", cycle__year=2019, cycle__opens_on=date(2019, 4, 1))
    assert refusal(early) == ("cycle_before_effect", 409)
    assert ahead.marks == ("outside_round",)
    assert refuse_unless_met(ahead) is ahead


def test_titles_at_three_levels_and_the_only_quota_printed(pack: Pack) -> None:
    titles = {t.id: (t.level, t.rank) for t in pack.titles.values()}

    assert titles == {
        "township_harmonious": ("township", "title"),
        "district_harmonious": ("district", "title"),
        "system_harmonious": ("system", "title"),
        "city_advanced": ("city", "title"),
        "benchmark": ("city", "title"),
        "star": ("city", "pilot"),
        "social_responsibility": ("city", "recognition"),
        "national_model": ("nation", "external"),
    }
    assert {t.id: dict(t.quotas) for t in pack.titles.values() if t.quotas} == {
        "benchmark": {"enterprise": 10}
    }
    assert "10家" in pack.clause(pack.titles["benchmark"].quota_clauses["enterprise"]).wording
    assert all(t.validity_years is None for t in pack.titles.values())
    assert all(t.kinds == ("enterprise",) for t in pack.titles.values() if t.rank != "external")


@pytest.mark.parametrize(
    ("setting", "value", "printed"),
    [
        ("batch.city_advanced", 6, "第六批"),
        ("batch.benchmark", 3, "第三批"),
        ("batch.re_evaluated_to", 5, "前五批"),
        ("benchmark.shortlist", 15, "15家"),
        ("report_book.edition", 2, "报告书（二）"),
        ("case_book.edition", 2, "案例（二）"),
    ],
)
def test_a_printed_number_stands_in_its_clause(
    pack: Pack, setting: str, value: int, printed: str
) -> None:
    dated = pack.setting(setting, DAY)

    assert pack.settings[setting].from_text
    assert dated.value == value
    assert printed in pack.clause(dated.clause).wording


def test_what_no_document_prints_says_so(pack: Pack) -> None:
    for setting in pack.settings.values():
        for dated in setting.values:
            source = pack.sources[pack.clause(dated.clause).source]
            assert (source.status == "not_from_text") is (not setting.from_text), setting.name
    assert pack.setting("notice.working_days", DAY).value == 5
    assert pack.setting("inspection.reduced_factor", DAY).value == 1
    assert pack.setting("star.enabled", DAY).value is False


def test_the_five_steps_in_the_order_of_the_sentence(pack: Pack) -> None:
    steps = pack.procedures["naming"].steps
    printed = [s.name for s in steps if s.clause == "NB19:二(一)4.3"]

    assert printed == [
        "自愿申请", "自查自评", "检查审核", "第三方评价", "社会公示", "通报命名",
    ]  # fmt: skip
    places = [words(pack, "二(一)4.3").index(name) for name in printed]
    assert places == sorted(places)
    assert [s.role for s in steps if s.id == "third_party"] == ["third_party"]
    assert steps.index(next(s for s in steps if s.id == "third_party")) < steps.index(
        next(s for s in steps if s.id == "notice")
    )


def test_no_notice_without_the_third_party(pack: Pack) -> None:
    facts: dict[str, Any] = {"review__city_done": True, "site_visits__count": 1}

    without = judged(pack, "naming.notice", third_party__done=False, **facts)
    unknown = judged(pack, "naming.notice", **facts)

    assert refusal(without) == ("third_party_required", 409)
    assert refusal(unknown) == ("fact_unknown", 409)
    done = judged(pack, "naming.notice", third_party__done=True, **facts)
    assert refuse_unless_met(done) is done


def test_the_eleventh_benchmark_needs_a_reason_and_departments_stand_beside(pack: Pack) -> None:
    facts: dict[str, Any] = {
        "third_party__done": True,
        "notice__finished": True,
        "notice__open_objections": 0,
        "opinions__complete": True,
        "opinions__sides_consenting": 1,
    }

    def approved(title: str, left: int, beside: int) -> Determination:
        more = {"round__title": title, "quota__left": left, "decision__co_issuers": beside}
        return judged(pack, "naming.approve", "enterprise", **facts, **more)

    assert approved("benchmark", 1, 1).outcome is Outcome.MET
    assert refusal(approved("benchmark", 0, 1)) == ("reason_required", 409)
    assert refuse_unless_met(approved("benchmark", 0, 1), "市领导小组增补")
    assert refusal(approved("benchmark", 1, 0)) == ("co_issuers_missing", 409)
    assert approved("city_advanced", 0, 0).outcome is Outcome.MET


def test_a_benchmark_that_is_no_advanced_unit_is_warned_of(pack: Pack) -> None:
    def entered(title: str, *, advanced: bool) -> Determination:
        values = {"unit__kind": "enterprise", "round__title": title}
        return judged(pack, "nomination.enter", **values, unit__has_advanced_title=advanced)

    assert [o.code for o in entered("benchmark", advanced=False).soft_unmet] == [
        "advanced_title_missing"
    ]
    assert entered("benchmark", advanced=True).outcome is Outcome.MET
    assert entered("city_advanced", advanced=False).outcome is Outcome.MET


def test_only_the_enterprise_itself_applies_and_once(pack: Pack) -> None:
    def applied(*, by_unit: bool, others: int) -> Determination:
        values: dict[str, Any] = {"application__by_unit": by_unit, "application__others": others}
        return judged(pack, "application.submit", assessment__completed=True, **values)

    assert refusal(applied(by_unit=False, others=0)) == ("not_own_application", 403)
    assert refusal(applied(by_unit=True, others=1)) == ("application_repeated", 409)
    assert applied(by_unit=True, others=0).outcome is Outcome.MET


def test_no_star_until_it_is_switched_on(pack: Pack) -> None:
    assert refusal(judged(pack, "star.set", star__set=True)) == ("star_off", 422)


@pytest.mark.parametrize(
    ("honour", "nominee", "fits"),
    [
        ("national_model", "enterprise", True),
        ("national_model", "park", True),
        ("national_model", "person", False),
        ("national_model", "group", False),
        ("provincial_two_love", "group", True),
        ("provincial_two_love", "person", True),
        ("provincial_two_love", "park", False),
    ],
)
def test_who_may_be_recommended_for_what(
    pack: Pack, honour: str, nominee: str, *, fits: bool
) -> None:
    found = judged(
        pack,
        "record.recommendation",
        recommendation__honour=honour,
        recommendation__nominee_kind=nominee,
    )

    assert (found.outcome is Outcome.MET) is fits
    if not fits:
        assert refusal(found) == ("nominee_kind_wrong", 422)


def test_the_shortlist_ends_at_fifteen(pack: Pack) -> None:
    assert judged(pack, "record.shortlist", shortlist__others=14).outcome is Outcome.MET
    assert refusal(judged(pack, "record.shortlist", shortlist__others=15)) == (
        "shortlist_full",
        409,
    )


def test_a_session_without_an_outline_and_a_bargain_without_both_bases_are_warned_of(
    pack: Pack,
) -> None:
    session = judged(pack, "record.training", training__outline__given=False)
    bargain = judged(pack, "record.bargaining", bargaining__base=1)

    assert [o.code for o in session.soft_unmet] == ["outline_missing"]
    assert [o.code for o in bargain.soft_unmet] == ["base_topic_missing"]
    assert session.hard_unmet == bargain.hard_unmet == ()
    base = [item.says for item in pack.lists["bargaining_base"].items]
    assert f"以{base[0]}、{base[1]}为基础" in words(pack, "二(一)3.3")
    extended = "、".join(item.says for item in pack.lists["bargaining_extended"].items)
    assert extended in words(pack, "二(一)3.3")


def test_an_incentive_is_planned_until_a_department_confirms(pack: Pack) -> None:
    facts = [Fact("unit.has_title", value=True), Fact("unit.held", value=False)]

    for item in pack.lists["planned_incentives"].items:
        benefit = pack.benefits[item.id]
        confirmed = f"incentive.{item.id.removeprefix('public_')}_confirmed"
        assert item.says in words(pack, "二(三)3.2")
        assert judge(benefit.when, facts, DAY).outcome is Outcome.UNKNOWN
        for value, outcome in ((False, Outcome.NOT_MET), (True, Outcome.MET)):
            whole = [*facts, Fact(confirmed, value=value)]
            assert judge(benefit.when, whole, DAY).outcome is outcome


def test_no_event_touches_a_title_by_itself(pack: Pack) -> None:
    assert {t.type for t in pack.triggers} == {
        "credit.list_changed",
        "credit.grade_published",
        "environment.risk_flagged",
        "arrears.flagged",
        "withdrawn",
    }
    assert {t.effect for t in pack.triggers} == {"review", "note"}
    listed = trigger_for(pack, "credit.list_changed", [Fact("event.change", "added")], DAY)
    assert (listed.trigger.id, listed.effect) == ("black_listed", "review")
    assert "“失信黑名单”" in pack.clause(listed.trigger.clause).wording


def test_the_goals_and_their_bases(pack: Pack) -> None:
    taking_part = pack.measures["participation"]
    titled = pack.measures["titled_share"]

    assert (taking_part.target, taking_part.alert) == (Decimal(90), True)
    assert dict(taking_part.where) == {"has_union": "true"}
    assert taking_part.has_mark == titled.mark == "taking_part"
    assert (titled.target, titled.alert, titled.has_title) == (Decimal(6), False, True)
    assert set(titled.levels_titled) == {"township", "district", "system", "city"}
    assert "90%以上" in words(pack, "二(一)1.1")
    assert "有6%的创建企业" in words(pack, "二(一)1.1")
    instructors = pack.measures["instructors"]
    assert (instructors.of, instructors.target) == ("people", Decimal(1000))
    assert pack.records["training"].distinct == "attendees"
    assert "千名" in words(pack, "二(一)4.4")
    wages = pack.measures["wage_agreements"]
    assert (wages.titled, wages.levels_titled) == (True, ("city",))
    assert dict(wages.has_value) == {"state": "agreed"}
    printed = {"participation", "titled_share", "instructors"}
    assert {m.id for m in pack.measures.values() if m.target is not None} == printed


def test_the_work_of_2019_is_due_that_year_and_never_hard(pack: Pack) -> None:
    once = {d.id: d for d in pack.duties if d.recurs == "once"}

    assert set(once) == {
        "plan_document", "bargaining_opinion", "advanced_selection", "benchmark_selection",
        "re_evaluation", "report_book", "case_book", "standard_revision", "platform_use",
    }  # fmt: skip
    assert {(d.due_on, d.hard) for d in once.values()} == {(date(2019, 12, 31), False)}
    assert all("没有印日期" in d.reading for d in once.values())
    yearly = next(d for d in pack.duties if d.id == "year_plan")
    assert (yearly.recurs, yearly.levels, yearly.done_by) == (
        "arranged",
        ("district", "system"),
        "record:year_plan",
    )


@pytest.mark.parametrize(
    ("name", "clause"),
    [
        ("media", "三3.1"),
        ("agenda_items", "三1.1"),
        ("enterprise_services", "二(二)1.1"),
        ("visit_series", "二(二)4.2"),
        ("activity_series", "二(二)1.2"),
        ("activity_tags", "二(二)2.3"),
    ],
)
def test_every_word_of_a_list_is_printed(pack: Pack, name: str, clause: str) -> None:
    found = pack.lists[name]

    assert found.clause == f"NB19:{clause}"
    for item in found.items:
        assert re.sub(r"\s", "", item.says).strip("“”") in words(pack, clause)


def test_five_dimensions_in_the_words_of_the_text_and_no_weight(pack: Pack) -> None:
    standard = pack.standards["third_round"]

    headings = list(dict.fromkeys(i.heading for i in standard.indicators))
    assert [h[2:] for h in headings] == [
        "服务企业发展", "和谐劳动关系", "环境关系和谐", "社会关系", "企业文化",
    ]  # fmt: skip
    assert [sum(i.heading == h for i in standard.indicators) for h in headings] == [6, 3, 8, 12, 8]
    for item in standard.indicators:
        assert re.sub(r"\s", "", item.says) in re.sub(r"\s", "", pack.clause(item.clause).wording)
        assert item.weight is None
        assert not item.mandatory
    assert standard.marked == "赋分比例待装入"


@pytest.mark.parametrize(
    ("last", "fault"), [("28", ""), ("27", "合计为 99"), ("", "36 项写了赋分比例")]
)
def test_weights_add_up_to_a_hundred(tmp_path: Path, last: str, fault: str) -> None:
    for path in (PACKS / "ningbo-2019").rglob("*.yaml"):
        target = tmp_path / path.relative_to(PACKS)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    standards = tmp_path / "ningbo-2019" / "standards.yaml"
    parts = standards.read_text(encoding="utf-8").split("        evidence: true\n")
    weighed = "        evidence: true\n        weight: 2\n".join(parts[:-1])
    more = f"        weight: {last}\n" if last else ""
    standards.write_text(f"{weighed}        evidence: true\n{more}{parts[-1]}", encoding="utf-8")

    if not fault:
        found = load_pack("ningbo-2019", tmp_path).standards["third_round"]
        assert sum(i.weight or 0 for i in found.indicators) == 100
        return
    with pytest.raises(PackInvalid) as caught:
        load_pack("ningbo-2019", tmp_path)
    assert fault in str(caught.value)


def test_marks_and_bodies_the_text_speaks_of(pack: Pack) -> None:
    assert [v.says for v in pack.marks["layer"].values] == ["区县（市）级", "系统级"]
    assert "以区县（市）、系统级和谐企业为重点" in words(pack, "二(一)2.3")
    assert {v.id for v in pack.marks["responsible_level"].values} >= {"township", "district"}
    assert "平安企业" in words(pack, "二(二)4.2")
    assert pack.marks["safe_enterprise"].clause == "NB19:二(二)4.2"
    assert [i.id for i in pack.lists["mediation_kinds"].items] == [
        "worker_centre", "enterprise", "regional", "industry", "union_room",
    ]  # fmt: skip
    assert pack.records["mediation_body"].counts == ("kind",)
    assert pack.records["series_part"].of == "series"
    assert pack.records["lawyer_service"].distinct == "lawyer"
