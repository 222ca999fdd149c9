"""Rows kept as the text of their columns come back as they went in."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.import_packs import Group, packed, unpacked
from services.registry.domain.search import name_key

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
ROWS = st.lists(
    st.tuples(
        TEXTS.filter(bool), st.sampled_from(["330203", "330205"]), TEXTS,
        st.none() | st.integers(0, 10**6), st.none() | st.decimals(0, 10**6, places=2),
        st.none() | st.dates(), st.lists(st.integers(-(2**31), 2**31 - 1), max_size=3),
    ),
    min_size=1, max_size=12,
)  # fmt: skip
NAMES = ("name_text", "division", "address", "headcount", "revenue", "starts_on")


def said(value: Any) -> Any:
    """A value as JSON says it."""
    if isinstance(value, Decimal | date):
        return str(value) if isinstance(value, Decimal) else value.isoformat()
    return value


@given(ROWS, st.data())
def test_rows_come_back_as_they_went_in(rows: list[tuple[Any, ...]], data: st.DataObject) -> None:
    numbers = [2 + 3 * n for n in range(len(rows))]
    wanted = data.draw(st.sets(st.sampled_from(numbers)))
    columns: dict[str, Any] = dict(zip(NAMES, list(zip(*rows, strict=True))[:-1], strict=True))
    columns |= {"code": [f"C{n}" for n in numbers], "industry": ["3484"], "contact_name": [""]}

    found = list(
        unpacked(packed([Group("enterprise", numbers, columns, [r[-1] for r in rows])]), wanted)
    )

    assert [row.row for row in found] == sorted(wanted)
    for row in found:
        name, *given_values, keys = rows[numbers.index(row.row)]
        assert (row.name_text, row.code) == (name, f"C{row.row}")
        values = dict(zip(NAMES[1:], map(said, given_values), strict=True))
        filled = {key: value for key, value in values.items() if value not in ("", None)}
        key = {"name_key": name_key(name)} if name_key(name) else {}
        own = {"kind": "enterprise", "industry": "3484", "like_keys": keys}
        assert json.loads(row.entry) == {**filled, **key, **own}
