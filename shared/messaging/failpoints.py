"""Named points at which a test lets a process die, as if the power had gone.

Costs one comparison when no point is set. Works only while `allow_failpoints` is on.
"""

from __future__ import annotations

import os
import signal
import threading

from shared.runtime.settings import settings

FAILPOINTS: tuple[str, ...] = (
    "hears.before_commit",
    "hears.after_commit",
    "hears.before_ack",
    "hears.after_ack",
    "hears.before_park",
    "hears.after_park",
    "accepts.before_commit",
    "accepts.after_commit",
    "relay.before_claim",
    "relay.after_claim",
    "relay.before_publish",
    "relay.after_publish",
    "relay.before_confirm",
    "relay.after_confirm",
    "relay.after_mark",
    "ingress.before_store",
    "ingress.after_store",
    "ingress.before_ack",
    "ingress.after_ack",
    "judge.before_claim",
    "judge.after_claim",
    "judge.before_verdict",
    "judge.after_verdict",
    "judge.before_receipt",
    "judge.after_receipt",
    "judge.before_commit",
    "judge.after_commit",
)

_seen: dict[str, int] = {}
_lock = threading.Lock()


def failpoint(name: str) -> None:
    """SIGKILL this very process when HEXIE_FAILPOINT is `name`, or `name:n` at the n-th passing."""
    wanted = settings().failpoint
    if not wanted:
        return
    point, _, times = wanted.partition(":")
    if point != name or not settings().allow_failpoints:
        return
    with _lock:
        _seen[name] = _seen.get(name, 0) + 1
        reached = _seen[name] >= int(times or 1)
    if reached:
        os.kill(os.getpid(), signal.SIGKILL)
