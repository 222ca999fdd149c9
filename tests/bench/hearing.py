"""Events heard and applied by one service, beside a bare batch and FastStream with the same rows."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from deploy.run import declare_topology
from shared.contracts.oversight import HoldPlaced
from tests.bench import wire, yardsticks
from tests.bench.footprint import Footprint, learn
from tests.bench.ground import Unit, World, commit_times, envelope, wait_for_count
from tests.bench.rows import Goal, Pair, Row, row
from tests.support.servers import a_vhost

QUEUE = "incentives.standing_heard"
_BARE, _EACH = Goal(fraction=0.6), Goal(fraction=5)
_PATIENCE = 300.0


def measure(world: World, *, rounds: int, count: int) -> list[Row]:
    """Rows two and three of the table."""
    units = world.units[:count]
    few = units[: max(50, count // 10)]
    bare: list[Pair] = []
    each: list[Pair] = []
    path = world.home / "hearing.footprint"
    words = ""
    for _ in range(rounds):
        ours, print_ = _ours(world, units)
        print_.save(path)
        words = f"{print_.rows} rows a message: {print_.words()}"
        bare.append(Pair(ours, _yardstick(world, "bare_batch", units, path)))
        each.append(Pair(ours, _yardstick(world, "faststream", few, path)))
    return [
        row("events heard and applied, one service", "events/s", bare, goal=_BARE,
            yardstick="bare batch, same rows", detail=words),
        row("the same, by transaction a message", "events/s", each, goal=_EACH,
            yardstick="FastStream + asyncpg, same rows"),
    ]  # fmt: skip


def bodies(units: Sequence[Unit]) -> list[bytes]:
    """One hold for each unit, as oversight says it."""
    now = datetime.now(UTC)
    found = []
    for unit in units:
        said = HoldPlaced(
            unit_id=unit.unit_id, hold_id=f"hold_{unit.hex}", effect="suspend",
            reason="劳动保障监察机构查处重大违法行为", clause="NB23-062", agency="bench",
            event_id=f"bench-{unit.hex}", trigger_id=f"trigger_{unit.hex}", occurred_at=now,
            placed_at=now,
        )  # fmt: skip
        whole = envelope(said, subject=unit.unit_id, message_id=f"evt_{unit.hex}")
        found.append(whole.to_bytes())
    return found


def _ours(world: World, units: Sequence[Unit]) -> tuple[float, Footprint]:
    """The service process over a filled queue; its rate, and what it wrote for one unit."""
    with _filled(world, units, topology=True) as (database, amqp):
        with _service(world, database, amqp):
            _until_done(world, database, len(units))
        rate = _rate(world, database)
        before = world.servers.database(world.template)
        return rate, learn(before, database, units[len(units) // 2].hex, ["incentives"])


def _yardstick(world: World, kind: str, units: Sequence[Unit], footprint: Path) -> float:
    with _filled(world, units, topology=False) as (database, amqp):
        given = {"database": database, "amqp": amqp, "queue": QUEUE, "footprint": str(footprint)}
        with yardsticks.running(kind, **given):
            _until_done(world, database, len(units))
        return _rate(world, database)


@contextlib.contextmanager
def _filled(world: World, units: Sequence[Unit], *, topology: bool) -> Iterator[tuple[str, str]]:
    """A copy of the region and a virtual host whose queue holds the messages."""
    with world.copy() as database, a_vhost(world.servers) as amqp:
        if topology:
            declare_topology(amqp)
        else:
            wire.declare(amqp, QUEUE)
        wire.publish_all(amqp, QUEUE, bodies(units))
        yield database, amqp


@contextlib.contextmanager
def _service(world: World, database: str, amqp: str) -> Iterator[None]:
    """The nameko process of incentives and nothing else."""
    from deploy.supervisor import Supervisor
    from tests.support.servers import environment

    home = world.home / "hearing"
    supervisor = Supervisor(
        names=("incentives",), environment=environment(database, amqp, world.servers, home),
        logs=home / "logs", gateway_port=0, warm=world.warm,
    )  # fmt: skip
    supervisor.start()
    try:
        yield
    finally:
        supervisor.stop()
        shutil.rmtree(home, ignore_errors=True)


def _until_done(world: World, database: str, count: int) -> None:
    asked = "SELECT count(*) FROM incentives.inbox WHERE message_id LIKE 'evt_%'"
    wait_for_count(world.servers, database, asked, count, _PATIENCE)


def _rate(world: World, database: str) -> float:
    """Events a second between the first commit and the last."""
    found = commit_times(world.servers, database, "SELECT message_id, xmin FROM incentives.inbox")
    times: list[float] = sorted(at for _, at in found)
    after_first = sum(at > times[0] for at in times)
    return after_first / (times[-1] - times[0])


def profile(world: World, count: int) -> str:
    """Where the time of one service goes: the same handler under the profiler, without the bus."""
    import cProfile
    import io
    import pstats

    from services.incentives.handlers import hear
    from shared.contracts import CATALOGUE
    from shared.messaging.apply import Applier
    from shared.runtime.database import make_engine
    from shared.runtime.settings import Settings

    with world.copy() as database:
        engine = make_engine("incentives", Settings(database_url=database), pool_size=1)
        applier = Applier(engine, "incentives", QUEUE, CATALOGUE, hear.hear)
        said = bodies(world.units[:count])
        profiler = cProfile.Profile()
        profiler.enable()
        for start in range(0, len(said), 200):
            applier.apply(said[start : start + 200])
        profiler.disable()
        engine.dispose()
    text = io.StringIO()
    pstats.Stats(profiler, stream=text).sort_stats("tottime").print_stats(28)
    return text.getvalue()
