"""`make test`: every kind of test once, side by side; Chromium is found or installed.

The exit status is pytest's. Where no Chromium can be had, the last line says that the browser
tests did not run and which command to type.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from deploy.servers.ports import is_alive

# The shell is the same engine without the windows nobody looks at, for half the processor time.
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_PACKAGES = ("chromium-headless-shell", "chromium")
_TYPE_THIS = "sudo apt-get install --no-install-recommends chromium fonts-noto-cjk"


def chromium() -> str:
    """The path of an installed Chromium, "" when there is none."""
    for name in _NAMES:
        found = shutil.which(name)
        if found:
            return found
    return ""


def _install_chromium() -> None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    print("没有 Chromium，正在从发行版安装（浏览器测试需要）…", flush=True)
    _apt("update", "-qq")
    for package in _PACKAGES:
        if _apt("install", "-y", "-qq", "--no-install-recommends", package, "fonts-noto-cjk"):
            return


def _apt(*arguments: str) -> bool:
    return subprocess.run(["apt-get", *arguments], capture_output=True, check=False).returncode == 0


BUILD = Path("build")
REPORT = BUILD / "tests.xml"
_MEMORY, _OURS, _ROOM = Path("/dev/shm"), "hexie-tests-", 8 * 1024**3  # noqa: S108
WORKERS = 2  # two cores; each worker has servers of its own


def main() -> int:
    """Run what was asked for, or all of it."""
    asked = [a for a in sys.argv[1:] if a != "tests"]
    if not chromium():
        _install_chromium()
    without_browser = not chromium()
    only = ["-m", "not browser"] if without_browser else []
    status = _pytest(BUILD / "asked.xml", [*asked, *only]) if asked else run_all(only)
    if without_browser:
        print(f"浏览器测试没有运行：找不到 Chromium。请运行：{_TYPE_THIS}")
    return status


def run_all(only: Sequence[str] = ()) -> int:
    """Every test, `only` narrowing them; pytest's exit status. The report lies in `REPORT`.

    Tests that share a system share a worker, long lanes first (`tests/support/lanes.py`).
    """
    return _pytest(REPORT, ["tests", "-n", str(WORKERS), "--no-loadscope-reorder", *only])


def _pytest(report: Path, arguments: list[str]) -> int:
    BUILD.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "pytest", *arguments, "-q", f"--junitxml={report}"]
    # Hundreds of processes start: each would compile every module anew where bytecode is off.
    kept = os.environ | {"PYTHONDONTWRITEBYTECODE": ""}
    with _folder() as folder:
        where = [f"--basetemp={folder}"] if folder else []
        with subprocess.Popen([*command, *where], env=kept, start_new_session=True) as pytest:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: _interrupt(pytest))
            return pytest.wait()


def _interrupt(pytest: subprocess.Popen[bytes]) -> None:
    """Let pytest and its workers end their servers: once, for a second word would cut that short."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pytest.pid, signal.SIGINT)


@contextlib.contextmanager
def _folder() -> Iterator[str]:
    """Where servers keep the data of this run: in memory where there is room, "" for pytest's own.

    Hundreds of databases are made and dropped, each hundreds of files. What tests end are
    processes, never the machine: what was written is there after it in either place.
    """
    for left in _MEMORY.glob(f"{_OURS}*"):
        if not is_alive(int(left.name.removeprefix(_OURS))):
            shutil.rmtree(left, ignore_errors=True)
    if not os.access(_MEMORY, os.W_OK) or shutil.disk_usage(_MEMORY).free < _ROOM:
        yield ""
        return
    folder = _MEMORY / f"{_OURS}{os.getpid()}"
    try:
        yield str(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
