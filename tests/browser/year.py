"""2026 as the stories need it: made by running the chain, over the public door."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from deploy.sample import people
from deploy.sample.chain import Chain, moment
from deploy.sample.units import ALPHABET, SampleUnit
from shared.contracts import registry as reg
from tests.support.batch import a_unit, each
from tests.support.system import System
from tests.support.waiting import wait_until

Row = dict[str, Any]
YEAR = 2026
STORY_YEAR = 2027  # the story of one enterprise has a round to itself
HAISHU = "330203"
_BASE = ALPHABET.index("W") * 31**4
_REASON = "首次选树，经三方会商同意（A-26）。"
_TITLED = 8


@dataclass
class Year:
    """Units by where they stand; a story takes its own from `titled`."""

    titled: list[Row] = field(default_factory=list)
    recognised: Row = field(default_factory=dict)
    objected: Row = field(default_factory=dict)
    newcomer: Row = field(default_factory=dict)
    nomination: str = ""
    notice: str = ""
    story_round: str = ""
    plain: list[SampleUnit] = field(default_factory=list)
    _given: int = 0

    def take(self) -> Row:
        """A titled unit that no other story has."""
        self._given += 1
        return self.titled[self._given - 1]

    @property
    def unit_logins(self) -> dict[str, Row]:
        """Accounts of units' own people."""
        return {"qy-new": self.newcomer, "qy-titled": self.titled[-1]}


def number(n: int) -> int:
    """The n-th number of this folder's own block of codes."""
    return _BASE + n


def make_year(system: System) -> Year:
    """The city's and the district's year up to notices and titles."""
    made: Year = system.do(_make(system.chain))
    for unit in made.titled:
        wait_until(
            lambda unit=unit: system.do(system.chain.titles_of(unit["unit_id"])),  # type: ignore[misc]
            seconds=20, what=f"title of {unit['name_text']}",
        )  # fmt: skip
    return made


async def _make(chain: Chain) -> Year:
    made = Year(plain=[a_unit("330212", number(1000 + n)) for n in range(400)])
    rows = [a_unit(HAISHU, number(n)) for n in range(_TITLED + 3)]
    await chain.enter([*rows, *made.plain], "浏览器测试名册.xlsx", moment(date(YEAR, 1, 8)))
    found = await each(rows, lambda row: _found(chain, row.code))
    made.titled, made.newcomer = found[:_TITLED], found[-1]
    made.recognised, made.objected = found[_TITLED], found[_TITLED + 1]
    for node in (people.CITY, HAISHU):
        for year in (YEAR, STORY_YEAR):
            await chain.file_plan(node, year, moment(date(year, 1, 20)))
    await each(found[:-1], lambda unit: _recognise(chain, unit))
    await _name(chain, made)
    opened = await chain.open_round(STORY_YEAR, moment(date(STORY_YEAR, 6, 3)))
    made.story_round = str(opened["round_id"])
    return made


async def _found(chain: Chain, code: str) -> Row:
    return dict(await chain.ask(reg.GetUnit(code=code), people.clerk(people.CITY)))


async def _recognise(chain: Chain, unit: Row) -> None:
    await chain.commit(unit, moment(date(YEAR, 2, 10)))
    at = moment(date(YEAR, 4, 2))
    assessment = await chain.assess(unit, at)
    resolution = await chain.vote(unit, at)
    application = await chain.apply(unit, assessment, resolution, moment(date(YEAR, 4, 3)))
    await chain.take_up(application, moment(date(YEAR, 4, 8)))
    await chain.recognise(application, moment(date(YEAR, 5, 15)))


async def _name(chain: Chain, made: Year) -> None:
    units = [*made.titled, made.objected]
    day = moment(date(YEAR, 5, 20))
    await each(units, lambda unit: chain.cultivate(unit, day.date(), day))
    opened = await chain.open_round(YEAR, moment(date(YEAR, 6, 3)))
    named = await each(
        units, lambda unit: chain.nominate(opened["round_id"], unit, moment(date(YEAR, 6, 12)))
    )
    ids = [str(n["nomination_id"]) for n in named]
    await each(ids, lambda one: chain.city_review(one, moment(date(YEAR, 9, 10))))
    posted = moment(date(YEAR, 10, 13))
    await chain.post_notice(opened["round_id"], ids[:-1], posted)
    notice = await chain.post_notice(opened["round_id"], ids[-1:], posted)
    made.nomination, made.notice = ids[-1], str(notice["notice_id"])
    await each(
        ids[:-1],
        lambda one: chain.approve(
            one, moment(date(YEAR, 10, 28)), reason=_REASON, quota="测试名额，经会商同意。"
        ),
    )
