"""Names as they are found: by neighbours, by initials, by the beginning of a code."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.registry.domain.search import Wanted, keys_of, name_key, wanted

SIGNS = "宁波海曙长兴重工机械（集团）有限公司A1 "


def finds(name: str, text: str) -> bool:
    """What the store's query answers for a name."""
    keys, asked = keys_of(name), wanted(text)
    assert asked is not None
    return set(asked.grams) <= set(keys.grams) and asked.inside in keys.name_key


@given(st.text(alphabet=SIGNS, min_size=2, max_size=20), st.data())
def test_any_two_neighbours_of_a_name_find_it(name: str, data: st.DataObject) -> None:
    key = name_key(name)
    assume(len(key) >= 2)
    start = data.draw(st.integers(0, len(key) - 2))

    assert finds(name, key[start : start + 2])


def test_spelling_of_width_brackets_and_case_is_one_name() -> None:
    assert name_key("宁波Ａ（集团）公司") == name_key("宁波a(集团) 公司")


@pytest.mark.parametrize("initials", ["nb", "cxzg", "zxcg", "nbcxzg"])
def test_initials_find_every_reading_of_a_sign(initials: str) -> None:
    assert finds("宁波长兴重工", initials)


def test_initials_that_are_not_neighbours_do_not_find_a_name() -> None:
    assert finds("宁波海曙重工", "nb")
    assert finds("宁波海曙重工", "hsz")
    assert not finds("北海华中酒店", "bhz")


def test_what_is_typed_decides_how_it_is_looked_for() -> None:
    assert wanted("  （） ") is None
    assert wanted("宁") == Wanted(name_prefix="宁")
    assert wanted("91330203ma") == Wanted(code_prefix="91330203MA")
    assert wanted("重工") == Wanted(grams=("重工",), inside="重工")
    assert wanted("nb") == Wanted(grams=("~nb",))
    assert wanted("nbhs") == Wanted(grams=("~nbh", "~bhs"))


def test_names_sort_as_they_are_spoken() -> None:
    names = ["镇海石化", "北仑港务", "奉化水泥", "慈溪电器"]

    assert sorted(names, key=lambda n: keys_of(n).sort_key) == [
        "北仑港务", "慈溪电器", "奉化水泥", "镇海石化",
    ]  # fmt: skip
