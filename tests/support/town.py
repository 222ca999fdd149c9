"""Units of every kind on their way through the chain, many at once, over the public door.

`years` of these tests are 2023 and 2024: the pack is activated for them here, so that one round
a year is ours alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from typing import Any, TypeVar

from deploy.sample import people
from deploy.sample.chain import Chain, moment, user_of
from deploy.sample.units import ALPHABET, credit_code
from shared.contracts import evaluation as ev
from shared.contracts import evaluation_round as rounds
from shared.contracts import registry as reg
from shared.contracts.message import Command
from shared.contracts.refusals import Refused
from tests.support.system import System

Row = dict[str, Any]
T = TypeVar("T")
XIANGSHAN = "330225"  # works by its own pack in 2024: standards for industries, one of its own
SHORT = "首次选树，创建基础扎实，经三方会商同意（A-26）。"
_AT_ONCE = 20
_NUMBERS = count(ALPHABET.index("Q") * 31**4)


@dataclass
class Town:
    """What a test does with units; each unit is the test's own."""

    system: System
    _planned: set[tuple[str, int]] = field(default_factory=set)

    @property
    def chain(self) -> Chain:
        """The acts of the chain."""
        return self.system.chain

    def do(self, act: Awaitable[T]) -> T:
        """One act, or many, to the end."""
        found: T = self.system.do(act)
        return found

    def refused(self, command: Command, actor: Any, at: datetime | None = None) -> Refused:
        """The refusal of an act that must not go through."""
        try:
            answer = self.system.ask(command, actor, at)
        except Refused as refused:
            return refused
        raise AssertionError(f"{command.name} went through: {answer}")

    def decision(self, decision_id: str) -> Row:
        """The whole legal chain of a decision, over REST."""
        path = f"/decisions/{decision_id}"
        return dict(self.do(self.system.rest.read(path, people.clerk(people.CITY))))

    def anybody(self, path: str) -> Row:
        """What anybody is told at a public address."""
        return dict(self.system.http.get(path).raise_for_status().json())

    def page(self, path: str) -> str:
        """A public page."""
        return str(self.system.http.get(path).raise_for_status().text)

    async def begin(self) -> None:
        """The law of 2023 and 2024; Xiangshan's own standards for 2024 only."""
        chain, first = self.chain, date(2023, 1, 3)
        await chain.activate("ningbo-2023", first, "测试：往年", moment(first))
        for pack, day in (("xiangshan-2024", date(2024, 1, 2)), ("ningbo-2023", date(2025, 1, 6))):
            act = _activation(pack, day)
            await chain.ask(act, people.activator(), moment(first))

    async def plan(self, node: str, year: int) -> None:
        """The node's usual plan of the year, once."""
        if (node, year) not in self._planned:
            self._planned.add((node, year))
            await self.chain.file_plan(node, year, moment(date(year, 1, 9)))

    async def enter(
        self,
        kind: str = "enterprise",
        division: str = "330211",
        at: datetime | None = None,
        **more: Any,
    ) -> Row:
        """A unit of the kind on the register, by the clerk of its district."""
        entry = an_entry(kind, division, next(_NUMBERS), **more)
        command = reg.RegisterUnit(entry=entry)
        clerk = people.clerk(division)
        return dict(await self.chain.ask(command, clerk, at or moment(date(2023, 1, 5))))

    async def ready(self, unit: Row, year: int) -> tuple[Row, Row]:
        """Committed, self-assessed and voted: the assessment and the resolution."""
        await self.plan(unit["division"], year)
        await self.chain.commit(unit, moment(date(year, 2, 6)))
        return await self.ready_again(unit, year)

    async def ready_again(self, unit: Row, year: int) -> tuple[Row, Row]:
        """Self-assessed and voted, for a unit that is committed."""
        await self.heard(unit, "committed_on")
        assessment = await self.chain.assess(unit, moment(date(year, 3, 4)))
        return assessment, await self.chain.vote(unit, moment(date(year, 3, 5)))

    async def heard(self, unit: Row, what: str) -> None:
        """Wait until evaluation knows this of the unit: `committed_on`, `cultivation_from` …"""
        wanted = rounds.ReadStanding(unit_id=unit["unit_id"])
        async with asyncio.timeout(20):
            while not (await self.chain.ask(wanted, user_of(unit)))[what]:
                await asyncio.sleep(0.05)

    async def applied(self, unit: Row, year: int) -> Row:
        """An application taken into review."""
        assessment, resolution = await self.ready(unit, year)
        at = moment(date(year, 3, 6))
        application = await self.chain.apply(unit, assessment, resolution, at)
        return dict(await self.chain.take_up(application, moment(date(year, 3, 7))))

    async def recognised(self, unit: Row, year: int) -> Row:
        """The application that ended in recognition."""
        application = await self.applied(unit, year)
        return dict(await self.chain.recognise(application, moment(date(year, 3, 20))))

    async def cultivated(self, unit: Row, year: int) -> Row:
        """Recognised, and cultivated from the 22nd of March; the unit."""
        await self.recognised(unit, year)
        begun = date(year, 3, 22)
        await self.chain.cultivate(unit, begun, moment(begun))
        await self.heard(unit, "cultivation_from")
        return unit

    async def declare(self, round_id: str, unit: Row, year: int) -> str:
        """自主申报 and nothing more; the nomination's id."""
        command = rounds.Nominate(
            round_id=round_id, unit_id=unit["unit_id"], statement="成效可复制可推广。"
        )
        at = moment(date(year, 6, 12))
        declared = await self.chain.ask(command, user_of(unit), at)
        return str(declared["nomination_id"])

    async def name(self, nomination_id: str, at: datetime, reason: str = SHORT) -> Row:
        """Approve a naming whose opinions are in; the nomination."""
        command = rounds.ApproveNaming(nomination_id=nomination_id, override_reason=reason)
        return dict(await self.chain.ask(command, people.decider(people.CITY), at))

    async def nominated(self, round_id: str, unit: Row, year: int) -> str:
        """Declared and reviewed by district and city; the nomination's id."""
        declared = await self.chain.nominate(round_id, unit, moment(date(year, 6, 12)))
        await self.chain.city_review(declared["nomination_id"], moment(date(year, 9, 10)))
        return str(declared["nomination_id"])

    async def opinions(self, case: str, case_id: str, node: str, at: datetime) -> None:
        """Every seat of the node consents."""
        for seat in people.seats(node):
            said = ev.RecordOpinion(case=case, case_id=case_id, position="consent", text="同意。")
            await self.chain.ask(said, seat, at)

    async def title_of(self, unit: Row) -> Row:
        """The unit's title, once the register has it."""
        async with asyncio.timeout(30):
            while True:
                found = await self.chain.titles_of(unit["unit_id"])
                if found:
                    return dict(found[0])
                await asyncio.sleep(0.05)

    def nomination(self, nomination_id: str) -> Row:
        """A nomination as the city sees it."""
        command = rounds.ReadNomination(nomination_id=nomination_id)
        return dict(self.system.ask(command, people.reviewer(people.CITY)))


async def each(things: Sequence[Any], act: Callable[[Any], Awaitable[T]]) -> list[T]:
    """Act on many at once, in the order given; the first refusal fails the test."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(thing: Any) -> T:
        async with gate:
            return await act(thing)

    return list(await asyncio.gather(*(one(thing) for thing in things)))


def an_entry(kind: str, division: str, number: int, **more: Any) -> reg.UnitEntry:
    """What an officer writes down about a unit of the kind; valid as it stands."""
    own = credit_code(division, number)
    tail = f"{number % 31**4:06d}"
    given: dict[str, Any] = {
        "kind": kind, "division": division, "headcount": 120,
        "name_text": f"宁波试点{tail}号{_NAMES[kind]}",
    }  # fmt: skip
    if kind == "enterprise":
        given |= {"code": own, "industry": "C34"}
    elif kind == "site":
        contractor = {"contractor": f"宁波试点{tail}号建设有限公司"}
        given |= {"code": f"{division}-2212-QD{tail}", "leader_code": own, "details": contractor}
    elif kind == "park":
        given["details"] = {"managing_body": "园区管理委员会"}
    elif kind == "industry":
        given["details"] = {"leading_body": "行业协会秘书处"}
    return reg.UnitEntry.model_validate(given | more)


_NAMES = {
    "enterprise": "机械有限公司",
    "site": "厂房工程",
    "park": "工业园区",
    "township": "镇",
    "industry": "行业协会",
}


def _activation(pack: str, day: date) -> Command:
    from shared.contracts.registry_acts import ActivatePack

    return ActivatePack(
        pack_id=pack, jurisdiction=XIANGSHAN, effective_on=day, reason="测试：本地创建标准（A-03）"
    )


__all__ = ["XIANGSHAN", "Row", "Town", "an_entry", "each", "user_of"]
