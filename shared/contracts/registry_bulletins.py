"""Bulletins: what happened in a period, kept as it was issued."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from pydantic import Field

from shared.contracts.message import Command, Shape
from shared.contracts.registry_figures import Count

# --- accepts: measures --------------------------------------------------------------------


class DraftBulletin(Command):
    """Answers `BulletinView` of a period, not kept: only what happened inside it is counted."""

    name: ClassVar[str] = "registry.draft_bulletin"
    only_tells: ClassVar[bool] = True

    from_on: date
    to_on: date
    node: str = ""


class IssueBulletin(Command):
    """Keep the bulletin of a period under its number and day. Answers `BulletinView`."""

    name: ClassVar[str] = "registry.issue_bulletin"

    from_on: date
    to_on: date
    title: str = ""


class ListBulletins(Command):
    """Answers `BulletinPage`: what was issued to the actor's node, by it or beneath it."""

    name: ClassVar[str] = "registry.bulletins"
    only_tells: ClassVar[bool] = True

    after: str = ""
    limit: int = Field(default=50, ge=1, le=200)


class GetBulletin(Command):
    """Answers `BulletinView` as it was issued."""

    name: ClassVar[str] = "registry.bulletin"
    only_tells: ClassVar[bool] = True

    bulletin_id: str


class BulletinLine(Shape):
    """One event of the period."""

    on: date
    unit_text: str
    division_text: str
    says: str


class BulletinContent(Shape):
    """What a bulletin tells of its period.

    entered … exited    how many inside the period, by kind; `lines` of titles and exits by name
    stages              how many stood at each stage at the end of the period
    moves               how many came to each stage inside the period
    late                tasks that fell due inside the period and were not done in time
    """

    entered: tuple[Count, ...]
    joined: tuple[Count, ...]
    recognised: tuple[Count, ...]
    titled: tuple[Count, ...]
    exited: tuple[Count, ...]
    closed: tuple[Count, ...]
    stages: tuple[Count, ...]
    moves: tuple[Count, ...]
    titles: tuple[BulletinLine, ...]
    exits: tuple[BulletinLine, ...]
    late: tuple[BulletinLine, ...]


class BulletinView(Shape):
    """A bulletin; `bulletin_id`, `number` and `issued_on` once it is issued."""

    bulletin_id: str = ""
    number: str = ""
    title: str
    node: str
    node_text: str
    from_on: date
    to_on: date
    issued_on: date | None = None
    issued_by_name: str = ""
    clause: str = ""
    content: BulletinContent


class BulletinRow(Shape):
    """An issued bulletin in a list."""

    bulletin_id: str
    number: str
    title: str
    node: str
    node_text: str
    from_on: date
    to_on: date
    issued_on: date


class BulletinPage(Shape):
    """A page of issued bulletins, newest first."""

    items: tuple[BulletinRow, ...]
    next_after: str = ""


def content_of(data: dict[str, Any]) -> BulletinContent:
    """A bulletin's content as it was kept."""
    return BulletinContent.model_validate(data, extra="ignore")
