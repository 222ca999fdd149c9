"""The process `oversight-judge`: stored messages to verdicts, batch by batch.

The attempt is counted and committed before a message is looked at, so that one which kills the
process is known by its count. A batch that fails is halved until the culprit stands alone.
"""

from __future__ import annotations

import threading
import time
import traceback
from dataclasses import dataclass, field
from typing import Any

import structlog

from services.oversight.handlers.agencies import watch_feeds
from services.oversight.handlers.judging import Bench, judge_batch, quarantine
from services.oversight.store import inbox
from services.oversight.store.office_key import office_key
from shared.messaging import health
from shared.messaging.failpoints import failpoint
from shared.messaging.metrics import PROGRESS
from shared.messaging.outages import CONTENTION_TURNS, is_away, is_contention
from shared.messaging.tx import open_tx
from shared.messaging.wakeup import Wakeup, stop_on_signals
from shared.runtime.database import engine_for
from shared.runtime.settings import settings

log = structlog.get_logger()

BATCH = 100
ALONE = 10
_WATCH_EVERY = 10.0
_LONGEST_WAIT = 60.0


@dataclass(slots=True)
class Judge:
    """One judging loop. Several may run: a message is judged by whoever has claimed it."""

    engine: Any
    bench: Bench
    batch: int = BATCH
    _watch_at: float = field(default=0.0, init=False)
    _has_more: bool = field(default=False, init=False)

    def run(self, stopping: threading.Event) -> None:
        """Judge until told to stop, waiting out every outage of the database."""
        wakeup = Wakeup(self.engine, inbox.CHANNEL)
        started = False
        while not stopping.is_set():
            PROGRESS.labels("oversight.judge").set_to_current_time()
            try:
                if not started:
                    self.recover()
                    started = True
                self.turn()
                self._watch()
            except Exception as error:
                if not is_away(error):
                    raise
                log.warning("审理暂停，等数据库 judge waits", error=_brief(error))
                wakeup.close()
                stopping.wait(0.5)
                continue
            if not self._has_more:  # what is stored from now on announces itself
                wakeup.wait(stopping)
        wakeup.close()

    def recover(self) -> None:
        """What a dead judge had in hand is due now; so is what waited for a newer version."""
        with open_tx(self.engine, service="oversight") as tx:
            inbox.release_leases(tx)
            inbox.release_held(tx, "unknown_version")
            inbox.release_held(tx, "no_pack")

    def turn(self) -> int:
        """One batch of fresh messages, then a few that were tried before, each alone."""
        failpoint("judge.before_claim")
        fresh, tried = self._claim()
        failpoint("judge.after_claim")
        self._has_more = len(fresh) == self.batch or len(tried) == ALONE
        if fresh:
            self._settle(fresh)
        for inbox_id, attempts in tried.items():
            if attempts > inbox.MAX_ATTEMPTS:
                self._give_up({inbox_id: attempts}, "处理进程多次中断")
            else:
                self._settle({inbox_id: attempts})
        return len(fresh) + len(tried)

    def _claim(self) -> tuple[dict[str, int], dict[str, int]]:
        """A batch of fresh messages and a few tried before, in one commit: each costs latency."""
        with open_tx(self.engine, service="oversight") as tx:
            fresh = inbox.claim(tx, most=self.batch, fresh=True)
            return fresh, inbox.claim(tx, most=ALONE, fresh=False)

    def _settle(self, claimed: dict[str, int], turns: int = CONTENTION_TURNS) -> None:
        try:
            with open_tx(self.engine, service="oversight", point="judge") as tx:
                judge_batch(tx, claimed, self.bench)
        except Exception as error:
            if is_away(error):
                raise
            if is_contention(error) and turns:
                self._settle(claimed, turns - 1)
            elif len(claimed) > 1:
                half = len(claimed) // 2
                self._settle(dict(list(claimed.items())[:half]))
                self._settle(dict(list(claimed.items())[half:]))
            else:
                self._failed(claimed, error)

    def _failed(self, claimed: dict[str, int], error: Exception) -> None:
        attempts = next(iter(claimed.values()))
        said = _brief(error)
        trace = "".join(traceback.format_tb(error.__traceback__)[-6:])
        log.error("一件事件审理出错 judging failed", inbox=list(claimed), error=said, trace=trace)
        if attempts >= inbox.MAX_ATTEMPTS:
            self._give_up(claimed, said)
            return
        with open_tx(self.engine, service="oversight") as tx:
            wait = min(_LONGEST_WAIT, 0.25 * 2.0**attempts)
            inbox.put_off(tx, claimed, seconds=wait, error=said)

    def _give_up(self, claimed: dict[str, int], error: str) -> None:
        with open_tx(self.engine, service="oversight") as tx:
            quarantine(tx, claimed, self.bench, error)

    def _watch(self) -> None:
        if time.monotonic() >= self._watch_at:
            self._watch_at = time.monotonic() + _WATCH_EVERY
            with open_tx(self.engine, service="oversight") as tx:
                watch_feeds(tx)


def _brief(error: Exception) -> str:
    """What went wrong, without the bytes that were being judged: those never go into logs."""
    cause = str(getattr(error, "orig", error)).strip().partition("\n")[0]
    return f"{type(error).__name__}: {cause}"[:300]


def make_judge(engine: Any) -> Judge:
    """A judge with this home's key and this run's limits."""
    chosen = settings()
    bench = Bench(sign=office_key(chosen.home).sign, max_bytes=chosen.event_max_bytes)
    return Judge(engine, bench)


def main() -> None:
    """Until SIGTERM."""
    stopping = stop_on_signals()
    if settings().health_port:
        health.serve("oversight-judge", settings().health_port)
    make_judge(engine_for("oversight")).run(stopping)
