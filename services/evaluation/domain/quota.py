"""A year's planned numbers by kind of unit (NB23 二(四); A-04)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.policy.pack import Title


@dataclass(frozen=True, slots=True)
class Quota:
    """How many of a kind were planned, how many stand approved, how many beyond the plan."""

    kind: str
    planned: int
    approved: int
    clause: str

    @property
    def left(self) -> int:
        """Places left; zero once the plan is used up, also when it was overridden."""
        return max(0, self.planned - self.approved)

    @property
    def shortage(self) -> int:
        """Places planned and not used: reported at the end of a round (A-04)."""
        return self.left

    @property
    def overrides(self) -> int:
        """How many were named beyond the plan."""
        return max(0, self.approved - self.planned)


def quotas_of(title: Title, approved: Mapping[str, int]) -> tuple[Quota, ...]:
    """The quota of every kind the title plans, each counted apart."""
    return tuple(
        Quota(kind, planned, approved.get(kind, 0), title.quota_clauses.get(kind, title.clause))
        for kind, planned in title.quotas.items()
    )


def quota_for(title: Title, kind: str, approved: int) -> Quota | None:
    """The quota of one kind; None when the title plans no number for it."""
    planned = title.quotas.get(kind)
    if planned is None:
        return None
    return Quota(kind, planned, approved, title.quota_clauses.get(kind, title.clause))
