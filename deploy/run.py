"""`hexie run`: servers, migrations, sample region, processes; one command, one page of progress."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from deploy.forks import Warm
from deploy.process import ALL
from deploy.servers.ports import CannotStart, free_port, is_free
from deploy.servers.postgres import Postgres
from deploy.servers.rabbit import Rabbit
from deploy.supervisor import Supervisor
from shared.runtime.migrate import migrate_all
from shared.runtime.settings import Settings

_LEAST_FREE = 500 * 1024 * 1024


@dataclass
class Run:
    """A whole system below one home; `up` brings it up, `down` ends what it started.

    warm   what forks its processes; its own, begun first, where none is given
    """

    settings: Settings
    sample_clock: bool = True
    names: tuple[str, ...] = ALL
    extra_environment: dict[str, str] = field(default_factory=dict)
    quiet: bool = False
    postgres: Postgres | None = None
    rabbit: Rabbit | None = None
    supervisor: Supervisor | None = None
    warm: Warm | None = None
    database_url: str = ""
    amqp_url: str = ""
    management_url: str = ""
    lock: TextIO | None = None
    _watcher: threading.Thread | None = None
    _own_warm: Warm | None = None

    @property
    def home(self) -> Path:
        """The folder of this run."""
        return self.settings.home.resolve()

    def up(self) -> None:
        """Everything up and ready, or CannotStart with one sentence and nothing left running."""
        try:
            self._prepare()
            if self.warm is None:  # imports while the servers come up
                self.warm = self._own_warm = Warm(self.home / "logs", self.names)
            remembered = self._remembered()
            with self.step("PostgreSQL"):
                self._start_postgres(remembered)
            with self.step("RabbitMQ"):
                self._start_rabbit(remembered)
            self._remember()
            with self.step("数据库结构与消息拓扑"):
                self._migrate()
            with self.step(f"{len(self.names)} 个进程"):
                self._start_processes()
            self._remember()
        except BaseException:
            self.down()
            raise

    def down(self) -> None:
        """Processes first, then only the servers this run started."""
        if self.supervisor is not None:
            self.supervisor.stop()
        if self._watcher is not None:
            self._watcher.join(timeout=5)
        if self._own_warm is not None:
            self._own_warm.stop()
        if self.rabbit is not None:
            self.rabbit.stop()
        if self.postgres is not None:
            self.postgres.stop()
        if self.lock is not None:
            self.lock.close()
            self.lock = None

    @contextlib.contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Say what is being done, and how long it took."""
        begun = time.monotonic()
        if sys.stdout.isatty():
            self.say(f"  … {what}", end="\r")
        yield
        self.say(f"  ✓ {what}  {time.monotonic() - begun:.1f} 秒")

    def environment(self) -> dict[str, str]:
        """What the processes are given."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "RABBITMQ_"))}
        return kept | {
            "DATABASE_URL": self.database_url,
            "AMQP_URL": self.amqp_url,
            "AMQP_MANAGEMENT_URL": self.management_url,
            "HEXIE_HOME": str(self.home),
            "HEXIE_PORT": str(self.settings.port),
            "HEXIE_HOST": self.settings.host,
            "HEXIE_SAMPLE_CLOCK": "true" if self.sample_clock else "false",
            "EVENTLET_NO_GREENDNS": "yes",
            "PYTHONUNBUFFERED": "1",
            **self.extra_environment,
        }

    def say(self, line: str, end: str = "\n") -> None:
        """A line of progress."""
        if not self.quiet:
            sys.stdout.write("\x1b[2K" * sys.stdout.isatty() + line + end)
            sys.stdout.flush()

    def _prepare(self) -> None:
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            self.lock = (self.home / "run.lock").open("w")
        except OSError as error:
            why = "磁盘已满" if error.errno == errno.ENOSPC else (error.strerror or str(error))
            raise CannotStart(
                f"不能写入 {self.home}：{why}。请清理磁盘、改正权限，或设置另一个 HEXIE_HOME。"
            ) from error
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CannotStart(
                f"{self.home} 里已有一个 Hexie 在运行。请先停止它（Ctrl-C），或设置另一个 HEXIE_HOME。"
            ) from error
        refused = disk_refusal(shutil.disk_usage(self.home).free, self.home)
        if refused is not None:
            raise refused
        if self.settings.port and not is_free(self.settings.port, self.settings.host):
            raise CannotStart(
                f"端口 {self.settings.port} 已被占用。请设置另一个端口，例如 HEXIE_PORT=8001 make run。"
            )
        if not self.settings.port:
            self.settings.port = free_port()

    def _remembered(self) -> dict[str, int]:
        try:
            found = json.loads((self.home / "state.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return {k: v for k, v in found.get("ports", {}).items() if isinstance(v, int)}

    def _remember(self) -> None:
        state = {
            "portal": f"http://{self.settings.host}:{self.settings.port}",
            "ports": {
                "postgres": self.postgres.port if self.postgres else 0,
                "amqp": self.rabbit.port if self.rabbit else 0,
                "management": self.rabbit.management_port if self.rabbit else 0,
            },
            "processes": {
                name: {"pid": c.process.pid if c.process else 0, "health_port": c.health_port}
                for name, c in (self.supervisor.children if self.supervisor else {}).items()
            },
        }
        kept = self.home / "state.json"
        kept.with_suffix(".new").write_text(json.dumps(state, indent=1), encoding="utf-8")
        kept.with_suffix(".new").replace(kept)
        addresses = self.home / "addresses.env"
        addresses.touch(mode=0o600)
        addresses.write_text(
            f"DATABASE_URL={self.database_url}\nAMQP_URL={self.amqp_url}\n"
            f"AMQP_MANAGEMENT_URL={self.management_url}\n",
            encoding="utf-8",
        )

    def _start_postgres(self, remembered: dict[str, int]) -> None:
        self.database_url = self.settings.database_url
        if not self.database_url:
            self.postgres = Postgres(self.home, port=remembered.get("postgres", 0))
            self.postgres.start()
            self.database_url = self.postgres.url

    def _start_rabbit(self, remembered: dict[str, int]) -> None:
        self.amqp_url, self.management_url = (
            self.settings.amqp_url,
            self.settings.amqp_management_url,
        )
        if not self.amqp_url:
            self.rabbit = Rabbit(
                self.home,
                port=remembered.get("amqp", 0),
                management_port=remembered.get("management", 0),
            )
            self.rabbit.start()
            self.amqp_url, self.management_url = self.rabbit.url, self.rabbit.management_url

    def _migrate(self) -> None:
        chosen = self.settings.model_copy(
            update={
                "database_url": self.database_url,
                "amqp_url": self.amqp_url,
                "amqp_management_url": self.management_url,
            }
        )
        migrate_all(chosen)
        declare_topology(self.amqp_url)

    def _start_processes(self) -> None:
        assert self.warm is not None  # noqa: S101  `up` made it
        self.supervisor = Supervisor(
            names=self.names, environment=self.environment(), logs=self.home / "logs",
            gateway_port=self.settings.port, warm=self.warm,
        )  # fmt: skip
        self.supervisor.start()
        self._watcher = threading.Thread(target=self.supervisor.watch, daemon=True)
        self._watcher.start()
        for name in self.names:
            self.supervisor.wait_ready(name)


def disk_refusal(free: int, home: Path) -> CannotStart | None:
    """What to say when so few bytes are free below `home`; None when there are enough."""
    if free >= _LEAST_FREE:
        return None
    return CannotStart(
        f"磁盘只剩 {free // 1024**2} MB（{home}），至少需要 {_LEAST_FREE // 1024**2} MB。"
        "请清理磁盘，或把 HEXIE_HOME 设到别处。"
    )


def declare_topology(amqp_url: str) -> None:
    """Every exchange and queue of the bus, idempotently, in a process without eventlet's patches."""
    from deploy.topology import declare_all

    declare_all(amqp_url)


def run(settings: Settings, prepare: Callable[[Run], list[str]] | None = None) -> int:
    """Bring everything up, load what `prepare` loads, print the doors, wait for the stop signal."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    begun = time.monotonic()
    whole = Run(settings)
    try:
        whole.up()
        lines = prepare(whole) if prepare is not None and not stop.is_set() else []
        sys.stdout.write(f"\n就绪，用时 {time.monotonic() - begun:.1f} 秒。按 Ctrl-C 停止。\n")
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
        stop.wait()
        sys.stdout.write("\n正在停止…\n")
    except CannotStart as refused:
        sys.stderr.write(f"\n无法启动：{refused}\n")
        return 1
    finally:
        whole.down()
    sys.stdout.write("已停止，没有留下进程。\n")
    return 0
