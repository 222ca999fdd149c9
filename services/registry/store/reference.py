"""Divisions and size classes: reference data read from YAML once a process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from services.registry.domain.size import SizeLine, line_for
from shared.policy.tree import LOADER
from shared.runtime.settings import settings

_FOLDER = Path(__file__).parent
_ENDS = "省市区县"
_LETTERS = (
    ("A", 1, 5), ("B", 6, 12), ("C", 13, 43), ("D", 44, 46), ("E", 47, 50), ("F", 51, 52),
    ("G", 53, 60), ("H", 61, 62), ("I", 63, 65), ("J", 66, 69), ("K", 70, 70), ("L", 71, 72),
    ("M", 73, 75), ("N", 76, 79), ("O", 80, 82), ("P", 83, 83), ("Q", 84, 85), ("R", 86, 90),
    ("S", 91, 96), ("T", 97, 97),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Division:
    """A division by its code, with the days it is valid and what came after it."""

    code: str
    name: str
    parent: str
    valid_from: date
    valid_to: date | None
    successor: str

    def is_valid(self, on: date) -> bool:
        """Whether the division exists on a day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@lru_cache(maxsize=1)
def divisions() -> dict[str, Division]:
    """Every division on record, ended ones too, by code: one file for each region.

    Built in ones, then those of the folder in the setting `divisions`.
    """
    folders = [_FOLDER / "divisions", settings().divisions]
    files = [path for folder in folders if folder for path in sorted(folder.glob("*.yaml"))]
    rows = [row for path in files for row in _read(path)["divisions"]]
    return {
        row["code"]: Division(
            code=row["code"],
            name=row["name"],
            parent=row["parent"],
            valid_from=row["valid_from"],
            valid_to=row.get("valid_to"),
            successor=row.get("successor", ""),
        )
        for row in rows
    }


def load() -> None:
    """Read what is not read yet."""
    divisions()
    size_lines()


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506  the safe one


def division_of(code: str) -> Division | None:
    """The nearest division on record: the street's own, else its district."""
    known = divisions()
    return known.get(code[:9]) or known.get(code[:6])


def division_text(code: str) -> str:
    """The name of the nearest division on record, or the code."""
    found = division_of(code)
    return found.name if found else code


def places_of(code: str) -> frozenset[str]:
    """How the places around a division are called in names of units: 宁波, 海曙, 浙江 …"""
    return _places_of_city(code[:4])


@lru_cache(maxsize=512)
def _places_of_city(city: str) -> frozenset[str]:
    near = [d for d in divisions().values() if len(d.code) == 6]
    names = [d.name for d in near if d.code == f"{city[:2]}0000" or d.code.startswith(city)]
    return frozenset(bare for name in names if len(bare := _bare(name)) >= 2)


def _bare(name: str) -> str:
    return name if len(name) <= 2 else name.removesuffix(name[-1]) if name[-1] in _ENDS else name


@lru_cache(maxsize=1)
def size_lines() -> tuple[SizeLine, ...]:
    """The table of size classes."""
    rows = _read(_FOLDER / "sizes.yaml")["lines"]
    return tuple(
        SizeLine(
            name=row["name"],
            industries=tuple(row["industries"]),
            bounds={
                metric: (Decimal(row[metric][0]), Decimal(row[metric][1]), Decimal(row[metric][2]))
                for metric in ("headcount", "revenue", "assets")
                if metric in row
            },
        )
        for row in rows
    )


@lru_cache(maxsize=4096)
def size_line(industry: str) -> SizeLine | None:
    """The row of the table of size classes that an industry goes by, if any."""
    return line_for(size_lines(), lettered(industry))


def lettered(industry: str) -> str:
    """An industry code with its letter in front, as the size table wants it: "5211" -> "F5211"."""
    if not industry[:2].isdigit():
        return industry.upper()
    number = int(industry[:2])
    letter = next((sign for sign, first, last in _LETTERS if first <= number <= last), "")
    return f"{letter}{industry}"
