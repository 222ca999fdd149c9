"""Two officers at once, on real connections: the row's lock lets one act, and tells the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from services.oversight.handlers import cases_decide, review
from shared.contracts.message import Actor
from shared.contracts.oversight import ConfirmTrigger, DecideCase
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx, open_tx
from shared.policy.load import load_pack
from tests.integration.oversight.cases_builders import (
    CLERK,
    DISTRICT_CLERK,
    NOW,
    REVIEWER,
    Oversight,
)

OTHER_REVIEWER = REVIEWER.model_copy(update={"id": "user_reviewer_2", "name": "吴审核"})


@pytest.fixture
def engine(engine_of: Callable[[str], Engine]) -> Engine:
    """The database of this module: what is committed here stays here."""
    return engine_of("oversight")


@pytest.fixture
def oversight(engine: Engine) -> Iterator[Oversight]:
    """Oversight on a session of its own; `commit()` makes it visible to others."""
    with Session(engine, autoflush=False) as session:

        def give(service: str, *, actor: Actor, now: datetime) -> Tx:
            return Tx(session, service=service, now=now, actor=actor)

        made = Oversight(give)
        made.activate(load_pack("ningbo-2023"))
        yield made


def commit(oversight: Oversight) -> None:
    oversight.tx().session.commit()


def at_once(engine: Engine, handle: Callable[..., Any], acts: list[tuple[Actor, Any]]) -> list[str]:
    """Each person acts on a connection of their own at the same moment: the answers' codes."""
    start = Barrier(len(acts))

    def act(who: Actor, command: Any) -> str:
        start.wait(timeout=10)
        try:
            with open_tx(engine, service="oversight", now=NOW, actor=who) as tx:
                handle(tx, command)
        except Refused as refused:
            return f"{refused.status} {refused.code}"
        return "ok"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(lambda a: act(*a), acts), reverse=True)


def said(engine: Engine, name: str, unit_id: str) -> int:
    with engine.connect() as connection:
        found = connection.execute(
            text("SELECT count(*) FROM outbox WHERE routing_key = :n AND subject = :u"),
            {"n": name, "u": unit_id},
        )
        return int(found.scalar_one())


def test_of_two_conclusions_at_once_one_stands_and_the_other_reads_it(engine, oversight):
    case_id, unit_id, _ = oversight.heard_case()
    oversight.all_say(case_id)
    commit(oversight)
    command = DecideCase(case_id=case_id, outcome="revoke", says="一致同意。")

    answers = at_once(
        engine, cases_decide.decide_case, [(REVIEWER, command), (OTHER_REVIEWER, command)]
    )

    assert answers == ["ok", "409 case_decided"]
    assert said(engine, "exit_decided", unit_id) == 1


def test_of_two_confirmations_at_once_one_opens_the_case(engine, oversight):
    unit_id, _ = oversight.a_titled_unit()
    trigger_id = oversight.a_trigger(unit_id)
    commit(oversight)
    command = ConfirmTrigger(trigger_id=trigger_id, severity="major", remark="属实")

    answers = at_once(engine, review.confirm_trigger, [(CLERK, command), (DISTRICT_CLERK, command)])

    assert answers == ["ok", "409 already_reviewed"]
    assert said(engine, "exit_case_opened", unit_id) == 1


def test_two_triggers_confirmed_at_once_meet_in_one_case(engine, oversight):
    unit_id, _ = oversight.a_titled_unit()
    first, second = oversight.a_trigger(unit_id), oversight.a_trigger(unit_id)
    commit(oversight)
    acts = [
        (who, ConfirmTrigger(trigger_id=trigger_id, severity="major", remark="属实"))
        for who, trigger_id in ((CLERK, first), (DISTRICT_CLERK, second))
    ]

    answers = at_once(engine, review.confirm_trigger, acts)

    assert answers == ["ok", "ok"]
    assert said(engine, "exit_case_opened", unit_id) == 1
