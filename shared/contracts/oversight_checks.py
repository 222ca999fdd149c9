"""Check campaigns over creating and named units (NB23 二(五)): commands and answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import Field

from shared.contracts.message import Command, Shape

CampaignKind = Literal["spot", "census"]
CampaignScope = Literal["creating", "named", "both"]
CheckResult = Literal["passed", "rectify", "failed"]

# --- accepts ------------------------------------------------------------------------------


class OpenCampaign(Command):
    """Check creating and named units: a spot check draws `share` per cent, a census all."""

    name: ClassVar[str] = "oversight.open_campaign"

    node: str
    title: str = Field(min_length=1, max_length=200)
    kind: CampaignKind
    scope: CampaignScope
    share: int = Field(default=100, ge=1, le=100)
    seed: int | None = None  # None: one is made from the campaign's id, and recorded
    starts_on: date
    ends_on: date


class DrawCampaign(Command):
    """Draw the campaign's units: the same seed over the same units draws the same sample."""

    name: ClassVar[str] = "oversight.draw_campaign"

    campaign_id: str


class AddCampaignUnit(Command):
    """Add one unit by hand; refused with 403 outside the campaign's area."""

    name: ClassVar[str] = "oversight.add_campaign_unit"

    campaign_id: str
    unit_id: str
    reason: str = Field(min_length=1, max_length=500)


class RecordCheck(Command):
    """What was found at one unit. `propose_exit` lays the finding before a person for review."""

    name: ClassVar[str] = "oversight.record_check"

    campaign_id: str
    unit_id: str
    result: CheckResult
    findings: str = Field(default="", max_length=5000)
    checked_on: date
    propose_exit: bool = False
    ground: str = ""


class CloseCampaign(Command):
    """End a campaign; refused while a drawn unit has no result."""

    name: ClassVar[str] = "oversight.close_campaign"

    campaign_id: str


class ListCampaigns(Command):
    """Campaigns of the nodes the actor's node covers, newest first."""

    name: ClassVar[str] = "oversight.list_campaigns"

    state: str = ""
    after: str = ""
    limit: int = Field(default=50, ge=1, le=200)


class GetCampaign(Command):
    """One campaign with its units and results."""

    name: ClassVar[str] = "oversight.get_campaign"

    campaign_id: str


# --- answers ------------------------------------------------------------------------------


class CampaignUnitView(Shape):
    """One unit of a campaign; `result` is "" until it was checked."""

    unit_id: str
    unit_name: str
    division: str
    drawn: bool  # False: added by hand, `added_reason` says why
    added_reason: str = ""
    result: str = ""
    result_text: str = ""
    findings: str = ""
    checked_on: date | None = None
    checked_by: str = ""
    trigger_id: str = ""


class CampaignView(Shape):
    """A campaign as a list shows it. `state` is planned, drawn or closed."""

    campaign_id: str
    node: str
    node_name: str
    title: str
    kind: CampaignKind
    kind_text: str
    scope: CampaignScope
    share: int
    seed: int
    state: str
    state_text: str
    starts_on: date
    ends_on: date
    population: int
    units: int
    checked: int
    population_digest: str = ""  # SHA-256 of the drawn-from ids: the draw can be repeated
    clause: str
    opened_at: datetime
    opened_by: str


class CampaignWhole(CampaignView):
    """A campaign with its units, in the order they were drawn."""

    rows: tuple[CampaignUnitView, ...] = ()


class CampaignPage(Shape):
    """A page of campaigns; `next` is "" on the last."""

    items: tuple[CampaignView, ...]
    next: str = ""


COMMANDS: tuple[type[Command], ...] = (
    OpenCampaign,
    DrawCampaign,
    AddCampaignUnit,
    RecordCheck,
    CloseCampaign,
    ListCampaigns,
    GetCampaign,
)
