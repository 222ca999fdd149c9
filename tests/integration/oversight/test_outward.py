"""Agencies hear of the units of their own area, and no event is told to nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from services.oversight.handlers.outward import tell_agencies
from services.oversight.store import agencies
from services.oversight.store.tables_feed import known_unit
from shared.contracts.message import SYSTEM, Envelope
from shared.contracts.registry import TitleRevoked
from shared.messaging.tx import Heard, Tx


def _revoked(unit_id: str) -> Heard:
    event = TitleRevoked(
        unit_id=unit_id, title_id="title_1", title_text="示范单位", level="city",
        revoked_on=date(2026, 3, 10), ground="重大劳动保障违法行为", case_id="case_1", decision_id="d",
    )  # fmt: skip
    envelope = Envelope(
        id="evt_1", source="registry", type=event.name, version=1, subject=unit_id, sequence=1,
        time=datetime(2026, 3, 10, tzinfo=UTC), correlation_id="c", actor=SYSTEM,
        data=event.model_dump(mode="json"),
    )  # fmt: skip
    return Heard(event=event, envelope=envelope)


def _agency(tx: Tx, code: str, node: str) -> None:
    agencies.save_agency(
        tx,
        {
            "code": code,
            "agency_name": code,
            "node": node,
            "types": ["withdrawn"],
            "heartbeat_minutes": 0,
        },
    )


def test_only_agencies_whose_area_covers_the_unit_are_told(tx_for: Callable[..., Tx]) -> None:
    tx = tx_for("oversight")
    _agency(tx, "ldjc-330200", "330200")
    _agency(tx, "ldjc-330203", "330203")
    _agency(tx, "ldjc-330212", "330212")
    tx.session.execute(
        known_unit.insert().values(
            unit_id="unit_1", kind="enterprise", name_text="样例", code="X", division="330203",
            revision=1,
        )
    )  # fmt: skip

    tell_agencies(tx, [_revoked("unit_1")])

    told = {out.vhost for out in tx.sent}
    assert told == {"agency.ldjc-330200", "agency.ldjc-330203"}
    assert {out.exchange for out in tx.sent} == {"feed"}


def test_an_event_of_a_unit_not_yet_heard_of_is_tried_again(tx_for: Callable[..., Tx]) -> None:
    tx = tx_for("oversight")
    _agency(tx, "ldjc-330200", "330200")

    with pytest.raises(LookupError, match="unit_unheard"):
        tell_agencies(tx, [_revoked("unit_unheard")])

    assert tx.sent == []
