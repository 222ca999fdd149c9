"""The five ledgers: what was applied for, filed, archived, evaluated and adjusted in a year."""

from __future__ import annotations

from services.registry.domain.ledgers import REPORT, TITLES
from services.registry.handlers.acts import pack_for
from services.registry.handlers.figures import need_node
from services.registry.handlers.statistics import place_text
from services.registry.store import ledgers, reference
from services.registry.store.units import Row
from shared.contracts.registry_figures import LedgerPage, LedgerRow, ReadLedger
from shared.contracts.scalars import kind_text
from shared.messaging.tx import Tx
from shared.policy.pack import Pack


def read_ledger(tx: Tx, command: ReadLedger) -> LedgerPage:
    """A page of a ledger; kinds of records and reports are named as the pack names them."""
    node = command.node or tx.actor.node
    need_node(tx, node)
    rows, following, total = ledgers.list_rows(
        tx, command.ledger, node, command.year, after=command.after, limit=command.limit
    )
    pack = pack_for(tx, node)
    return LedgerPage(
        ledger=command.ledger,
        title=f"{command.year} 年{TITLES[command.ledger]}",
        year=command.year,
        node=node,
        node_text=place_text(node),
        items=tuple(_row(pack, row) for row in rows),
        total=total,
        next_after=following,
    )


def _row(pack: Pack, row: Row) -> LedgerRow:
    kind, division = row["kind"] or "", row["division"] or row["place"]
    matter, number = row["matter"], row["number"]
    if matter in pack.records:
        matter = pack.records[matter].name
    elif matter == REPORT and number in pack.reports:
        matter, number = pack.reports[number].name, ""
    return LedgerRow(
        row_id=row["row_id"],
        on=row["happened_on"],
        unit_id=row["unit_id"] or "",
        unit_text=row["name_text"] or "",
        code=row["code"] or "",
        kind=kind,
        kind_text=kind_text(kind) if kind else "",
        division=division,
        division_text=reference.division_text(division),
        matter=matter,
        number=number,
        says=row["says"],
        state=row["state"],
        by_name=row["by_name"],
        clause=row["clause"],
        decision_id=row["decision_id"],
    )
