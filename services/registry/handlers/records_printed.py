"""Records that a document names itself: they stand in the book from the day its pack is at work."""

from __future__ import annotations

from datetime import date

from services.registry.domain.record_contents import Times
from services.registry.handlers.records_access import Home
from services.registry.handlers.records_keeping import draft_of, keep_new
from services.registry.store import records
from shared.contracts.scalars import area_of, covers
from shared.messaging.tx import Tx
from shared.policy.pack import Pack
from shared.policy.programme import PrintedRecord, RecordKind


def enter_printed(tx: Tx, pack: Pack, jurisdiction: str, on: date) -> None:
    """Enter what the pack's document names within a jurisdiction; what is there stays as it is."""
    for kind in pack.records.values():
        for printed in kind.printed:
            if covers(jurisdiction, printed.node):
                _enter(tx, pack, kind, printed, on)


def _enter(tx: Tx, pack: Pack, kind: RecordKind, printed: PrintedRecord, on: date) -> None:
    number, node = f"printed:{printed.id}", printed.node
    if records.find_external(tx, kind=kind.id, node=node, external_id=number) is None:
        home = Home(node, area_of(node), pack, kind)
        times = Times(min(on, tx.today), None, kind.opening)
        keep_new(tx, draft_of(tx, home, times, printed.values), external_id=number)
