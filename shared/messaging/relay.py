"""The relay: every service's outbox onto the broker, in order per subject, at least once.

A plain process: no eventlet, no host. Rows are claimed in a short transaction, published
outside any, and marked when the broker has confirmed. Hearers remove the duplicates.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import structlog
from amqp.exceptions import AccessRefused, NotAllowed, NotFound
from sqlalchemy import Engine, Row, text
from sqlalchemy.exc import SQLAlchemyError

from shared.messaging import broker, health
from shared.messaging.confirms import CONFIRM_SECONDS, Confirming, Outcome, Outgoing
from shared.messaging.failpoints import failpoint
from shared.messaging.metrics import RELAYED, UNRELAYED
from shared.messaging.outages import BROKER_ERRORS
from shared.messaging.parked import services_with_plumbing
from shared.messaging.wakeup import stop_on_signals
from shared.messaging.worker import work
from shared.runtime.database import make_engine
from shared.runtime.ids import new_id
from shared.runtime.settings import settings

log = structlog.get_logger()

WINDOW = 500
KEEP_DAYS = 30
_LONGEST_WAIT = 300.0
_PURGE_EVERY = 600.0
_NOT_OURS_TO_FIX = (NotAllowed, AccessRefused, NotFound)

# Heads only: no earlier unsent row of the same subject. SKIP LOCKED alone would hand a
# second relay the next row of a subject whose head the first one is still publishing.
# By index only: before the outbox has statistics, and whenever they are old, the planner would read
# and sort all that waits for each window of it, which is slow just when much waits. And by the index
# of heads where a head is asked for, which is what an order says: statistics made when nothing waited
# would make it read all that waits for each row of the window.
_CLAIM = text(
    """
    SET LOCAL enable_bitmapscan = off; SET LOCAL enable_seqscan = off;
    SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_sort = off;
    WITH heads AS (
      SELECT o.id FROM outbox o
      WHERE o.sent_at IS NULL AND o.next_attempt_at <= now()
        AND (o.lease_until IS NULL OR o.lease_until < now())
        AND o.sequence = (SELECT e.sequence FROM outbox e WHERE e.subject = o.subject
                          AND e.sent_at IS NULL ORDER BY e.sequence LIMIT 1)
      ORDER BY o.next_attempt_at LIMIT :window FOR UPDATE OF o SKIP LOCKED)
    UPDATE outbox SET lease_token = pg_backend_pid() || ':' || :token,
        lease_until = now() + interval '30 seconds'
    FROM heads WHERE outbox.id = heads.id
    RETURNING outbox.id, outbox.lease_token, outbox.vhost, outbox.exchange, outbox.routing_key, outbox.headers,
              outbox.body, outbox.attempts, outbox.created_at,
              (SELECT l.sequence FROM outbox l WHERE l.subject = outbox.subject
               AND l.sequence > outbox.sequence AND l.sent_at IS NULL
               ORDER BY l.sequence LIMIT 1) IS NOT NULL AS has_next
    """
)
_MARK = text(
    "UPDATE outbox SET sent_at = now(), lease_token = NULL, lease_until = NULL, last_error = ''"
    " WHERE id = ANY(:ids) AND lease_token = :token"
)
_PUT_BACK = text(
    "UPDATE outbox SET lease_token = NULL, lease_until = NULL, attempts = attempts + :counted,"
    " next_attempt_at = now() + make_interval(secs => :wait), last_error = :error"
    " WHERE id = ANY(:ids) AND lease_token = :token AND sent_at IS NULL"
)
# A lease names the backend it was taken through; a relay keeps its connections open while it lives.
_TAKE_OVER = text(
    "UPDATE outbox SET lease_token = NULL, lease_until = NULL"
    " WHERE sent_at IS NULL AND lease_until > now() AND NOT EXISTS"
    " (SELECT 1 FROM pg_stat_activity a WHERE a.pid::text = split_part(lease_token, ':', 1))"
)
_PURGE = text(
    "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox"
    " WHERE sent_at < now() - make_interval(days => :days) LIMIT 5000)"
)


@dataclass(slots=True)
class OutboxRelay:
    """Empties one service's outbox. Used by one thread; any number of relays may run."""

    service: str
    engine: Engine
    amqp_url: str
    window: int = WINDOW
    confirm_seconds: float = CONFIRM_SECONDS
    _open: dict[str, tuple[Any, Confirming]] = field(default_factory=dict, init=False)
    _failures: dict[str, int] = field(default_factory=lambda: defaultdict(int), init=False)
    _purge_at: float = field(default=0.0, init=False)
    _has_taken_over: bool = field(default=False, init=False)
    _has_more: bool = field(default=False, init=False)

    def run(self, stopping: threading.Event) -> None:
        """Relay until told to stop, waiting out every outage."""
        work(
            self._turn,
            name=f"relay.{self.service}",
            engine=self.engine,
            channel=f"hexie_outbox_{self.service}",
            stopping=stopping,
        )
        self.close()

    def _turn(self) -> bool:
        if not self._has_taken_over:
            self.take_over()
        self._has_taken_over = False  # unless this turn ends well, look again before the next
        if time.monotonic() > self._purge_at:
            self._purge_at = time.monotonic() + _PURGE_EVERY
            self.purge()
        self.turn()
        self._has_taken_over = True
        return self._has_more

    def turn(self) -> int:
        """Claim one window, publish it, mark it; how many rows were confirmed."""
        self._has_more = False
        token = new_id("lease")
        failpoint("relay.before_claim")
        with self.engine.begin() as connection:
            rows = connection.execute(_CLAIM, {"token": token, "window": self.window}).all()
        if not rows:
            return 0
        # What is said from now on announces itself; looking again in vain costs each event latency.
        self._has_more = len(rows) == self.window or any(row.has_next for row in rows)
        token = rows[0].lease_token
        failpoint("relay.after_claim")
        confirmed: set[str] = set()
        ordered = sorted(rows, key=lambda r: (*_address(r), r.created_at, r.id))
        for (vhost, _exchange), group in groupby(ordered, key=_address):
            members = list(group)
            outcome = self._publish(vhost, members)
            confirmed |= outcome.confirmed
            self._record(token, vhost, members, outcome)
        failpoint("relay.after_mark")
        RELAYED.labels(self.service).inc(len(confirmed))
        return len(confirmed)

    def close(self) -> None:
        """Let all connections go."""
        for vhost in list(self._open):
            self._discard(vhost)

    def take_over(self) -> int:
        """Free what a dead relay had in hand, without waiting for its leases to run out; how many.

        What a living one has in hand stays with it. Called at the start of `run`
        and after every outage.
        """
        with self.engine.begin() as connection:
            return connection.execute(_TAKE_OVER).rowcount

    def purge(self) -> int:
        """Delete rows sent more than thirty days ago; how many."""
        with self.engine.begin() as connection:
            return connection.execute(_PURGE, {"days": KEEP_DAYS}).rowcount

    def _publish(self, vhost: str, rows: Sequence[Row[Any]]) -> Outcome:
        """One exchange at a time: a missing one closes the channel and leaves only its own in doubt."""
        messages = [
            Outgoing(r.id, r.exchange, r.routing_key, bytes(r.body), dict(r.headers)) for r in rows
        ]
        try:
            outcome = self._channel(vhost).publish(messages)
        except _NOT_OURS_TO_FIX as error:
            self._discard(vhost)
            return Outcome(
                refused={m.id: f"虚拟主机不可用 (virtual host): {error}" for m in messages}
            )
        except BROKER_ERRORS as error:
            self._discard(vhost)
            return Outcome(doubt=f"{type(error).__name__}: {error}"[:300])
        if outcome.doubt or outcome.refused:
            self._discard(vhost)
        if outcome.doubt.startswith("NotFound"):
            left = {m.id for m in messages} - outcome.confirmed - outcome.refused.keys()
            outcome.refused.update(dict.fromkeys(left, outcome.doubt))
        return outcome

    def _record(self, token: str, vhost: str, rows: Sequence[Row[Any]], outcome: Outcome) -> None:
        unknown = [r.id for r in rows if r.id not in outcome.confirmed | outcome.refused.keys()]
        attempts = {r.id: r.attempts for r in rows}
        with self.engine.begin() as connection:
            if outcome.confirmed:
                connection.execute(_MARK, {"ids": sorted(outcome.confirmed), "token": token})
            for row_id, error in outcome.refused.items():
                wait = random.random() * min(_LONGEST_WAIT, 0.5 * 2.0 ** min(attempts[row_id], 12))  # noqa: S311
                connection.execute(
                    _PUT_BACK,
                    {"ids": [row_id], "token": token, "counted": 1, "wait": wait, "error": error},
                )
            if unknown:
                self._failures[vhost] += 1
                wait = min(5.0, 0.2 * 2.0 ** min(self._failures[vhost], 6)) * random.random()  # noqa: S311
                connection.execute(
                    _PUT_BACK,
                    {
                        "ids": unknown,
                        "token": token,
                        "counted": 0,
                        "wait": wait,
                        "error": outcome.doubt,
                    },
                )
            else:
                self._failures[vhost] = 0
        self._tell(vhost, outcome, len(unknown))

    def _tell(self, vhost: str, outcome: Outcome, unknown: int) -> None:
        if outcome.refused or unknown:
            UNRELAYED.labels(self.service).inc(len(outcome.refused) + unknown)
            log.warning(
                "未能转发，稍后重试 not relayed, will try again",
                service=self.service,
                vhost=vhost,
                refused=len(outcome.refused),
                unknown=unknown,
                error=outcome.doubt or next(iter(outcome.refused.values())),
            )

    def _channel(self, vhost: str) -> Confirming:
        if vhost not in self._open:
            connection = broker.connection(broker.vhost_url(self.amqp_url, vhost), heartbeat=0)
            broker.establish(connection)
            self._open[vhost] = (
                connection,
                Confirming(connection.channel(), seconds=self.confirm_seconds),
            )
        return self._open[vhost][1]

    def _discard(self, vhost: str) -> None:
        """No handshake: a connection in doubt may never answer."""
        if vhost in self._open:
            connection, _ = self._open.pop(vhost)
            with contextlib.suppress(*BROKER_ERRORS):
                connection.collect()


def _address(row: Row[Any]) -> tuple[str, str]:
    return row.vhost, row.exchange


def start(services: Sequence[str], stopping: threading.Event) -> Mapping[str, threading.Thread]:
    """A relay thread for each service, so that one slow database holds up nobody else."""
    threads = {}
    for service in services:
        relay = OutboxRelay(service, make_engine(service, pool_size=2), settings().amqp_url)
        threads[service] = threading.Thread(target=relay.run, args=(stopping,), name=service)
        threads[service].start()
    return threads


def main() -> None:
    """The process `relay`: until SIGTERM."""
    stopping = stop_on_signals()
    if settings().health_port:
        health.serve("relay", settings().health_port)
    threads: dict[str, threading.Thread] = {}
    while not stopping.is_set():
        try:
            wanted = [s for s in services_with_plumbing() if s not in threads]
        except SQLAlchemyError as error:
            log.warning("数据库不可用 database away", error=str(error)[:300])
            wanted = []
        for service, thread in start(wanted, stopping).items():
            threads[service] = thread
            health.watch(f"relay.{service}", thread.is_alive)
        stopping.wait(5)
    for thread in threads.values():
        thread.join(timeout=settings().shutdown_seconds)
