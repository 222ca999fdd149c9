"""What the product writes for one message, learned from the product, to be written by yardsticks.

The rows of one unit are compared before and after; what is new or changed becomes a template.
Filled in for another unit it gives rows of the same tables, columns and sizes, and never drifts
from what the product really writes. Only counters shared by all units are left out.
"""

from __future__ import annotations

import hashlib
import json
import pickle
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extras import execute_values

_HEX = re.compile(r"[0-9a-f]{32}")
_OWN_KEYS = {"incentives.entitlement": ("unit_id", "benefit")}  # its id is drawn anew for each unit
_ORDER = ("inbox", "inbox_event", "inbox_key", "known_unit", "decision", "trigger")


@dataclass(frozen=True, slots=True)
class Change:
    """Rows of one table that a message adds, or changes where `key` names them."""

    table: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    key: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class Footprint:
    """All that one message leaves behind, for the unit whose hex digits are `unit`."""

    unit: str
    changes: tuple[Change, ...]

    @property
    def rows(self) -> int:
        """How many rows one message adds or changes."""
        return sum(len(c.rows) for c in self.changes)

    def words(self) -> str:
        """Rows by table."""
        return ", ".join(
            f"{len(c.rows)} {c.table}{' (changed)' * bool(c.key)}" for c in self.changes
        )

    def save(self, path: Path) -> None:
        """Keep it for another process."""
        path.write_bytes(pickle.dumps(self))

    @staticmethod
    def load(path: Path) -> Footprint:
        """What `save` kept; files of our own only."""
        found = pickle.loads(path.read_bytes())  # noqa: S301
        assert isinstance(found, Footprint)
        return found

    def filled(self, change: Change, unit: str) -> list[tuple[Any, ...]]:
        """The change's rows for another unit; every other id is made its own as well."""
        ids = {self.unit: unit}

        def other(match: re.Match[str]) -> str:
            found = match.group()
            return ids.get(found) or ids.setdefault(found, found[16:] + unit[16:])

        return [tuple(_fill(value, other, unit) for value in row) for row in change.rows]


def _fill(value: Any, other: Callable[[re.Match[str]], str], unit: str) -> Any:
    if isinstance(value, str):
        return _HEX.sub(other, value)
    if isinstance(value, dict):
        return _HEX.sub(other, json.dumps(value, ensure_ascii=False))
    if isinstance(value, bytes):
        if len(value) == 32:
            return hashlib.sha256(value + unit.encode()).digest()
        return _HEX.sub(other, value.decode()).encode()
    return value


def insert_sql(change: Change) -> str:
    """The statement for `execute_values`; a message already known adds nothing to the inbox."""
    columns = ", ".join(change.columns)
    once = " ON CONFLICT DO NOTHING" if change.table.endswith((".inbox", ".inbox_event")) else ""
    return f"INSERT INTO {change.table} ({columns}) VALUES %s{once}"  # noqa: S608


def update_sql(change: Change) -> str:
    """The statement that changes the rows `key` names."""
    columns = ", ".join(change.columns)
    sets = ", ".join(f"{c} = v.{c}" for c in change.columns if c not in change.key)
    same = " AND ".join(f"t.{c} = v.{c}" for c in change.key)
    return (
        f"UPDATE {change.table} t SET {sets} FROM (VALUES %s) AS v ({columns})"  # noqa: S608
        f" WHERE {same}"
    )


def write_all(cursor: Any, footprint: Footprint, units: Sequence[str]) -> None:
    """The same rows for these units, one statement a table, as a bare batched consumer does it."""
    for change in footprint.changes:
        rows = [row for unit in units for row in footprint.filled(change, unit)]
        if change.key:
            casts = f"({', '.join(f'%s::{t}' for t in change.types)})"
            execute_values(cursor, update_sql(change), rows, template=casts, page_size=5000)
        else:
            execute_values(cursor, insert_sql(change), rows, page_size=5000)


def learn(before: str, after: str, unit: str, schemas: Sequence[str]) -> Footprint:
    """Compare one unit's rows in two databases (their URLs); the unit by its hex digits."""
    with closing(psycopg2.connect(before)) as old, closing(psycopg2.connect(after)) as new:
        needles = [unit]
        changes = list(_differences(old, new, schemas, needles))
        # A message's own id stands in its hearer's inbox, where the unit does not.
        sent = [row[c.columns.index("id")] for c in changes if c.table.endswith(".outbox")
                for row in c.rows]  # fmt: skip
        known = {c.table for c in changes}
        needles = [m.group() for text in sent if (m := _HEX.search(text))]
        if needles:
            found = _differences(old, new, schemas, needles)
            changes += [c for c in found if c.table.endswith(".inbox") and c.table not in known]
    return Footprint(unit, tuple(sorted(changes, key=_place)))


def _place(change: Change) -> tuple[int, str]:
    name = change.table.rpartition(".")[2]
    return _ORDER.index(name) if name in _ORDER else len(_ORDER), change.table


def _differences(
    old: Any, new: Any, schemas: Sequence[str], needles: Sequence[str]
) -> Iterator[Change]:
    for table in _tables(new, schemas):
        columns, types, key = _columns(new, table)
        was = {_key(row, columns, key): row for row in _rows(old, table, columns, needles)}
        added, changed = [], []
        for row in _rows(new, table, columns, needles):
            before = was.get(_key(row, columns, key))
            if before is None:
                added.append(row)
            elif before != row:
                changed.append((before, row))
        if added:
            yield Change(table, columns, types, (), tuple(added))
        if changed:
            yield _narrowed(table, columns, types, key, changed)


def _narrowed(
    table: str,
    columns: tuple[str, ...],
    types: tuple[str, ...],
    key: tuple[str, ...],
    changed: Sequence[tuple[tuple[Any, ...], tuple[Any, ...]]],
) -> Change:
    """Only the columns that moved, and those that name the row."""
    moved = {c for old, new in changed for c, a, b in zip(columns, old, new, strict=True) if a != b}
    kept = [n for n, c in enumerate(columns) if c in moved or c in key]
    return Change(
        table, tuple(columns[n] for n in kept), tuple(types[n] for n in kept), key,
        tuple(tuple(new[n] for n in kept) for _, new in changed),
    )  # fmt: skip


def _key(row: tuple[Any, ...], columns: Sequence[str], key: Sequence[str]) -> tuple[Any, ...]:
    found = tuple(row[columns.index(c)] for c in key)
    return found or (repr(row),)


def _tables(connection: Any, schemas: Sequence[str]) -> list[str]:
    return [
        row[0]
        for row in _ask(
            connection,
            "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n"
            " ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname = ANY(%s) ORDER BY 1",
            (list(schemas),),
        )
    ]


def _columns(
    connection: Any, table: str
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Columns without those the database counts up, their types, and the key."""
    found = _ask(
        connection,
        "SELECT a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a"
        " WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped"
        " AND a.attidentity = '' ORDER BY a.attnum",
        (table,),
    )
    key = _ask(
        connection,
        "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid"
        " AND a.attnum = ANY(i.indkey) WHERE i.indrelid = %s::regclass AND i.indisprimary",
        (table,),
    )
    names = tuple(row[0] for row in found)
    own = _OWN_KEYS.get(table) or tuple(row[0] for row in key if row[0] in names)
    return names, tuple(row[1] for row in found), own


def _rows(
    connection: Any, table: str, columns: Sequence[str], needles: Sequence[str]
) -> list[tuple[Any, ...]]:
    """Rows in which any of these digits stand, as text or inside bytes."""
    patterns = [f"%{n}%" for n in needles] + [f"%{n.encode().hex()}%" for n in needles]
    found = _ask(
        connection,
        f"SELECT {', '.join(columns)} FROM {table} t WHERE t::text LIKE ANY(%s)",  # noqa: S608
        (patterns,),
    )
    return [tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in found]


def _ask(connection: Any, statement: str, values: tuple[Any, ...]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
