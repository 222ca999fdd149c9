"""Answering: one transaction a command, a refusal is an answer, a repeated key is one act."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from shared.messaging.answer import accepts
from tests.integration.messaging.conftest import Bus
from tests.integration.messaging.probe import Double

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def bus(answering: Bus) -> Bus:
    """The module's bus, without the effects of the tests before."""
    answering.rows("DELETE FROM effect")
    return answering


@pytest.fixture
def ask(bus: Bus) -> Ask:
    return bus.ask


def test_a_command_is_carried_out_and_answered(bus: Bus, ask: Ask) -> None:
    assert ask({"number": 4}, correlation_id="c_1") == {"ok": {"doubled": 8}}
    assert bus.rows("SELECT message_id, unit_id FROM effect") == [("c_1", "4")]


def test_a_refusal_is_an_answer_and_leaves_nothing(bus: Bus, ask: Ask) -> None:
    answer = ask({"number": 3})

    assert answer == {
        "refused": {
            "code": "odd",
            "says": "3 是奇数，不能办理。",
            "clause": "NB23:一",
            "status": 409,
            "errors": [],
        }
    }
    assert bus.effects() == []


def test_a_bad_shape_is_refused_field_by_field_in_chinese(ask: Ask) -> None:
    refused = ask({"number": "vier", "colour": 1})["refused"]

    assert (refused["code"], refused["status"]) == ("invalid_command", 422)
    assert refused["errors"] == [
        {"pointer": "/number", "says": "应为整数"},
        {"pointer": "/colour", "says": "不认识的字段"},
    ]
    assert ask({})["refused"]["errors"] == [{"pointer": "/number", "says": "必填，没有填写"}]


def test_the_same_key_and_command_act_once(bus: Bus, ask: Ask) -> None:
    first = ask({"number": 4}, idempotency_key="k1")
    second = ask({"number": 4}, idempotency_key="k1")

    assert first == second == {"ok": {"doubled": 8}}
    assert bus.effects() == ["4"]


def test_the_same_key_at_once_acts_once(bus: Bus, ask: Ask) -> None:
    answers: list[dict[str, Any]] = []
    threads = [
        threading.Thread(target=lambda: answers.append(ask({"number": 6}, idempotency_key="k2")))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [{"ok": {"doubled": 12}}] * 4
    assert bus.effects() == ["6"]


def test_a_key_used_for_something_else_is_refused(bus: Bus, ask: Ask) -> None:
    ask({"number": 4}, idempotency_key="k3")

    refused = ask({"number": 8}, idempotency_key="k3")["refused"]

    assert (refused["code"], refused["status"]) == ("idempotency_key_reused", 422)
    assert bus.effects() == ["4"]


def test_a_key_belongs_to_its_caller(bus: Bus, ask: Ask) -> None:
    other = {"id": "user_2", "name": "另一人", "node": "330203", "roles": ["clerk"]}

    ask({"number": 4}, idempotency_key="k4")
    ask({"number": 8}, idempotency_key="k4", actor=other)

    assert bus.effects() == ["4", "8"]


def test_a_refused_key_may_be_used_again(bus: Bus, ask: Ask) -> None:
    assert "refused" in ask({"number": 3}, idempotency_key="k5")
    assert ask({"number": 4}, idempotency_key="k5") == {"ok": {"doubled": 8}}
    assert bus.effects() == ["4"]


def test_nobody_is_not_allowed(ask: Ask) -> None:
    refused = ask({"number": 4}, actor={"id": 7})["refused"]

    assert (refused["code"], refused["status"]) == ("no_actor", 403)


def test_a_defect_gives_a_reference_and_no_inside_knowledge(bus: Bus, ask: Ask) -> None:
    refused = ask({"number": 4, "fail": "secret detail"}, correlation_id="c_ref")["refused"]

    assert (refused["code"], refused["status"]) == ("internal_error", 500)
    assert "c_ref" in refused["says"]
    assert "secret" not in str(refused)
    assert bus.effects() == []


def test_stopping_answers_what_is_in_flight(bus: Bus, ask: Ask) -> None:
    answers: list[dict[str, Any]] = []
    asking = threading.Thread(
        target=lambda: answers.extend(ask({"number": 2 * n}) for n in range(20))
    )
    asking.start()

    first = bus.processes[0]
    bus.start_probe()
    code = bus.stop(first)
    asking.join()

    assert code == 0, bus.logs()
    assert [a["ok"]["doubled"] for a in answers] == [4 * n for n in range(20)]
    assert sorted(map(int, bus.effects())) == [2 * n for n in range(20)]


def test_a_method_is_named_like_its_command() -> None:
    with pytest.raises(TypeError, match="call it double"):

        @accepts(Double)
        def other(self: object, tx: object, command: Double) -> None:
            """Never registered."""
