"""What the registry tells in figures: measures, statistics, ledgers and bulletins.

Everything can be asked as of a day (`as_of`), as known at an instant (`known_at`); left out, both
are now. A figure rests on a measure of the pack and carries its clause.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, Literal

from pydantic import Field

from shared.contracts.message import Command, Shape

# --- accepts: measures --------------------------------------------------------------------


class ReadMeasures(Command):
    """Answers `MeasureSheet`: the pack's measures for a node and year, by kind and child area.

    `measures` names some of them; left out: all. `year` bounds what is counted by the year.
    """

    name: ClassVar[str] = "registry.measures"
    only_tells: ClassVar[bool] = True

    node: str
    year: int = Field(ge=2000, le=2100)
    measures: tuple[str, ...] = ()
    as_of: date | None = None
    known_at: datetime | None = None


class ReadMeasureYears(Command):
    """Answers `MeasureYears`: one measure at the end of each year (the last one: today)."""

    name: ClassVar[str] = "registry.measure_years"
    only_tells: ClassVar[bool] = True

    node: str
    measure: str
    from_year: int = Field(ge=2000, le=2100)
    to_year: int = Field(ge=2000, le=2100)


class ReadUnitMeasures(Command):
    """Answers `MeasureSheet` of one unit: the shares among the units that belong to it."""

    name: ClassVar[str] = "registry.unit_measures"
    only_tells: ClassVar[bool] = True

    unit_id: str
    year: int = Field(ge=2000, le=2100)
    as_of: date | None = None


class SetGoal(Command):
    """The actor's node sets its own goal of a year for a measure, as its plan says it.

    `goal` in percent for a share, else a number. Answers `MeasureSheet` of that measure.
    """

    name: ClassVar[str] = "registry.set_goal"

    year: int = Field(ge=2000, le=2100)
    measure: str
    goal: Decimal = Field(gt=0, max_digits=12, decimal_places=2)
    says: str = ""


# --- accepts: statistics ------------------------------------------------------------------


class ReadStatistics(Command):
    """Answers `Statistics`: counts by kind, stage, standing, size, area and year (NB23 二)."""

    name: ClassVar[str] = "registry.statistics"
    only_tells: ClassVar[bool] = True

    node: str
    kinds: tuple[str, ...] = ()
    as_of: date | None = None
    known_at: datetime | None = None


class ReadAreas(Command):
    """Answers `AreaTable`: one level below a node or division, with the share taking part."""

    name: ClassVar[str] = "registry.areas"
    only_tells: ClassVar[bool] = True

    node: str
    kinds: tuple[str, ...] = ()
    as_of: date | None = None


class ReadTrend(Command):
    """Answers `Trend`: how many stood where on each of some days between two days."""

    name: ClassVar[str] = "registry.trend"
    only_tells: ClassVar[bool] = True

    node: str
    from_on: date
    to_on: date
    points: int = Field(default=12, ge=2, le=60)
    kinds: tuple[str, ...] = ()


# --- accepts: ledgers and bulletins -------------------------------------------------------

LedgerName = Literal["application", "filing", "archive", "evaluation", "adjustment"]


class ReadLedger(Command):
    """Answers `LedgerPage`: rows of a year in the order of their days (申报、备案、资料建档 …)."""

    name: ClassVar[str] = "registry.ledger"
    only_tells: ClassVar[bool] = True

    ledger: LedgerName
    year: int = Field(ge=2000, le=2100)
    node: str = ""
    after: str = ""
    limit: int = Field(default=50, ge=1, le=5000)


# --- answers ------------------------------------------------------------------------------


class Share(Shape):
    """A part of a whole under a key (a kind, an area); `percent` to one decimal place."""

    key: str
    says: str
    whole: int
    part: int
    percent: Decimal | None = None


class Figure(Shape):
    """One measure worked out.

    whole, part  a share has both; a plain count has `whole` only and `part` is None
    percent      part of whole; of a plain count with a printed goal: of that goal
    times        for people: how often, beside how many different ones (A-48)
    target_text  the goal in words, 「约」 where the text prints it (A-04); "" without one
    met, alarm   against the printed goal; an alarm where the pack asks for one
    planned      the plan's own goal of this node and year, `of_plan` in percent of it
    """

    measure: str
    says: str
    clause: str
    reading: str = ""
    whole: int
    part: int | None = None
    percent: Decimal | None = None
    times: int | None = None
    target: Decimal | None = None
    target_text: str = ""
    target_on: date | None = None
    approx: bool = False
    met: bool | None = None
    alarm: bool = False
    planned: Decimal | None = None
    of_plan: Decimal | None = None
    by_kind: tuple[Share, ...] = ()
    by_area: tuple[Share, ...] = ()


class MeasureSheet(Shape):
    """The figures of a node (or a unit) and year, with the law they rest on."""

    node: str
    node_text: str
    year: int
    as_of: date
    known_at: datetime
    pack_id: str
    pack_title: str
    draft: bool
    items: tuple[Figure, ...]


class YearFigure(Shape):
    """A measure at the end of a year."""

    year: int
    as_of: date
    figure: Figure


class MeasureYears(Shape):
    """One measure over the years."""

    node: str
    node_text: str
    items: tuple[YearFigure, ...]


class Count(Shape):
    """How many under a key."""

    key: str
    says: str
    units: int


class KindStages(Shape):
    """How many units of a kind are at each stage, in the order of stages."""

    kind: str
    says: str
    total: int
    stages: tuple[Count, ...]


class YearFlow(Shape):
    """What happened in a year: entered, joined, recognised, titled, left."""

    year: int
    entered: int
    joined: int
    recognised: int
    titled: int
    left: int


class Statistics(Shape):
    """Counts of units that are not closed."""

    node: str
    node_text: str
    as_of: date
    known_at: datetime
    total: int
    by_kind: tuple[Count, ...]
    by_stage: tuple[Count, ...]
    by_standing: tuple[Count, ...]
    by_size: tuple[Count, ...]
    by_area: tuple[Count, ...]
    by_year: tuple[YearFlow, ...]
    stages_by_kind: tuple[KindStages, ...]


class AreaRow(Shape):
    """One area: units known, taking part, recognised, titled; `divided`: there is a level below."""

    code: str
    name: str
    divided: bool
    known: int
    joined: int
    recognised: int
    titled: int
    share: Decimal | None
    attained: Decimal | None


class AreaTable(Shape):
    """The areas one level below, and the way back up."""

    node: str
    node_text: str
    above: str
    as_of: date
    total: AreaRow
    items: tuple[AreaRow, ...]


class TrendPoint(Shape):
    """How many stood where on a day."""

    on: date
    known: int
    joined: int
    recognised: int
    titled: int
    share: Decimal | None


class Trend(Shape):
    """Points in time, oldest first."""

    node: str
    node_text: str
    items: tuple[TrendPoint, ...]


class LedgerRow(Shape):
    """One line of a ledger."""

    row_id: str
    on: date
    unit_id: str = ""
    unit_text: str = ""
    code: str = ""
    kind: str = ""
    kind_text: str = ""
    division: str = ""
    division_text: str = ""
    matter: str
    number: str = ""
    says: str
    state: str = ""
    by_name: str = ""
    clause: str = ""
    decision_id: str = ""


class LedgerPage(Shape):
    """A page of a ledger; pass `next_after` on for the following one."""

    ledger: str
    title: str
    year: int
    node: str
    node_text: str
    items: tuple[LedgerRow, ...]
    total: int
    next_after: str = ""
