"""The register's list and search over RPC: a million units beside ten thousand, as the clerk asks."""

from __future__ import annotations

import asyncio
import io
import json
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from typing import Any

import psycopg2

from deploy.run import Run
from deploy.sample import people
from deploy.sample.units import DISTRICTS
from services.gateway.clients import Asking, Services
from services.registry.domain.search import keys_of
from shared.contracts.registry import FindUnits, UnitFilter
from tests.bench.ground import World
from tests.bench.importing import begin, names
from tests.bench.rows import Goal, Pair, Row, row

_GOAL = Goal(most=100, times=1.25)
_VOCABULARY = 50_000
_UNITS = """
    INSERT INTO unit (unit_id, kind, name_text, name_key, sort_key, grams, code, division, address,
      headcount, standing, standing_on, entered_at, entered_by, like_keys, details)
    SELECT 'unit_' || lpad(g::text, 32, '0'), 'enterprise', v.name_text, v.name_key, v.sort_key,
      v.grams, '91' || (%(divisions)s::text[])[1 + g %% 10] || 'MA' || lpad(to_hex(g), 8, '0'),
      (%(divisions)s::text[])[1 + g %% 10], '测试路' || g || '号', 10 + g %% 900, 'registered',
      '2026-01-05', timestamptz '2026-01-05' + g * interval '1 second', 'bench', ARRAY[g], '{}'
    FROM generate_series(1, %(count)s) AS g JOIN bench_name v ON v.n = g %% %(vocabulary)s
"""
_MARKS = """
    INSERT INTO unit_mark (mark_id, unit_id, mark, mark_text, since, reason, clause, recorded_at,
      recorded_by)
    SELECT 'mark_' || unit_id, unit_id, 'leading', '龙头企业', '2026-01-05', '测量', '', now(), 'bench'
    FROM unit WHERE (right(unit_id, 9)::int / 10) %% 20 = 3
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing a clerk asks of the register."""

    says: str
    command: FindUnits
    second: bool = False


# Each fills a page at ten thousand units as it does at a million: the same answer is compared.
ASKED = (
    Asked("first page", FindUnits()),
    Asked("next page", FindUnits(), second=True),
    Asked("kind, district and mark", FindUnits(
        where=UnitFilter(kinds=("enterprise",), division="330203", mark="leading"))),
    Asked("two characters", FindUnits(where=UnitFilter(text="明电"))),
    Asked("initials", FindUnits(where=UnitFilter(text="mdz"))),
    Asked("code prefix", FindUnits(where=UnitFilter(text="91330203MA0000"))),
)  # fmt: skip


def measure(world: World, *, rounds: int, many: int, few: int, calls: int) -> list[Row]:
    """p95 of each question at both sizes: both registers stand at once, and each round asks both."""
    with world.running("registry") as small, world.running("registry") as large:
        for run, count in ((small, few), (large, many)):
            begin(run)
            _fill(run, count)
        found = asyncio.run(_asked((large, small), rounds=rounds, calls=calls))
    return [
        row(
            f"register, {many:,} units: {asked.says}, p95", "ms",
            pairs, goal=_GOAL, yardstick=f"at {few:,}", detail=detail,
        )
        for asked, (pairs, detail) in zip(ASKED, found, strict=True)
    ]  # fmt: skip


def _fill(run: Run, count: int) -> None:
    """Units as a set, by names whose keys the domain worked out; indexes are made afterwards."""
    vocabulary = min(_VOCABULARY, count)
    given = {"divisions": sorted(DISTRICTS), "count": count, "vocabulary": vocabulary}
    with closing(psycopg2.connect(run.database_url)) as database, database.cursor() as cursor:
        cursor.execute("SET search_path TO registry; SET maintenance_work_mem = '512MB'")
        cursor.execute(
            "CREATE TEMP TABLE bench_name (n int, name_text text, name_key text, sort_key text,"
            " grams text[])"
        )
        cursor.copy_expert("COPY bench_name FROM STDIN", _vocabulary(vocabulary))
        indexes = _taken_down(cursor)
        cursor.execute("ALTER TABLE unit DISABLE TRIGGER USER")
        cursor.execute(_UNITS, given)
        cursor.execute("ALTER TABLE unit ENABLE TRIGGER USER")
        for definition in indexes:
            cursor.execute(definition)
        cursor.execute(_MARKS, ())
        database.commit()
        database.autocommit = True
        cursor.execute("VACUUM (ANALYZE)")


def _vocabulary(count: int) -> io.StringIO:
    text = io.StringIO()
    for n, name in enumerate(names(count)):
        keys = keys_of(name)
        grams = "{" + ",".join(json.dumps(gram, ensure_ascii=False) for gram in keys.grams) + "}"
        text.write("\t".join((str(n), name, keys.name_key, keys.sort_key, grams)) + "\n")
    text.seek(0)
    return text


def _taken_down(cursor: Any) -> list[str]:
    """The definitions of the table's plain indexes, which are gone now."""
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'registry'"
        " AND tablename = 'unit' AND indexname NOT IN (SELECT conname FROM pg_constraint)"
    )
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f'DROP INDEX registry."{name}"')
    return [definition for _name, definition in found]


async def _asked(runs: tuple[Run, Run], *, rounds: int, calls: int) -> list[tuple[list[Pair], str]]:
    """For each question a pair for each round: the large register's p95 and the small one's."""
    async with AsyncExitStack() as stack:
        both = []
        for run in runs:
            services = Services(run.amqp_url, timeout=60)
            await services.start()
            stack.push_async_callback(services.stop)
            both.append(services)
        return [await _rounds(both, asked, rounds, calls) for asked in ASKED]


async def _rounds(
    both: Sequence[Services], asked: Asked, rounds: int, calls: int
) -> tuple[list[Pair], str]:
    """The first turn only warms up; in words, how many units each page shows."""
    commands = [await _command(services, asked) for services in both]
    found = [await _p95s(both, commands, calls) for _ in range(rounds + 1)]
    ours, yardstick = [
        len((await services.ask(command, _asking()))["items"])
        for services, command in zip(both, commands, strict=True)
    ]
    return found[1:], f"pages of {ours} and of {yardstick} units"


async def _command(services: Services, asked: Asked) -> FindUnits:
    """The question; for a second page with the key that the first one gave."""
    page = await services.ask(asked.command, _asking())
    if asked.second and page["next_after"]:
        return asked.command.model_copy(update={"after": page["next_after"]})
    return asked.command


async def _p95s(both: Sequence[Services], commands: Sequence[FindUnits], calls: int) -> Pair:
    """The 95th of a hundred calls of each, call by call in turn: a disturbance hits both."""
    spent: list[list[float]] = [[], []]
    for _ in range(calls):
        for services, command, took in zip(both, commands, spent, strict=True):
            took.append(await _timed(services, command))
    ours, yardstick = (_at(sorted(took), 0.95) for took in spent)
    return Pair(ours, yardstick)


def _asking() -> Asking:
    return Asking(people.clerk(people.CITY))


async def _timed(services: Services, command: FindUnits) -> float:
    begun = time.perf_counter()
    page = await services.ask(command, _asking())
    spent = (time.perf_counter() - begun) * 1000
    assert page["items"], f"nothing found for {command.where}"
    return spent


def _at(spent: Sequence[float], share: float) -> float:
    return spent[min(len(spent) - 1, int(len(spent) * share))]
