"""The exchange with another authority's application: which one, and what is on both sides.

The pack's setting names the application; where it is empty or absent nothing is exchanged, and
nothing else changes.
"""

from __future__ import annotations

from services.registry.handlers.acts import need, pack_for
from services.registry.handlers.record_imports import APP_NUMBER
from services.registry.handlers.views import unit_view
from services.registry.store import external_ids
from shared.contracts.refusals import Refused
from shared.contracts.registry_imports import (
    ExchangedPage,
    ExchangedUnit,
    ExchangeView,
    ListExchanged,
    ReadExchange,
)
from shared.contracts.registry_records_answers import Choice
from shared.messaging.tx import Tx

SETTING = "exchange.application"


def read_exchange(tx: Tx, command: ReadExchange) -> ExchangeView:
    """Which application this office exchanges files with, and which kinds of record."""
    del command
    need(tx, "clerk", "reviewer", "auditor")
    pack = pack_for(tx, tx.actor.node)
    if SETTING not in pack.settings:
        return ExchangeView(system="")
    found = pack.setting(SETTING, tx.today)
    kinds = [k for k in pack.records.values() if any(f.name == APP_NUMBER for f in k.fields)]
    return ExchangeView(
        system=str(found.value or ""),
        says=pack.settings[SETTING].says,
        clause=found.clause,
        kinds=tuple(Choice(id=kind.id, says=kind.name) for kind in kinds),
    )


def need_system(tx: Tx, system: str) -> None:
    """Refuse a file of an application that nothing is exchanged with here."""
    if system and read_exchange(tx, ReadExchange()).system != system:
        says = f"本地没有打开与“{system}”的数据交换，没有导入：请改用普通的 Excel 导入"
        raise Refused("exchange_off", says, status=422)


def list_exchanged(tx: Tx, command: ListExchanged) -> ExchangedPage:
    """Units of the area with their numbers in the application."""
    system = read_exchange(tx, ReadExchange()).system
    rows, after = external_ids.list_linked(tx, system, after=command.after, limit=command.limit)
    items = [ExchangedUnit(external_id=row["external_id"], unit=unit_view(row)) for row in rows]
    return ExchangedPage(items=tuple(items), next_after=after)
