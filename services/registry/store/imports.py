"""Staged imports: rows go in as chunks; how they enter the register is in `import_entering.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import func, select, text, update

from services.registry.domain.import_packs import NewRow
from services.registry.store.tables import import_batch
from services.registry.store.units import Row, Values, within
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx

ASKED = ("unit_id", "name_text", "code", "leader_code")  # what of an entry a dry run is asked for

_STAGED = (
    "import_id", "row", "outcome", "says", "changes", "seen_revision", "entered", "likely",
    "external_id", *ASKED, "entry",
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


def add_rows(tx: Tx, import_id: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Stage judged rows in a statement for each 2,500: a file may hold a hundred thousand.

    A mapping names what it fills of `_STAGED`; of its `entry`, blanks may be left out as well.
    """
    blank = to_json(_BLANK | {"import_id": import_id}).decode()
    for first in range(0, len(rows), _AT_ONCE):
        lines = to_json(rows[first : first + _AT_ONCE]).decode().replace("\\u0000", "")
        tx.session.execute(_STAGE, {"blank": blank, "rows": lines})


def add_new(tx: Tx, import_id: str, rows: Sequence[NewRow]) -> None:
    """Stage rows that will be new units and that nothing is said of.

    COPY would be faster still, but psycopg2 cannot copy while it yields to the eventlet hub.
    """
    odd = [row for row in rows if _BETWEEN in row.name_text]
    add_rows(tx, import_id, [staged(tx, row) for row in odd])
    rows = [row for row in rows if _BETWEEN not in row.name_text] if odd else rows
    for first in range(0, len(rows), _AT_ONCE):
        _add_new(tx, import_id, rows[first : first + _AT_ONCE])


def staged(tx: Tx, row: NewRow) -> dict[str, Any]:
    """A new row as any other is staged, so that something can be said of it."""
    entry = from_json(row.entry)
    return {**row._asdict(), "outcome": "new", "unit_id": tx.new_id("unit"), "entry": entry}


def _add_new(tx: Tx, import_id: str, rows: Sequence[NewRow]) -> None:
    """Columns as long texts: a third less work for the database than the same as JSON."""
    given = {
        "rows": (str(row.row) for row in rows),
        "ids": (tx.new_id("unit") for _ in rows),
        "names": (row.name_text for row in rows),
        "codes": (row.code for row in rows),
        "entries": (row.entry for row in rows),
    }
    columns = {name: _BETWEEN.join(values) for name, values in given.items()}
    tx.session.execute(_STAGE_NEW, columns | {"import_id": import_id, "between": _BETWEEN})


def set_aside(tx: Tx, import_id: str, says: Mapping[int, str]) -> None:
    """Make rows conflicts of which one thing is said."""
    if says:
        given = {"rows": list(says), "says": list(says.values()), "import_id": import_id}
        tx.session.execute(_SET_ASIDE, given)
