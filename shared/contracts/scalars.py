"""Small words that every contract uses, and the scope of an organisation node."""

from __future__ import annotations

from enum import StrEnum


class UnitKind(StrEnum):
    """Kinds of unit. NB23 二(一) prints exactly these five; later packs add theirs."""

    ENTERPRISE = "enterprise"
    SITE = "site"
    PARK = "park"
    TOWNSHIP = "township"
    INDUSTRY = "industry"


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


def prefix_of(node: str) -> str:
    """The part of a division code a node answers for: 330200 -> "3302", 330000 -> "33"."""
    if len(node) != 6 or not node.isdigit():
        return node or "\0"
    if node == "000000":
        return ""
    return node.rstrip("0") if len(node.rstrip("0")) % 2 == 0 else node.rstrip("0") + "0"


def covers(node: str, division: str) -> bool:
    """Whether a node answers for a division (itself or anything beneath it)."""
    return division.startswith(prefix_of(node))


def level_of(node: str) -> str:
    """nation, province, city or district, read from a GB/T 2260 code."""
    return {0: "nation", 2: "province", 4: "city"}.get(len(prefix_of(node)), "district")
