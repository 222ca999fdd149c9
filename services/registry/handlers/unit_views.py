"""One unit as a whole: its titles, marks and phases; and units named beside others."""

from __future__ import annotations

from services.registry.domain import phases
from services.registry.domain.standing import TEXT, Standing
from services.registry.handlers.records_access import unit_called
from services.registry.handlers.views import unit_view
from services.registry.store import history, marks, titles, units
from services.registry.store.reference import division_text
from services.registry.store.units import Row
from shared.contracts.refusals import Refused
from shared.contracts.registry_answers import Says, UnitView
from shared.contracts.registry_units_answers import OtherUnit, PhaseView
from shared.contracts.scalars import kind_text
from shared.messaging.tx import Tx


def whole_unit(tx: Tx, row: Row, warnings: tuple[Says, ...] = ()) -> UnitView:
    """A unit with everything the register tells of it in one reading."""
    unit_id = row["unit_id"]
    names = titles.active_names(tx, [unit_id]).get(unit_id, ())
    borne = marks.open_marks(tx, [unit_id]).get(unit_id, ())
    told = history.list_told(tx, [unit_id, *units.merged_ids(tx, unit_id)], phases.TOLD)
    reached = phases.phases_of((entry["what"], entry["happened_on"]) for entry in told)
    at = phases.current(reached)
    return unit_view(row, names, warnings, borne).model_copy(
        update={
            "phase": at or "",
            "phases": tuple(
                PhaseView(phase=one.phase, phase_text=phases.TEXT[one.phase], since=one.since)
                for one in reached
            ),
        }
    )


def unit_meant(tx: Tx, written: str, pointer: str) -> str:
    """The id of the unit an officer names by id, code or exact name; 422 when none is named."""
    row = unit_called(tx, written)
    if row is None:
        says = "请填写单位的统一社会信用代码、编号或全称"
        raise Refused("unit_missing", says, status=422, errors=[{"pointer": pointer, "says": says}])
    return str(row["unit_id"])


def other_unit(row: Row) -> OtherUnit:
    """A unit as it is named beside another."""
    return OtherUnit(
        unit_id=row["unit_id"],
        name_text=row["name_text"],
        kind=row["kind"],
        kind_text=kind_text(row["kind"]),
        code=row["code"],
        division_text=division_text(row["division"]),
        standing=row["standing"],
        standing_text=TEXT[Standing(row["standing"])],
    )
