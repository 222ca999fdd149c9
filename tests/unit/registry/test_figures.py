"""Shares to one decimal place, and goals judged on exact numbers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.figures import Tally, judged, percent, summed, target_text
from services.registry.domain.ledgers import ADJUSTMENT, ARCHIVE, FILED, REVIEWED, TITLES
from services.registry.domain.stage import TEXT, Stage
from services.registry.store import areas
from shared.policy.programme import Measure


def _measure(**more: object) -> Measure:
    given: dict[str, object] = {"id": "m", "says": "指标", "clause": "X:一", "of": "units"}
    return Measure(**(given | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (80, 100, "80.0"), (50, 80, "62.5"), (60, 90, "66.7"), (6, 9, "66.7"), (10, 14, "71.4"),
        (899, 1000, "89.9"), (0, 5, "0.0"), (1, 3000, "0.0"), (1, 2000, "0.1"), (19500, 20000, "97.5"),
    ],
)  # fmt: skip
def test_a_share_is_rounded_half_up_to_one_place(part: int, whole: int, shown: str) -> None:
    assert str(percent(part, whole)) == shown


def test_of_nothing_there_is_no_share() -> None:
    assert percent(0, 0) is None
    found = judged(_measure(has_mark="m", target=Decimal(90), alert=True), Tally(), None)
    assert (found.percent, found.met, found.alarm) == (None, None, False)


@pytest.mark.parametrize(("part", "met"), [(899, False), (900, True), (901, True)])
def test_the_goal_is_judged_on_exact_numbers(part: int, met: bool) -> None:
    measure = _measure(has_mark="taking_part", target=Decimal(90), alert=True)

    found = judged(measure, Tally(1000, part), None)

    assert (found.met, found.alarm) == (met, not met)


def test_a_share_that_rounds_up_to_its_goal_has_not_met_it() -> None:
    found = judged(_measure(has_mark="m", target=Decimal(90)), Tally(10_000, 8996), None)

    assert (str(found.percent), found.met) == ("90.0", False)


def test_a_count_is_shown_in_percent_of_its_goal() -> None:
    measure = _measure(of="people", record="training", target=Decimal(20000), approx=True)

    found = judged(measure, Tally(19_500, 0, 21_000), None)

    assert (str(found.percent), found.met, found.alarm) == ("97.5", False, False)
    assert target_text(measure) == "约 20000"


def test_the_plans_own_goal_stands_beside_the_printed_one() -> None:
    count, share = _measure(of="records", record="service"), _measure(has_standing=("creating",))

    assert str(judged(count, Tally(18), Decimal(20)).of_plan) == "90.0"
    assert str(judged(share, Tally(100, 40), Decimal(80)).of_plan) == "50.0"
    assert judged(count, Tally(18), None).of_plan is None


def test_a_goal_without_a_number_is_a_day() -> None:
    coverage = _measure(has_standing=("creating",), target_on=date(2027, 12, 31))

    assert target_text(coverage) == "至 2027-12-31"
    assert judged(coverage, Tally(10, 9), None).met is None
    assert target_text(_measure(has_title=True, target=Decimal(6))) == "6%"
    assert target_text(_measure()) == ""


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9), st.integers(0, 9))))
def test_sums_by_key_add_up_to_the_whole(rows: list[tuple[str, int, int]]) -> None:
    lines = [{"area": a, "whole": w, "part": p, "times": None} for a, w, p in rows]

    found = summed(lines, "area")

    assert sum(t.whole for t in found.values()) == sum(w for _, w, _ in rows)
    assert sum(t.part for t in found.values()) == sum(p for _, _, p in rows)


def test_every_stage_and_every_ledger_has_its_words() -> None:
    assert set(TEXT) == set(Stage)
    assert list(TITLES) == ["application", "filing", "archive", "evaluation", "adjustment"]
    ledgers = [set(ARCHIVE), set(ADJUSTMENT), set(FILED), set(REVIEWED)]
    assert sum(map(len, ledgers)) == len(set().union(*ledgers)), "a matter is in one ledger only"


# --- areas --------------------------------------------------------------------------------


def test_a_citys_areas_are_its_districts_and_its_zones_apart() -> None:
    found = areas.beneath("330200")

    assert (found.digits, len(found.codes)) == (6, 14)
    assert "330206001" in found.named
    assert areas.key_of("330206001005", found) == "330206001"
    assert areas.key_of("330206004", found) == "330206"


def test_a_districts_land_leaves_out_the_zones_that_answer_to_the_city() -> None:
    assert set(areas.apart("330206")) == {"330206001", "330206009", "330206401"}
    assert areas.apart("330200") == []
    assert not set(areas.apart("330206")) & set(areas.beneath("330206").codes)


def test_a_province_falls_into_prefectures_and_back_up() -> None:
    found = areas.beneath("430000")

    assert (found.digits, len(found.codes)) == (4, 14)
    assert areas.code_of("4331") == "433100"
    assert areas.above("430100") == "430000"
    assert areas.above("430121005") == "430121"
    assert not areas.is_divided("330206001")
