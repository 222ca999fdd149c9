"""Keeps the processes of a run alive: start, watch, restart with back-off, stop in reverse."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from deploy.forks import Fork, Warm
from deploy.servers.ports import CannotStart, free_port, start_time, wait_for


@dataclass
class Child:
    """One supervised process."""

    name: str
    health_port: int
    process: Fork | None = None
    started: str = ""
    restarts: int = 0
    born: float = 0.0
    next_start: float = 0.0


@dataclass
class Supervisor:
    """Runs the process of each name, forked by `warm`, its output in `logs`/NAME.log."""

    names: tuple[str, ...]
    environment: dict[str, str]
    logs: Path
    gateway_port: int
    warm: Warm
    children: dict[str, Child] = field(default_factory=dict)
    stopping: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Start every process; readiness is asked for separately."""
        self.logs.mkdir(parents=True, exist_ok=True)
        for name in self.names:
            port = self.gateway_port if name == "gateway" else free_port()
            self.children[name] = Child(name=name, health_port=port)
            self.launch(self.children[name])

    def launch(self, child: Child) -> None:
        """Start one child now."""
        environment = dict(self.environment)
        if child.name != "gateway":
            environment["HEXIE_HEALTH_PORT"] = str(child.health_port)
        child.process = self.warm.start(child.name, environment, self.logs / f"{child.name}.log")
        child.started = start_time(child.process.pid)
        child.born = time.monotonic()

    def is_ready(self, name: str) -> bool:
        """Whether the process says it can do its work."""
        port = self.children[name].health_port
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)

    def wait_ready(self, name: str, seconds: float = 60) -> None:
        """Wait for one process; CannotStart names its log when it does not come."""
        child = self.children[name]

        def alive() -> bool:
            return child.process is not None and (
                child.process.poll() is None or child.restarts < 5 or not self.stopping.is_set()
            )

        wait_for(f"{name} 就绪（日志：{self.logs / name}.log）", lambda: self.is_ready(name),
                 seconds=seconds, alive=alive)  # fmt: skip

    def watch(self) -> None:
        """Restart what ends, with a back-off that grows to 10 s, until `stop`."""
        while not self.stopping.wait(0.1):
            for child in self.children.values():
                self._look_after(child)

    def _look_after(self, child: Child) -> None:
        if child.process is None or child.process.poll() is None:
            if child.restarts and time.monotonic() - child.born > 60:
                child.restarts = 0
            return
        now = time.monotonic()
        if not child.next_start:
            child.restarts += 1
            child.next_start = now + min(10.0, 0.2 * 2 ** min(child.restarts - 1, 6))
            sys.stderr.write(
                f"  {child.name} 退出（{child.process.returncode}），"
                f"{child.next_start - now:.1f} 秒后重启，日志 {self.logs / child.name}.log\n"
            )
        if now >= child.next_start and not self.stopping.is_set():
            child.next_start = 0.0
            try:
                self.launch(child)
            except CannotStart as error:  # looked after again at the next turn
                sys.stderr.write(f"  {error}\n")

    def stop(self) -> None:
        """Ask every process to stop, the last started first, and wait for each."""
        self.stopping.set()
        running = [c.process for c in reversed(list(self.children.values())) if c.process]
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait(timeout=5)
