"""From an agency's publish to "may be inspected": how long at 100 a second, how many a second."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

from cryptography.hazmat.primitives import serialization

from deploy.run import Run
from shared.messaging.management import Management
from tests.bench import wire, yardsticks
from tests.bench.agency_load import Sender, Signed
from tests.bench.footprint import learn
from tests.bench.ground import ROUTINE, Unit, World, commit_times, wait_for_count
from tests.bench.processor import spent
from tests.bench.rows import Goal, Pair, Row, row
from tests.support.servers import a_vhost

PROCESSES = ("incentives", "oversight", "oversight-ingress", "oversight-judge", "relay")
CODES = ("bench-labour", "bench-safety")
SCHEMAS = ("oversight", "incentives")
WARM = 40
_P50, _P99 = Goal(most=150, times=2), Goal(most=1000)
_RATE = Goal(least=500, fraction=0.4)
_PATIENCE = 180.0
_SHOWN = f"SELECT unit_id, xmin FROM incentives.relief WHERE purpose = '{ROUTINE}' AND NOT entitled"  # noqa: S608
_COUNT = f"SELECT count(*) FROM incentives.relief WHERE purpose = '{ROUTINE}' AND NOT entitled"  # noqa: S608


@dataclass
class Bench:
    """The running system, its agencies, and the units no event has spoken of yet."""

    world: World
    run: Run
    senders: list[Sender]
    left: list[Unit]
    shown: int = 0

    def take(self, count: int) -> list[Unit]:
        """Fresh units."""
        found, self.left = self.left[:count], self.left[count:]
        assert len(found) == count, "the region is too small"
        return found

    def until_shown(self, count: int) -> dict[str, float]:
        """When each unit came to show as inspectable, once this many more do."""
        self.shown += count
        database = self.run.database_url
        wait_for_count(self.world.servers, database, _COUNT, self.shown, _PATIENCE)
        return dict(commit_times(self.world.servers, database, _SHOWN))


def measure(
    world: World, *, rounds: int, latency_count: int, rate_count: int, per_second: float = 100
) -> list[Row]:
    """Both rows on one running system, every event against a unit of its own."""
    with world.running(*PROCESSES) as run:
        try:
            senders = [Sender.enrolled(run, code) for code in CODES]
            bench = Bench(world, run, senders, list(world.units))
            for sender in senders:
                sender.send_at_once(sender.signed(bench.take(WARM // len(CODES))))
            bench.until_shown(WARM)
            rows = _latency(bench, rounds, latency_count, per_second)
            return rows + _throughput(bench, rounds, rate_count)
        finally:
            management = Management(run.settings.amqp_management_url)
            for code in CODES:
                management.close_agency(f"agency.{code}")
                management.delete_vhost(f"agency.{code}")


def _latency(bench: Bench, rounds: int, count: int, per_second: float) -> list[Row]:
    sender = bench.senders[0]
    halves: list[Pair] = []
    tails: list[Pair] = []
    for _ in range(rounds):
        units = bench.take(count)
        events = sender.signed(units)
        sender.send_evenly(events, per_second)
        shown = bench.until_shown(count)
        ours = _milliseconds([shown[u.unit_id] - sender.sent_at[u.unit_id] for u in units])
        bare = _milliseconds(_two_hops(bench, events, per_second))
        halves.append(Pair(ours[0], bare[0]))
        tails.append(Pair(ours[1], bare[1]))
    at = f"at {per_second:g} events/s"
    return [
        row(f"trigger published → inspectable, p50 {at}", "ms", halves, goal=_P50,
            yardstick="bare two hops"),
        row("the same, p99", "ms", tails, goal=_P99, yardstick="bare two hops"),
    ]  # fmt: skip


def _milliseconds(delays: Sequence[float]) -> tuple[float, float]:
    """The 50th and the 99th percentile."""
    cuts = quantiles(delays, n=100, method="inclusive")
    return cuts[49] * 1000, cuts[98] * 1000


def _two_hops(bench: Bench, events: Sequence[Signed], per_second: float) -> list[float]:
    """Delays of a pipeline that only publishes, commits, publishes and commits the same bytes."""
    servers, database = bench.world.servers, bench.run.database_url
    name = database.rsplit("/", 1)[1]
    for table in ("bare_first", "bare_second"):
        servers.sql(f"DROP TABLE IF EXISTS public.{table}", name)
        servers.sql(f"CREATE TABLE public.{table} (id text PRIMARY KEY, body jsonb)", name)
    with a_vhost(servers) as amqp:
        wire.declare(amqp, "first", "second")
        with yardsticks.running("two_hops", database=database, amqp=amqp):
            sent = _publish_evenly(amqp, events, per_second)
            asked = "SELECT count(*) FROM public.bare_second"
            wait_for_count(servers, database, asked, len(events), _PATIENCE)
    done = dict(commit_times(servers, database, "SELECT id, xmin FROM public.bare_second"))
    return [done[key] - at for key, at in sent.items()]


def _publish_evenly(amqp: str, events: Sequence[Signed], per_second: float) -> dict[str, float]:
    sent: dict[str, float] = {}
    with wire.channel(amqp) as channel:
        out = wire.Confirmed(channel)
        begun = time.monotonic()
        for n, event in enumerate(events):
            out.pump(begun + n / per_second - time.monotonic())
            sent[json.loads(event.body)["id"]] = time.time()
            out.publish(event.body, key="first")
        out.settle()
    return sent


def _throughput(bench: Bench, rounds: int, count: int) -> list[Row]:
    pairs: list[Pair] = []
    path = bench.world.home / "triggers.footprint"
    words = ""
    for _ in range(rounds):
        units = bench.take(count)
        parts = [units[n :: len(CODES)] for n in range(len(CODES))]
        signed = [s.signed(part) for s, part in zip(bench.senders, parts, strict=True)]
        before_all = spent(bench.world.servers, bench.run)
        begun = time.time()
        for sender, events in zip(bench.senders, signed, strict=True):
            sender.send_at_once(events)
        shown = bench.until_shown(count)
        cost = spent(bench.world.servers, bench.run).since(before_all).words(count)
        ours = count / (max(shown[u.unit_id] for u in units) - begun)
        before = bench.world.servers.database(bench.world.template)
        left = learn(before, bench.run.database_url, units[count // 2].hex, SCHEMAS)
        left.save(path)
        words = f"{cost}; {left.rows} rows a trigger: {left.words()}"
        pairs.append(Pair(ours, _verifier(bench, signed, path)))
    return [
        row("triggers stored, verified, judged, suspended", "triggers/s", pairs, goal=_RATE,
            yardstick="bare verify and write, same rows", detail=words)
    ]  # fmt: skip


def _verifier(bench: Bench, signed: Sequence[Sequence[Signed]], footprint: Path) -> float:
    """The rate of a program that verifies and writes all rows of both services at once."""
    world, sender = bench.world, bench.senders[0]
    key = world.home / "bench.pub.pem"
    key.write_bytes(
        sender.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    events = sender.signed([e.unit for part in signed for e in part])
    sender.number -= len(events)
    with world.copy() as database, a_vhost(world.servers) as amqp:
        wire.declare(amqp, "triggers")
        given = {"database": database, "amqp": amqp, "queue": "triggers", "key": str(key)}
        with yardsticks.running("bare_verifier", footprint=str(footprint), **given):
            begun = time.time()
            wire.publish_all(amqp, "triggers", [e.body for e in events], [e.sig for e in events])
            wait_for_count(world.servers, database, _COUNT, len(events), _PATIENCE)
        shown = commit_times(world.servers, database, _SHOWN)
        last: float = max(at for _, at in shown)
        return len(events) / (last - begun)
