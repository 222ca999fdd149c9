"""Rows of a staged import entering the register, as sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pydantic_core import to_json
from sqlalchemy import select, text

from services.registry.store.imports import ASKED
from services.registry.store.tables import ENTRY_COLUMNS, import_row
from services.registry.store.units import Row
from shared.messaging.tx import Tx

_SEARCHED = ("sort_key", "grams")  # worked out when a row enters, not in the dry run
_NULLABLE = ("headcount", "revenue", "assets", "starts_on", "ends_on")
_CHANGED = (
    "name_text", "name_key", "sort_key", "grams", "division", "address", "industry", "size",
    "leader_code", "contact_name", "contact_phone", "headcount", "revenue", "assets", "starts_on",
    "ends_on", "like_keys",
)  # fmt: skip
_END = 2**31 - 1


def _due(column: str) -> str:
    """Where the value of a column of a unit comes from when its row enters."""
    if column in _SEARCHED:
        return f"keys.{column}"
    if column in ASKED:
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
    f" {', '.join(f'r.{name} AS row_{name}' for name in ASKED)}, e.*"
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
