"""What the registry says, accepts and answers: units, plans, commitments, cultivation, honours."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from shared.contracts.message import Event

# --- says ---------------------------------------------------------------------------------


class PackActivated(Event):
    """A named person put a pack to work for a jurisdiction (NB23 is a draft: A-01)."""

    name: ClassVar[str] = "registry.pack_activated"

    pack_id: str
    pack_version: str
    fingerprint: str
    jurisdiction: str
    effective_on: date
    reason: str
    content: str  # the pack's canonical JSON: hearers pin it, files may change later

    def subject(self) -> str:
        """Activations of one jurisdiction keep their order."""
        return f"pack:{self.jurisdiction}"


class UnitEntered(Event):
    """A unit is on the register, or its entry was amended: always the whole entry."""

    name: ClassVar[str] = "registry.unit_entered"

    unit_id: str
    kind: str
    name_text: str
    code: str  # credit code, project number or internal identifier: what agencies name it by
    division: str
    size: str = ""
    industry: str = ""
    headcount: int = 0
    leader_unit_id: str = ""  # the contractor of a site
    ends_on: date | None = None  # end of a site project
    revision: int = 1


class UnitClosed(Event):
    """A unit's entry ended (site finished, enterprise closed)."""

    name: ClassVar[str] = "registry.unit_closed"

    unit_id: str
    closed_on: date
    reason: str


class PlanFiled(Event):
    """A district's annual plan was filed: its window, standards and papers rule applications (NB23 二(二))."""

    name: ClassVar[str] = "registry.plan_filed"

    plan_id: str
    node: str
    year: int
    window_from: date
    deadline_on: date
    standards: dict[str, str]  # unit kind -> standard id (with the version the plan fixed)
    papers: tuple[str, ...] = ()
    publicity: bool = False  # whether the plan asks for a notice before recognition

    def subject(self) -> str:
        """Plans of one node keep their order."""
        return f"plan:{self.node}"


class CommitmentAccepted(Event):
    """The local office accepted a commitment letter; the unit is creating (NB23 二(一))."""

    name: ClassVar[str] = "registry.commitment_accepted"

    unit_id: str
    commitment_id: str
    office: str
    accepted_on: date


class CultivationStarted(Event):
    """A unit is cultivated as a demonstration unit from this day (NB23 二(三))."""

    name: ClassVar[str] = "registry.cultivation_started"

    unit_id: str
    cultivation_id: str
    started_on: date
    node: str


class TitleGranted(Event):
    """A title stands in the honour register, with its plaque number."""

    name: ClassVar[str] = "registry.title_granted"

    unit_id: str
    title_id: str
    title_kind: str  # the pack's title id
    title_text: str
    level: str
    number: str
    plaque_number: str
    granted_on: date
    round_year: int
    decision_id: str


class TitleRevoked(Event):
    """A title is cancelled, with ground and decision; said once (NB23 二(五))."""

    name: ClassVar[str] = "registry.title_revoked"

    unit_id: str
    title_id: str
    title_text: str
    level: str
    revoked_on: date
    ground: str
    case_id: str
    decision_id: str


class PlaqueReturned(Event):
    """A plaque came back, or its loss was explained."""

    name: ClassVar[str] = "registry.plaque_returned"

    unit_id: str
    title_id: str
    plaque_number: str
    returned_on: date
    lost_reason: str = ""
