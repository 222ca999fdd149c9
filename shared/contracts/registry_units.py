"""What the registry accepts about the life of units: relations, marks, merging, moving, doubles.

Entering and finding units stands in `registry.py`; the answers in `registry_units_answers.py`.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from shared.contracts.message import Command


class UnitForms(Command):
    """What the pack in force says of units: kinds with fields, relations, marks. Answers `UnitFormsView`.

    `division`: the place asked about; empty: the actor's own.
    """

    name: ClassVar[str] = "registry.unit_forms"
    only_tells: ClassVar[bool] = True

    division: str = ""


class Relate(Command):
    """Tie a unit to another from a day on, by a relation of the pack. Answers `RelationView`.

    `to_unit_id`: the other unit's id, code or exact name. `until_on` for a term with a known last
    day; without one it stands until it is ended.
    """

    name: ClassVar[str] = "registry.relate"

    unit_id: str
    relation: str
    to_unit_id: str
    begins_on: date
    until_on: date | None = None
    reason: str


class EndRelation(Command):
    """End a relation on a day; it stays in both units' history. Answers `RelationView`."""

    name: ClassVar[str] = "registry.end_relation"

    relation_id: str
    until_on: date
    reason: str


class ListRelations(Command):
    """Answers `{"relations": [RelationView]}`: what ties a unit to others, in both directions."""

    name: ClassVar[str] = "registry.list_relations"
    only_tells: ClassVar[bool] = True

    unit_id: str
    with_ended: bool = False


class ListMembers(Command):
    """Answers `MemberPage`: the units tied to a body, each with its standing, stage and titles.

    `kind`, `relation` and `standing` narrow the list; the counts are of the whole list.
    """

    name: ClassVar[str] = "registry.list_members"
    only_tells: ClassVar[bool] = True

    unit_id: str
    relation: str = ""
    kind: str = ""
    standing: str = ""
    after: str = ""
    limit: int = Field(default=100, ge=1, le=500)


class SetMark(Command):
    """Put a mark of the pack on a unit; another value ends the one before. Answers `MarkView`."""

    name: ClassVar[str] = "registry.set_mark"

    unit_id: str
    mark: str
    value: str = ""
    since: date
    reason: str


class EndMark(Command):
    """Take a mark off on a day; it stays in the unit's history. Answers `MarkView`."""

    name: ClassVar[str] = "registry.end_mark"

    mark_id: str
    until_on: date
    reason: str


class ListMarks(Command):
    """Answers `{"marks": [MarkView]}`: a unit's marks of the actor's programme, newest first."""

    name: ClassVar[str] = "registry.list_marks"
    only_tells: ClassVar[bool] = True

    unit_id: str
    with_ended: bool = False


class MergeUnit(Command):
    """A unit was entered twice: everything of `unit_id` goes to `into`. Answers `UnitView` of `into`.

    `into`: its id, code or exact name. Refused while the one to be given up has a title, a hold
    or a case of its own: `bound_unit` when the other may be given up instead, `bound_both` when
    neither may.
    """

    name: ClassVar[str] = "registry.merge_unit"

    unit_id: str
    into: str
    reason: str


class MoveUnit(Command):
    """A unit moved its seat to another office's area. Answers `UnitView`.

    `details`: fields the new place's pack asks for besides those the register has. Titles, holds
    and old decisions stay as they are; the new office is told.
    """

    name: ClassVar[str] = "registry.move_unit"

    unit_id: str
    division: str
    address: str
    moved_on: date
    reason: str
    details: dict[str, str] = Field(default_factory=dict)


class ListMoves(Command):
    """Answers `{"moves": [MoveView]}` of a unit, or those the actor's office has not noted yet."""

    name: ClassVar[str] = "registry.list_moves"
    only_tells: ClassVar[bool] = True

    unit_id: str = ""


class NoteMove(Command):
    """The new office has taken note of a unit that moved to it. Answers `MoveView`."""

    name: ClassVar[str] = "registry.note_move"

    move_id: str


class ReopenUnit(Command):
    """A closed unit takes part again, standing where it stood. Answers `UnitView`."""

    name: ClassVar[str] = "registry.reopen_unit"

    unit_id: str
    reopened_on: date
    reason: str


class ListDoubles(Command):
    """Answers `DoublePage`: units that are likely the same, side by side, for a person to tell."""

    name: ClassVar[str] = "registry.list_doubles"
    only_tells: ClassVar[bool] = True

    status: Literal["open", "same", "different", "gone"] = "open"
    unit_id: str = ""
    after: str = ""
    limit: int = Field(default=50, ge=1, le=200)


class DecideDouble(Command):
    """Say whether two units are the same; "same" merges the other into `keep`. Answers `DoubleView`."""

    name: ClassVar[str] = "registry.decide_double"

    double_id: str
    verdict: Literal["same", "different"]
    keep: str = ""
    reason: str


class PublicUnits(Command):
    """Answers `PublicUnitPage`: open units of a kind that the pack of an area publishes (WH 六(二)).

    `mark` as in `UnitFilter`, of public marks only.
    """

    name: ClassVar[str] = "registry.public_units"
    only_tells: ClassVar[bool] = True

    area: str
    kind: str
    mark: str = ""
    after: str = ""
    limit: int = Field(default=100, ge=1, le=500)
