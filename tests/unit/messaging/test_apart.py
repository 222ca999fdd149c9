"""Work apart: children whose end is told from their being cut off, and that are kept for more."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shared.runtime.apart import Apart
from tests.support.waiting import wait_until

IDLE = 0.3


@pytest.fixture
def apart() -> Iterator[Apart]:
    """Children of this test's own; none is left of them afterwards."""
    before = children()
    yield Apart(IDLE)
    assert wait_until(lambda: children() == before, seconds=10)


def done(apart: Apart, work: Callable[[bytes], bytes], given: bytes = b"") -> bytes | None:
    with apart.doing(work, work, given) as made:
        return made()


def children() -> set[str]:
    """Of this process, those that ended and were not waited for included."""
    lists = Path("/proc/self/task").glob("*/children")
    return {pid for one in lists for pid in one.read_text().split()}


def who(_given: bytes) -> bytes:
    return str(os.getpid()).encode()


def fail(_given: bytes) -> bytes:
    raise ValueError("no")


def dawdle(_given: bytes) -> bytes:
    signal.pause()
    return b"late"


def test_what_was_made_comes_back_whole_however_large(apart: Apart) -> None:
    def twice(given: bytes) -> bytes:
        return given * 2

    for given in (b"", b"x", b"x" * 3_000_000, b"y"):
        assert done(apart, twice, given) == given * 2
    assert done(apart, who) != who(b"")


def test_a_child_that_fails_or_is_killed_gives_nothing(apart: Apart) -> None:
    def die(_given: bytes) -> bytes:
        os.kill(os.getpid(), signal.SIGKILL)
        return b"never"

    assert done(apart, fail) is None
    assert done(apart, die) is None


def test_a_child_nobody_waits_for_ends_with_the_block(apart: Apart) -> None:
    began, before = time.monotonic(), children()

    with apart.doing("dawdle", dawdle, b""):
        during = children()
    with pytest.raises(KeyError), apart.doing("dawdle", dawdle, b""):
        raise KeyError

    assert len(during - before) == 1
    assert children() == before
    assert time.monotonic() - began < 10


def test_a_child_is_kept_for_its_kind_of_work_and_ends_when_nobody_asks_it(apart: Apart) -> None:
    before = children()
    first = done(apart, who)
    other = done(apart, lambda given: who(given[:0]))
    again = done(apart, who)
    kept = children() - before

    assert first == again
    assert first != other
    assert len(kept) == 2
    assert wait_until(lambda: children() == before, seconds=10)
    assert done(apart, who) not in (None, first)


def test_a_kept_child_that_was_killed_is_told_and_followed_by_another(apart: Apart) -> None:
    first = done(apart, who)
    os.kill(int(first or b""), signal.SIGKILL)

    assert done(apart, who) is None
    assert done(apart, who) not in (None, first)


def test_two_at_once_have_a_child_each(apart: Apart) -> None:
    def slowly(given: bytes) -> bytes:
        sum(range(3_000_000))
        return given + who(given)

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda given: done(apart, slowly, given), [b"a", b"b"]))

    assert [(one or b"")[:1] for one in made] == [b"a", b"b"]
    assert len({(one or b"")[1:] for one in made}) == 2


def test_a_kept_child_ends_with_its_parent() -> None:
    said = run(
        """
from shared.runtime.apart import Apart
import os
apart = Apart(600)
with apart.doing(1, lambda _: str(os.getpid()).encode(), b"") as made:
    print(made().decode(), flush=True)
os._exit(0)
"""
    )

    assert wait_until(lambda: not Path(f"/proc/{int(said)}").exists(), seconds=10)


def test_under_eventlet_others_go_on_while_a_child_works() -> None:
    said = run(
        """
import warnings
warnings.simplefilter("ignore")
import eventlet
eventlet.monkey_patch()
from shared.runtime.apart import Apart

went_on = []
def others():
    while True:
        went_on.append(1)
        eventlet.sleep(0.01)

def work(given):
    sum(range(20_000_000))
    return given * 3

eventlet.spawn(others)
apart = Apart(0.1)
for _ in range(2):
    with apart.doing("work", work, b"x" * 1_000_000) as made:
        found = made()
    print(len(found or b""), len(went_on))
"""
    )

    (made, turns), (again, more) = (map(int, line.split()) for line in said.splitlines())
    assert made == again == 3_000_000
    assert turns > 5
    assert more - turns > 5


def run(program: str) -> str:
    command = [sys.executable, "-c", program]
    return subprocess.run(command, check=True, timeout=60, capture_output=True, text=True).stdout
