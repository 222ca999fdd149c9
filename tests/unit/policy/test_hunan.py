"""What the pack of 湘人社发〔2023〕15号 holds: its words, its thirteen tasks, its figures and lists."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from decimal import Decimal

import pytest

from shared.policy.conditions import facts_used
from shared.policy.load import load_pack
from shared.policy.pack import Pack
from tests.support.laws import DAY, duty_of, items, plain, words

DOCUMENT = "1b72b776d43e1ed25848a7538668fac4b4360afdd171bfe5a7516c60d4e13d8b"
"""SHA-256 of the whole document, clause by clause, without its spaces and line breaks."""

BOTH = "省、市州协调劳动关系三方会议成员单位"
RELATIONS = "劳动关系处（科）"
INSPECTION = "劳动保障监察局（支队）"
ARBITRATION = "调解仲裁管理处（科、院）"
AWARDS = "表彰奖励和重点民生实事处（科）"
SEVEN = (
    RELATIONS, INSPECTION, ARBITRATION, AWARDS, "就业处（科）", "省（市）就业服务中心",
    "省（市）社保服务中心",
)  # fmt: skip
TASKS = [
    (1, "成立领导小组", BOTH, (RELATIONS,), date(2023, 3, 31)),
    (2, "制定工作方案", "市州协调劳动关系三方会议成员单位", (RELATIONS,), date(2023, 3, 31)),
    (3, "加强队伍建设", BOTH, (), "持续推进"),
    (4, "完善创建标准", "省人力资源和社会保障厅、省总工会、省企工联、省工商联", (RELATIONS,), date(2024, 10, 31)),
    (5, "健全评价机制：严格评估程序", BOTH, (RELATIONS,), "创建活动全程"),
    (6, "健全评价机制：健全评审制度", BOTH, (RELATIONS,), date(2024, 12, 31)),
    (7, "健全评价机制：实施动态管理", BOTH, (RELATIONS, INSPECTION, ARBITRATION), "创建活动全程"),
    (8, "完善激励措施：开展表彰奖励", "省、州市协调劳动关系三方会议成员单位", (RELATIONS, AWARDS), "按人社部署安排"),
    (9, "完善激励措施：落实激励政策", "省、州市协调劳动关系三方会议成员单位", SEVEN, "认定期内"),
    (10, "做好服务指导", BOTH, (RELATIONS,), "持续推进"),
    (11, "强化检查督导", BOTH, (RELATIONS,), "持续推进"),
    (12, "促进培育提升", BOTH, (RELATIONS,), date(2027, 12, 31)),
    (
        13, "推动公共服务",
        "省人力资源和社会保障厅、长沙市人力资源和社会保障局、湘潭市人力资源和社会保障局",
        (RELATIONS,), "按国家统一部署",
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("hunan-2023")


def test_the_clauses_are_the_document_word_for_word(pack: Pack) -> None:
    told = [c.wording for c in pack.clauses.values() if c.source == "HN23"]

    whole = "".join(re.sub(r"\s", "", wording) for wording in told)
    assert (len(told), len(whole)) == (122, 11757)
    assert hashlib.sha256(whole.encode()).hexdigest() == DOCUMENT


def test_number_and_four_bodies_and_no_date_of_issue(pack: Pack) -> None:
    document = pack.sources["HN23"]

    assert (pack.status, pack.jurisdiction, pack.parent) == ("in_force", "430000", "national-2023")
    assert document.number == words(pack, "HN23:文头.2") == "湘人社发〔2023〕15号"
    assert document.issued_on is None
    assert list(document.bodies) == items(pack, "issuing_bodies")
    assert all(body in words(pack, "HN23:文头.1") for body in document.bodies)
    assert pack.setting("document.disclosure", DAY).value == "主动公开"
    assert str(pack.setting("document.contact", DAY).value) in words(pack, "HN23:通知.5")


def test_the_documents_it_names_are_to_be_loaded_and_none_is_made_up(pack: Pack) -> None:
    named = {s.number: s for s in pack.sources.values() if not s.loaded}

    assert set(named) == {
        "人社部发〔2023〕2号", "湘人社发〔2022〕27号", "DB43/T 2233-2021", "DB43/T 2232-2021",
    }  # fmt: skip
    assert pack.clause("HN23:通知.2").basis == ("GJ2",)
    assert pack.clause("HN23:五(五).1").basis == ("DB2233", "DB2232")
    for clause in pack.clauses.values():
        for source in clause.basis:
            number = pack.sources[source].number
            title = pack.sources[source].title
            assert plain(number) in plain(clause.wording) or title in clause.wording, clause.id


def test_nothing_of_weihai_or_of_the_baseline_is_left(pack: Pack) -> None:
    assert {c.source for c in pack.clauses.values()} == {"HN23", "HX"}
    assert not {"WH19", "HN15"} & pack.sources.keys()


def test_every_sentence_without_a_rule_says_why(pack: Pack) -> None:
    unused = {c.id for c in pack.clauses.values() if c.unused_because}

    assert len(unused) == 25
    assert not any(c.startswith("HX:") or re.fullmatch(r"HN23:附件\.\d+", c) for c in unused)
    for clause in ("五(五).12", "五(六).2", "五(六).4", "五(六).7", "六(四).1"):
        assert f"HN23:{clause}" not in unused


@pytest.mark.parametrize(("number", "says", "owners", "lead", "limit"), TASKS)
def test_a_task_of_the_table_as_printed(
    pack: Pack, number: int, says: str, owners: str, lead: tuple[str, ...], limit: date | str
) -> None:
    task = duty_of(pack, f"annex_{number:02d}")
    printed = words(pack, f"HN23:附件.{number}")

    assert (task.number, task.says, task.clause) == (number, says, f"HN23:附件.{number}")
    assert "、".join(task.owners) == owners
    assert task.lead == lead
    assert (task.due_on or task.period) == limit
    assert plain(owners) in printed
    assert all(division in printed for division in lead)
    assert says.rpartition("：")[2] in printed
    if isinstance(limit, date):
        assert f"{limit.year}年{limit.month}月底前" in printed
        assert (task.recurs, task.hard, task.bare_month, task.period) == ("once", True, False, "")
    else:
        assert limit in printed
        assert task.due_on is None


def test_there_are_exactly_thirteen_and_each_owner_stands_alone(pack: Pack) -> None:
    numbered = [d for d in pack.duties if d.number]

    assert [d.number for d in numbered] == list(range(1, 14))
    assert {d.number: len(d.owners) for d in numbered if len(d.owners) > 1} == {4: 4, 13: 3}
    assert {d.number: len(d.lead) for d in numbered if len(d.lead) != 1} == {3: 0, 7: 3, 8: 2, 9: 7}
    assert {d.number for d in numbered if d.levels == ("city",)} == {2}
    assert {d.number for d in numbered if d.levels == ("province",)} == {4, 13}
    assert {d.number for d in numbered if d.recurs == "arranged"} == {8, 13}


def test_slips_of_the_table_are_read_by_the_body(pack: Pack) -> None:
    assert "协调查员" in words(pack, "HN23:附件.3")
    assert "A-20" in duty_of(pack, "annex_03").reading
    assert duty_of(pack, "annex_08").note == "按人社部部署安排"
    assert "按人社部部署安排" in words(pack, "HN23:五(六).1")
    assert [d.note for d in pack.duties if d.note] == ["按人社部部署安排"]


def test_what_ends_a_task_is_the_thing_it_asks_for(pack: Pack) -> None:
    assert {d.id: d.done_by for d in pack.duties if d.done_by} == {
        "annex_01": "record:leading_group",
        "annex_02": "plan",
        "annex_04": "record:industry_guideline",
        "annex_06": "record:review_rules",
        "year_report": "report:year_report",
        "national_cultivation": "record:cultivation_entry",
        "province_supervision": "record:joint_supervision",
    }


def test_the_yearly_report_of_every_city_by_the_end_of_november(pack: Pack) -> None:
    task, form = duty_of(pack, "year_report"), pack.reports["year_report"]

    assert (task.recurs, task.month, task.day, task.hard) == ("yearly", 11, 30, True)
    assert (task.levels, form.levels, form.to) == (("city",), ("city",), "province")
    assert "每年11月30日前" in words(pack, "HN23:六(四).1")
    assert "budget" in next(s for s in form.sections if s.id == "resources").records


def test_cultivation_begins_a_year_before_a_national_round(pack: Pack) -> None:
    task = duty_of(pack, "national_cultivation")

    assert (task.recurs, task.ahead_months, task.levels) == ("arranged", 12, ("city", "district"))
    assert "提前一年" in words(pack, "HN23:五(九).4")


def test_meetings_and_supervision_have_no_date_of_their_own(pack: Pack) -> None:
    for name in ("meetings", "reserve_list", "province_supervision", "city_spot_check"):
        assert duty_of(pack, name).recurs in ("continuous", "arranged")
        assert not duty_of(pack, name).hard
    gap = pack.gaps["no_meeting"]
    assert (gap.over, gap.levels, gap.within) == (
        "nodes", ("province", "city"), "meetings.interval_months",
    )  # fmt: skip


def test_figures_with_the_goals_that_are_printed(pack: Pack) -> None:
    goals = {m.id: (m.target, m.approx) for m in pack.measures.values() if m.target is not None}

    assert goals == {"trained": (Decimal(20000), True)}
    assert duty_of(pack, "annex_03").measure == "trained"
    assert (pack.measures["trained"].of, pack.records["training"].distinct) == (
        "people",
        "attendees",
    )
    by_2027 = {m.id for m in pack.measures.values() if m.target_on == date(2027, 12, 31)}
    assert by_2027 == {
        "coverage_enterprises", "coverage_parks", "coverage_townships", "attainment", "team",
    }  # fmt: skip
    assert pack.measures["agenda_both"].has_value == {"plan": "true", "assessment": "true"}


def test_parts_and_wholes_of_the_shares(pack: Pack) -> None:
    found = pack.measures

    assert found["coverage_enterprises"].standing == ("registered", "creating", "recognised")
    assert found["attainment"].standing == ("creating", "recognised")
    assert found["attainment"].has_standing == ("recognised",)
    assert found["tripartite_coverage"].has_record == "tripartite_body"
    assert found["tripartite_coverage"].kinds == ("park", "township")
    assert found["coordinators_in_enterprises"].has_record == "coordinator"
    assert found["association_participation"].relation == "in_industry"


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("publicity_forms", 7), ("praise_kinds", 6), ("hr_archives", 5), ("union_services", 4),
        ("inspection_kinds", 6), ("finding_headings", 4), ("task_parts", 4), ("lifecycle", 4),
        ("guidance_forms", 4), ("service_pilot_places", 2), ("local_standards", 2),
    ],
)  # fmt: skip
def test_lists_have_as_many_items_as_the_text(pack: Pack, name: str, number: int) -> None:
    told = plain(pack.clause(pack.lists[name].clause).wording)

    assert len(items(pack, name)) == number
    assert all(plain(says.partition("DB43")[0]) in told for says in items(pack, name))


def test_a_task_sheet_asks_for_all_four_parts(pack: Pack) -> None:
    needed = {f.says for f in pack.records["task_sheet"].fields if f.required}

    assert set(items(pack, "task_parts")) <= needed


def test_the_leading_group_is_read_from_the_posts_of_the_conference(pack: Pack) -> None:
    posts, roles = pack.lists["conference_posts"], pack.lists["leading_group_roles"]

    assert [i.id for i in posts.items] == [i.id for i in roles.items]
    assert dict(zip(items(pack, "conference_posts"), items(pack, "leading_group_roles"), strict=True)) == {
        "主席": "组长", "副主席": "副组长", "成员单位相关处室负责人": "成员",
    }  # fmt: skip
    assert all(says in words(pack, "HN23:五(一).1") for says in items(pack, "conference_posts"))


def test_no_rule_came_from_another_place(pack: Pack) -> None:
    assert "commitment.accept" not in pack.gates
    assert not {"call", "commitment"} & pack.records.keys()
    asked = {name for rules in pack.gates.values() for r in rules for name in facts_used(r.when)}
    assert not {"unit.committed", "cultivation.months", "quota.left", "plan.window_open"} & asked
    assert pack.records["coordinator"].fields[1].required is False


def test_numbers_no_document_prints_say_so(pack: Pack) -> None:
    printed = {s.name for s in pack.settings.values() if s.from_text}

    assert printed == {
        "title.validity_years", "target.coverage_on", "public.lists", "document.disclosure",
        "document.contact",
    }  # fmt: skip
    for setting in pack.settings.values():
        for dated in setting.values:
            source = pack.source_of(dated.clause)
            assert (source.status == "not_from_text") is not setting.from_text
    with pytest.raises(KeyError):
        pack.setting("check.spot_share", DAY)
    assert pack.setting("credit.grade_required", DAY).value == "A"
    assert pack.setting("exit.report_working_days", DAY).value == 10
