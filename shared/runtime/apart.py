"""Heavy work in forked children, so that the process that asks stays free for everybody else.

A child is kept a while for more work of its kind: a fork costs parent and child the copying of
every page that either touches afterwards, which is more than a chunk of an import's own work.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import io
import os
import select
import signal
import struct
import threading
import time
import warnings
from collections.abc import Callable, Hashable, Iterator
from typing import NoReturn

_AT_ONCE = 1024 * 1024
_SECONDS = 20.0
_LENGTH = struct.Struct("!q")

Work = Callable[[bytes], bytes]


class Apart:
    """Children that do work of some kinds; one that is idle is kept for `idle` seconds."""

    def __init__(self, idle: float = 5.0) -> None:
        self._idle = idle
        self._waiting: list[_Child] = []
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def doing(
        self, kind: Hashable, work: Work, given: bytes
    ) -> Iterator[Callable[[], bytes | None]]:
        """`work` is begun in a child with what is `given`; what this yields waits for it.

        That is what `work` made, or None when it did not come to its end in time. The child has
        this process's memory as it was at its first work of this kind, but none of its connections
        or threads: `work` may compute and nothing else. One that is left before its end, or fails,
        is ended.
        """
        child = self._taken(kind) or _Child(kind, work)
        begun, made = child.send(given), list[bytes | None]()

        def wait() -> bytes | None:
            made.append(child.receive() if begun else None)
            return made[0]

        try:
            yield wait
        finally:
            if made and made[0] is not None:
                self._keep(child)
            else:
                child.end()

    def _taken(self, kind: Hashable) -> _Child | None:
        with self._lock:
            found = next((child for child in self._waiting if child.kind == kind), None)
            if found is not None:
                self._waiting.remove(found)
                found.uses += 1
        return found

    def _keep(self, child: _Child) -> None:
        with self._lock:
            self._waiting.append(child)
        timer = threading.Timer(self._idle, self._let_go, (child, child.uses))
        timer.daemon = True
        timer.start()

    def _let_go(self, child: _Child, uses: int) -> None:
        """End a child that nobody has asked for anything since."""
        with self._lock:
            if child not in self._waiting or child.uses != uses:
                return
            self._waiting.remove(child)
        child.end()


class _Child:
    """A fork that does `work` on whatever it is sent until it is ended or its parent is no more."""

    def __init__(self, kind: Hashable, work: Work) -> None:
        self.kind, self.uses = kind, 0
        given, self._outlet = os.pipe()
        self._inlet, made = os.pipe()
        with warnings.catch_warnings():  # that threads do not come along: the child needs none
            warnings.simplefilter("ignore", DeprecationWarning)
            self._pid = os.fork()
        if self._pid == 0:
            _serve(work, given, made)
        os.close(given)
        os.close(made)
        for end in (self._outlet, self._inlet):
            os.set_blocking(end, False)
            with contextlib.suppress(
                AttributeError, OSError
            ):  # fewer turns; a smaller pipe will do
                fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, _AT_ONCE)

    def send(self, given: bytes) -> bool:
        """Whether the child took it; under eventlet others go on meanwhile."""
        left = memoryview(_LENGTH.pack(len(given)) + given)
        deadline = time.monotonic() + _SECONDS
        with contextlib.suppress(OSError):
            while left and select.select([], [self._outlet], [], deadline - time.monotonic())[1]:
                left = left[os.write(self._outlet, left[:_AT_ONCE]) :]
        return not left

    def receive(self) -> bytes | None:
        """What it made, or None when it fails or takes too long."""
        deadline = time.monotonic() + _SECONDS
        length = self._some(_LENGTH.size, deadline)
        return None if length is None else self._some(_LENGTH.unpack(length)[0], deadline)

    def _some(self, count: int, deadline: float) -> bytes | None:
        parts: list[bytes] = []
        while count > 0:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._inlet], [], [], left)[0]:
                return None
            part = os.read(self._inlet, min(count, _AT_ONCE))
            if not part:
                return None
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def end(self) -> None:
        """End it and forget it."""
        os.close(self._outlet)
        os.close(self._inlet)
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)


def _serve(work: Work, given: int, made: int) -> NoReturn:
    """The child's whole life. Nothing of the parent is closed politely: it is the parent's."""
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        gc.disable()
        gc.freeze()
        low, high = sorted((given, made))
        os.closerange(3, low)
        os.closerange(low + 1, high)
        os.closerange(high + 1, os.sysconf("SC_OPEN_MAX") if high > 4096 else 4096)
        # `os.read` and `os.write` may be eventlet's, and wait in a hub.
        with io.FileIO(given) as inlet, io.FileIO(made, "w") as outlet:
            reader = io.BufferedReader(inlet, _AT_ONCE)
            while length := reader.read(_LENGTH.size):
                answer = work(reader.read(*_LENGTH.unpack(length)))
                left = memoryview(_LENGTH.pack(len(answer)) + answer)
                while left:
                    left = left[outlet.write(left) :]
                del answer, left
                gc.collect()
    finally:
        os._exit(0)
