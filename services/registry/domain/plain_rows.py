"""Rows of a file that are plainly fine, read column by column: what most rows of a large file are.

Nothing is refused here and no words are found: a row that leaves any doubt is left to `Reader`,
which gives a plain row the very same entry and no fault (a property in the tests).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import InvalidOperation
from typing import Any, NamedTuple

from services.registry.domain.credit_code import stands
from services.registry.domain.entry import HEADS, LONGEST_NAME, SIZES, is_division
from services.registry.domain.importing import READERS, Plan, Reader, text_of
from shared.contracts.registry import Cell

Values = dict[str, Any]

_ONCE = ("kind", "name_text", "code", "division")
_JUDGED: dict[str, Callable[[Any], bool]] = {
    "name_text": lambda name: len(name) <= LONGEST_NAME,
    "division": is_division,
    "headcount": lambda heads: heads in HEADS,
    "size": lambda size: size in SIZES,
    "leader_code": lambda _: False,  # beside something else: a row that fills it is not plain
    "ends_on": lambda _: False,
}


class PlainRow(NamedTuple):
    """A row that is plainly fine; `values`: what it fills of an entry, without its kind."""

    row: int
    kind: str
    code: str
    values: Values


def plain_rows(
    reader: Reader, rows: Sequence[Sequence[Cell]], first_row: int
) -> dict[int, PlainRow]:
    """The rows that are plainly fine by their numbers in the file."""
    columns = reader.columns
    if "external_id" in columns or any(columns.count(name) != 1 for name in _ONCE):
        return {}
    at = columns.index("kind")
    by_kind: dict[Cell, list[tuple[int, Sequence[Cell]]]] = {}
    for number, row in enumerate(rows, start=first_row):
        if len(row) == len(columns) and isinstance(row[at], str):
            by_kind.setdefault(row[at], []).append((number, row))
    found: dict[int, PlainRow] = {}
    for said, numbered in by_kind.items():
        plan = reader.plans.get(str(said))
        if plan is not None and _is_plain(plan):
            cells = list(zip(*(row for _, row in numbered), strict=True))
            kind = plan.rules.kind.id
            for n, values in _read(plan, cells, columns.index("code")):
                number = numbered[n][0]
                found[number] = PlainRow(number, kind, values["code"], values)
    return found


def _is_plain(plan: Plan) -> bool:
    """Whether a kind can be read so: it has a credit code, and no field of its own to fill in."""
    kind, names = plan.rules.kind, [name for _, name in plan.entry]
    asks = plan.rules.required or kind.subtypes
    return kind.identifier == "credit_code" and not asks and len(set(names)) == len(names)


def _read(
    plan: Plan, cells: Sequence[Sequence[Cell]], code_at: int
) -> Iterable[tuple[int, Values]]:
    """Place and values of the rows of one kind that are plainly fine."""
    codes = cells[code_at]
    fine = {n for n, code in enumerate(codes) if isinstance(code, str) and stands(code)}
    whole: dict[str, Sequence[object]] = {"code": codes}
    gaps: dict[str, Sequence[object]] = {}
    for at, name in plan.entry:
        texts = _texts(cells[at])
        if not any(texts):
            continue
        values = _values(name, texts)
        fine.difference_update(n for n in _blank(values) if texts[n])
        (whole if all(texts) else gaps)[name] = values
    for at in (at for _, places in plan.own for at in places):
        fine.difference_update(_filled(_texts(cells[at])))
    for name in {"name_text", "division", *(column for column, _ in plan.rules.must_fill)}:
        if name not in whole and name != "kind":
            fine.intersection_update(_filled(gaps.get(name, ())))
    found = [dict(zip(whole, row, strict=True)) for row in zip(*whole.values(), strict=True)]
    for name, values in gaps.items():
        for n in _filled(values):
            found[n][name] = values[n]
    return ((n, found[n]) for n in fine)


def _texts(cells: Sequence[Cell]) -> Sequence[str]:
    """What `text_of` makes of each cell of a column."""
    if set(map(type, cells)) == {str}:
        texts = [cell.strip() for cell in cells]  # type: ignore[union-attr]
        if "\x00" not in "".join(texts):
            return texts
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


def _filled(values: Iterable[object]) -> list[int]:
    return [n for n, value in enumerate(values) if value is not None and value != ""]


def _blank(values: Sequence[object]) -> list[int]:
    return [n for n, value in enumerate(values) if value is None] if None in values else []
