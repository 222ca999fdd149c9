"""Rows of an import that are plainly new units, kept as the text of their columns until they enter.

To write each of a hundred thousand rows down for a dry run that may be given up costs as much as to
judge it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json

from services.registry.domain.search import name_key

_ESCAPED = re.compile(r'["\\\x00-\x1f]')  # what JSON writes otherwise
_BESIDE = ("name_text", "code")  # of an entry: kept beside it, where a row is staged


class Group(NamedTuple):
    """Rows of one kind.

    rows      their numbers in the file
    columns   what they fill of an entry, by columns: a value for each, or the one that all have
    keys      those of each one's likeness
    """

    kind: str
    rows: Sequence[int]
    columns: Mapping[str, Sequence[Any]]
    keys: Sequence[Sequence[int]]


class NewRow(NamedTuple):
    """A row as it is staged by itself; `entry`: its other columns, as a JSON object."""

    row: int
    name_text: str
    code: str
    entry: str


def packed(groups: Sequence[Group]) -> str:
    """Groups as one text, for `unpacked`."""
    return to_json(groups).decode()


def unpacked(text: str, wanted: Collection[int]) -> Iterator[NewRow]:
    """Those of the rows of a text that are wanted, by their numbers."""
    for given in from_json(text):
        group = _of_them(Group(*given), wanted)
        if group.rows:
            names, codes = (each(group, name) for name in _BESIDE)
            yield from map(NewRow, group.rows, names, codes, _objects(group))


def _of_them(group: Group, wanted: Collection[int]) -> Group:
    stays = [row in wanted for row in group.rows]
    if all(stays):
        return group
    columns = {
        name: list(itertools.compress(column, stays)) if len(column) == len(stays) else column
        for name, column in group.columns.items()
    }
    rows = list(itertools.compress(group.rows, stays))
    return Group(group.kind, rows, columns, list(itertools.compress(group.keys, stays)))


def each(group: Group, name: str) -> Sequence[Any]:
    """A column's value for each row."""
    column = group.columns[name]
    return column if len(column) == len(group.rows) else [column[0]] * len(group.rows)


def _objects(group: Group) -> Iterator[str]:
    """The rows as JSON objects without their blanks."""
    columns = {name: group.columns[name] for name in group.columns.keys() - set(_BESIDE)}
    columns["name_key"] = list(map(name_key, each(group, "name_text")))
    same = {name: column[0] for name, column in columns.items() if len(column) < len(group.rows)}
    said = {name: value for name, value in same.items() if value not in ("", None)}
    begin = to_json({"kind": group.kind, **said}).decode()[:-1]
    parts = [_members(name, columns[name]) for name in columns.keys() - same.keys()]
    for keys, *part in zip(group.keys, *parts, strict=True):
        yield f'{begin}{"".join(part)},"like_keys":{list(keys)}}}'


def _members(name: str, column: Sequence[Any]) -> list[str]:
    """A column's values as members of objects, "" for a blank."""
    label = f',"{name}":'
    if set(map(type, column)) == {str} and not _ESCAPED.search("".join(column)):
        return [f'{label}"{value}"' if value else "" for value in column]
    known = {value: f"{label}{to_json(value).decode()}" for value in set(column)}
    return [known[value] if value not in ("", None) else "" for value in column]
