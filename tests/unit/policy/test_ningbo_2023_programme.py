"""What the pack of Ningbo's 2023 draft holds for the work between decisions."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from typing import Any

import pytest

from shared.contracts.refusals import Refused
from shared.policy.assess import Determination, assess, gate, refuse_unless_met
from shared.policy.conditions import Fact, Outcome
from shared.policy.load import load_pack
from shared.policy.pack import Pack

DAY = date(2024, 6, 3)
DOCUMENT = "d0af100cb4d3ecf6e525d48d656e599ab7f20576ffbdbadda24ad61679bd8865"
"""SHA-256 of the document's sentences without spaces, line breaks and part headings."""
FIVE = ("enterprise", "site", "park", "township", "industry")


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("ningbo-2023")


def words(pack: Pack, clause: str) -> str:
    return re.sub(r"\s", "", pack.clause(clause).wording)


def judged(pack: Pack, name: str, **values: Any) -> Determination:
    facts = [Fact(key.replace("__", "."), value) for key, value in values.items()]
    return assess(gate(pack, name), facts, DAY)


def test_the_clauses_are_the_document_word_for_word(pack: Pack) -> None:
    told = [c.wording for c in pack.clauses.values() if c.source == "NB23"]

    whole = "".join(re.sub(r"\s", "", wording) for wording in told)
    assert len(whole) == 4177
    assert hashlib.sha256(whole.encode()).hexdigest() == DOCUMENT


def test_both_documents_it_rests_on(pack: Pack) -> None:
    basis = [pack.sources[key] for key in pack.clause("NB23:前言").basis]

    assert [s.number for s in basis] == ["人社部发〔2023〕2号", "浙人社发〔2023〕17号"]
    assert all(s.title in words(pack, "NB23:前言") for s in basis)
    assert all(s.number in words(pack, "NB23:前言") for s in basis)
    assert not any(s.loaded for s in basis)


def test_no_effective_day_is_invented(pack: Pack) -> None:
    setting = pack.settings["effective_on"]

    assert (setting.required, setting.from_text, setting.values) == (True, False, ())
    assert setting.ambiguity == "A-01"
    assert "2023年X月X日" in words(pack, "NB23:通知.2")
    with pytest.raises(KeyError):
        pack.setting("effective_on", DAY)


def test_a_cycle_opens_under_an_activated_pack_only(pack: Pack) -> None:
    found = judged(pack, "cycle.open", pack__activated=False)

    with pytest.raises(Refused) as caught:
        refuse_unless_met(found)
    assert caught.value.code == "pack_not_activated"
    assert judged(pack, "cycle.open", pack__activated=True).outcome is Outcome.MET
    assert pack.clause(gate(pack, "cycle.open")[0].clause).wording.endswith("（征求意见稿）")


@pytest.mark.parametrize(
    ("record", "field", "items"),
    [
        (
            "improvement",
            "heading",
            ("规范劳动用工", "提高职工工资报酬", "改善劳动条件", "加强劳动保护", "提升人文关怀"),
        ),
        (
            "check_up",
            "mode",
            ("政府部门联合指导", "第三方专业机构体检", "企业互评互检", "线上自查自测"),
        ),
        (
            "training",
            "subjects",
            (
                "劳动保障法律法规政策",
                "工资支付管理",
                "劳动标准",
                "集体协商",
                "社会保险",
                "劳动争议协调处理",
            ),
        ),
        ("union_service", "kind", ("法律援助", "政策咨询", "协商培训", "职业道德教育")),
        ("publicity_item", "medium", ("主流媒体", "新媒体")),
        ("coordinator", "kind", ("基层社会保障管理员", "劳动关系协调员")),
    ],
)
def test_a_record_offers_what_its_sentence_lists_and_is_counted_by_it(
    pack: Pack, record: str, field: str, items: tuple[str, ...]
) -> None:
    kind = pack.records[record]
    spec = next(f for f in kind.fields if f.name == field)

    assert tuple(i.says for i in pack.lists[spec.list].items) == items
    assert all(item in words(pack, kind.clause) for item in items)
    assert spec.required
    assert field in kind.counts


def test_publicity_knows_the_seven_forms(pack: Pack) -> None:
    kind = pack.records["publicity"]

    forms = pack.lists[kind.fields[0].list].items
    assert [f.id for f in forms] == ["month", "column", "contest", "tour", "call", "film", "base"]
    assert kind.counts == ("form",)
    assert all(f.says in words(pack, kind.clause) for f in forms)


def test_who_writes_what(pack: Pack) -> None:
    writers = {kind.id: kind.writers for kind in pack.records.values()}

    assert writers["union_service"] == ("workers",)
    assert writers["employer_guidance"] == ("employers",)
    assert writers["improvement"] == ("unit", "clerk")
    assert writers["visit"] == ("clerk", "coordinator")
    assert all(
        "unit" not in w for k, w in writers.items() if k not in ("improvement", "e_contract")
    )


def test_a_service_is_closed_with_its_result(pack: Pack) -> None:
    service = pack.records["service"]

    assert service.opening == "open"
    assert service.ended == ("closed",)
    assert {f.name for f in service.fields if f.required} == {"need", "kind", "provider"}
    assert [f.name for f in service.fields if "closed" in f.needed_for] == ["result"]


def test_a_paper_is_open_to_all_places_once_recommended(pack: Pack) -> None:
    paper = pack.records["experience_paper"]

    assert (paper.opening, paper.shared) == ("submitted", ("recommended",))
    assert "随时上报" in words(pack, paper.clause)


def test_a_late_call_is_taken_in_and_marked(pack: Pack) -> None:
    assert judged(pack, "record.call", call__on=date(2024, 3, 31)).marks == ()
    late = judged(pack, "record.call", call__on=date(2024, 4, 1))
    assert late.marks == ("late",)
    assert refuse_unless_met(late) is late
    assert pack.records["call"].public == ("title", "text", "channels")


def test_what_closes_a_duty_and_which_are_undated_or_optional(pack: Pack) -> None:
    duties = {d.id: d for d in pack.duties}

    assert {d.id: d.done_by for d in pack.duties if d.done_by} == {
        "call": "record:call",
        "plan": "plan",
        "year_report": "report:year_report",
    }
    assert {d.id for d in pack.duties if d.recurs == "arranged"} == {
        "city_selection",
        "cross_inspection",
    }
    assert [d.id for d in pack.duties if d.optional] == ["district_selection"]
    assert "可以根据本地创建工作安排" in words(pack, "NB23:二(四).3")
    assert duties["cross_inspection"].levels == ("city",)
    assert all(
        "每年" in words(pack, duties[d].clause) for d in ("city_selection", "cross_inspection")
    )


def test_the_goals_of_2027_have_a_day_and_no_number(pack: Pack) -> None:
    for name, part in (("coverage", ("creating", "recognised")), ("attainment", ("recognised",))):
        measure = pack.measures[name]
        assert measure.kinds == FIVE
        assert measure.has_standing == part
        assert (measure.target, measure.target_on) == (None, date(2027, 12, 31))
        assert "2027年底" in words(pack, measure.clause)
    assert pack.measures["coverage"].standing == ("registered", "creating", "recognised")
    assert pack.measures["attainment"].standing == ("creating", "recognised")
    assert all(m.target is None for m in pack.measures.values())


def test_shares_look_at_the_right_value(pack: Pack) -> None:
    share = pack.measures["e_contract_share"]
    agenda = {m.id: dict(m.has_value) for m in pack.measures.values() if m.has_record == "agenda"}

    assert (share.has_record, dict(share.has_value)) == ("e_contract", {"used": "true"})
    assert "“浙里签”" in words(pack, share.clause)
    assert agenda == {
        "agenda_plan": {"item": "plan"},
        "agenda_assessment": {"item": "assessment"},
    }
    for item in pack.lists["agenda_items"].items:
        assert item.says in words(pack, "NB23:四(一).2")
    document = next(f for f in pack.records["agenda"].fields if f.name == "document")
    assert document.required
    assert pack.measures["trained"].of == "people"
    assert pack.records["training"].distinct == "attendees"


def test_gaps_look_at_units_not_yet_reached(pack: Pack) -> None:
    contacted, visited = pack.gaps["not_contacted"], pack.gaps["not_visited"]

    assert (contacted.record, contacted.standing, contacted.within) == (
        "contact",
        ("registered",),
        "",
    )
    assert (visited.record, visited.within, visited.unit_of_time) == (
        "visit",
        "visit.interval_days",
        "days",
    )
    assert pack.setting(visited.within, DAY).value == 180


def test_a_site_names_its_contractor_and_owner_and_belongs_once(pack: Pack) -> None:
    relations = {r.id: (r.from_kinds, r.to_kinds, r.single) for r in pack.relations.values()}
    members = ("enterprise", "site")

    assert relations == {
        "in_park": (members, ("park",), True),
        "in_township": (members, ("township",), True),
        "in_industry": (members, ("industry",), False),
        "contractor": (("site",), ("enterprise",), True),
        "owner": (("site",), ("enterprise",), True),
    }
    assert "所属企业、工地项目" in words(pack, pack.relations["in_park"].clause)


def test_the_report_is_written_and_complete(pack: Pack) -> None:
    form = pack.reports["year_report"]
    required = [s.id for s in form.sections if s.required]

    assert (form.levels, form.to) == (("district",), "city")
    assert required == ["summary", "evaluation"]
    assert "对照创建目标自行开展评估" in words(pack, form.clause)
    whole: dict[str, Any] = {
        "year_report__file_attached": True,
        "year_report__sections_missing": 0,
    }
    assert judged(pack, "report.year_report", **whole).outcome is Outcome.MET
    for name, value, code in (
        ("year_report__file_attached", False, "report_file_missing"),
        ("year_report__sections_missing", 1, "report_section_missing"),
    ):
        with pytest.raises(Refused) as caught:
            refuse_unless_met(judged(pack, "report.year_report", **{**whole, name: value}))
        assert (caught.value.code, caught.value.status) == (code, 422)
    budget = next(s for s in form.sections if "budget" in s.records)
    assert not budget.required


def test_honours_of_others_are_recorded_and_never_given_here(pack: Pack) -> None:
    external = {
        t.id: (t.level, t.every_years) for t in pack.titles.values() if t.rank == "external"
    }

    assert external == {"provincial_demonstration": ("province", 3), "legacy_city": ("city", None)}
    provincial = pack.titles["provincial_demonstration"]
    assert f"每三年择优推荐一批“{provincial.name}”" in words(pack, provincial.clause)
    assert pack.setting("recommend.every_years", DAY).value == provincial.every_years
    legacy = pack.titles["legacy_city"]
    assert pack.sources[pack.clause(legacy.clause).source].status == "not_from_text"
    assert pack.setting("honour.legacy_counted", DAY).value is False
    assert [i.id for i in pack.lists["library_levels"].items] == ["city", "province", "nation"]
    assert "市级以上荣誉" in words(pack, pack.lists["library_levels"].clause)
