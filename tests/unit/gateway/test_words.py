"""Words on the screen are the documents' words."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.gateway.pages import words
from services.gateway.pages.acts import TABLE, command_of
from services.gateway.pages.desk import own_path
from services.gateway.pages.house import ACTS
from shared.contracts.oversight import ConfirmTrigger
from shared.contracts.refusals import Refused
from shared.runtime.packs import all_packs


def test_a_clause_is_read_with_its_document() -> None:
    assert words.clause_text("NB23:二(五)").startswith("《实施办法（征求意见稿）》")
    assert words.clause_text("") == ""
    assert words.clause_text("没有冒号") == "没有冒号"


def test_a_setting_of_ours_is_said_to_be_no_documents_words_once() -> None:
    assert words.clause_text("HX:公示期").count("非文件规定") == 1


def test_what_a_rule_found_is_said_as_an_officer_says_it() -> None:
    assert words.plain("持有荣誉为是，应为是；已申报需求为否，应为是") == (
        "持有荣誉：是；已申报需求：否（须为“是”）"
    )
    assert words.plain("「点对点」联系服务") == "“点对点”联系服务"
    assert words.reading_text("A-30a 「回访」没有写间隔") == "“回访”没有写间隔"


@pytest.mark.parametrize(
    ("pack", "says"),
    [
        ("ningbo-2023", "和谐劳动关系单位"),
        ("weihai-2023", "达到创建标准"),
        ("ningbo-2019", "已按其他办法认定"),
    ],
)
def test_a_recognised_unit_is_called_as_the_law_of_the_place_has_it(pack: str, says: str) -> None:
    assert words.word_here("recognised", "standing", all_packs()[pack]).text == says
    assert words.word_here("creating", "standing", all_packs()[pack]).text == "创建中"


def test_an_industry_has_the_name_of_its_section() -> None:
    assert words.industry_text("C34") == "C34 制造业"
    assert words.industry_text("机械制造") == "机械制造"
    assert words.industry_text("") == ""


def test_instants_are_shown_at_the_wall_clock_of_ningbo() -> None:
    late = datetime(2026, 3, 9, 17, 30, tzinfo=UTC)

    assert words.minute(late) == "2026-03-10 01:30"
    assert words.day(late) == "2026-03-10"
    assert words.day("2026-03-09T17:30:00+00:00") == "2026-03-10"
    assert words.day(date(2026, 3, 9)) == "2026-03-09"
    assert words.minute("") == ""


def test_unknown_is_said_as_unknown() -> None:
    assert words.value_text(None) == "未知"
    assert words.value_text(value=True) == "是"
    assert words.value_text("enterprise") == "企业"


def test_a_division_without_an_office_keeps_its_code() -> None:
    assert words.area("330203") == "海曙区"
    assert words.area("990000") == "990000"


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", "https://evil.example", ""])
def test_a_way_back_leads_nowhere_but_here(path: str) -> None:
    assert own_path(path) == "/"


def test_every_act_asks_only_for_fields_of_its_command() -> None:
    for act in (a for group in ACTS for a in group):
        assert {f.name for f in act.fields} <= set(act.command.model_fields), act.id
        assert act.title
        assert act.label


def test_an_act_without_its_required_field_says_which_one() -> None:
    act = TABLE[ConfirmTrigger.name]

    with pytest.raises(Refused) as caught:
        command_of(act, {"trigger_id": "trigger_1"})

    assert caught.value.errors == [{"pointer": "/remark", "says": "请填写核实情况"}]


def test_empty_fields_of_an_act_are_left_to_the_command() -> None:
    given = {"trigger_id": "trigger_1", "remark": "属实", "severity": "", "caused_by_unit": "true"}

    command = command_of(TABLE[ConfirmTrigger.name], given)

    assert command == ConfirmTrigger(trigger_id="trigger_1", remark="属实", caused_by_unit=True)


def test_a_reading_is_shown_without_the_number_of_the_open_place() -> None:
    assert words.reading_text("A-16 只列入储备名单的不享受；A-25 认定期以到期日为准") == (
        "只列入储备名单的不享受；认定期以到期日为准"
    )
    assert words.reading_text("A-03、A-52 没有印标准") == "没有印标准"
    assert words.reading_text("2019年度工作，没有印日期") == "2019年度工作，没有印日期"
