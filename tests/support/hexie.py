"""The command line as an operator types it, in the running system's environment."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.servers import Servers, environment
from tests.support.system import System


class Hexie:
    """`hexie` with the addresses of a running system; `more`: settings of the operator's own."""

    def __init__(self, system: System, servers: Servers, more: Mapping[str, str] = {}) -> None:
        run = system.run
        self.environment = environment(run.database_url, run.amqp_url, servers, run.home) | dict(
            more
        )

    def __call__(self, *words: str, exits: int = 0) -> str:
        """What the command prints; it must end with this code."""
        done = subprocess.run(
            [str(Path(sys.executable).with_name("hexie")), *words],
            env=self.environment, capture_output=True, text=True, timeout=90, check=False,
        )  # fmt: skip
        assert done.returncode == exits, (words, done.stdout[-2000:], done.stderr[-2000:])
        return done.stdout

    def said(self, *words: str, exits: int = 0) -> Any:
        """The same with --json, read."""
        return json.loads(self(*words, "--json", exits=exits))
