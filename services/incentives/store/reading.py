"""Lists over units and entitlements: always within the asker's divisions, by key, never by offset."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.contracts.scalars import prefix_of


def divisions_of(node: str) -> str:
    """A LIKE pattern for `known_unit.division`; matches nothing for an empty node."""
    prefix = prefix_of(node)
    return f"{prefix}%" if prefix.isdigit() or node == "000000" else "no division"


class Filters(NamedTuple):
    """What a list of entitlements is narrowed to; empty means any."""

    benefit: str = ""
    state: str = ""
    kind: str = ""
    division: str = ""
    search: str = ""


def list_entitlements(
    session: Session, filters: Filters, *, node: str, after: str, limit: int
) -> list[Any]:
    """Entitlements with their units, in the order of their ids, after a given id."""
    where = ["u.division LIKE :prefix", "e.entitlement_id > :after"]
    values: dict[str, Any] = {"prefix": divisions_of(node), "after": after, "limit": limit}
    for name, column in (("benefit", "e.benefit"), ("state", "e.state"), ("kind", "u.kind")):
        if getattr(filters, name):
            where.append(f"{column} = :{name}")
            values[name] = getattr(filters, name)
    if filters.division:
        where.append("u.division LIKE :division")
        values["division"] = divisions_of(filters.division)
    if filters.search:
        where.append("(u.code = :search OR position(:search in u.name) > 0)")
        values["search"] = filters.search
    return list(
        session.execute(
            text(
                "SELECT e.*, u.code, u.name, u.kind, u.division FROM entitlement e"  # noqa: S608
                " JOIN known_unit u USING (unit_id) WHERE "
                + " AND ".join(where)
                + " ORDER BY e.entitlement_id LIMIT :limit"
            ),
            values,
        )
    )


def list_titled_units(session: Session, *, on: date, node: str) -> list[str]:
    """Units in the area that hold any title on a day and are not closed by then."""
    rows = session.execute(
        text(
            "SELECT DISTINCT t.unit_id FROM unit_title t JOIN known_unit u USING (unit_id)"
            " WHERE t.granted_on <= :on AND (t.revoked_on IS NULL OR t.revoked_on > :on)"
            " AND (u.closed_on IS NULL OR u.closed_on > :on)"
            " AND u.revision > 0 AND u.division LIKE :prefix"
        ),
        {"on": on, "prefix": divisions_of(node)},
    )
    return [row.unit_id for row in rows]


def list_without_contact(session: Session, *, benefit: str, named_by: date, node: str) -> list[Any]:
    """Units that enjoy the contact benefit since a day or before, and have no contact yet."""
    return list(
        session.execute(
            text(
                "SELECT u.unit_id, u.code, u.name, u.division, e.granted_on"
                " FROM entitlement e JOIN known_unit u USING (unit_id)"
                " WHERE e.benefit = :benefit AND e.state = 'active' AND e.granted_on <= :named_by"
                " AND u.division LIKE :prefix AND NOT EXISTS"
                " (SELECT FROM unit_contact c WHERE c.unit_id = e.unit_id)"
                " ORDER BY e.granted_on, u.unit_id"
            ),
            {"benefit": benefit, "named_by": named_by, "prefix": divisions_of(node)},
        )
    )


def list_visit_year(session: Session, *, benefit: str, year: int, node: str) -> list[Any]:
    """Units that enjoy the visits benefit, each with its first visit and plan of a year."""
    return list(
        session.execute(
            text(
                "SELECT u.unit_id, u.code, u.name, u.division,"
                " min(v.visited_on) FILTER (WHERE v.visited_on BETWEEN :first AND :last) AS visited,"
                " min(v.planned_on) FILTER (WHERE v.visited_on IS NULL"
                "  AND v.planned_on BETWEEN :first AND :last) AS planned"
                " FROM entitlement e JOIN known_unit u USING (unit_id)"
                " LEFT JOIN guidance_visit v USING (unit_id)"
                " WHERE e.benefit = :benefit AND e.state = 'active' AND u.division LIKE :prefix"
                " GROUP BY u.unit_id, u.code, u.name, u.division ORDER BY u.unit_id"
            ),
            {
                "benefit": benefit,
                "first": date(year, 1, 1),
                "last": date(year, 12, 31),
                "prefix": divisions_of(node),
            },
        )
    )


def count_all(session: Session) -> dict[str, int]:
    """The counts a caller waits on, by name."""
    row = session.execute(
        text(
            "SELECT (SELECT count(*) FROM known_unit WHERE revision > 0) AS units,"
            " (SELECT count(*) FROM unit_title WHERE granted_on IS NOT NULL"
            "  AND revoked_on IS NULL) AS titles,"
            " (SELECT count(*) FROM unit_hold WHERE placed_at IS NOT NULL"
            "  AND lifted_at IS NULL) AS open_holds,"
            " (SELECT count(*) FROM entitlement WHERE state = 'active') AS active,"
            " (SELECT count(*) FROM entitlement WHERE state = 'suspended') AS suspended,"
            " (SELECT count(*) FROM known_unit WHERE must_reassess) AS to_reassess"
        )
    )
    return dict(row.mappings().one())


def list_applied(session: Session, message_ids: Sequence[str]) -> list[str]:
    """Those of these messages whose effects are committed here."""
    rows = session.execute(
        text("SELECT DISTINCT message_id FROM inbox WHERE message_id = ANY(:ids)"),
        {"ids": list(message_ids)},
    )
    return [row.message_id for row in rows]


def list_heard_holds(session: Session, hold_ids: Sequence[str]) -> set[str]:
    """Those of these holds that have arrived here, open or lifted."""
    rows = session.execute(
        text("SELECT hold_id FROM unit_hold WHERE hold_id = ANY(:ids)"), {"ids": list(hold_ids)}
    )
    return {row.hold_id for row in rows}
