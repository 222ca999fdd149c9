"""Imports of records, and the exchange with another authority's application."""

from __future__ import annotations

from services.registry.handlers import exchange, imports, record_imports
from shared.contracts import registry_imports as files
from shared.contracts.message import Shape
from shared.messaging.answer import accepts
from shared.messaging.tx import Tx


class Exchange:
    """Imports of records, and the exchange with another authority's application."""

    @accepts(files.RecordTemplate)
    def record_template(self, tx: Tx, command: files.RecordTemplate) -> Shape:
        """The columns of a kind's import file."""
        return record_imports.record_template(tx, command)

    @accepts(files.StageRecords)
    def stage_records(self, tx: Tx, command: files.StageRecords) -> Shape:
        """Judge a chunk of rows of a kind of record; nothing is written down."""
        return imports.stage_records(tx, command)

    @accepts(files.ReadExchange)
    def read_exchange(self, tx: Tx, command: files.ReadExchange) -> Shape:
        """Which application this office exchanges files with."""
        return exchange.read_exchange(tx, command)

    @accepts(files.ListExchanged)
    def list_exchanged(self, tx: Tx, command: files.ListExchanged) -> Shape:
        """Units of the area with their numbers in the application."""
        return exchange.list_exchanged(tx, command)
