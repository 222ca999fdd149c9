"""RabbitMQ from the distribution's packages, unpacked into the home: no root, system untouched."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from deploy.servers.ports import CannotStart

_TYPE_THIS = (
    "没有可用的 RabbitMQ。请运行：sudo apt-get install --no-install-recommends rabbitmq-server"
    "（或设置 AMQP_URL 指向已有的 RabbitMQ）。"
)
_OURS = re.compile(r"^Package: (rabbitmq-server|erlang-\S+)$", re.MULTILINE)


def unpacked_rabbitmq(home: Path) -> tuple[Path, str]:
    """The server script below `home` and the folders to put first in PATH.

    Raises CannotStart with the one command to type where this is no Debian or Ubuntu,
    or where its packages cannot be had.
    """
    root = (home / "rabbitmq-package").resolve()
    script = _script_in(root)
    if script is None:
        if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
            raise CannotStart(_TYPE_THIS)
        _download_and_unpack(home.resolve(), root)
        script = _script_in(root)
    if script is None:
        raise CannotStart(_TYPE_THIS)
    return script, f"{root}/usr/lib/erlang/bin:{root}/usr/bin"


def _script_in(root: Path) -> Path | None:
    found = sorted(root.glob("usr/lib/rabbitmq/lib/*/sbin/rabbitmq-server"))
    return found[-1] if found and (root / "complete").exists() else None


def _download_and_unpack(home: Path, root: Path) -> None:
    work = home / "rabbitmq-download"
    for folder in (
        work / "lists" / "partial",
        work / "cache" / "archives" / "partial",
        work / "debs",
    ):
        folder.mkdir(parents=True, exist_ok=True)
    status = work / "status"
    status.write_text(_status_without_rabbit(), encoding="utf-8")
    options = ["-o", f"Dir::State::status={status}", "-o", f"Dir::Cache={work / 'cache'}"]
    names = _needed(options)
    if not names:
        options += ["-o", f"Dir::State::lists={work / 'lists'}"]
        _run(["apt-get", *options, "update", "-qq"], work)
        names = _needed(options)
    if not names:
        raise CannotStart(_TYPE_THIS)
    _run(["apt-get", *options, "download", "-qq", *names], work / "debs")
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    for package in sorted((work / "debs").glob("*.deb")):
        _run(["dpkg", "-x", str(package), str(root)], work)
    _repoint_erlang(root)
    (root / "complete").touch()
    shutil.rmtree(work, ignore_errors=True)


def _status_without_rabbit() -> str:
    text = Path("/var/lib/dpkg/status").read_text(encoding="utf-8", errors="replace")
    return "\n\n".join(part for part in text.split("\n\n") if not _OURS.search(part))


def _needed(options: list[str]) -> list[str]:
    done = subprocess.run(
        ["apt-get", *options, "-s", "install", "--no-install-recommends", "rabbitmq-server"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return re.findall(r"^Inst (\S+)", done.stdout, re.MULTILINE)


def _repoint_erlang(root: Path) -> None:
    for script in [root / "usr/lib/erlang/bin/erl", *root.glob("usr/lib/erlang/erts-*/bin/erl")]:
        if script.is_file():
            text = script.read_text(encoding="utf-8")
            place = f'ROOTDIR="{root}/usr/lib/erlang"'
            script.write_text(re.sub(r"^ROOTDIR=.*$", place, text, flags=re.MULTILINE))


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise CannotStart(f"{command[0]} 失败：{' '.join(reason)}。{_TYPE_THIS}")
