"""CSV and JSON lines as sheets, and files made from an older template."""

from __future__ import annotations

import pytest

from services.gateway.importer.plain import read_csv, read_json_lines
from services.gateway.importer.sheet import Sheet
from services.gateway.importer.template import need_headings, version_of
from shared.contracts.refusals import Refused


def test_csv_in_either_encoding_keeps_the_files_own_numbers() -> None:
    text = "应用单位编号,单位名称\r\nZL-1,甲公司\r\nZL-2,'=1+1\r\n"

    for content in (text.encode("utf-8-sig"), text.encode("gb18030")):
        sheet = read_csv(content)
        assert sheet.headings == ("应用单位编号", "单位名称")
        assert sheet.first_row == 2
        assert sheet.rows == [["ZL-1", "甲公司"], ["ZL-2", "=1+1"]]


def test_json_lines_may_lack_names_and_hold_lists() -> None:
    sheet = read_json_lines('{"甲": "1", "乙": ["x", "y"]}\n\n{"丙": 3}\n'.encode())

    assert sheet.headings == ("甲", "乙", "丙")
    assert sheet.rows == [["1", "x；y", None], [None, None, 3]]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        ("甲,乙\n".encode(), "file_empty"),
        (b"\xff\xff\xff\xff,1\n", "file_unreadable"),
    ],
)
def test_what_is_no_csv_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Refused) as caught:
        read_csv(content)
    assert caught.value.code == code


def test_half_a_json_line_is_named() -> None:
    with pytest.raises(Refused, match="第 2 行"):
        read_json_lines(b'{"a": 1}\n{"a": ')


def test_headings_that_changed_are_named_in_one_sentence() -> None:
    known, version = ("甲", "乙"), version_of("unit", ("甲", "乙"))
    need_headings(
        Sheet(("甲", "乙", "错误说明"), ()), known=known, required=("甲",), version=version
    )
    old = Sheet(("乙", "丁"), (), version="unit-0")

    with pytest.raises(Refused) as caught:
        need_headings(old, known=known, required=("甲",), version=version)

    assert caught.value.says == (
        f"这份文件用的是较早的模板（unit-0，现行 {version}）：“丁”不在现行模板里，缺少“甲”；"
        "请下载现行模板，把数据粘贴进去再上传。"
    )
