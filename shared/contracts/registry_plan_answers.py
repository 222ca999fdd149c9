"""What the registry answers about annual plans and the sheet their authors stand on."""

from __future__ import annotations

from datetime import date, datetime

from shared.contracts.message import Shape
from shared.contracts.registry_answers import DocumentView, Says


class PlanVersion(Shape):
    """One version of a node's plan and how far it came."""

    plan_id: str
    plan_version: int
    status: str
    status_text: str
    in_force: bool
    issued_at: datetime | None
    filed_at: datetime | None
    received_at: datetime | None


class PlanView(Shape):
    """A version of a node's annual plan. status: draft, issued, filed, received.

    late          the year's first filing came after its last day
    asks_receipt  the office above is asked to take it in: filed, or issued with another standard
    to_node       the office above; versions: every version of the year, newest first
    """

    plan_id: str
    node: str
    node_text: str = ""
    year: int
    plan_version: int
    sections: dict[str, str]
    window_from: date
    deadline_on: date
    deadline_reason: str
    standards: dict[str, str]
    papers: tuple[str, ...]
    publicity: bool
    documents: tuple[DocumentView, ...] = ()
    status: str = "filed"
    status_text: str = ""
    asks_receipt: bool = False
    to_node: str = ""
    to_text: str = ""
    issued_at: datetime | None = None
    filed_at: datetime | None = None
    filed_by: str = ""
    received_at: datetime | None = None
    received_says: str = ""
    late: bool
    decision_id: str
    warnings: tuple[Says, ...] = ()
    versions: tuple[PlanVersion, ...] = ()


class SheetLine(Shape):
    """One figure of the planning sheet."""

    key: str
    says: str
    units: int
    headcount: int


class PlanningSheetView(Shape):
    """What the plan's author must stand on (NB23 二(一)): types, area, head-count bands, risk."""

    node: str
    node_text: str
    year: int
    as_of: date
    total: int
    by_kind: tuple[SheetLine, ...]
    by_area: tuple[SheetLine, ...]
    by_band: tuple[SheetLine, ...]
    by_risk: tuple[SheetLine, ...]
    by_standing: tuple[SheetLine, ...]
    clause: str = ""
