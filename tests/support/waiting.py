"""Waiting for a state with a deadline; never a bare sleep."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import TypeVar

T = TypeVar("T")


def wait_until(check: Callable[[], T], *, seconds: float = 30, what: str = "") -> T:
    """Poll until `check` gives something true; fail saying what was seen instead."""
    deadline = time.monotonic() + seconds
    pause = Event()
    seen: object = None
    while time.monotonic() < deadline:
        try:
            found = check()
        except Exception as error:  # noqa: BLE001  the last one is shown when time is up
            seen = error
        else:
            if found:
                return found
            seen = found
        pause.wait(0.02)
    raise AssertionError(f"waited {seconds} s for {what or check}; last seen: {seen!r}")


def freeze(pid: int) -> None:
    """Stop a process and wait until each of its threads stands still.

    A stop reaches a process only when one of its threads has taken the signal: for a moment
    after `kill` the others go on and may well answer.
    """
    os.kill(pid, signal.SIGSTOP)
    threads = Path(f"/proc/{pid}/task")
    wait_until(
        lambda: all(
            (thread / "stat").read_text().rpartition(")")[2].split()[0] == "T"
            for thread in threads.iterdir()
        ),
        what=f"every thread of {pid} standing still",
    )
