"""Shares and goals: to one decimal place, and judged on the exact numbers, never on rounded ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from shared.policy.programme import Measure

_ONE_PLACE = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Tally:
    """A whole and the part of it; `times` counts people as often as they appear (A-48)."""

    whole: int = 0
    part: int = 0
    times: int = 0

    def __add__(self, other: Tally) -> Tally:
        """Two counts of different things together."""
        return Tally(self.whole + other.whole, self.part + other.part, self.times + other.times)


@dataclass(frozen=True, slots=True)
class Judged:
    """What a measure came to against its goals; percent is None where the whole is nothing."""

    percent: Decimal | None
    met: bool | None
    alarm: bool
    of_plan: Decimal | None


def percent(part: int | Decimal, whole: int | Decimal) -> Decimal | None:
    """Part of whole in percent, half up: 899 of 1000 is 89.9; None of nothing."""
    if not whole:
        return None
    return (Decimal(part) * 100 / Decimal(whole)).quantize(_ONE_PLACE, rounding=ROUND_HALF_UP)


def is_share(measure: Measure) -> bool:
    """Whether a measure has a part; a plain count has none."""
    return bool(
        measure.has_standing
        or measure.has_title
        or measure.has_mark
        or measure.has_record
        or (measure.has_value and measure.of == "records")
    )


def judged(measure: Measure, tally: Tally, planned: Decimal | None) -> Judged:
    """A tally against the printed goal and the plan's own.

    A share is compared with the goal in percent, a count with the number itself. With nothing to
    count there is nothing to be met or missed.
    """
    target = measure.target
    if is_share(measure):
        reached = Decimal(tally.part * 100) / tally.whole if tally.whole else None
        shown = percent(tally.part, tally.whole)
    else:
        reached = Decimal(tally.whole)
        shown = percent(tally.whole, target) if target else None
    met = reached >= target if target is not None and reached is not None else None
    of_plan = percent(reached, planned) if planned and reached is not None else None
    return Judged(shown, met, alarm=measure.alert and met is False, of_plan=of_plan)


def target_text(measure: Measure) -> str:
    """The goal in words: "90%", "约 20000", "2027-12-31 前" where only a day is printed."""
    about = "约 " if measure.approx else ""
    if measure.target is not None:
        sign = "%" if is_share(measure) else ""
        text = f"{about}{_plain(measure.target)}{sign}"
        return f"{text}（{measure.target_on}）" if measure.target_on else text
    return f"至 {measure.target_on}" if measure.target_on else ""


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def summed(rows: Iterable[Mapping[str, object]], key: str) -> dict[str, Tally]:
    """Tallies by one of the keys of the rows, in the order they appear."""
    found: dict[str, Tally] = {}
    for row in rows:
        name = str(row[key])
        found[name] = found.get(name, Tally()) + tally_of(row)
    return found


def tally_of(row: Mapping[str, object]) -> Tally:
    """A row's numbers; what it lacks is nothing."""
    return Tally(*(int(str(row[name] or 0)) for name in ("whole", "part", "times")))
