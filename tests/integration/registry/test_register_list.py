"""A text that finds very much: the same list as one that finds little, page by page."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import select, text

from services.registry.domain.search import keys_of
from services.registry.handlers import units
from services.registry.store.estimates import estimated
from services.registry.store.tables import unit
from shared.contracts.registry import FindUnits, UnitFilter
from shared.contracts.registry_answers import UnitView
from shared.messaging.tx import Tx
from shared.runtime.migrate import script_of
from tests.integration.registry.conftest import CITY, Acting

MANY = 21_000
_UNITS = """
    INSERT INTO unit (unit_id, kind, name_text, name_key, sort_key, grams, code, division, address,
      standing, standing_on, entered_at, entered_by, like_keys, details)
    SELECT 'unit_' || lpad(k.n::text, 32, '0'), 'enterprise', k.name_text, k.name_key, k.sort_key,
      k.grams, '', '330203', '', 'registered', '2026-01-05', '2026-01-05', 'test', '{1}', '{}'
    FROM jsonb_to_recordset(CAST(:keys AS jsonb))
      AS k (n int, name_text text, name_key text, sort_key text, grams text[])
"""
_SIGNS = "华明远东海通达天成金盛新宏德正和兴隆泰安康平大中国永昌恒"


@pytest.fixture
def crowded(acting: Acting) -> Acting:
    """A register in which more names hold 浙江 than are sorted for one page, and which knows it."""
    signs = map("".join, itertools.product(_SIGNS, repeat=3))
    _enter(acting(), [f"浙江{three}公司" for three in itertools.islice(signs, MANY)])
    return acting


def _enter(tx: Tx, names: list[str]) -> None:
    keys = [{"n": n, "name_text": name, **_keys(name)} for n, name in enumerate(names)]
    tx.session.execute(text(_UNITS), {"keys": json.dumps(keys)})
    tx.session.execute(text("ANALYZE unit"))


def _keys(name: str) -> dict[str, object]:
    keys = keys_of(name)
    return {"name_key": keys.name_key, "sort_key": keys.sort_key, "grams": keys.grams}


def _pages(acting: Acting, asked: str, sort: str, count: int) -> list[list[str]]:
    pages, after = [], ""
    for _ in range(count):
        command = FindUnits(where=UnitFilter(text=asked), sort=sort, after=after, limit=100)
        page = units.find_units(acting(CITY), command)
        pages.append([found.name_text for found in page.items])
        after = page.next_after
    return pages


def test_a_text_finds_the_same_list_however_much_it_finds(
    crowded: Acting, enter: Callable[..., UnitView]
) -> None:
    for name in ("阿拉浙江明珠商行", "舟山浙江明珠商行", "浙东江明珠商行"):
        enter(name_text=name)
    tx = crowded()
    assert estimated(tx, select(unit).where(unit.c.name_key.contains("浙江"))) > 20_000
    rows = tx.session.execute(text("SELECT name_text, name_key, sort_key, grams FROM unit"))
    every = sorted((r.sort_key, r.name_text, r.name_key, r.grams) for r in rows)

    for asked in ("浙江", "浙江明", "zj", "zjm"):
        expected = [
            name
            for _, name, key, grams in every
            if (f"~{asked}" in grams if asked.isascii() else asked in key)
        ]
        for sort, right in (("name", expected), ("-name", expected[::-1])):
            pages = _pages(crowded, asked, sort, 3)
            assert pages == [right[:100], right[100:200], right[200:300]], (asked, sort)


def test_what_stood_before_three_initials_were_kept_is_found_by_them(
    acting: Acting, enter: Callable[..., UnitView]
) -> None:
    stood = enter(name_text="宁波甬江重工机械有限公司")
    tx = acting()
    tx.session.execute(text("UPDATE unit SET grams = '{宁波,~nb,~by,~yj}'"))
    assert _pages(acting, "nbyj", "name", 1) == [[]]

    with Operations.context(MigrationContext.configure(tx.session.connection())):
        script_of("registry").get_revision("0013").module.upgrade()

    assert _pages(acting, "nbyj", "name", 1) == [[stood.name_text]]
    assert _pages(acting, "yjzg", "name", 1) == [[stood.name_text]]
