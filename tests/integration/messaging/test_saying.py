"""Saying: with the state or not at all, numbered per subject in the order of commits."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from shared.contracts.message import Actor, Envelope
from shared.contracts.oversight import HoldLifted
from shared.contracts.refusals import Refused
from shared.contracts.registry import UnitClosed
from shared.messaging.tx import Heard, Tx, open_tx
from shared.runtime import decisions
from tests.integration.messaging.conftest import Bus

CLERK = Actor(id="user_1", name="经办", node="330203", roles=("clerk",))
LATE = datetime(2026, 3, 1, 17, 30, tzinfo=UTC)  # already the 2nd in Ningbo


FOREIGN = HoldLifted(
    unit_id="unit_a", hold_id="hold_1", effect="suspend", reason="", lifted_at=LATE, decision_id="d"
)


def _closed(unit_id: str) -> UnitClosed:
    return UnitClosed(unit_id=unit_id, closed_on=date(2026, 3, 1), reason="完工")


def _envelopes(bus: Bus) -> list[Envelope]:
    rows = bus.rows("SELECT body FROM outbox ORDER BY subject, sequence", bus.registry)
    return [Envelope.from_bytes(bytes(r[0])) for r in rows]


def test_an_envelope_tells_who_when_and_why(bus: Bus) -> None:
    with open_tx(
        bus.registry, service="registry", now=LATE, actor=CLERK, correlation_id="c_1"
    ) as tx:
        assert tx.today == date(2026, 3, 2)
        tx.emit(_closed("unit_a"))

    [envelope] = _envelopes(bus)
    assert (envelope.source, envelope.type, envelope.version) == (
        "registry", "registry.unit_closed", 1,
    )  # fmt: skip
    assert (envelope.time, envelope.actor, envelope.correlation_id) == (LATE, CLERK, "c_1")
    assert (envelope.subject, envelope.sequence, envelope.causation_id) == ("unit_a", 1, "")


def test_what_is_said_while_hearing_names_its_cause(bus: Bus) -> None:
    with open_tx(bus.registry, service="registry", correlation_id="c_story") as tx:
        tx.emit(_closed("unit_a"))
    [first] = _envelopes(bus)

    with open_tx(bus.registry, service="registry") as tx:
        with tx.because_of(Heard(_closed("unit_a"), first)):
            tx.emit(_closed("unit_b"))
        tx.emit(_closed("unit_c"))

    _, second, third = _envelopes(bus)
    assert (second.correlation_id, second.causation_id) == ("c_story", first.id)
    assert third.correlation_id != "c_story"
    assert third.causation_id == ""


def test_what_is_rolled_back_was_never_said_and_leaves_no_hole(bus: Bus) -> None:
    bus.say("unit_a")
    with pytest.raises(Refused):
        _say_and_refuse(bus)
    bus.say("unit_a")

    assert [e.sequence for e in _envelopes(bus)] == [1, 2]


def _say_and_refuse(bus: Bus) -> None:
    with open_tx(bus.registry, service="registry") as tx:
        tx.emit(_closed("unit_a"))
        tx.flush()
        raise Refused("no", "不行。")


def test_numbers_have_no_holes_and_follow_commits_under_a_race(bus: Bus) -> None:
    def talk(turns: int) -> None:
        for _ in range(turns):
            bus.say("unit_a", "unit_b")
            with open_tx(bus.registry, service="registry") as tx:
                tx.emit(_closed("unit_b"))
                tx.emit(_closed("unit_a"))

    threads = [threading.Thread(target=talk, args=(8,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for unit in ("unit_a", "unit_b"):
        numbers = [e.sequence for e in _envelopes(bus) if e.subject == unit]
        assert numbers == list(range(1, 65))


def test_a_later_number_cannot_be_committed_before_an_earlier_one(bus: Bus) -> None:
    order: list[str] = []
    first = Session(bus.registry)
    tx = Tx(first, service="registry", now=LATE)
    tx.emit(_closed("unit_a"))
    tx.flush()

    def second() -> None:
        bus.say("unit_a")
        order.append("second")

    waiting = threading.Thread(target=second)
    waiting.start()
    waiting.join(timeout=0.3)
    order.append("first")
    first.commit()
    first.close()
    waiting.join()

    assert order == ["first", "second"]


def test_flushing_twice_says_once(bus: Bus) -> None:
    with open_tx(bus.registry, service="registry") as tx:
        tx.emit(_closed("unit_a"))
        tx.flush()
        tx.emit(_closed("unit_a"))
        tx.flush()

    assert [e.sequence for e in _envelopes(bus)] == [1, 2]
    assert len(tx.said) == 2


def test_a_service_says_only_its_own_facts(bus: Bus) -> None:
    with (
        pytest.raises(ValueError, match=r"registry may not say oversight\."),
        open_tx(bus.registry, service="registry") as tx,
    ):
        tx.emit(FOREIGN)


def test_rows_for_outside_keep_order_only_where_a_subject_is_given(bus: Bus) -> None:
    with open_tx(bus.registry, service="registry") as tx:
        for subject in ("", "", "case_1", "case_1"):
            tx.send_out(
                vhost="ag.1", exchange="feed", routing_key="x", body=b"\x00", subject=subject,
                headers={"sig": "s"},
            )  # fmt: skip
        own = tx.send_out(
            vhost="ag.1", exchange="receipts", routing_key="", body=b"r", message_id="receipt_1"
        )

    assert own == "receipt_1"
    rows = bus.rows(
        "SELECT id, subject, sequence, headers FROM outbox ORDER BY sequence", bus.registry
    )
    assert [r.sequence for r in rows] == [0, 0, 0, 1, 2]
    assert all(r.subject == r.id for r in rows[:3])
    assert rows[3].subject == rows[4].subject == "ag.1/feed#case_1"
    assert rows[4].headers == {"sig": "s"}


def test_a_decision_is_kept_with_its_whole_chain(bus: Bus) -> None:
    with open_tx(bus.registry, service="registry", now=LATE, actor=CLERK) as tx:
        decision_id = decisions.record(
            tx, kind="plan.filed", subject="plan_1", outcome="met", says="年度计划已备案。",
            facts=[{"name": "plan.filed_on", "value": date(2026, 3, 2)}], because=["evt_1"],
            clauses=["NB23:二(二)"],
        )  # fmt: skip
        found = decisions.load(tx.session, decision_id)

    assert decision_id.startswith("registry-decision-")
    assert found["decided_by"]["name"] == "经办"
    assert found["decided_at"] == LATE.isoformat()
    assert found["facts"] == [{"name": "plan.filed_on", "value": "2026-03-02"}]
    assert found["because"] == ["evt_1"]
    assert [c["id"] for c in found["clauses"]] == ["NB23:二(二)"]


def test_a_decision_that_does_not_exist_is_refused(bus: Bus) -> None:
    with (
        open_tx(bus.registry, service="registry") as tx,
        pytest.raises(Refused, match="没有编号为") as refused,
    ):
        decisions.load(tx.session, "registry-decision-0")

    assert refused.value.status == 404


def test_a_clock_without_a_zone_is_an_error(bus: Bus) -> None:
    with pytest.raises(ValueError, match="zone"):
        Tx(Session(bus.registry), service="registry", now=datetime(2026, 1, 1))  # noqa: DTZ001
