"""The database holds the case's rules too: a wrong program cannot break what the domain guards."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.oversight.domain.case import NEXT, Stage
from shared.messaging.tx import Tx
from shared.policy.load import load_pack
from tests.integration.oversight.cases_builders import BODIES, Oversight


@pytest.fixture
def oversight(tx_for: Callable[..., Tx]) -> Oversight:
    """Oversight with Ningbo's pack at work."""
    made = Oversight(tx_for)
    made.activate(load_pack("ningbo-2023"))
    return made


def refuses(oversight: Oversight, statement: str, **values: object) -> bool:
    session = oversight.tx().session
    try:
        with session.begin_nested():
            session.execute(text(statement), values)
    except DBAPIError:
        return True
    return False


def test_the_table_knows_the_same_ways_between_stages_as_the_domain(oversight):
    unit_id, _ = oversight.a_titled_unit()
    case_id = oversight.confirm(oversight.a_trigger(unit_id), severity="major").case_ids[0]
    ended = "CASE WHEN :to = 'closed' THEN"
    closed = f"closed_at = {ended} now() END, closed_by = {ended} 'x' END"
    decided = "outcome = CASE WHEN :to IN ('decided', 'closed') THEN 'revoke' ELSE '' END"
    when = "decided_at = CASE WHEN :to IN ('decided', 'closed') THEN now() END"
    by = "decided_by = CASE WHEN :to IN ('decided', 'closed') THEN 'x' END"
    force = f"UPDATE exit_case SET stage = :to, heard = 'heard', {closed}, {decided}, {when}, {by}"  # noqa: S608
    session = oversight.tx().session

    allowed = set()
    for start, to in product(Stage, Stage):
        session.execute(text("ALTER TABLE exit_case DISABLE TRIGGER guard"))
        session.execute(text(force), {"to": start})
        session.execute(text("ALTER TABLE exit_case ENABLE TRIGGER guard"))
        if start is not to and not refuses(oversight, force, to=to):
            allowed.add((start, to))

    assert case_id
    kept = {(Stage.DELIBERATION, Stage.CLOSED)}  # a kept title closes in the same act
    assert allowed - kept == {(start, to) for start, ends in NEXT.items() for to in ends}


def test_an_opinion_is_superseded_and_never_rewritten_or_erased(oversight):
    case_id, *_ = oversight.heard_case()
    oversight.say(case_id, BODIES[0])

    assert refuses(oversight, "UPDATE case_opinion SET opinion_text = '改写'")
    assert refuses(oversight, "DELETE FROM case_opinion")


def test_the_story_of_a_case_only_grows(oversight):
    oversight.an_open_case()

    assert refuses(oversight, "UPDATE case_step SET says = '改写'")
    assert refuses(oversight, "DELETE FROM case_step")


def test_the_pack_and_the_naming_node_of_a_case_never_move(oversight):
    oversight.an_open_case()

    assert refuses(oversight, "UPDATE exit_case SET fingerprint = 'other'")
    assert refuses(oversight, "UPDATE exit_case SET node = '330203'")


def test_one_title_has_at_most_one_open_case(oversight):
    oversight.an_open_case()
    names = (
        "unit_id, title_text, level, plaque_number, node, reported_from, ground, ground_text,"
        " clause, pack_id, fingerprint, facts, remark, stage, outcome, opened_at, opened_by,"
        " opened_by_name, opening_decision_id"
    )
    again = (
        f"INSERT INTO exit_case (case_id, title_id, {names})"  # noqa: S608
        f" SELECT :case_id, coalesce(:title_id, title_id), {names} FROM exit_case LIMIT 1"
    )

    assert refuses(oversight, again, case_id="case_2", title_id=None)
    assert not refuses(oversight, again, case_id="case_3", title_id="title_other")


def test_whoever_asked_to_lift_is_never_the_second_person(oversight):
    asked = "'lr_1', 't_1', 'lift', '理由', now(), 'user_a', '甲', now()"
    names = "lift_request_id, trigger_id, purpose, reason, asked_at, asked_by, asked_by_name"

    same = f"INSERT INTO lift_request ({names}, settled_at, settled_by) VALUES ({asked}, 'user_a')"  # noqa: S608
    other = f"INSERT INTO lift_request ({names}, settled_at, settled_by) VALUES ({asked}, 'user_b')"  # noqa: S608

    assert refuses(oversight, same)
    assert not refuses(oversight, other)
