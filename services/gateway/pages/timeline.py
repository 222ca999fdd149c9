"""One story of a unit out of what four services remember of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from services.gateway.pages.words import SHANGHAI
from shared.contracts import (
    evaluation_round_answers,
    incentives_answers,
    oversight_answers,
    registry_answers,
)


@dataclass(frozen=True)
class Told:
    """One line: what, when it happened, when we learned it, who, on which clause."""

    says: str
    happened: date
    at: datetime
    learned: datetime | None
    by: str = ""
    clause: str = ""
    decision_id: str = ""
    area: str = ""
    tone: str = ""


def _day(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()


def from_registry(entry: registry_answers.TimelineEntry) -> Told:
    """A line of the registry."""
    return Told(
        says=entry.says,
        happened=entry.happened_on,
        at=entry.learned_at,
        learned=entry.learned_at,
        by=entry.by_name,
        clause=entry.clause,
        decision_id=entry.decision_id,
        area="登记与荣誉",
        tone={"title_granted": "ok", "title_revoked": "bad"}.get(entry.what, ""),
    )


def from_evaluation(entry: evaluation_round_answers.TimelineEntry) -> Told:
    """A line of evaluation."""
    return Told(
        says=entry.says,
        happened=entry.happened_on,
        at=entry.learned_at,
        learned=entry.learned_at,
        by=entry.by_name,
        clause=entry.clause,
        decision_id=entry.decision_id,
        area="创建与评价",
    )


def from_incentives(entry: incentives_answers.TimelineEntry) -> Told:
    """A line of incentives."""
    return Told(
        says=entry.says,
        happened=_day(entry.at),
        at=entry.at,
        learned=None,
        by=entry.by,
        clause=entry.clause,
        decision_id=entry.decision_id,
        area="激励",
        tone="bad" if "suspend" in entry.what else "",
    )


def from_oversight(entry: oversight_answers.TimelineEntry) -> Told:
    """A line of oversight."""
    return Told(
        says=entry.says,
        happened=_day(entry.at),
        at=entry.at,
        learned=None,
        by=entry.by,
        clause=entry.clause,
        decision_id=entry.decision_id,
        area="监督与退出",
        tone="bad" if "hold_placed" in entry.kind or entry.kind == "hold" else "",
    )


def story(lines: Iterable[Told]) -> list[Told]:
    """Newest first; what two services tell in the same words is told once."""
    found: dict[tuple[date, str], Told] = {}
    for told in sorted(lines, key=lambda t: (t.tone == "", t.decision_id == "")):
        found.setdefault((told.happened, told.says), told)
    return sorted(found.values(), key=lambda t: (t.happened, t.at), reverse=True)
