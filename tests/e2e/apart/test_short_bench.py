"""Every row of `make bench` in small: it measures something, beside something, of the right size."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.forks import Warm
from tests.bench import checking, hearing, importing, registering, triggers
from tests.bench.ground import World, a_world
from tests.bench.rows import Goal, Pair, Row, row, table, write


@pytest.fixture(scope="module")
def world(warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(tmp_path_factory.mktemp("bench"), 300, warm) as found:
        yield found


def test_triggers_show_and_both_figures_have_their_yardstick(world: World) -> None:
    rows = triggers.measure(world, rounds=1, latency_count=50, rate_count=100, per_second=50)

    half, tail, rate = rows
    assert 1 < half.value <= tail.value < 30_000
    assert half.yardstick
    assert 0.2 < half.yardstick < 30_000
    assert rate.value > 1
    assert rate.yardstick
    assert rate.yardstick > 1
    assert "1 oversight.receipt" in rate.detail, "the yardstick writes what the product writes"
    assert "2 incentives.relief (changed)" in rate.detail
    assert "oversight-judge" in rate.detail, "the shortfall has its profile"


def test_hearing_is_compared_with_the_very_rows_it_writes(world: World) -> None:
    bare, each = hearing.measure(world, rounds=1, count=300)

    assert bare.value > 10
    assert bare.ratio
    assert 0.05 < bare.ratio < 20
    assert each.ratio
    assert each.ratio > 1, "a batch beats a transaction a message"
    for table_ in ("inbox", "unit_hold", "decision", "entitlement_step", "outbox"):
        assert f"1 incentives.{table_}" in bare.detail


def test_ten_thousand_units_are_asked_in_one_call(world: World) -> None:
    rpc, rest = checking.measure(world, rounds=1, count=300, calls=2)

    assert 0 < rpc.value < 10_000
    assert 0 < rest.value < 10_000
    assert rpc.yardstick
    assert rpc.yardstick > 0


def test_a_file_is_uploaded_whole_and_its_wrong_rows_come_back(world: World) -> None:
    (only,) = importing.measure(world, rounds=1, count=400)

    assert 0 < only.value < 120
    assert only.yardstick
    assert "2 wrong rows" in only.detail


def test_the_register_is_asked_at_both_sizes(world: World) -> None:
    rows = registering.measure(world, rounds=1, many=1500, few=300, calls=3)

    assert len(rows) == len(registering.ASKED)
    assert all(0 < one.value < 30_000 and one.yardstick for one in rows)


def test_a_row_is_the_median_ratio_and_says_whether_its_goal_is_met(tmp_path: Path) -> None:
    pairs = [Pair(100, 50), Pair(90, 60), Pair(400, 100)]
    goal = Goal(most=150, times=2)
    made = row("delay", "ms", pairs, goal=goal, yardstick="bare", detail="why")
    worse = row("delay", "ms", [Pair(140, 60)], goal=goal, yardstick="bare")

    write([made, worse], tmp_path / "bench.json")
    said = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))

    assert (made.value, made.yardstick, made.ratio, made.met) == (100, 60, 2.0, True)
    assert worse.met is False
    assert [set(Row.__slots__) == set(one) for one in said] == [True, True]
    assert said[0]["goal"] == "≤ 150 ms, ≤ 2 × bare"
    assert "NO" in table([made, worse])
