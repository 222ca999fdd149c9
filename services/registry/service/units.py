"""Relations, marks, merging, moving and reopening of units; likely doubles."""

from __future__ import annotations

from typing import Any

from nameko.timer import timer

from services.registry.handlers import doubles, marks, merging, relations, unit_forms, unit_life
from shared.contracts import registry_units as about
from shared.contracts.message import Shape
from shared.messaging.answer import accepts
from shared.messaging.tx import Tx, open_tx
from shared.runtime.database import engine_for

_KEYS_AT_ONCE = 500


def _turn() -> bool:
    with open_tx(engine_for("registry"), service="registry") as tx:
        return doubles.complete_keys(tx, _KEYS_AT_ONCE)


class UnitLife:
    """Relations, marks, merging, moving and reopening of units; likely doubles."""

    @accepts(about.UnitForms)
    def unit_forms(self, tx: Tx, command: about.UnitForms) -> Shape:
        """The kinds, relations and marks of the pack at work for a place."""
        return unit_forms.unit_forms(tx, command)

    @accepts(about.PublicUnits)
    def public_units(self, tx: Tx, command: about.PublicUnits) -> Shape:
        """Open units of a kind that the pack of an area publishes; anybody may ask."""
        return unit_forms.public_units(tx, command)

    @accepts(about.Relate)
    def relate(self, tx: Tx, command: about.Relate) -> Shape:
        """Tie a unit to another, where the pack has room for it."""
        return relations.relate(tx, command)

    @accepts(about.EndRelation)
    def end_relation(self, tx: Tx, command: about.EndRelation) -> Shape:
        """End a relation; both units keep it in their history."""
        return relations.end_relation(tx, command)

    @accepts(about.ListRelations)
    def list_relations(self, tx: Tx, command: about.ListRelations) -> dict[str, Any]:
        """What ties a unit to others, as seen from it."""
        return relations.list_relations(tx, command)

    @accepts(about.ListMembers)
    def list_members(self, tx: Tx, command: about.ListMembers) -> Shape:
        """The units that belong to a body, each with how far it is (NB23 二(三))."""
        return relations.list_members(tx, command)

    @accepts(about.SetMark)
    def set_mark(self, tx: Tx, command: about.SetMark) -> Shape:
        """Put a mark on a unit; another value takes the place of the one before."""
        return marks.set_mark(tx, command)

    @accepts(about.EndMark)
    def end_mark(self, tx: Tx, command: about.EndMark) -> Shape:
        """Take a mark off a unit; it stays in the unit's history."""
        return marks.end_mark(tx, command)

    @accepts(about.ListMarks)
    def list_marks(self, tx: Tx, command: about.ListMarks) -> dict[str, Any]:
        """A unit's marks of the actor's programme, newest first."""
        return marks.list_marks(tx, command)

    @accepts(about.MergeUnit)
    def merge_unit(self, tx: Tx, command: about.MergeUnit) -> Shape:
        """Merge one entry into another, on an officer's word."""
        return merging.merge_unit(tx, command)

    @accepts(about.MoveUnit)
    def move_unit(self, tx: Tx, command: about.MoveUnit) -> Shape:
        """Hand a unit over to the office of its new seat, which is told."""
        return unit_life.move_unit(tx, command)

    @accepts(about.ListMoves)
    def list_moves(self, tx: Tx, command: about.ListMoves) -> dict[str, Any]:
        """A unit's changes of seat, or those that wait for the actor's office to note."""
        return unit_life.list_moves(tx, command)

    @accepts(about.NoteMove)
    def note_move(self, tx: Tx, command: about.NoteMove) -> Shape:
        """The new office has seen that a unit came to it."""
        return unit_life.note_move(tx, command)

    @accepts(about.ReopenUnit)
    def reopen_unit(self, tx: Tx, command: about.ReopenUnit) -> Shape:
        """Put a closed unit back where it stood; one that was merged stays where it went."""
        return unit_life.reopen_unit(tx, command)

    @accepts(about.ListDoubles)
    def list_doubles(self, tx: Tx, command: about.ListDoubles) -> Shape:
        """Likely doubles of the actor's area, both units of each side by side."""
        return doubles.list_doubles(tx, command)

    @accepts(about.DecideDouble)
    def decide_double(self, tx: Tx, command: about.DecideDouble) -> Shape:
        """Keep what a person says of a pair; "same" merges the other into the one to keep."""
        return doubles.decide_double(tx, command)

    @timer(interval=60.0)
    def complete_like_keys(self) -> None:
        """Units entered before likenesses were looked for get their keys, some at a time."""
        while _turn():
            continue
