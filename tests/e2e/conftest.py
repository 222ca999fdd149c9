"""What several stories share: the years 2023 and 2024 and their one round each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from deploy.sample import people
from deploy.sample.chain import moment
from tests.support.system import System
from tests.support.town import XIANGSHAN, Row, Town, each

QUOTAS = {"enterprise": 30, "park": 6, "township": 6, "site": 6, "industry": 2}
CANDIDATES = ("short", "objected", "removed", "raced", "dissented")


@pytest.fixture(scope="session")
def town(system: System) -> Town:
    """The law of 2023 and 2024 in force, and units on demand."""
    made = Town(system)
    made.do(made.begin())
    return made


@dataclass(frozen=True)
class Candidate:
    """A unit and its nomination."""

    unit: Row
    nomination_id: str


@dataclass(frozen=True)
class FullRound:
    """The round of 2024: as many named as planned, and one more of each kind about to be."""

    round_id: str
    named: dict[str, list[Candidate]]
    next: dict[str, Candidate]


@dataclass(frozen=True)
class StoryRound:
    """The round of 2023: candidates whose notice is over, and one that has only declared itself."""

    round_id: str
    notice_id: str
    on_notice: dict[str, Candidate]
    declared: Candidate


@pytest.fixture(scope="session")
def full_round(town: Town) -> FullRound:
    """30 enterprises, 6 parks, 6 townships, 6 sites, 2 industries named; notice over for one more."""
    return town.do(_full_round(town))


async def _full_round(town: Town) -> FullRound:
    kinds = [kind for kind, places in QUOTAS.items() for _ in range(places + 1)]
    units = await each(kinds, lambda kind: _cultivated(town, kind))
    opened = await town.chain.open_round(2024, moment(date(2024, 6, 3)))
    names = await each(units, lambda unit: town.nominated(opened["round_id"], unit, 2024))
    await town.chain.post_notice(opened["round_id"], names, moment(date(2024, 10, 14)))
    at = moment(date(2024, 10, 28))
    await each(names, lambda name: town.opinions("nomination", name, people.CITY, at))
    of_kind: dict[str, list[Candidate]] = {kind: [] for kind in QUOTAS}
    for unit, name in zip(units, names, strict=True):
        of_kind[unit["kind"]].append(Candidate(unit, name))
    named = [c for those in of_kind.values() for c in those[:-1]]
    await each(named, lambda c: town.name(c.nomination_id, at))
    return FullRound(
        opened["round_id"],
        {kind: those[:-1] for kind, those in of_kind.items()},
        {kind: those[-1] for kind, those in of_kind.items()},
    )


async def _cultivated(town: Town, kind: str) -> Row:
    """Industries have a standard in Xiangshan only, and in 2024 only (A-03)."""
    if kind == "industry":
        return await town.cultivated(await town.enter(kind, XIANGSHAN), 2024)
    return await town.cultivated(await town.enter(kind), 2023)


@pytest.fixture(scope="session")
def story_round(town: Town) -> StoryRound:
    """Candidates of 2023, cultivated since March, on notice from the 13th to the 20th of October."""
    return town.do(_story_round(town))


async def _story_round(town: Town) -> StoryRound:
    async def ready(_name: str) -> Row:
        return await town.cultivated(await town.enter("enterprise"), 2023)

    *units, alone = await each([*CANDIDATES, "declared"], ready)
    opened = await town.chain.open_round(2023, moment(date(2023, 6, 5)))
    round_id = opened["round_id"]
    names = await each(units, lambda unit: town.nominated(round_id, unit, 2023))
    declared = await town.declare(round_id, alone, 2023)
    notice = await town.chain.post_notice(round_id, names, moment(date(2023, 10, 13)))
    found = [Candidate(unit, name) for unit, name in zip(units, names, strict=True)]
    return StoryRound(
        round_id,
        notice["notice_id"],
        dict(zip(CANDIDATES, found, strict=True)),
        Candidate(alone, declared),
    )
