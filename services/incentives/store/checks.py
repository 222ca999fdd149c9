"""The planner's question answered by one statement, for one unit or ten thousand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from services.incentives.store.reading import divisions_of

_BY = {"code": "code", "unit": "unit_id"}


def _today(column: str) -> TextClause:
    return text(
        "SELECT q.n, u.unit_id, u.code, u.name, u.is_held, u.is_recognised, u.closed_on,"  # noqa: S608
        " r.status, r.entitled, r.factor, r.clause, r.reason, r.lease_until"
        " FROM unnest(CAST(:asked AS text[])) WITH ORDINALITY AS q (asked, n)"
        f" LEFT JOIN known_unit u ON u.{column} = q.asked AND u.revision > 0"
        " AND u.division LIKE :prefix"
        " LEFT JOIN relief r ON r.unit_id = u.unit_id AND r.purpose = :purpose"
    )


def _past(column: str) -> TextClause:
    return text(
        "SELECT q.n, u.unit_id, u.code, u.name, s.state, s.degree, s.clause, s.why, s.benefit"  # noqa: S608
        " FROM unnest(CAST(:asked AS text[])) WITH ORDINALITY AS q (asked, n)"
        f" LEFT JOIN known_unit u ON u.{column} = q.asked AND u.revision > 0"
        " AND u.division LIKE :prefix"
        " LEFT JOIN LATERAL (SELECT DISTINCT ON (e.benefit) e.benefit, e.state, e.degree,"
        "  e.clause, e.why FROM entitlement_step e WHERE e.unit_id = u.unit_id"
        "  AND e.benefit = ANY(:benefits) AND e.happened_on <= :day"
        "  ORDER BY e.benefit, e.happened_on DESC, e.step_id DESC) s ON true"
    )


_TODAY = {by: _today(column) for by, column in _BY.items()}
_PAST = {by: _past(column) for by, column in _BY.items()}


def list_today(
    session: Session, asked: Sequence[str], *, by: str, purpose: str, node: str
) -> list[Any]:
    """One row per thing asked that is in the node's area, `n` counting from 1 in asked order.

    A code that two units carry (one closed, one entered anew) gives a row for each.
    """
    values = {"asked": list(asked), "purpose": purpose, "prefix": divisions_of(node)}
    return list(session.connection().execute(_TODAY[by], values))


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
