"""`make test`: every kind of test once, pure ones first; Chromium is found or installed.

The exit status is pytest's. Where no Chromium can be had, the last line says that the browser
tests did not run and which command to type.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

_TYPE_THIS = "sudo apt-get install --no-install-recommends chromium fonts-noto-cjk"


def chromium() -> str:
    """The path of an installed Chromium, "" when there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    return ""


def _install_chromium() -> None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    print("没有 Chromium，正在从发行版安装（浏览器测试需要）…", flush=True)
    for arguments in (
        ["update", "-qq"],
        ["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-noto-cjk"],
    ):
        subprocess.run(["apt-get", *arguments], capture_output=True, check=False)


SIDE_BY_SIDE = ("tests/unit", "tests/contract", "tests/integration")
ONE_AFTER_ANOTHER = ("tests/e2e", "tests/browser")


def main() -> int:
    """Run what was asked for; all of it in two passes.

    Tests that each start a small part run side by side, one worker a core, every worker on
    servers of its own. Tests of the whole system measure time, so they have the machine alone.
    """
    asked = [a for a in sys.argv[1:] if a != "tests"]
    if not chromium():
        _install_chromium()
    without_browser = not chromium()
    only = ["-m", "not browser"] if without_browser else []
    Path("build").mkdir(exist_ok=True)
    if asked:
        status = _pytest("tests", [*asked, *only])
    else:
        workers = ["-n", str(min(2, os.cpu_count() or 1)), "--dist", "loadscope"]
        statuses = [
            _pytest("parts", [*SIDE_BY_SIDE, *workers]),
            _pytest("whole", [*ONE_AFTER_ANOTHER, *only]),
        ]
        status = max(statuses)
    if without_browser:
        print(f"浏览器测试没有运行：找不到 Chromium。请运行：{_TYPE_THIS}")
    return status


def _pytest(name: str, arguments: list[str]) -> int:
    report = f"--junitxml={Path('build') / name}.xml"
    command = [sys.executable, "-m", "pytest", *arguments, "-q", report]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
