"""What oversight hears of the others, in the order it was said: one hearer, one line of time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any, cast

from services.oversight.handlers import feed_heard, titles
from shared.contracts.evaluation import RecognitionWithdrawn, UnitRecognised
from shared.contracts.message import Event
from shared.contracts.registry import (
    CommitmentAccepted,
    PackActivated,
    PlaqueReturned,
    TitleGranted,
    TitleRevoked,
    UnitClosed,
    UnitEntered,
    UnitMerged,
    UnitReopened,
)
from shared.messaging.tx import Heard, Tx
from shared.runtime import packs


def _each(handle: Callable[[Tx, Any], None]) -> Callable[[Tx, Sequence[Heard]], None]:
    def over(tx: Tx, heard: Sequence[Heard]) -> None:
        for one in heard:
            with tx.because_of(one):
                handle(tx, one.event)

    return over


def _title_revoked(tx: Tx, heard: Sequence[Heard]) -> None:
    feed_heard.title_revoked(tx, heard)
    _each(titles.on_title_revoked)(tx, heard)


def _pack_activated(tx: Tx, heard: Sequence[Heard]) -> None:
    for one in heard:
        packs.activate(tx, cast(PackActivated, one.event), one.envelope)
    feed_heard.pack_activated(tx, heard)


HEARD: Mapping[type[Event], Callable[[Tx, Sequence[Heard]], None]] = {
    PackActivated: _pack_activated,
    UnitEntered: feed_heard.unit_entered,
    UnitClosed: feed_heard.unit_closed,
    UnitReopened: feed_heard.unit_reopened,
    UnitMerged: feed_heard.unit_merged,
    CommitmentAccepted: _each(titles.on_commitment_accepted),
    UnitRecognised: _each(titles.on_unit_recognised),
    RecognitionWithdrawn: _each(titles.on_recognition_withdrawn),
    TitleGranted: feed_heard.title_granted,
    TitleRevoked: _title_revoked,
    PlaqueReturned: _each(titles.on_plaque_returned),
}


def follow(tx: Tx, heard: Sequence[Heard]) -> None:
    """Apply a batch in its order; neighbours of one kind go together."""
    for kind, run in groupby(heard, key=lambda one: type(one.event)):
        HEARD[kind](tx, list(run))
