"""One unit's way from Excel row to the end of its title, told step by step on the terminal."""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from deploy.sample import feeds, people
from deploy.sample.chain import ZONE, Chain, moment
from deploy.sample.rest import RestServices
from deploy.sample.units import SampleUnit
from deploy.servers.ports import CannotStart
from shared.contracts import evaluation as ev
from shared.contracts import evaluation_round as rounds
from shared.contracts import incentives as inc
from shared.contracts import oversight as osi
from shared.contracts import registry as reg
from shared.contracts import registry_acts as acts
from shared.contracts.incentives_words import Purpose
from shared.contracts.refusals import Refused

YEAR = 2026
_REASON = "首次选树，培育未满一年，经三方会商同意（A-26）。"


async def round_of_the_year(chain: Chain) -> str:
    """The year's one round, opened where there is none yet."""
    city = people.reviewer(people.CITY)
    wanted = rounds.ListRounds(node=people.CITY, year=YEAR)
    found = await chain.ask(wanted, city, patience=0)
    if found["items"]:
        return str(found["items"][0]["round_id"])
    opened = await chain.open_round(YEAR, moment(date(YEAR, 6, 1)))
    return str(opened["round_id"])


@dataclass
class Story:
    """One unit's way, told step by step."""

    chain: Chain
    rest: RestServices
    feed: feeds.Feed
    unit: SampleUnit
    row: dict[str, Any] = field(default_factory=dict)
    nomination: str = ""
    decisions: list[str] = field(default_factory=list)

    async def until_nominated(self) -> None:
        """From the Excel row to the city's review."""
        say(f"\n━━ {self.what}：{self.unit.name} ━━ 从名册到申报")
        await self._create()
        await self._recognition()
        await self._nomination()

    async def until_the_end(self) -> None:
        """From the naming to the end of the title."""
        say(f"\n━━ {self.what}：{self.unit.name} ━━ 从命名到退出")
        await self._naming()
        await self._complaint()
        case = await self._decision()
        await self._exit(case)

    @property
    def what(self) -> str:
        """What kind of unit the story is about."""
        return "一家企业" if self.unit.kind == "enterprise" else "一个工地"

    async def _create(self) -> None:
        at = moment(date(YEAR, 2, 3))
        report = await self.chain.enter([self.unit], "演示名册.xlsx", at)
        found = reg.GetUnit(code=self.unit.code)
        self.row = await self.chain.ask(found, people.clerk(people.CITY))
        told(at, f"Excel 导入一行，另一人复核入库 {report['counts']}", self.row["code"])
        at = moment(date(YEAR, 2, 10))
        await self.chain.commit(self.row, at)
        told(at, "提交创建承诺书，属地三方办受理，状态：创建中", "NB23 二(一)")

    async def _recognition(self) -> None:
        at = moment(date(YEAR, 3, 16))
        assessment = await self.chain.assess(self.row, at)
        told(at, f"对照标准自评，{len(assessment['results'])} 项全部有结论和佐证", "NB23 二(二)")
        failed = await self.chain.vote(self.row, at, total=30, present=20, yes=15)
        told(at, f"职代会 30 人到会 20 人同意 15 人：{failed['says']}", "NB23 二(二)")
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
        told(moment(date(YEAR, 3, 20)), f"再次会议：{passed['says']}", "NB23 二(二)")
        at = moment(date(YEAR, 3, 23))
        application = await self.chain.apply(self.row, assessment, passed, at)
        told(at, f"提交认定申请，回执号 {application['receipt_number']}", "NB23 二(二)")
        await self.chain.take_up(application, moment(date(YEAR, 3, 25)))
        at = moment(date(YEAR, 4, 15))
        done = await self.chain.recognise(application, at)
        self.decisions.append(done["decision_id"])
        told(at, "三方四家逐一发表意见，认定为和谐劳动关系单位", "NB23 二(二)")
        await self._shown("reduced")

    async def _nomination(self) -> None:
        at = moment(date(YEAR, 4, 20))
        await self.chain.cultivate(self.row, date(YEAR, 4, 20), at)
        told(at, "列入示范培育", "NB23 二(三)")
        at = moment(date(YEAR, 6, 15))
        nomination = await self.chain.nominate(await round_of_the_year(self.chain), self.row, at)
        self.nomination = nomination["nomination_id"]
        told(at, "自主申报市级示范，区级审核推荐", "NB23 二(四)")
        await self.chain.city_review(self.nomination, moment(date(YEAR, 9, 8)))
        told(moment(date(YEAR, 9, 8)), "市级审核通过", "NB23 二(四)")

    async def _naming(self) -> None:
        key = self.nomination
        await self._refused(
            rounds.ApproveNaming(nomination_id=key, override_reason=_REASON),
            moment(date(YEAR, 9, 15)),
            reviewer=people.CITY,
        )
        at = moment(date(YEAR, 9, 28))
        done = await self.chain.approve(key, at, reason=_REASON, quota="演示名额，经会商同意。")
        self.decisions.append(done["decision_id"])
        title = await self._title("active")
        told(at, f"命名“{title['title_text']}”，编号 {title['number']}", "NB23 二(四)")
        issue = acts.IssuePlaque(
            title_id=title["title_id"], issued_on=date(YEAR, 10, 9), received_by="单位代表"
        )
        await self.chain.ask(issue, people.clerk(people.CITY), moment(date(YEAR, 10, 9)))
        told(moment(date(YEAR, 10, 9)), f"颁发铭牌 {title['plaque']['number']}", "NB23 二(四)")
        await self._shown("exempt")

    async def _complaint(self) -> None:
        _, took = await self._trigger(
            "labour_inspection.complaint_opened",
            {"complaint_id": f"TS-{self.unit.code[-6:]}", "opened_on": _today()},
            until="inspectable",
        )
        told(None, f"劳动监察受理一件举报：免检即停，{took:.0f} 毫秒后可检查", "NB23 三(三)")
        closed, took = await self._trigger(
            "labour_inspection.complaint_closed",
            {
                "complaint_id": f"TS-{self.unit.code[-6:]}",
                "closed_on": _today(),
                "outcome": "unfounded",
            },
            until="exempt",
        )
        told(None, f"举报查不属实：{took:.0f} 毫秒后恢复免检（回执 {closed['verdict']}）", "A-18")

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
        told(None, f"劳动监察处理决定到达：触发 → 可检查 {took:.0f} 毫秒", seen["clause"])
        told(None, f"日常巡视检查比对：{seen['reason']}", seen["clause"])
        clerk = people.clerk(people.CITY)
        confirm = osi.ConfirmTrigger(
            trigger_id=receipt["trigger_id"], severity="major", remark="核对处理决定书，情况属实。"
        )
        await self.chain.ask(confirm, clerk)
        page = await self.chain.ask(osi.ListCases(unit_id=self.row["unit_id"]), clerk)
        case: dict[str, Any] = page["items"][0]
        told(None, f"人工确认，退出程序立即启动：{case['ground_text']}", "NB23 二(五)")
        return case

    async def _exit(self, case: dict[str, Any]) -> None:
        key, clerk = case["case_id"], people.clerk(people.CITY)
        await self.chain.ask(
            osi.RecordStatement(
                case_id=key,
                heard_on=law_today(),
                speaker="单位负责人",
                text="对事实无异议，已补发工资。",
            ),
            clerk,
        )
        told(None, "听取单位陈述", "NB23 二(五)")
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
        done = await self.chain.ask(decide, people.decider(people.CITY))
        self.decisions.append(done["decision_id"])
        title = await self._title("revoked")
        told(None, f"集体会商确定取消命名，称号状态：{title['status_text']}", "NB23 二(五)")
        back = acts.ReturnPlaque(
            title_id=title["title_id"], returned_on=law_today(), handed_in_by="单位代表"
        )
        await self.chain.ask(back, clerk)
        told(None, f"收回铭牌 {title['plaque']['number']}", "NB23 二(五)")
        await self.chain.ask(osi.PublishRemoval(case_id=key), people.reviewer(people.CITY))
        arrived = self.feed.wait_for_feed(self.row["unit_id"], "registry.title_revoked")
        told(None, f"向社会公布；机构数据流收到 {arrived}", "NB23 二(五)")
        await self._shown("inspectable")
        await self._chain_of(self.decisions[-1])

    async def _say_opinion(self, case_id: str, seat: Any) -> None:
        opinion = osi.RecordOpinion(
            case_id=case_id, body=seat.body, consent="revoke", text="同意取消命名。"
        )
        await self.chain.ask(opinion, seat)

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
        told(None, f"日常巡视检查比对：{seen['reason']}", seen["clause"])

    async def _refused(self, command: Any, at: datetime | None, *, reviewer: str = "") -> None:
        actor = people.decider(reviewer) if reviewer else people.unit_user(
            self.row["unit_id"], self.row["name_text"], self.row["division"]
        )  # fmt: skip
        try:
            await self.chain.ask(command, actor, at, patience=0)
        except Refused as refused:
            told(at, f"（按规定被拒绝）{refused.says}", refused.clause or "非文件规定")
        else:
            raise CannotStart("本应被规则拒绝的一步没有被拒绝，请检查政策包。")

    async def _chain_of(self, decision_id: str) -> None:
        found = await self.rest.read(f"/decisions/{decision_id}", people.clerk(people.CITY))
        say(f"  为什么（{decision_id}；各条规则写的是不满足时的后果）：")
        words = {"met": "符合", "not_met": "不符合", "unknown": "待查明"}
        for rule in found.get("rules", []):
            outcome = words.get(rule.get("outcome", ""), "")
            say(f"    {rule.get('clause', ''):<14} {rule.get('says', '')} → {outcome}")


def told(at: datetime | None, what: str, clause: str) -> None:
    """A line of the story: when (now, without `at`), what, and the clause it rests on."""
    when = (
        at.strftime("%Y-%m-%d %H:%M")
        if at
        else datetime.now(UTC).astimezone(ZONE).strftime("%H:%M:%S.%f")[:-3]
    )
    say(f"  {when:<17} {what}  〔{clause}〕")


def say(line: str) -> None:
    """A line on the terminal, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def law_today() -> date:
    """Today where the law applies."""
    return datetime.now(UTC).astimezone(ZONE).date()


def _today() -> str:
    return law_today().isoformat()
