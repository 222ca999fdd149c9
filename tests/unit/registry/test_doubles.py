"""When two entries are likely one unit: names without place and form, numbers, addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.doubles import MOST_IN_BLOCK, Entry, entry_of, find_doubles, likeness
from services.registry.domain.search import name_key
from services.registry.store.reference import places_of


def an_entry(name: str, address: str = "", unit_id: str = "", **more: str) -> Entry:
    unit = {"unit_id": unit_id or f"{name}/{address}", "kind": "enterprise", "division": "330203",
            "name_text": name, "name_key": name_key(name), "address": address} | more  # fmt: skip
    return entry_of(unit, places_of(unit["division"]))


def score(one: Entry, other: Entry) -> int:
    found = likeness(one, other)
    return found.score if found else 0


@pytest.mark.parametrize(
    ("one", "other", "address", "expected"),
    [
        ("宁波青屿纺织有限公司", "青屿纺织（宁波）有限责任公司", "", True),
        ("宁波市海曙青屿纺织股份有限公司", "宁波青屿纺织有限公司", "", True),
        ("宁波青屿纺织有限公司", "宁波清屿纺织有限公司", "", False),
        ("宁波青屿纺织有限公司", "宁波清屿纺织有限公司", "望春路18号", True),
        ("宁波青屿纺织有限公司", "宁波青屿贸易有限公司", "望春路18号", False),
        ("宁波东方纺织服装进出口有限公司", "宁波东方纺积服装进出口有限公司", "", True),
        ("西门口安置房一期", "西门口安置房二期", "望春路18号", False),
        ("宁波青屿纺织有限公司第一分公司", "宁波青屿纺织有限公司第二分公司", "", False),
        ("宁波青屿纺织有限公司", "宁波青屿纺织有限公司海曙分公司", "", False),
    ],
)
def test_what_is_alike(one: str, other: str, address: str, expected: bool) -> None:
    first, second = an_entry(one, address), an_entry(other, address and f"宁波市海曙区{address}")

    assert (score(first, second) > 0) is expected
    assert bool(find_doubles([first], [first, second])) is expected


def test_only_in_one_district_and_of_one_kind() -> None:
    name = "宁波青屿纺织有限公司"
    here = an_entry(name)

    assert find_doubles([here], [here, an_entry(name, division="330205", unit_id="a")]) == {}
    assert find_doubles([here], [here, an_entry(name, kind="site", unit_id="b")]) == {}


SIGNS = st.sampled_from("青屿纺织望春精工机械甬江方")
NAMES = st.lists(SIGNS, min_size=2, max_size=12).map("".join)
ADDRESSES = st.sampled_from(["", "望春路18号", "望春路19号"])


@given(NAMES, NAMES, ADDRESSES, ADDRESSES)
def test_likeness_is_the_same_both_ways(one: str, other: str, here: str, there: str) -> None:
    first, second = an_entry(one, here, "a"), an_entry(other, there, "b")

    assert likeness(first, second) == likeness(second, first)


@given(NAMES, st.integers(0, 11), SIGNS, ADDRESSES)
def test_one_wrong_sign_is_found_whenever_it_is_alike(
    name: str, at: int, sign: str, address: str
) -> None:
    place = at % len(name)
    for changed in (
        name[:place] + sign + name[place + 1 :],
        name[:place] + sign + name[place:],
        name[:place] + name[place + 1 :],
    ):
        first, second = an_entry(name, address, "a"), an_entry(changed, address, "b")
        if likeness(first, second):
            assert find_doubles([first], [first, second]), (name, changed)


def test_a_name_that_very_many_bear_stops_nothing() -> None:
    entries = [an_entry("宁波青屿纺织有限公司", unit_id=str(n)) for n in range(MOST_IN_BLOCK + 1)]

    assert find_doubles(entries, entries) == {}
    assert len(find_doubles(entries[1:], entries[1:])["1"]) == 5


@pytest.mark.parametrize(
    ("name", "address", "keys"),
    [
        ("宁波青屿纺织有限公司", "", (1274520281,)),
        (
            "宁波东方纺织服装进出口有限公司第二分公司",
            "宁波市海曙区望春路18号",
            (
                1060059173,
                853419357,
                -1480744775,
                1198813777,
                1481462113,
                -1298193569,
                1302278035,
                387263949,
            ),
        ),
        ("青屿（宁波）", "望春路", (-863855408,)),
    ],
)
def test_keys_are_kept_with_units_and_never_change(
    name: str, address: str, keys: tuple[int, ...]
) -> None:
    assert an_entry(name, address).keys == keys
