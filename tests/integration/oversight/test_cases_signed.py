"""From an agency's signed bytes to the exit case: nothing in between is made up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from services.oversight.handlers import cases_tasks, cases_unit, review, review_view
from services.oversight.handlers.feed_heard import title_granted
from shared.contracts.oversight import (
    ConfirmTrigger,
    GetReviewItem,
    GetTimeline,
    ListReview,
    ListTasks,
)
from shared.contracts.registry import TitleGranted
from shared.messaging.tx import open_tx
from tests.integration.oversight.cases_builders import CLERK
from tests.support.feed import CODE, Sender
from tests.support.feed_desk import FeedDesk, heard

UNIT = f"unit_{CODE}"
CASE_TABLES = (
    "exit_case, case_trigger, case_seat, case_opinion, case_step, publication, lift_request,"
    " campaign, campaign_unit, proposal, unit_standing"
)


@pytest.fixture
def desk(engine_of: Callable[[str], Engine], tmp_path: Path) -> FeedDesk:
    """A feed's inside with one titled unit."""
    found = FeedDesk(engine_of("oversight"), tmp_path)
    found.empty()
    with found.engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {CASE_TABLES} CASCADE"))
    found.enact()
    found.enter()
    event = TitleGranted(
        unit_id=UNIT,
        title_id="title_1",
        title_kind="demonstration",
        title_text="宁波市和谐劳动关系创建示范企业",
        level="city",
        number="2025-001",
        plaque_number="甬和2025001",
        granted_on=date(2025, 6, 1),
        round_year=2025,
        decision_id="registry-decision-1",
    )
    with found.open() as tx:
        title_granted(tx, [heard(tx, event)])
    return found


def ask(desk: FeedDesk, handle: Callable[..., Any], command: Any) -> Any:
    with open_tx(desk.engine, service="oversight", actor=CLERK) as tx:
        return handle(tx, command)


@pytest.mark.obligation("NB23-062", "NB23-068")
def test_a_signed_decision_of_labour_inspection_ends_in_an_open_case(desk):
    sender = desk.enrol(Sender("ldjc"))
    desk.send(sender, sender.event())
    desk.settle()

    [task] = ask(desk, cases_tasks.list_tasks, ListTasks()).items
    item = ask(desk, review_view.get_review_item, GetReviewItem(trigger_id=task.target_id))
    answer = ask(
        desk,
        review.confirm_trigger,
        ConfirmTrigger(trigger_id=task.target_id, severity="major", remark="已核对处理决定书"),
    )

    assert (task.kind, task.urgent) == ("suspension", True)
    assert item.ground_text == "重大劳动保障违法行为"
    assert item.hold_id
    assert answer.outcome == "case"
    assert [e["case_id"] for e in desk.said("exit_case_opened")] == list(answer.case_ids)
    line = ask(desk, cases_unit.get_timeline, GetTimeline(unit_id=UNIT))
    assert [e.kind for e in line.entries] == ["trigger", "hold_placed", "case_opened"]


@pytest.mark.obligation("NB23-059")
def test_the_same_event_twice_is_one_matter_before_a_person(desk):
    sender = desk.enrol(Sender("ldjc"))
    event = sender.event()
    desk.send(sender, event)
    desk.send(sender, event)
    desk.settle()

    page = ask(desk, review_view.list_review, ListReview())

    assert len(page.items) == 1


@pytest.mark.obligation("NB23-059")
def test_an_event_of_an_unknown_unit_is_among_the_tasks(desk):
    sender = desk.enrol(Sender("ldjc"))
    desk.send(sender, sender.event(subject="91330203MA2AJ00000"))
    desk.settle()

    found = ask(desk, cases_tasks.list_tasks, ListTasks())

    assert [(t.kind, t.says[:1]) for t in found.items] == [("unmatched", "1")]
