"""Prefixed ids that sort by the time they were made (UUID version 7, RFC 9562)."""

from __future__ import annotations

import os
import time
import uuid


def uuid7() -> uuid.UUID:
    """A new UUIDv7: 48 bits of milliseconds, then random bits."""
    return uuid.UUID(int=_number())


def _number() -> int:
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    return value & ~(0x3 << 62) | 0x2 << 62


def new_id(noun: str) -> str:
    """`<noun>_<32 hex digits>`, newer ids sorting after older ones."""
    return f"{noun}_{_number():032x}"
