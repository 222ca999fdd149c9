"""`hexie demo`: one enterprise and one construction site, from Excel row to title to exit.

Every act goes over REST with its own person's token; every trigger over AMQP, signed, with the
agency's own user. Acts of the past carry the sample clock; triggers and what follows are real time.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from deploy.addresses import of_running_system
from deploy.run import Run
from deploy.sample import feeds, people
from deploy.sample.chain import Chain, moment
from deploy.sample.rest import RestServices
from deploy.sample.units import SampleUnit, credit_code
from deploy.sample.year import load_year
from deploy.servers.ports import CannotStart
from shared.contracts import evaluation as ev
from shared.contracts import evaluation_round as rounds
from shared.contracts import incentives as inc
from shared.contracts import oversight as osi
from shared.contracts import registry as reg
from shared.contracts import registry_acts as acts
from shared.contracts.incentives_words import Purpose
from shared.contracts.refusals import Refused
from shared.runtime.settings import Settings

YEAR = 2026
_REASON = "首次选树，培育未满一年，经三方会商同意（A-26）。"


def demo(settings: Settings, *, units: int = 0) -> int:
    """Tell both stories; on the running system of the home, else on a private one just for this."""
    try:
        chosen = of_running_system()
        base = f"http://{chosen.host}:{chosen.port}"
        feeds.reach(base)
    except CannotStart:
        with tempfile.TemporaryDirectory(prefix="hexie-demo-") as folder:
            run = Run(Settings(home=Path(folder), port=0))
            run.up()
            try:
                chosen = run.settings.model_copy(
                    update={
                        "database_url": run.database_url,
                        "amqp_url": run.amqp_url,
                        "amqp_management_url": run.management_url,
                    }
                )
                return _tell(chosen, f"http://127.0.0.1:{run.settings.port}", units)
            finally:
                run.down()
    return _tell(chosen, base, units)


def _tell(settings: Settings, base: str, units: int) -> int:
    return asyncio.run(_both(settings, base, units))


async def _both(settings: Settings, base: str, units: int) -> int:
    rest = RestServices(base, settings.database_url)
    chain = Chain(rest)
    try:
        if units:
            await load_year(chain, units, lambda line: _say(f"  {line}"))
        await _ready(chain)
        feed = feeds.open_feed(settings, "demo-ldjc", "演示劳动保障监察支队（虚构）")
        for kind in ("enterprise", "site"):
            await Story(chain=chain, feed=feed, unit=_fictional(kind)).tell()
        feed.close()
    finally:
        await rest.stop()
    return 0


async def _ready(chain: Chain) -> None:
    """The programme's frame: pack activated, plans filed, this year's round open."""
    found = await chain.ask(acts.ListActivations(), people.clerk(people.CITY))
    if not found["activations"]:
        begin = date(2025, 1, 6)
        await chain.activate("ningbo-2023", begin, "演示启用（征求意见稿）", moment(begin))
    for node in ("330212", people.CITY):
        try:
            wanted = acts.GetPlan(node=node, year=YEAR)
            await chain.ask(wanted, people.clerk(node), patience=0)
        except Refused:
            await chain.file_plan(node, YEAR, moment(date(YEAR, 1, 20)))


def _fictional(kind: str) -> SampleUnit:
    number = int(time.time()) % 31**4
    if kind == "enterprise":
        return SampleUnit(
            kind=kind,
            name=f"宁波鄞州砚汐演示机械有限公司{number % 1000:03d}号",
            code=credit_code("330212", 26 * 31**4 + number),
            division="330212",
            industry="C34",
            headcount=320,
            revenue=26000,
            address="宁波市鄞州区样例路1号",
        )
    return SampleUnit(
        kind=kind,
        name=f"鄞州澄野人才公寓一期（演示{number % 1000:03d}）",
        code=f"330212-2601-YS{number:06d}",
        division="330212",
        industry="E47",
        headcount=210,
        revenue=0,
        address="宁波市鄞州区样例工地1号",
        contractor="宁波鄞州澄野演示建设工程有限公司",
        leader_code=credit_code("330212", 26 * 31**4 + number),
        starts_on=date(2026, 1, 8),
        ends_on=date(2028, 12, 31),
    )


@dataclass
class Story:
    """One unit's way, told step by step."""

    chain: Chain
    feed: feeds.Feed
    unit: SampleUnit
    row: dict[str, Any] = field(default_factory=dict)
    decisions: list[str] = field(default_factory=list)

    async def tell(self) -> None:
        """From the Excel row to the end of the title."""
        what = "企业" if self.unit.kind == "enterprise" else "工地"
        _say(f"\n━━ 一家{what}的故事：{self.unit.name} ━━")
        await self._create()
        await self._recognition()
        await self._naming()
        await self._complaint()
        case = await self._decision()
        await self._exit(case)

    async def _create(self) -> None:
        at = moment(date(YEAR, 2, 3))
        report = await self.chain.enter([self.unit], "演示名册.xlsx", at)
        found = reg.GetUnit(code=self.unit.code)
        self.row = await self.chain.ask(found, people.clerk(people.CITY))
        _told(at, f"Excel 导入一行，另一人复核入库 {report['counts']}", self.row["code"])
        at = moment(date(YEAR, 2, 10))
        await self.chain.commit(self.row, at)
        _told(at, "提交创建承诺书，属地三方办受理，状态：创建中", "NB23 二(一)")

    async def _recognition(self) -> None:
        at = moment(date(YEAR, 3, 16))
        assessment = await self.chain.assess(self.row, at)
        _told(at, f"对照标准自评，{len(assessment['results'])} 项全部有结论和佐证", "NB23 二(二)")
        failed = await self.chain.vote(self.row, at, total=30, present=20, yes=15)
        _told(at, f"职代会 30 人到会 20 人同意 15 人：{failed['says']}", "NB23 二(二)")
        await self._refused(
            ev.SubmitApplication(
                unit_id=self.row["unit_id"],
                assessment_id=assessment["assessment_id"],
                resolution_id=failed["resolution_id"],
            ),
            at,
        )
        passed = await self.chain.vote(
            self.row, moment(date(YEAR, 3, 20)), total=30, present=26, yes=24
        )
        _told(moment(date(YEAR, 3, 20)), f"再次会议：{passed['says']}", "NB23 二(二)")
        at = moment(date(YEAR, 3, 23))
        application = await self.chain.apply(self.row, assessment, passed, at)
        _told(at, f"提交认定申请，回执号 {application['receipt_number']}", "NB23 二(二)")
        await self.chain.take_up(application, moment(date(YEAR, 3, 25)))
        at = moment(date(YEAR, 4, 15))
        done = await self.chain.recognise(application, at)
        self.decisions.append(done["decision_id"])
        _told(at, "三方四家逐一发表意见，认定为和谐劳动关系单位", "NB23 二(二)")
        await self._shown("reduced")

    async def _naming(self) -> None:
        at = moment(date(YEAR, 4, 20))
        await self.chain.cultivate(self.row, date(YEAR, 4, 20), at)
        _told(at, "列入示范培育", "NB23 二(三)")
        round_id = await self._round()
        at = moment(date(YEAR, 6, 15))
        nomination = await self.chain.nominate(round_id, self.row, at)
        key = nomination["nomination_id"]
        _told(at, "自主申报市级示范，区级审核推荐", "NB23 二(四)")
        await self.chain.city_review(key, moment(date(YEAR, 9, 8)))
        at = moment(date(YEAR, 9, 14))
        notice = await self.chain.post_notice(round_id, [key], at)
        _told(
            at,
            f"公示至 {notice['ends_on']}（{notice['working_days']} 个工作日，非文件规定）",
            "NB23 二(四)",
        )
        await self._refused(
            rounds.ApproveNaming(nomination_id=key, override_reason=_REASON),
            moment(date(YEAR, 9, 15)),
            reviewer=people.CITY,
        )
        at = moment(date(YEAR, 9, 28))
        done = await self.chain.approve(key, at, reason=_REASON, quota="演示名额，经会商同意。")
        self.decisions.append(done["decision_id"])
        title = await self._title("active")
        _told(at, f"命名“{title['title_text']}”，编号 {title['number']}", "NB23 二(四)")
        issue = acts.IssuePlaque(
            title_id=title["title_id"], issued_on=date(YEAR, 10, 9), received_by="单位代表"
        )
        await self.chain.ask(issue, people.clerk(people.CITY), moment(date(YEAR, 10, 9)))
        _told(moment(date(YEAR, 10, 9)), f"颁发铭牌 {title['plaque']['number']}", "NB23 二(四)")
        await self._shown("exempt")

    async def _complaint(self) -> None:
        _, took = await self._trigger(
            "labour_inspection.complaint_opened",
            {"complaint_id": f"TS-{self.unit.code[-6:]}", "opened_on": _today()},
            until="inspectable",
        )
        _told(None, f"劳动监察受理一件举报：免检即停，{took:.0f} 毫秒后可检查", "NB23 三(三)")
        closed, took = await self._trigger(
            "labour_inspection.complaint_closed",
            {
                "complaint_id": f"TS-{self.unit.code[-6:]}",
                "closed_on": _today(),
                "outcome": "unfounded",
            },
            until="exempt",
        )
        _told(None, f"举报查不属实：{took:.0f} 毫秒后恢复免检（回执 {closed['verdict']}）", "A-18")

    async def _decision(self) -> dict[str, Any]:
        receipt, took = await self._trigger(
            "labour_inspection.case_decided",
            {
                "case_number": f"JC-{self.unit.code[-6:]}",
                "decided_on": _today(),
                "severity": "major",
                "violation": "拖欠工资（虚构）",
            },
            until="inspectable",
        )
        seen = await self._check()
        _told(None, f"劳动监察处理决定到达：触发 → 可检查 {took:.0f} 毫秒", seen["clause"])
        _told(None, f"日常巡视检查比对：{seen['reason']}", seen["clause"])
        clerk = people.reviewer(people.CITY)
        confirm = osi.ConfirmTrigger(
            trigger_id=receipt["trigger_id"], severity="major", remark="核对处理决定书，情况属实。"
        )
        await self.chain.ask(confirm, clerk)
        page = await self.chain.ask(osi.ListCases(unit_id=self.row["unit_id"]), clerk)
        case: dict[str, Any] = page["items"][0]
        _told(None, f"人工确认，退出程序立即启动：{case['ground_text']}", "NB23 二(五)")
        return case

    async def _exit(self, case: dict[str, Any]) -> None:
        key, clerk = case["case_id"], people.clerk(people.CITY)
        await self.chain.ask(
            osi.RecordStatement(
                case_id=key,
                heard_on=_law_today(),
                speaker="单位负责人",
                text="对事实无异议，已补发工资。",
            ),
            clerk,
        )
        _told(None, "听取单位陈述", "NB23 二(五)")
        seats = people.seats(people.CITY)
        await self._say_opinion(key, seats[0])
        await self._refused(
            osi.DecideCase(case_id=key, outcome="revoke", says="取消命名。"),
            None,
            reviewer=people.CITY,
        )
        for seat in seats[1:]:
            await self._say_opinion(key, seat)
        decide = osi.DecideCase(
            case_id=key, outcome="revoke", says="经集体会商，取消命名并收回铭牌。"
        )
        done = await self.chain.ask(decide, people.reviewer(people.CITY))
        self.decisions.append(done["decision_id"])
        title = await self._title("revoked")
        _told(None, f"集体会商确定取消命名，称号状态：{title['status_text']}", "NB23 二(五)")
        back = acts.ReturnPlaque(
            title_id=title["title_id"], returned_on=_law_today(), handed_in_by="单位代表"
        )
        await self.chain.ask(back, clerk)
        _told(None, f"收回铭牌 {title['plaque']['number']}", "NB23 二(五)")
        await self.chain.ask(osi.PublishRemoval(case_id=key), clerk)
        told = self.feed.wait_for_feed(self.row["unit_id"], "registry.title_revoked")
        _told(None, f"向社会公布；机构数据流收到 {told}", "NB23 二(五)")
        await self._shown("inspectable")
        await self._chain_of(self.decisions[-1])

    async def _say_opinion(self, case_id: str, seat: Any) -> None:
        opinion = osi.RecordOpinion(
            case_id=case_id, body=seat.body, consent="revoke", text="同意取消命名。"
        )
        await self.chain.ask(opinion, seat)

    async def _round(self) -> str:
        found = await self.chain.ask(
            rounds.ListRounds(node=people.CITY, year=YEAR), people.reviewer(people.CITY), patience=0
        )
        if found["items"]:
            return str(found["items"][0]["round_id"])
        opened = await self.chain.open_round(YEAR, moment(date(YEAR, 6, 1)))
        return str(opened["round_id"])

    async def _title(self, status: str) -> dict[str, Any]:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            titles = await self.chain.titles_of(self.row["unit_id"])
            if titles and titles[0]["status"] == status:
                return titles[0]
            await asyncio.sleep(0.05)
        raise CannotStart(f"等了 20 秒，称号仍不是 {status}。请查看日志。")

    async def _trigger(
        self, kind: str, data: dict[str, Any], *, until: str
    ) -> tuple[dict[str, Any], float]:
        sent = self.feed.publish(kind, self.unit.code, data)
        begun = sent.sent_at
        await self._until(until)
        took = (time.monotonic() - begun) * 1000
        receipt = await asyncio.to_thread(self.feed.receipt_of, sent.event_id)
        return receipt, took

    async def _until(self, wanted: str) -> dict[str, Any]:
        deadline = time.monotonic() + 20
        seen: dict[str, Any] = {}
        while time.monotonic() < deadline:
            seen = await self._check()
            if seen["status"] == wanted or (wanted == "inspectable" and seen["may_inspect"]
                                            and seen["status"] != "exempt"):  # fmt: skip
                return seen
        raise CannotStart(f"等了 20 秒，检查状态仍是 {seen.get('status')}，不是 {wanted}。")

    async def _check(self) -> dict[str, Any]:
        asked = inc.EntitlementChecks(
            purpose=Purpose("labour_inspection_routine"), codes=(self.unit.code,)
        )
        answer = await self.chain.ask(asked, people.planner(people.CITY), patience=0)
        return dict(answer["items"][0])

    async def _shown(self, wanted: str) -> None:
        seen = await self._until(wanted)
        _told(None, f"日常巡视检查比对：{seen['reason']}", seen["clause"])

    async def _refused(self, command: Any, at: datetime | None, *, reviewer: str = "") -> None:
        actor = people.reviewer(reviewer) if reviewer else people.unit_user(
            self.row["unit_id"], self.row["name_text"], self.row["division"]
        )  # fmt: skip
        try:
            await self.chain.ask(command, actor, at, patience=0)
        except Refused as refused:
            _told(at, f"（按规定被拒绝）{refused.says}", refused.clause or "非文件规定")
        else:
            raise CannotStart("本应被规则拒绝的一步没有被拒绝，请检查政策包。")

    async def _chain_of(self, decision_id: str) -> None:
        found = await self.feed.decision(self.chain, decision_id)
        _say(f"  为什么（{decision_id}）：")
        for rule in found.get("rules", []):
            _say(
                f"    {rule.get('clause', ''):<14} {rule.get('says', '')} → {rule.get('outcome', '')}"
            )


def _told(at: datetime | None, what: str, clause: str) -> None:
    when = (
        at.strftime("%Y-%m-%d %H:%M")
        if at
        else datetime.now(UTC).astimezone().strftime("%H:%M:%S.%f")[:-3]
    )
    _say(f"  {when:<17} {what}  〔{clause}〕")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _law_today() -> date:
    return datetime.now(UTC).astimezone(moment(date(2026, 1, 1)).tzinfo).date()


def _today() -> str:
    return _law_today().isoformat()
