"""Free loopback ports, and processes told apart from strangers that reuse a pid."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

_CLIENTS = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST, _TRIES = 12_000, 100
_given: set[int] = set()  # by this process; whoever asked may not have bound it yet


class CannotStart(RuntimeError):
    """One clear sentence in Chinese: what is wrong, and which command to type."""


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether nothing listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(wanted: int = 0) -> int:
    """`wanted` when it is free, else a free loopback port that no client is ever given.

    The kernel gives clients theirs from a range of its own. A port in that range may be taken by
    anybody's connection while its server is away, which then cannot come back to it.
    """
    if wanted and is_free(wanted):
        return wanted
    for _ in range(_TRIES if _first_of_clients() > _LOWEST else 0):
        port = _LOWEST + secrets.randbelow(_first_of_clients() - _LOWEST)
        if port not in _given and is_free(port):
            _given.add(port)
            return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _first_of_clients() -> int:
    try:
        return int(_CLIENTS.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return 0


def start_time(pid: int) -> str:
    """The kernel's start time of a process, "" when there is none: pid + this is an identity.

    A process whose first thread has ended is there until its last: till then it holds its ports.
    """
    process = Path(f"/proc/{pid}")
    try:
        stat = (process / "stat").read_text(encoding="utf-8", errors="replace")
        fields = stat.rsplit(")", 1)[-1].split()
        over = fields[0] == "Z" and len(list((process / "task").iterdir())) < 2
    except OSError:
        return ""
    return "" if over else fields[19]


def is_alive(pid: int, started: str = "") -> bool:
    """Whether this very process still runs (a reused pid has another start time)."""
    now = start_time(pid) if pid > 0 else ""
    return bool(now) and (not started or now == started)


def wait_for(
    what: str,
    check: Callable[[], object],
    *,
    seconds: float,
    alive: Callable[[], bool] | None = None,
) -> None:
    """Poll until `check` is true; CannotStart with the last answer when time is up."""
    deadline = time.monotonic() + seconds
    last = ""
    while time.monotonic() < deadline:
        if alive is not None and not alive():
            raise CannotStart(f"{what}：进程已退出。{last}")
        try:
            if check():
                return
        except Exception as error:  # noqa: BLE001  not ready yet, for whatever reason
            last = f"最后一次检查：{error!s:.200}"
        time.sleep(0.05)
    raise CannotStart(f"{what}：等了 {seconds:.0f} 秒仍未就绪。{last}")


def end(
    pid: int, started: str, *, first: signal.Signals = signal.SIGTERM, seconds: float = 15
) -> None:
    """End one process we started: ask, wait, then kill. A stranger with its pid is left alone."""
    if not is_alive(pid, started):
        return
    os.kill(pid, first)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not is_alive(pid, started):
            return
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    while is_alive(pid, started) and time.monotonic() < deadline + 5:
        time.sleep(0.02)


def reap(*processes: subprocess.Popen[bytes] | None) -> None:
    """Take the exit status of ended children, so that none stays a zombie."""
    for process in processes:
        if process is not None:
            process.wait(timeout=10)
