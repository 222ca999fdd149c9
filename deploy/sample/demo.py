"""`hexie demo`: one enterprise and one construction site, from Excel row to title to exit.

Every act goes over REST with its own person's token; every trigger over AMQP, signed, with the
agency's own user. Acts of the past carry the sample clock; triggers and what follows are real time.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from datetime import date
from pathlib import Path

from deploy.addresses import of_running_system
from deploy.run import Run
from deploy.sample import feeds, people
from deploy.sample.chain import Chain, moment
from deploy.sample.rest import RestServices
from deploy.sample.story import YEAR, Story, round_of_the_year, say, told
from deploy.sample.units import SampleUnit, credit_code
from deploy.sample.year import load_year
from deploy.servers.ports import CannotStart
from shared.contracts import evaluation_round as rounds
from shared.contracts import registry_acts as acts
from shared.contracts.refusals import Refused
from shared.runtime.settings import Settings

_NOWHERE = {"database_url": "", "amqp_url": "", "amqp_management_url": ""}


def demo(settings: Settings, *, units: int = 0) -> int:
    """Tell both stories on the running system of the home, so that they can be watched in the
    portal; on a private system just for this when none runs, or its round of the year is past."""
    chosen = _running()
    if chosen is not None:
        told = asyncio.run(_both(chosen, f"http://{chosen.host}:{chosen.port}", units))
        if told:
            return 0
        say("本年度选树已过申报阶段（每年一次），改用临时系统讲述。")
    with tempfile.TemporaryDirectory(prefix="hexie-demo-") as folder:
        run = Run(settings.model_copy(update=_NOWHERE | {"home": Path(folder), "port": 0}))
        try:
            run.up()
            there = {
                "database_url": run.database_url,
                "amqp_url": run.amqp_url,
                "amqp_management_url": run.management_url,
            }
            chosen = run.settings.model_copy(update=there)
            asyncio.run(_both(chosen, f"http://127.0.0.1:{run.settings.port}", units))
        finally:
            run.down()
    return 0


def _running() -> Settings | None:
    """The system of this home, when one answers."""
    try:
        chosen = of_running_system()
        feeds.reach(f"http://{chosen.host}:{chosen.port}")
    except CannotStart:
        return None
    return chosen


async def _both(settings: Settings, base: str, units: int) -> bool:
    """Both stories; False when the year's round takes no more nominations."""
    rest = RestServices(base, settings.database_url)
    chain = Chain(rest)
    try:
        if units:
            await load_year(chain, units, lambda line: say(f"  {line}"))
        await _ready(chain, rest)
        if not await _accepts_nominations(chain):
            return False
        feed = feeds.open_feed(settings, "demo-ldjc", "演示劳动保障监察支队（虚构）")
        stories = [
            Story(chain=chain, rest=rest, feed=feed, unit=_fictional(kind))
            for kind in ("enterprise", "site")
        ]
        for story in stories:
            await story.until_nominated()
        await _one_notice(chain, stories)
        for story in stories:
            await story.until_the_end()
        feed.close()
    finally:
        await rest.stop()
    return True


async def _ready(chain: Chain, rest: RestServices) -> None:
    """The programme's frame: pack activated, plans filed, this year's round open."""
    found = await rest.read("/packs", people.clerk(people.CITY))
    if not found["activations"]:
        begin = date(2025, 1, 6)
        await chain.activate("ningbo-2023", begin, "演示启用（征求意见稿）", moment(begin))
    for node in ("330212", people.CITY):
        try:
            wanted = acts.GetPlan(node=node, year=YEAR)
            await chain.ask(wanted, people.clerk(node), patience=0)
        except Refused:
            await chain.file_plan(node, YEAR, moment(date(YEAR, 1, 20)))


async def _one_notice(chain: Chain, stories: list[Story]) -> None:
    at = moment(date(YEAR, 9, 14))
    names = [story.nomination for story in stories]
    notice = await chain.post_notice(await round_of_the_year(chain), names, at)
    say("\n━━ 公示 ━━")
    says = f"两家同批公示，至 {notice['ends_on']}（{notice['working_days']} 个工作日，非文件规定）"
    told(at, says, "NB23 二(四)")


async def _accepts_nominations(chain: Chain) -> bool:
    """Whether this year's round is still to come or still open; there is one a year."""
    wanted = rounds.ListRounds(node=people.CITY, year=YEAR)
    found = await chain.ask(wanted, people.reviewer(people.CITY), patience=0)
    return all(row["stage"] in ("planned", "open") for row in found["items"])


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
