"""Where the running system is: the environment, else what `hexie run` wrote into its home."""

from __future__ import annotations

import os

from deploy.servers.ports import CannotStart
from shared.runtime.settings import Settings, settings

_NAMES = ("DATABASE_URL", "AMQP_URL", "AMQP_MANAGEMENT_URL")


def of_running_system() -> Settings:
    """Settings with addresses, also for the code this process calls from here on.

    Raises CannotStart when neither the environment nor the home names a system.
    """
    chosen = settings()
    if chosen.database_url:
        return chosen
    kept = chosen.home / "addresses.env"
    if not kept.exists():
        raise CannotStart(
            f"没有找到运行中的 Hexie（{kept} 不存在）。请先运行 make run，或设置 DATABASE_URL 与 AMQP_URL。"
        )
    for line in kept.read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        if name in _NAMES:
            os.environ.setdefault(name, value)
    settings.cache_clear()
    return settings()
