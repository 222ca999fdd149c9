"""What the registry answers. Its events and commands are in `registry.py`."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from pydantic import Field

from shared.contracts.message import Shape
from shared.contracts.registry_units_answers import MarkView, PhaseView


class Says(Shape):
    """A warning in Chinese with the clause it rests on: the act went through."""

    code: str
    says: str
    clause: str = ""


class UnitView(Shape):
    """A unit's entry with its standing and active titles. `revision` is the ETag."""

    unit_id: str
    kind: str
    kind_text: str = ""
    name_text: str
    code: str
    division: str
    division_text: str = ""
    address: str = ""
    industry: str = ""
    headcount: int | None = None
    revenue: Decimal | None = None
    assets: Decimal | None = None
    size: str = ""
    leader_unit_id: str = ""
    leader_code: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    contact_name: str = ""
    contact_phone: str = ""
    details: dict[str, str] = Field(default_factory=dict)
    standing: str
    standing_text: str = ""
    standing_on: date | None = None
    entered_at: datetime
    entered_by: str
    revision: int
    titles: tuple[str, ...] = ()  # names of active titles
    marks: tuple[MarkView, ...] = ()  # open marks of the reader's programme
    merged_into: str = ""  # the unit it was entered twice beside
    phase: str = ""  # on reading one unit: which of the four phases, and since when each
    phases: tuple[PhaseView, ...] = ()
    warnings: tuple[Says, ...] = ()


class UnitPage(Shape):
    """One page; `next_after` is empty at the end."""

    items: tuple[UnitView, ...]
    next_after: str = ""


class UnitCounts(Shape):
    """Counts within the actor's area and the filter.

    `total_more`: there are more than `total`; counting stopped at the `up_to` that was asked.
    """

    total: int
    total_more: bool = False
    by_kind: dict[str, int]
    by_standing: dict[str, int]
    by_division: dict[str, int]


class ImportRow(Shape):
    """One row's finding. outcome: new, unchanged, changed, conflict, error.

    `likely`: it will enter, but looks like a unit there is; `says` names it.
    """

    row: int
    outcome: str
    name_text: str = ""
    code: str = ""
    unit_id: str = ""
    likely: bool = False
    says: tuple[str, ...] = ()
    changes: dict[str, tuple[str, str]] = Field(default_factory=dict)  # field -> (from, to)


class ImportReport(Shape):
    """Dry run and result of an import. status: staging, staged, confirmed, discarded."""

    import_id: str
    status: str
    file_name: str
    staged_at: datetime
    staged_by: str
    staged_by_name: str = ""
    confirmed_at: datetime | None = None
    confirmed_by: str = ""
    record_kind: str = ""  # "" for units
    system: str = ""  # the application whose export the file is
    counts: dict[str, int]  # by outcome
    likely: int = 0  # rows that look like a unit there is
    rows: tuple[ImportRow, ...] = ()


class DocumentView(Shape):
    """An upper-level arrangement."""

    document_id: str
    title: str
    number: str
    issuer: str
    level: str
    issued_on: date | None
    file_name: str
    file_digest: str
    added_at: datetime
    added_by: str


class CommitmentView(Shape):
    """A commitment letter. status: submitted, accepted, returned."""

    commitment_id: str
    unit_id: str
    unit_text: str = ""
    office: str
    office_text: str = ""
    status: str
    signatory: str
    signed_on: date
    file_name: str
    file_digest: str
    submitted_at: datetime
    submitted_by: str
    decided_at: datetime | None = None
    decided_by: str = ""
    reason: str = ""
    decision_id: str = ""


class CultivationView(Shape):
    """A unit's cultivation file; `cultivation_id` is empty while none has begun."""

    unit_id: str
    cultivation_id: str = ""
    started_on: date | None = None
    goal: str = ""
    node: str = ""


class PlaqueView(Shape):
    """Where a title's plaque is. place: to_issue, issued, to_return, returned, lost."""

    number: str
    verify_code: str
    place: str
    place_text: str
    issued_on: date | None = None
    received_by: str = ""
    returned_on: date | None = None
    lost_reason: str = ""


class TitleView(Shape):
    """A title in the honour register. status: active, expired, revoked (as of the day asked)."""

    title_id: str
    unit_id: str
    unit_text: str
    unit_kind: str
    division: str
    title_kind: str
    title_text: str
    level: str
    node: str
    number: str
    round_year: int
    granted_on: date
    expires_on: date | None = None
    status: str
    status_text: str
    revoked_on: date | None = None
    ground: str = ""
    case_id: str = ""
    decision_id: str
    revoke_decision_id: str = ""
    plaque: PlaqueView
    numbering_note: str = "编号规则为本系统自定，非文件规定"


class TitlePage(Shape):
    """One page of titles."""

    items: tuple[TitleView, ...]
    next_after: str = ""
    as_of: date
    known_at: datetime


class PublicRow(Shape):
    """A line of the public list: nothing a private person could be known by."""

    unit_text: str
    kind: str
    division: str
    division_text: str = ""
    title_text: str
    level: str
    number: str
    plaque_number: str
    round_year: int
    granted_on: date
    status: str
    revoked_on: date | None = None
    ground: str = ""


class PublicPage(Shape):
    """One page of the public list with the count of the whole."""

    total: int
    items: tuple[PublicRow, ...]
    next_after: str = ""


class PlaqueCheck(Shape):
    """What anybody may know of a plaque right now."""

    found: bool
    genuine: bool
    says: str
    title: PublicRow | None = None
    place: str = ""
    place_text: str = ""


class PracticeView(Shape):
    """A practice of a named unit. state: draft, published, withdrawn."""

    practice_id: str
    unit_id: str
    unit_text: str
    title: str
    text: str
    state: str
    added_at: datetime
    added_by: str
    published_at: datetime | None = None
    published_by: str = ""


class TimelineEntry(Shape):
    """What happened to a unit: when, when we learned it, by whom, on which ground."""

    entry_id: str
    unit_id: str
    what: str
    says: str
    happened_on: date
    learned_at: datetime
    by_name: str
    clause: str = ""
    decision_id: str = ""
    document: str = ""


class ActivationView(Shape):
    """A named activation of a pack; who and why are told within the region it is for."""

    pack_id: str
    pack_version: str
    pack_title: str
    pack_status: str
    fingerprint: str
    jurisdiction: str
    effective_on: date
    reason: str
    activated_at: datetime
    activated_by: str
    activated_by_name: str = ""


class BodyView(Shape):
    """A party body at a node. `delegated`: the parent's body stands in (A-08)."""

    body: str
    side: str
    side_text: str
    delegated: bool = False
    of_node: str = ""


class NodeView(Shape):
    """An organisation node: who decides for which divisions."""

    node: str
    name: str
    level: str
    parent: str
    divisions: tuple[str, ...]
    valid_from: date | None = None
    valid_to: date | None = None
    bodies: tuple[BodyView, ...]
    employers_note: str = ""


class Change(Shape):
    """One line of the changes feed."""

    sequence: int
    type: str
    unit_id: str
    happened_on: date
    recorded_at: datetime
    data: dict[str, str | int | bool | None]


class ChangesPage(Shape):
    """Changes after a sequence, oldest first; ask again with `next_after`."""

    items: tuple[Change, ...]
    next_after: int
