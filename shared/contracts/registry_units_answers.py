"""What the registry answers about relations, marks, members, moves and likely doubles."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from shared.contracts.message import Shape


class Choice(Shape):
    """One value that may be chosen, with its word."""

    id: str
    says: str


class FieldForm(Shape):
    """A field an entry of this kind has. `name` is a field of `UnitEntry` or a key of `details`."""

    name: str
    says: str
    form: str
    required: bool = False
    choices: tuple[Choice, ...] = ()


class KindForm(Shape):
    """A kind of unit as the pack knows it. `open`: whether one may be registered today."""

    kind: str
    name: str
    identifier: str
    clause: str
    pilot: bool = False
    open: bool = True
    fields: tuple[FieldForm, ...] = ()
    subtypes: tuple[Choice, ...] = ()


class RelationForm(Shape):
    """A relation of the pack and which kinds it ties."""

    relation: str
    says: str
    from_kinds: tuple[str, ...]
    to_kinds: tuple[str, ...]
    clause: str


class MarkForm(Shape):
    """A mark of the pack, for which kinds, and its values when it has any."""

    mark: str
    says: str
    kinds: tuple[str, ...]
    values: tuple[Choice, ...]
    clause: str
    public: bool = False


class UnitFormsView(Shape):
    """What the pack in force says of units."""

    pack_id: str
    kinds: tuple[KindForm, ...]
    relations: tuple[RelationForm, ...]
    marks: tuple[MarkForm, ...]


class OtherUnit(Shape):
    """A unit named beside another one."""

    unit_id: str
    name_text: str
    kind: str
    kind_text: str
    code: str
    division_text: str
    standing: str
    standing_text: str


class RelationView(Shape):
    """A tie between two units. `forward`: the unit asked about is the one that belongs."""

    relation_id: str
    relation: str
    relation_text: str
    clause: str
    forward: bool
    unit_id: str
    other: OtherUnit
    begins_on: date
    until_on: date | None = None
    reason: str
    end_reason: str = ""


class MarkView(Shape):
    """A mark with the day it holds from, and to when it has ended."""

    mark_id: str
    mark: str
    mark_text: str
    value: str = ""
    value_text: str = ""
    since: date
    until_on: date | None = None
    reason: str = ""
    end_reason: str = ""
    clause: str = ""


class PhaseView(Shape):
    """A phase of a unit's life and the day it was first reached since the last exit."""

    phase: str
    phase_text: str
    since: date


class Member(Shape):
    """A unit that belongs to a body, and how far it is."""

    relation_id: str
    relation: str
    relation_text: str
    begins_on: date
    unit: OtherUnit
    stage: str
    stage_text: str
    headcount: int | None = None
    titles: tuple[str, ...] = ()


class MemberPage(Shape):
    """One page of members with the counts of all of them."""

    total: int
    by_standing: dict[str, int]
    by_kind: dict[str, int]
    by_relation: dict[str, int]
    items: tuple[Member, ...]
    next_after: str = ""


class MoveView(Shape):
    """A change of seat; `noted_at` is empty until the new office has taken note."""

    move_id: str
    unit_id: str
    unit_text: str
    from_division: str
    from_text: str
    to_division: str
    to_text: str
    moved_on: date
    reason: str
    recorded_at: datetime
    law_changed: bool = Field(description="whether another pack applies since")
    noted_at: datetime | None = None


class DoubleSide(Shape):
    """One of two units that are likely the same."""

    unit: OtherUnit
    address: str
    headcount: int | None = None
    contact_name: str = ""
    entered_at: datetime
    bonds: tuple[str, ...] = ()  # why it cannot be given up


class DoubleView(Shape):
    """Two units side by side. status: open, same, different, gone (one of them has closed)."""

    double_id: str
    score: int
    says: str
    found_by: str
    found_at: datetime
    status: str
    first: DoubleSide
    second: DoubleSide
    decided_at: datetime | None = None
    decided_by: str = ""
    reason: str = ""


class DoublePage(Shape):
    """One page of likely doubles with their number.

    total       how many pairs there are, counted no further than 1,000
    total_more  there are more than `total`: to be shown as "1,000+"
    """

    total: int
    total_more: bool = False
    items: tuple[DoubleView, ...]
    next_after: str = ""


class PublicFact(Shape):
    """A field the pack publishes, in words."""

    says: str
    value: str


class PublicUnit(Shape):
    """An open unit as the public list shows it."""

    unit_id: str
    name_text: str
    division: str
    division_text: str
    address: str
    opened_on: date | None = None
    facts: tuple[PublicFact, ...] = ()
    marks: tuple[MarkView, ...] = ()


class PublicUnitPage(Shape):
    """One page of the public list.

    total       how many units the list has, counted no further than 1,000
    total_more  there are more than `total`: to be shown as "1,000+"
    """

    kind: str
    kind_text: str
    area: str
    area_text: str
    clause: str
    total: int
    total_more: bool = False
    items: tuple[PublicUnit, ...]
    next_after: str = ""
