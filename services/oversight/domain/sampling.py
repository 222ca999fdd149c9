"""Drawing a spot check that anybody can draw again (NB23 二(五) 「抽查和普查相结合」).

The order is a hash of seed and unit, not a random generator: the same seed over the same units
gives the same sample on every machine and in every version of the language.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def place(seed: int, unit_id: str) -> str:
    """Where a unit stands in the order of a seed."""
    return hashlib.sha256(f"{seed}:{unit_id}".encode()).hexdigest()


def sample_size(population: int, share: int) -> int:
    """`share` per cent, rounded up: a check of anybody is a check of at least one."""
    return -(-population * share // 100)


def draw(unit_ids: Iterable[str], *, seed: int, share: int) -> tuple[str, ...]:
    """The units drawn, in the order of the seed; 100 per cent is a census."""
    ordered = sorted(set(unit_ids), key=lambda unit_id: (place(seed, unit_id), unit_id))
    return tuple(ordered[: sample_size(len(ordered), share)])


def digest(unit_ids: Iterable[str]) -> str:
    """SHA-256 of the drawn-from units: proves later what the sample was drawn from."""
    return hashlib.sha256("\n".join(sorted(set(unit_ids))).encode()).hexdigest()


def seed_of(campaign_id: str) -> int:
    """A seed for a campaign nobody gave one: below 2**31, and recorded like any other."""
    return int(hashlib.sha256(campaign_id.encode()).hexdigest()[:8], 16) >> 1
