"""Messages set aside: in retry, or parked for a person to look at.

Nothing is deleted here. `replay` and `discard` are what an operator does; both say who and why.
"""

from __future__ import annotations

import random
import traceback
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.contracts.message import Envelope, Unreadable
from shared.contracts.refusals import Refused
from shared.messaging import inbox
from shared.messaging.tables import parked_message
from shared.runtime.ids import new_id

TRIES = 5
_FIRST_WAIT = 0.5


def back_off(attempts: int) -> float:
    """Seconds until the next try: doubling from half a second, with up to a quarter of jitter."""
    wait = _FIRST_WAIT * 2.0 ** max(0, attempts - 1)
    return wait * (1 + random.random() / 4)  # noqa: S311  jitter, not a secret


def set_aside(
    session: Session, *, consumer: str, message_id: str, body: bytes, failure: BaseException
) -> str:
    """Keep a message that failed: for another try, or parked at once when trying is pointless.

    The state it is in afterwards. A message that is already set aside stays as it is.
    """
    hopeless = isinstance(failure, Refused | Unreadable)
    state = "parked" if hopeless else "retrying"
    statement = insert(parked_message).values(
        id=new_id("parked"),
        consumer=consumer,
        message_id=message_id,
        type=_type_of(body),
        body=body,
        state=state,
        attempts=1,
        next_attempt_at=_in(back_off(1)),
        reason=reason_of(failure),
        traceback=_trace(failure),
        parked_at=func.now() if hopeless else None,
    )
    statement = statement.on_conflict_do_update(
        constraint="parked_message_once",
        set_={
            "state": statement.excluded.state,
            "attempts": 1,
            "next_attempt_at": statement.excluded.next_attempt_at,
            "reason": statement.excluded.reason,
            "traceback": statement.excluded.traceback,
            "parked_at": statement.excluded.parked_at,
        },
        where=parked_message.c.state == "replayed",
    )
    session.execute(statement)
    return state


def claim_due(session: Session, consumer: str) -> Row[Any] | None:
    """One message whose next try is due, locked until this transaction ends."""
    return session.execute(
        select(parked_message)
        .where(
            parked_message.c.consumer == consumer,
            parked_message.c.state == "retrying",
            parked_message.c.next_attempt_at <= func.now(),
        )
        .order_by(parked_message.c.next_attempt_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()


def settle(session: Session, parked_id: str) -> None:
    """The message has been applied after all."""
    session.execute(
        update(parked_message)
        .where(parked_message.c.id == parked_id)
        .values(state="replayed", looked_at=func.now())
    )


def failed_again(session: Session, parked_id: str, failure: BaseException) -> str:
    """Count one more try; park after the last, or at once when trying is pointless."""
    attempts = (
        session.execute(
            select(parked_message.c.attempts).where(parked_message.c.id == parked_id)
        ).scalar_one()
        + 1
    )
    gone = attempts >= TRIES or isinstance(failure, Refused | Unreadable)
    session.execute(
        update(parked_message)
        .where(parked_message.c.id == parked_id, parked_message.c.state == "retrying")
        .values(
            attempts=attempts,
            state="parked" if gone else "retrying",
            next_attempt_at=_in(back_off(attempts)),
            parked_at=func.now() if gone else None,
            reason=reason_of(failure),
            traceback=_trace(failure),
        )
    )
    return "parked" if gone else "retrying"


def list_parked(
    session: Session,
    *,
    state: str = "parked",
    consumer: str = "",
    type_: str = "",
    limit: int = 200,
) -> list[dict[str, Any]]:
    """Messages in a state, oldest first, without their bodies."""
    columns = [c for c in parked_message.c if c.name not in ("body", "traceback")]
    query = select(*columns).where(parked_message.c.state == state)
    if consumer:
        query = query.where(parked_message.c.consumer == consumer)
    if type_:
        query = query.where(parked_message.c.type == type_)
    rows = session.execute(query.order_by(parked_message.c.first_failed_at).limit(limit))
    return [dict(row) for row in rows.mappings()]


def find(session: Session, message_id: str) -> dict[str, Any] | None:
    """One message, body and traceback included, by its own or its envelope's id."""
    row = (
        session.execute(
            select(parked_message)
            .where(
                or_(parked_message.c.id == message_id, parked_message.c.message_id == message_id)
            )
            .order_by(parked_message.c.first_failed_at)
            .limit(1)
        )
        .mappings()
        .one_or_none()
    )
    return None if row is None else dict(row)


def replay(
    session: Session, parked_ids: Sequence[str], *, by: str, reason: str, dry_run: bool = True
) -> list[str]:
    """Give parked messages back to their consumer, same bytes, same code path; the ids it takes.

    With `dry_run` nothing changes. The consumer picks them up within two seconds; one that was
    applied in the meantime has no second effect.
    """
    _needs_reason(reason)
    return _look(
        session,
        parked_ids,
        {"state": "retrying", "attempts": 0, "next_attempt_at": func.now()},
        by=by,
        reason=reason,
        dry_run=dry_run,
    )


def discard(
    session: Session, parked_ids: Sequence[str], *, by: str, reason: str, dry_run: bool = True
) -> list[str]:
    """Decide that parked messages shall never take effect, a later redelivery included."""
    _needs_reason(reason)
    taken = _look(
        session, parked_ids, {"state": "discarded"}, by=by, reason=reason, dry_run=dry_run
    )
    if not dry_run:
        for parked_id in taken:
            row = find(session, parked_id)
            if row is not None:
                inbox.fresh(session, row["consumer"], [row["message_id"]])
    return taken


def counts(session: Session) -> dict[str, int]:
    """How many messages are in each state."""
    found = session.execute(
        select(parked_message.c.state, func.count()).group_by(parked_message.c.state)
    )
    return {str(state): int(count) for state, count in found}


def _look(
    session: Session,
    parked_ids: Sequence[str],
    change: dict[str, Any],
    *,
    by: str,
    reason: str,
    dry_run: bool,
) -> list[str]:
    found = session.execute(
        select(parked_message.c.id)
        .where(parked_message.c.id.in_(list(parked_ids)), parked_message.c.state == "parked")
        .order_by(parked_message.c.first_failed_at)
        .with_for_update()
    ).scalars()
    taken = [str(parked_id) for parked_id in found]
    if taken and not dry_run:
        session.execute(
            update(parked_message)
            .where(parked_message.c.id.in_(taken))
            .values(**change, looked_by=by, looked_at=func.now(), looked_reason=reason)
        )
    return taken


def _needs_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("reason_required", "请说明理由：搁置消息的处理要留痕。", status=422)


def reason_of(failure: BaseException) -> str:
    """One line a person can act on, without personal data from a statement's parameters."""
    if isinstance(failure, Refused | Unreadable):
        return str(failure)[:500]
    plain = getattr(failure, "orig", None) or failure  # without the statement's parameters
    return f"{type(failure).__name__}: {plain}".strip()[:500]


def _trace(failure: BaseException) -> str:
    return "".join(traceback.format_exception(failure))[-8000:]


def _type_of(body: bytes) -> str:
    try:
        return Envelope.from_bytes(body).type
    except Unreadable:
        return ""


def _in(seconds: float) -> Any:
    return func.now() + text(f"interval '{seconds:.3f} seconds'")
