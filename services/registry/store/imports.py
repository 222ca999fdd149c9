"""Staged imports: rows go in as chunks, are judged, and enter the register as sets."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json
from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import aggregate_order_by

from services.registry.store.tables import ENTRY_COLUMNS, import_batch, import_row
from services.registry.store.units import Row, Values, within
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx

_SEARCHED = ("sort_key", "grams")  # worked out when a row enters, not in the dry run
_ASKED = ("unit_id", "name_text", "code", "leader_code")  # what of an entry a dry run is asked for
_NULLABLE = ("headcount", "revenue", "assets", "starts_on", "ends_on")
_CHANGED = (
    "name_text", "name_key", "sort_key", "grams", "division", "address", "industry", "size",
    "leader_code", "contact_name", "contact_phone", "headcount", "revenue", "assets", "starts_on",
    "ends_on", "like_keys",
)  # fmt: skip

_STAGED = (
    "import_id", "row", "outcome", "says", "changes", "seen_revision", "entered", "likely",
    "external_id", *_ASKED, "entry",
)  # fmt: skip
_BLANK: dict[str, Any] = {
    **dict.fromkeys(_STAGED, ""),
    **dict.fromkeys(("entered", "likely"), False),
    "seen_revision": None,
    "row": 0,
    "says": [],
    "changes": {},
    "entry": {},
}
_AT_ONCE = 2500
_END = 2**31 - 1
_STAGE = text(
    f"INSERT INTO import_row ({', '.join(_STAGED)}) SELECT {', '.join(_STAGED)}"  # noqa: S608  own columns
    " FROM json_populate_recordset("
    "json_populate_record(NULL::import_row, CAST(:blank AS json)), CAST(:rows AS json))"
)
_BETWEEN = (
    "\x1e"  # between the values of a column; JSON writes such a sign otherwise, ids have none
)
_STAGE_NEW = text(
    "INSERT INTO import_row (import_id, outcome, row, unit_id, name_text, code, entry)"
    " SELECT :import_id, 'new', CAST(row AS integer), unit_id, name_text, code, CAST(entry AS json)"
    " FROM unnest(string_to_array(:rows, :between), string_to_array(:ids, :between),"
    " string_to_array(:names, :between), string_to_array(:codes, :between),"
    " string_to_array(:entries, :between)) AS given (row, unit_id, name_text, code, entry)"
)
_SET_ASIDE = text(
    "UPDATE import_row r SET outcome = 'conflict', says = jsonb_build_array(given.says),"
    " changes = '{}', entry = '{}', likely = false"
    " FROM unnest(CAST(:rows AS integer[]), CAST(:says AS text[])) AS given (row, says)"
    " WHERE r.import_id = :import_id AND r.row = given.row"
)
_FINDING = (
    import_row.c.row, import_row.c.outcome, import_row.c.name_text, import_row.c.code,
    import_row.c.unit_id, import_row.c.likely, import_row.c.says, import_row.c.changes,
)  # fmt: skip


def _due(column: str) -> str:
    """Where the value of a column of a unit comes from when its row enters."""
    if column in _SEARCHED:
        return f"keys.{column}"
    if column in _ASKED:
        return f"due.row_{column}"
    blank = {"like_keys": "'{}'", "details": "'{}'"}.get(column, "''")
    return f"due.{column}" if column in _NULLABLE else f"coalesce(due.{column}, {blank})"


_COLUMNS = ", ".join(ENTRY_COLUMNS)
_VALUES = ", ".join(map(_due, ENTRY_COLUMNS))
_ROWS = (
    "r.import_id = :import_id AND r.row > :after AND r.row <= :up_to"
    " AND r.outcome = :outcome AND NOT r.entered"
)
# Nothing is known yet of rows just staged: a plan that joins them is made for one row, and then
# compares each with each. So they are named by their numbers, and read before anything else.
_DUE = (
    "WITH due AS MATERIALIZED (SELECT r.seen_revision,"  # noqa: S608  own columns
    f" {', '.join(f'r.{name} AS row_{name}' for name in _ASKED)}, e.*"
    f" FROM import_row r, json_populate_record(NULL::unit, r.entry) AS e WHERE {_ROWS}),"
)
_WITH_KEYS = (
    "due JOIN jsonb_to_recordset(CAST(:keys AS jsonb))"
    " AS keys (unit_id text, sort_key text, grams text[]) ON keys.unit_id = due.row_unit_id"
)
_MARKED = (
    " marked AS (UPDATE import_row r SET entered = true, outcome = CASE WHEN r.unit_id IN"  # noqa: S608
    " (SELECT unit_id FROM made) THEN r.outcome ELSE 'conflict' END, says = CASE WHEN r.unit_id"
    " IN (SELECT unit_id FROM made) THEN r.says ELSE CAST(:taken AS jsonb) END"
    f" WHERE {_ROWS}) SELECT unit_id FROM made"
)

_ENTER_NEW = text(
    f"{_DUE} made AS (INSERT INTO unit ({_COLUMNS}, standing, standing_on, revision, entered_at,"  # noqa: S608  own columns
    f" entered_by) SELECT {_VALUES}, 'registered', :today, 1, :now, :who FROM {_WITH_KEYS}"
    f" ON CONFLICT DO NOTHING RETURNING unit_id),{_MARKED}"
)

_ENTER_CHANGED = text(
    f"{_DUE} made AS (UPDATE unit u SET {', '.join(f'{c} = {_due(c)}' for c in _CHANGED)},"  # noqa: S608  own columns
    f" details = u.details || {_due('details')}, revision = u.revision + 1, amended_at = :now,"
    f" amended_by = :who FROM {_WITH_KEYS} WHERE u.unit_id = due.row_unit_id"
    f" AND u.revision = due.seen_revision AND u.standing <> 'closed' RETURNING u.unit_id),{_MARKED}"
)

_LEADERS = text(
    "UPDATE unit s SET leader_unit_id = e.unit_id, revision = s.revision + 1"
    " FROM unit e, import_row r WHERE r.import_id = :import_id AND r.leader_code <> ''"
    " AND r.entered AND s.unit_id = r.unit_id AND s.leader_code = r.leader_code"
    " AND e.code = r.leader_code AND s.leader_unit_id <> e.unit_id RETURNING s.unit_id"
)


_NUMBERS = text(
    "INSERT INTO external_id (system, external_id, unit_id, linked_at, linked_by)"
    " SELECT b.system, r.external_id, r.unit_id, :now, :who FROM import_row r"
    " JOIN import_batch b USING (import_id) JOIN unit u USING (unit_id)"
    " WHERE import_id = :import_id AND r.row > :after AND r.row <= :up_to"
    " AND b.system <> '' AND r.external_id <> ''"
    " AND (r.outcome = 'unchanged' OR r.entered AND r.outcome IN ('new', 'changed'))"
    " ON CONFLICT DO NOTHING"
)


def add_batch(tx: Tx, values: Values) -> None:
    """Open an import."""
    tx.session.execute(import_batch.insert().values(**values))


def load_batch(tx: Tx, import_id: str, *, lock: bool = False) -> Row:
    """An import of the actor's area; 404 otherwise."""
    query = select(import_batch).where(
        import_batch.c.import_id == import_id,
        within(tx.actor, import_batch.c.node, import_batch.c.staged_by),
    )
    if lock:
        query = query.with_for_update()
    row = tx.session.execute(query).mappings().one_or_none()
    if row is None:
        raise Refused("import_not_found", f"没有找到导入批次“{import_id}”", status=404)
    return row


def announce(tx: Tx, import_id: str, up_to: int) -> None:
    """Say that rows up to a number of the file are being staged, until the transaction ends."""
    tx.session.execute(text("SET LOCAL lock_timeout = '15s'"))
    place = func.pg_advisory_xact_lock(func.hashtext(import_id), up_to)
    tx.session.execute(select(place))


def has_rows(tx: Tx, import_id: str, first: int, count: int) -> bool:
    """Whether any of so many rows from a number on is staged already."""
    query = select(import_row.c.row).where(
        import_row.c.import_id == import_id,
        import_row.c.row.between(first, first + count - 1),
    )
    return tx.session.execute(query.limit(1)).first() is not None


def wait_for_batch(tx: Tx, import_id: str, up_to: int) -> Row:
    """An import, locked, when rows up to a number are no longer being staged."""
    tx.session.execute(text("SET LOCAL lock_timeout = '15s'"))
    place = func.pg_advisory_xact_lock_shared(func.hashtext(import_id), up_to)
    tx.session.execute(select(place))
    return load_batch(tx, import_id, lock=True)


def take_entering(tx: Tx) -> Row | None:
    """An import that has begun to enter and is in nobody's hands, locked."""
    query = (
        select(import_batch)
        .where(import_batch.c.status == "entering")
        .order_by(import_batch.c.confirmed_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return tx.session.execute(query).mappings().one_or_none()


def save_batch(tx: Tx, import_id: str, values: Values) -> None:
    """Change a locked import."""
    tx.session.execute(
        update(import_batch).where(import_batch.c.import_id == import_id).values(**values)
    )


def list_batches(tx: Tx, status: str) -> Sequence[Row]:
    """The newest 100 imports of the actor's area."""
    query = select(import_batch).where(
        within(tx.actor, import_batch.c.node, import_batch.c.staged_by)
    )
    if status:
        query = query.where(import_batch.c.status == status)
    query = query.order_by(import_batch.c.staged_at.desc()).limit(100)
    return tx.session.execute(query).mappings().all()


class NewRows(NamedTuple):
    """Rows that will be new units and that nothing is said of, by columns.

    keys, entries   as JSON: the keys of each one's likeness, and its columns other than these
    """

    rows: list[int]
    ids: list[str]
    kinds: list[str]
    divisions: list[str]
    names: list[str]
    codes: list[str]
    keys: list[str]
    entries: list[str]

    @classmethod
    def none(cls) -> NewRows:
        """None yet."""
        return cls(*([] for _ in cls._fields))

    def extend(self, more: NewRows) -> None:
        """Add some at the end."""
        columns: tuple[list[Any], ...] = self
        others: tuple[list[Any], ...] = more
        for column, added in zip(columns, others, strict=True):
            column.extend(added)

    def without(self, places: Collection[int]) -> NewRows:
        """All but those at some places."""
        if not places:
            return self
        stays = [n not in places for n in range(len(self.rows))]
        columns: tuple[list[Any], ...] = self
        return NewRows(*(list(itertools.compress(column, stays)) for column in columns))

    def told(self, n: int) -> dict[str, Any]:
        """One as any other row is staged, so that something can be said of it."""
        return {
            "row": self.rows[n],
            "outcome": "new",
            "unit_id": self.ids[n],
            "name_text": self.names[n],
            "code": self.codes[n],
            "entry": from_json(self.entries[n]),
        }


def add_rows(tx: Tx, import_id: str, new: NewRows, others: Sequence[Mapping[str, Any]]) -> None:
    """Stage judged rows in a statement for each 2,500: a file may hold a hundred thousand.

    A mapping names what it fills of `_STAGED`; of its `entry`, blanks may be left out as well.
    COPY would be faster still, but psycopg2 cannot copy while it yields to the eventlet hub.
    """
    odd = {n for n, name in enumerate(new.names) if _BETWEEN in name}
    others = [*others, *map(new.told, odd)]
    new = new.without(odd)
    for first in range(0, len(new.rows), _AT_ONCE):
        _add_new(tx, import_id, new, slice(first, first + _AT_ONCE))
    blank = to_json(_BLANK | {"import_id": import_id}).decode()
    for first in range(0, len(others), _AT_ONCE):
        lines = to_json(others[first : first + _AT_ONCE]).decode().replace("\\u0000", "")
        tx.session.execute(_STAGE, {"blank": blank, "rows": lines})


def _add_new(tx: Tx, import_id: str, new: NewRows, some: slice) -> None:
    """Columns as long texts: a third less work for the database than the same as JSON."""
    given = {
        "rows": map(str, new.rows[some]),
        "ids": new.ids[some],
        "names": new.names[some],
        "codes": new.codes[some],
        "entries": new.entries[some],
    }
    columns = {name: _BETWEEN.join(values) for name, values in given.items()}
    tx.session.execute(_STAGE_NEW, columns | {"import_id": import_id, "between": _BETWEEN})


def repeated_rows(tx: Tx, import_id: str) -> dict[int, int]:
    """Rows whose code an earlier row of the import carries, with the first that does.

    Rows that are wrong do not count: nothing of them enters.
    """
    rows = func.array_agg(aggregate_order_by(import_row.c.row, import_row.c.row))
    found = tx.session.execute(
        select(rows)
        .where(import_row.c.import_id == import_id, import_row.c.code != "")
        .where(import_row.c.outcome != "error")
        .group_by(import_row.c.code)
        .having(func.count() > 1)
    ).scalars()
    return {row: first for first, *others in found for row in others}


def set_aside(tx: Tx, import_id: str, says: Mapping[int, str]) -> None:
    """Make rows conflicts of which one thing is said."""
    if says:
        given = {"rows": list(says), "says": list(says.values()), "import_id": import_id}
        tx.session.execute(_SET_ASIDE, given)


def list_rows(
    tx: Tx,
    import_id: str,
    *,
    outcomes: Sequence[str],
    after_row: int,
    limit: int,
    likely: bool = False,
) -> Sequence[Row]:
    """Findings in the file's order; `likely`: of rows that look like a unit there is."""
    query = select(*_FINDING).where(
        import_row.c.import_id == import_id, import_row.c.row > after_row
    )
    if outcomes:
        query = query.where(import_row.c.outcome.in_(outcomes))
    if likely:
        query = query.where(import_row.c.likely)
    return tx.session.execute(query.order_by(import_row.c.row).limit(limit)).mappings().all()


def count_rows(tx: Tx, import_id: str) -> dict[str, int]:
    """How many rows of each outcome."""
    found = tx.session.execute(
        select(import_row.c.outcome, func.count())
        .where(import_row.c.import_id == import_id)
        .group_by(import_row.c.outcome)
    )
    return {outcome: int(count) for outcome, count in found}


def count_likely(tx: Tx, import_id: str) -> int:
    """How many rows look like a unit there is."""
    query = select(func.count()).where(import_row.c.import_id == import_id, import_row.c.likely)
    return int(tx.session.execute(query).scalar_one())


class Stretch(NamedTuple):
    """Rows of an import that enter together: those after a number, up to another."""

    after: int
    up_to: int

    @property
    def is_last(self) -> bool:
        """Whether no row that is to enter comes after these."""
        return self.up_to == _END


def next_stretch(tx: Tx, import_id: str, *, after: int, some: int) -> Stretch:
    """The next `some` of the rows that are to enter."""
    query = (
        select(import_row.c.row)
        .where(import_row.c.import_id == import_id, import_row.c.row > after)
        .where(import_row.c.outcome.in_(("new", "changed")), ~import_row.c.entered)
        .order_by(import_row.c.row)
        .offset(some)
        .limit(1)
    )
    following = tx.session.execute(query).scalar()
    return Stretch(after, _END if following is None else following - 1)


def due_rows(tx: Tx, import_id: str, stretch: Stretch, *, outcome: str) -> Sequence[Row]:
    """Unit and name of the rows that `enter_rows` lets in."""
    query = (
        select(import_row.c.unit_id, import_row.c.name_text)
        .where(import_row.c.import_id == import_id, import_row.c.outcome == outcome)
        .where(import_row.c.row > stretch.after, import_row.c.row <= stretch.up_to)
        .where(~import_row.c.entered)
        .order_by(import_row.c.row)
    )
    return tx.session.execute(query).mappings().all()


def enter_rows(
    tx: Tx, import_id: str, stretch: Stretch, *, outcome: str, keys: Sequence[Mapping[str, Any]]
) -> list[str]:
    """Let rows enter as one set; ids of the units made or changed.

    keys: `unit_id`, `sort_key` and `grams` of each of the `due_rows`. A row whose unit moved on
    since the dry run becomes a conflict and changes nothing.
    """
    statement = _ENTER_NEW if outcome == "new" else _ENTER_CHANGED
    values: dict[str, object] = {
        "import_id": import_id,
        "after": stretch.after,
        "up_to": stretch.up_to,
        "outcome": outcome,
        "keys": to_json(list(keys)).decode(),
        "now": tx.now,
        "who": tx.actor.id,
        "taken": '["预检之后该单位已被登记或修改：请重新导入这一行"]',
    }
    if outcome == "new":
        values["today"] = tx.today
    return [str(unit_id) for unit_id in tx.session.execute(statement, values).scalars()]


def link_numbers(tx: Tx, import_id: str, stretch: Stretch) -> None:
    """Keep the other system's numbers of units that are on the register by now."""
    values = {"import_id": import_id, "after": stretch.after, "up_to": stretch.up_to}
    tx.session.execute(_NUMBERS, values | {"now": tx.now, "who": tx.actor.id})


def link_leaders(tx: Tx, import_id: str) -> list[str]:
    """Tie sites to contractors that are on the register by now; ids of the sites tied."""
    return list(tx.session.execute(_LEADERS, {"import_id": import_id}).scalars())
