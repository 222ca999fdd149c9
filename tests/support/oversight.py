"""Oversight's acts as its people do them, over REST."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from deploy.sample import people
from deploy.sample.story import law_today
from shared.contracts import oversight as osi
from shared.contracts import registry_acts as acts
from shared.contracts.message import Actor, Command
from shared.contracts.refusals import Refused
from tests.support.batch import Row
from tests.support.system import System
from tests.support.waiting import wait_until

CITY_CLERK = people.clerk(people.CITY)
CITY_DECIDER = people.decider(people.CITY)


def confirm(system: System, trigger_id: str, actor: Actor = CITY_CLERK, **found: Any) -> Row:
    """A person confirms what an agency said."""
    command = osi.ConfirmTrigger(trigger_id=trigger_id, remark="经核对材料，情况属实。", **found)
    return dict(system.ask(command, actor))


def dismiss(system: System, trigger_id: str, actor: Actor = CITY_CLERK) -> Row:
    """A person finds that it does not hold."""
    command = osi.DismissTrigger(trigger_id=trigger_id, reason="经核对材料，情况不属实。")
    return dict(system.ask(command, actor))


def cases_of(system: System, unit: Row, actor: Actor = CITY_CLERK) -> list[Row]:
    """The unit's exit cases as the actor sees them."""
    return list(system.ask(osi.ListCases(unit_id=unit["unit_id"]), actor)["items"])


def case(system: System, case_id: str, actor: Actor = CITY_CLERK) -> Row:
    """One case whole."""
    return dict(system.ask(osi.GetCase(case_id=case_id), actor))


def review_item(system: System, trigger_id: str) -> Row:
    """A trigger as it lies before a person."""
    return dict(system.ask(osi.GetReviewItem(trigger_id=trigger_id), CITY_CLERK))


def hear(system: System, case_id: str) -> None:
    """The unit is heard."""
    statement = osi.RecordStatement(
        case_id=case_id, heard_on=law_today(), speaker="单位负责人", text="对事实无异议。"
    )
    system.ask(statement, CITY_CLERK)


def say(system: System, case_id: str, seat: Actor, consent: str = "revoke") -> None:
    """One body's opinion."""
    opinion = osi.RecordOpinion(
        case_id=case_id, body=seat.body, consent=consent, text="已阅案卷，意见如此。"
    )
    system.ask(opinion, seat)


def decide(system: System, case_id: str, outcome: str = "revoke") -> Row:
    """The joint conclusion is written down."""
    command = osi.DecideCase(case_id=case_id, outcome=outcome, says="经集体会商决定。")
    return dict(system.ask(command, CITY_DECIDER))


def open_case(system: System, unit: Row) -> Row:
    """An exit case on facts an officer confirms, without any agency."""
    title = title_of(system, unit)
    command = osi.OpenCase(
        unit_id=unit["unit_id"], title_id=title["title_id"], ground="major_violation",
        severity="major", remark="检查中发现并核实。",
    )  # fmt: skip
    return dict(system.ask(command, CITY_CLERK, patience=10))


def revoke(system: System, unit: Row) -> Row:
    """The whole exit case up to the decision; the case."""
    opened = open_case(system, unit)
    hear(system, opened["case_id"])
    for seat in people.seats(people.CITY):
        say(system, opened["case_id"], seat)
    decided = decide(system, opened["case_id"])
    wait_for_title(system, unit, "revoked")
    return decided


def title_of(system: System, unit: Row) -> Row:
    """The unit's newest title in the register."""
    page = system.ask(acts.ListTitles(unit_id=unit["unit_id"]), CITY_CLERK)
    return dict(page["items"][0])


def wait_for_title(system: System, unit: Row, status: str) -> Row:
    """The title once it has this status."""

    def seen() -> Row | None:
        title = title_of(system, unit)
        return title if title["status"] == status else None

    found = wait_until(seen, seconds=15, what=f"title {status}")
    assert found is not None
    return found


def refused(system: System, command: Command, actor: Actor, at: datetime | None = None) -> Refused:
    """The refusal of an act that must be refused."""
    with pytest.raises(Refused) as caught:
        system.ask(command, actor, at)
    return caught.value
