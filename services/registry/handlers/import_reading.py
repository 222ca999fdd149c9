"""Reading a chunk of an import: what is plainly fine is made ready to be staged, the rest told apart.

Nothing here asks the database, so a large chunk is read in a child process of its own.
"""

from __future__ import annotations

import marshal
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from pydantic_core import to_json

from services.registry.domain.doubles import Entry, Found, Likeness, find_doubles
from services.registry.domain.entry import rules_of
from services.registry.domain.importing import Reader, ReadRow, is_blank
from services.registry.domain.plain_rows import PlainRows, plain_rows
from services.registry.domain.search import name_key
from services.registry.handlers.unit_entries import likeness_of, size_class
from services.registry.store import reference
from services.registry.store.imports import NewRows
from shared.contracts.refusals import Refused
from shared.contracts.registry import StageImport
from shared.contracts.table import Table
from shared.policy.pack import Pack
from shared.runtime.apart import Apart
from shared.runtime.ids import new_id

_LARGE = 100_000  # signs from which a chunk is read apart: below, to fork costs more than it spares
_APART = Apart()
_ESCAPED = re.compile(r'["\\\x00-\x1f]')  # what JSON writes otherwise
_FIGURES = ("headcount", "revenue", "assets", "industry")


class Reading:
    """A chunk, to be read by `read`; a large one is being read from the beginning of the block.

    count    how many rows it has, blank ones too
    plain    those that are plainly fine, as they are staged should their units be new ones
    alike    which of these look like others of them
    told     the others that are not blank
    """

    def __init__(self, command: StageImport, pack: Pack) -> None:
        self._command, self._pack = command, pack
        self._reader = _Reader(command.columns, pack)
        self._table: Table | None = None
        self._made: Callable[[], bytes | None] = lambda: None
        self._block = ExitStack()
        self._entries = b""
        self.count = 0
        self.plain = NewRows.none()
        self.alike: Mapping[str, Sequence[Found]] = {}
        self.told: Sequence[ReadRow] = ()

    def __enter__(self) -> Reading:
        command = self._command
        if len(command.packed) > _LARGE:
            reference.load()  # once, here: a child would load it each time
            kind = self._pack.fingerprint, command.columns
            given = marshal.dumps((command.first_row, command.count, command.packed))
            child = _APART.doing(kind, self._reader.work, given)
            self._made = self._block.enter_context(child)
        return self

    def __exit__(self, *_: object) -> None:
        self._block.close()

    def read(self) -> Reading:
        """Wait for the rows; 422 when they cannot be read."""
        made = self._made()
        first = self._command.first_row
        read = marshal.loads(made) if made else self._reader.read(self._whole(), first)  # noqa: S302  our own child's
        self.count, plain, self._entries, alike, told = read
        self.plain = NewRows(*plain)
        self.alike = {
            unit_id: [Found(other, Likeness(score, says)) for other, score, says in found]
            for unit_id, found in alike.items()
        }
        self.told = [self._reader.rows.read(cells, number) for number, cells in told]
        return self

    def entries(self) -> Iterator[Entry]:
        """The likenesses of the plain rows."""
        return (Entry(*one) for one in marshal.loads(self._entries))  # noqa: S302  our own child's

    def again(self, row: int) -> ReadRow:
        """A row the long way, for one whose unit is not new."""
        return self._reader.rows.read(self._whole().row(row - self._command.first_row), row)

    def _whole(self) -> Table:
        if self._table is None:
            try:
                self._table = self._command.table()
            except ValueError as error:
                raise Refused("rows_unreadable", "行的内容不是表格：请核对", status=422) from error
        return self._table


class _Reader:
    """Reads chunks of one file; what it makes can be handed over by a child."""

    def __init__(self, columns: Sequence[str], pack: Pack) -> None:
        kinds = {name: rules_of(kind, pack.lists) for name, kind in pack.kinds.items()}
        self.rows = Reader(columns, kinds)
        self._pack = pack

    def work(self, given: bytes) -> bytes:
        """`read` as a child does it."""
        first, count, packed = marshal.loads(given)  # noqa: S302  our own parent's
        return marshal.dumps(self.read(Table.unpacked(count, packed), first))

    def read(self, table: Table, first: int) -> tuple[Any, ...]:
        """What a `Reading` keeps, as plain values; `first`: the number of the first row."""
        plain, entries = NewRows.none(), list[Entry]()
        for rows in plain_rows(self.rows, table.wide(len(self.rows.columns))):
            name_keys = list(map(name_key, rows.each("name_text")))
            like = self._likenesses(rows, name_keys)
            plain.extend(self._staged(rows, first, name_keys, like))
            entries += like
        others = sorted(set(range(first, first + table.count)).difference(plain.rows))
        numbered = ((number, table.row(number - first)) for number in others)
        told = [(number, cells) for number, cells in numbered if not is_blank(cells)]
        alike = {
            unit_id: [(one.unit_id, one.likeness.score, one.likeness.says) for one in found]
            for unit_id, found in find_doubles(entries, entries).items()
        }
        given = marshal.dumps([tuple(entry) for entry in entries])
        return table.count, tuple(plain), given, alike, told

    @staticmethod
    def _likenesses(rows: PlainRows, name_keys: Sequence[str]) -> list[Entry]:
        columns = name_keys, rows.each("division"), rows.each("address")
        return [
            likeness_of({
                "unit_id": new_id("unit"), "kind": rows.kind, "name_key": name,
                "division": division, "address": address,
            })
            for name, division, address in zip(*columns, strict=True)
        ]  # fmt: skip

    def _staged(
        self, rows: PlainRows, first: int, name_keys: Sequence[str], like: Sequence[Entry]
    ) -> NewRows:
        names, codes, divisions = map(rows.each, ("name_text", "code", "division"))
        columns = {name: rows.values[name] for name in rows.values.keys() - {"name_text", "code"}}
        columns |= {"name_key": name_keys, "size": self._sizes(rows)}
        keys = [str(list(entry.keys)) for entry in like]
        return NewRows(
            rows=[first + at for at in rows.at],
            ids=[entry.unit_id for entry in like],
            kinds=[rows.kind] * len(like),
            divisions=[*divisions],
            names=[*names],
            codes=[*codes],
            keys=keys,
            entries=_objects(rows.kind, columns, keys),
        )

    def _sizes(self, rows: PlainRows) -> Sequence[str]:
        kind, given = self._pack.kinds[rows.kind], rows.each("size")
        names = [name for name in _FIGURES if name in rows.values]
        figures = zip(*map(rows.each, names), strict=True)
        return (
            [
                size or size_class(dict(zip(names, known, strict=True)), kind)
                for size, known in zip(given, figures, strict=True)
            ]
            if "headcount" in names
            else given
        )


def _objects(kind: str, columns: Mapping[str, Sequence[Any]], keys: Sequence[str]) -> list[str]:
    """The rows of columns as JSON objects without their blanks; `keys` are JSON already."""
    same = {name: column[0] for name, column in columns.items() if len(column) < len(keys)}
    said = {name: value for name, value in same.items() if value not in ("", None)}
    begin = to_json({"kind": kind, **said}).decode()[:-1]
    parts = [_members(name, columns[name]) for name in columns.keys() - same.keys()]
    return [
        f'{begin}{"".join(part)},"like_keys":{own}}}'
        for own, *part in zip(keys, *parts, strict=True)
    ]


def _members(name: str, column: Sequence[Any]) -> list[str]:
    """A column's values as members of objects, "" for a blank."""
    label = f',"{name}":'
    if set(map(type, column)) == {str} and not _ESCAPED.search("".join(column)):
        return [f'{label}"{value}"' if value else "" for value in column]
    known = {value: f"{label}{to_json(value).decode()}" for value in set(column)}
    return [known[value] if value not in ("", None) else "" for value in column]
