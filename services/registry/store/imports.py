"""Staged imports: rows go in as chunks, are judged, and enter the register as sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from pydantic_core import to_json
from sqlalchemy import func, select, text, update

from services.registry.store.tables import ENTRY_COLUMNS, import_batch, import_row
from services.registry.store.units import Row, Values, within
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx

_SEARCHED = ("sort_key", "grams")  # worked out when a row enters, not in the dry run
_CHANGED = (
    "name_text", "name_key", "sort_key", "grams", "division", "address", "industry", "size",
    "leader_code", "contact_name", "contact_phone", "headcount", "revenue", "assets", "starts_on",
    "ends_on", "like_keys",
)  # fmt: skip

_STAGED = (
    "import_id", "row", "outcome", "says", "changes", "seen_revision", "entered", "likely",
    "external_id", *(name for name in ENTRY_COLUMNS if name not in _SEARCHED),
)  # fmt: skip
_AT_ONCE = 2000
_STAGE = text(
    f"INSERT INTO import_row ({', '.join(_STAGED)}) SELECT {', '.join(_STAGED)}"  # noqa: S608  own columns
    " FROM json_populate_recordset(NULL::import_row, CAST(:rows AS json))"
)


def _due(column: str) -> str:
    return f"keys.{column}" if column in _SEARCHED else f"due.{column}"


_COLUMNS = ", ".join(ENTRY_COLUMNS)
_VALUES = ", ".join(map(_due, ENTRY_COLUMNS))
_KEYS = (
    "jsonb_to_recordset(CAST(:keys AS jsonb)) AS keys (unit_id text, sort_key text, grams text[])"
)
_DUE_ROWS = (
    "WITH due AS (SELECT * FROM import_row WHERE import_id = :import_id AND outcome = :outcome"
    " AND NOT entered ORDER BY row LIMIT :some),"
)

_ENTER_NEW = text(
    f"{_DUE_ROWS}"  # noqa: S608  column names of our own tables
    f" made AS (INSERT INTO unit ({_COLUMNS}, standing, standing_on, revision, entered_at,"
    f" entered_by) SELECT {_VALUES}, 'registered', :today, 1, :now, :who FROM due"
    f" JOIN {_KEYS} USING (unit_id) ON CONFLICT DO NOTHING RETURNING unit_id),"
    " marked AS (UPDATE import_row r SET entered = true, outcome = CASE WHEN r.unit_id IN"
    " (SELECT unit_id FROM made) THEN r.outcome ELSE 'conflict' END, says = CASE WHEN r.unit_id"
    " IN (SELECT unit_id FROM made) THEN r.says ELSE CAST(:taken AS jsonb) END"
    " FROM due WHERE r.import_id = :import_id AND r.row = due.row)"
    " SELECT unit_id FROM made"
)

_ENTER_CHANGED = text(
    f"{_DUE_ROWS}"  # noqa: S608  column names of our own tables
    f" made AS (UPDATE unit u SET {', '.join(f'{c} = {_due(c)}' for c in _CHANGED)},"
    " details = u.details || due.details, revision = u.revision + 1, amended_at = :now,"
    f" amended_by = :who FROM due JOIN {_KEYS} USING (unit_id) WHERE u.unit_id = due.unit_id"
    " AND u.revision = due.seen_revision AND u.standing <> 'closed' RETURNING u.unit_id),"
    " marked AS (UPDATE import_row r SET entered = true, outcome = CASE WHEN r.unit_id IN"
    " (SELECT unit_id FROM made) THEN r.outcome ELSE 'conflict' END, says = CASE WHEN r.unit_id"
    " IN (SELECT unit_id FROM made) THEN r.says ELSE CAST(:taken AS jsonb) END"
    " FROM due WHERE r.import_id = :import_id AND r.row = due.row)"
    " SELECT unit_id FROM made"
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
    " WHERE import_id = :import_id AND b.system <> '' AND r.external_id <> ''"
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


def add_rows(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Stage judged rows in a statement for each two thousand: a file may hold a hundred thousand.

    COPY would be faster still, but psycopg2 cannot copy while it yields to the eventlet hub.
    """
    of_row = itemgetter(*_STAGED)
    for first in range(0, len(rows), _AT_ONCE):
        some = [
            dict(zip(_STAGED, of_row(row), strict=True)) for row in rows[first : first + _AT_ONCE]
        ]
        lines = to_json(some).decode().replace("\\u0000", "")
        tx.session.execute(_STAGE, {"rows": lines})


def rows_by_code(tx: Tx, import_id: str, codes: Sequence[str]) -> dict[str, int]:
    """The first row of this import that already carries a code."""
    found = tx.session.execute(
        select(import_row.c.code, func.min(import_row.c.row))
        .where(import_row.c.import_id == import_id, import_row.c.code == func.any(list(codes)))
        .where(import_row.c.code != "")
        .group_by(import_row.c.code)
    )
    return {code: int(row) for code, row in found}


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
    query = select(import_row).where(
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


def rows_left(tx: Tx, import_id: str) -> int:
    """How many rows still wait to enter."""
    query = select(func.count()).where(
        import_row.c.import_id == import_id,
        import_row.c.outcome.in_(("new", "changed")),
        ~import_row.c.entered,
    )
    return int(tx.session.execute(query).scalar_one())


def due_rows(tx: Tx, import_id: str, *, outcome: str, some: int) -> Sequence[Row]:
    """Unit and name of the rows that `enter_rows` lets in next."""
    query = (
        select(import_row.c.unit_id, import_row.c.name_text)
        .where(import_row.c.import_id == import_id, import_row.c.outcome == outcome)
        .where(~import_row.c.entered)
        .order_by(import_row.c.row)
        .limit(some)
    )
    return tx.session.execute(query).mappings().all()


def enter_rows(
    tx: Tx, import_id: str, *, outcome: str, keys: Sequence[Mapping[str, Any]]
) -> list[str]:
    """Let the next rows enter as one set; ids of the units made or changed.

    keys: `unit_id`, `sort_key` and `grams` of each of the `due_rows`. A row whose unit moved on
    since the dry run becomes a conflict and changes nothing.
    """
    statement = _ENTER_NEW if outcome == "new" else _ENTER_CHANGED
    values: dict[str, object] = {
        "import_id": import_id,
        "outcome": outcome,
        "some": len(keys),
        "keys": to_json(list(keys)).decode(),
        "now": tx.now,
        "who": tx.actor.id,
        "taken": '["预检之后该单位已被登记或修改：请重新导入这一行"]',
    }
    if outcome == "new":
        values["today"] = tx.today
    return [str(unit_id) for unit_id in tx.session.execute(statement, values).scalars()]


def link_numbers(tx: Tx, import_id: str) -> None:
    """Keep the other system's numbers of units that are on the register by now."""
    tx.session.execute(_NUMBERS, {"import_id": import_id, "now": tx.now, "who": tx.actor.id})


def link_leaders(tx: Tx, import_id: str) -> list[str]:
    """Tie sites to contractors that are on the register by now; ids of the sites tied."""
    return list(tx.session.execute(_LEADERS, {"import_id": import_id}).scalars())
