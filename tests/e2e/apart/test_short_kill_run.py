"""The kill run in small: 600 events, eight kills, broker and database among them, all accounted for."""

from __future__ import annotations

from pathlib import Path

from deploy.forks import Warm
from tests.chaos.drill import Scale, drill
from tests.chaos.killer import BROKER, DATABASE, plan
from tests.support.servers import private_servers

SCALE = Scale(events=600, kills=8, seed="short", units=200, recognised=3, quiet_seconds=60)


def test_nothing_is_lost_or_doubled_while_everything_is_killed(warm: Warm, tmp_path: Path) -> None:
    with private_servers(tmp_path / "servers") as servers:
        outcome = drill(servers, tmp_path, SCALE, warm)

    assert not any(outcome.finding.counts().values()), outcome.finding.first(30)
    assert outcome.proven == SCALE.kills, [f for f in outcome.faults if not f.proven]
    assert {BROKER, DATABASE, "incentives", "oversight-ingress", "oversight-judge", "relay"} <= {
        fault.target for fault in outcome.faults
    }
    assert sum(outcome.kinds.values()) == SCALE.events
    assert outcome.suspended > 50


def test_the_same_seed_kills_the_same_in_the_same_order() -> None:
    names = ("registry", "incentives", "oversight-ingress", "oversight-judge", "relay")

    long = plan("a", 200, names)

    assert long == plan("a", 200, names)
    assert sum(len(group) for group in long) == 200
    assert {target for group in long for target in group} == {*names, BROKER, DATABASE}
    assert any(len(group) == 2 for group in long)
