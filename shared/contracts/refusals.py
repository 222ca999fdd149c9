"""A refusal: the rules, or the state of things, say no."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(eq=False)
class Refused(Exception):  # noqa: N818  a refusal is an answer, not an error
    """The rules say no. Never retried, shown to the person in the words of `says`.

    code    stable, snake_case: programs match on it.
    says    Chinese: what was wrong with which value, why it matters, what to do.
    clause  the clause id it rests on, or "" when no document prints it.
    status  422 wrong or missing data · 409 refused by rule or state · 403 not allowed
            · 404 no such thing (also: not yours to see).
    errors  one row per wrong field: {"pointer": "/rows/3/code", "says": "…"}.
    """

    code: str
    says: str
    clause: str = ""
    status: int = 409
    errors: list[dict[str, str]] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.code}: {self.says}" + (f"（{self.clause}）" if self.clause else "")


@contextmanager
def resting_on(clause: str) -> Iterator[None]:
    """Let whatever is refused within rest on a clause, unless it names its own.

    For rules that are the same under every programme while the clause is each programme's own.
    """
    try:
        yield
    except Refused as refused:
        refused.clause = refused.clause or clause
        raise
