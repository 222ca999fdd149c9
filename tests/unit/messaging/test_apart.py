"""Work apart: a child of its own, whose end is told from its being cut off."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.runtime.apart import apart


def done(work: Callable[[], bytes]) -> bytes | None:
    with apart(work) as made:
        return made()


def children() -> set[str]:
    """Of this process, those that ended and were not waited for included."""
    lists = Path("/proc/self/task").glob("*/children")
    return {pid for one in lists for pid in one.read_text().split()}


def test_what_was_made_comes_back_whole_however_large() -> None:
    assert done(lambda: b"") == b""
    assert done(lambda: b"x" * 3_000_000) == b"x" * 3_000_000
    assert done(lambda: str(os.getpid()).encode()) != str(os.getpid()).encode()


def test_a_child_that_fails_or_is_killed_gives_nothing() -> None:
    def fail() -> bytes:
        raise ValueError("no")

    def die() -> bytes:
        os.kill(os.getpid(), signal.SIGKILL)
        return b"never"

    assert done(fail) is None
    assert done(die) is None


def test_a_child_nobody_waits_for_ends_with_the_block() -> None:
    def dawdle() -> bytes:
        signal.pause()
        return b"late"

    began, before = time.monotonic(), children()

    with apart(dawdle):
        during = children()
    with pytest.raises(KeyError), apart(dawdle):
        raise KeyError

    assert len(during - before) == 1
    assert children() == before
    assert time.monotonic() - began < 10


UNDER_EVENTLET = """
import warnings
warnings.simplefilter("ignore")
import eventlet
eventlet.monkey_patch()
from shared.runtime.apart import apart

went_on = []
def others():
    while True:
        went_on.append(1)
        eventlet.sleep(0.01)

def work():
    sum(range(20_000_000))
    return b"x" * 3_000_000

eventlet.spawn(others)
with apart(work) as made:
    found = made()
print(len(found or b""), len(went_on))
"""


def test_under_eventlet_others_go_on_while_a_child_works() -> None:
    command = [sys.executable, "-c", UNDER_EVENTLET]
    said = subprocess.run(command, check=True, timeout=60, capture_output=True, text=True).stdout

    made, turns = map(int, said.split())
    assert made == 3_000_000
    assert turns > 5
