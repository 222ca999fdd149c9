"""Check campaigns as the portal reads them."""

from __future__ import annotations

from services.oversight.handlers.cases_rights import clause_at
from services.oversight.store import checks as store
from services.oversight.store.cases import Row
from shared.contracts.oversight_checks import (
    CampaignPage,
    CampaignUnitView,
    CampaignView,
    CampaignWhole,
    GetCampaign,
    ListCampaigns,
)
from shared.messaging.tx import Tx
from shared.runtime import organisations

STATE_WORDS = {"planned": "待抽取", "drawn": "检查中", "closed": "已结束"}
KIND_WORDS = {"spot": "抽查", "census": "普查"}
RECHECK = "recheck"  # the step of exit by which named units are looked at again
RESULT_WORDS = {"": "", "passed": "通过", "rectify": "限期整改", "failed": "不符合"}


def get_campaign(tx: Tx, command: GetCampaign) -> CampaignWhole:
    """One campaign with its units and results."""
    return whole(tx, command.campaign_id)


def list_campaigns(tx: Tx, command: ListCampaigns) -> CampaignPage:
    """A page of campaigns, newest first."""
    rows = store.list_campaigns(tx, state=command.state, after=command.after, limit=command.limit)
    page = rows[: command.limit]
    return CampaignPage(
        items=tuple(CampaignView.model_validate(_head(tx, row)) for row in page),
        next=page[-1]["campaign_id"] if len(rows) > command.limit else "",
    )


def whole(tx: Tx, campaign_id: str) -> CampaignWhole:
    """The campaign with its units in the order they were drawn."""
    head = _head(tx, store.load_campaign(tx, campaign_id))
    rows = tuple(_unit(row) for row in store.list_units(tx, campaign_id))
    return CampaignWhole.model_validate(head | {"rows": rows})


def _head(tx: Tx, row: Row) -> dict[str, object]:
    same = ("campaign_id", "node", "title", "kind", "scope", "share", "seed", "state", "starts_on")
    more = ("ends_on", "population", "units", "checked", "population_digest", "opened_at")
    return {name: row[name] for name in (*same, *more, "opened_by")} | {
        "node_name": organisations.name_of(row["node"]),
        "kind_text": KIND_WORDS[row["kind"]],
        "state_text": STATE_WORDS[row["state"]],
        "clause": clause_at(tx, row["node"], RECHECK),
    }


def _unit(row: Row) -> CampaignUnitView:
    same = ("unit_id", "unit_name", "division", "drawn", "added_reason", "result", "findings")
    return CampaignUnitView(
        **{name: row[name] for name in same},
        result_text=RESULT_WORDS[row["result"]],
        checked_on=row["checked_on"],
        checked_by=row["checked_by"] or "",
        trigger_id=row["proposal_id"],
    )
