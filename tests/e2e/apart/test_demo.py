"""`hexie demo` against a running system: two stories from Excel row to exit, told on the terminal."""

from __future__ import annotations

import re
from pathlib import Path

from deploy.forks import Warm
from deploy.sample import people
from shared.contracts.registry_acts import ListTitles
from tests.support.hexie import Hexie
from tests.support.servers import Servers
from tests.support.system import a_system

_LEADS_TO_INSPECTION = re.compile(r"触发 → 可检查 (\d+) 毫秒")


def test_both_stories_are_told_to_their_end(servers: Servers, warm: Warm, tmp_path: Path) -> None:
    with a_system(servers, tmp_path / "home", warm=warm) as system:
        port = {"HEXIE_PORT": str(system.run.settings.port)}
        said = Hexie(system, servers, port)("demo")
        titles = system.ask(ListTitles(), people.clerk(people.CITY))["items"]

    parts = said.split("\n━━ ")
    for story in ("一家企业", "一个工地"):
        told = next(p for p in parts if p.startswith(story) and "从命名到退出" in p)
        for step in ("命名“宁波市和谐劳动关系创建示范单位”", "集体会商确定取消命名", "向社会公布"):
            assert step in told, f"{story}: {step}"
    assert [title["status"] for title in titles] == ["revoked", "revoked"]
    delays = [int(found) for found in _LEADS_TO_INSPECTION.findall(said)]
    assert len(delays) == 2
    assert max(delays) < 2000
