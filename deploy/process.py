"""One process of the system: `python -m deploy.process NAME`.

nameko services are patched by eventlet before anything else is imported; the ingress, the
judge and the relay are plain loops; the gateway is uvicorn.
"""

from __future__ import annotations

import gc
import os
import sys
import warnings

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


def main() -> None:
    """Run the process named on the command line until SIGTERM or SIGINT."""
    if len(sys.argv) != 2 or sys.argv[1] not in ALL:
        sys.exit(f"usage: python -m deploy.process {{{'|'.join(ALL)}}}")
    name = sys.argv[1]
    if name in NAMEKO:
        _patch()
    from shared.runtime.logs import configure
    from shared.runtime.settings import settings

    configure(name, settings().log_level)
    if name in NAMEKO:
        service = _load(NAMEKO[name])
        _collect_seldom()
        _run_nameko(name, service)
    elif name in PLAIN:
        main_of = _load(PLAIN[name])
        _collect_seldom()
        main_of()
    else:
        _collect_seldom()
        _run_gateway()


def _collect_seldom() -> None:
    """Batches make many short-lived objects in no rings: looking for rings took a fifth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)


def _patch() -> None:
    os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    import eventlet

    eventlet.monkey_patch()


def _load(path: str):  # type: ignore[no-untyped-def]
    from importlib import import_module

    module, _, attribute = path.partition(":")
    return getattr(import_module(module), attribute)


def _run_nameko(name: str, service: type) -> None:
    import signal
    import threading

    import eventlet
    from eventlet import patcher
    from nameko.runners import ServiceRunner

    from shared.messaging.health import serve
    from shared.runtime.settings import settings

    chosen = settings()
    runner = ServiceRunner(config={"AMQP_URI": chosen.amqp_url, "max_workers": 20, "heartbeat": 30})
    runner.add_service(service)
    stopping = threading.Event()

    def stop(*_: object) -> None:
        if stopping.is_set():
            return
        stopping.set()
        # A stop that hangs (broker away) must still end: the kernel's thread does not need the hub.
        timer = patcher.original("threading").Timer(chosen.shutdown_seconds, os._exit, args=(1,))
        timer.daemon = True
        timer.start()
        eventlet.spawn_n(runner.stop)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if chosen.health_port:
        serve(name, chosen.health_port)
    runner.start()
    runner.wait()


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
