"""The planner's question answered by one statement, for one unit or ten thousand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from services.incentives.store.reading import divisions_of

_BY = {"code": "code", "unit": "unit_id"}


def _today(column: str) -> TextClause:
    return text(
        "SELECT q.n, u.unit_id, u.code, u.name, u.closed_on IS NOT NULL,"  # noqa: S608
        " u.is_held, r.status, r.entitled, CAST(trim_scale(r.factor) AS text), r.clause, r.reason,"
        " to_char(r.lease_until AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US+00:00'),"
        " r.lease_until < :now,"
        " CASE WHEN u.is_held THEN (SELECT string_agg(DISTINCT h.reason, '、') FROM unit_hold h"
        "  WHERE h.unit_id = u.unit_id AND h.lifted_at IS NULL AND h.effect = 'suspend') END"
        " FROM unnest(CAST(:asked AS text[])) WITH ORDINALITY AS q (asked, n)"
        f" JOIN known_unit u ON u.{column} = q.asked AND u.revision > 0"
        " AND u.division LIKE :prefix"
        " LEFT JOIN relief r ON r.unit_id = u.unit_id AND r.purpose = :purpose"
    )


def _past(column: str) -> TextClause:
    return text(
        "SELECT q.n, u.unit_id, u.code, u.name, u.closed_on IS NOT NULL AS is_closed,"  # noqa: S608
        " s.state, s.says, s.benefit"
        " FROM unnest(CAST(:asked AS text[])) WITH ORDINALITY AS q (asked, n)"
        f" JOIN known_unit u ON u.{column} = q.asked AND u.revision > 0"
        " AND u.division LIKE :prefix"
        " LEFT JOIN LATERAL (SELECT DISTINCT ON (b.benefit) b.benefit, e.state, e.says"
        "  FROM entitlement_step e, unnest(e.benefits) AS b (benefit)"
        "  WHERE e.unit_id = u.unit_id AND b.benefit = ANY(:benefits) AND e.happened_on <= :day"
        "  ORDER BY b.benefit, e.happened_on DESC, e.step_id DESC) s ON true"
    )


_TODAY = {by: _today(column) for by, column in _BY.items()}
_PAST = {by: _past(column) for by, column in _BY.items()}


class Answer(NamedTuple):
    """What the tables say of one unit and purpose; `status` None: no relief row."""

    held: bool
    status: str | None
    entitled: bool | None
    factor: str | None
    clause: str | None
    reason: str | None
    lease_until: str | None  # ISO 8601, UTC
    lapsed: bool | None
    held_because: str | None


def list_today(
    session: Session, asked: Sequence[str], *, by: str, purpose: str, node: str, now: datetime
) -> list[tuple[Any, ...]]:
    """(place in asked order from 1, unit id, code, name, closed, then the fields of `Answer`).

    Only what is in the node's area, in no order. A code that two units carry (one closed, one
    entered anew) comes twice. Rows stay plain tuples: equal answers are put into words once.
    """
    values = {
        "asked": list(asked),
        "purpose": purpose,
        "prefix": divisions_of(node),
        "now": now,
    }
    result = session.connection().execute(_TODAY[by], values)
    return cast("list[tuple[Any, ...]]", result.cursor.fetchall())


def list_past(
    session: Session,
    asked: Sequence[str],
    *,
    by: str,
    benefits: Sequence[str],
    day: date,
    node: str,
) -> list[Any]:
    """As of a past day: a row per thing asked and benefit that had moved by then."""
    values = {
        "asked": list(asked),
        "benefits": list(benefits),
        "day": day,
        "prefix": divisions_of(node),
    }
    return list(session.connection().execute(_PAST[by], values))
