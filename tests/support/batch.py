"""Many units taken through one year's round at once: each test then takes its own from the batch.

There is one round a year, so tests that need a titled unit share it; they use units nobody else
touches, never the whole register.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from deploy.sample import people
from deploy.sample.chain import Chain, moment
from deploy.sample.units import ALPHABET, SampleUnit, credit_code
from shared.contracts import registry as reg
from tests.support.system import System
from tests.support.waiting import wait_until

Row = dict[str, Any]
T = TypeVar("T")
_AT_ONCE = 16
_REASON = "首次选树，经三方会商同意（A-26）。"


@dataclass
class Batch:
    """Units by what they are; each is given out once, lists of a district stay whole."""

    titled: list[Row] = field(default_factory=list)
    recognised: list[Row] = field(default_factory=list)
    creating: list[Row] = field(default_factory=list)
    entered: list[Row] = field(default_factory=list)
    _given: set[str] = field(default_factory=set)

    def take(self, standing: str, division: str, kind: str = "enterprise") -> Row:
        """A unit of this standing that no other test has."""
        for unit in getattr(self, standing):
            fits = unit["division"] == division and unit["kind"] == kind
            if fits and unit["unit_id"] not in self._given:
                self._given.add(unit["unit_id"])
                return dict(unit)
        raise LookupError(f"no {standing} {kind} of {division} is left: make the batch larger")

    def all_of(self, standing: str, division: str) -> list[Row]:
        """Every unit of this standing in a district."""
        return [u for u in getattr(self, standing) if u["division"] == division]


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many units of a kind in a district reach a standing."""

    standing: str
    division: str
    count: int
    kind: str = "enterprise"


def make_batch(system: System, year: int, block: int, wanted: Sequence[Wanted]) -> Batch:
    """Take the units through the year; `block` keeps their codes apart from everyone else's."""
    return Batch(**system.do(_make(system.chain, year, block, wanted)))


async def _make(
    chain: Chain, year: int, block: int, wanted: Sequence[Wanted]
) -> dict[str, list[Row]]:
    rows, standing = _rows(year, block, wanted)
    await chain.enter(rows, "批量名册.xlsx", moment(date(year, 1, 10)))
    found = await each(rows, lambda row: _found(chain, row.code))
    by_standing: dict[str, list[Row]] = {}
    for row in found:
        by_standing.setdefault(standing[row["code"]], []).append(row)
    recognised = by_standing.get("titled", []) + by_standing.get("recognised", [])
    committing = recognised + by_standing.get("creating", [])
    nodes = [people.CITY, *sorted({row["division"] for row in recognised})]
    await each(nodes, lambda node: chain.file_plan(node, year, moment(date(year, 1, 20))))
    await each(committing, lambda row: chain.commit(row, moment(date(year, 2, 10))))
    await each(recognised, lambda row: _recognise(chain, row, year))
    await _name(chain, by_standing.get("titled", []), year)
    return by_standing


async def _found(chain: Chain, code: str) -> Row:
    return dict(await chain.ask(reg.GetUnit(code=code), people.clerk(people.CITY)))


async def _recognise(chain: Chain, unit: Row, year: int) -> None:
    at = moment(date(year, 4, 2))
    assessment = await chain.assess(unit, at)
    resolution = await chain.vote(unit, at)
    application = await chain.apply(unit, assessment, resolution, moment(date(year, 4, 3)))
    await chain.take_up(application, moment(date(year, 4, 8)))
    await chain.recognise(application, moment(date(year, 5, 16)))


async def _name(chain: Chain, units: Sequence[Row], year: int) -> None:
    day = moment(date(year, 5, 20))
    await each(units, lambda u: chain.cultivate(u, day.date(), day))
    opened = await chain.open_round(year, moment(date(year, 6, 3)))
    standing = await each(
        units, lambda u: chain.nominate(opened["round_id"], u, moment(date(year, 6, 12)))
    )
    names = [n["nomination_id"] for n in standing]
    await each(names, lambda n: chain.city_review(n, moment(date(year, 9, 10))))
    await chain.post_notice(opened["round_id"], names, moment(date(year, 10, 13)))
    await each(
        names,
        lambda n: chain.approve(
            n, moment(date(year, 10, 28)), reason=_REASON, quota="测试名额，经会商同意。"
        ),
        at_once=6,  # one after another anyway: the round counts its quota
    )
    await each(units, lambda u: _titled(chain, u))


async def _titled(chain: Chain, unit: Row) -> None:
    async with asyncio.timeout(30):
        while not await chain.titles_of(unit["unit_id"]):
            await asyncio.sleep(0.05)


async def each(
    things: Sequence[Any], act: Callable[[Any], Awaitable[T]], *, at_once: int = _AT_ONCE
) -> list[T]:
    """Act on many at once, in the order given; the first refusal fails the test."""
    gate = asyncio.Semaphore(at_once)

    async def one(thing: Any) -> T:
        async with gate:
            return await act(thing)

    return list(await asyncio.gather(*(one(thing) for thing in things)))


def _rows(
    year: int, block: int, wanted: Sequence[Wanted]
) -> tuple[list[SampleUnit], dict[str, str]]:
    rows: list[SampleUnit] = []
    standing: dict[str, str] = {}
    base = ALPHABET.index("H") * 31**4 + block * 31**2
    for want in wanted:
        for _ in range(want.count):
            row = a_unit(want.division, base + len(rows), want.kind, year)
            rows.append(row)
            standing[row.code] = want.standing
    return rows, standing


def a_unit(division: str, number: int, kind: str = "enterprise", year: int = 2025) -> SampleUnit:
    """A fictional unit; the number makes code and name its own."""
    own = credit_code(division, number)
    if kind == "enterprise":
        return SampleUnit(
            kind=kind, name=f"宁波试验{number}号机械有限公司", code=own, division=division,
            industry="C34", headcount=180, revenue=9000, address="宁波市样例路1号",
        )  # fmt: skip
    return SampleUnit(
        kind=kind, name=f"试验{number}号人才公寓工程", code=f"{division}-2412-YS{number % 10**6:06d}",
        division=division, industry="E47", headcount=150, revenue=0, address="宁波市样例工地1号",
        contractor=f"宁波试验{number}号建设有限公司", leader_code=own,
        starts_on=date(year - 1, 12, 1), ends_on=date(year + 3, 6, 30),
    )  # fmt: skip


def status_of(
    system: System, unit: Row, purpose: str = "labour_inspection_routine", *, on: date | None = None
) -> Row:
    """The planner's answer about one unit, as `entitlement-checks` gives it."""
    from shared.contracts.incentives import EntitlementChecks
    from shared.contracts.incentives_words import Purpose

    asked = EntitlementChecks(purpose=Purpose(purpose), codes=(unit["code"],), on=on)
    return dict(system.ask(asked, people.planner(people.CITY))["items"][0])


def wait_for_status(system: System, unit: Row, status: str, *, held: bool | None = None) -> Row:
    """The planner's answer once it says so; an error with what it says instead."""

    def seen() -> Row | None:
        now = status_of(system, unit)
        fits = now["status"] == status and (held is None or now["held"] == held)
        return now if fits else None

    found = wait_until(seen, seconds=15, what=f"{unit['code']} {status}")
    assert found is not None
    return found
