"""Size of an enterprise by 统计上大中小微型企业划分办法（2017）; the table is data, not code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

LEVELS = ("large", "medium", "small")
TEXT = {"large": "大型", "medium": "中型", "small": "小型", "micro": "微型", "": "未划型"}


@dataclass(frozen=True, slots=True)
class SizeLine:
    """One row of the table: which industries, and per metric the lower bounds 大, 中, 小."""

    name: str
    industries: tuple[str, ...]
    bounds: dict[str, tuple[Decimal, Decimal, Decimal]]


class Figures(NamedTuple):
    """Workers, revenue (万元), assets (万元); None is not known."""

    headcount: Decimal | None
    revenue: Decimal | None
    assets: Decimal | None


def line_for(lines: Sequence[SizeLine], industry: str) -> SizeLine | None:
    """The row with the longest industry code that this one begins with."""
    found = [(len(i), line) for line in lines for i in line.industries if industry.startswith(i)]
    return max(found, key=lambda pair: pair[0])[1] if found and industry else None


def size_of(line: SizeLine | None, figures: Figures) -> str:
    """large, medium, small, micro; "" when the row or a listed figure is not known.

    The three upper levels need every listed figure at the bound; micro needs only one below.
    """
    if line is None:
        return ""
    place = 0
    for name, bounds in line.bounds.items():
        value = getattr(figures, name)
        if value is None:
            return ""
        while place < len(LEVELS) and value < bounds[place]:
            place += 1
    return (*LEVELS, "micro")[place]
