"""Two people, or two processes, at the same moment: one act stands, the other is told why."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier

import pytest
from sqlalchemy import Engine, text

from services.registry.handlers import files, history, packs, units
from shared.contracts.evaluation import NamingApproved
from shared.contracts.message import Actor
from shared.contracts.refusals import Refused
from shared.contracts.registry import RegisterUnit
from shared.contracts.registry_acts import AcceptCommitment, ActivatePack, SubmitCommitment
from shared.messaging.tx import Tx, open_tx
from tests.integration.registry.conftest import ADMIN, HAISHU, NOON, an_entry, heard

Handle = Callable[[Tx], object]


@pytest.fixture(scope="module")
def engine(engine_of: Callable[[str], Engine]) -> Engine:
    """A database of this module's own, with the pack activated and committed."""
    found = engine_of("registry")
    with open_tx(found, service="registry", actor=ADMIN, now=NOON) as tx:
        command = ActivatePack(
            pack_id="ningbo-2023",
            jurisdiction="330200",
            effective_on=date(2023, 1, 1),
            reason="并发检验",
        )
        packs.activate_pack(tx, command)
    return found


def act(engine: Engine, handle: Handle, actor: Actor = HAISHU) -> str:
    """One act in its own transaction: "done", or the code of the refusal."""
    try:
        with open_tx(engine, service="registry", actor=actor, now=NOON) as tx:
            handle(tx)
    except Refused as refused:
        return refused.code
    return "done"


def at_once(engine: Engine, handle: Handle, people: int = 4) -> list[str]:
    """The same act by several at the same moment."""
    start = Barrier(people)

    def one(_number: int) -> str:
        start.wait(timeout=10)
        return act(engine, handle)

    with ThreadPoolExecutor(people) as pool:
        return sorted(pool.map(one, range(people)))


def count(engine: Engine, query: str, **values: object) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text(query), values).scalar_one())


def test_one_code_entered_by_four_people_is_one_unit(engine: Engine) -> None:
    entry = an_entry()

    ended = at_once(engine, lambda tx: units.register_unit(tx, RegisterUnit(entry=entry)))

    assert ended == ["code_taken"] * 3 + ["done"]
    assert count(engine, "SELECT count(*) FROM unit WHERE code = :code", code=entry.code) == 1


def test_one_letter_accepted_by_four_people_is_accepted_once(engine: Engine) -> None:
    made: list[str] = []

    def prepare(tx: Tx) -> None:
        unit = units.register_unit(tx, RegisterUnit(entry=an_entry()))
        letter = SubmitCommitment(
            unit_id=unit.unit_id, signatory="张总", signed_on=NOON.date(), file_name="承诺书.pdf"
        )
        made.append(files.submit_commitment(tx, letter).commitment_id)

    assert act(engine, prepare) == "done"
    command = AcceptCommitment(commitment_id=made[0])

    ended = at_once(engine, lambda tx: files.accept_commitment(tx, command))

    assert ended == ["commitment_decided"] * 3 + ["done"]
    said = "SELECT count(*) FROM outbox WHERE routing_key = 'commitment_accepted'"
    assert count(engine, said) == 1


def test_one_naming_heard_by_four_processes_is_one_title(engine: Engine) -> None:
    made: list[str] = []

    def prepare(tx: Tx) -> None:
        made.append(units.register_unit(tx, RegisterUnit(entry=an_entry())).unit_id)

    assert act(engine, prepare) == "done"
    event = heard(
        NamingApproved(
            unit_id=made[0], nomination_id="nomination_1", round_id="round_1", round_year=2026,
            node="330200", title_kind="city_demonstration",
            title_text="宁波市和谐劳动关系创建示范单位", level="city",
            approved_on=date(2026, 3, 1), decision_id="evaluation-decision-1",
        ),
        time=datetime(2026, 3, 1, 8, tzinfo=UTC),
    )  # fmt: skip

    ended = at_once(engine, lambda tx: history.hear_evaluation(tx, [event]))

    assert ended == ["done"] * 4
    assert count(engine, "SELECT count(*) FROM title") == 1
    assert count(engine, "SELECT count(*) FROM outbox WHERE routing_key = 'title_granted'") == 1
