"""One opinion of every body, consent of each of the three sides (A-07, A-08)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.evaluation.domain.opinions import (
    Opinion,
    Position,
    Seat,
    check_text,
    position_of,
    seat_of,
    tally,
)
from shared.contracts.refusals import Refused
from shared.contracts.scalars import Side

SEATS = (
    Seat("人社局", Side.GOVERNMENT),
    Seat("总工会", Side.WORKERS),
    Seat("企联", Side.EMPLOYERS),
    Seat("工商联", Side.EMPLOYERS),
)
YES, NO, OUT = Position.CONSENT, Position.DISSENT, Position.RECUSE


def given_by(**positions: Position) -> list[Opinion]:
    sides = {seat.body: seat.side for seat in SEATS}
    return [Opinion(body, sides[body], position) for body, position in positions.items()]


@pytest.mark.parametrize(
    ("positions", "complete", "sides"),
    [
        ({}, False, 0),
        ({"人社局": YES, "总工会": YES, "企联": YES}, False, 2),
        ({"人社局": YES, "总工会": YES, "企联": YES, "工商联": YES}, True, 3),
        ({"人社局": YES, "总工会": NO, "企联": YES, "工商联": YES}, True, 2),
        ({"人社局": YES, "总工会": YES, "企联": YES, "工商联": NO}, True, 2),
        ({"人社局": YES, "总工会": YES, "企联": YES, "工商联": OUT}, True, 3),
        ({"人社局": YES, "总工会": YES, "企联": OUT, "工商联": OUT}, True, 2),
        ({"人社局": OUT, "总工会": YES, "企联": YES, "工商联": YES}, True, 2),
    ],
)
def test_every_body_is_heard_and_each_side_consents(positions, complete, sides):
    counted = tally(SEATS, given_by(**positions))

    assert counted.complete is complete
    assert counted.sides_consenting == sides


def test_the_tally_names_who_is_missing():
    counted = tally(SEATS, given_by(人社局=YES, 企联=YES))

    assert counted.missing == ("总工会", "工商联")
    assert "尚缺总工会、工商联" in counted.says()


def test_an_opinion_without_a_seat_does_not_count():
    stranger = Opinion("某协会", Side.EMPLOYERS, NO)

    assert tally(SEATS, [stranger]) == tally(SEATS, [])


def test_a_node_without_employer_body_never_reaches_three_sides():
    seats = SEATS[:2]
    counted = tally(seats, given_by(人社局=YES, 总工会=YES))

    assert counted.complete
    assert counted.sides_consenting == 2
    assert counted.sides[Side.EMPLOYERS] == "absent"


def test_a_delegated_body_counts_like_an_own_one():
    seats = (*SEATS[:2], Seat("市企联", Side.EMPLOYERS, delegated=True))
    opinions = [*given_by(人社局=YES, 总工会=YES), Opinion("市企联", Side.EMPLOYERS, YES)]

    assert tally(seats, opinions).sides_consenting == 3


@given(st.permutations(given_by(人社局=YES, 总工会=NO, 企联=OUT, 工商联=YES)))
def test_the_order_of_opinions_does_not_matter(opinions):
    assert tally(SEATS, opinions) == tally(
        SEATS, given_by(人社局=YES, 总工会=NO, 企联=OUT, 工商联=YES)
    )


def test_a_body_speaks_only_from_its_own_side():
    assert seat_of(SEATS, "总工会", "workers") == SEATS[1]
    with pytest.raises(Refused) as refused:
        seat_of(SEATS, "总工会", "government")

    assert refused.value.status == 403


@pytest.mark.parametrize("position", [NO, OUT])
def test_dissent_and_recusal_are_written_down(position):
    check_text(YES, "")
    with pytest.raises(Refused) as refused:
        check_text(position, " ")

    assert refused.value.errors[0]["pointer"] == "/text"


def test_an_unknown_position_is_refused():
    with pytest.raises(Refused, match="position_unknown"):
        position_of("maybe")
