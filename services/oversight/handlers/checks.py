"""Check campaigns: every level its own area, drawn so that anybody can draw again (NB23 二(五))."""

from __future__ import annotations

from services.oversight.domain import sampling
from services.oversight.handlers import checks_view
from services.oversight.handlers.cases_rights import OFFICERS, clause_at, refuse_unless
from services.oversight.store import cases
from services.oversight.store import checks as store
from shared.contracts.message import Actor
from shared.contracts.oversight_checks import (
    AddCampaignUnit,
    CampaignWhole,
    CloseCampaign,
    DrawCampaign,
    OpenCampaign,
    RecordCheck,
)
from shared.contracts.refusals import Refused
from shared.contracts.scalars import covers, suite_of
from shared.messaging.tx import Tx
from shared.runtime import packs

OPENERS = (*OFFICERS, "planner")
RECHECK = checks_view.RECHECK


def open_campaign(tx: Tx, command: OpenCampaign) -> CampaignWhole:
    """Open a campaign over the actor's own area, or a part of it; 403 for any other."""
    refuse_unless(tx.actor, *OPENERS)
    if suite_of(tx.actor.node):
        says = "抽查、普查由协调劳动关系三方会议办公室开展，您所在的办公室没有这一环节。"
        raise Refused("no_such_step", says)
    if not covers(tx.actor.node, command.node):
        raise Refused(
            "outside_area",
            "各级三方只检查本级辖区，不能在其他地区或上级范围开展检查。",
            clause_at(tx, tx.actor.node, RECHECK),
            403,
        )
    if command.ends_on < command.starts_on:
        raise Refused("dates_reversed", "检查结束日期早于开始日期。", status=422)
    if command.kind == "census" and command.share != 100:
        clause = clause_at(tx, command.node, RECHECK)
        raise Refused("census_takes_all", "普查检查全部单位，比例应为 100%。", clause, 422)
    campaign_id = tx.new_id("campaign")
    seed = sampling.seed_of(campaign_id) if command.seed is None else command.seed
    store.save_new_campaign(
        tx,
        campaign_id=campaign_id,
        seed=seed,
        **command.model_dump(
            include={"node", "title", "kind", "scope", "share", "starts_on", "ends_on"}
        ),
    )
    return checks_view.whole(tx, campaign_id)


def draw_campaign(tx: Tx, command: DrawCampaign) -> CampaignWhole:
    """Draw once; asked again, the answer is what was drawn."""
    refuse_unless(tx.actor, *OPENERS)
    row = store.load_campaign(tx, command.campaign_id, lock=True)
    if row["state"] != "planned":
        return checks_view.whole(tx, command.campaign_id)
    area = Actor(id=tx.actor.id, name=tx.actor.name, node=row["node"])
    population = store.population(tx, area, row["scope"])
    if not population:
        clause = clause_at(tx, row["node"], RECHECK)
        raise Refused("nothing_to_draw", "范围内没有可抽取的创建单位或示范单位。", clause)
    drawn = sampling.draw(population, seed=row["seed"], share=row["share"])
    store.add_units(tx, command.campaign_id, drawn, drawn=True, start=1)
    store.save_campaign(
        tx,
        command.campaign_id,
        state="drawn",
        population=len(population),
        population_digest=sampling.digest(population),
        drawn_at=tx.now,
        drawn_by=tx.actor.id,
    )
    return checks_view.whole(tx, command.campaign_id)


def add_campaign_unit(tx: Tx, command: AddCampaignUnit) -> CampaignWhole:
    """Add one unit by hand, with a reason; 403 when it lies outside the campaign's area."""
    refuse_unless(tx.actor, *OPENERS)
    row = store.load_campaign(tx, command.campaign_id, lock=True)
    _refuse_unless(row, "planned", "drawn")
    unit = store.find_unit(tx, command.unit_id)
    if unit is None or not covers(row["node"], unit["division"]):
        raise Refused(
            "outside_area",
            "该单位不在本次检查的辖区内，各级三方只检查本级辖区的单位。",
            clause_at(tx, row["node"], RECHECK),
            403,
        )
    added = store.add_units(
        tx,
        command.campaign_id,
        [command.unit_id],
        drawn=False,
        reason=command.reason,
        start=row["units"] + 1,
    )
    if not added:
        raise Refused("unit_there", "该单位已在本次检查名单中。", status=409)
    return checks_view.whole(tx, command.campaign_id)


def record_check(tx: Tx, command: RecordCheck) -> CampaignWhole:
    """Record what was found, once per unit; a grave finding goes before a person for review."""
    refuse_unless(tx.actor, *OPENERS)
    row = store.load_campaign(tx, command.campaign_id, lock=True)
    _refuse_unless(row, "planned", "drawn")
    there = store.load_campaign_unit(tx, command.campaign_id, command.unit_id)
    if there["result"]:
        raise Refused("already_checked", "该单位的检查结果已经记录，不能重复记录。", status=409)
    if command.checked_on > tx.today:
        raise Refused("in_the_future", f"检查日期 {command.checked_on} 晚于今天。", status=422)
    if command.result != "passed" and not command.findings.strip():
        raise Refused(
            "findings_missing",
            "检查未通过的，须写明发现的问题。",
            status=422,
            errors=[{"pointer": "/findings", "says": "请写明发现的问题"}],
        )
    store.save_check(
        tx,
        command.campaign_id,
        command.unit_id,
        result=command.result,
        findings=command.findings,
        checked_on=command.checked_on,
        proposal_id=_propose(tx, command) if command.propose_exit else "",
    )
    return checks_view.whole(tx, command.campaign_id)


def close_campaign(tx: Tx, command: CloseCampaign) -> CampaignWhole:
    """End a campaign once every unit of it has a result."""
    refuse_unless(tx.actor, *OPENERS)
    row = store.load_campaign(tx, command.campaign_id, lock=True)
    _refuse_unless(row, "drawn")
    left = row["units"] - row["checked"]
    if left:
        clause = clause_at(tx, row["node"], RECHECK)
        raise Refused("checks_left", f"还有 {left} 家单位没有检查结果，不能结束检查。", clause)
    store.save_campaign(
        tx,
        command.campaign_id,
        state="closed",
        closed_at=tx.now,
        closed_by=tx.actor.id,
    )
    return checks_view.whole(tx, command.campaign_id)


def _propose(tx: Tx, command: RecordCheck) -> str:
    """Lay the finding into the review queue; no case opens before a person confirms (A-19)."""
    if command.result == "passed":
        raise Refused("nothing_found", "检查通过的单位没有可提请核实的问题。", status=422)
    unit = cases.lock_unit(tx, command.unit_id)
    pack = packs.in_force(tx, unit["division"], tx.today)
    if command.ground and command.ground not in pack.grounds:
        raise Refused("ground_unknown", f"政策包没有「{command.ground}」这项退出情形。", status=422)
    proposal_id = tx.new_id("proposal")
    store.save_proposal(
        tx,
        proposal_id=proposal_id,
        unit_id=command.unit_id,
        campaign_id=command.campaign_id,
        ground=command.ground,
        says=command.findings,
        happened_on=command.checked_on,
    )
    return proposal_id


def _refuse_unless(row: cases.Row, *states: str) -> None:
    if row["state"] not in states:
        word = checks_view.STATE_WORDS[row["state"]]
        raise Refused("campaign_state", f"检查目前「{word}」，不能办理此项。")
