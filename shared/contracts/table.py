"""Rows of a file by their columns: of a large file most columns say the same all the way down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic_core import from_json

Cell = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Table:
    """`count` rows; a column has a cell for each of them, or the one cell that all of them have."""

    count: int
    columns: Sequence[Sequence[Cell]]

    @classmethod
    def of(cls, rows: Sequence[Sequence[Cell]]) -> Table:
        """Rows as columns; a short row ends in blanks."""
        width = max(map(len, rows), default=0)
        whole = [[*row, *[""] * (width - len(row))] for row in rows]
        return cls(len(whole), list(zip(*whole, strict=True)))

    @classmethod
    def unpacked(cls, count: int, text: str) -> Table:
        """So many rows from the JSON of their columns, `[["甲", "乙"], ["企业"]]`; ValueError for else."""
        columns = from_json(text)
        if not isinstance(columns, list) or count < 0:
            raise ValueError("no columns")
        if not all(isinstance(column, list) and len(column) in (1, count) for column in columns):
            raise ValueError(f"a column has neither 1 cell nor {count}")
        return cls(count, columns)

    def wide(self, width: int) -> Table:
        """The same with blanks in so many columns at least."""
        missing = [("",)] * (width - len(self.columns))
        return Table(self.count, [*self.columns, *missing])

    def row(self, n: int) -> list[Cell]:
        """The cells of a row."""
        return [column[n if len(column) > 1 else 0] for column in self.columns]

    def rows(self) -> list[list[Cell]]:
        """All of them."""
        return [self.row(n) for n in range(self.count)]
