"""What every consumer is given to hear, and what its service holds afterwards."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from deploy.topology import service_classes
from services.oversight.handlers import agencies
from services.registry.handlers import history, honours, packs, units
from shared.contracts import evaluation as said
from shared.contracts import registry as reg
from shared.contracts.message import Actor, Envelope, Event
from shared.contracts.oversight_feed import AddAgency
from shared.contracts.registry_acts import ActivatePack, ListTitles
from shared.messaging import topology
from shared.messaging.tx import Heard, open_tx
from shared.policy.codec import pack_to_json
from shared.policy.load import load_pack

SAMPLES = Path(__file__).parents[1] / "contract" / "samples"
NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
OFFICER = Actor(id="user_1", name="市级经办", node="330200", roles=("clerk", "admin"))
_UNIT = "unit_0190aaaabbbb7ccc8dddeeeeffff0001"
_PLUMBING = ("alembic_version", "idempotency", "inbox", "outbox", "outbox_sequence")
_MASKS = (
    (re.compile(r"[0-9a-f]{32}"), "#"),
    (re.compile(r'"verify_code": "[A-Z0-9]+"'), '"verify_code": "#"'),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d(:?\d\d)?)?"), "@"),
)
# By which steps a unit came to stand as it does is kept in the order they were learned; how it
# stands is in `unit`, the same for every order.
_PATHS = ("unit_history", "unit_change")


def events_of(queue: str) -> tuple[type[Event], ...]:
    """What the consumer of a queue hears."""
    found = {q: e for cls in service_classes() for q, e in topology.hearings(cls).items()}
    return found[queue]


def bodies_for(queue: str, known: dict[str, str]) -> list[bytes]:
    """One message of each event the consumer hears, in the order they are declared."""
    return [
        _envelope(shape, _data(shape, known, n), f"evt_{n}", n).to_bytes()
        for n, shape in enumerate(events_of(queue), start=1)
    ]


def prelude(service: str, known: dict[str, str]) -> list[bytes]:
    """What a service has heard before: the law, and the unit."""
    shapes: list[type[Event]] = [reg.PackActivated, reg.UnitEntered]
    return [
        _envelope(shape, _data(shape, known), f"evt_{service}_{n}", n).to_bytes()
        for n, shape in enumerate(shapes, start=1)
    ]


def furnish_registry(engine: Engine) -> dict[str, str]:
    """A unit with a title in the registry; which words of the samples stand for which ids."""
    with open_tx(engine, service="registry", actor=OFFICER, now=NOON) as tx:
        activate = ActivatePack(
            pack_id="ningbo-2023", jurisdiction="330200", effective_on=date(2026, 1, 1),
            reason="测试",
        )  # fmt: skip
        packs.activate_pack(tx, activate)
        entry = reg.UnitEntry.model_validate(
            {"kind": "enterprise", "name_text": "宁波试听机械有限公司", "division": "330203",
             "code": "91330203MA9T00018H", "headcount": 80}
        )  # fmt: skip
        unit_id = units.register_unit(tx, reg.RegisterUnit(entry=entry)).unit_id
        named = said.NamingApproved(
            unit_id=unit_id, nomination_id="nomination_0", round_id="round_0", round_year=2026,
            node="330200", title_kind="city_demonstration", title_text="示范单位", level="city",
            approved_on=date(2026, 3, 1), decision_id="evaluation-decision-0",
        )  # fmt: skip
        envelope = _envelope(type(named), named.model_dump(mode="json"), "evt_named", 0)
        history.hear_evaluation(tx, [Heard(named, envelope)])
        [title] = honours.list_titles(tx, ListTitles(unit_id=unit_id)).items
    return {_UNIT: unit_id, "title_id_1": title.title_id, "unit_ids_1": unit_id}


def furnish_oversight(engine: Engine) -> None:
    """An agency of the unit's district, for whoever tells agencies."""
    with open_tx(engine, service="oversight", actor=OFFICER, now=NOON) as tx:
        command = AddAgency(
            code="inspection-330203", agency_name="海曙区劳动保障监察机构", node="330203",
            types=("labour_inspection.case_decided",),
        )  # fmt: skip
        agencies.add_agency(tx, command)


def held_by(engine: Engine) -> dict[str, list[str]]:
    """Every row of a service, and what it said, without ids and times that differ by nature."""
    with engine.connect() as connection:
        tables = connection.execute(text(_TABLES)).scalars().all()
        found = {
            name: sorted(_masked(r) for r in connection.execute(text(_rows_of(connection, name))))
            for name in tables
            if name not in (*_PLUMBING, *_PATHS, "parked_message")
        }
        bodies = connection.execute(text("SELECT body FROM outbox")).scalars()
        found["said"] = sorted(_said(bytes(body)) for body in bodies)
    return found


def settled(engine: Engine, queue: str) -> dict[str, str]:
    """Message id to "heard", or to the state of what was set aside."""
    with engine.connect() as connection:
        given = {"q": queue}
        heard = connection.execute(text("SELECT message_id FROM inbox WHERE consumer = :q"), given)
        aside = connection.execute(
            text("SELECT message_id, state FROM parked_message WHERE consumer = :q"), given
        )
        return {row[0]: "heard" for row in heard} | {row[0]: row[1] for row in aside}


_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"


def _rows_of(connection: Any, table: str) -> str:
    """A table's rows as JSON, without columns that only count."""
    counting = connection.execute(
        text(
            "SELECT column_name FROM information_schema.columns WHERE table_schema ="
            " current_schema() AND table_name = :t AND (is_identity = 'YES' OR column_default LIKE"
            " 'nextval%')"
        ),
        {"t": table},
    ).scalars()
    less = "".join(f" - '{name}'" for name in counting)
    return f'SELECT (to_jsonb(t){less})::text FROM "{table}" t'  # noqa: S608  names of the catalogue


def _masked(row: Any) -> str:
    found = str(row[0])
    for pattern, instead in _MASKS:
        found = pattern.sub(instead, found)
    return found


def _said(body: bytes) -> str:
    try:
        envelope = json.loads(body)
        return _masked([json.dumps([envelope["type"], envelope["data"]], sort_keys=True)])
    except (ValueError, KeyError, TypeError):
        return _masked([body.hex()])


def _data(shape: type[Event], known: dict[str, str], day: int = 1) -> dict[str, Any]:
    if shape is reg.PackActivated:
        pack = load_pack("ningbo-2023")
        return reg.PackActivated(
            pack_id=pack.id, pack_version=pack.version, fingerprint=pack.fingerprint,
            jurisdiction="330200", effective_on=date(2026, 1, 1), reason="测试",
            content=pack_to_json(pack),
        ).model_dump(mode="json")  # fmt: skip
    content = (SAMPLES / f"{shape.name}.v{shape.version}.json").read_text(encoding="utf-8")
    words = {"title_kind_1": "city_demonstration", "2026-03-10": f"2026-03-{day:02}"} | known
    for word, instead in words.items():
        content = content.replace(word, instead)
    return dict(json.loads(content))


def _envelope(shape: type[Event], data: dict[str, Any], id_: str, number: int) -> Envelope:
    return Envelope(
        id=id_, source=shape.name.partition(".")[0], type=shape.name, version=shape.version,
        time=NOON + timedelta(seconds=number), subject=shape.model_validate(data).subject(),
        sequence=max(number, 1), correlation_id="c_test", actor=OFFICER, data=data,
    )  # fmt: skip
