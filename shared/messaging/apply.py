"""A batch of raw messages becomes effects: exactly once each, or set aside, never dropped.

No broker and no host is known here: `deliver` is any function that takes a transaction and
what was heard. When `apply` returns, every message given is committed one way or another.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog
from sqlalchemy import Engine

from shared.contracts.message import Envelope, Event, Unreadable, read
from shared.messaging import inbox, parking
from shared.messaging.failpoints import failpoint
from shared.messaging.metrics import DUPLICATES, HANDLED, PARKED, RETRIED
from shared.messaging.outages import CONTENTION_TURNS, Away, is_away, is_contention
from shared.messaging.tx import Heard, Tx, open_tx

log = structlog.get_logger()
_LOOK_EVERY = 2.0

Deliver = Callable[[Tx, list[Heard]], None]


@dataclass(frozen=True, slots=True)
class _Item:
    """What was heard and the very bytes it came in."""

    heard: Heard
    body: bytes

    @property
    def id(self) -> str:
        return self.heard.envelope.id


@dataclass(slots=True)
class Applier:
    """Applies what one consumer hears. Used by one thread at a time."""

    engine: Engine
    service: str
    consumer: str
    catalogue: dict[tuple[str, int], type[Event]]
    deliver: Deliver
    _look_at: float = field(default=0.0, init=False)

    def apply(self, bodies: Sequence[bytes]) -> None:
        """Apply in arrival order. Raises `Away` while the database is away: call again later."""
        readable: list[_Item] = []
        for body in bodies:
            try:
                envelope = Envelope.from_bytes(body)
                readable.append(_Item(Heard(read(envelope, self.catalogue), envelope), body))
            except Unreadable as error:
                self._set_aside(message_id_of(body), body, error)
        todo = [readable] if readable else []
        while todo:
            part = todo.pop()
            failure = self._attempt(part)
            if failure is None:
                continue
            if len(part) == 1:
                self._set_aside(part[0].id, part[0].body, failure)
            else:
                half = len(part) // 2
                todo += [part[half:], part[:half]]

    def retry_due(self) -> None:
        """Try again what is due. Looks at most every two seconds unless something was set aside."""
        if time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + _LOOK_EVERY
        try:
            while self._retry_one():
                continue
        except Away:
            self._look_at = 0.0
            raise

    def _attempt(self, part: list[_Item]) -> Exception | None:
        """One transaction over this part; the failure, or None after commit."""
        failure: Exception | None = None
        for turn in range(CONTENTION_TURNS):
            try:
                with _outages():
                    self._once(part)
            except Away:
                raise
            except Exception as error:  # noqa: BLE001  whatever a handler raises is kept
                failure = error
                if not is_contention(error):
                    break
                time.sleep(random.random() * 0.05 * (turn + 1))  # noqa: S311
            else:
                return None
        return failure

    def _once(self, part: list[_Item]) -> None:
        only = part[0].heard.envelope if len(part) == 1 else None
        with open_tx(
            self.engine,
            service=self.service,
            correlation_id=only.correlation_id if only else "",
            causation_id=only.id if only else "",
            point="hears",
        ) as tx:
            new = inbox.fresh(tx.session, self.consumer, (item.id for item in part))
            heard = []
            for item in part:  # a message that comes twice in one batch is taken once
                if item.id in new:
                    new.discard(item.id)
                    heard.append(item.heard)
            if heard:
                self.deliver(tx, heard)
        HANDLED.labels(self.consumer).inc(len(heard))
        DUPLICATES.labels(self.consumer).inc(len(part) - len(heard))

    def _set_aside(self, message_id: str, body: bytes, failure: Exception) -> None:
        with _outages(), open_tx(self.engine, service=self.service) as tx:
            state = parking.set_aside(
                tx.session,
                consumer=self.consumer,
                message_id=message_id,
                body=body,
                failure=failure,
            )
            failpoint("hears.before_park")
        failpoint("hears.after_park")
        self._look_at = min(self._look_at, time.monotonic() + parking.back_off(1))
        self._tell(message_id, state, failure)

    def _retry_one(self) -> bool:
        parked_id = message_id = ""
        try:
            with _outages(), open_tx(self.engine, service=self.service, point="hears") as tx:
                row = parking.claim_due(tx.session, self.consumer)
                if row is None:
                    return False
                parked_id, message_id = row.id, row.message_id
                self._again(tx, bytes(row.body))
                parking.settle(tx.session, parked_id)
        except Away:
            raise
        except Exception as error:  # whatever a handler raises is counted and kept
            if not parked_id:
                raise
            with _outages(), open_tx(self.engine, service=self.service) as tx:
                state = parking.failed_again(tx.session, parked_id, error)
            self._tell(message_id, state, error)
            self._look_at = min(self._look_at, time.monotonic() + 0.5)
        else:
            log.info(
                "待重试的消息已办妥 retried message applied", consumer=self.consumer, id=message_id
            )
        return True

    def _again(self, tx: Tx, body: bytes) -> None:
        envelope = Envelope.from_bytes(body)
        heard = Heard(read(envelope, self.catalogue), envelope)
        if inbox.fresh(tx.session, self.consumer, [envelope.id]):
            with tx.because_of(heard):
                self.deliver(tx, [heard])
            HANDLED.labels(self.consumer).inc()

    def _tell(self, message_id: str, state: str, failure: BaseException) -> None:
        (PARKED if state == "parked" else RETRIED).labels(self.consumer).inc()
        log.warning(
            "消息已搁置 message parked" if state == "parked" else "消息待重试 message set aside",
            consumer=self.consumer,
            id=message_id,
            reason=parking.reason_of(failure),
        )


@contextmanager
def _outages() -> Iterator[None]:
    """Inside, an error that means "the database is away" becomes `Away`."""
    try:
        yield
    except Exception as error:
        if is_away(error):
            raise Away(parking.reason_of(error)) from error
        raise


def message_id_of(body: bytes) -> str:
    """The id inside an envelope that cannot be used otherwise, else a digest of the bytes."""
    try:
        return Envelope.from_bytes(body).id
    except Unreadable:
        return "sha256:" + hashlib.sha256(body).hexdigest()
