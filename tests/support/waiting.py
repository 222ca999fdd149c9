"""Waiting for a state with a deadline; never a bare sleep."""

from __future__ import annotations

import time
from collections.abc import Callable
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
