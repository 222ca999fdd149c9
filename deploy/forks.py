"""Processes that begin warm: forked from one that has imported everything and done nothing else.

Importing a service takes seconds of processor, forking it hundredths. So a system is up sooner, and
a process that died is at work again before an exit has waited for it. What runs in a fork is what
`python -m deploy.process NAME` runs.

`python -m deploy.forks {green|plain} MODULE…` reads orders from standard input, a JSON line each, and
writes what was born and what has ended. It ends with its input, and its forks are told to end with it.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from importlib import import_module
from os import fork, read, waitpid  # taken before eventlet's patches: who forks must start no hub
from pathlib import Path
from queue import Empty, SimpleQueue
from select import select
from typing import Any

from deploy.process import ALL, NAMEKO, modules_of, own_hub, patch, seldom_collected
from deploy.servers.ports import CannotStart

_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15
_LIBC = ctypes.CDLL(None, use_errno=True)
_PATIENCE = 60.0  # seconds; the first order waits for the imports
_MESSAGE = 1 << 16


@dataclass
class Fork:
    """A process that was forked; as a Popen, as far as a supervisor needs one."""

    pid: int
    returncode: int | None = None
    _ended: threading.Event = field(default_factory=threading.Event, repr=False)

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; `subprocess.TimeoutExpired` when that does not come in time."""
        if not self._ended.wait(timeout):
            raise subprocess.TimeoutExpired(f"fork {self.pid}", timeout or 0)
        assert self.returncode is not None  # noqa: S101  set before the event
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Signal it, unless it has ended."""
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def end(self, code: int) -> None:
        """Note its end."""
        self.returncode = code
        self._ended.set()


_Born = SimpleQueue["Fork | None"]  # None: no more


@dataclass
class Order:
    """What to call in a fork: `module:function`, in this environment, its output in this file."""

    call: str
    arguments: list[str]
    environment: dict[str, str]
    log: str


class Forks:
    """One process that forks, begun at once, and again when it has died."""

    def __init__(self, kind: str, modules: Iterable[str], log: Path) -> None:
        self._command = [sys.executable, "-W", "ignore", "-m", "deploy.forks", kind, *modules]
        self._log = log
        self._lock = threading.Lock()
        self._process, self._born = self._begin()

    def start(self, call: str, *arguments: str, environment: dict[str, str], log: Path) -> Fork:
        """Call `module:function` in a fork; CannotStart when none comes."""
        order = Order(call, list(arguments), environment, str(log))
        with self._lock:
            if self._process.poll() is not None:
                _hang_up(self._process)
                self._process, self._born = self._begin()
            assert self._process.stdin is not None  # noqa: S101  it was opened with a pipe
            with contextlib.suppress(OSError, Empty):
                self._process.stdin.write(json.dumps(asdict(order)).encode() + b"\n")
                self._process.stdin.flush()
                if (born := self._born.get(timeout=_PATIENCE)) is not None:
                    return born
            self._process.kill()
            _hang_up(self._process)
            raise CannotStart(f"没有生出进程 {call}，日志：{self._log}")

    def stop(self) -> None:
        """End it, and with it what it forked."""
        with self._lock:
            _hang_up(self._process)
            self._process.wait(timeout=10)

    def _begin(self) -> tuple[subprocess.Popen[bytes], _Born]:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                env=_plain_environment(), start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509
            )  # fmt: skip
        born: _Born = SimpleQueue()
        threading.Thread(target=_listen, args=(process, born), daemon=True).start()
        return process, born


class Warm:
    """The two that fork the processes of a system: importing begins at once."""

    def __init__(self, logs: Path, names: Iterable[str] = ALL) -> None:
        green = [name for name in names if name in NAMEKO]
        plain = [name for name in names if name not in NAMEKO]
        self.green = Forks("green", modules_of(green), logs / "forks-green.log")
        self.plain = Forks("plain", modules_of(plain), logs / "forks-plain.log")

    def start(self, name: str, environment: dict[str, str], log: Path) -> Fork:
        """Begin a process of the system."""
        forks = self.green if name in NAMEKO else self.plain
        return forks.start("deploy.process:run", name, environment=environment, log=log)

    def stop(self) -> None:
        """End both, and what they forked."""
        self.green.stop()
        self.plain.stop()


def _listen(process: subprocess.Popen[bytes], born: _Born) -> None:
    """Hear what was born and what has ended, until the process has nothing more to say."""
    forks: dict[int, Fork] = {}
    assert process.stdout is not None  # noqa: S101  it was opened with a pipe
    with process.stdout:
        for line in process.stdout:
            said = json.loads(line)
            pid = int(said["pid"])
            if "code" in said:
                forks.pop(pid).end(int(said["code"]))
            else:
                forks[pid] = Fork(pid)
                born.put(forks[pid])
    process.wait()
    born.put(None)
    for left in forks.values():  # nobody is there any more to say how it ended
        left.end(-signal.SIGTERM)


def _hang_up(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None  # noqa: S101  it was opened with a pipe
    with contextlib.suppress(OSError):
        process.stdin.close()


def _plain_environment() -> dict[str, str]:
    """Nothing of a system: what is imported must not have read any setting."""
    own = ("HEXIE_", "DATABASE_", "AMQP_", "PG", "RABBITMQ_")
    return {k: v for k, v in os.environ.items() if not k.startswith(own)}


def _die_with_parent() -> None:
    """So that even a killed parent leaves no process behind."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


# --- the process that forks -----------------------------------------------------------------


def main() -> None:
    """Import, then fork for each order."""
    kind, *modules = sys.argv[1:]
    out = os.dup(1)
    os.dup2(2, 1)  # what an import may print is not said to whoever listens
    if kind == "green":
        patch()
    for module in modules:
        import_module(module)
    if kind == "plain":  # the gateway's first page would wait for the packs
        import_module("shared.runtime.packs").shipped()
    seldom_collected()
    parent = os.getpid()
    for order in _orders(out):
        pid = fork()
        if pid == 0:
            os.close(out)
            _become(order, parent)
            return
        _say(out, pid=pid)


def _orders(out: int) -> Iterator[Order]:
    """Orders as they come; what has ended is said between them."""
    ended, wake = os.pipe()
    for end in (ended, wake):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    waiting = b""
    while True:
        ready, _, _ = select([0, ended], [], [])
        if ended in ready:
            read(ended, _MESSAGE)
            _reap(out)
        if 0 in ready:
            came = read(0, _MESSAGE)
            if not came:
                return
            *lines, waiting = (waiting + came).split(b"\n")
            for line in lines:
                yield Order(**json.loads(line))


def _reap(out: int) -> None:
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            _say(out, pid=pid, code=os.waitstatus_to_exitcode(status))


def _say(out: int, **news: Any) -> None:
    os.write(out, json.dumps(news).encode() + b"\n")


def _become(order: Order, parent: int) -> None:
    """Be the process that was ordered, from here to its end."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    _die_with_parent()
    if os.getppid() != parent:  # it died before it could be told
        os._exit(1)
    os.environ.clear()
    os.environ.update(order.environment)
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open(order.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.dup2(nothing, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(nothing)
    os.close(log)
    random.seed()
    own_hub()
    shown = order.arguments[0] if order.arguments else order.call  # to `top` and `ps -o comm`
    _LIBC.prctl(_PR_SET_NAME, shown.encode())
    module, _, name = order.call.partition(":")
    getattr(import_module(module), name)(*order.arguments)


if __name__ == "__main__":
    main()
