"""Rows as the answers people read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from services.registry.domain.honour import (
    PLACE_TEXT,
    STATUS_TEXT,
    Place,
    TitleStatus,
    status_on,
)
from services.registry.domain.standing import TEXT, Standing
from services.registry.store import marks, titles
from services.registry.store.reference import division_text
from services.registry.store.units import Row
from shared.contracts.registry import UnitEntered
from shared.contracts.registry_answers import (
    PlaqueView,
    PublicRow,
    Says,
    TitleView,
    UnitView,
)
from shared.contracts.registry_units_answers import MarkView
from shared.contracts.scalars import kind_text
from shared.messaging.tx import Tx
from shared.policy.assess import Determination

_UNIT_FIELDS = (
    "unit_id", "kind", "name_text", "code", "division", "address", "industry", "headcount",
    "revenue", "assets", "size", "leader_unit_id", "leader_code", "starts_on", "ends_on",
    "contact_name", "contact_phone", "details", "standing", "standing_on", "entered_at",
    "entered_by", "revision", "merged_into",
)  # fmt: skip


def unit_view(
    row: Row,
    names: tuple[str, ...] = (),
    warnings: tuple[Says, ...] = (),
    borne: Iterable[Row] = (),
) -> UnitView:
    """A unit with its active titles and open marks."""
    values: dict[str, Any] = {name: row[name] for name in _UNIT_FIELDS}
    return UnitView(
        **values,
        kind_text=kind_text(row["kind"]),
        division_text=division_text(row["division"]),
        standing_text=TEXT[Standing(row["standing"])],
        titles=names,
        marks=tuple(mark_view(mark) for mark in borne),
        warnings=warnings,
    )


def unit_views(tx: Tx, rows: Any) -> tuple[UnitView, ...]:
    """Many units, their titles and marks fetched at once."""
    ids = [row["unit_id"] for row in rows]
    names = titles.active_names(tx, ids) if ids else {}
    borne = marks.open_marks(tx, ids) if ids else {}
    return tuple(
        unit_view(row, names.get(row["unit_id"], ()), borne=borne.get(row["unit_id"], ()))
        for row in rows
    )


def mark_view(row: Row) -> MarkView:
    """A mark as it was put on and, if so, taken off."""
    return MarkView.model_validate({name: row[name] for name in MarkView.model_fields})


def entered(row: Row) -> UnitEntered:
    """The whole entry as other services copy it."""
    return UnitEntered(
        unit_id=row["unit_id"],
        kind=row["kind"],
        name_text=row["name_text"],
        code=row["code"],
        division=row["division"],
        size=row["size"],
        industry=row["industry"],
        headcount=row["headcount"] or 0,
        leader_unit_id=row["leader_unit_id"],
        ends_on=row["ends_on"],
        revision=row["revision"],
    )


def warnings_of(determination: Determination) -> tuple[Says, ...]:
    """Soft rules and marks that were not met, as warnings."""
    unmet = [o for o in determination.outcomes if o.outcome == "not_met"]
    return tuple(Says(code=o.code, says=o.says, clause=o.clause) for o in unmet)


def title_view(
    row: Row, past: dict[tuple[str, str], Row], *, as_of: date, known_at: datetime
) -> TitleView:
    """A title as it stood on a day, as known at an instant; `past` from `titles.history_of`."""
    said = past.get((row["title_id"], "status"))
    placed = past.get((row["title_id"], "place"))
    status = status_on(said["value"] if said else "active", row["expires_on"], as_of)
    place = Place(placed["value"] if placed else "to_issue")
    is_revoked = status is TitleStatus.REVOKED and said is not None
    shown = {
        name: row[name]
        for name in (
            "title_id", "unit_id", "unit_text", "unit_kind", "division", "title_kind",
            "title_text", "level", "node", "number", "round_year", "granted_on", "expires_on",
            "decision_id",
        )
    }  # fmt: skip
    known_return = row["returned_at"] is not None and row["returned_at"] <= known_at
    return TitleView(
        **shown,
        status=status,
        status_text=STATUS_TEXT[status],
        revoked_on=said["happened_on"] if is_revoked and said else None,
        ground=said["ground"] if is_revoked and said else "",
        case_id=said["case_id"] if is_revoked and said else "",
        revoke_decision_id=said["decision_id"] if is_revoked and said else "",
        plaque=PlaqueView(
            number=row["plaque_number"],
            verify_code=row["verify_code"],
            place=place,
            place_text=PLACE_TEXT[place],
            issued_on=row["issued_on"] if place is not Place.TO_ISSUE else None,
            received_by=row["received_by"] if place is not Place.TO_ISSUE else "",
            returned_on=row["returned_on"] if known_return else None,
            lost_reason=row["lost_reason"] if place is Place.LOST else "",
        ),
    )


def title_now(tx: Tx, title_id: str) -> TitleView:
    """A title as it stands now."""
    row = titles.load_title(tx, title_id)
    past = titles.history_of(tx, [title_id], as_of=date.max, known_at=tx.now)
    return title_view(row, past, as_of=tx.today, known_at=tx.now)


def public_row(tx: Tx, row: Row) -> PublicRow:
    """A line of the public list."""
    return PublicRow(
        unit_text=row["unit_text"],
        kind=row["unit_kind"],
        division=row["division"],
        division_text=division_text(row["division"]),
        title_text=row["title_text"],
        level=row["level"],
        number=row["number"],
        plaque_number=row["plaque_number"],
        round_year=row["round_year"],
        granted_on=row["granted_on"],
        status=status_on(row["status"], row["expires_on"], tx.today),
        revoked_on=row["revoked_on"],
        ground=row["ground"],
    )
