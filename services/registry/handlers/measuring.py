"""One measure at a time: which rows answer it, and the figure they come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.registry.domain import figures as rules
from services.registry.domain.figures import Tally
from services.registry.store import areas, goals, measures
from services.registry.store.figures import Asked, cube
from shared.contracts.refusals import Refused
from shared.contracts.registry_figures import Figure, Share
from shared.contracts.scalars import area_of, covers, kind_text
from shared.messaging.tx import Tx
from shared.policy.pack import Pack
from shared.policy.programme import Measure
from shared.runtime import organisations

Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Work:
    """A measure being worked out."""

    measure: Measure
    asked: Asked


def measure_of(pack: Pack, measure_id: str) -> Measure:
    """A measure of the pack; 404 for one it does not have."""
    found = pack.measures.get(measure_id)
    if found is None:
        says = f"《{pack.title}》没有统计指标“{measure_id}”：请核对指标编号"
        raise Refused("measure_not_found", says, status=404)
    return found


def worked_out(
    tx: Tx, pack: Pack, asked: Asked, year: int, names: Sequence[str]
) -> tuple[Figure, ...]:
    """Measures of a node and year, in the pack's order or the order asked for."""
    chosen = [measure_of(pack, name) for name in names] or list(pack.measures.values())
    planned = goals.goals_of(tx, asked.node, year)
    counted: Sequence[Line] | None = None
    found: list[Figure] = []
    for measure in chosen:
        if _is_plain(measure):
            counted = cube(tx, asked) if counted is None else counted
            rows: Sequence[Line] = _from_cube(measure, counted)
        elif measure.of == "nodes":
            rows = _offices(tx, pack, measure, asked, year)
        else:
            rows = measures.tally(tx, measures.Question(measure, asked, year, pack.records))
        found.append(_figure(_Work(measure, asked), rows, planned.get(measure.id)))
    return tuple(found)


def _is_plain(measure: Measure) -> bool:
    """Kind and standing alone decide: one pass over the register serves all such measures."""
    more = (
        measure.where,
        measure.mark,
        measure.titled,
        measure.has_title,
        measure.has_mark,
        measure.has_record,
    )
    return measure.of == "units" and not any(more)


def _from_cube(measure: Measure, counted: Sequence[Line]) -> list[Line]:
    open_ones = ("registered", "creating", "recognised")
    return [
        {
            "area": row["area"],
            "kind": row["kind"],
            "whole": row["units"],
            "part": row["units"] if row["standing"] in measure.has_standing else 0,
            "times": None,
        }
        for row in counted
        if row["standing"] in (measure.standing or open_ones)
        and (not measure.kinds or row["kind"] in measure.kinds)
    ]


def _offices(tx: Tx, pack: Pack, measure: Measure, asked: Asked, year: int) -> list[Line]:
    keeping: set[str] = set()
    if measure.has_record:
        question = measures.Question(measure, asked, year, pack.records)
        keeping = measures.nodes_with_record(tx, question)
    areas_below = areas.beneath(asked.node)
    return [
        {
            "area": areas.key_of(area_of(node.code), areas_below),
            "kind": "",
            "whole": 1,
            "part": int(node.code in keeping),
            "times": None,
        }
        for node in organisations.all_nodes().values()
        if covers(asked.node, node.code)
        and not node.external
        and node.valid_from <= asked.as_of
        and areas.counts_as(node.level) in measure.levels
    ]


def _figure(work: _Work, rows: Sequence[Line], planned: Decimal | None) -> Figure:
    measure = work.measure
    placed = [row for row in rows if row["area"] is not None]
    alone = [row for row in rows if row["area"] is None]  # people: a total is not a sum
    total = sum((rules.tally_of(row) for row in alone or placed), Tally())
    judged = rules.judged(measure, total, planned)
    share = rules.is_share(measure)
    by_kind = rules.summed((row for row in placed if row["kind"]), "kind")
    return Figure(
        measure=measure.id,
        says=measure.says,
        clause=measure.clause,
        reading=measure.reading,
        whole=total.whole,
        part=total.part if share else None,
        percent=judged.percent,
        times=total.times if measure.of == "people" else None,
        target=measure.target,
        target_text=rules.target_text(measure),
        target_on=measure.target_on,
        approx=measure.approx,
        met=judged.met,
        alarm=judged.alarm,
        planned=planned,
        of_plan=judged.of_plan,
        by_kind=tuple(_share(k, kind_text(k), t) for k, t in sorted(by_kind.items())),
        by_area=_by_area(work.asked.node, rules.summed(placed, "area")),
    )


def _by_area(node: str, found: Mapping[str, Tally]) -> tuple[Share, ...]:
    known = {code: Tally() for code in areas.beneath(node).codes}
    known |= {areas.code_of(key): tally for key, tally in found.items()}
    return tuple(_share(code, areas.name_of(code, node), known[code]) for code in sorted(known))


def _share(key: str, says: str, tally: Tally) -> Share:
    return Share(
        key=key,
        says=says,
        whole=tally.whole,
        part=tally.part,
        percent=rules.percent(tally.part, tally.whole),
    )


def among_members(
    tx: Tx, pack: Pack, measure: Measure, asked: Asked, year: int, body_id: str
) -> Figure:
    """A measure among the units that belong to one body."""
    question = measures.Question(measure, asked, year, pack.records)
    return _figure(_Work(measure, asked), measures.tally(tx, question, body_id=body_id), None)
