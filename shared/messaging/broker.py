"""Connections to the broker, and how a virtual host's address is made from another's."""

from __future__ import annotations

from typing import Any

import kombu.connection

HEARTBEAT = 30
_Connection: Any = kombu.connection.Connection


def connection(url: str, *, heartbeat: int = HEARTBEAT) -> Any:
    """A kombu connection, not opened yet; use it in `with`. Connecting gives up after 5 s."""
    return _Connection(url, heartbeat=heartbeat, connect_timeout=5)


def establish(made: Any) -> Any:
    """Connect now, one attempt; the wire beneath, which never reconnects behind one's back."""
    made.ensure_connection(max_retries=0, reraise_as_library_errors=False)
    return made.connection


def vhost_url(url: str, vhost: str) -> str:
    """The same broker and user, another virtual host ("" leaves the URL as it is)."""
    if not vhost:
        return url
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.split('/', 1)[0]}/{vhost}"
