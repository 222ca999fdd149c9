"""The acts of the chain, one function each, as officers and units do them through the services.

The sample year and the demo are told with these; nothing here writes a table. `at` is the clock
of an act, honoured only where the setting `sample_clock` is on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from deploy.sample import people
from deploy.sample.units import SampleUnit
from services.gateway.clients import Asking, ServiceAway
from shared.contracts import evaluation as ev
from shared.contracts import evaluation_round as rounds
from shared.contracts import registry as reg
from shared.contracts import registry_acts as acts
from shared.contracts.evaluation_answers import EvidenceRef, IndicatorResult
from shared.contracts.message import Actor, Command
from shared.contracts.refusals import Refused

ZONE = ZoneInfo("Asia/Shanghai")
COLUMNS = (
    "kind", "name_text", "code", "division", "address", "industry", "headcount", "revenue",
    "contractor",
    "leader_code", "starts_on", "ends_on",
)  # fmt: skip
SECTIONS = {
    "工作安排": "一季度倡议，四月底前自评自荐，六月底前完成本级选树。",
    "培育目标": "新增培育企业与工地项目，体检服务覆盖全部申报单位。",
    "创建标准": "企业按 9 项、园区与乡镇（街道）按 7 项基线标准；工地项目参照企业标准。",
    "评估要求": "材料审核与实地核查相结合，三方逐一发表意见。",
    "选树计划": "择优向市级推荐示范单位。",
}


def moment(day: date, hour: int = 10) -> datetime:
    """An hour of a working day in Ningbo."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)


class Asks(Protocol):
    """The services over RPC, or the public door over HTTP."""

    async def ask(self, command: Command, asking: Asking, *, timeout: float = 0) -> Any:
        """The answer as JSON; raises `Refused` or `ServiceAway`."""


@dataclass
class Chain:
    """The services as the sample's people ask them."""

    services: Asks
    timeout: float = 30.0
    patience: float = 20.0

    async def ask(
        self, command: Command, actor: Actor, at: datetime | None = None, *, patience: float = -1
    ) -> Any:
        """One act by one person at one time; the answer as JSON.

        A refusal because another service has not yet heard of an earlier act is asked again for
        `patience` seconds; what is still refused then is the rules' answer.
        """
        asking = Asking(actor=actor, clock=at.isoformat() if at else "")
        deadline = time.monotonic() + (self.patience if patience < 0 else patience)
        while True:
            try:
                return await self.services.ask(command, asking, timeout=self.timeout)
            except Refused as refused:
                if refused.status not in (404, 409) or time.monotonic() >= deadline:
                    raise
            except ServiceAway as away:
                if away.sent or time.monotonic() >= deadline:
                    raise
            await asyncio.sleep(0.05)

    async def activate(
        self,
        pack: str,
        on: date,
        reason: str,
        at: datetime | None = None,
        *,
        node: str = people.CITY,
    ) -> Any:
        """Put the pack to work for a region, by name and with a reason."""
        command = acts.ActivatePack(pack_id=pack, jurisdiction=node, effective_on=on, reason=reason)
        return await self.ask(command, people.activator(node), at)

    async def enter(
        self, rows: Sequence[SampleUnit], file_name: str, at: datetime, *, node: str = people.CITY
    ) -> dict[str, Any]:
        """Stage an import in chunks as a node's clerk, confirm it as its reviewer."""
        clerk, chunk = people.clerk(node), 5000
        report: dict[str, Any] = {"import_id": ""}
        for first in range(0, len(rows), chunk):
            report = await self.ask(
                reg.StageImport(
                    import_id=report["import_id"],
                    file_name=file_name,
                    columns=COLUMNS,
                    first_row=2 + first,
                    rows=[_cells(u) for u in rows[first : first + chunk]],
                    is_last=first + chunk >= len(rows),
                ),
                clerk,
                at,
            )
        confirm = reg.ConfirmImport(import_id=report["import_id"])
        answer = await self.ask(confirm, people.reviewer(node), at)
        return dict(answer)

    async def file_plan(self, node: str, year: int, at: datetime) -> Any:
        """A node's annual plan with its five sections and the usual window."""
        command = acts.FilePlan(
            year=year,
            sections=SECTIONS,
            window_from=date(year, 1, 1),
            deadline_on=date(year, 4, 30),
        )
        return await self.ask(command, people.clerk(node), at)

    async def commit(self, unit: dict[str, Any], at: datetime) -> Any:
        """The unit hands in its commitment; the office of its seat accepts it."""
        given = await self.ask(
            acts.SubmitCommitment(
                unit_id=unit["unit_id"], signatory="法定代表人", signed_on=at.date(),
                file_name="创建承诺书.pdf", file_digest="",
            ),
            user_of(unit), at,
        )  # fmt: skip
        accept = acts.AcceptCommitment(commitment_id=given["commitment_id"])
        return await self.ask(accept, people.clerk(unit["division"]), at)

    async def assess(self, unit: dict[str, Any], at: datetime) -> Any:
        """A self-assessment against the standard, each item with its finding and evidence."""
        user = user_of(unit)
        started = await self.ask(ev.StartAssessment(unit_id=unit["unit_id"]), user, at)
        standard = await self.ask(ev.ReadStandard(unit_id=unit["unit_id"]), user, at)
        results = tuple(
            IndicatorResult(
                indicator_id=item["indicator_id"],
                finding="met",
                remark="对照标准逐项自查，材料附后。",
                evidence=(
                    EvidenceRef(file_id=f"sample-{item['indicator_id']}", name="佐证材料.pdf"),
                ),
            )
            for item in standard["indicators"]
        )
        saved = await self.ask(
            ev.SaveAssessment(
                assessment_id=started["assessment_id"], version=started["version"], results=results
            ),
            user,
            at,
        )
        done = ev.CompleteAssessment(assessment_id=saved["assessment_id"])
        return await self.ask(done, user, at)

    async def vote(
        self,
        unit: dict[str, Any],
        at: datetime,
        *,
        total: int = 60,
        present: int = 52,
        yes: int = 49,
    ) -> Any:
        """The congress discusses and votes."""
        command = ev.RecordResolution(
            unit_id=unit["unit_id"], meeting="workers_congress", held_on=at.date(),
            members_total=total, present=present, yes=yes,
            file=EvidenceRef(file_id="sample-minutes", name="职代会决议.pdf"),
        )  # fmt: skip
        return await self.ask(command, user_of(unit), at)

    async def apply(
        self, unit: dict[str, Any], assessment: Any, resolution: Any, at: datetime
    ) -> Any:
        """The unit applies; the answer carries the receipt number."""
        command = ev.SubmitApplication(
            unit_id=unit["unit_id"],
            assessment_id=assessment["assessment_id"],
            resolution_id=resolution["resolution_id"],
            statement="对照创建标准自评达标，经职工代表大会讨论通过，申请认定和谐劳动关系单位。",
        )
        return await self.ask(command, user_of(unit), at)

    async def take_up(self, application: dict[str, Any], at: datetime) -> Any:
        """The office accepts the application into review."""
        accept = ev.AcceptApplication(application_id=application["application_id"])
        return await self.ask(accept, people.clerk(application["office"]), at)

    async def recognise(self, application: dict[str, Any], at: datetime) -> Any:
        """Every body of the district gives its opinion; the reviewer records the decision."""
        key = application["application_id"]
        for seat in people.seats(application["office"]):
            opinion = ev.RecordOpinion(
                case="application", case_id=key, position="consent", text="同意认定。"
            )
            await self.ask(opinion, seat, at)
        decide = ev.DecideRecognition(application_id=key, outcome="recognise")
        return await self.ask(decide, people.reviewer(application["office"]), at)

    async def cultivate(self, unit: dict[str, Any], started_on: date, at: datetime) -> Any:
        """The district starts cultivating the unit as a demonstration unit."""
        command = acts.StartCultivation(
            unit_id=unit["unit_id"], started_on=started_on, goal="培育为市级示范单位"
        )
        return await self.ask(command, people.clerk(unit["division"]), at)

    async def open_round(self, year: int, at: datetime) -> Any:
        """The city's one round of the year."""
        command = rounds.OpenRound(node=people.CITY, year=year)
        return await self.ask(command, people.reviewer(people.CITY), at)

    async def nominate(self, round_id: str, unit: dict[str, Any], at: datetime) -> Any:
        """自主申报, then the district's review."""
        declared = await self.ask(
            rounds.Nominate(
                round_id=round_id, unit_id=unit["unit_id"], statement="标准更高、成效可复制可推广。"
            ),
            user_of(unit),
            at,
        )
        return await self.ask(
            rounds.DistrictReview(
                nomination_id=declared["nomination_id"], outcome="forward", text="同意推荐。"
            ),
            people.reviewer(unit["division"]),
            at,
        )

    async def city_review(self, nomination_id: str, at: datetime) -> Any:
        """The city's step of the level-by-level review."""
        command = rounds.CityReview(nomination_id=nomination_id, outcome="pass", text="审核通过。")
        return await self.ask(command, people.reviewer(people.CITY), at)

    async def post_notice(self, round_id: str, nominations: Sequence[str], at: datetime) -> Any:
        """公示 of the candidates."""
        command = rounds.PostNotice(
            round_id=round_id, nomination_ids=tuple(nominations), contact="0574-0000 0000（样例）"
        )
        return await self.ask(command, people.clerk(people.CITY), at)

    async def approve(
        self, nomination_id: str, at: datetime, *, reason: str = "", quota: str = ""
    ) -> Any:
        """Every body of the city consents; the naming is approved."""
        for seat in people.seats(people.CITY):
            opinion = ev.RecordOpinion(
                case="nomination", case_id=nomination_id, position="consent", text="同意命名。"
            )
            await self.ask(opinion, seat, at)
        command = rounds.ApproveNaming(
            nomination_id=nomination_id, override_reason=reason, quota_reason=quota
        )
        return await self.ask(command, people.decider(people.CITY), at)

    async def titles_of(self, unit_id: str) -> list[dict[str, Any]]:
        """The unit's titles as the honour register has them now."""
        page = await self.ask(acts.ListTitles(unit_id=unit_id), people.clerk(people.CITY))
        return list(page["items"])


def user_of(unit: dict[str, Any]) -> Actor:
    """The unit's own person."""
    return people.unit_user(unit["unit_id"], unit["name_text"], unit["division"])


def _cells(unit: SampleUnit) -> list[str | int | float | bool | None]:
    return [
        unit.kind, unit.name, unit.code, unit.division, unit.address, unit.industry,
        unit.headcount, unit.revenue or None, unit.contractor, unit.leader_code,
        unit.starts_on.isoformat() if unit.starts_on else "",
        unit.ends_on.isoformat() if unit.ends_on else "",
    ]  # fmt: skip
