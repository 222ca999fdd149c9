"""`make test`: every kind of test once, side by side; Chromium is found or installed.

The exit status is pytest's. Where no Chromium can be had, the last line says that the browser
tests did not run and which command to type.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

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
WORKERS = (
    3  # two cores: while one waits for a broker or a deadline, two work; each on servers of its own
)


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
    return subprocess.run(command, check=False, env=kept).returncode


if __name__ == "__main__":
    sys.exit(main())
