"""Loads the sample region into a system that has just come up, once a home."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from deploy.run import Run
from deploy.sample import feeds, people
from deploy.sample.chain import Chain
from deploy.sample.year import Made, load_year
from services.gateway.auth.accounts import NewAccount, create_account
from services.gateway.clients import Services
from shared.contracts.message import Actor
from shared.runtime.database import make_engine
from shared.runtime.settings import Settings


def prepare(run: Run, *, units: int = 2000) -> list[str]:
    """Load what is not yet loaded; the lines that tell a newcomer where to go."""
    marker = run.home / "sample.json"
    if not marker.exists():
        with run.step("样例地区：宁波市（虚构单位，经由全链条生成）"):
            summary = _load(run, units, lambda line: run.say(f"    {line}"))
        marker.write_text(json.dumps(summary, ensure_ascii=False, indent=1), encoding="utf-8")
    return doors(run)


def doors(run: Run) -> list[str]:
    """Address, accounts and the next things to try."""
    return [
        f"门户    http://{run.settings.host}:{run.settings.port}/",
        f"公开页  http://{run.settings.host}:{run.settings.port}/public/",
        f"口令    {people.PASSWORD}（样例账号同一口令，仅限样例地区）",
        "账号    nb-jb 市经办 · nb-sh 市审核 · nb-jc 市监察计划员 · nb-xw1…4 市三方席位",
        "        hs-jb 海曙经办 · hs-sh 海曙审核 · hs-xw1…4 海曙三方席位（yz- 为鄞州）",
        "        qy 示范企业 · gd 示范工地 · sys 系统管理员 · sec 安全管理员 · aud 审计员",
        "故事    另开一个终端运行：hexie demo",
    ]


def _load(run: Run, units: int, say: Callable[[str], None]) -> dict[str, Any]:
    accounts = threading.Thread(target=make_accounts, args=(run.database_url, people.accounts()))
    accounts.start()
    made = asyncio.run(_chain(run, units, say))
    accounts.join()
    make_accounts(run.database_url, _unit_people(made))
    told = feeds.set_up(run, made.named, say)
    return {
        "units": len(made.units),
        "recognised": len(made.recognised),
        "named": len(made.named),
        "refused": made.refused[:50],
        "agencies": told,
        "password": people.PASSWORD,
    }


async def _chain(run: Run, units: int, say: Callable[[str], None]) -> Made:
    services = Services(run.amqp_url, timeout=30)
    await services.start()
    try:
        made = await load_year(Chain(services), units, say)
    finally:
        await services.stop()
    if made.refused:
        say(f"有 {len(made.refused)} 个环节被规则拒绝，例如：{made.refused[0]}")
    return made


def _unit_people(made: Made) -> list[people.Person]:
    found = []
    for login, kind in (("qy", "enterprise"), ("gd", "site")):
        unit = next((u for u in made.named if u["kind"] == kind), None)
        if unit is not None:
            actor = people.unit_user(unit["unit_id"], unit["name_text"], unit["division"])
            found.append(people.Person(login, actor))
    return found


def make_accounts(database_url: str, wanted: list[people.Person]) -> None:
    """Accounts with the sample password."""
    engine = make_engine("gateway", Settings(database_url=database_url), pool_size=1)
    now = datetime.now(UTC)
    for person in wanted:
        with engine.begin() as connection:
            create_account(connection, _account(person.login, person.actor), by="sample", now=now)
    engine.dispose()


def _account(login: str, actor: Actor) -> NewAccount:
    return NewAccount(
        login=login,
        name=actor.name,
        password=people.PASSWORD,
        roles=actor.roles,
        node=actor.node,
        side=actor.side if "seat" in actor.roles else "",
        body=actor.body,
        unit_id=actor.unit_id,
    )
