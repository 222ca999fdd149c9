"""Reading a chunk of an import: what is plainly fine is made ready to be staged, the rest told apart.

Nothing here asks the database, so a large chunk is read in a child process of its own.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import compress
from typing import Any, NamedTuple

from services.registry.domain.doubles import Entry, Found, Likeness, find_doubles, judged_by
from services.registry.domain.entry import rules_of
from services.registry.domain.import_packs import Group, NewRow, each, packed, unpacked
from services.registry.domain.importing import Reader, ReadRow, is_blank
from services.registry.domain.plain_rows import PlainRows, plain_rows
from services.registry.domain.search import name_key
from services.registry.handlers.unit_entries import size_by
from services.registry.store import doubles, reference
from shared.contracts.refusals import Refused
from shared.contracts.registry import StageImport
from shared.contracts.table import Table
from shared.policy.pack import Pack
from shared.runtime.apart import Apart

_LARGE = 100_000  # signs from which a chunk is read apart: below, to fork costs more than it spares
_APART = Apart()


class Plain(NamedTuple):
    """Rows that are plainly fine, by what is asked of them; `keys`: as `find_candidates` wants them."""

    rows: list[int]
    kinds: list[str]
    divisions: list[str]
    codes: list[str]
    keys: list[str]

    @property
    def ids(self) -> Iterable[str]:
        """What their likenesses are known by as long as they are no units."""
        return map(_id_of, self.rows)

    def without(self, places: Collection[int]) -> Plain:
        """All but those at some places."""
        stays = [n not in places for n in range(len(self.rows))]
        columns: tuple[list[Any], ...] = self
        return Plain(*(list(compress(column, stays)) for column in columns))


class Reading:
    """A chunk, to be read by `read`; a large one is being read from the beginning of the block.

    count    how many rows it has, blank ones too
    plain    those that are plainly fine
    packed   the same as they are kept should their units be new ones
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
        self.packed = ""
        self.plain = Plain([], [], [], [], [])
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
        self.count, plain, self.packed, self._entries, alike, told = read
        self.plain = Plain(*plain)
        self.alike = {
            unit_id: [Found(other, Likeness(score, says)) for other, score, says in found]
            for unit_id, found in alike.items()
        }
        self.told = [self._reader.rows.read(cells, number) for number, cells in told]
        return self

    def entries(self) -> Iterator[Entry]:
        """The likenesses of the plain rows."""
        return (Entry(*one) for one in marshal.loads(self._entries))  # noqa: S302  our own child's

    def new_rows(self, rows: Collection[int]) -> Iterator[NewRow]:
        """Some of the plain rows as new ones."""
        return unpacked(self.packed, rows)

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

    def work(self, given: bytes) -> bytes:
        """`read` as a child does it."""
        first, count, text = marshal.loads(given)  # noqa: S302  our own parent's
        return marshal.dumps(self.read(Table.unpacked(count, text), first))

    def read(self, table: Table, first: int) -> tuple[Any, ...]:
        """What a `Reading` keeps, as plain values; `first`: the number of the first row."""
        groups, entries = list[Group](), list[Entry]()
        for rows in plain_rows(self.rows, table.wide(len(self.rows.columns))):
            numbers = [first + at for at in rows.at]
            name_keys = list(map(name_key, rows.each("name_text")))
            like = self._likenesses(rows, numbers, name_keys)
            columns = {**rows.values, "size": self._sizes(rows)}
            groups.append(Group(rows.kind, numbers, columns, [entry.keys for entry in like]))
            entries += like
        plain = self._plain(groups)
        others = sorted(set(range(first, first + table.count)).difference(plain.rows))
        numbered = ((number, table.row(number - first)) for number in others)
        told = [(number, cells) for number, cells in numbered if not is_blank(cells)]
        alike = {
            unit_id: [(one.unit_id, one.likeness.score, one.likeness.says) for one in found]
            for unit_id, found in find_doubles(entries, entries).items()
        }
        given = marshal.dumps([tuple(entry) for entry in entries])
        return table.count, tuple(plain), packed(groups), given, alike, told

    @staticmethod
    def _likenesses(
        rows: PlainRows, numbers: Sequence[int], name_keys: Sequence[str]
    ) -> list[Entry]:
        divisions, addresses = rows.each("division"), rows.each("address")
        places = {division: reference.places_of(division) for division in set(divisions)}
        columns = numbers, name_keys, divisions, addresses
        return [
            judged_by(_id_of(number), rows.kind, name, division, address, places[division])
            for number, name, division, address in zip(*columns, strict=True)
        ]

    @staticmethod
    def _plain(groups: Sequence[Group]) -> Plain:
        plain = Plain([], [], [], [], [])
        for group in groups:
            plain.rows.extend(group.rows)
            plain.kinds.extend([group.kind] * len(group.rows))
            plain.divisions.extend(each(group, "division"))
            plain.codes.extend(each(group, "code"))
            plain.keys.extend(map(doubles.as_set, group.keys))
        return plain

    @staticmethod
    def _sizes(rows: PlainRows) -> Sequence[str]:
        given = rows.each("size")
        if "headcount" not in rows.values:
            return given
        figures = (rows.each(name, None) for name in ("headcount", "revenue", "assets"))
        columns = given, rows.each("industry"), *figures
        return [size or size_by(*known) for size, *known in zip(*columns, strict=True)]


def _id_of(row: int) -> str:
    """Sorts as the rows do."""
    return f"{row:07}"
