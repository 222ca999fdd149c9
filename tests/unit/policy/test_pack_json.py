"""A pack as JSON: byte for byte, whatever store kept it, and pinned by its fingerprint."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.policy.codec import pack_from_json, pack_to_json, sealed
from shared.policy.conditions import (
    All,
    AnyOf,
    AtMost,
    Condition,
    Equals,
    FactRef,
    MonthDay,
    Not,
    OneOf,
    SettingRef,
    Within,
)
from shared.policy.load import load_pack, pack_ids
from shared.policy.pack import Pack, Rule


@pytest.mark.parametrize("pack_id", pack_ids())
def test_the_round_trip_is_byte_identical(pack_id: str) -> None:
    pack = load_pack(pack_id)
    text = pack_to_json(pack)
    back = pack_from_json(text)

    assert back == pack
    assert pack_to_json(back) == text
    assert pack.fingerprint == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("pack_id", pack_ids())
def test_a_store_that_reorders_keys_changes_nothing(pack_id: str) -> None:
    pack = load_pack(pack_id)

    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: turned(value[k]) for k in sorted(value, reverse=True)}
        return [turned(v) for v in value] if isinstance(value, list) else value

    stirred = json.dumps(turned(json.loads(pack_to_json(pack))), ensure_ascii=True)

    assert pack_from_json(stirred).fingerprint == pack.fingerprint


def test_reading_twice_gives_the_same_fingerprint() -> None:
    assert load_pack("ningbo-2023").fingerprint == load_pack("ningbo-2023").fingerprint


def test_every_change_changes_the_fingerprint() -> None:
    pack = load_pack("ningbo-2023")
    other = replace(pack.duties[0], day=30)
    changed = sealed(replace(pack, duties=(other, *pack.duties[1:])))
    turned = sealed(replace(pack, triggers=tuple(reversed(pack.triggers))))

    assert len({pack.fingerprint, changed.fingerprint, turned.fingerprint}) == 3


@pytest.mark.parametrize("text", ["[]", "{}", '{"id": "x", "laws": 1}', "no"])
def test_what_is_not_a_pack_is_not_read(text: str) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        pack_from_json(text)


VALUE = st.one_of(
    st.booleans(),
    st.integers(-5, 5),
    st.text(max_size=3),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.decimals("-9", "9", places=2),
)
OPERAND = st.one_of(
    VALUE,
    st.just(FactRef("b", "另一事实")),
    st.just(MonthDay(3, 31, "y")),
    st.just(SettingRef("s", ((date(2023, 1, 1), None, Decimal("0.5")),))),
)
LEAF: st.SearchStrategy[Condition] = st.one_of(
    OPERAND.map(lambda v: Equals("a", v, "事实")),
    OPERAND.map(lambda v: AtMost("a", v)),
    st.lists(VALUE, min_size=1, max_size=3).map(lambda v: OneOf("a", tuple(v))),
    st.tuples(st.integers(0, 3), st.integers(4, 9)).map(lambda p: Within("n", *p)),
)
CONDITION: st.SearchStrategy[Condition] = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda p: All(tuple(p))),
        st.lists(inner, max_size=3).map(lambda p: AnyOf(tuple(p))),
        inner.map(Not),
    ),
    max_leaves=8,
)


def holding(condition: Condition) -> Pack:
    """A pack with one rule."""
    rule = Rule(id="g.r", gate="g", code="c", says="说", clause="D:一", when=condition)
    return sealed(replace(load_pack("national-2023"), gates={"g": (rule,)}))


@given(CONDITION)
def test_every_condition_survives(condition: Condition) -> None:
    pack = holding(condition)
    back = pack_from_json(pack_to_json(pack))

    assert repr(back.gates["g"][0].when) == repr(condition)
    assert back.fingerprint == pack.fingerprint
