"""Rows packed as the columns of a `Table`. The child that parses imports this: nothing heavy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic_core import to_json

LARGEST = 768 * 1024
"""Bytes a pack may have. The broker takes a quarter more, for the quotes that are marked on the way."""


def packed(columns: Iterable[Sequence[Any]]) -> bytes:
    """Columns as JSON; one that says the same all the way down says it once."""
    return to_json(list(map(briefly, columns)), inf_nan_mode="constants")


def briefly(column: Sequence[Any]) -> Sequence[Any]:
    """A column, or its one value where it says the same all the way down."""
    first = column[0]
    if column[-1] != first or column.count(first) != len(column):
        return column
    return column[:1] if len(set(map(type, column))) == 1 else column  # 1 and true are equal
