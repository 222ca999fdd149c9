"""What PostgreSQL expects of a query, without running it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Executable, Select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement

from shared.messaging.tx import Tx


class _Explained(Executable, ClauseElement):
    inherit_cache = False

    def __init__(self, query: Select[Any]) -> None:
        self.query = query


@compiles(_Explained)
def _explained(element: _Explained, compiler: SQLCompiler, **kwargs: Any) -> str:
    return "EXPLAIN (FORMAT JSON) " + compiler.process(element.query, **kwargs)


def estimated(tx: Tx, query: Select[Any]) -> int:
    """How many rows a query gives by the statistics: no promise, but an answer in half a millisecond."""
    [plan] = tx.session.execute(_Explained(query)).scalar_one()
    return int(plan["Plan"]["Plan Rows"])
