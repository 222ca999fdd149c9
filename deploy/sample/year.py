"""A year and more of the sample region's history, made by running the chain.

2025 goes whole: plans, commitments, self-assessments, recognition, the city's round, naming.
2026 stands in the middle, so that every desk has something to do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from deploy.sample import people
from deploy.sample.book import records_of
from deploy.sample.chain import Chain, moment
from deploy.sample.units import DISTRICTS, units
from shared.contracts import registry as reg
from shared.contracts import registry_acts as acts
from shared.contracts import registry_calendar as calendar
from shared.contracts.refusals import Refused
from shared.contracts.registry_records import SaveRecord
from shared.contracts.scalars import covers
from shared.policy.load import load_pack

_AT_ONCE = 12
_REASON = "首次选树，创建基础扎实，经三方会商同意（A-26）。"


@dataclass
class Made:
    """What the load has made so far; refusals are counted, never hidden."""

    units: list[dict[str, Any]] = field(default_factory=list)
    recognised: list[dict[str, Any]] = field(default_factory=list)
    named: list[dict[str, Any]] = field(default_factory=list)
    creating: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)


async def load_year(chain: Chain, count: int, say: Callable[[str], None]) -> Made:
    """Enter `count` units and tell their year; what was made."""
    made = Made()
    await chain.activate(
        "ningbo-2023", date(2025, 1, 6), "样例地区试用，经市三方会议办公室同意（征求意见稿）",
        moment(date(2025, 1, 6)),
    )  # fmt: skip
    await each(made, [*list(DISTRICTS), people.CITY], lambda n: _plan(chain, n, 2025))
    rows = list(units(count, today=date(2025, 1, 10)))
    report = await chain.enter(rows, "2025年创建单位名册（样例）.xlsx", moment(date(2025, 1, 10)))
    say(f"名册 {len(rows)} 家，导入结果 {report['counts']}")
    made.units = await _read_units(chain, most=1500)
    await _first_year(chain, made)
    say(f"2025 年：认定 {len(made.recognised)} 家，命名 {len(made.named)} 家")
    await _second_year(chain, made)
    await _programme_work(chain, made)
    say("2026 年：计划已备案，工作台账已记，申报与评审进行中")
    return made


async def _first_year(chain: Chain, made: Made) -> None:
    ready = [u for u in made.units if u["kind"] in ("enterprise", "site")]
    sites = [u for u in ready if u["kind"] == "site"]
    firms = [u for u in ready if u["kind"] == "enterprise"]
    creating = firms[: len(firms) * 30 // 100] + sites[: len(sites) * 40 // 100]
    made.creating = {u["unit_id"] for u in creating}
    await each(made, creating, lambda u: chain.commit(u, moment(_spread(u, date(2025, 2, 5), 40))))
    applying = creating[: max(8, len(firms) * 9 // 100)] + creating[-max(4, len(sites) // 5) :]
    applied = await each(made, applying, lambda u: _apply(chain, u, 2025))
    waiting = [a for a in applied if a is not None]
    made.recognised = [
        r for r in await each(made, waiting, lambda a: _recognise(chain, a, 2025)) if r is not None
    ]
    by_id = {u["unit_id"]: u for u in made.units}
    chosen = [by_id[r["unit_id"]] for r in made.recognised if r["unit_id"] in by_id]
    candidates = [u for u in chosen if u["kind"] == "enterprise"][:26]
    candidates += [u for u in chosen if u["kind"] == "site"][:5]
    await each(
        made, candidates, lambda u: chain.cultivate(u, date(2025, 5, 20), moment(date(2025, 5, 20)))
    )
    await _round_2025(chain, made, candidates)


async def _round_2025(chain: Chain, made: Made, candidates: Sequence[dict[str, Any]]) -> None:
    opened = await chain.open_round(2025, moment(date(2025, 6, 3)))
    round_id = opened["round_id"]
    standing = await each(
        made, candidates, lambda u: chain.nominate(round_id, u, moment(date(2025, 6, 12)))
    )
    names = [n["nomination_id"] for n in standing if n is not None]
    await each(made, names, lambda n: chain.city_review(n, moment(date(2025, 9, 10))))
    await chain.post_notice(round_id, names, moment(date(2025, 10, 13)))
    approved = await each(
        made, names, lambda n: chain.approve(n, moment(date(2025, 10, 28)), reason=_REASON)
    )
    await _plaques(chain, made)
    by_id = {u["unit_id"]: u for u in candidates}
    made.named = [by_id[n["unit_id"]] for n in approved if n is not None]


async def _plaques(chain: Chain, made: Made) -> None:
    """Plaques handed over at the November meeting; three units could not come."""
    page = await chain.ask(acts.ListTitles(year=2025, limit=100), people.clerk(people.CITY))
    day = date(2025, 11, 14)

    async def hand_over(title: dict[str, Any]) -> Any:
        command = acts.IssuePlaque(
            title_id=title["title_id"], issued_on=day, received_by="单位代表"
        )
        return await chain.ask(command, people.clerk(people.CITY), moment(day))

    await each(made, page["items"][3:], hand_over)


async def _second_year(chain: Chain, made: Made) -> None:
    await each(made, [*list(DISTRICTS)[:9], people.CITY], lambda n: _plan(chain, n, 2026))
    fresh = [u for u in made.units if u["kind"] == "enterprise"][-160:]
    taken = {r["unit_id"] for r in made.recognised} | made.creating
    fresh = [u for u in fresh if u["division"] != "330282" and u["unit_id"] not in taken]
    await each(made, fresh, lambda u: chain.commit(u, moment(_spread(u, date(2026, 2, 24), 30))))
    applied = [a for a in await each(made, fresh[:36], lambda u: _apply(chain, u, 2026)) if a]
    await each(made, applied[6:], lambda a: chain.take_up(a, moment(date(2026, 4, 28))))
    decided = await each(made, applied[18:], lambda a: _decide(chain, a, date(2026, 5, 18)))
    by_id = {u["unit_id"]: u for u in made.units}
    again = [by_id[r["unit_id"]] for r in decided if r is not None and r["unit_id"] in by_id]
    again += [
        by_id[r["unit_id"]] for r in made.recognised if by_id.get(r["unit_id"]) not in made.named
    ]
    opened = await chain.open_round(2026, moment(date(2026, 6, 1)))
    standing = await each(
        made, again[:14], lambda u: chain.nominate(opened["round_id"], u, moment(date(2026, 6, 15)))
    )
    names = [n["nomination_id"] for n in standing if n is not None]
    await each(made, names[:8], lambda n: chain.city_review(n, moment(date(2026, 9, 8))))


async def _programme_work(chain: Chain, made: Made) -> None:
    """The offices' year: opened, plans taken in but for the last two, the book kept by most."""
    city, opened = people.clerk(people.CITY), moment(date(2026, 1, 8))
    offices = [people.CITY, *list(DISTRICTS)[:8]]
    year = calendar.OpenCycle(year=2026, reason="样例")
    await each(made, offices, lambda n: chain.ask(year, people.clerk(n), opened))
    filed = (await chain.ask(acts.ListPlans(year=2026), city))["to_receive"]
    received = moment(date(2026, 1, 27))
    await each(made, filed[:-2], lambda p: chain.ask(
        acts.ReceivePlan(plan_id=p["plan_id"]), city, received
    ))  # fmt: skip
    pack = load_pack("ningbo-2023")
    for office in offices:
        here = [u for u in made.units if covers(office, u["division"])][:12]
        written = list(records_of(pack, office, here, each=1))
        await each(made, written, lambda w: chain.ask(
            SaveRecord(record=w.entry), w.by, moment(w.on)
        ))  # fmt: skip


async def _plan(chain: Chain, node: str, year: int) -> Any:
    return await chain.file_plan(node, year, moment(date(year, 1, 20)))


async def _apply(chain: Chain, unit: dict[str, Any], year: int) -> Any:
    day = _spread(unit, date(year, 4, 1), 20)
    assessment = await chain.assess(unit, moment(day))
    resolution = await chain.vote(unit, moment(day, 14))
    return await chain.apply(unit, assessment, resolution, moment(day, 16))


async def _recognise(chain: Chain, application: dict[str, Any], year: int) -> Any:
    await chain.take_up(application, moment(date(year, 4, 28)))
    return await _decide(chain, application, date(year, 5, 16))


async def _decide(chain: Chain, application: dict[str, Any], day: date) -> Any:
    return await chain.recognise(application, moment(day))


def _spread(unit: dict[str, Any], first: date, days: int) -> date:
    """A working day for this unit, always the same one."""
    day = first + timedelta(days=sum(map(ord, unit["code"])) % days)
    return day + timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0))


async def _read_units(chain: Chain, most: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = ""
    while len(found) < most:
        page = await chain.ask(
            reg.FindUnits(after=after, limit=500, sort="entered_at"), people.clerk(people.CITY)
        )
        found += page["items"]
        after = page["next_after"]
        if not after:
            break
    return found


async def each(
    made: Made, things: Sequence[Any], act: Callable[[Any], Awaitable[Any]]
) -> list[Any]:
    """Act on many at once; None in the place of a refused one, in the order given."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(thing: Any) -> Any:
        async with gate:
            try:
                return await act(thing)
            except Refused as refused:
                made.refused.append(str(refused))
                return None

    return list(await asyncio.gather(*(one(t) for t in things)))
