"""The whole topology of the bus, read from the services' own `@hears`."""

from __future__ import annotations

import warnings
from importlib import import_module

from deploy.process import NAMEKO


def service_classes() -> list[type]:
    """The nameko classes of the four domain services (imported, not run)."""
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    found: list[type] = []
    for path in NAMEKO.values():
        module, _, name = path.partition(":")
        found.append(getattr(import_module(module), name))
    return found


def declare_all(amqp_url: str) -> None:
    """Declare every exchange, queue and binding of the internal virtual host; idempotent."""
    from shared.messaging import topology

    topology.declare(amqp_url, topology.internal(service_classes()))
