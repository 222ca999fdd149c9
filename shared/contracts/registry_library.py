"""Honours of earlier years and of other bodies, the library of honoured units, re-evaluation."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from shared.contracts.message import Command, Shape
from shared.contracts.registry_answers import TitleView

Word = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Long = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
BatchKind = Literal["honours", "review"]
BatchStatus = Literal["proposed", "confirmed", "returned"]
MOST = 2000


class HonourItem(Shape):
    """One honour to enter: the unit by id or by code, the pack's title, when, which year's round."""

    unit_id: str = ""
    code: Word = ""
    title_kind: str
    granted_on: date
    round_year: int | None = Field(default=None, ge=1949, le=2100)
    number: Word = ""


class ReviewItem(Shape):
    """The result of a re-evaluation of one title."""

    title_id: str
    result: Literal["keep", "withdraw"]


class ProposeHonours(Command):
    """Hand in honours of earlier years or of other bodies; a second person confirms them.

    Every item is checked first; what is wrong comes back by row and nothing is kept.
    """

    name: ClassVar[str] = "registry.propose_honours"

    document: Word
    reason: Long = ""
    items: tuple[HonourItem, ...] = Field(min_length=1, max_length=MOST)


class ProposeReview(Command):
    """Hand in the results of a re-evaluation; a second person confirms them."""

    name: ClassVar[str] = "registry.propose_review"

    document: Word
    reviewed_on: date
    reason: Long = ""
    items: tuple[ReviewItem, ...] = Field(min_length=1, max_length=MOST)


class ConfirmHonours(Command):
    """Let a batch take effect; not by the one who handed it in."""

    name: ClassVar[str] = "registry.confirm_honours"

    batch_id: str


class ReturnHonours(Command):
    """Send a batch back with the reason; nothing of it takes effect."""

    name: ClassVar[str] = "registry.return_honours"

    batch_id: str
    reason: Long


class ListHonourBatches(Command):
    """The newest hundred batches of the actor's programme and area."""

    name: ClassVar[str] = "registry.list_honour_batches"

    status: BatchStatus | Literal[""] = ""


class ListLibrary(Command):
    """Units with honours of the levels the pack's library takes in, classed by level and kind.

    listing  active: standing now; past: ended, withdrawn or left for a higher step
    """

    name: ClassVar[str] = "registry.list_library"

    listing: Literal["active", "past"] = "active"
    level: str = ""
    kind: str = ""
    year: int | None = None
    title_kind: str = ""
    after: str = ""
    limit: int = Field(default=50, ge=1, le=500)


class ListTitleRounds(Command):
    """Titles that come round every few years: the last year on record and the next."""

    name: ClassVar[str] = "registry.list_title_rounds"


class SetTitleRound(Command):
    """Enter the year of the next round as its document says; goes before what is worked out."""

    name: ClassVar[str] = "registry.set_title_round"

    title_kind: str
    year: int = Field(ge=2000, le=2100)
    document: Word


class BatchRow(Shape):
    """One row of a batch in words."""

    unit_id: str
    unit_text: str
    title_id: str = ""
    title_text: str
    level: str
    granted_on: date
    round_year: int
    number: str = ""
    result: str = ""


class HonourBatch(Shape):
    """A batch: who handed it in on what document, and who let it take effect."""

    batch_id: str
    kind: BatchKind
    node: str
    node_text: str = ""
    document: str
    reason: str
    happened_on: date | None = None
    status: BatchStatus
    rows: tuple[BatchRow, ...]
    proposed_at: datetime
    proposed_by: str
    proposed_by_name: str
    decided_at: datetime | None = None
    decided_by: str = ""
    decided_by_name: str = ""
    says: str = ""
    decision_id: str = ""


class LibraryCount(Shape):
    """How many active honours of a level and kind there are, and in which years."""

    level: str
    level_text: str
    kind: str
    kind_text: str
    titles: int
    by_year: dict[str, int] = Field(default_factory=dict)


class LibraryPage(Shape):
    """One page of the library. Counts are of the active ones, whatever the filter."""

    says: str
    clause: str
    levels: dict[str, str]
    titles: dict[str, str]  # title kinds the library knows, in words
    counts: tuple[LibraryCount, ...]
    total: int
    items: tuple[TitleView, ...]
    next_after: str = ""


class TitleRound(Shape):
    """A title that comes round. `next_year` is None while no round is on record (A-46)."""

    title_kind: str
    title_text: str
    level: str
    every_years: int
    last_year: int | None
    next_year: int | None
    entered_year: int | None = None
    document: str = ""
    clause: str
