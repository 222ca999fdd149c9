"""Small words that every contract uses, and the scope of an organisation node."""

from __future__ import annotations

from enum import StrEnum


class UnitKind(StrEnum):
    """Every kind of unit a pack may know; which of them a place has, its pack says."""

    ENTERPRISE = "enterprise"
    SITE = "site"
    PARK = "park"
    TOWNSHIP = "township"
    INDUSTRY = "industry"
    GROUP = "group"
    INDUSTRY_CHAIN = "industry_chain"
    SUPPLY_CHAIN = "supply_chain"
    VILLAGE = "village"
    BUILDING = "building"
    BLOCK = "block"
    STATION = "station"


KIND_TEXT = {
    UnitKind.ENTERPRISE: "企业",
    UnitKind.SITE: "工地项目",
    UnitKind.PARK: "工业园区",
    UnitKind.TOWNSHIP: "乡镇（街道）",
    UnitKind.INDUSTRY: "行业（协会）",
    UnitKind.GROUP: "集团",
    UnitKind.INDUSTRY_CHAIN: "产业链",
    UnitKind.SUPPLY_CHAIN: "供应链",
    UnitKind.VILLAGE: "村（社区）",
    UnitKind.BUILDING: "楼宇",
    UnitKind.BLOCK: "街区",
    UnitKind.STATION: "公共服务站点",
}

KIND_SIGN = {
    UnitKind.ENTERPRISE: "QY",
    UnitKind.SITE: "GD",
    UnitKind.PARK: "YQ",
    UnitKind.TOWNSHIP: "XZ",
    UnitKind.INDUSTRY: "HY",
    UnitKind.GROUP: "JT",
    UnitKind.INDUSTRY_CHAIN: "CL",
    UnitKind.SUPPLY_CHAIN: "GL",
    UnitKind.VILLAGE: "CS",
    UnitKind.BUILDING: "LY",
    UnitKind.BLOCK: "JQ",
    UnitKind.STATION: "FW",
}
"""A kind inside a number we give, by the initials of its Chinese word: citizens read it on plaques.

No document prints any, so these are ours. A sign that is in use never changes its meaning.
"""


def kind_text(kind: str) -> str:
    """A kind of unit in words, or the word itself when no pack of ours has it."""
    return next((text for known, text in KIND_TEXT.items() if known == kind), kind)


def kind_sign(kind: str) -> str:
    """The sign of a kind in a number; ValueError for a kind that no pack may have."""
    return KIND_SIGN[UnitKind(kind)]


class Side(StrEnum):
    """The three sides of 协调劳动关系三方."""

    GOVERNMENT = "government"
    WORKERS = "workers"
    EMPLOYERS = "employers"


class HoldEffect(StrEnum):
    """What an agency's event does on arrival, as the pack says."""

    SUSPEND = "suspend"
    LIFT_EXEMPTION = "lift_exemption"
    REVIEW = "review"
    GATE = "gate"
    NOTE = "note"


def area_of(node: str) -> str:
    """The division part of a node: "330203.hx" -> "330203"."""
    return node.partition(".")[0]


def suite_of(node: str) -> str:
    """Which programme's offices a node belongs to when a place runs more than one (A-02).

    "330203.hx" -> "hx", "330200.hx.gz" -> "hx"; "" for the offices of 协调劳动关系三方 themselves.
    """
    return node.partition(".")[2].partition(".")[0]


def system_of(node: str) -> str:
    """The 产业（系统） a node stands for within its suite: "330200.hx.gz" -> "gz", else ""."""
    return node.partition(".")[2].partition(".")[2]


def in_suite(place: str, suite: str) -> str:
    """A division as an office of a suite names it: ("330203", "hx") -> "330203.hx"."""
    return f"{area_of(place)}.{suite}" if suite else area_of(place)


def prefix_of(node: str) -> str:
    """The part of a division code a node answers for: 330200 -> "3302", 330000 -> "33".

    A node of another suite answers for no plain division: the whole node comes back, which
    nothing begins with. Whoever means the shared unit register asks `prefix_of(area_of(node))`.
    """
    if len(node) != 6 or not node.isdigit():
        return node or "\0"
    if node == "000000":
        return ""
    return node.rstrip("0") if len(node.rstrip("0")) % 2 == 0 else node.rstrip("0") + "0"


def covers(node: str, place: str) -> bool:
    """Whether a node answers for a division or node: itself or beneath it, of the same suite.

    The node of a system answers for that system only, in its whole area.
    """
    return (
        suite_of(node) == suite_of(place)
        and system_of(node) in ("", system_of(place))
        and area_of(place).startswith(prefix_of(area_of(node)))
    )


def level_of(node: str) -> str:
    """nation, province, city or district, read from a GB/T 2260 code; system for a system's node.

    Zones count as county level (A-56).
    """
    if system_of(node):
        return "system"
    return {0: "nation", 2: "province", 4: "city"}.get(len(prefix_of(area_of(node))), "district")


def duty_level(level: str) -> str:
    """The level whose duties an office has: zones and parks have those of a county (A-32, A-56)."""
    return "district" if level in ("zone", "park") else level
