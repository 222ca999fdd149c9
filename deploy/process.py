"""One process of the system: `python -m deploy.process NAME`, or a fork that begins warm (`deploy.forks`).

nameko services are patched by eventlet before anything else is imported; the ingress, the
judge and the relay are plain loops; the gateway is uvicorn.
"""

from __future__ import annotations

import gc
import os
import sys
import warnings
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import threading

# Names are read sign by sign: pypinyin's phrases would cost each start 0.2 s and are never asked.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "yes")

NAMEKO = {
    "registry": "services.registry.service:RegistryService",
    "evaluation": "services.evaluation.service:EvaluationService",
    "incentives": "services.incentives.service:IncentivesService",
    "oversight": "services.oversight.service.rpc:OversightService",
}
PLAIN = {
    "oversight-ingress": "services.oversight.service.ingress:main",
    "oversight-judge": "services.oversight.service.judge:main",
    "relay": "shared.messaging.relay:main",
}
GATEWAY = "gateway"
ALL = (*NAMEKO, *PLAIN, GATEWAY)

# Imported only once at work, by the libraries themselves.
_EVERYWHERE = ("kombu.transport.pyamqp", "sqlalchemy.dialects.postgresql.psycopg2")
_GREEN = ("nameko.runners", "shared.messaging.health")
_WEB = ("uvicorn.loops.auto", "uvicorn.protocols.http.auto", "uvicorn.lifespan.on")

_START_PATIENCE = 3.0  # seconds a process told to stop gives its start to become whole


def main() -> None:
    """Run the process named on the command line until SIGTERM or SIGINT."""
    if len(sys.argv) != 2 or sys.argv[1] not in ALL:
        sys.exit(f"usage: python -m deploy.process {{{'|'.join(ALL)}}}")
    if sys.argv[1] in NAMEKO:
        patch()
    run(sys.argv[1])


def run(name: str) -> None:
    """Run a process until SIGTERM or SIGINT; a nameko service is patched by now."""
    from shared.runtime.logs import configure
    from shared.runtime.settings import settings

    configure(name, settings().log_level)
    if name == GATEWAY:
        seldom_collected()
        _run_gateway()
        return
    what = _load(NAMEKO[name] if name in NAMEKO else PLAIN[name])
    seldom_collected()
    if name in NAMEKO:
        _run_nameko(name, what)
    else:
        what()


def modules_of(names: Collection[str]) -> list[str]:
    """What these processes import, now or when they are at work."""
    paths = {**NAMEKO, **PLAIN, GATEWAY: "services.gateway.service:create_app"}
    own = [paths[name].partition(":")[0] for name in names]
    web = _WEB if GATEWAY in names else ()
    green = _GREEN if set(names) & set(NAMEKO) else ()
    return [*own, *web, *green, *_EVERYWHERE]


def seldom_collected() -> None:
    """Batches make many short-lived objects in no rings: looking for rings took a fifth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)


def patch() -> None:
    """Let eventlet patch this process, before anything else is imported."""
    os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    import eventlet

    eventlet.monkey_patch()


def own_hub() -> None:
    """Give a fork a hub of its own: patching makes one, and forks would get one another's events."""
    if "eventlet" in sys.modules:
        from eventlet import hubs

        hubs.use_hub()


def _load(path: str):  # type: ignore[no-untyped-def]
    from importlib import import_module

    module, _, attribute = path.partition(":")
    return getattr(import_module(module), attribute)


def _run_nameko(name: str, service: type) -> None:
    import threading

    from nameko.runners import ServiceRunner

    from shared.messaging.health import serve
    from shared.runtime.settings import settings

    chosen = settings()
    runner = ServiceRunner(config={"AMQP_URI": chosen.amqp_url, "max_workers": 20, "heartbeat": 30})
    runner.add_service(service)
    started = threading.Event()
    stopping = _stop_on_signals(runner.stop, started, chosen.shutdown_seconds)
    if chosen.health_port:
        serve(name, chosen.health_port)
    runner.start()
    started.set()
    if stopping.is_set():  # told to stop on the way up: what is half started cannot be stopped
        runner.stop()
    runner.wait()


def _stop_on_signals(
    stop_now: Callable[[], None], started: threading.Event, seconds: float
) -> threading.Event:
    """An event set by SIGTERM or SIGINT, which stops what has started and in any case ends."""
    import signal

    import eventlet
    from eventlet import patcher

    native = patcher.original("threading")  # the kernel's threads do not need the hub
    stopping: threading.Event = native.Event()

    def leave_unstarted() -> None:
        if not started.is_set():
            os._exit(0)

    def after(seconds: float, act: Callable[..., object], *args: object) -> None:
        timer = native.Timer(seconds, act, args=args)
        timer.daemon = True
        timer.start()

    def stop(*_: object) -> None:
        if stopping.is_set():
            return
        stopping.set()
        after(seconds, os._exit, 1)  # a stop that hangs must still end
        if started.is_set():
            eventlet.spawn_n(stop_now)
        else:
            # A start waits for its broker for ever. What it has in hand is rolled back and goes
            # back to its queue, as after any crash.
            after(_START_PATIENCE, leave_unstarted)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    return stopping


def _run_gateway() -> None:
    import uvicorn

    from shared.runtime.settings import settings

    chosen = settings()
    uvicorn.run(
        "services.gateway.service:create_app", factory=True, host=chosen.host, port=chosen.port,
        log_config=None, access_log=False, server_header=False, proxy_headers=False,
        timeout_graceful_shutdown=10, timeout_keep_alive=30,
    )  # fmt: skip


if __name__ == "__main__":
    main()
