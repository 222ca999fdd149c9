"""Planned numbers by kind; full months of cultivation; when a notice is over."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.evaluation.domain.cultivation import full_months
from services.evaluation.domain.notice import (
    check_investigator,
    check_objection,
    is_finished,
    outcome_of,
)
from services.evaluation.domain.quota import quota_for, quotas_of
from services.evaluation.domain.stages import ObjectionStage
from shared.contracts.refusals import Refused
from shared.policy.load import load_pack

TITLE = load_pack("ningbo-2023").titles["city_demonstration"]


@pytest.mark.obligation("NB23-048", "NB23-049", "NB23-050", "NB23-051", "NB23-052")
@pytest.mark.parametrize(
    ("kind", "planned"),
    [("enterprise", 30), ("park", 6), ("township", 6), ("site", 6), ("industry", 2)],
)
def test_each_kind_has_its_own_number(kind, planned):
    last = quota_for(TITLE, kind, planned - 1)
    full = quota_for(TITLE, kind, planned)

    assert last is not None
    assert full is not None
    assert (last.left, full.left) == (1, 0)
    assert full.clause == "NB23:二(四).2"


@pytest.mark.obligation("NB23-049", "NB23-050")
def test_parks_and_townships_are_counted_apart():
    quotas = {q.kind: q for q in quotas_of(TITLE, {"park": 6, "enterprise": 31})}

    assert quotas["park"].left == 0
    assert quotas["township"].left == 6
    assert quotas["enterprise"].overrides == 1
    assert quotas["township"].shortage == 6


def test_a_kind_without_a_number_has_no_quota():
    assert quota_for(TITLE, "chain", 0) is None


@pytest.mark.obligation("NB23-041")
@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2024, 1, 10), date(2024, 11, 1), 9),
        (date(2024, 1, 10), date(2025, 1, 9), 11),
        (date(2024, 1, 10), date(2025, 1, 10), 12),
        (date(2024, 1, 31), date(2024, 2, 29), 1),
        (date(2023, 1, 31), date(2023, 2, 27), 0),
        (date(2024, 2, 29), date(2025, 2, 28), 12),
        (date(2025, 1, 1), date(2024, 1, 1), 0),
    ],
)
def test_a_month_is_full_on_the_same_day(start, end, months):
    assert full_months(start, end) == months


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 1500))
def test_months_never_shrink_as_days_pass(start, days):
    end = date.fromordinal(start.toordinal() + days)
    later = date.fromordinal(end.toordinal() + 1)

    assert full_months(start, later) >= full_months(start, end)


def test_a_notice_is_over_the_day_after_its_last():
    assert not is_finished(date(2026, 3, 17), date(2026, 3, 17))
    assert is_finished(date(2026, 3, 17), date(2026, 3, 18))


@pytest.mark.parametrize(
    ("given_", "pointers"),
    [
        ({"objector_kind": "person", "name": "张三", "signed": True, "content": "欠薪"}, []),
        ({"objector_kind": "anonymous", "name": "", "signed": False, "content": "欠薪"}, []),
        (
            {"objector_kind": "person", "name": "", "signed": False, "content": "欠薪"},
            ["/objector_name", "/signed"],
        ),
        ({"objector_kind": "unit", "name": "甲公司", "signed": False, "content": "x"}, ["/signed"]),
        (
            {"objector_kind": "crowd", "name": "", "signed": False, "content": "x"},
            ["/objector_kind"],
        ),
        ({"objector_kind": "anonymous", "name": "", "signed": False, "content": " "}, ["/content"]),
    ],
)
def test_an_objection_names_itself_or_says_it_is_anonymous(given_, pointers):
    if not pointers:
        check_objection(**given_)
        return
    with pytest.raises(Refused) as refused:
        check_objection(**given_)

    assert [row["pointer"] for row in refused.value.errors] == pointers


def test_whoever_recommended_does_not_investigate():
    check_investigator("user_c", ["user_a", "user_b"])
    with pytest.raises(Refused, match="investigator_recommended"):
        check_investigator("user_a", ["user_a", "user_b"])


def test_an_unfounded_objection_removes_nobody():
    assert outcome_of("upheld", "remove", "属实") is ObjectionStage.UPHELD
    assert outcome_of("unfounded", "keep", "不实") is ObjectionStage.UNFOUNDED
    with pytest.raises(Refused, match="finding_incomplete"):
        outcome_of("unfounded", "remove", "不实")
