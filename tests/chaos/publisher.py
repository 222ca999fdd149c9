"""An agency that sends its entries and sends them again until the receipt is here."""

from __future__ import annotations

import contextlib
import json
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from amqp import Connection
from amqp.basic_message import Message
from amqp.exceptions import AMQPError

from tests.chaos.ledger import Ledger
from tests.chaos.mix import Entry, Party
from tests.chaos.seal import stands

WINDOW = 20
RESEND = 4.0
CONFIRM = 5.0


class Publisher(threading.Thread):
    """One agency. `allowed` says how many entries of the schedule may have been sent by now."""

    def __init__(
        self, party: Party, schedule: Sequence[Entry], path: Path, allowed: Callable[[], float]
    ) -> None:
        super().__init__(name=party.code, daemon=True)
        self.party, self.schedule, self.allowed = party, schedule, allowed
        self.ledger = Ledger(path)
        self.by_key = {e.key: e for e in schedule}
        self.keys_of: dict[str, list[str]] = {}
        self.ahead = deque(schedule)
        self.deferred: list[Entry] = []
        self.sent_at: dict[str, float] = {}
        self.waiting: dict[str, Entry] = {}
        self.settled: set[str] = set()
        self.stopping = threading.Event()
        self.failure = ""
        self._connection: Any = None
        self._channel: Any = None
        self._tags: dict[int, str] = {}
        self._tag = 0
        self._returned = False
        self._arrived: deque[Any] = deque()
        self._chance = random.Random(party.code)  # noqa: S311

    @property
    def done(self) -> bool:
        """Whether everything has been sent and has what it waits for."""
        return not (self.ahead or self.deferred or self.waiting)

    @property
    def is_behind(self) -> bool:
        """Whether it may send more than it has sent."""
        return bool(self.ahead) and self._sent < self.allowed() * len(self.schedule)

    @property
    def _sent(self) -> int:
        return len(self.schedule) - len(self.ahead)

    def run(self) -> None:
        """Until told to stop; an outage of the broker is waited out."""
        try:
            while not self.stopping.is_set():
                try:
                    self._turn()
                except (OSError, AMQPError):
                    self._disconnect()
                    self.stopping.wait(0.2 + self._chance.random() * 0.3)
        except Exception as error:
            self.failure = repr(error)
            raise
        finally:
            self._disconnect()
            self.ledger.close()

    def _turn(self) -> None:
        self._open()
        due = self._due()
        if due:
            self._send(due)
        with contextlib.suppress(TimeoutError):
            self._connection.drain_events(timeout=0.02 if due else 0.1)
        while self._arrived:
            message = self._arrived.popleft()
            self._take(message)
            self._channel.basic_ack(message.delivery_tag)

    def _due(self) -> list[Entry]:
        late = time.monotonic() - RESEND
        due = [e for e in self.waiting.values() if self.sent_at[e.key] < late][:WINDOW]
        ready = [e for e in self.deferred if e.after in self.settled][: WINDOW - len(due)]
        for entry in ready:
            self.deferred.remove(entry)
        due += ready
        while self.is_behind and len(due) < WINDOW:
            entry = self.ahead.popleft()
            if entry.after and entry.after not in self.settled:
                self.deferred.append(entry)
            else:
                due.append(entry)
        return due

    def _send(self, due: Sequence[Entry]) -> None:
        new = [e for e in due if e.key not in self.sent_at]
        self.ledger.expect(new)
        for entry in due:
            self.waiting[entry.key] = entry
            self.sent_at[entry.key] = time.monotonic()
            if not entry.of:
                keys = self.keys_of.setdefault(entry.hash, [])
                keys += [entry.key] if entry.key not in keys else []
        for entry in due:
            self._publish(entry)
        deadline = time.monotonic() + CONFIRM
        while self._tags:
            left = deadline - time.monotonic()
            if left <= 0 or self._returned:
                raise OSError("not confirmed")
            with contextlib.suppress(TimeoutError):
                self._connection.drain_events(timeout=min(left, 1))

    def _publish(self, entry: Entry) -> None:
        content = self.by_key[entry.of] if entry.of else entry
        self._tag += 1
        self._tags[self._tag] = entry.key
        message = Message(
            content.body,
            content_type="application/cloudevents+json",
            delivery_mode=2,
            user_id=f"agency.{self.party.code}",
            application_headers={"sig": content.sig},
        )
        self._channel.basic_publish(message, exchange="triggers", mandatory=True)

    def _on_ack(self, tag: int, multiple: bool) -> None:
        tags = [t for t in self._tags if t <= tag] if multiple else [tag]
        keys = [self._tags.pop(t) for t in tags if t in self._tags]
        self.ledger.confirmed(keys)
        for key in keys:
            if self.by_key[key].of:
                self._settle(key)

    def _take(self, message: Any) -> None:
        body = message.body if isinstance(message.body, bytes) else str(message.body).encode()
        headers = message.properties.get("application_headers") or {}
        sig = str(headers.get("sig", ""))
        self.ledger.receipt(body, sig, str(headers.get("verdict", "")))
        if not stands(body, sig, self.party.receipt_key, self.party.receipt_kid):
            return
        said = json.loads(body)
        for key in self.keys_of.get(str(said["body_hash"]).removeprefix("sha256:"), []):
            if said["verdict"] != "HELD" or self.by_key[key].verdict == "HELD":
                self._settle(key)

    def _settle(self, key: str) -> None:
        self.settled.add(key)
        self.waiting.pop(key, None)

    def _open(self) -> None:
        if self._channel is not None:
            return
        parts = urlsplit(self.party.amqp_url)
        self._connection = Connection(
            host=f"{parts.hostname}:{parts.port}",
            userid=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            virtual_host=unquote(parts.path[1:]),
            connect_timeout=5, read_timeout=10, write_timeout=10,
        )  # fmt: skip
        self._connection.connect()
        channel = self._connection.channel()
        channel.confirm_select()
        channel.events["basic_ack"].add(self._on_ack)
        channel.events["basic_nack"].add(self._on_refused)
        channel.events["basic_return"].add(self._on_refused)
        self._tags, self._tag, self._returned = {}, 0, False
        self._arrived.clear()
        channel.basic_consume("receipts", callback=self._arrived.append)
        self._channel = channel

    def _on_refused(self, *_: object) -> None:
        self._returned = True

    def _disconnect(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            with contextlib.suppress(OSError, AMQPError):
                connection.collect()
