"""A registry with the Ningbo pack at work, and the people who act in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import count

import pytest

from services.registry.domain.credit_code import check_sign
from services.registry.handlers import packs, units
from shared.contracts.message import Actor, Envelope, Event
from shared.contracts.registry import RegisterUnit, UnitEntry
from shared.contracts.registry_acts import ActivatePack
from shared.contracts.registry_answers import UnitView
from shared.messaging.tx import Heard, Tx

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)

CITY = Actor(id="user_city", name="市经办", node="330200", roles=("clerk",), side="government")
HAISHU = Actor(id="user_haishu", name="海曙经办", node="330203", roles=("clerk",))
SECOND = Actor(id="user_second", name="海曙审核", node="330203", roles=("reviewer",))
JIANGBEI = Actor(id="user_jiangbei", name="江北经办", node="330205", roles=("clerk",))
ADMIN = Actor(id="user_admin", name="管理员", node="330200", roles=("admin",))
NOBODY = Actor(id="anonymous", name="公众")

Acting = Callable[..., Tx]
_numbers = count(1)


def a_code(number: int | None = None) -> str:
    """A synthetic credit code that is valid and, by its MA9T, nobody's."""
    body = f"91330203MA9T{next(_numbers) if number is None else number:05d}"
    return body + check_sign(body)


def an_entry(**changes: object) -> UnitEntry:
    values: dict[str, object] = {
        "kind": "enterprise",
        "name_text": "宁波甬江重工机械有限公司",
        "code": a_code(),
        "division": "330203",
        "headcount": 320,
    }
    return UnitEntry.model_validate(values | changes)


def a_site(**changes: object) -> UnitEntry:
    values: dict[str, object] = {
        "kind": "site",
        "name_text": "海曙西门口综合体工地",
        "code": f"3302032026{next(_numbers):06d}",
        "details": {"contractor": "宁波甬建集团"},
    }
    return an_entry(**(values | changes))


def heard(event: Event, *, time: datetime = NOON, number: int = 1) -> Heard:
    """An event as it reaches a hearer."""
    envelope = Envelope(
        id=f"evt_{next(_numbers)}",
        source=event.name.partition(".")[0],
        type=event.name,
        version=event.version,
        time=time,
        subject=event.subject(),
        sequence=number,
        correlation_id="c_test",
        actor=CITY,
        data=event.model_dump(mode="json"),
    )
    return Heard(event, envelope)


def said(tx: Tx, name: str) -> list[Event]:
    """What a transaction has said of one kind."""
    return [event for event in tx.said if event.name == name]


@pytest.fixture
def lawless(tx_for: Callable[..., Tx]) -> Acting:
    """`acting(actor, now=…)`: transactions on one rolled-back database without any pack."""

    def act(actor: Actor = HAISHU, *, now: datetime = NOON) -> Tx:
        return tx_for("registry", actor=actor, now=now)

    return act


@pytest.fixture
def acting(lawless: Acting) -> Acting:
    """The same, with the Ningbo pack activated from 1 January 2023."""
    packs.activate_pack(
        lawless(ADMIN, now=datetime(2023, 1, 1, tzinfo=UTC)),
        ActivatePack(
            pack_id="ningbo-2023",
            jurisdiction="330200",
            effective_on=date(2023, 1, 1),
            reason="样例区域试用征求意见稿",
        ),
    )
    return lawless


@pytest.fixture
def enter(acting: Acting) -> Callable[..., UnitView]:
    """`enter(name_text=…)`: a registered unit."""

    def register(actor: Actor = CITY, *, now: datetime = NOON, **changes: object) -> UnitView:
        entry = a_site(**changes) if changes.get("kind") == "site" else an_entry(**changes)
        return units.register_unit(acting(actor, now=now), RegisterUnit(entry=entry))

    return register
