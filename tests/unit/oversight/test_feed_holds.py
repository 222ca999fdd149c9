"""Holds are a set of reasons; numbers are complete or they are not."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from services.oversight.domain.holds import (
    LIFT_EXEMPTION,
    SUSPEND,
    Reason,
    Standing,
    lift,
    over_the_brake,
    place,
)
from services.oversight.domain.sequence import advance, missing

REASONS = st.builds(
    Reason,
    trigger_id=st.sampled_from(["t1", "t2", "t3", "t4", "t5"]),
    effect=st.just(SUSPEND),
)
ACTS = st.lists(st.one_of(REASONS, st.sampled_from(["t1", "t2", "t3", "t4", "t5"])), max_size=20)


def after(acts: list[Reason | str]) -> Standing:
    standing = Standing()
    for act in acts:
        standing = place(standing, act) if isinstance(act, Reason) else lift(standing, act)
    return standing


@given(acts=ACTS, order=st.randoms(use_true_random=False))
def test_the_order_of_placing_and_lifting_does_not_matter(
    acts: list[Reason | str], order: st.DataObject
) -> None:
    shuffled = list(acts)
    order.shuffle(shuffled)  # type: ignore[attr-defined]

    assert after(shuffled) == after(acts)


@given(acts=ACTS)
def test_doing_everything_twice_changes_nothing(acts: list[Reason | str]) -> None:
    assert after(acts + acts) == after(acts)


def test_every_order_of_five_events_ends_the_same() -> None:
    acts: list[Reason | str] = [
        Reason("t1", SUSPEND),
        Reason("t2", LIFT_EXEMPTION),
        Reason("t3", SUSPEND),
        "t1",
        "t2",
    ]

    ends = {after(list(order)) for order in permutations(acts)}

    assert len(ends) == 1
    assert ends.pop().open == {Reason("t3", SUSPEND)}


@given(acts=ACTS, gone=st.sampled_from(["t1", "t2", "t3"]))
def test_lifting_removes_only_its_own_reason(acts: list[Reason | str], gone: str) -> None:
    before = after(acts)

    left = before.open - lift(before, gone).open

    assert {r.trigger_id for r in left} <= {gone}


def test_suspended_means_that_a_reason_stands() -> None:
    one = place(place(Standing(), Reason("t1", SUSPEND)), Reason("t2", SUSPEND))

    assert lift(one, "t1").suspended
    assert not lift(lift(one, "t1"), "t2").suspended


def test_an_open_complaint_lifts_the_waiver_and_suspends_nothing() -> None:
    standing = place(Standing(), Reason("t1", LIFT_EXEMPTION))

    assert not standing.exempt
    assert not standing.suspended
    assert lift(standing, "t1").exempt


@given(st.sets(st.integers(1, 60)), st.randoms(use_true_random=False))
def test_numbers_arriving_in_any_order_leave_the_same_run(
    numbers: set[int], order: st.DataObject
) -> None:
    shuffled = list(numbers)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    end, beyond = 0, frozenset[int]()
    for number in shuffled:
        end, beyond = advance(end, {number, *beyond})

    expected = next(n for n in range(62) if n + 1 not in numbers)

    assert (end, beyond) == (expected, frozenset(n for n in numbers if n > expected))
    highest = max(numbers, default=0)
    assert missing(end, highest, beyond) == highest - len(numbers)


def test_the_brake_is_off_without_a_limit_and_counts_from_it() -> None:
    assert not over_the_brake(10_000, None)
    assert not over_the_brake(49, 50)
    assert over_the_brake(50, 50)
