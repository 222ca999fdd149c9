"""The register's list and search over RPC: a million units beside ten thousand, as the clerk asks."""

from __future__ import annotations

import asyncio
import io
import json
import time
from collections.abc import Sequence
from contextlib import closing
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


ASKED = (
    Asked("first page", FindUnits()),
    Asked("next page", FindUnits(), second=True),
    Asked("kind, district and mark", FindUnits(
        where=UnitFilter(kinds=("enterprise",), division="330203", mark="leading"))),
    Asked("two characters", FindUnits(where=UnitFilter(text="德明"))),
    Asked("initials", FindUnits(where=UnitFilter(text="dmdz"))),
    Asked("code prefix", FindUnits(where=UnitFilter(text="91330203MA0000"))),
)  # fmt: skip


def measure(world: World, *, rounds: int, many: int, few: int, calls: int) -> list[Row]:
    """p95 of each question at both sizes, in the same processes of their own."""
    found: dict[int, list[list[float]]] = {}
    for count in (few, many):
        with world.running("registry") as run:
            begin(run)
            _fill(run, count)
            found[count] = asyncio.run(_asked(run, rounds=rounds, calls=calls))
    return [
        row(
            f"register, {many:,} units: {asked.says}, p95", "ms",
            [Pair(a, b) for a, b in zip(found[many][at], found[few][at], strict=True)],
            goal=_GOAL, yardstick=f"at {few:,}",
        )
        for at, asked in enumerate(ASKED)
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


async def _asked(run: Run, *, rounds: int, calls: int) -> list[list[float]]:
    services = Services(run.amqp_url, timeout=60)
    await services.start()
    try:
        return [await _p95(services, asked, rounds, calls) for asked in ASKED]
    finally:
        await services.stop()


async def _p95(services: Services, asked: Asked, rounds: int, calls: int) -> list[float]:
    """The 95th of a hundred calls, for each round; the page must not be empty."""
    asking = Asking(people.clerk(people.CITY))
    command = asked.command
    page = await services.ask(command, asking)
    if asked.second and page["next_after"]:
        command = command.model_copy(update={"after": page["next_after"]})
    found: list[float] = []
    for turn in range(rounds + 1):  # the first turn only warms up
        spent = sorted([await _timed(services, command, asking) for _ in range(calls)])
        if turn:
            found.append(_at(spent, 0.95))
    return found


async def _timed(services: Services, command: FindUnits, asking: Asking) -> float:
    begun = time.perf_counter()
    page = await services.ask(command, asking)
    spent = (time.perf_counter() - begun) * 1000
    assert page["items"], f"nothing found for {command.where}"
    return spent


def _at(spent: Sequence[float], share: float) -> float:
    return spent[min(len(spent) - 1, int(len(spent) * share))]
