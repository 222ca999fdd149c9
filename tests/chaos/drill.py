"""One whole run: a system of its own, load and kills together, quiet, the oracle's word."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg2

from deploy import agency
from deploy.forks import Warm
from deploy.run import Run
from deploy.sample import people
from deploy.sample.chain import Chain
from deploy.sample.units import SampleUnit, units
from shared.contracts import registry as reg
from tests.chaos import mix
from tests.chaos.killer import Fault, Killer, plan
from tests.chaos.ledger import read
from tests.chaos.mix import Party
from tests.chaos.office import Office
from tests.chaos.oracle import Finding, Oracle
from tests.chaos.publisher import Publisher
from tests.chaos.quiet import settle
from tests.chaos.seal import private_key
from tests.support.servers import Servers
from tests.support.system import System, a_system
from tests.support.waiting import wait_until

AGENCIES = ("chaos-labour", "chaos-court", "chaos-letters", "chaos-safety")
BEGIN = datetime(2026, 3, 2, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of everything, and how long to wait for quiet."""

    events: int
    kills: int
    seed: str
    units: int = 300
    recognised: int = 10
    quiet_seconds: float = 90.0


@dataclass(slots=True)
class Outcome:
    """What a run found."""

    scale: Scale
    finding: Finding
    faults: list[Fault]
    kinds: Counter[str] = field(default_factory=Counter)
    at_once: int = 0
    entered: int = 0
    asked_again: int = 0
    suspended: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def proven(self) -> int:
        """Faults that have been shown to have happened."""
        return sum(f.proven for f in self.faults)

    @property
    def passed(self) -> bool:
        """All counts zero and every planned fault proven."""
        return self.finding.clean and self.proven == self.scale.kills == len(self.faults)

    def as_json(self) -> dict[str, Any]:
        """The content of `build/chaos.json`."""
        return {
            "seed": self.scale.seed,
            "events": self.scale.events,
            "messages_by_kind": dict(self.kinds),
            "kills": {
                "planned": self.scale.kills,
                "proven": self.proven,
                "two_at_once": self.at_once,
            },
            "faults": dict(sorted(Counter(f.target for f in self.faults if f.proven).items())),
            **self.finding.counts(),
            "units_entered_by_rpc": self.entered,
            "calls_repeated": self.asked_again,
            "units_suspended": self.suspended,
            "seconds": {name: round(value, 1) for name, value in self.seconds.items()},
            "deviations": self.finding.first(200),
            "passed": self.passed,
        }


def drill(servers: Servers, home: Path, scale: Scale, warm: Warm | None = None) -> Outcome:
    """Everything, on servers that are ours to crash. The ledgers stay below `home`."""
    begun = time.monotonic()
    with a_system(servers, home / "system", warm=warm) as system:
        codes = _prepare(system, scale)
        parties = enrol(system.run, AGENCIES)
        schedules = mix.schedules(parties, codes, events=scale.events, seed=scale.seed)
        ready = time.monotonic()
        names = list(system.run.names)
        killer = Killer(system.run, servers, plan(scale.seed, scale.kills, names), scale.seed)
        office = Office(system.url, system.run.database_url)
        publishers = [
            Publisher(p, schedules[p.code], home / f"{p.code}.jsonl", lambda: _share(killer))
            for p in parties
        ]
        _under_fire(killer, office, publishers)
        loaded = time.monotonic()
        answered = office.stop(scale.quiet_seconds)
        _until_quiet(system, servers, publishers, scale)
        quiet = time.monotonic()
        records = {p.code: read(home / f"{p.code}.jsonl") for p in parties}
        oracle = Oracle(system.run.database_url, records, parties)
        finding = oracle.judge(office.entered)
        finding.differences += [f"an officer was refused: {line}" for line in office.refused]
        finding.differences += _unreached(publishers)
        finding.differences += [] if answered else ["an officer never got an answer"]
        return Outcome(
            scale, finding, killer.faults,
            kinds=Counter(e.kind for r in records.values() for e in r.entries.values()),
            at_once=sum(len(group) == 2 for group in killer.groups),
            entered=len(office.entered), asked_again=office.asked_again,
            suspended=_suspended(servers, system.run.database_url),
            seconds={
                "start": ready - begun, "load": loaded - ready, "drain": quiet - loaded,
                "account": time.monotonic() - quiet,
            },
        )  # fmt: skip


def _share(killer: Killer) -> float:
    """The load lasts exactly as long as the kills: a little ahead of them, never done before."""
    return min(1.0, 0.05 + killer.progress)


def _under_fire(killer: Killer, office: Office, publishers: Sequence[Publisher]) -> None:
    for publisher in publishers:
        publisher.start()
    office.start()
    try:
        killer.kill_all()
    except BaseException:
        for publisher in publishers:
            publisher.stopping.set()
        raise
    finally:
        office.stopping.set()


def _until_quiet(
    system: System, servers: Servers, publishers: Sequence[Publisher], scale: Scale
) -> None:
    """Load stops, everything gets its verdict; what does not is the oracle's to say."""
    assert system.run.supervisor is not None
    for name in system.run.names:
        system.run.supervisor.wait_ready(name, 90)
    deadline = time.monotonic() + scale.quiet_seconds
    try:
        wait_until(
            lambda: all(p.done or p.failure for p in publishers), seconds=scale.quiet_seconds,
            what="a receipt for every event",
        )  # fmt: skip
        left = max(10.0, deadline - time.monotonic())
        run = system.run
        settle(servers, run.database_url, run.amqp_url, AGENCIES, left)
    except AssertionError as error:
        print(f"  not quiet in time: {error}")
    for publisher in publishers:
        publisher.stopping.set()
    for publisher in publishers:
        publisher.join(30)


def _unreached(publishers: Sequence[Publisher]) -> list[str]:
    lines = [f"{p.name}: {p.failure}" for p in publishers if p.failure]
    lines += [
        f"{p.name}: {len(p.ahead) + len(p.deferred)} entries never sent"
        for p in publishers
        if p.ahead or p.deferred
    ]
    return lines


def _prepare(system: System, scale: Scale) -> list[str]:
    """Units on the register, some of them recognised, known to everybody."""
    chosen = enter_units(system, scale.units)
    system.do(_recognise_some(system.chain, chosen, scale.recognised))
    wait_until(
        lambda: number(
            system, "SELECT count(DISTINCT unit_id) FROM incentives.entitlement"
            " WHERE state = 'active'",
        ) >= scale.recognised,
        seconds=60, what="the recognised units' entitlements",
    )  # fmt: skip
    return [u.code for u in chosen]


def enter_units(system: System, count: int) -> list[SampleUnit]:
    """Enterprises through an import, known to every service."""
    chosen = [u for u in units(count * 2, seed=7) if u.kind == "enterprise"][:count]
    system.do(system.chain.enter(chosen, "名册.xlsx", BEGIN))

    def known() -> bool:
        tables = (f"{s}.known_unit" for s in ("evaluation", "incentives", "oversight"))
        return all(number(system, f"SELECT count(*) FROM {t}") >= len(chosen) for t in tables)  # noqa: S608

    wait_until(known, seconds=60, what="everybody to know all units")
    return chosen


async def _recognise_some(chain: Chain, chosen: Sequence[SampleUnit], count: int) -> None:
    """The first units go the whole way from commitment to recognition."""
    for node in sorted({u.division for u in chosen[:count]}):
        await chain.file_plan(node, 2026, BEGIN)
    for sample in chosen[:count]:
        unit = await chain.ask(reg.GetUnit(code=sample.code), people.clerk(people.CITY))
        await chain.commit(unit, BEGIN)
        assessment = await chain.assess(unit, BEGIN)
        resolution = await chain.vote(unit, BEGIN)
        application = await chain.apply(unit, assessment, resolution, BEGIN)
        taken = await chain.take_up(application, BEGIN)
        await chain.recognise(taken, BEGIN)


def number(system: System, statement: str) -> int:
    """The one number a query gives."""
    with (
        closing(psycopg2.connect(system.run.database_url)) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
        return int(cursor.fetchone()[0])


def _suspended(servers: Servers, url: str) -> int:
    found = servers.sql(
        "SELECT count(DISTINCT unit_id) FROM incentives.unit_hold"
        " WHERE lifted_at IS NULL AND effect = 'suspend'", url.rsplit("/", 1)[1],
    )  # fmt: skip
    return int(found[0][0])


def enrol(run: Run, codes: Sequence[str]) -> list[Party]:
    """Agencies with a channel and a key each, and their side of it."""
    parties = []
    for code in codes:
        added = agency.add(code, name=f"演练机构 {code}", within=run.settings)
        said = json.loads(Path(added["config"]).read_text(encoding="utf-8"))
        pem = (Path(added["config"]).parent / said["private_key"]).read_bytes()
        parties.append(
            Party(
                code, said["kid"], private_key(pem), said["amqp_url"], said["receipt_kid"],
                said["receipt_key"],
            )
        )  # fmt: skip
    return parties
