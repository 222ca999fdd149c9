"""The vote of a congress: two thirds present, more than half of all (standards 5.5)."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.evaluation.domain.congress import (
    Meeting,
    VoteRule,
    check_meeting,
    check_votes,
    congress_ok,
    meeting_of,
    vote_says,
)
from shared.contracts.refusals import Refused


@pytest.mark.obligation("NB23-025")
@pytest.mark.parametrize(
    ("present", "total", "yes", "ok"),
    [
        (20, 30, 16, True),
        (20, 30, 15, False),
        (19, 30, 19, False),
        (60, 90, 46, True),
        (60, 90, 45, False),
        (59, 90, 59, False),
        (1, 1, 1, True),
        (2, 3, 2, True),
        (2, 3, 1, False),
    ],
)
def test_a_vote_carries_with_two_thirds_present_and_more_than_half_of_all(present, total, yes, ok):
    assert congress_ok(present, total, yes) is ok


@given(total=st.integers(1, 500), data=st.data())
def test_one_more_yes_never_turns_a_passed_vote_down(total, data):
    present = data.draw(st.integers(0, total))
    yes = data.draw(st.integers(0, max(0, present - 1)))

    if congress_ok(present, total, yes) and yes < present:
        assert congress_ok(present, total, yes + 1)


def test_the_shares_come_from_the_pack():
    stricter = VoteRule(quorum=Fraction(3, 4), majority=Fraction(2, 3))

    assert congress_ok(60, 90, 46)
    assert not congress_ok(60, 90, 46, stricter)
    assert "未通过" in vote_says(60, 90, 46, stricter)


@pytest.mark.parametrize(
    ("total", "present", "yes", "pointers"),
    [
        (30, 20, 31, ["/yes"]),
        (30, 20, 21, ["/yes"]),
        (30, 31, 20, ["/present"]),
        (0, 0, 0, ["/members_total"]),
        (30, 20, -1, ["/yes"]),
        (-1, 5, 9, ["/members_total", "/present", "/yes"]),
    ],
)
def test_impossible_numbers_are_refused_at_their_field(total, present, yes, pointers):
    with pytest.raises(Refused) as refused:
        check_votes(total=total, present=present, yes=yes)

    assert refused.value.status == 422
    assert [row["pointer"] for row in refused.value.errors] == pointers


def test_an_enterprise_cannot_do_without_its_workers():
    for meeting in (Meeting.OWN_BODY, Meeting.NOT_APPLICABLE):
        with pytest.raises(Refused, match="congress_resolution_required"):
            check_meeting(meeting, "enterprise", "理由")


def test_a_park_may_say_not_applicable_only_with_a_reason():
    check_meeting(Meeting.NOT_APPLICABLE, "park", "园区没有职工代表大会")
    check_meeting(Meeting.OWN_BODY, "township", "")

    with pytest.raises(Refused, match="reason_required"):
        check_meeting(Meeting.NOT_APPLICABLE, "park", "  ")


def test_an_unknown_meeting_is_refused_at_its_field():
    with pytest.raises(Refused) as refused:
        meeting_of("board")

    assert refused.value.errors[0]["pointer"] == "/meeting"
