"""SIGKILL, at random from a seed: any process of the system, the broker, the database, two at once.

A fault counts only when it is proven: the very process (pid and start time) is gone by SIGKILL, or
by an immediate stop for the database, and another one stands in its place.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from deploy.forks import Fork
from deploy.run import Run
from deploy.servers.ports import is_alive, is_free, start_time
from deploy.supervisor import Child
from tests.support.servers import Servers
from tests.support.waiting import wait_until

BROKER, DATABASE = "broker", "database"
_SERVER_SHARE = 0.16
_PAIRS = 0.10


@dataclass(frozen=True, slots=True)
class Fault:
    """One kill, with what stood there before and after."""

    target: str
    at: float
    before: tuple[int, str]
    after: tuple[int, str]
    ended_by: str
    down: float

    @property
    def proven(self) -> bool:
        """Whether the old process is gone the way it should and a new one came."""
        return bool(self.ended_by) and self.before != self.after and self.after[0] > 0


def plan(seed: str, kills: int, names: Sequence[str]) -> list[tuple[str, ...]]:
    """Which targets die, in which order, alone or two at once; every target at least once."""
    chance = random.Random(f"{seed}/kills")  # noqa: S311
    targets = [*names, BROKER, DATABASE]
    chance.shuffle(targets)
    wanted = targets[:kills] if kills >= len(targets) else _few(chance, kills, names)
    while len(wanted) < kills:
        server = chance.random() < _SERVER_SHARE
        wanted.append(chance.choice([BROKER, DATABASE] if server else list(names)))
    groups: list[tuple[str, ...]] = []
    while wanted:
        first = wanted.pop(0)
        other = next((w for w in wanted if w != first), None)
        if other is not None and chance.random() < _PAIRS:
            wanted.remove(other)
            groups.append((first, other))
        else:
            groups.append((first,))
    if kills >= 8 and all(len(g) == 1 for g in groups):
        last, before = groups.pop(), groups.pop()
        other = last[0] if last != before else next(n for n in names if n != before[0])
        groups.append((before[0], other))
    return groups


def _few(chance: random.Random, kills: int, names: Sequence[str]) -> list[str]:
    """Too few for everybody: the servers once each, then the ones a trigger passes through."""
    first = [
        n for n in ("oversight-ingress", "oversight-judge", "relay", "incentives") if n in names
    ]
    rest = [n for n in names if n not in first]
    chance.shuffle(rest)
    wanted = [BROKER, DATABASE, *first, *rest][:kills]
    chance.shuffle(wanted)
    return wanted


@dataclass
class Killer:
    """Carries a plan out, one group after another."""

    run: Run
    servers: Servers
    groups: list[tuple[str, ...]]
    seed: str
    faults: list[Fault] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    _done: int = 0

    @property
    def progress(self) -> float:
        """From 0 to 1."""
        return self._done / max(1, len(self.groups))

    def kill_all(self) -> None:
        """Until the plan is done. A target that never comes back ends the run with an error."""
        chance = random.Random(f"{self.seed}/pauses")  # noqa: S311
        with ThreadPoolExecutor(max_workers=2) as pool:
            for group in self.groups:
                self.stopping.wait(chance.uniform(0.3, 1.2))
                if self.stopping.is_set():
                    return
                self.faults += pool.map(self._kill, group)
                if chance.random() < 0.7:
                    self._wait_useful(group)
                self._done += 1

    def _kill(self, target: str) -> Fault:
        if target == BROKER:
            return self._kill_broker()
        if target == DATABASE:
            return self._kill_database()
        return self._kill_process(self._child(target))

    def _child(self, name: str) -> Child:
        assert self.run.supervisor is not None
        return self.run.supervisor.children[name]

    def _kill_process(self, child: Child) -> Fault:
        old = _wait_running(child)
        before, begun = (old.pid, child.started), time.time()
        child.restarts = min(child.restarts, 2)  # its back-off would make 200 kills an hour
        os.kill(old.pid, signal.SIGKILL)
        code = old.wait(timeout=10)

        new = _wait_running(child, other_than=old)
        ended = "SIGKILL" if code == -signal.SIGKILL and not is_alive(*before) else ""
        after = (new.pid, child.started)
        return Fault(child.name, begun, before, after, ended, time.time() - begun)

    def _kill_broker(self) -> Fault:
        rabbit = self.servers.rabbit
        assert rabbit is not None
        beam, begun, port = rabbit.beam_pid(), time.time(), rabbit.port
        before = (beam, start_time(beam))
        rabbit.crash()
        ended = "" if is_alive(*before) else "SIGKILL"
        wait_until(lambda: is_free(port), seconds=30, what="the broker's port")
        rabbit.start()
        assert rabbit.port == port, "the broker came back on another port"
        after = (rabbit.beam_pid(), start_time(rabbit.beam_pid()))
        return Fault(BROKER, begun, before, after, ended, time.time() - begun)

    def _kill_database(self) -> Fault:
        postgres = self.servers.postgres
        assert postgres is not None
        before, begun, port = (postgres.pid, postgres.started), time.time(), postgres.port
        postgres.crash()
        ended = "" if is_alive(*before) else "SIGQUIT"
        wait_until(lambda: is_free(port), seconds=30, what="the database's port")
        postgres.start()
        assert postgres.port == port, "the database came back on another port"
        after = (postgres.pid, postgres.started)
        return Fault(DATABASE, begun, before, after, ended, time.time() - begun)

    def _wait_useful(self, group: Sequence[str]) -> None:
        assert self.run.supervisor is not None
        for name in group:
            if name not in (BROKER, DATABASE):
                self.run.supervisor.wait_ready(name, 60)

    def by_kind(self) -> dict[str, int]:
        """Proven faults by target."""
        return dict(sorted(Counter(f.target for f in self.faults if f.proven).items()))


def _wait_running(child: Child, *, other_than: Fork | None = None) -> Fork:
    """The child's living process, once it is another one."""

    def there() -> list[Fork]:
        process = child.process
        found = process is not None and process is not other_than and process.poll() is None
        return [process] if found and process is not None else []

    return wait_until(there, seconds=30, what=f"{child.name} running")[0]
