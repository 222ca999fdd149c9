"""The planner's question: in order, within the area, today and on past days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from services.incentives.handlers import checking
from shared.contracts.incentives import EntitlementChecks, GreenChannel
from shared.contracts.incentives_answers import EntitlementCheckList
from shared.contracts.incentives_words import Purpose
from shared.contracts.message import Actor
from shared.contracts.refusals import Refused
from tests.integration.incentives.town import (
    TODAY,
    Town,
    closed,
    entered,
    held,
    recognised,
    revoked,
    titled,
)

ROUTINE = Purpose.LABOUR_INSPECTION_ROUTINE
HAISHU = Actor(id="user_haishu", name="海曙经办", node="330203", roles=("clerk",))
YINZHOU = Actor(id="user_yinzhou", name="鄞州经办", node="330212", roles=("clerk",))
NOWHERE = Actor(id="user_lost", name="无岗位", roles=("clerk",))
YESTERDAY = TODAY - timedelta(days=1)


def items(town: Town, *codes: str, actor: Actor = HAISHU, **more: Any) -> list[dict[str, Any]]:
    command = EntitlementChecks(purpose=more.pop("purpose", ROUTINE), codes=codes, **more)
    answer = checking.entitlement_checks(town.tx(actor), command)
    EntitlementCheckList.model_validate(answer)  # the shape the gateway was promised
    found: list[dict[str, Any]] = answer["items"]
    return found


def channel(town: Town, unit_id: str, purpose: Purpose, on: date | None = None) -> bool:
    command = GreenChannel(code=f"CODE-{unit_id}", purpose=purpose, on=on)
    return checking.green_channel(town.tx(), command).green_channel


def test_answers_come_in_the_order_asked_with_unknown_codes_marked(town: Town) -> None:
    town.city_enterprise("u1")
    town.says(entered("u2"), entered("u3"), recognised("u3"))

    found = items(town, "CODE-u3", "nobody", "CODE-u1", "CODE-u2", "CODE-u1")

    assert [(i["known"], i["status"]) for i in found] == [
        (True, "reduced"),
        (False, "normal"),
        (True, "exempt"),
        (True, "normal"),
        (True, "exempt"),
    ]
    assert [i["factor"] for i in found] == ["0.5", "1", "0", "1", "0"]
    assert found[2]["lease_until"] is not None


@pytest.mark.parametrize("actor", [YINZHOU, NOWHERE], ids=["other area", "no node"])
def test_units_of_another_area_are_unknown(town: Town, actor: Actor) -> None:
    town.city_enterprise("u1")

    found = items(town, "CODE-u1", actor=actor)[0]

    assert (found["known"], found["name"], found["status"]) == (False, "", "normal")


def test_a_held_units_answer_names_the_reason(town: Town) -> None:
    town.city_enterprise("u1")
    town.says(held("u1"))

    found = items(town, "CODE-u1")[0]

    assert found["held"] is True
    assert found["reason"].endswith("（劳动保障监察已作出决定）")


def test_a_held_unit_that_never_had_benefits_is_said_to_be_held(town: Town) -> None:
    town.says(entered("u1"), held("u1"))

    found = items(town, "CODE-u1")[0]

    assert (found["held"], found["status"], found["may_inspect"]) == (True, "normal", True)


def test_of_two_units_with_one_code_the_open_one_answers(town: Town) -> None:
    town.says(entered("u1", code="SAME"), closed("u1"))
    town.city_enterprise("u2", code="SAME")

    assert items(town, "SAME")[0]["unit_id"] == "u2"


def test_a_past_day_is_answered_from_history(town: Town) -> None:
    town.city_enterprise("u1")
    town.says(revoked("u1", on=TODAY))

    before_title = items(town, "CODE-u1", on=date(2025, 11, 30))[0]
    with_title = items(town, "CODE-u1", on=YESTERDAY)[0]
    before_all = items(town, "CODE-u1", on=date(2025, 1, 1))[0]

    assert (before_title["status"], before_title["factor"]) == ("reduced", "0.5")
    assert (with_title["status"], with_title["may_inspect"]) == ("exempt", False)
    assert before_all["status"] == "normal"


def test_a_later_day_tells_the_planner_to_ask_again(town: Town) -> None:
    town.city_enterprise("u1")

    found = items(town, "CODE-u1", on=TODAY + timedelta(days=30))[0]

    assert found["status"] == "exempt"
    assert "再次核对" in found["reason"]


def test_codes_and_unit_ids_are_not_mixed(town: Town) -> None:
    command = EntitlementChecks(purpose=ROUTINE, codes=("a",), unit_ids=("b",))

    with pytest.raises(Refused) as refused:
        checking.entitlement_checks(town.tx(), command)

    assert (refused.value.code, refused.value.status) == ("codes_or_unit_ids", 422)


def test_without_a_pack_there_is_no_answer_to_mistake_for_a_yes(bare_town: Town) -> None:
    command = EntitlementChecks(purpose=ROUTINE, codes=("a",))

    with pytest.raises(Refused) as refused:
        checking.entitlement_checks(bare_town.tx(), command)

    assert refused.value.code == "pack_not_activated"


def test_ten_thousand_units_take_as_many_statements_as_one(town: Town) -> None:
    town.city_enterprise("u1")
    counted: list[str] = []
    connection = town.tx().session.connection()

    def count(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        counted.append(statement)

    event.listen(connection, "before_cursor_execute", count)
    items(town, "CODE-u1")
    one = len(counted)
    items(town, *(f"CODE-{n}" for n in range(10_000)))
    event.remove(connection, "before_cursor_execute", count)

    assert len(counted) - one == one <= 2


@pytest.mark.obligation("NB23-089")
def test_the_work_injury_agency_learns_by_code_that_the_unit_has_the_channel(town: Town) -> None:
    town.city_enterprise("u1")
    town.says(entered("u2"), recognised("u2"))

    assert channel(town, "u1", Purpose.WORK_INJURY_GREEN_CHANNEL) is True
    assert channel(town, "u2", Purpose.WORK_INJURY_GREEN_CHANNEL) is False


@pytest.mark.obligation("NB23-097")
def test_a_title_revoked_yesterday_gives_no_dispute_channel_today(town: Town) -> None:
    town.says(entered("u1"), titled("u1"), revoked("u1", on=YESTERDAY))

    assert channel(town, "u1", Purpose.DISPUTE_GREEN_CHANNEL, TODAY) is False
    assert channel(town, "u1", Purpose.DISPUTE_GREEN_CHANNEL, YESTERDAY) is False
    assert channel(town, "u1", Purpose.DISPUTE_GREEN_CHANNEL, YESTERDAY - timedelta(1)) is True


def test_an_unknown_code_has_no_channel_answer(town: Town) -> None:
    with pytest.raises(Refused) as refused:
        channel(town, "nobody", Purpose.DISPUTE_GREEN_CHANNEL)

    assert refused.value.status == 404
