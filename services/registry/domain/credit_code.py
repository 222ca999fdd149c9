"""统一社会信用代码 (GB 32100-2015): what is wrong with one, in words an officer can act on."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from shared.contracts.table import Cell

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_SIGNS = frozenset(ALPHABET)
_DIGITS = bytes.maketrans(ALPHABET.encode(), b"0123456789ABCDEFGHIJKLMNOPQRSTU")
_INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_AUTHORITIES = frozenset("123456789ANY")
_SCIENTIFIC = re.compile(r"^\d(\.\d+)?E\+?\d+$", re.IGNORECASE)
_FORM = re.compile(f"[1-9ANY][{ALPHABET}][0-9]{{6}}[{ALPHABET}]{{10}}")
_PROJECT = re.compile(r"^[0-9A-Z][0-9A-Z\-]{5,39}$")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a value cannot stand: `code` for programs, `says` for people."""

    code: str
    says: str


def tidy(text: str) -> str:
    """Half-width, upper case, without spaces and hyphens: how a credit code is kept."""
    if text.isascii() and text.isalnum():
        return text.upper()
    plain = unicodedata.normalize("NFKC", text)
    return "".join(c for c in plain if not c.isspace() and c not in "-‐–—").upper()


def check_sign(first_17: str) -> str:
    """The 18th sign that belongs to seventeen valid ones (a sum of 0 modulo 31 gives "0").

    The weights are the powers of 3, and so, modulo 31, of 34: the weighted sum is the number that
    the signs are when they are read backwards as digits of base 34.
    """
    total = int(first_17.encode().translate(_DIGITS)[::-1], 34)
    return ALPHABET[-total % 31]


def stands(code: str) -> bool:
    """Whether a code may stand exactly as it was typed: the short way, for the many that may."""
    return _FORM.fullmatch(code) is not None and check_sign(code[:17]) == code[17]


def fault_of(code: Cell) -> Fault | None:
    """What is wrong with a credit code as it was typed, or None when it may stand."""
    if isinstance(code, str) and stands(code):
        return None
    if isinstance(code, bool | int | float):
        return Fault(
            "code_numeric_cell",
            f"代码所在单元格是数字格式（读到 {code}），超过 15 位的数字已经失真："
            "请把该列设为“文本”后重新填写 18 位代码",
        )
    text = tidy(code or "")
    if not text:
        return Fault("code_missing", "没有填写统一社会信用代码：请填写营业执照上的 18 位代码")
    if _SCIENTIFIC.match(text) and len(text) != 18:
        return Fault(
            "code_numeric_cell",
            f"“{text}”是科学计数法，代码已经失真：请把该列设为“文本”后重新填写 18 位代码",
        )
    return _fault_in_signs(text)


def _fault_in_signs(text: str) -> Fault | None:
    if len(text) != 18:
        return Fault("code_length", f"代码“{text}”有 {len(text)} 位，应为 18 位：请核对营业执照")
    for place, sign in enumerate(text, start=1) if not _SIGNS.issuperset(text) else ():
        if sign not in _SIGNS:
            hint = "（代码不使用字母 I、O、S、V、Z）" if sign in "IOSVZ" else ""
            return Fault("code_alphabet", f"代码第 {place} 位“{sign}”不在编码字符集内{hint}")
    if text[0] not in _AUTHORITIES:
        return Fault("code_authority", f"代码第 1 位“{text[0]}”不是登记管理部门代码：请核对")
    if not text[2:8].isdigit():
        return Fault("code_region", f"代码第 3–8 位“{text[2:8]}”应为 6 位数字：请核对")
    right = check_sign(text[:17])
    if text[17] != right:
        return Fault(
            "code_check_sign",
            f"代码第 18 位校验码应为“{right}”，填写的是“{text[17]}”：请逐位核对代码",
        )
    return None


def inner_is_right(code: str) -> bool:
    """Whether positions 9–17 carry a right GB 11714 check; a wrong one is only worth a look."""
    total = sum(
        (int(sign) if sign.isdigit() else ord(sign) - 55) * weight
        for sign, weight in zip(code[8:16], _INNER_WEIGHTS, strict=True)
    )
    rest = 11 - total % 11
    return code[16] == {10: "X", 11: "0"}.get(rest, str(rest))


def tidy_project(text: str) -> str:
    """A site's project number as it is kept: half-width, upper case, no spaces."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def project_fault_of(number: Cell) -> Fault | None:
    """What is wrong with a site's project number; its form is ours, no document prints one."""
    if isinstance(number, float | bool):
        return Fault(
            "project_number_numeric_cell",
            f"项目编号所在单元格是数字格式（读到 {number}）：请把该列设为“文本”后重新填写",
        )
    text = tidy_project(str(number or ""))
    if not text:
        return Fault("project_number_missing", "工地项目没有填写项目编号：请填写施工许可或立项编号")
    if not _PROJECT.match(text) or _SCIENTIFIC.match(text):
        return Fault(
            "project_number_form",
            f"项目编号“{text}”应由 6–40 位数字、字母或连字符组成：请核对",
        )
    return None
