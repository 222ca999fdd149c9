"""Numbers without holes: how far an agency's feed is known to be complete."""

from __future__ import annotations

from collections.abc import Iterable


def advance(contiguous: int, seen: Iterable[int]) -> tuple[int, frozenset[int]]:
    """The new end of the unbroken run, and the numbers still waiting beyond a hole."""
    beyond = {number for number in seen if number > contiguous}
    while contiguous + 1 in beyond:
        contiguous += 1
        beyond.discard(contiguous)
    return contiguous, frozenset(beyond)


def missing(contiguous: int, highest: int, beyond: Iterable[int]) -> int:
    """How many numbers up to the highest have not been seen."""
    return max(0, highest - contiguous - len({n for n in beyond if contiguous < n <= highest}))
