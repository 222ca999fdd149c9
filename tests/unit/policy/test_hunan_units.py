"""Units of Hunan, what they work on, and the standards they are held against, beside Weihai's."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from shared.policy.conditions import Fact, Outcome, judge
from shared.policy.lint import lint
from shared.policy.load import load_pack
from shared.policy.pack import Pack
from tests.support.laws import DAY, items, plain, words


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("hunan-2023")


@pytest.fixture(scope="module")
def weihai() -> Pack:
    return load_pack("weihai-2023")


def test_kinds_in_scope_and_what_is_a_project_or_a_place(pack: Pack) -> None:
    assert set(pack.kinds) == {
        "enterprise", "park", "township", "industry", "building", "block", "station",
    }  # fmt: skip
    assert {k for k, v in pack.kinds.items() if v.pilot} == {"industry", "building", "block"}
    assert pack.kinds["enterprise"].identifier == "credit_code"
    assert {v.identifier for k, v in pack.kinds.items() if k != "enterprise"} == {"internal"}
    assert [s.says for s in pack.kinds["park"].subtypes] == [
        "经济技术开发区", "高新技术产业园区", "科技园区", "其他产业集聚区",
    ]  # fmt: skip
    assert all(
        s.says.replace("其他", "") in words(pack, "HN23:二") for s in pack.kinds["park"].subtypes
    )
    assert not any(v.subtypes for k, v in pack.kinds.items() if k != "park")


def test_owners_that_apply_to_the_province_are_a_field_of_the_enterprise(pack: Pack) -> None:
    field = next(f for f in pack.kinds["enterprise"].fields if f.name == "ownership")

    assert [o.id for o in field.options] == ["central", "provincial", "other"]
    assert "中央在湘、省属国有企业（集团、总公司）" in words(pack, "HN23:五(五).4")


def test_a_demonstration_point_has_a_level_and_a_day_and_no_title(pack: Pack) -> None:
    for kind in ("building", "block"):
        needed = {f.name for f in pack.kinds[kind].fields if f.required}
        assert {"level", "named_on"} <= needed
        assert not any(kind in title.kinds for title in pack.titles.values())
    assert {i.id for i in pack.lists["point_levels"].items} >= {"province", "city", "district"}


def test_marks(pack: Pack) -> None:
    assert pack.marks["leading"].kinds == ("enterprise",)
    assert [v.id for v in pack.marks["class"].values] == ["A", "B", "C"]
    assert (pack.marks["model_station"].kinds, pack.marks["model_station"].public) == (
        ("station",), True,
    )  # fmt: skip


def test_work_items_beside_those_of_weihai(pack: Pack, weihai: Pack) -> None:
    ours, theirs = pack.work_items, weihai.work_items

    assert set(ours) - set(theirs) == {"C7", "I1", "I2"}
    assert set(theirs) <= set(ours)
    assert len(ours["C3"].parts) == len(theirs["C3"].parts) == 5
    assert [p.says for p in ours["C3"].parts] == [p.says for p in theirs["C3"].parts]
    assert (len(ours["A2"].parts), len(theirs["A2"].parts)) == (4, 3)
    assert {p.says for p in ours["A2"].parts} - {p.says for p in theirs["A2"].parts} == {
        "劳动法律监督机制"
    }
    assert not any("法律监督" in item.says for item in theirs.values())


def test_both_committees_need_their_founding_day_before_they_are_done(pack: Pack) -> None:
    assert "工会劳动法律监督委员会" in pack.work_items["C5"].says
    assert "劳动争议调解委员会" in pack.work_items["C6"].says
    for name in ("C5", "C6"):
        fields = {f.name: f.needed_for for f in pack.work_items[name].fields}
        assert fields["founded_on"] == ("done",)


def test_work_items_say_the_documents_words_and_nothing_else(pack: Pack) -> None:
    for item in pack.work_items.values():
        told = plain(pack.clause(item.clause).wording)
        assert plain(item.says) in told, item.id


def test_shares_come_from_figures_and_links(pack: Pack) -> None:
    contracts = next(r for r in pack.work_items["C2"].ratios if r.id == "contract_share")

    assert (contracts.part, contracts.whole) == ("contracted", "workers")
    assert pack.work_items["A1"].measure == "area_participation"
    assert pack.measures["area_participation"].relation == "in_area"
    assert pack.work_items["A3"].measure == "area_stations"
    assert pack.relations["serves"].from_kinds == ("station",)


def test_eight_rule_sets_and_three_standards_of_an_industry(pack: Pack) -> None:
    rules, standards = pack.work_items["I1"], pack.work_items["I2"]

    assert rules.kinds == standards.kinds == ("industry",)
    assert [p.says for p in rules.parts] == items(pack, "basic_standards")
    assert len(rules.parts) == 8
    assert all(p.says in words(pack, "HN23:五(九).2") for p in rules.parts)
    assert [p.says for p in standards.parts] == ["工资福利", "定员定额", "劳动安全"]


def test_indicators_beside_those_of_weihai(pack: Pack, weihai: Pack) -> None:
    def ids(law: Pack, kind: str) -> set[str]:
        standard = law.standard_for(kind)
        assert standard is not None
        return {i.id for i in standard.indicators}

    assert ids(pack, "enterprise") - ids(weihai, "enterprise") == {"E2e", "E2f", "E2g"}
    assert ids(weihai, "enterprise") - ids(pack, "enterprise") == {"E4c"}
    assert ids(pack, "park") == ids(weihai, "park") == ids(pack, "township")
    assert (len(ids(pack, "enterprise")), len(ids(pack, "park"))) == (29, 16)


def test_nine_and_seven_headings_word_for_word(pack: Pack) -> None:
    for name, headings, section in (("enterprise", 9, "四(一)"), ("area", 7, "四(二)")):
        standard = pack.standards[name]
        assert len({i.heading for i in standard.indicators}) == headings
        assert standard.marked == "国家部分"
        for item in standard.indicators:
            assert item.mandatory
            assert item.elements
            assert item.clause.startswith(f"HN23:{section}.")
            told = plain(pack.clause(item.clause).wording)
            assert all(plain(part) in told for part in re.split(r"[，。、；]", item.says)), item.id


def test_four_bodies_where_weihai_asks_for_three(pack: Pack, weihai: Pack) -> None:
    def stands(law: Pack, number: int) -> Outcome:
        item = next(i for i in law.standards["area"].indicators if i.id == "P4a")
        assert item.when is not None
        return judge(item.when, [Fact("indicator.bodies_set_up", number)], DAY).outcome

    assert (stands(pack, 4), stands(pack, 3)) == (Outcome.MET, Outcome.NOT_MET)
    assert stands(weihai, 3) is Outcome.MET
    assert items(pack, "area_bodies")[2] == "工会劳动法律监督组织"


@pytest.mark.parametrize(
    ("share", "outcome"),
    [("0.60", Outcome.MET), ("0.5999", Outcome.NOT_MET), (None, Outcome.UNKNOWN)],
)
def test_sixty_percent_counts(pack: Pack, share: str | None, outcome: Outcome) -> None:
    item = next(i for i in pack.standards["enterprise"].indicators if i.id == "E5d")
    assert item.when is not None

    value = Decimal(share) if share else None

    assert judge(item.when, [Fact("indicator.frontline_share", value)], DAY).outcome is outcome
    assert item.threshold == Decimal("0.60")


def test_no_pass_line_is_made_up(pack: Pack) -> None:
    lines = [i.id for s in pack.standards.values() for i in s.indicators if i.threshold is not None]

    assert lines == ["E5d"]


def test_the_provincial_standards_are_a_second_part_to_be_loaded(pack: Pack) -> None:
    second = {s.number: (s.kinds, s.link, s.loaded) for s in pack.sources.values() if s.kinds}

    assert second == {
        "DB43/T 2233-2021": (("enterprise",), "http://www.hnbzw.com/", False),
        "DB43/T 2232-2021": (("park",), "http://www.hnbzw.com/", False),
    }
    assert second["DB43/T 2233-2021"][1] in pack.clause("HN23:五(五).1").wording
    assert pack.standard_for("industry") is None
    assert len(pack.standards) == 2


def test_a_loaded_second_part_stands_beside_the_first(tmp_path: Path) -> None:
    folder = tmp_path / "hunan-with-db43"
    folder.mkdir()
    (folder / "pack.yaml").write_text(
        """id: hunan-with-db43
version: "1"
title: 装入地方标准
status: in_force
jurisdiction: "430000"
parent: hunan-2023
sources:
  DB2233:
    replaces: 文本已装入
    title: 劳动关系和谐企业评价规范
    number: DB43/T 2233-2021
    status: reference
    kinds: [enterprise]
clauses:
  "DB2233:1": {source: DB2233, citation: 第1条, wording: 测试条文。}
standards:
  local:
    name: 地方标准
    version: "2021"
    kinds: [enterprise]
    clause: "DB2233:1"
    indicators:
      - id: L1
        heading: 一
        says: 测试条文
        elements: [测试条文]
        mandatory: true
        method: judged
        evidence: true
        clause: "DB2233:1"
""",
        encoding="utf-8",
    )

    found = load_pack("hunan-with-db43", tmp_path)
    first = found.standard_for("enterprise")

    assert first is not None
    assert first.id == "enterprise"
    again = (folder / "pack.yaml").read_text(encoding="utf-8").replace("[enterprise]", "[park]", 1)
    (folder / "pack.yaml").write_text(again, encoding="utf-8")
    assert any("已有标准" in f.why for f in lint(folder))
