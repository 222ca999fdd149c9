"""An agency's own append-only record: what it meant to send, what was confirmed, what came back.

A line is on the disk before the message it speaks of is sent.
"""

from __future__ import annotations

import base64
import json
import os
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.chaos.mix import Entry


class Ledger:
    """Written by one publisher."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("a", encoding="utf-8")

    def expect(self, entries: Iterable[Entry]) -> None:
        """Write these with their expected verdict and wait for the disk."""
        for entry in entries:
            self._line("event", asdict(entry) | {"head": _packed(entry.head)})
        self._file.flush()
        os.fsync(self._file.fileno())

    def confirmed(self, keys: Iterable[str]) -> None:
        """The broker has taken them."""
        for key in keys:
            self._line("confirmed", {"key": key})
        self._file.flush()

    def receipt(self, body: bytes, sig: str, mark: str) -> None:
        """A message from the receipts queue, exactly as it came."""
        self._line("receipt", {"body": _packed(body), "sig": sig, "mark": mark})
        self._file.flush()

    def close(self) -> None:
        """Nothing more to write."""
        self._file.close()

    def _line(self, kind: str, said: dict[str, Any]) -> None:
        self._file.write(json.dumps({"is": kind, **said}, ensure_ascii=False) + "\n")


@dataclass(slots=True)
class Record:
    """A ledger as the oracle reads it."""

    entries: dict[str, Entry] = field(default_factory=dict)
    confirmed: Counter[str] = field(default_factory=Counter)
    receipts: list[tuple[bytes, str, str]] = field(default_factory=list)


def read(path: Path) -> Record:
    """Everything in a ledger."""
    found = Record()
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            said = json.loads(line)
            kind = said.pop("is")
            if kind == "event":
                found.entries[said["key"]] = Entry(**said | {"head": _unpacked(said["head"])})
            elif kind == "confirmed":
                found.confirmed[said["key"]] += 1
            else:
                found.receipts.append((_unpacked(said["body"]), said["sig"], said["mark"]))
    return found


def _packed(raw: bytes) -> str:
    return base64.b64encode(zlib.compress(raw)).decode()


def _unpacked(text: str) -> bytes:
    return zlib.decompress(base64.b64decode(text))
