"""Standing, titles and plaques: every move the tables know, and no other."""

from __future__ import annotations

import re
from datetime import date

import pytest

from services.registry.domain.entry import is_own_number, own_number, own_series, tidy_code
from services.registry.domain.honour import (
    LEVEL_SIGN,
    PLACE_MOVES,
    TITLE_MOVES,
    Place,
    TitleStatus,
    last_day,
    move_plaque,
    move_title,
    plaque_number,
    status_on,
    title_number,
    title_series,
)
from services.registry.domain.plan import band_of, missing_sections
from services.registry.domain.standing import MOVES, Standing, move
from shared.contracts.refusals import Refused
from shared.contracts.scalars import KIND_SIGN, KIND_TEXT, UnitKind
from shared.policy.words import LEVELS


@pytest.mark.parametrize("now", Standing)
@pytest.mark.parametrize("to", Standing)
def test_standing_moves_as_the_table_says(now: Standing, to: Standing) -> None:
    if to in MOVES[now]:
        assert move(now, to) is to
        return
    with pytest.raises(Refused) as refused:
        move(now, to)
    assert refused.value.code == "standing_move"


@pytest.mark.parametrize("now", TitleStatus)
@pytest.mark.parametrize("to", TitleStatus)
def test_titles_move_as_the_table_says(now: TitleStatus, to: TitleStatus) -> None:
    if to in TITLE_MOVES[now]:
        assert move_title(now, to) is to
        return
    with pytest.raises(Refused) as refused:
        move_title(now, to)
    assert refused.value.code == "title_move"


@pytest.mark.parametrize("now", Place)
@pytest.mark.parametrize("to", Place)
def test_plaques_move_as_the_table_says(now: Place, to: Place) -> None:
    if to in PLACE_MOVES[now]:
        assert move_plaque(now, to) is to
        return
    with pytest.raises(Refused) as refused:
        move_plaque(now, to)
    assert refused.value.code == "plaque_move"


def test_a_revoked_title_and_a_returned_plaque_go_nowhere() -> None:
    assert TITLE_MOVES[TitleStatus.REVOKED] == frozenset()
    assert PLACE_MOVES[Place.RETURNED] == frozenset()


@pytest.mark.parametrize(
    ("status", "expires_on", "day", "stands"),
    [
        ("active", None, date(2099, 1, 1), "active"),
        ("active", date(2026, 6, 30), date(2026, 6, 30), "active"),
        ("active", date(2026, 6, 30), date(2026, 7, 1), "expired"),
        ("revoked", date(2026, 6, 30), date(2026, 7, 1), "revoked"),
    ],
)
def test_a_title_lapses_the_day_after_its_last(
    status: str, expires_on: date | None, day: date, stands: str
) -> None:
    assert status_on(status, expires_on, day) == stands


def test_the_last_day_is_only_known_where_a_term_is_printed() -> None:
    assert last_day(date(2024, 2, 29), None) is None
    assert last_day(date(2024, 2, 29), 3) == date(2027, 2, 28)
    assert last_day(date(2024, 6, 1), 3) == date(2027, 6, 1)


def test_numbers_follow_our_own_scheme() -> None:
    number = title_number("330200", "city", "site", year=2026, sequence=7)

    assert number == "330200-DS-GD-2026-0007"
    assert plaque_number(number) == "330200-DS-GD-2026-0007-P1"


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("kind", UnitKind)
def test_no_number_of_a_title_holds_a_word_of_the_code(level: str, kind: str) -> None:
    number = title_number("330200.hx.gz", level, kind, year=2026, sequence=12345)

    assert re.fullmatch(r"330200\.HX\.GZ-[A-Z]{2}-[A-Z]{2}-2026-12345", number)


def test_every_level_and_kind_has_a_sign_of_its_own() -> None:
    assert set(LEVEL_SIGN) == set(LEVELS)
    assert set(KIND_SIGN) == set(KIND_TEXT) == set(UnitKind)
    signs = [*LEVEL_SIGN.values(), *KIND_SIGN.values()]
    assert len(set(signs)) == len(signs)


def test_a_series_is_named_by_words_that_never_change() -> None:
    assert title_series("330200", "city", "site", year=2026) == "330200-city-site-2026"
    assert own_series("330203001", "village") == "330203-village"


@pytest.mark.parametrize("kind", UnitKind)
def test_a_unit_without_a_code_gets_a_number_without_a_word_of_the_code(kind: str) -> None:
    number = own_number("330203001", kind, 7)

    assert re.fullmatch(r"330203-[A-Z]{2}-0007", number)
    assert is_own_number(number)
    assert is_own_number(number.lower())


@pytest.mark.parametrize("number", ["330203-VILLAGE-0001", "430200-INDUSTRY_CHAIN-12345"])
def test_numbers_given_before_there_were_signs_are_still_ours(number: str) -> None:
    assert is_own_number(number)
    assert tidy_code("internal", f" {number.lower()} ") == number


@pytest.mark.parametrize(
    ("headcount", "band"),
    [(None, "unknown"), (0, "0-19"), (19, "0-19"), (20, "20-299"), (299, "20-299"),
     (300, "300-999"), (999, "300-999"), (1000, "1000+")],
)  # fmt: skip
def test_head_count_bands_meet_without_gap(headcount: int | None, band: str) -> None:
    assert band_of(headcount) == band


def test_missing_sections_are_named_in_the_documents_order() -> None:
    assert missing_sections(("甲", "乙", "丙"), {"丙": " ", "甲": "有"}) == ("乙", "丙")
