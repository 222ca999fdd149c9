"""A figure with its yardstick: the median ratio of interleaved rounds, and whether the goal is met."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

BUILD = Path("build")


@dataclass(frozen=True, slots=True)
class Pair:
    """One round: ours, and the yardstick's figure taken right after it."""

    ours: float
    yardstick: float

    @property
    def ratio(self) -> float:
        """Ours in terms of the yardstick."""
        return self.ours / self.yardstick if self.yardstick else 0.0


@dataclass(slots=True)
class Row:
    """One line of the table. `goal` in words; `met` None where the line is for orientation."""

    name: str
    value: float
    unit: str
    yardstick: float | None
    ratio: float | None
    goal: str
    met: bool | None
    rounds: list[list[float]] = field(default_factory=list)
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Goal:
    """What is asked of a row; a limit that is None is not asked.

    most, least        of our own figure
    times, fraction    of the median ratio: at most, at least
    """

    most: float | None = None
    least: float | None = None
    times: float | None = None
    fraction: float | None = None

    def words(self, unit: str, yardstick: str) -> str:
        """As the table prints it."""
        said = []
        if self.most is not None:
            said.append(f"≤ {self.most:g} {unit}")
        if self.least is not None:
            said.append(f"≥ {self.least:g} {unit}")
        if self.times is not None:
            said.append(f"≤ {self.times:g} × {yardstick}")
        if self.fraction is not None:
            said.append(f"≥ {self.fraction:g} × {yardstick}")
        return ", ".join(said)

    def met(self, value: float, ratio: float | None) -> bool | None:
        """Whether all that is asked holds; None when nothing is asked."""
        asked = [
            (value, self.most, -1), (value, self.least, 1),
            (ratio, self.times, -1), (ratio, self.fraction, 1),
        ]  # fmt: skip
        held = [
            found is not None and (found - limit) * sign >= 0
            for found, limit, sign in asked
            if limit is not None
        ]
        return all(held) if held else None


def row(
    name: str, unit: str, pairs: Sequence[Pair], *, goal: Goal, yardstick: str, detail: str = ""
) -> Row:
    """The row of these rounds: medians of both figures, median of the ratios."""
    value, beside = median(p.ours for p in pairs), median(p.yardstick for p in pairs)
    ratio = median(p.ratio for p in pairs)
    return Row(
        name, _short(value), unit, _short(beside), round(ratio, 3), goal.words(unit, yardstick),
        goal.met(value, ratio), [[_short(p.ours), _short(p.yardstick)] for p in pairs], detail,
    )  # fmt: skip


def alone(name: str, unit: str, values: Sequence[float], *, goal: Goal, detail: str = "") -> Row:
    """A row without a yardstick."""
    value = median(values)
    return Row(
        name, _short(value), unit, None, None, goal.words(unit, ""), goal.met(value, None),
        [[_short(v)] for v in values], detail,
    )  # fmt: skip


def _short(value: float) -> float:
    """Four figures are more than a shared machine can tell apart."""
    return float(f"{value:.4g}")


def write(rows: Sequence[Row], path: Path = BUILD / "bench.json") -> None:
    """`build/bench.json`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps([asdict(r) for r in rows], ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def table(rows: Sequence[Row]) -> str:
    """All rows as one plain table, what they rest on below it."""
    head = ["", "ours", "unit", "yardstick", "ratio", "goal", "met"]
    lines = [head, *(_cells(r) for r in rows)]
    widths = [max(_width(line[n]) for line in lines) for n in range(len(head))]
    text = ["  ".join(c + " " * (w - _width(c)) for c, w in zip(line, widths, strict=True)).rstrip()
            for line in lines]  # fmt: skip
    text += ["", *(f"{r.name}: {r.detail}" for r in rows if r.detail)]
    return "\n".join(text)


def _cells(r: Row) -> list[str]:
    met = {True: "yes", False: "NO", None: "–"}[r.met]
    beside = "–" if r.yardstick is None else f"{r.yardstick:g}"
    ratio = "–" if r.ratio is None else f"{r.ratio:.2f}"
    return [r.name, f"{r.value:g}", r.unit, beside, ratio, r.goal or "–", met]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
