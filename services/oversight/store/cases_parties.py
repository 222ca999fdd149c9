"""Who sits on a case and what each body said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from services.oversight.domain.opinions import Consent, Opinion, Seat
from services.oversight.store.cases import Row
from services.oversight.store.tables_cases import case_opinion, case_seat
from shared.contracts.scalars import Side
from shared.messaging.tx import Tx


def save_seats(tx: Tx, case_id: str, seats: Iterable[Seat]) -> None:
    """Fix the bodies of the case on the day it opens: later changes of a node do not touch it."""
    rows = [
        {
            "case_id": case_id,
            "body": seat.body,
            "side": seat.side,
            "delegated": seat.delegated,
            "place": place,
        }
        for place, seat in enumerate(seats)
    ]
    if rows:
        tx.session.execute(case_seat.insert(), rows)


def list_seats(tx: Tx, case_id: str) -> tuple[Seat, ...]:
    """The bodies of the case in their order."""
    query = select(case_seat).where(case_seat.c.case_id == case_id).order_by(case_seat.c.place)
    return tuple(
        Seat(row.body, row.body, Side(row.side), row.delegated) for row in tx.session.execute(query)
    )


def list_opinions(tx: Tx, case_id: str) -> list[Row]:
    """The opinions that stand, in the order they came."""
    query = (
        select(case_opinion)
        .where(case_opinion.c.case_id == case_id, case_opinion.c.superseded_at.is_(None))
        .order_by(case_opinion.c.given_at, case_opinion.c.opinion_id)
    )
    return [dict(row) for row in tx.session.execute(query).mappings()]


def opinions_of(rows: Iterable[Row]) -> tuple[Opinion, ...]:
    """The opinions as the rules count them."""
    return tuple(Opinion(r["body"], Consent(r["consent"]), r["opinion_text"]) for r in rows)


def supersede_opinion(tx: Tx, case_id: str, body: str) -> None:
    """Set a body's standing opinion aside; it stays on record."""
    tx.session.execute(
        case_opinion.update()
        .where(
            case_opinion.c.case_id == case_id,
            case_opinion.c.body == body,
            case_opinion.c.superseded_at.is_(None),
        )
        .values(superseded_at=tx.now, superseded_by=tx.actor.id)
    )


def save_opinion(tx: Tx, **values: Any) -> None:
    """Write one body's opinion."""
    tx.session.execute(
        case_opinion.insert().values(
            opinion_id=tx.new_id("opinion"),
            given_at=tx.now,
            given_by=tx.actor.id,
            given_by_name=tx.actor.name,
            **values,
        )
    )
