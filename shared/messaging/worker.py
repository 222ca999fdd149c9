"""A plain loop that works off a table: woken by NOTIFY, patient with outages, ends on SIGTERM."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

import structlog
from sqlalchemy import Engine

from shared.messaging.metrics import PROGRESS
from shared.messaging.outages import is_away, is_contention
from shared.messaging.wakeup import Wakeup

log = structlog.get_logger()

_LONGEST_DELAY = 5.0


def work(
    turn: Callable[[], bool],
    *,
    name: str,
    engine: Engine,
    channel: str,
    stopping: threading.Event,
    poll: float = 0.5,
) -> None:
    """Call `turn` until it says there was nothing to do, then wait to be woken; repeat.

    turn     claims one piece of work in its own transaction and finishes it; True when it did.
             It must itself record what goes wrong with a piece: an error it raises is taken as
             an outage, waited out (0.2 to 5 s) and tried again.
    channel  the NOTIFY channel that announces work; it is looked for every `poll` seconds anyway
    """
    wakeup = Wakeup(engine, channel, poll=poll)
    delay = 0.2
    while not stopping.is_set():
        PROGRESS.labels(name).set_to_current_time()
        try:
            busy = turn()
        except Exception as error:
            if not (is_away(error) or is_contention(error)):
                log.exception("处理出错，稍后重试 work failed, will try again", part=name)
            else:
                log.warning("暂不可用，稍后重试 away", part=name, error=str(error)[:300])
            wakeup.close()
            stopping.wait(delay * (0.75 + random.random() / 2))  # noqa: S311
            delay = min(delay * 2, _LONGEST_DELAY)
            continue
        delay = 0.2
        if not busy:
            wakeup.wait(stopping)
    wakeup.close()
