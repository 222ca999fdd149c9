"""Numbers and distribution of units, and how far they are: now, on a past day, through time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from services.registry.domain import size, stage, standing
from services.registry.domain.figures import percent
from services.registry.domain.stage import Stage
from services.registry.domain.standing import Standing
from services.registry.handlers.figures import asked_of, need_node
from services.registry.store import areas, reference
from services.registry.store import statistics as store
from services.registry.store.figures import cube
from shared.contracts.refusals import Refused
from shared.contracts.registry_figures import (
    AreaRow,
    AreaTable,
    Count,
    KindStages,
    ReadAreas,
    ReadStatistics,
    ReadTrend,
    Statistics,
    Trend,
    TrendPoint,
    YearFlow,
)
from shared.contracts.scalars import area_of, in_suite, kind_text, suite_of
from shared.messaging.tx import Tx
from shared.runtime import organisations

Line = dict[str, Any]
_STANDINGS = (Standing.REGISTERED, Standing.CREATING, Standing.RECOGNISED)


def read_statistics(tx: Tx, command: ReadStatistics) -> Statistics:
    """Counts by kind, stage, standing, size, area and year of units that are not closed."""
    need_node(tx, command.node)
    asked = asked_of(tx, command.node, as_of=command.as_of, known_at=command.known_at)
    rows = [
        row
        for row in cube(tx, asked)
        if row["standing"] != Standing.CLOSED
        and (not command.kinds or row["kind"] in command.kinds)
    ]
    kinds = sorted({row["kind"] for row in rows})
    flows = store.flows_by_year(tx, command.node, command.kinds, asked.as_of)
    return Statistics(
        node=command.node,
        node_text=place_text(command.node),
        as_of=asked.as_of,
        known_at=asked.known_at or tx.now,
        total=_sum(rows),
        by_kind=_counts(rows, "kind", kinds, kind_text),
        by_stage=_stages(rows),
        by_standing=_counts(rows, "standing", _STANDINGS, lambda key: standing.TEXT[Standing(key)]),
        by_size=_counts(rows, "size", size.TEXT, lambda key: size.TEXT[key]),
        by_area=_areas(rows, command.node),
        by_year=tuple(YearFlow(year=year, **flows[year]) for year in sorted(flows)),
        stages_by_kind=tuple(
            _kind_stages(kind, [row for row in rows if row["kind"] == kind]) for kind in kinds
        ),
    )


def read_areas(tx: Tx, command: ReadAreas) -> AreaTable:
    """One level below a node or division: each area with the share of known units taking part."""
    need_node(tx, command.node)
    asked = asked_of(tx, command.node, as_of=command.as_of)
    rows = [row for row in cube(tx, asked) if not command.kinds or row["kind"] in command.kinds]
    by_area: dict[str, list[Line]] = {code: [] for code in areas.beneath(command.node).codes}
    for row in rows:
        by_area.setdefault(areas.code_of(row["area"]), []).append(row)
    above = areas.above(command.node)
    return AreaTable(
        node=command.node,
        node_text=place_text(command.node),
        above=above if above and area_of(tx.actor.node) != area_of(command.node) else "",
        as_of=asked.as_of,
        total=_area_row(command.node, command.node, rows),
        items=tuple(
            _area_row(code, command.node, found) for code, found in sorted(by_area.items())
        ),
    )


def read_trend(tx: Tx, command: ReadTrend) -> Trend:
    """How many stood where on evenly spread days, the last one `to_on`."""
    need_node(tx, command.node)
    if command.to_on <= command.from_on:
        says = f"截止日期 {command.to_on} 不在起始日期 {command.from_on} 之后：请核对"
        raise Refused("period_empty", says, status=422)
    days = _spread(command.from_on, min(command.to_on, tx.today), command.points)
    found = store.points(tx, command.node, command.kinds, days)
    return Trend(
        node=command.node,
        node_text=place_text(command.node),
        items=tuple(
            TrendPoint(on=day, **point, share=percent(point["joined"], point["known"]))
            for day, point in zip(days, found, strict=True)
        ),
    )


def place_text(node: str) -> str:
    """An office by its name, else a division by its."""
    known = organisations.find_node(node)
    return known.name if known else reference.division_text(area_of(node))


def stage_counts(rows: Iterable[Line]) -> tuple[Count, ...]:
    """Numbers at each stage of the rows of a cube, closed units apart."""
    return _stages([row for row in rows if row["standing"] != Standing.CLOSED])


def _spread(first: date, last: date, number: int) -> list[date]:
    span = max((last - first).days, 1)
    return sorted({last - timedelta(days=span * back // (number - 1)) for back in range(number)})


def _sum(rows: Iterable[Line]) -> int:
    return sum(int(row["units"]) for row in rows)


def _counts(
    rows: Sequence[Line], name: str, keys: Iterable[str], text: Callable[[str], str]
) -> tuple[Count, ...]:
    sums: dict[str, int] = {str(key): 0 for key in keys}
    for row in rows:
        sums[row[name]] = sums.get(row[name], 0) + int(row["units"])
    return tuple(Count(key=key, says=text(key), units=units) for key, units in sums.items())


def _stages(rows: Sequence[Line]) -> tuple[Count, ...]:
    return _counts(rows, "stage", Stage, lambda key: stage.TEXT[Stage(key)])


def _kind_stages(kind: str, rows: Sequence[Line]) -> KindStages:
    return KindStages(kind=kind, says=kind_text(kind), total=_sum(rows), stages=_stages(rows))


def _areas(rows: Sequence[Line], node: str) -> tuple[Count, ...]:
    sums = dict.fromkeys(areas.beneath(node).codes, 0)
    for row in rows:
        code = areas.code_of(row["area"])
        sums[code] = sums.get(code, 0) + int(row["units"])
    return tuple(
        Count(key=code, says=areas.name_of(code, node), units=units)
        for code, units in sorted(sums.items())
    )


def _area_row(code: str, node: str, rows: Sequence[Line]) -> AreaRow:
    known = [row for row in rows if row["standing"] != Standing.CLOSED]
    joined = _sum(row for row in known if row["standing"] in store.JOINED)
    recognised = _sum(row for row in known if row["standing"] == Standing.RECOGNISED)
    of_node = code == node
    return AreaRow(
        code=code,
        name=place_text(code) if of_node else areas.name_of(code, node),
        divided=not of_node
        and area_of(code) != area_of(node)
        and areas.is_divided(in_suite(code, suite_of(node))),
        known=_sum(known),
        joined=joined,
        recognised=recognised,
        titled=_sum(row for row in known if row["stage"] == Stage.TITLED),
        share=percent(joined, _sum(known)),
        attained=percent(recognised, joined),
    )
