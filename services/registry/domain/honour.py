"""Titles and plaques: their guarded moves, their numbers, and how they stood on a day."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from shared.contracts.refusals import Refused
from shared.contracts.scalars import kind_sign


class TitleStatus(StrEnum):
    """Status of a title in the honour register (NB23 二(四)、二(五))."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Place(StrEnum):
    """Where a plaque is (NB23 二(四)颁发铭牌、二(五)收回铭牌)."""

    TO_ISSUE = "to_issue"
    ISSUED = "issued"
    TO_RETURN = "to_return"
    RETURNED = "returned"
    LOST = "lost"


STATUS_TEXT = {
    TitleStatus.ACTIVE: "有效",
    TitleStatus.EXPIRED: "到期",
    TitleStatus.REVOKED: "已取消命名",
}

PLACE_TEXT = {
    Place.TO_ISSUE: "待颁发",
    Place.ISSUED: "在用",
    Place.TO_RETURN: "待收回",
    Place.RETURNED: "已收回",
    Place.LOST: "遗失作废",
}

TITLE_MOVES: dict[TitleStatus, frozenset[TitleStatus]] = {
    TitleStatus.ACTIVE: frozenset({TitleStatus.EXPIRED, TitleStatus.REVOKED}),
    TitleStatus.EXPIRED: frozenset({TitleStatus.REVOKED}),
    TitleStatus.REVOKED: frozenset(),
}

PLACE_MOVES: dict[Place, frozenset[Place]] = {
    Place.TO_ISSUE: frozenset({Place.ISSUED, Place.TO_RETURN}),
    Place.ISSUED: frozenset({Place.TO_RETURN, Place.LOST}),
    Place.TO_RETURN: frozenset({Place.RETURNED, Place.LOST}),
    Place.LOST: frozenset({Place.RETURNED}),
    Place.RETURNED: frozenset(),
}

_REMEDY = {
    Place.ISSUED: "只有待颁发的铭牌可以颁发",
    Place.TO_RETURN: "只有待颁发或在用的铭牌可以转为待收回",
    Place.RETURNED: "称号取消后转为待收回，才能登记收回",
    Place.LOST: "只有在用或待收回的铭牌可以登记遗失",
    Place.TO_ISSUE: "铭牌不能退回待颁发",
}


def move_title(now: str, to: TitleStatus, clause: str = "") -> TitleStatus:
    """The new status, or a refusal by this clause: a revoked title stays revoked."""
    here = TitleStatus(now)
    if to not in TITLE_MOVES[here]:
        raise Refused(
            "title_move",
            f"称号现为“{STATUS_TEXT[here]}”，不能转为“{STATUS_TEXT[to]}”",
            clause,
        )
    return to


def move_plaque(now: str, to: Place, clause: str = "") -> Place:
    """The new place, or a refusal by this clause that says what must come first."""
    here = Place(now)
    if to not in PLACE_MOVES[here]:
        raise Refused(
            "plaque_move",
            f"铭牌现为“{PLACE_TEXT[here]}”，不能转为“{PLACE_TEXT[to]}”：{_REMEDY[to]}",
            clause,
        )
    return to


def status_on(status: str, expires_on: date | None, day: date) -> TitleStatus:
    """How a title stands on a day: active ones lapse by themselves after their last day."""
    if status == TitleStatus.ACTIVE and expires_on is not None and day > expires_on:
        return TitleStatus.EXPIRED
    return TitleStatus(status)


def last_day(granted_on: date, years: int | None) -> date | None:
    """The last day of a title of so many years; None when the document prints no term."""
    if years is None:
        return None
    try:
        return granted_on.replace(year=granted_on.year + years)
    except ValueError:  # 29 February
        return granted_on.replace(year=granted_on.year + years, day=28)


LEVEL_SIGN = {
    "nation": "GJ",  # 国家级
    "province": "SF",  # 省份: 省级 and 市级 have the same initials, so neither is SJ
    "city": "DS",  # 地市级
    "district": "QX",  # 区县级
    "system": "XT",  # 系统级
    "township": "JZ",  # 街镇: XZ is the kind 乡镇（街道）
}
"""The level in the number of a title; like the signs of kinds ours, none the same as one of those."""


def title_number(node: str, level: str, kind: str, *, year: int, sequence: int) -> str:
    """`330200-DS-QY-2026-0001`: node, signs of level and kind, year, place in its series.

    Our own scheme, no document prints one. Older numbers, `330200-city-enterprise-2025-0001`, stay
    valid: nothing reads a number for its parts. All in capitals, because a plaque is looked up as
    it was typed or in capitals.
    """
    signs = f"{LEVEL_SIGN[level]}-{kind_sign(kind)}"
    return f"{node.upper()}-{signs}-{year}-{sequence:04d}"


def title_series(node: str, level: str, kind: str, *, year: int) -> str:
    """The series a title is counted in, never shown.

    Named by the words the first numbers were made of, so that a series begun with them goes on.
    """
    return f"{node}-{level}-{kind}-{year}"


def plaque_number(number: str, copy: int = 1) -> str:
    """The number on the plaque: the title's, and which plaque of it this is."""
    return f"{number}-P{copy}"
