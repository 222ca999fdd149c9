"""Every entry an officer made into the working-day table, kept for good."""

from __future__ import annotations

from sqlalchemy import select

from services.registry.store.tables_calendar import workday_history
from shared.contracts.registry_calendar import WorkdaysArranged
from shared.messaging.tx import Tx


def add_entry(tx: Tx, said: WorkdaysArranged, *, reason: str) -> None:
    """Put an entry on record."""
    told = said.model_dump(mode="json")
    names = ("year", "revision", "notice", "holidays", "workdays")
    values = {name: told[name] for name in names}
    tx.session.execute(
        workday_history.insert().values(
            **values, reason=reason, learned_at=tx.now, by_id=tx.actor.id, by_name=tx.actor.name
        )
    )


def entered_by_name(tx: Tx, year: int, revision: int) -> str:
    """Who made an entry."""
    query = select(workday_history.c.by_name).where(
        workday_history.c.year == year, workday_history.c.revision == revision
    )
    return tx.session.execute(query).scalar() or ""
