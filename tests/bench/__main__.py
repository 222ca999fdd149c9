"""`python -m tests.bench`: the figures beside their yardsticks, as a table and in build/bench.json.

Exit code 1 when a goal is missed: the table says which, and the lines below it where the time goes.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.forks import Warm
from tests.bench import checking, hearing, importing, registering, triggers
from tests.bench.ground import World, a_world
from tests.bench.rows import Row, table, write


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything is measured."""

    rounds: int
    heard: int
    latency: int
    rate: int
    checked: int
    imported: int
    registered: tuple[int, int]
    asked: int

    @property
    def units(self) -> int:
        """Units the region needs: each event speaks of one of its own."""
        trigger_units = triggers.WARM + self.rounds * (self.latency + self.rate)
        return max(self.heard, self.checked, trigger_units)


PARTS = ("triggers", "hearing", "checking", "import", "register")
FULL = Size(rounds=3, heard=20_000, latency=1_000, rate=5_000, checked=10_000,
            imported=100_000, registered=(1_000_000, 10_000), asked=100)  # fmt: skip
SHORT = Size(rounds=1, heard=300, latency=60, rate=120, checked=300,
             imported=400, registered=(3_000, 300), asked=5)  # fmt: skip


def measure(world: World, size: Size, only: str = "") -> list[Row]:
    """All rows in the order of the design, or those of one part."""
    parts: dict[str, Callable[[], list[Row]]] = {
        "triggers": lambda: triggers.measure(
            world, rounds=size.rounds, latency_count=size.latency, rate_count=size.rate
        ),
        "hearing": lambda: hearing.measure(world, rounds=size.rounds, count=size.heard),
        "checking": lambda: checking.measure(world, rounds=size.rounds, count=size.checked),
        "import": lambda: importing.measure(world, rounds=size.rounds, count=size.imported),
        "register": lambda: registering.measure(
            world,
            rounds=size.rounds,
            many=size.registered[0],
            few=size.registered[1],
            calls=size.asked,
        ),
    }
    found: list[Row] = []
    for name, part in parts.items():
        if only in ("", name):
            begun = time.monotonic()
            found += part()
            print(f"  {name}: {time.monotonic() - begun:.0f} s", flush=True)
    return found


def main() -> int:
    """0 when every goal is met."""
    asked = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers end as well
    size = SHORT if asked.short else FULL
    home = Path(tempfile.mkdtemp(prefix="hexie-bench-"))
    warm = Warm(home / "logs")
    try:
        own = asked.only in ("import", "register")  # these make their own units
        with a_world(home, 1 if own else size.units, warm) as world:
            rows = measure(world, size, asked.only)
            if asked.profile:
                print(hearing.profile(world, min(4000, size.heard)))
    finally:
        warm.stop()
        shutil.rmtree(home, ignore_errors=True)
    if not asked.only:
        write(rows)
    print(table(rows))
    return 1 if any(r.met is False for r in rows) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--short", action="store_true", help="a few hundred of everything, once")
    parser.add_argument("--only", default="", choices=PARTS)
    parser.add_argument("--profile", action="store_true", help="where one hearer's time goes")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
