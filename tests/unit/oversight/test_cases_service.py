"""The service's door plate: every command of oversight has one answer, every fact one hearer."""

from __future__ import annotations

from services.oversight.handlers import titles_heard
from services.oversight.service.rpc import OversightService
from shared.contracts import EVENTS, oversight, oversight_checks, oversight_feed
from shared.messaging import topology

COMMANDS = (*oversight.COMMANDS, *oversight_checks.COMMANDS, *oversight_feed.COMMANDS)


def test_every_command_is_answered_by_the_method_of_its_name():
    answered = {
        name: method.hexie_accepts
        for name, method in vars(OversightService).items()
        if hasattr(method, "hexie_accepts")
    }

    assert answered == {c.name.partition(".")[2]: c for c in COMMANDS}
    assert len(COMMANDS) == len({c.name for c in COMMANDS})


def test_one_hearer_takes_every_fact_so_that_their_order_is_kept():
    hearings = topology.hearings(OversightService)

    assert set(hearings) == {"oversight.follow_chain", "oversight.tell_agencies"}
    assert set(hearings["oversight.follow_chain"]) == set(titles_heard.HEARD)


def test_everything_oversight_says_is_in_the_catalogue():
    said = {event for event in vars(oversight).values() if event in EVENTS}

    assert {e.name for e in said} == {e.name for e in EVENTS if e.name.startswith("oversight.")}
