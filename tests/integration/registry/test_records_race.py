"""Two people at once: a limit on open records is not passed by both of them together."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

from sqlalchemy import Engine

from services.registry.handlers import packs, records, units
from shared.contracts.message import Actor
from shared.contracts.refusals import Refused
from shared.contracts.registry import RegisterUnit
from shared.contracts.registry_acts import ActivatePack
from shared.contracts.registry_records import RecordEntry, SaveRecord
from shared.messaging.tx import open_tx
from tests.integration.registry.conftest import an_entry

NOW = datetime(2024, 5, 6, 4, 0, tzinfo=UTC)
ADMIN = Actor(id="admin", name="管理员", node="120102", roles=("admin",))
CLERK = Actor(id="clerk", name="经办", node="120102", roles=("clerk",))


def test_one_enterprise_gets_one_contact_person_however_many_write_at_once(
    engine_of: Callable[[str], Engine],
) -> None:
    engine = engine_of("registry")
    with open_tx(engine, service="registry", now=NOW, actor=ADMIN) as tx:
        command = ActivatePack(
            pack_id="hedong-2023", jurisdiction="120102", effective_on=date(2023, 8, 1),
            reason="试用",
        )  # fmt: skip
        packs.activate_pack(tx, command)
    with open_tx(engine, service="registry", now=NOW, actor=CLERK) as tx:
        unit = units.register_unit(tx, RegisterUnit(entry=an_entry(division="120102")))

    def write(number: int) -> str:
        values = {"person": f"联系人{number}", "body": "区人社局"}
        entry = RecordEntry.model_validate(
            {"kind": "contact_person", "unit_id": unit.unit_id, "values": values}
        )
        try:
            with open_tx(engine, service="registry", now=NOW, actor=CLERK) as tx:
                return records.save_record(tx, SaveRecord(record=entry)).record_id
        except Refused as refused:
            return refused.code

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(write, range(4)))

    assert sorted(o == "contact_person_exists" for o in outcomes) == [False, True, True, True]
