"""Imports of records, and the exchange with another authority's application, as the registry has them.

What is confirmed, discarded and read of an import is the same for units and records: see
`ConfirmImport`, `DiscardImport`, `GetImport` and `ListImports` in `registry.py`.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from shared.contracts.message import Command, Shape
from shared.contracts.registry_answers import UnitView
from shared.contracts.registry_records_answers import Choice
from shared.contracts.table import Cell


class RecordTemplate(Command):
    """The columns of a kind's import file. Answers `RecordTemplateView`."""

    name: ClassVar[str] = "registry.record_template"

    kind: str = Field(min_length=1, max_length=60)


class TemplateColumn(Shape):
    """A column: its heading, what it is called here, and how it is filled in."""

    name: str
    heading: str
    form: str
    required: bool = False
    choices: tuple[Choice, ...] = ()


class RecordTemplateView(Shape):
    """A template; `version` changes whenever its headings do."""

    kind: str
    kind_text: str
    clause: str
    version: str
    may_write: bool
    columns: tuple[TemplateColumn, ...]


class StageRecords(Command):
    """Stage rows of a kind for a dry run, in chunks; nothing is written down yet.

    Columns are named by `TemplateColumn.name` or its heading; others are left aside. A row with
    the writer's own number (`external_id`), or about the same thing on the same day with the same
    required fields, is the record there is: it changes that, or nothing. First chunk: `import_id`
    empty. With `system` the numbers are those of that application. Answers `ImportReport`; its
    counts and rows come with the chunk that `is_last`.
    """

    name: ClassVar[str] = "registry.stage_records"

    kind: str = Field(min_length=1, max_length=60)
    import_id: str = ""
    file_name: str = Field(max_length=200)
    file_digest: str = ""
    columns: tuple[str, ...]
    first_row: int = 2
    rows: list[list[Cell]] = Field(max_length=500)
    after: int | None = None
    is_last: bool = False
    system: str = Field(default="", max_length=40)


class ReadExchange(Command):
    """Which application this office exchanges files with. Answers `ExchangeView`."""

    name: ClassVar[str] = "registry.read_exchange"


class ExchangeView(Shape):
    """`system` is the application's name, "" where nothing is exchanged; `kinds` of record."""

    system: str
    says: str = ""
    clause: str = ""
    kinds: tuple[Choice, ...] = ()


class ListExchanged(Command):
    """Units of the area with their numbers in the application. Answers `ExchangedPage`."""

    name: ClassVar[str] = "registry.list_exchanged"

    after: str = ""
    limit: int = Field(default=500, ge=1, le=5000)


class ExchangedUnit(Shape):
    """A unit and its number in the other application."""

    external_id: str
    unit: UnitView


class ExchangedPage(Shape):
    """A page of them, in the order of their numbers."""

    items: tuple[ExchangedUnit, ...]
    next_after: str = ""
