"""Heavy work in a forked child, so that the process that asks stays free for everybody else."""

from __future__ import annotations

import contextlib
import fcntl
import gc
import io
import os
import select
import signal
import time
import warnings
from collections.abc import Callable, Iterator
from typing import NoReturn

_AT_ONCE = 1024 * 1024
_SECONDS = 20.0


@contextlib.contextmanager
def apart(work: Callable[[], bytes]) -> Iterator[Callable[[], bytes | None]]:
    """`work` is begun in a child of its own; what is given waits for it.

    That is what `work` made, or None when it did not come to its end in time. The child has this
    process's memory as it is now, but none of its connections or threads: `work` may compute and
    nothing else. It ends with its work, and with the block.
    """
    inlet, outlet = os.pipe()
    with warnings.catch_warnings():  # that threads do not come along: the child needs none
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        _work(work, outlet)
    os.close(outlet)
    status: list[int] = []

    def made() -> bytes | None:
        found = _all_of(inlet, time.monotonic() + _SECONDS)
        if found is not None:
            status.append(os.waitpid(child, 0)[1])
        return found if status == [0] else None

    try:
        yield made
    finally:
        os.close(inlet)
        if not status:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _work(work: Callable[[], bytes], outlet: int) -> NoReturn:
    """The child's whole life. Nothing of the parent is closed politely: it is the parent's."""
    done = 1
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        gc.disable()
        os.closerange(3, outlet)
        os.closerange(outlet + 1, os.sysconf("SC_OPEN_MAX") if outlet > 4096 else 4096)
        made = memoryview(work())
        with io.FileIO(outlet, "w") as out:  # `os.write` may be eventlet's, and wait in a hub
            while made:
                made = made[out.write(made) :]
        done = 0
    finally:
        os._exit(done)


def _all_of(inlet: int, deadline: float) -> bytes | None:
    """Everything until the other end is closed; under eventlet others go on meanwhile."""
    os.set_blocking(inlet, False)
    with contextlib.suppress(AttributeError, OSError):  # fewer turns; a smaller pipe does as well
        fcntl.fcntl(inlet, fcntl.F_SETPIPE_SZ, _AT_ONCE)
    parts: list[bytes] = []
    while (left := deadline - time.monotonic()) > 0:
        if not select.select([inlet], [], [], left)[0]:
            return None
        part = os.read(inlet, _AT_ONCE)
        if not part:
            return b"".join(parts)
        parts.append(part)
    return None
