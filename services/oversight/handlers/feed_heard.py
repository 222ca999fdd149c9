"""What the registry says, kept as copies; a unit's entry wakes the events that waited for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from services.oversight.handlers import holds
from services.oversight.store import inbox, known
from shared.contracts.registry import (
    TitleGranted,
    TitleRevoked,
    UnitClosed,
    UnitEntered,
    UnitMerged,
    UnitReopened,
)
from shared.messaging.tx import Heard, Tx

_UNIT = (
    "unit_id",
    "kind",
    "name_text",
    "code",
    "division",
    "leader_unit_id",
    "ends_on",
    "revision",
)
_TITLE = (
    "title_id",
    "unit_id",
    "title_kind",
    "title_text",
    "level",
    "number",
    "plaque_number",
    "granted_on",
    "round_year",
    "decision_id",
)
_REVOKED = ("title_id", "unit_id", "title_text", "level", "decision_id", "revoked_on")


def unit_entered(tx: Tx, heard: Sequence[Heard]) -> None:
    """Copy the entries, and judge again what was held because the unit was unknown (NB23-059)."""
    said = [cast(UnitEntered, h.event) for h in heard]
    known.save_units(tx, [{name: getattr(event, name) for name in _UNIT} for event in said])
    inbox.release_held(tx, "unknown_unit", sorted({event.code for event in said}))


def unit_closed(tx: Tx, heard: Sequence[Heard]) -> None:
    """The unit has left the register; its history stays."""
    for h in heard:
        event = cast(UnitClosed, h.event)
        known.close_unit(tx, event.unit_id, event.closed_on, event.revision)


def unit_reopened(tx: Tx, heard: Sequence[Heard]) -> None:
    """The unit is on the register again."""
    for h in heard:
        event = cast(UnitReopened, h.event)
        known.close_unit(tx, event.unit_id, None, event.revision)


def unit_merged(tx: Tx, heard: Sequence[Heard]) -> None:
    """A unit was entered twice: what agencies say of its code is said of the one that is kept."""
    for h in heard:
        event = cast(UnitMerged, h.event)
        known.merge_unit(tx, event.unit_id, event.into_unit_id)
        with tx.because_of(h):
            holds.hand_over(tx, event.unit_id, event.into_unit_id)


def title_granted(tx: Tx, heard: Sequence[Heard]) -> None:
    """Copy the titles: an exit case needs to know which one is at stake."""
    for h in heard:
        event = cast(TitleGranted, h.event)
        known.save_title(tx, {name: getattr(event, name) for name in _TITLE})


def title_revoked(tx: Tx, heard: Sequence[Heard]) -> None:
    """The register has cancelled a title."""
    for h in heard:
        event = cast(TitleRevoked, h.event)
        known.revoke_title(tx, {name: getattr(event, name) for name in _REVOKED})


def pack_activated(tx: Tx, heard: Sequence[Heard]) -> None:
    """A pack is in force somewhere: judge again what waited for one. Call after it is stored."""
    if heard:
        inbox.release_held(tx, "no_pack")
