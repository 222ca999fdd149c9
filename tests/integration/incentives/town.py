"""A small town for incentives: events as the other services say them, heard in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.incentives.handlers import hear
from shared.contracts.evaluation import RecognitionWithdrawn, UnitRecognised
from shared.contracts.message import SYSTEM, Actor, Envelope, Event
from shared.contracts.oversight import HoldLifted, HoldPlaced
from shared.contracts.registry import (
    PackActivated,
    TitleGranted,
    TitleRevoked,
    UnitClosed,
    UnitEntered,
)
from shared.messaging.tx import Heard, Tx
from shared.policy.codec import pack_to_json
from shared.runtime.packs import all_packs

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)
CLERK = Actor(id="user_city", name="市级经办", node="330200", roles=("clerk",))


def heard(event: Event, *, sequence: int = 1, at: datetime = NOON, id_: str = "") -> Heard:
    """The event in an envelope as the bus gives it."""
    envelope = Envelope(
        id=id_ or f"evt_{event.name}_{event.subject()}_{sequence}",
        source=event.name.partition(".")[0],
        type=event.name,
        version=event.version,
        time=at,
        subject=event.subject(),
        sequence=sequence,
        correlation_id="c_story",
        actor=SYSTEM,
        data=event.model_dump(mode="json"),
    )
    return Heard(event, envelope)


def activation(pack_id: str = "ningbo-2023") -> PackActivated:
    """A named person put the pack to work for the city."""
    pack = all_packs()[pack_id]
    return PackActivated(
        pack_id=pack.id,
        pack_version=pack.version,
        fingerprint=pack.fingerprint,
        jurisdiction="330200",
        effective_on=date(2024, 1, 1),
        reason="试行",
        content=pack_to_json(pack),
    )


def entered(unit_id: str, **more: Any) -> UnitEntered:
    """A unit's entry: an enterprise of Haishu district unless told otherwise."""
    given = {
        "kind": "enterprise",
        "name_text": f"宁波{unit_id}有限公司",
        "code": f"CODE-{unit_id}",
        "division": "330203",
        **more,
    }
    return UnitEntered(unit_id=unit_id, **given)


def recognised(unit_id: str, on: date = date(2025, 6, 1)) -> UnitRecognised:
    """The local parties recognised the unit."""
    return UnitRecognised(
        unit_id=unit_id,
        application_id=f"app_{unit_id}",
        office="330203",
        recognised_on=on,
        bodies=("人社局", "总工会", "企联"),
        decision_id=f"evaluation-decision-{unit_id}",
    )


def withdrawn(unit_id: str, on: date = TODAY) -> RecognitionWithdrawn:
    """The local parties took the recognition back."""
    return RecognitionWithdrawn(
        unit_id=unit_id, withdrawn_on=on, reason="检查不合格", decision_id=f"ev-{unit_id}-off"
    )


def titled(
    unit_id: str, *, level: str = "city", on: date = date(2025, 12, 1), n: int = 1
) -> TitleGranted:
    """A title in the honour register."""
    return TitleGranted(
        unit_id=unit_id,
        title_id=f"title_{unit_id}_{n}",
        title_kind=f"{level}_demonstration",
        title_text="宁波市和谐劳动关系创建示范单位",
        level=level,
        number=f"NB-2025-{n}",
        plaque_number=f"P-{n}",
        granted_on=on,
        round_year=on.year,
        decision_id=f"registry-decision-{unit_id}",
    )


def revoked(unit_id: str, *, on: date = TODAY, n: int = 1) -> TitleRevoked:
    """A title cancelled."""
    return TitleRevoked(
        unit_id=unit_id,
        title_id=f"title_{unit_id}_{n}",
        title_text="宁波市和谐劳动关系创建示范单位",
        level="city",
        revoked_on=on,
        ground="major_violation",
        case_id="case_1",
        decision_id="oversight-decision-1",
    )


def held(
    unit_id: str, *, effect: str = "suspend", hold_id: str = "", at: datetime = NOON
) -> HoldPlaced:
    """One more reason against a unit."""
    return HoldPlaced(
        unit_id=unit_id,
        hold_id=hold_id or f"hold_{effect}_{unit_id}",
        effect=effect,
        reason="劳动保障监察已作出决定" if effect == "suspend" else "有举报投诉",
        clause="NB23:二(五).3",
        agency="labour",
        event_id="ev-1",
        trigger_id="trigger_1",
        occurred_at=at,
        placed_at=at,
    )


def freed(unit_id: str, *, effect: str = "suspend", hold_id: str = "") -> HoldLifted:
    """That reason is gone."""
    return HoldLifted(
        unit_id=unit_id,
        hold_id=hold_id or f"hold_{effect}_{unit_id}",
        effect=effect,
        reason="查无实据",
        lifted_at=NOON + timedelta(hours=1),
        decision_id="oversight-decision-2",
    )


def closed(unit_id: str) -> UnitClosed:
    """The unit's entry ended."""
    return UnitClosed(unit_id=unit_id, closed_on=TODAY, reason="注销")


class Town:
    """Says events to incentives, with sequences as the bus counts them."""

    def __init__(self, tx_for: Callable[..., Tx], now: datetime = NOON) -> None:
        self._tx_for = tx_for
        self.now = now
        self._sequences: Counter[tuple[str, str]] = Counter()

    def tx(self, actor: Actor = CLERK, now: datetime | None = None) -> Tx:
        """A transaction for a command."""
        return self._tx_for("incentives", actor=actor, now=now or self.now)

    def says(self, *events: Event, now: datetime | None = None) -> list[Event]:
        """Hear these as one batch; what incentives said."""
        tx = self.tx(SYSTEM, now)
        hear.hear(tx, [self._heard(event) for event in events])
        tx.flush()
        return tx.said

    def city_enterprise(self, unit_id: str, **more: Any) -> list[Event]:
        """A recognised enterprise (or what `more` says) with a city title."""
        return self.says(entered(unit_id, **more), recognised(unit_id), titled(unit_id))

    def rows(self, sql: str, **values: Any) -> list[Any]:
        """Rows of a query, to look at state."""
        from sqlalchemy import text

        return list(self.tx().session.execute(text(sql), values))

    def _heard(self, event: Event) -> Heard:
        key = event.name.partition(".")[0], event.subject()
        self._sequences[key] += 1
        return heard(event, sequence=self._sequences[key], at=self.now)
