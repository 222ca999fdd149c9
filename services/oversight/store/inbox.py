"""The agency inbox: store first, claim, judge under lock, settle. Every statement takes a batch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text, update

from services.oversight.store.tables_feed import inbox_event
from shared.messaging.tx import Tx

CHANNEL = "hexie_oversight_inbox"
"""The NOTIFY channel on which the judge is woken."""

MAX_ATTEMPTS = 5
HEAD_BYTES = 4096

_STORE = text(
    """
    INSERT INTO inbox_event AS kept (inbox_id, agency, channel, user_id, sig, content_type, body,
        body_size, body_hash, fingerprint, received_at, deliveries)
    SELECT * FROM unnest(CAST(:inbox_ids AS text[]), CAST(:agencies AS text[]),
        CAST(:channels AS text[]), CAST(:user_ids AS text[]), CAST(:sigs AS text[]),
        CAST(:content_types AS text[]), CAST(:bodies AS bytea[]), CAST(:sizes AS int[]),
        CAST(:hashes AS bytea[]), CAST(:fingerprints AS bytea[]),
        CAST(:received AS timestamptz[]), CAST(:deliveries AS int[]))
    ON CONFLICT (agency, fingerprint)
        DO UPDATE SET deliveries = kept.deliveries + excluded.deliveries
    RETURNING fingerprint, inbox_id, received_at
    """
)

_CLAIM = text(
    """
    UPDATE inbox_event SET attempts = attempts + 1,
        next_attempt_at = clock_timestamp() + make_interval(secs => :lease)
    WHERE inbox_id IN (
        SELECT inbox_id FROM inbox_event
        WHERE (state = 'stored' OR answered < deliveries)
          AND CASE WHEN :fresh THEN attempts = 0
              ELSE attempts > 0 AND next_attempt_at <= clock_timestamp() END
        ORDER BY n LIMIT :most FOR UPDATE SKIP LOCKED)
    RETURNING inbox_id, attempts
    """
)

_SETTLE = text(
    """
    UPDATE inbox_event SET state = new.state, verdict = new.verdict, reason = new.reason,
        says = new.says, event_id = new.event_id, type = new.type, subject = new.subject,
        sequence = new.sequence, trigger_id = new.trigger_id, judged_at = :now,
        answered = new.answered, attempts = 0, next_attempt_at = NULL, last_error = ''
    FROM unnest(CAST(:inbox_ids AS text[]), CAST(:states AS text[]), CAST(:verdicts AS text[]),
        CAST(:reasons AS text[]), CAST(:says AS text[]), CAST(:event_ids AS text[]),
        CAST(:types AS text[]), CAST(:subjects AS text[]), CAST(:sequences AS bigint[]),
        CAST(:triggers AS text[]), CAST(:answered AS int[]))
        AS new (inbox_id, state, verdict, reason, says, event_id, type, subject, sequence,
                trigger_id, answered)
    WHERE inbox_event.inbox_id = new.inbox_id
    """
)

_TAKE_KEYS = text(
    "INSERT INTO inbox_key (agency, event_id, body_hash, inbox_id)"
    " SELECT * FROM unnest(CAST(:agency AS text[]), CAST(:event_id AS text[]),"
    " CAST(:body_hash AS bytea[]), CAST(:inbox_id AS text[])) ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as a channel hands it over; `agency` is the channel's owner."""

    agency: str
    channel: str
    user_id: str
    sig: str
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """A message as it is stored: the head of an oversize body, and the hash of all of it."""

    inbox_id: str
    received_at: datetime
    body_hash: str
    again: bool


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message in hand, locked for this transaction."""

    inbox_id: str
    agency: str
    channel: str
    user_id: str
    sig: str
    body: bytes
    body_size: int
    body_hash: bytes
    received_at: datetime
    deliveries: int
    attempts: int
    state: str
    verdict: str
    reason: str
    event_id: str


def store_messages(tx: Tx, messages: Sequence[Incoming], *, max_bytes: int) -> list[Kept]:
    """Keep what came, one row per different message, in one statement; wakes the judge.

    The same bytes with the same signature from the same user are one row, however often they
    come; each coming is counted and answered. Nothing is parsed and nothing is refused here.
    """
    if not messages:
        return []
    rows: dict[tuple[str, bytes], dict[str, Any]] = {}
    order: list[tuple[str, bytes]] = []
    for message in messages:
        row = _row(tx, message, max_bytes)
        key = (message.agency, row["fingerprint"])
        order.append(key)
        rows.setdefault(key, row | {"deliveries": 0})["deliveries"] += 1
    found = tx.session.execute(_STORE, _columns(tx, list(rows.values()))).all()
    tx.session.execute(text("SELECT pg_notify(:c, '')"), {"c": CHANNEL})
    by_print = {bytes(row.fingerprint): row for row in found}
    return [
        Kept(
            inbox_id=by_print[key[1]].inbox_id,
            received_at=by_print[key[1]].received_at,
            body_hash=rows[key]["body_hash"].hex(),
            again=by_print[key[1]].inbox_id != rows[key]["inbox_id"],
        )
        for key in order
    ]


def _row(tx: Tx, message: Incoming, max_bytes: int) -> dict[str, Any]:
    size = len(message.body)
    body_hash = hashlib.sha256(message.body).digest()
    marks = "\x1f".join((message.channel, message.user_id, message.sig)).encode(errors="replace")
    return {
        "inbox_id": tx.new_id("inbox"),
        "agency": message.agency,
        "channel": message.channel,
        "user_id": _storable(message.user_id, 200),
        "sig": _storable(message.sig, 2048),
        "content_type": _storable(message.content_type, 200),
        "body": message.body if size <= max_bytes else message.body[:HEAD_BYTES],
        "body_size": size,
        "body_hash": body_hash,
        "fingerprint": hashlib.sha256(body_hash + marks).digest(),
    }


def _storable(text_: str, most: int) -> str:
    """A property as the database can keep it: whatever a sender puts there, storing never fails."""
    return text_[:most].replace("\x00", "\ufffd").encode(errors="replace").decode()


def _columns(tx: Tx, rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    names = {
        "inbox_ids": "inbox_id",
        "agencies": "agency",
        "channels": "channel",
        "user_ids": "user_id",
        "sigs": "sig",
        "content_types": "content_type",
        "bodies": "body",
        "sizes": "body_size",
        "hashes": "body_hash",
        "fingerprints": "fingerprint",
        "deliveries": "deliveries",
    }
    columns = {parameter: [row[name] for row in rows] for parameter, name in names.items()}
    return columns | {"received": [tx.now] * len(rows)}


def claim(tx: Tx, *, most: int, fresh: bool, lease: float = 10.0) -> dict[str, int]:
    """Take messages in hand: inbox id → attempts so far, this one counted. Commit at once.

    Fresh ones come in batches; one that was tried before comes alone, so that what breaks a
    batch is found and the others are not blamed for it.
    """
    found = tx.session.execute(_CLAIM, {"most": most, "fresh": fresh, "lease": lease})
    return {row.inbox_id: row.attempts for row in found}


def lock_claimed(tx: Tx, claimed: dict[str, int]) -> list[Claimed]:
    """The claimed messages that are still ours to judge, oldest first, locked until commit."""
    columns = [inbox_event.c[name] for name in Claimed.__dataclass_fields__]
    rows = tx.session.execute(
        select(*columns)
        .where(inbox_event.c.inbox_id.in_(list(claimed)))
        .where(
            (inbox_event.c.state == "stored") | (inbox_event.c.answered < inbox_event.c.deliveries)
        )
        .order_by(inbox_event.c.n)
        .with_for_update()
    )
    found = []
    for row in rows:
        if claimed[row.inbox_id] == row.attempts:
            values = row._asdict() | {"body": bytes(row.body), "body_hash": bytes(row.body_hash)}
            found.append(Claimed(**values))
    return found


def settle(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Write what became of a batch; keys as in `inbox_event`."""
    names = {
        "inbox_ids": "inbox_id",
        "states": "state",
        "verdicts": "verdict",
        "reasons": "reason",
        "says": "says",
        "event_ids": "event_id",
        "types": "type",
        "subjects": "subject",
        "sequences": "sequence",
        "triggers": "trigger_id",
        "answered": "answered",
    }
    columns = {parameter: [row[name] for row in rows] for parameter, name in names.items()}
    tx.session.execute(_SETTLE, columns | {"now": tx.now})


def answer_again(tx: Tx, answered: dict[str, int]) -> None:
    """Mark repeated deliveries as answered; nothing else about them changes."""
    if answered:
        tx.session.execute(
            text(
                "UPDATE inbox_event SET answered = new.answered, attempts = 0,"
                " next_attempt_at = NULL FROM unnest(CAST(:ids AS text[]), CAST(:n AS int[]))"
                " AS new (inbox_id, answered) WHERE inbox_event.inbox_id = new.inbox_id"
            ),
            {"ids": list(answered), "n": list(answered.values())},
        )


def put_off(tx: Tx, inbox_ids: Iterable[str], *, seconds: float, error: str) -> None:
    """Try again later, alone."""
    tx.session.execute(
        update(inbox_event)
        .where(inbox_event.c.inbox_id.in_(list(inbox_ids)))
        .values(next_attempt_at=tx.now + timedelta(seconds=seconds), last_error=error[:2000])
    )


def take_keys(tx: Tx, wanted: Sequence[dict[str, Any]]) -> dict[tuple[str, str], Any]:
    """Reserve event ids for ever; per (agency, event id) the row that holds it, ours or older."""
    if not wanted:
        return {}
    names = ("agency", "event_id", "body_hash", "inbox_id")
    tx.session.execute(_TAKE_KEYS, {name: [w[name] for w in wanted] for name in names})
    rows = tx.session.execute(
        text(
            "SELECT k.agency, k.event_id, k.body_hash, k.inbox_id FROM inbox_key k"
            " JOIN unnest(CAST(:a AS text[]), CAST(:e AS text[])) AS w (agency, event_id)"
            " USING (agency, event_id)"
        ),
        {"a": [w["agency"] for w in wanted], "e": [w["event_id"] for w in wanted]},
    )
    return {(row.agency, row.event_id): row for row in rows}


def release_held(tx: Tx, reason: str, subjects: Sequence[str] | None = None) -> int:
    """Put held messages back before the judge: their unit, pack or version has come."""
    statement = (
        update(inbox_event)
        .where(inbox_event.c.state == "held", inbox_event.c.reason == reason)
        .values(state="stored", attempts=0, next_attempt_at=None)
    )
    if subjects is not None:
        statement = statement.where(inbox_event.c.subject.in_(list(subjects)))
    released = len(tx.session.execute(statement.returning(inbox_event.c.inbox_id)).all())
    if released:
        tx.session.execute(text("SELECT pg_notify(:c, '')"), {"c": CHANNEL})
    return released


def release_overtaken(tx: Tx) -> int:
    """Put back what was held at the very moment its unit or its pack came.

    The hearer that brought it could not see a message that was just being held.
    """
    released = tx.session.execute(
        text(
            "UPDATE inbox_event SET state = 'stored', attempts = 0, next_attempt_at = NULL"
            " WHERE state = 'held' AND ("
            " (reason = 'unknown_unit' AND subject IN (SELECT code FROM known_unit))"
            " OR (reason = 'no_pack' AND judged_at > :now - interval '5 minutes'"
            " AND EXISTS (SELECT 1 FROM active_pack)))"
            " RETURNING inbox_id"
        ),
        {"now": tx.now},
    ).all()
    if released:
        tx.session.execute(text("SELECT pg_notify(:c, '')"), {"c": CHANNEL})
    return len(released)


def release_contiguous(tx: Tx, ends: dict[str, int]) -> None:
    """Put lifting events back before the judge whose lower numbers are all here now."""
    if not ends:
        return
    released = tx.session.execute(
        text(
            "UPDATE inbox_event SET state = 'stored', attempts = 0, next_attempt_at = NULL"
            " FROM unnest(CAST(:a AS text[]), CAST(:n AS bigint[])) AS e (agency, contiguous)"
            " WHERE inbox_event.agency = e.agency AND state = 'held' AND reason = 'sequence_gap'"
            " AND inbox_event.sequence <= e.contiguous RETURNING inbox_id"
        ),
        {"a": list(ends), "n": list(ends.values())},
    ).all()
    if released:
        tx.session.execute(text("SELECT pg_notify(:c, '')"), {"c": CHANNEL})


def release_leases(tx: Tx) -> None:
    """At the start of the only judge: what a dead one had in hand is due at once."""
    tx.session.execute(
        update(inbox_event)
        .where(
            (inbox_event.c.state == "stored") | (inbox_event.c.answered < inbox_event.c.deliveries),
            inbox_event.c.attempts > 0,
        )
        .values(next_attempt_at=tx.now)
    )
