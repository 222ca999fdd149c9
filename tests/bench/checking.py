"""May these 10,000 units be visited? One call, beside the bare SQL join."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import closing
from statistics import median

import psycopg2

from deploy.run import Run
from deploy.sample import people
from deploy.sample.rest import RestServices
from services.gateway.clients import Asking, Services
from shared.contracts.incentives import EntitlementChecks
from shared.contracts.incentives_words import Purpose
from tests.bench.ground import ROUTINE, World
from tests.bench.rows import Goal, Pair, Row, row

PROCESSES = ("incentives", "gateway")
_RPC, _REST = Goal(most=300, times=2), Goal(most=300)
_JOIN = (
    "SELECT q.n, u.unit_id, u.code, u.name, u.is_held, r.status, r.entitled, r.factor, r.clause,"
    " r.reason, r.lease_until FROM unnest(%s::text[]) WITH ORDINALITY AS q (code, n)"
    " JOIN incentives.known_unit u ON u.code = q.code AND u.revision > 0"
    " AND u.division LIKE '3302%%'"
    " LEFT JOIN incentives.relief r ON r.unit_id = u.unit_id AND r.purpose = %s ORDER BY q.n"
)


def measure(world: World, *, rounds: int, count: int, calls: int = 5) -> list[Row]:
    """The call through the service, and through the REST door, beside the join."""
    codes = [unit.code for unit in world.units[:count]]
    with world.running(*PROCESSES) as run:
        return asyncio.run(_measure(run, codes, rounds=rounds, calls=calls))


async def _measure(run: Run, codes: Sequence[str], *, rounds: int, calls: int) -> list[Row]:
    command = EntitlementChecks(
        purpose=Purpose.LABOUR_INSPECTION_ROUTINE, codes=tuple(codes), with_wording=False
    )
    asking = Asking(people.planner(people.CITY))
    rpc = Services(run.amqp_url, timeout=30)
    rest = RestServices(f"http://127.0.0.1:{run.settings.port}", run.database_url)
    await rpc.start()
    by_rpc: list[Pair] = []
    by_rest: list[Pair] = []
    try:
        for turn in range(rounds + 1):  # the first turn only warms up
            ours = await _timed(rpc, command, asking, calls)
            bare = _joined(run.database_url, codes, calls)
            public = await _timed(rest, command, asking, calls)
            if turn:
                by_rpc.append(Pair(ours, bare))
                by_rest.append(Pair(public, bare))
    finally:
        await rpc.stop()
        await rest.stop()
    size = f"{len(codes):,} units in one call"
    return [
        row(f"entitlement check, {size}", "ms", by_rpc, goal=_RPC, yardstick="bare SQL join"),
        row("the same over REST", "ms", by_rest, goal=_REST, yardstick="bare SQL join"),
    ]


async def _timed(
    services: Services | RestServices, command: EntitlementChecks, asking: Asking, calls: int
) -> float:
    """Milliseconds of a call, the median; every unit asked for must be answered."""
    spent = []
    for _ in range(calls):
        begun = time.perf_counter()
        answer = await services.ask(command, asking, timeout=30)
        spent.append((time.perf_counter() - begun) * 1000)
        assert len(answer["items"]) == len(command.codes)
        assert all(item["known"] for item in answer["items"])
    return median(spent)


def _joined(database: str, codes: Sequence[str], calls: int) -> float:
    with closing(psycopg2.connect(database)) as connection, connection.cursor() as cursor:
        spent = []
        for _ in range(calls):
            begun = time.perf_counter()
            cursor.execute(_JOIN, (list(codes), ROUTINE))
            found = cursor.fetchall()
            spent.append((time.perf_counter() - begun) * 1000)
            assert len(found) == len(codes)
    return median(spent)
