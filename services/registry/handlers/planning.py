"""The planning sheet: what a plan's author must stand on, from the register's own figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from services.registry.domain.plan import BANDS, RISK_TEXT
from services.registry.domain.standing import TEXT, Standing
from services.registry.handlers.acts import need_node, pack_for
from services.registry.store import plans, reference
from services.registry.store.units import Row
from shared.contracts.registry_acts import PlanningSheet
from shared.contracts.registry_plan_answers import PlanningSheetView, SheetLine
from shared.contracts.scalars import kind_text
from shared.messaging.tx import Tx
from shared.runtime import organisations


def planning_sheet(tx: Tx, command: PlanningSheet) -> PlanningSheetView:
    """The register's figures for the plan's author: type, area, head-count band, risk."""
    need_node(tx, command.node)
    pack = pack_for(tx, command.node)
    known = [code for code in organisations.all_nodes() if len(code) == 9]
    rows = plans.sheet_figures(tx, command.node, known_names=known)
    return PlanningSheetView(
        node=command.node,
        node_text=organisations.name_of(command.node),
        year=command.year,
        as_of=tx.today,
        total=sum(int(row["units"]) for row in rows),
        by_kind=_lines(rows, "kind", kind_text, list(pack.kinds)),
        by_area=_lines(rows, "area", reference.division_text),
        by_band=_lines(
            rows, "band", lambda key: {k: s for k, s, _ in BANDS}[key], [b[0] for b in BANDS]
        ),
        by_risk=_lines(rows, "risk", lambda key: RISK_TEXT[key], list(RISK_TEXT)),
        by_standing=_lines(rows, "standing", lambda key: TEXT[Standing(key)]),
        clause=pack.lists["plan_sections"].clause if "plan_sections" in pack.lists else "",
    )


def _lines(
    rows: Sequence[Row], name: str, text: Callable[[str], str], always: Sequence[str] = ()
) -> tuple[SheetLine, ...]:
    sums: dict[str, tuple[int, int]] = dict.fromkeys(always, (0, 0))
    for row in rows:
        units, heads = sums.get(row[name], (0, 0))
        sums[row[name]] = (units + int(row["units"]), heads + int(row["heads"]))
    keys = list(always) + sorted(key for key in sums if key not in always)
    return tuple(
        SheetLine(key=key, says=text(key), units=sums[key][0], headcount=sums[key][1])
        for key in keys
    )
