"""Rows of a file that are plainly fine, read column by column: what most rows of a large file are.

Nothing is refused here and no words are found: a row that leaves any doubt is left to `Reader`,
which gives a plain row the very same entry and no fault (a property in the tests).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import InvalidOperation
from typing import Any, NamedTuple

from services.registry.domain.credit_code import stands
from services.registry.domain.entry import HEADS, LONGEST_NAME, SIZES, is_division
from services.registry.domain.importing import READERS, Plan, Reader, text_of
from shared.contracts.table import Cell, Table

Values = Mapping[str, Sequence[Any]]

_ONCE = ("kind", "name_text", "code", "division")
_JUDGED: dict[str, Callable[[Any], bool]] = {
    "name_text": lambda name: len(name) <= LONGEST_NAME,
    "division": is_division,
    "headcount": lambda heads: heads in HEADS,
    "size": lambda size: size in SIZES,
    "leader_code": lambda _: False,  # beside something else: a row that fills it is not plain
    "ends_on": lambda _: False,
}


class PlainRows(NamedTuple):
    """Rows of one kind that are plainly fine; `values`: what they fill of an entry, by columns.

    at       their places in the table, in its order
    values   a value for each of them, or the one value all of them have; "" and None are blank
    """

    kind: str
    at: Sequence[int]
    values: Values

    def each(self, name: str, blank: Any = "") -> Sequence[Any]:
        """A column's value for each row, `blank` where nothing fills it."""
        column = self.values.get(name, (blank,))
        return column if len(column) == len(self.at) else [column[0]] * len(self.at)


def plain_rows(reader: Reader, table: Table) -> Iterator[PlainRows]:
    """The rows that are plainly fine, by their kinds; the table has a column for each heading."""
    columns = reader.columns
    if "external_id" in columns or any(columns.count(name) != 1 for name in _ONCE):
        return
    for said, at in _by_kind(table, columns.index("kind")):
        plan = reader.plans.get(said)
        if plan is not None and _is_plain(plan):
            places, values = _read(plan, _part(table, at), columns.index("code"))
            if places:
                yield PlainRows(plan.rules.kind.id, [at[n] for n in places], values)


def _by_kind(table: Table, column: int) -> Iterator[tuple[str, Sequence[int]]]:
    kinds = table.columns[column]
    if len(kinds) == 1 and isinstance(kinds[0], str):
        yield kinds[0], range(table.count)
    else:
        for said in dict.fromkeys(kind for kind in kinds if isinstance(kind, str)):
            yield said, [n for n, kind in enumerate(kinds) if kind == said]


def _part(table: Table, at: Sequence[int]) -> Table:
    if len(at) == table.count:
        return table
    return Table(len(at), [_at(column, at) for column in table.columns])


def _at(column: Sequence[Any], at: Sequence[int]) -> Sequence[Any]:
    return column if len(column) == 1 else [column[n] for n in at]


def _is_plain(plan: Plan) -> bool:
    """Whether a kind can be read so: it has a credit code, and no field of its own to fill in."""
    kind, names = plan.rules.kind, [name for _, name in plan.entry]
    asks = plan.rules.required or kind.subtypes
    return kind.identifier == "credit_code" and not asks and len(set(names)) == len(names)


def _read(plan: Plan, table: Table, code_at: int) -> tuple[Sequence[int], Values]:
    """Places of the rows of one kind that are plainly fine, and their values."""
    codes = table.columns[code_at]
    if len(codes) != table.count:
        codes = [codes[0]] * table.count
    fine = {n for n, code in enumerate(codes) if isinstance(code, str) and stands(code)}
    values: dict[str, Sequence[Any]] = {"code": codes}
    for at, name in plan.entry:
        texts = _texts(table.columns[at])
        if any(texts):
            values[name] = found = _values(name, texts)
            if None in found:
                pairs = zip(found, texts, strict=True)
                _drop(fine, [value is None and text != "" for value, text in pairs])
    for at in (at for _, places in plan.own for at in places):
        _drop(fine, list(map(bool, _texts(table.columns[at]))))
    for name in {"name_text", "division", *(column for column, _ in plan.rules.must_fill)}:
        column = values.get(name, ("",))
        if name != "kind" and ("" in column or None in column):
            _drop(fine, [value is None or value == "" for value in column])
    if len(fine) == table.count:
        return range(table.count), values
    places = sorted(fine)
    return places, {name: _at(column, places) for name, column in values.items()}


def _drop(fine: set[int], doubted: Sequence[bool]) -> None:
    """Take out the rows that are doubted; what is said once is said of all."""
    if len(doubted) > 1:
        fine.difference_update(itertools.compress(itertools.count(), doubted))
    elif doubted[0]:
        fine.clear()


def _texts(cells: Sequence[Cell]) -> Sequence[str]:
    """What `text_of` makes of each cell of a column."""
    kinds = set(map(type, cells))
    if kinds == {str}:
        texts = [cell.strip() for cell in cells]  # type: ignore[union-attr]
        if "\x00" not in "".join(texts):
            return texts
    if kinds <= {int, float}:
        return [
            str(cell) if cell.__class__ is int or not cell.is_integer() else str(int(cell))  # type: ignore[union-attr, arg-type]
            for cell in cells
        ]
    return [text_of(cell) for cell in cells]


def _values(name: str, texts: Sequence[str]) -> Sequence[object]:
    """A column's values: None for what is blank, and for what is not plainly fine."""
    read, judged = READERS.get(name, (None, ""))[0], _JUDGED.get(name)
    if read is None and judged is None:
        return texts
    known: dict[str, object] = {}
    for text in set(texts):
        try:
            value = read(text) if read and text else text
        except (ValueError, InvalidOperation):
            continue
        if text and (judged is None or judged(value)):
            known[text] = value
    return list(map(known.get, texts))
