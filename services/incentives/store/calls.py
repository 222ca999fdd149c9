"""Calls with seats, and who is put down for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import insert, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from services.incentives.domain.seats import Application, Place
from services.incentives.store.reading import divisions_of
from services.incentives.store.takeup_tables import seat_application, seat_call

_COUNTED = (
    "SELECT c.*, (SELECT count(*) FROM seat_application a WHERE a.call_id = c.call_id)"
    " AS applicants, (SELECT count(*) FROM seat_application a WHERE a.call_id = c.call_id"
    "  AND a.place = 'seated') AS seated FROM seat_call c"
)


def add_call(session: Session, row: dict[str, Any]) -> None:
    """Store a new call."""
    session.execute(insert(seat_call).values(**row))


def find_call(session: Session, call_id: str, *, node: str) -> Any | None:
    """One call a node may see: its own, one beneath it, or one of a node above it."""
    found = session.execute(
        text(f"{_COUNTED} WHERE c.call_id = :id"), {"id": call_id}
    ).one_or_none()
    if found is None or not _sees(node, found.node):
        return None
    return found


def lock_call(session: Session, call_id: str) -> None:
    """Nobody else allocates this call until commit."""
    session.execute(
        text("SELECT call_id FROM seat_call WHERE call_id = :id FOR UPDATE"), {"id": call_id}
    )


def list_calls(session: Session, *, node: str, kind: str) -> list[Any]:
    """Calls a node may see, newest first."""
    rows = session.execute(
        text(f"{_COUNTED} WHERE (:kind = '' OR c.kind = :kind) ORDER BY c.call_id DESC LIMIT 500"),
        {"kind": kind},
    )
    return [row for row in rows if _sees(node, row.node)]


def add_application(session: Session, row: dict[str, Any]) -> bool:
    """Put a unit down once; False when it is down already."""
    done = session.execute(
        upsert(seat_application)
        .values(**row)
        .on_conflict_do_nothing(constraint="seat_application_once")
        .returning(seat_application.c.application_id)
    )
    return done.first() is not None


def list_applications(session: Session, call_id: str) -> list[Any]:
    """Applications with their units, by time."""
    return list(
        session.execute(
            text(
                "SELECT a.*, u.code, u.name FROM seat_application a"
                " LEFT JOIN known_unit u USING (unit_id) WHERE a.call_id = :id"
                " ORDER BY a.applied_at, a.application_id"
            ),
            {"id": call_id},
        )
    )


def as_application(row: Any) -> Application:
    """The row as the domain sees it."""
    return Application(
        application_id=row.application_id,
        unit_id=row.unit_id,
        applied_at=row.applied_at,
        person=row.person,
        content=row.content,
        has_priority=row.has_priority,
        place=Place(row.place),
        why=row.why,
    )


def save_places(session: Session, call_id: str, placed: Iterable[Application], by: Any) -> None:
    """Write the places given, and that the call is allocated; `by` is (time, actor id)."""
    for application in placed:
        session.execute(
            update(seat_application)
            .where(seat_application.c.application_id == application.application_id)
            .values(
                has_priority=application.has_priority,
                place=application.place.value,
                why=application.why,
            )
        )
    session.execute(
        update(seat_call)
        .where(seat_call.c.call_id == call_id)
        .values(stage="allocated", allocated_at=by[0], allocated_by=by[1])
    )


def _sees(node: str, owner: str) -> bool:
    own, theirs = divisions_of(node).rstrip("%"), divisions_of(owner).rstrip("%")
    return theirs.startswith(own) or own.startswith(theirs)
