"""A unit that was entered twice: what agencies say of either code is said of the one that is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.oversight.handlers import titles_heard
from services.oversight.store.known import find_unit
from shared.contracts.message import Event
from shared.contracts.registry import UnitClosed, UnitMerged, UnitReopened
from tests.support.feed import CODE, Sender
from tests.support.feed_desk import FeedDesk, heard

DOUBLE = "91330203MA2DOUBLE0"


@pytest.fixture
def desk(engine_of: Callable[[str], Engine], tmp_path: Path) -> FeedDesk:
    found = FeedDesk(engine_of("oversight"), tmp_path)
    found.empty()
    found.enact()
    found.enter()
    found.enter(DOUBLE)
    return found


def tell(desk: FeedDesk, *events: Event) -> None:
    with desk.open() as tx:
        titles_heard.follow(tx, [heard(tx, event) for event in events])


def unit_of(desk: FeedDesk, code: str) -> str:
    [row] = desk.rows(f"SELECT unit_id FROM known_unit WHERE code = '{code}'")  # noqa: S608
    return str(row.unit_id)


def merged(desk: FeedDesk) -> list[Event]:
    gone, kept = unit_of(desk, DOUBLE), unit_of(desk, CODE)
    return [
        UnitClosed(unit_id=gone, closed_on=date(2026, 3, 10), reason="重复登记", revision=2),
        UnitMerged(unit_id=gone, into_unit_id=kept, merged_on=date(2026, 3, 10), reason="重复登记"),
    ]


def test_an_event_about_the_code_given_up_holds_the_unit_that_is_kept(desk: FeedDesk) -> None:
    sender = desk.enrol(Sender("ldjc"))
    tell(desk, *merged(desk))

    desk.send(sender, sender.event(subject=DOUBLE))
    desk.settle()

    assert [hold.unit_id for hold in desk.open_holds()] == [unit_of(desk, CODE)]


def test_a_hold_that_came_while_they_were_being_merged_goes_along(desk: FeedDesk) -> None:
    sender = desk.enrol(Sender("ldjc"))
    desk.send(sender, sender.event(subject=DOUBLE))
    desk.settle()

    tell(desk, *merged(desk))
    tell(desk, *merged(desk))

    kept = unit_of(desk, CODE)
    assert [hold.unit_id for hold in desk.open_holds()] == [kept]
    said = desk.said("hold_placed")
    assert [s["unit_id"] for s in said] == [unit_of(desk, DOUBLE), kept]
    assert len({s["hold_id"] for s in said}) == 1
    [review] = desk.rows("SELECT * FROM review_item")
    assert review.unit_id == kept


def test_of_closing_and_reopening_the_newer_counts_whichever_is_heard_first(desk: FeedDesk) -> None:
    unit_id = unit_of(desk, CODE)
    closing = UnitClosed(unit_id=unit_id, closed_on=date(2026, 3, 1), reason="停业", revision=2)
    reopening = UnitReopened(
        unit_id=unit_id, reopened_on=date(2026, 3, 9), reason="误注销", revision=3
    )

    tell(desk, reopening)
    tell(desk, closing)
    with desk.open() as tx:
        stays_open = find_unit(tx, unit_id).closed_on
    tell(desk, closing.model_copy(update={"revision": 4}))
    with desk.open() as tx:
        closed_again = find_unit(tx, unit_id).closed_on

    assert stays_open is None
    assert closed_again == date(2026, 3, 1)
