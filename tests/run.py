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


def main() -> int:
    """Run what was asked for (default: all of it)."""
    asked = sys.argv[1:] or ["tests"]
    if not chromium():
        _install_chromium()
    build = Path("build")
    build.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "pytest", *asked, "-q", f"--junitxml={build / 'tests.xml'}"]
    without_browser = not chromium()
    if without_browser:
        command += ["-m", "not browser"]
    status = subprocess.run(command, check=False).returncode
    if without_browser:
        print(f"浏览器测试没有运行：找不到 Chromium。请运行：{_TYPE_THIS}")
    return status


if __name__ == "__main__":
    sys.exit(main())
