"""Waiting for work: woken by NOTIFY, looking anyway every half second. And being told to stop."""

from __future__ import annotations

import contextlib
import select
import signal
import threading
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError


class Wakeup:
    """Listens on one channel. A lost listening connection costs speed, never work."""

    def __init__(self, engine: Engine, channel: str, *, poll: float = 0.5) -> None:
        self.engine, self.channel, self.poll = engine, channel, poll
        self._connection: Connection | None = None

    def wait(self, stopping: threading.Event, seconds: float = 0.0) -> None:
        """Return when notified, when `stopping` may be set, or after the poll time.

        At once where listening only begins: what was announced before was not heard.
        """
        patience = seconds or self.poll
        had_ears = self._connection is not None
        raw = self._listening()
        if raw is None:
            stopping.wait(patience)
            return
        if not had_ears:
            return
        try:
            if select.select([raw], [], [], patience)[0]:
                raw.poll()
                raw.notifies.clear()
        except Exception as error:  # noqa: BLE001  psycopg2 raises its own and OSError, ValueError
            self.close()
            if not isinstance(error, OSError):
                stopping.wait(patience)

    def close(self) -> None:
        """Give the connection up; the next wait opens another."""
        if self._connection is not None:
            with contextlib.suppress(DBAPIError):
                self._connection.invalidate()
                self._connection.close()
            self._connection = None

    def _listening(self) -> Any:
        if self._connection is None:
            try:
                connection = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
                connection.execute(text(f'LISTEN "{self.channel}"'))
            except DBAPIError:
                return None
            self._connection = connection
        return self._connection.connection.driver_connection


def stop_on_signals() -> threading.Event:
    """An event set by SIGTERM or SIGINT. Call from the main thread."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    return stopping
