"""Reading a chunk of an import: what is plainly fine is made ready to be staged, the rest told apart.

Nothing here asks the database, so a large chunk is read in a child process of its own.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any, NamedTuple

from pydantic_core import to_json

from services.registry.domain.doubles import Entry
from services.registry.domain.entry import rules_of
from services.registry.domain.importing import Reader, ReadRow, is_blank
from services.registry.domain.plain_rows import PlainRow, plain_rows
from services.registry.domain.search import name_key
from services.registry.handlers.unit_entries import likeness_of, size_class
from services.registry.store import reference
from services.registry.store.imports import NewRow
from shared.contracts.refusals import Refused
from shared.contracts.registry import Cell, StageImport
from shared.policy.pack import Pack
from shared.runtime.apart import apart
from shared.runtime.ids import new_id

MOST_AT_ONCE = 20_000
_LARGE = 100_000  # signs from which a chunk is read apart: below, to fork costs more than it spares


class Ready(NamedTuple):
    """A plain row; `new`: how it is staged should its unit be a new one."""

    kind: str
    division: str
    new: NewRow
    like: Entry

    @property
    def code(self) -> str:
        """The unit's code."""
        return self.new.code


class Reading:
    """A chunk, to be read by `read`; a large one is being read from the beginning of the block.

    rows, count    those that are not blank in the file's order; how many there were
    """

    rows: Sequence[Ready | ReadRow] = ()
    count = 0

    def __init__(self, command: StageImport, pack: Pack) -> None:
        self._command, self._pack = command, pack
        kinds = {name: rules_of(kind, pack.lists) for name, kind in pack.kinds.items()}
        self._reader = Reader(command.columns, kinds)
        self._cells: list[list[Cell]] | None = None
        self._made: Callable[[], bytes | None] = lambda: None
        self._block = ExitStack()

    def __enter__(self) -> Reading:
        if len(self._command.packed) > _LARGE:
            reference.load()  # once, here: a child would load it each time
            child = apart(lambda: marshal.dumps(self._prepared()))
            self._made = self._block.enter_context(child)
        return self

    def __exit__(self, *_: object) -> None:
        self._block.close()

    def read(self) -> Reading:
        """Wait for the rows; 422 when they cannot be read."""
        made = self._made()
        self.count, read = marshal.loads(made) if made else self._prepared()  # noqa: S302  our own child's
        self.rows = [self._row(*one) for one in read]
        return self

    def again(self, row: int) -> ReadRow:
        """A row the long way, for one that is not new."""
        if self._cells is None:
            self._cells = cells_of(self._command)
        return self._reader.read(self._cells[row - self._command.first_row], row)

    def _row(self, number: int, *told: Any) -> Ready | ReadRow:
        if len(told) == 1:
            return self._reader.read(told[0], number)
        kind, division, name_text, code, entry, *like = told
        return Ready(kind, division, NewRow(number, like[0], name_text, code, entry), Entry(*like))

    def _prepared(self) -> tuple[int, list[tuple[Any, ...]]]:
        """Fields of a `Ready` and its `Entry`, or number and cells of a row that is not plain."""
        rows = cells_of(self._command)
        return len(rows), list(self._each(rows))

    def _each(self, rows: Sequence[Sequence[Cell]]) -> Iterator[tuple[Any, ...]]:
        first = self._command.first_row
        plain = plain_rows(self._reader, rows, first)
        for number, cells in enumerate(rows, start=first):
            row = plain.get(number)
            if row is not None:
                yield self._ready(row)
            elif not is_blank(cells):
                yield number, cells

    def _ready(self, row: PlainRow) -> tuple[Any, ...]:
        values, division = row.values, row.values["division"]
        name_text, code = values.pop("name_text"), values.pop("code")
        key = name_key(name_text)
        unit = {
            "unit_id": new_id("unit"),
            "kind": row.kind,
            "division": division,
            "name_key": key,
            "address": values.get("address", ""),
        }
        like = likeness_of(unit)
        values |= {"kind": row.kind, "name_key": key, "like_keys": like.keys}
        if "size" not in values and (size := size_class(values, self._pack.kinds[row.kind])):
            values["size"] = size
        return (row.row, row.kind, division, name_text, code, to_json(values).decode(), *like)


def cells_of(command: StageImport) -> list[list[Cell]]:
    """The rows of a chunk; 422 when they are not rows, or too many."""
    try:
        rows = command.cells()
    except ValueError as error:
        raise Refused("rows_unreadable", "行不是 JSON 数组：请核对", status=422) from error
    if len(rows) > MOST_AT_ONCE:
        raise Refused("rows_too_many", f"一次最多提交 {MOST_AT_ONCE} 行：请分批", status=422)
    return rows
