"""Stages that end by themselves: a title whose term is over."""

from __future__ import annotations

from sqlalchemy import text

from services.registry.store.cases import learned_at
from shared.messaging.tx import Tx

_LAPSE = text(
    "UPDATE unit u SET stage = stage_of(u.unit_id, u.standing, :today), stage_on = over.last + 1"
    " FROM (SELECT unit_id, max(expires_on) AS last FROM title WHERE status = 'active'"
    "       GROUP BY unit_id HAVING bool_and(coalesce(expires_on < :today, false))) over"
    " WHERE u.unit_id = over.unit_id AND u.stage = 'titled' AND u.standing <> 'closed'"
)


def lapse(tx: Tx) -> None:
    """Units whose last title has run out go back to the stage they would have without it."""
    learned_at(tx, tx.now)
    tx.session.execute(_LAPSE, {"today": tx.today})
