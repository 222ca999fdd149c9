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
from deploy.sample.regions import load_regions
from deploy.sample.year import Made, load_year
from services.gateway.auth.accounts import NewAccount, create_account
from services.gateway.clients import Services
from shared.contracts.message import Actor
from shared.contracts.scalars import area_of, prefix_of, suite_of
from shared.runtime.database import make_engine
from shared.runtime.organisations import all_nodes as nodes
from shared.runtime.settings import Settings


def prepare(run: Run, *, units: int = 2000) -> list[str]:
    """Load what is not yet loaded; the lines that tell a newcomer where to go."""
    marker = run.home / "sample.json"
    if not marker.exists():
        with run.step("样例地区：宁波、威海、河东、湖南（虚构单位，经由真实办理生成）"):
            summary = _load(run, units, lambda line: run.say(f"    {line}"))
        marker.write_text(json.dumps(summary, ensure_ascii=False, indent=1), encoding="utf-8")
    return doors(run)


def doors(run: Run) -> list[str]:
    """Address, accounts and the next things to try."""
    return [
        f"门户    http://{run.settings.host}:{run.settings.port}/",
        f"公开页  http://{run.settings.host}:{run.settings.port}/public/",
        f"口令    {people.PASSWORD}（样例账号同一口令，仅限样例地区）",
        "账号    前缀-jb 经办 · -sh 审核 · -sd 审定 · -jc 监察计划员 · -xw1…4 三方席位",
        *(f"        {region.name}：{_prefixes(region)}" for region in people.REGIONS),
        "        单位用户 qy 示范企业 · gd 示范工地 · wh-qy · hd-qy · hn-qy",
        "        sys 系统管理员 · sec 安全管理员 · aud 审计员（其他地区加前缀，如 wh-sys）",
        "故事    另开一个终端运行：hexie demo",
    ]


def _prefixes(region: people.Region) -> str:
    """The offices of a region with the words its logins begin with."""
    named = (f"{short} {nodes()[node].short_name}" for short, node in region.offices.items())
    return " · ".join(named)


def _load(run: Run, units: int, say: Callable[[str], None]) -> dict[str, Any]:
    accounts = threading.Thread(target=make_accounts, args=(run.database_url, people.accounts()))
    accounts.start()
    made, others = asyncio.run(_chain(run, units, say))
    accounts.join()
    make_accounts(run.database_url, [*_unit_people(made), *_people_elsewhere(others)])
    told = feeds.set_up(run, made.named, say)
    return {
        "units": len(made.units) + len(others.units),
        "recognised": len(made.recognised),
        "named": len(made.named),
        "refused": made.refused[:50] + others.refused[:50],
        "agencies": told,
        "password": people.PASSWORD,
    }


async def _chain(run: Run, units: int, say: Callable[[str], None]) -> tuple[Made, Made]:
    services = Services(run.amqp_url, timeout=30)
    await services.start()
    try:
        chain = Chain(services)
        made = await load_year(chain, units, say)
        others = await load_regions(Chain(services, patience=2), made.units, say)
    finally:
        await services.stop()
    refused = [*made.refused, *others.refused]
    if refused:
        say(f"有 {len(refused)} 个环节被规则拒绝，例如：{refused[0]}")
    return made, others


def _unit_people(made: Made) -> list[people.Person]:
    found = []
    for login, kind in (("qy", "enterprise"), ("gd", "site")):
        unit = next((u for u in made.named if u["kind"] == kind), None)
        if unit is not None:
            actor = people.unit_user(unit["unit_id"], unit["name_text"], unit["division"])
            found.append(people.Person(login, actor))
    return found


def _people_elsewhere(made: Made) -> list[people.Person]:
    """One unit user for each smaller region that has firms of its own."""
    found = []
    for region in people.REGIONS[1:]:
        inside = prefix_of(area_of(region.node))
        firms = (u for u in made.units if u["kind"] == "enterprise")
        unit = next((u for u in firms if u["division"].startswith(inside)), None)
        if unit is not None and not suite_of(region.node):
            actor = people.unit_user(unit["unit_id"], unit["name_text"], unit["division"])
            found.append(people.Person(f"{region.short}-qy", actor))
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
