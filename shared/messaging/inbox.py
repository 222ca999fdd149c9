"""What a consumer has already heard: one row per (consumer, message id), for ever."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.orm import Session

_INSERT = text(
    "INSERT INTO inbox (consumer, message_id)"
    " SELECT :consumer, unnest(CAST(:ids AS text[]))"
    " ON CONFLICT DO NOTHING RETURNING message_id"
)


def fresh(session: Session, consumer: str, message_ids: Iterable[str]) -> set[str]:
    """Enter these ids in this transaction; those that were not there before.

    Two consumers entering the same id wait for each other: exactly one gets it, or the
    second gets it after the first has rolled back.
    """
    ids = sorted(set(message_ids))
    found = session.execute(_INSERT, {"consumer": consumer, "ids": ids}).scalars()
    return {str(message_id) for message_id in found}
