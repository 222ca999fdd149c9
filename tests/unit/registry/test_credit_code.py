"""统一社会信用代码: the published vectors, every wrong sign, and what is said about it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.credit_code import (
    ALPHABET,
    check_sign,
    fault_of,
    inner_is_right,
    project_fault_of,
    tidy,
)
from shared.contracts.table import Cell

VECTORS = (
    "914403001922038216",
    "91110108551385082Q",
    "9144030071526726XG",
    "91330000733796106P",
    "91440300192317458F",
    "91100000100003962T",
    "91330200711192037M",
    "91330282671205242Y",
    "91350100M000100Y43",
    "91330203MA9T00018H",
    "91330203MA9T00026C",
    "91371002MA9T00018M",
    "91120102MA9T000267",
    "91430102MA9T00026F",
)


@pytest.mark.parametrize("code", VECTORS)
def test_a_valid_code_has_no_fault(code: str) -> None:
    assert fault_of(code) is None
    assert check_sign(code[:17]) == code[17]


def test_a_sum_of_zero_gives_the_check_sign_zero() -> None:
    assert fault_of("91330203MA9T001060") is None


@pytest.mark.parametrize("code", VECTORS[:9])
def test_the_inner_check_of_real_codes_is_right(code: str) -> None:
    assert inner_is_right(code)


@pytest.mark.parametrize(
    ("code", "kind", "word"),
    [
        ("", "code_missing", "没有填写"),
        (None, "code_missing", "没有填写"),
        ("91350100M000100Y4Z", "code_alphabet", "不使用字母"),
        ("91350100M000100Y4!", "code_alphabet", "字符集"),
        ("91330203MA9T00018G", "code_check_sign", "“H”"),
        ("91330203MA9T00018", "code_length", "17 位"),
        ("91330203MA9T00018HH", "code_length", "19 位"),
        ("B1330203MA9T00018H", "code_authority", "登记管理部门"),
        ("9133020AMA9T00018H", "code_region", "6 位数字"),
        ("9.1330203E+17", "code_numeric_cell", "科学计数法"),
        (914403001922038216, "code_numeric_cell", "数字格式"),
        (9.1440300192203e17, "code_numeric_cell", "数字格式"),
        (True, "code_numeric_cell", "数字格式"),
    ],
)
def test_a_wrong_code_is_told_why(code: Cell, kind: str, word: str) -> None:
    fault = fault_of(code)

    assert fault is not None
    assert fault.code == kind
    assert word in fault.says


def test_full_width_spaces_hyphens_and_lower_case_are_forgiven() -> None:
    assert tidy(" ９1330203-ma9t 00018h　") == "91330203MA9T00018H"
    assert fault_of(" ９1330203-ma9t 00018h　") is None


@given(st.sampled_from(VECTORS), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_any_single_wrong_sign_is_noticed(code: str, place: int, sign: str) -> None:
    changed = code[:place] + sign + code[place + 1 :]

    assert (fault_of(changed) is None) == (changed == code)


@given(st.text(max_size=40))
def test_no_text_whatever_raises(text: str) -> None:
    fault = fault_of(text)
    project_fault_of(text)

    assert fault is None or fault.says


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("330203202600000777", ""),
        ("2401-330203-04-01-123456", ""),
        (330203202601, ""),
        ("", "project_number_missing"),
        (3.3e17, "project_number_numeric_cell"),
        ("12345", "project_number_form"),
        ("工地一号", "project_number_form"),
        ("3.3E+17", "project_number_form"),
    ],
)
def test_a_project_number_is_judged_by_our_own_form(number: Cell, kind: str) -> None:
    fault = project_fault_of(number)

    assert (fault.code if fault else "") == kind
