"""/healthz, /readyz and /metrics of a process, on a port of its own.

Ready means: the protocols answer (a query, an AMQP handshake) and every consumer consumes.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import structlog
from prometheus_client import REGISTRY, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from shared.messaging import broker
from shared.messaging.outages import BROKER_ERRORS
from shared.runtime.database import engine_for
from shared.runtime.settings import SERVICES, settings

log = structlog.get_logger()

_LAG = text("SELECT extract(epoch FROM now() - min(created_at)) FROM outbox WHERE sent_at IS NULL")
_PARKED = text(
    "SELECT count(*) FILTER (WHERE state = 'parked'),"
    " count(*) FILTER (WHERE state = 'retrying') FROM parked_message"
)
_checks: dict[str, Callable[[], bool]] = {}


def watch(name: str, check: Callable[[], bool]) -> None:
    """Let readiness depend on this too, for example on a consumer consuming."""
    _checks[name] = check


def readiness(process: str) -> dict[str, str]:
    """Each part and "ok", or what is wrong with it."""
    found = {"broker": _broker()}
    for service in _services_of(process):
        found[f"database.{service}"] = _database(service)
    for name, check in list(_checks.items()):
        found[name] = "ok" if check() else "未在工作 (not at work)"
    return found


def serve(process: str, port: int, host: str = "127.0.0.1") -> ThreadingHTTPServer:
    """Answer on a port from a thread of its own. A taken port is an error, never shared."""

    class Handler(BaseHTTPRequestHandler):
        """The three pages."""

        def do_GET(self) -> None:
            """Answer one of them."""
            status, kind, body = _page(process, self.path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Probes are not news."""

    server = _Server((host, port), Handler)
    REGISTRY.register(_Backlog(process))
    threading.Thread(target=server.serve_forever, daemon=True, name="health").start()
    return server


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_port = False


class _Backlog(Collector):
    """Age of the oldest unsent row and parked counts, read when asked."""

    def __init__(self, process: str) -> None:
        self.services = _services_of(process)

    def collect(self) -> Iterable[Metric]:
        lag = GaugeMetricFamily(
            "hexie_outbox_lag_seconds", "Age of the oldest unsent outbox row", labels=["service"]
        )
        parked = GaugeMetricFamily(
            "hexie_parked_messages", "Messages set aside", labels=["service", "state"]
        )
        for service in self.services:
            try:
                with engine_for(service).connect() as connection:
                    age = connection.execute(_LAG).scalar()
                    waiting = connection.execute(_PARKED).one()
            except SQLAlchemyError:
                continue
            lag.add_metric([service], float(age or 0))
            parked.add_metric([service, "parked"], waiting[0])
            parked.add_metric([service, "retrying"], waiting[1])
        yield lag
        yield parked


def _page(process: str, path: str) -> tuple[int, str, bytes]:
    if path == "/healthz":
        return 200, "text/plain", b"ok\n"
    if path == "/metrics":
        return 200, "text/plain; version=0.0.4", generate_latest()
    if path == "/readyz":
        found = readiness(process)
        ready = all(state == "ok" for state in found.values())
        body = json.dumps(found, ensure_ascii=False).encode()
        return (200 if ready else 503), "application/json", body
    return 404, "text/plain", b"no such page\n"


def _services_of(process: str) -> tuple[str, ...]:
    if process == "relay":
        return tuple(s for s in SERVICES if s != "gateway")
    service = process.partition("-")[0]
    return (service,) if service in SERVICES and service != "gateway" else ()


def _database(service: str) -> str:
    try:
        with engine_for(service).connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        return f"数据库不可用 (database): {type(error).__name__}"
    return "ok"


def _broker() -> str:
    try:
        with broker.connection(settings().amqp_url) as connection:
            broker.establish(connection)
    except BROKER_ERRORS as error:
        return f"消息代理不可用 (broker): {type(error).__name__}"
    return "ok"
