"""Two officers at once: one wins, the other is told what happened. Committed for real."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.evaluation.handlers import applications, naming, notices, recognition
from shared.contracts import evaluation as say
from shared.contracts import evaluation_round as city
from shared.contracts.message import Actor
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx, open_tx
from shared.policy.load import load_pack
from tests.integration.evaluation.conftest import (
    AFTER,
    CITY_CLERK,
    CITY_REVIEWER,
    NOON,
    REVIEWER,
    World,
    a_plan,
    activation,
)


@pytest.fixture
def committed(engine_of: Callable[[str], Engine]) -> Iterator[World]:
    """A world whose acts stay; `commit()` makes them seen by others."""
    engine = engine_of("evaluation")
    with Session(engine, autoflush=False) as session:

        def act(actor: Actor = REVIEWER, *, now: Any = NOON) -> Tx:
            return Tx(session, service="evaluation", now=now, actor=actor)

        made = World(act)
        made.hear(activation(load_pack("ningbo-2023")), a_plan())
        yield made


def at_once(
    engine: Engine, acts: list[tuple[Actor, Callable[[Tx], Any]]], *, now: Any = NOON
) -> list[str]:
    """Every act in its own transaction, begun together; its refusal code or "ok" in order."""
    ready = Barrier(len(acts))

    def run(actor: Actor, act: Callable[[Tx], Any]) -> str:
        try:
            with open_tx(engine, service="evaluation", now=now, actor=actor) as tx:
                ready.wait(timeout=10)
                act(tx)
        except Refused as refused:
            return f"{refused.code}:{refused.says}"
        return "ok"

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(lambda pair: run(*pair), acts))


def test_of_two_deciders_one_wins_and_the_other_hears_what_happened(
    committed: World, engine_of: Callable[[str], Engine]
):
    application_id = committed.accepted(committed.unit())
    committed.all_say("application", application_id, node="330203")
    committed.acting().session.commit()
    second = REVIEWER.model_copy(update={"id": "haishu_second", "name": "海曙审核二"})
    yes = say.DecideRecognition(application_id=application_id, outcome="recognise")
    no = say.DecideRecognition(application_id=application_id, outcome="refuse", reason="另议")

    results = at_once(
        engine_of("evaluation"),
        [
            (REVIEWER, lambda tx: recognition.decide(tx, yes)),
            (second, lambda tx: recognition.decide(tx, no)),
        ],
    )

    lost = next(r for r in results if r != "ok")
    assert sorted(r == "ok" for r in results) == [False, True]
    assert lost.startswith("stage_does_not_allow")
    assert "海曙审核" in lost
    with open_tx(engine_of("evaluation"), service="evaluation", actor=REVIEWER) as tx:
        decided = tx.session.execute(
            text("SELECT count(*) FROM decision WHERE subject = :s AND kind = :k"),
            {"s": application_id, "k": "recognition.decide"},
        ).scalar_one()
    assert decided == 1


def _approve(tx: Tx, nomination_id: str) -> None:
    naming.approve(tx, city.ApproveNaming(nomination_id=nomination_id))


def test_of_two_approvals_for_the_last_place_one_waits_and_is_refused(
    committed: World, engine_of: Callable[[str], Engine]
):
    round_id = committed.round(2026).round_id
    committed.already_named(round_id, "site", 5)
    ready = []
    for _ in range(2):
        unit_id = committed.recognised("site")
        committed.cultivated(unit_id)
        nomination_id = committed.nominated(round_id, unit_id).nomination_id
        committed.reviewed(nomination_id)
        committed.all_say("nomination", nomination_id, node="330200")
        ready.append(nomination_id)
    notices.post(
        committed.acting(CITY_CLERK),
        city.PostNotice(round_id=round_id, nomination_ids=tuple(ready)),
    )
    committed.acting().session.commit()

    results = at_once(
        engine_of("evaluation"),
        [(CITY_REVIEWER, partial(_approve, nomination_id=id_)) for id_ in ready],
        now=AFTER,
    )

    assert sorted(r.partition(":")[0] for r in results) == ["ok", "reason_required"]
    with open_tx(engine_of("evaluation"), service="evaluation", actor=CITY_REVIEWER) as tx:
        said = tx.session.execute(
            text("SELECT count(*) FROM outbox WHERE routing_key = 'naming_approved'")
        ).scalar_one()
    assert said == 1


def test_two_applications_of_one_unit_at_once_make_one(
    committed: World, engine_of: Callable[[str], Engine]
):
    unit_id = committed.unit()
    command = say.SubmitApplication(
        unit_id=unit_id,
        assessment_id=committed.assessed(unit_id).assessment_id,
        resolution_id=committed.resolved(unit_id),
    )
    committed.acting().session.commit()
    clerk = REVIEWER.model_copy(update={"roles": ("clerk",)})

    results = at_once(
        engine_of("evaluation"),
        [(clerk, lambda tx: applications.submit(tx, command)) for _ in range(2)],
    )

    assert sorted(r.partition(":")[0] for r in results) == ["application_under_way", "ok"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE application SET stage = 'recognised', decision_id = 'd', decided_on = now()",
        "UPDATE application SET stage = 'lost'",
        "UPDATE resolution SET passed = true",
        "DELETE FROM case_step",
        "DELETE FROM assessment_version",
    ],
)
def test_the_database_itself_keeps_stages_and_history(committed: World, statement: str):
    committed.applied(committed.unit())
    session = committed.acting().session

    with pytest.raises(IntegrityError):
        session.execute(text(statement))

    session.rollback()
