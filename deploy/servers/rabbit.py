"""A private RabbitMQ node in user space: own epmd, own ports, own cookie, loopback only."""

from __future__ import annotations

import base64
import os
import re
import secrets
import shutil
import signal
import subprocess
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from deploy.servers.ports import CannotStart, end, free_port, is_alive, reap, start_time, wait_for
from deploy.servers.unpack import unpacked_rabbitmq

VHOST = "hexie"


def installed() -> Path | None:
    """The unwrapped server script of an installed package, or None."""
    for root in (
        Path("/usr/lib/rabbitmq/lib"),
        Path("/opt/rabbitmq"),
        Path("/usr/local/lib/rabbitmq/lib"),
    ):
        for script in sorted(root.glob("**/sbin/rabbitmq-server"), reverse=True):
            return script
    return None


@dataclass
class Rabbit:
    """One private node in `home`/rabbitmq; start, stop and crash it by its own pids."""

    home: Path
    port: int = 0
    management_port: int = 0
    dist_port: int = 0
    epmd_port: int = 0
    pid: int = 0
    started: str = ""
    epmd_pid: int = 0
    epmd_started: str = ""
    script: Path | None = None
    path: str = ""
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        """Everything of the node."""
        return self.home / "rabbitmq"

    @property
    def password(self) -> str:
        """The password of user `hexie`, made once a home."""
        kept = self.folder / "password"
        if not kept.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            kept.touch(mode=0o600)
            kept.write_text(secrets.token_urlsafe(24))
        return kept.read_text()

    @property
    def url(self) -> str:
        """AMQP URL of the internal virtual host."""
        return f"amqp://hexie:{quote(self.password)}@127.0.0.1:{self.port}/{VHOST}"

    @property
    def management_url(self) -> str:
        """Management API with user and password."""
        return f"http://hexie:{quote(self.password)}@127.0.0.1:{self.management_port}"

    def find(self) -> None:
        """Choose the server: installed, else unpacked into the home; CannotStart when neither."""
        self.script = installed()
        if self.script is None:
            self.script, extra = unpacked_rabbitmq(self.home)
            self.path = extra

    def start(self) -> None:
        """Write the configuration, run epmd and the node, wait until both protocols answer."""
        if self.script is None:
            self.find()
        self.stop_left_over()
        self.port = free_port(self.port)
        self.management_port = free_port(self.management_port)
        self.dist_port = free_port(self.dist_port)
        self.epmd_port = free_port(self.epmd_port)
        environment = self._environment()
        self._write_configuration()
        log = (self.folder / "console.log").open("ab")
        epmd = shutil.which("epmd", path=environment["PATH"])
        if epmd is None:
            raise CannotStart(
                "找不到 epmd（Erlang 的一部分）。请安装 rabbitmq-server，或设置 AMQP_URL。"
            )
        first = subprocess.Popen(
            [epmd, "-port", str(self.epmd_port), "-address", "127.0.0.1"],
            env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        self.epmd_pid, self.epmd_started = first.pid, start_time(first.pid)
        node = subprocess.Popen(
            [str(self.script)],
            env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        log.close()
        self.pid, self.started = node.pid, start_time(node.pid)
        self.processes = [node, first]
        (self.folder / "pids").write_text(
            f"{self.pid} {self.started}\n{self.epmd_pid} {self.epmd_started}\n"
        )
        wait_for("RabbitMQ 启动", self.answers, seconds=90, alive=lambda: node.poll() is None)

    def answers(self) -> bool:
        """Whether the management API lists our virtual host and the AMQP port shakes hands."""
        found = self.manage("GET", f"/api/aliveness-test/{VHOST}")
        return b'"ok"' in found

    def manage(self, method: str, path: str) -> bytes:
        """One call of the management API; its body."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.management_port}{path}", method=method
        )
        token = base64.b64encode(f"hexie:{self.password}".encode()).decode()
        request.add_header("Authorization", f"Basic {token}")
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
            return bytes(answer.read())

    def beam_pid(self) -> int:
        """The pid of the Erlang machine itself (the script may stay as its parent)."""
        try:
            return int((self.folder / "node.pid").read_text().strip())
        except (OSError, ValueError):
            return self.pid

    def stop(self) -> None:
        """Ask the node to stop, then end its epmd."""
        beam = self.beam_pid()
        end(beam, start_time(beam), first=signal.SIGTERM, seconds=25)
        end(self.pid, self.started, seconds=5)
        end(self.epmd_pid, self.epmd_started, first=signal.SIGKILL, seconds=5)
        reap(*self.processes)
        (self.folder / "pids").unlink(missing_ok=True)

    def crash(self) -> None:
        """SIGKILL the Erlang machine, the script above it and its epmd: nothing is said to anybody."""
        beam = self.beam_pid()
        end(beam, start_time(beam), first=signal.SIGKILL)
        end(self.pid, self.started, first=signal.SIGKILL, seconds=5)
        end(self.epmd_pid, self.epmd_started, first=signal.SIGKILL, seconds=5)
        reap(*self.processes)

    def stop_left_over(self) -> None:
        """End what an unclean run left, by recorded pid and start time."""
        try:
            recorded = (self.folder / "pids").read_text().split("\n")
        except OSError:
            return
        beam = self.beam_pid()
        if is_alive(beam) and str(self.folder).encode() in _environment_of(beam):
            end(beam, start_time(beam), seconds=25)
        for line in filter(None, recorded):
            pid, started = line.split()
            end(int(pid), started, seconds=10)

    def _environment(self) -> dict[str, str]:
        folder = self.folder.resolve()
        for name in ("mnesia", "log"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "empty.conf").touch()
        plain = {
            k: v for k, v in os.environ.items() if not k.startswith(("RABBITMQ_", "ERL_", "LC_"))
        }
        return plain | {
            "HOME": str(folder),
            "PATH": f"{self.path}:{plain.get('PATH', '')}:/usr/sbin:/sbin".lstrip(":"),
            "LANG": "C.UTF-8",
            "RABBITMQ_NODENAME": "hexie@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self.dist_port),
            "ERL_EPMD_PORT": str(self.epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            # It shares its cores with everybody: its schedulers sleep instead of waiting busily.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}"
            " +sbwt none +sbwtdcpu none +sbwtdio none",
            "RABBITMQ_MNESIA_DIR": str(folder / "mnesia" / "node"),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_PID_FILE": str(folder / "node.pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "empty.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "none.config"),
        }

    def _write_configuration(self) -> None:
        (self.folder / "enabled_plugins").write_text("[rabbitmq_management].\n")
        configuration = self.folder / "rabbitmq.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(
            "\n".join(
                [
                    f"default_vhost = {VHOST}",
                    "default_user = hexie",
                    f"default_pass = {self.password}",
                    "default_user_tags.administrator = true",
                    "default_permissions.configure = .*",
                    "default_permissions.read = .*",
                    "default_permissions.write = .*",
                    "management.tcp.ip = 127.0.0.1",
                    f"management.tcp.port = {self.management_port}",
                    "vm_memory_high_watermark.absolute = 1GB",
                    "disk_free_limit.absolute = 200MB",
                    "max_message_size = 1048576",
                    "management_agent.disable_metrics_collector = false",
                    "log.file.level = warning",
                    "",
                ]
            )
        )


def _environment_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


def version_of(script: Path) -> str:
    """The version in the package folder's name, e.g. 3.10.8."""
    found = re.search(r"rabbitmq_server-([\d.]+)", str(script))
    return found.group(1) if found else "?"
