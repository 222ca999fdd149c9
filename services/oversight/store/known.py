"""Copies of what the registry says of units and titles; older news never replaces newer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from services.oversight.store.tables_feed import known_title, known_unit
from shared.messaging.tx import Tx


def save_units(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Whole entries; one with a revision no newer than ours is ignored."""
    newest = {row["unit_id"]: row for row in sorted(rows, key=lambda r: int(r["revision"]))}
    if not newest:
        return
    statement = insert(known_unit)
    fresh = {name: statement.excluded[name] for name in next(iter(newest.values()))}
    statement = statement.on_conflict_do_update(
        index_elements=["unit_id"],
        set_=fresh,
        where=known_unit.c.revision < statement.excluded.revision,
    )
    tx.session.execute(statement, list(newest.values()))


def close_unit(tx: Tx, unit_id: str, closed_on: Any, revision: int) -> None:
    """The unit's entry has ended, or goes on (None); of the two the newer counts."""
    tx.session.execute(
        update(known_unit)
        .where(known_unit.c.unit_id == unit_id, known_unit.c.life_revision <= revision)
        .values(closed_on=closed_on, life_revision=revision)
    )


def merge_unit(tx: Tx, unit_id: str, into: str) -> None:
    """A unit, and what was merged into it before, is another's double."""
    same = (known_unit.c.unit_id == unit_id) | (known_unit.c.merged_into == unit_id)
    tx.session.execute(update(known_unit).where(same).values(merged_into=into))


def save_title(tx: Tx, row: dict[str, Any]) -> None:
    """A title stands; told twice it stands once, and one known to be cancelled stays cancelled."""
    statement = insert(known_title).values(**row)
    tx.session.execute(
        statement.on_conflict_do_update(
            index_elements=["title_id"],
            set_={name: statement.excluded[name] for name in row if name != "title_id"},
        )
    )


def revoke_title(tx: Tx, row: dict[str, Any]) -> None:
    """A title is cancelled; when its granting has not been heard yet, what is known of it is kept.

    `row` holds title_id, unit_id, title_text, level, decision_id and revoked_on.
    """
    unheard = {"title_kind": "", "number": "", "plaque_number": "", "round_year": 0}
    statement = insert(known_title).values(
        **row, **unheard, granted_on=row["revoked_on"], status="revoked"
    )
    tx.session.execute(
        statement.on_conflict_do_update(
            index_elements=["title_id"],
            set_={"status": "revoked", "revoked_on": statement.excluded.revoked_on},
        )
    )


def find_unit(tx: Tx, unit_id: str) -> Any:
    """The copy of a unit, or None."""
    return tx.session.execute(
        select(known_unit).where(known_unit.c.unit_id == unit_id)
    ).one_or_none()


def active_titles(tx: Tx, unit_id: str) -> list[Any]:
    """The titles a unit holds now, oldest first."""
    return list(
        tx.session.execute(
            select(known_title)
            .where(known_title.c.unit_id == unit_id, known_title.c.status == "active")
            .order_by(known_title.c.granted_on, known_title.c.title_id)
        )
    )
