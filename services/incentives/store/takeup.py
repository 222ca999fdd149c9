"""Requests, subsidies, contacts, diagnoses and visits."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from services.incentives.store.reading import divisions_of
from services.incentives.store.takeup_tables import (
    diagnosis,
    guidance_visit,
    service_request,
    subsidy,
    unit_contact,
)

_QUEUE = (
    "SELECT r.*, u.code, u.name FROM service_request r JOIN known_unit u USING (unit_id)"
    " WHERE u.division LIKE :prefix"
)


def add_request(session: Session, row: dict[str, Any]) -> None:
    """Store a service request."""
    session.execute(insert(service_request).values(**row))


def find_request(session: Session, request_id: str, *, node: str) -> Any | None:
    """One request of the area, locked."""
    return session.execute(
        text(f"{_QUEUE} AND r.request_id = :id FOR UPDATE OF r"),
        {"prefix": divisions_of(node), "id": request_id},
    ).one_or_none()


def close_request(session: Session, request_id: str, row: dict[str, Any]) -> None:
    """Write who served it, when and with what outcome."""
    session.execute(
        update(service_request).where(service_request.c.request_id == request_id).values(**row)
    )


def list_queue(session: Session, *, node: str, kind: str, limit: int) -> list[Any]:
    """Open requests: priority first, then by time."""
    return list(
        session.execute(
            text(
                f"{_QUEUE} AND r.closed_at IS NULL AND (:kind = '' OR r.kind = :kind)"
                " ORDER BY r.has_priority DESC, r.requested_at, r.request_id LIMIT :limit"
            ),
            {"prefix": divisions_of(node), "kind": kind, "limit": limit},
        )
    )


def save_subsidy(session: Session, row: dict[str, Any]) -> None:
    """Store a subsidy application, or the newer word on one."""
    _replace(session, subsidy, row, key="subsidy_id")


def find_subsidy(session: Session, subsidy_id: str) -> Any | None:
    """One subsidy, locked."""
    return session.execute(
        select(subsidy).where(subsidy.c.subsidy_id == subsidy_id).with_for_update()
    ).one_or_none()


def list_subsidies(session: Session, unit_id: str) -> list[Any]:
    """A unit's subsidies, newest application first."""
    return list(
        session.execute(
            select(subsidy)
            .where(subsidy.c.unit_id == unit_id)
            .order_by(subsidy.c.applied_on.desc(), subsidy.c.subsidy_id.desc())
        ).mappings()
    )


def save_contact(session: Session, row: dict[str, Any]) -> None:
    """The unit's contact from now on."""
    _replace(session, unit_contact, row, key="unit_id")


def find_contact(session: Session, unit_id: str) -> Any | None:
    """The unit's contact."""
    return session.execute(
        select(unit_contact).where(unit_contact.c.unit_id == unit_id)
    ).one_or_none()


def save_diagnosis(session: Session, row: dict[str, Any]) -> None:
    """Store a diagnosis, or amend one that is still open."""
    _replace(session, diagnosis, row, key="diagnosis_id")


def find_diagnosis(session: Session, diagnosis_id: str) -> Any | None:
    """One diagnosis, locked."""
    return session.execute(
        select(diagnosis).where(diagnosis.c.diagnosis_id == diagnosis_id).with_for_update()
    ).one_or_none()


def list_diagnoses(session: Session, unit_id: str) -> list[Any]:
    """A unit's diagnoses, newest first."""
    return list(
        session.execute(
            select(diagnosis)
            .where(diagnosis.c.unit_id == unit_id)
            .order_by(diagnosis.c.visited_on.desc(), diagnosis.c.diagnosis_id.desc())
        )
    )


def save_visit(session: Session, row: dict[str, Any]) -> None:
    """Store a visit, planned or made."""
    _replace(session, guidance_visit, row, key="visit_id")


def find_visit(session: Session, visit_id: str) -> Any | None:
    """One visit, locked."""
    return session.execute(
        select(guidance_visit).where(guidance_visit.c.visit_id == visit_id).with_for_update()
    ).one_or_none()


def _replace(session: Session, table: Table, row: dict[str, Any], *, key: str) -> None:
    statement = upsert(table).values(**row)
    others = {name: statement.excluded[name] for name in row if name != key}
    session.execute(statement.on_conflict_do_update(index_elements=[key], set_=others))
