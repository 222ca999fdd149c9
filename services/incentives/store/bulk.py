"""One statement for any number of rows: they travel as one JSON parameter."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, TextClause, text
from sqlalchemy.orm import Session


def put(
    session: Session, table: Table, rows: Sequence[Mapping[str, Any]], *, key: tuple[str, ...] = ()
) -> None:
    """Insert these rows; with a key, replace the named columns of rows that are there already.

    All rows name the same columns. Without rows nothing is sent.
    """
    if rows:
        put_encoded(session, table, encoded(rows), columns=tuple(rows[0]), key=key)


def put_encoded(
    session: Session,
    table: Table,
    rows: str,
    *,
    columns: tuple[str, ...],
    key: tuple[str, ...] = (),
) -> None:
    """The same for rows that are a JSON array of objects already."""
    session.execute(_statement(table.name, columns, key), {"rows": rows})


def encoded(value: object) -> str:
    """JSON as `put` sends it; days, times and decimals as text."""
    return json.dumps(value, default=str, ensure_ascii=False)


@lru_cache(maxsize=64)
def _statement(table: str, columns: tuple[str, ...], key: tuple[str, ...]) -> TextClause:
    names = ", ".join(columns)
    sql = (
        f"INSERT INTO {table} ({names}) SELECT {names}"  # noqa: S608  names of our own tables
        f" FROM json_populate_recordset(CAST(NULL AS {table}), CAST(:rows AS json))"
    )
    if key:
        sets = ", ".join(f"{c} = excluded.{c}" for c in columns if c not in key)
        sql += f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {sets}"
    return text(sql)
