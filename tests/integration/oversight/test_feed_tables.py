"""The tables the store declares are the tables the migrations made."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, inspect

from services.oversight.store import tables_feed
from services.oversight.store.metadata import metadata

OURS = sorted(
    name for name, table in metadata.tables.items() if table in vars(tables_feed).values()
)


@pytest.mark.parametrize("name", OURS)
def test_a_table_is_as_its_migration_made_it(engine_of: Callable[[str], Engine], name: str) -> None:
    table = metadata.tables[name]
    found = inspect(engine_of("oversight"))

    columns = {c["name"]: (str(c["type"]), c["nullable"]) for c in found.get_columns(name)}
    dialect = engine_of("oversight").dialect
    declared = {c.name: (str(c.type.compile(dialect)), c.nullable) for c in table.columns}

    assert columns.keys() == declared.keys()
    assert {n: nullable for n, (_, nullable) in columns.items()} == {
        n: nullable for n, (_, nullable) in declared.items()
    }
    assert {i["name"] for i in found.get_indexes(name) if not i.get("duplicates_constraint")} == {
        i.name for i in table.indexes
    }
    checks = {c["name"] for c in found.get_check_constraints(name)}
    assert checks == {str(c.name) for c in table.constraints if str(c.name).startswith("ck_")}
