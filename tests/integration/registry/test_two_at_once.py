"""Two people, or two processes, at the same moment: one act stands, the other is told why."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier, Event
from typing import TypeVar

import pytest
from sqlalchemy import Engine, text

from services.registry.handlers import files, history, imports, packs, units
from services.registry.store import imports as imports_store
from shared.contracts.evaluation import NamingApproved
from shared.contracts.message import Actor
from shared.contracts.refusals import Refused
from shared.contracts.registry import GetImport, RegisterUnit, StageImport
from shared.contracts.registry_acts import AcceptCommitment, ActivatePack, SubmitCommitment
from shared.contracts.registry_answers import ImportReport
from shared.contracts.table import Cell
from shared.messaging.tx import Tx, open_tx
from tests.integration.registry.conftest import ADMIN, HAISHU, NOON, a_code, an_entry, heard

Handle = Callable[[Tx], object]
Answer = TypeVar("Answer")


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


def act_for(engine: Engine, handle: Callable[[Tx], Answer]) -> Answer:
    """What an act answers."""
    with open_tx(engine, service="registry", actor=HAISHU, now=NOON) as tx:
        return handle(tx)


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


def test_chunks_of_a_file_staged_beside_one_another_go_in_by_the_order_of_the_file(
    engine: Engine,
) -> None:
    codes = [a_code() for _ in range(4)]
    rows: list[list[Cell]] = [["企业", f"甬江{n}厂", codes[n], "330203"] for n in range(4)]
    rows += [["企业", "甬江零厂", codes[0], "330203"], ["企业", "甬江壹厂", codes[1], "33020"]]
    columns = ("kind", "name_text", "code", "division")
    reports: list[ImportReport] = []

    def chunk(at: int, import_id: str = "", *, is_last: bool = False) -> StageImport:
        return StageImport(
            import_id=import_id, file_name="单位.xlsx", columns=columns, rows=rows[at : at + 2],
            first_row=at + 2, after=at, is_last=is_last,
        )  # fmt: skip

    def stage(command: StageImport, announced: Event, go_on: Event) -> str:
        def handle(tx: Tx) -> None:
            imports_store.announce(tx, command.import_id, command.up_to)
            announced.set()
            go_on.wait(timeout=10)
            reports.append(imports.stage_import(tx, command))

        return act(engine, handle)

    act(engine, lambda tx: reports.append(imports.stage_import(tx, chunk(0))))
    import_id = reports[0].import_id
    second, last = (Event(), Event()), (Event(), Event())
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(stage, chunk(2, import_id), *second)
        assert second[0].wait(timeout=10)
        other = pool.submit(stage, chunk(4, import_id, is_last=True), *last)
        assert last[0].wait(timeout=10)
        last[1].set()  # the last is ready first, and waits for the second
        assert not other.done()
        second[1].set()
        ended = [one.result(timeout=20), other.result(timeout=20)]

    assert ended == ["done", "done"]
    found = act_for(engine, lambda tx: imports.get_import(tx, GetImport(import_id=import_id)))
    assert [(row.row, row.outcome) for row in found.rows] == [
        (2, "new"), (3, "new"), (4, "new"), (5, "new"), (6, "conflict"), (7, "error"),
    ]  # fmt: skip
    assert found.rows[4].says == ("与本文件第 2 行是同一单位：请只保留一行",)


def test_a_chunk_that_comes_too_early_or_twice_is_sent_back(engine: Engine) -> None:
    reports: list[ImportReport] = []
    row: list[Cell] = ["企业", "甬江厂", a_code(), "330203"]
    columns = ("kind", "name_text", "code", "division")
    first = StageImport(file_name="a.xlsx", columns=columns, rows=[row], after=0)
    act(engine, lambda tx: reports.append(imports.stage_import(tx, first)))
    again = first.model_copy(update={"import_id": reports[0].import_id})
    early = again.model_copy(update={"first_row": 4, "after": 2})

    assert act(engine, lambda tx: imports.stage_import(tx, again)) == "rows_already_staged"
    assert act(engine, lambda tx: imports.stage_import(tx, early)) == "import_out_of_turn"
