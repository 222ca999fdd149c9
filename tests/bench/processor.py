"""Processor time by process: a profile that other load on the machine does not blur."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.run import Run
from tests.support.servers import Servers

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of processor time by the name of the part."""

    seconds: Mapping[str, float]

    def since(self, before: Spent) -> Spent:
        """What was spent between two readings; a part that came since counts from zero."""
        return Spent({k: v - before.seconds.get(k, 0.0) for k, v in self.seconds.items()})

    def words(self, count: int) -> str:
        """Milliseconds a piece, the dearest first."""
        rows = sorted(self.seconds.items(), key=lambda item: -item[1])
        each = [f"{name} {value * 1000 / count:.2f}" for name, value in rows]
        whole = sum(self.seconds.values()) * 1000 / count
        return f"processor ms each: {whole:.2f} = " + " + ".join(each)


def spent(servers: Servers, run: Run) -> Spent:
    """So far: each process of the run, PostgreSQL and RabbitMQ, with all their children."""
    assert servers.postgres is not None
    assert servers.rabbit is not None
    assert run.supervisor is not None
    children = _children()
    found = {
        name: _tree(child.process.pid, children)
        for name, child in run.supervisor.children.items()
        if child.process is not None
    }
    found["PostgreSQL"] = _tree(servers.postgres.pid, children)
    found["RabbitMQ"] = _tree(servers.rabbit.pid, children)
    return Spent(found)


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = _fields(int(entry.name))
            if fields:
                found.setdefault(int(fields[1]), []).append(int(entry.name))
    return found


def _tree(pid: int, children: Mapping[int, list[int]]) -> float:
    """With the children that have ended and been waited for."""
    return _own(pid, ended=True) + sum(_tree(child, children) for child in children.get(pid, []))


def _own(pid: int, *, ended: bool = False) -> float:
    fields = _fields(pid)
    last = 15 if ended else 13
    return sum(int(f) for f in fields[11:last]) / _TICKS if fields else 0.0


def _fields(pid: int) -> list[str]:
    """The fields of `/proc/PID/stat` after the name: state, parent, …"""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
