"""Processes that start while the database and the broker are away wait for them and then work."""

from __future__ import annotations

import threading
import urllib.error
from functools import partial
from pathlib import Path

from deploy.forks import Warm
from deploy.run import declare_topology
from deploy.supervisor import Supervisor
from shared.runtime.migrate import migrate_all
from shared.runtime.settings import Settings
from tests.support.servers import environment, private_servers
from tests.support.waiting import wait_until

NAMES = ("incentives", "oversight-ingress", "oversight-judge", "relay")


def _is_ready(supervisor: Supervisor, name: str) -> bool:
    try:
        return supervisor.is_ready(name)
    except (urllib.error.URLError, OSError):
        return False


def test_everything_comes_up_by_itself_once_its_servers_are_there(
    warm: Warm, tmp_path: Path
) -> None:
    with private_servers(tmp_path) as servers:
        assert servers.postgres is not None
        assert servers.rabbit is not None
        migrate_all(Settings(database_url=servers.database_url))
        declare_topology(servers.amqp_url)
        servers.rabbit.crash()
        servers.postgres.crash()
        given = environment(servers.database_url, servers.amqp_url, servers, tmp_path)
        supervisor = Supervisor(
            names=NAMES, environment=given, logs=tmp_path / "logs", gateway_port=0, warm=warm
        )  # fmt: skip
        supervisor.start()
        watcher = threading.Thread(target=supervisor.watch, daemon=True)
        watcher.start()
        try:
            wait_until(
                lambda: all((tmp_path / "logs" / f"{n}.log").stat().st_size for n in NAMES),
                seconds=40, what="everybody to say that something is away",
            )  # fmt: skip
            assert not any(_is_ready(supervisor, name) for name in NAMES)

            servers.postgres.start()
            servers.rabbit.start()

            for name in NAMES:
                wait_until(partial(_is_ready, supervisor, name), seconds=60, what=name)
        finally:
            supervisor.stop()
            watcher.join(5)
