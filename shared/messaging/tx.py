"""One transaction as a handler sees it: state, the time, who acts, and what is said.

What is said goes into the outbox of the same transaction, so a fact is published exactly
when its state is committed. No broker library is known here, not even through a neighbour.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from shared.contracts.message import SYSTEM, Actor, Envelope, Event
from shared.messaging.failpoints import failpoint
from shared.messaging.tables import outbox
from shared.runtime import ids

LAW_ZONE = ZoneInfo("Asia/Shanghai")

_NEXT_NUMBERS = text(
    "INSERT INTO outbox_sequence AS s (subject, sequence)"
    " SELECT subject, count FROM unnest(CAST(:subjects AS text[]), CAST(:counts AS bigint[]))"
    " AS wanted (subject, count) ORDER BY subject"
    " ON CONFLICT (subject) DO UPDATE SET sequence = s.sequence + excluded.sequence"
    " RETURNING subject, sequence"
)


@dataclass(frozen=True, slots=True)
class Heard:
    """An event as it reached a hearer, with the envelope it came in."""

    event: Event
    envelope: Envelope


@dataclass(frozen=True, slots=True)
class Outbound:
    """A message for a virtual host outside (an agency), waiting to be written."""

    id: str
    vhost: str
    exchange: str
    routing_key: str
    headers: Mapping[str, Any]
    body: bytes
    subject: str


@dataclass(frozen=True, slots=True)
class _Pending:
    """An event said, with the cause that held when it was said."""

    id: str
    event: Event
    correlation_id: str
    causation_id: str


class Tx:
    """What a handler is given. Commit and rollback belong to whoever opened it.

    session         SQLAlchemy session, for the store only
    now, today      the time of this act (UTC) and its day of law (Asia/Shanghai)
    actor           who acts; SYSTEM when an event is being heard
    correlation_id, causation_id   copied into everything said
    said, sent      what this transaction has said and sent out so far
    """

    def __init__(
        self,
        session: Session,
        *,
        service: str,
        now: datetime,
        actor: Actor = SYSTEM,
        correlation_id: str = "",
        causation_id: str = "",
    ) -> None:
        if now.tzinfo is None:
            raise ValueError("now must carry its zone")
        self.session = session
        self.service = service
        self.now = now.astimezone(UTC)
        self.actor = actor
        self.correlation_id = correlation_id or ids.new_id("c")
        self.causation_id = causation_id
        self.said: list[Event] = []
        self.sent: list[Outbound] = []
        self._events: list[_Pending] = []
        self._outbound: list[Outbound] = []

    @property
    def today(self) -> date:
        """The day of `now` where the law applies."""
        return self.now.astimezone(LAW_ZONE).date()

    def new_id(self, prefix: str) -> str:
        """A fresh id `<prefix>_<uuid7>`; later ids sort after earlier ones."""
        return ids.new_id(prefix)

    def emit(self, event: Event) -> None:
        """Say that something has happened; hearers get it once this transaction is committed."""
        if not event.name.startswith(f"{self.service}."):
            raise ValueError(f"{self.service} may not say {event.name}")
        self.said.append(event)
        self._events.append(
            _Pending(ids.new_id("evt"), event, self.correlation_id, self.causation_id)
        )

    def send_out(  # noqa: PLR0913  the AMQP address and its message, all named
        self,
        *,
        vhost: str,
        exchange: str,
        routing_key: str,
        body: bytes,
        headers: Mapping[str, Any] | None = None,
        subject: str = "",
        message_id: str = "",
    ) -> str:
        """Send bytes to another virtual host after commit; the message id.

        Rows of one `subject` keep their order; without a subject each row stands alone, and is
        then not held up by an earlier one that cannot be delivered.
        """
        out = Outbound(
            id=message_id or ids.new_id("out"),
            vhost=vhost,
            exchange=exchange,
            routing_key=routing_key,
            headers=dict(headers or {}),
            body=body,
            subject=f"{vhost}/{exchange}#{subject}" if subject else "",
        )
        self.sent.append(out)
        self._outbound.append(out)
        return out.id

    @contextmanager
    def because_of(self, heard: Heard) -> Iterator[None]:
        """What is said inside names this heard event as its cause and joins its story."""
        before = self.correlation_id, self.causation_id
        self.correlation_id, self.causation_id = heard.envelope.correlation_id, heard.envelope.id
        try:
            yield
        finally:
            self.correlation_id, self.causation_id = before

    def flush(self) -> None:
        """Write what was said into the outbox. Called before commit; safe to call more than once.

        The number of a subject is drawn under its row's lock, which is held until commit: the
        order of numbers is the order of commits, without holes.
        """
        if not self._events and not self._outbound:
            return
        numbers = _draw(
            self.session,
            [p.event.subject() for p in self._events]
            + [o.subject for o in self._outbound if o.subject],
        )
        rows = [self._event_row(pending, numbers) for pending in self._events]
        rows += [_outbound_row(out, numbers) for out in self._outbound]
        self.session.execute(outbox.insert(), rows)
        self.session.execute(
            text("SELECT pg_notify(:channel, '')"), {"channel": f"hexie_outbox_{self.service}"}
        )
        self._events.clear()
        self._outbound.clear()

    def _event_row(self, pending: _Pending, numbers: dict[str, int]) -> dict[str, Any]:
        event, subject = pending.event, pending.event.subject()
        numbers[subject] += 1
        envelope = Envelope(
            id=pending.id,
            source=self.service,
            type=event.name,
            version=event.version,
            time=self.now,
            subject=subject,
            sequence=numbers[subject],
            correlation_id=pending.correlation_id,
            causation_id=pending.causation_id,
            actor=self.actor,
            data=event.model_dump(mode="json"),
        )
        return {
            "id": pending.id,
            "vhost": "",
            "exchange": f"{self.service}.events",
            "routing_key": event.name.partition(".")[2],
            "subject": subject,
            "sequence": numbers[subject],
            "headers": {"type": event.name, "correlation_id": pending.correlation_id},
            "body": envelope.to_bytes(),
        }


def _outbound_row(out: Outbound, numbers: dict[str, int]) -> dict[str, Any]:
    sequence = 0
    if out.subject:
        numbers[out.subject] += 1
        sequence = numbers[out.subject]
    return {
        "id": out.id,
        "vhost": out.vhost,
        "exchange": out.exchange,
        "routing_key": out.routing_key,
        "subject": out.subject or out.id,
        "sequence": sequence,
        "headers": dict(out.headers),
        "body": out.body,
    }


def _draw(session: Session, subjects: Sequence[str]) -> dict[str, int]:
    """The last number used of each subject, after reserving as many as it appears here."""
    wanted = Counter(subjects)
    if not wanted:
        return {}
    names = sorted(wanted)  # one order for all, so that two transactions never wait in a ring
    found = session.execute(
        _NEXT_NUMBERS, {"subjects": names, "counts": [wanted[name] for name in names]}
    )
    return {row.subject: int(row.sequence) - wanted[row.subject] for row in found}


def as_json(value: object) -> str:
    """Canonical JSON for digests: sorted keys, no spaces, Chinese as it is."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@contextmanager
def open_tx(  # noqa: PLR0913  see Tx
    engine: Engine,
    *,
    service: str,
    now: datetime | None = None,
    actor: Actor = SYSTEM,
    correlation_id: str = "",
    causation_id: str = "",
    point: str = "",
) -> Iterator[Tx]:
    """A transaction from begin to commit; rolled back when the body raises.

    `point` names its fail-points: `<point>.before_commit` and `<point>.after_commit`.
    """
    with Session(engine, autoflush=False, expire_on_commit=False) as session:
        tx = Tx(
            session,
            service=service,
            now=now or datetime.now(UTC),
            actor=actor,
            correlation_id=correlation_id,
            causation_id=causation_id,
        )
        yield tx
        tx.flush()
        if point:
            failpoint(f"{point}.before_commit")
        session.commit()
        if point:
            failpoint(f"{point}.after_commit")
