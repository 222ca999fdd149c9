"""When two entries are likely one unit: by its code (the hard key), else by name and address.

A likeness is never acted upon by itself: it is put before a person. The lines below are ours; no
document prints any.
"""

from __future__ import annotations

import itertools
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from rapidfuzz import fuzz

from services.registry.domain import search

SAME_PLACE_NAME = 70  # names this alike at one address
LONG = 7  # signs from which on a name that is alike, not equal, tells something by itself
NAME_ALONE = 85  # long names this alike, where an address is not known
NAME_ELSEWHERE = 95  # long names this alike, at another address
SAME_ADDRESS = 90
MOST_IN_BLOCK = 50  # a key that more entries share tells nothing
MOST_FOUND = 5

Places = frozenset[str]  # names of the region's divisions, without 省, 市, 区, 县

_HEAD = 6
_LONGEST_PLACE = 6
_FORMS = frozenset((
    "股份有限责任公司", "集团股份有限公司", "有限责任公司", "股份有限公司", "集团有限公司", "有限公司",
    "集团公司", "总公司", "公司", "集团",
))  # fmt: skip
_LENGTHS = sorted({len(form) for form in _FORMS}, reverse=True)
_BRANCHES = ("分公司", "支公司")
_PLACE_ENDS = ("省", "市", "区", "县")
_NUMBERS = re.compile(
    r"[0-9]+|第[零一二三四五六七八九十百]+"
    r"|[一二三四五六七八九十百]+(?=期|号|标|分|厂|部|店|车间|工区|地块|队|中|小)"
)
_COUNTING = frozenset("0123456789一二三四五六七八九十百第")  # no number is without one of these
_DIGITS = re.compile(r"\d+")


class Entry(NamedTuple):
    """What a likeness is judged by, worked out once; made by `entry_of`, `judged_by`."""

    unit_id: str
    core: str
    numbers: tuple[str, ...]
    address: str
    keys: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two entries are, of 100, and why."""

    score: int
    says: str


@dataclass(frozen=True, slots=True)
class Found:
    """An entry that is likely the one asked about."""

    unit_id: str
    likeness: Likeness


def entry_of(unit: Mapping[Any, Any], places: Places) -> Entry:
    """A unit's columns as what likeness is judged by."""
    return judged_by(
        unit["unit_id"], unit["kind"], unit["name_key"], unit["division"], unit["address"], places
    )


def judged_by(
    unit_id: str, kind: str, name_key: str, division: str, address: str, places: Places
) -> Entry:
    """What the likeness of a unit is judged by.

    Its keys are those under which it is looked for: two entries that are likely one share at
    least one, and few others do. They are a short name as it is; the head of a long one with each
    sign left out in turn, and the address with the first and the last sign of the name (so that
    one wrong, missing or additional sign is forgiven). Of one kind and district only.
    """
    core = core_of(name_key, places)
    numbers = numbers_of(core)
    place = _address_of(address, places)
    name, first, last = _blocks(kind, division[:6])
    told = "/" + "".join(numbers)
    if len(core) < LONG:
        keys = [_as_key(core + told, name)]
    else:
        head = core[:_HEAD]
        parts = {head[:at] + head[at + 1 :] for at in range(_HEAD)}
        keys = [_as_key(part + told, name) for part in sorted(parts)]
    if place:
        keys += [_as_key(core[0] + place, first), _as_key(core[-1] + place, last)]
    return Entry(unit_id, core, numbers, place, tuple(keys))


def core_of(key: str, places: Places) -> str:
    """What sets a name key apart: without place and form of company, however they are placed."""
    core = _without_places(key, places)
    if not core.endswith(_BRANCHES):
        for length in _LENGTHS:
            if core[-length:] in _FORMS:
                core = _without_tail(core[:-length], places)
                break
    return core if len(core) >= 2 else key


def numbers_of(key: str) -> tuple[str, ...]:
    """The numbers in a name key: 一期 and 二期 are two sites, 第一 and 第二 two branches."""
    if _COUNTING.isdisjoint(key):
        return ()
    return tuple(part.removeprefix("第") for part in _NUMBERS.findall(key))


def likeness(one: Entry, other: Entry) -> Likeness | None:
    """How alike two entries are, or None when nobody need look."""
    if one.numbers != other.numbers:
        return None
    name = round(fuzz.ratio(one.core, other.core))
    at_one_place = _same_address(one.address, other.address)
    if at_one_place and name >= SAME_PLACE_NAME:
        return Likeness((name + 100) // 2, f"地址相同，名称相近（{name}%）")
    if name == 100:
        return Likeness(100, "名称去除地名和组织形式后相同")
    wanted = NAME_ALONE if at_one_place is None else NAME_ELSEWHERE
    is_telling = name >= wanted and min(len(one.core), len(other.core)) >= LONG
    return Likeness(name, f"名称相近（{name}%）") if is_telling else None


def find_doubles(asked: Sequence[Entry], known: Sequence[Entry]) -> dict[str, list[Found]]:
    """For each entry asked about, those among `known` that are likely it, the likeliest first.

    `known` holds the entries asked about as well.
    """
    sizes = Counter(itertools.chain.from_iterable(entry.keys for entry in known))
    telling = {key: list[Entry]() for key, size in sizes.items() if 1 < size <= MOST_IN_BLOCK}
    for entry in known if telling else ():
        for key in telling.keys() & entry.keys:
            telling[key].append(entry)
    found: dict[str, list[Found]] = {}
    for entry in asked if telling else ():
        if telling.keys().isdisjoint(entry.keys):
            continue
        near = {other.unit_id: other for key in entry.keys for other in telling.get(key, ())}
        near.pop(entry.unit_id, None)
        alike = [
            Found(other.unit_id, how)
            for other in near.values()
            if (how := likeness(entry, other)) is not None
        ]
        if alike:
            alike.sort(key=lambda one: (-one.likeness.score, one.unit_id))
            found[entry.unit_id] = alike[:MOST_FOUND]
    return found


@lru_cache(maxsize=512)
def _ends_of(places: Places) -> tuple[Mapping[str, Sequence[int]], Mapping[str, Sequence[int]]]:
    """How long the places are, longest first, by the two signs they begin and those they end with."""
    heads: dict[str, set[int]] = defaultdict(set)
    tails: dict[str, set[int]] = defaultdict(set)
    for place in places:
        if 1 < len(place) <= _LONGEST_PLACE:
            heads[place[:2]].add(len(place))
            tails[place[-2:]].add(len(place))
    longest_first = [
        {k: sorted(v, reverse=True) for k, v in ends.items()} for ends in (heads, tails)
    ]
    return longest_first[0], longest_first[1]


def _without_places(key: str, places: Places) -> str:
    """The key without the places it begins with."""
    heads, _ = _ends_of(places)
    while lengths := heads.get(key[:2]):
        for length in lengths:
            if length <= len(key) - 2 and key[:length] in places:
                key = key[length:]
                key = key[1:] if key.startswith(_PLACE_ENDS) and len(key) > 2 else key
                break
        else:
            break
    return key


def _without_tail(key: str, places: Places) -> str:
    """甬江机械宁波 is 甬江机械."""
    _, tails = _ends_of(places)
    for length in tails.get(key[-2:], ()):
        if length <= len(key) - 2 and key[-length:] in places:
            return key[:-length]
    return key


def _address_of(address: str, places: Places) -> str:
    """An address without its division, "" when it does not say where exactly."""
    key = _without_places(search.name_key(address), places)
    return key if _DIGITS.search(key) else ""


def _same_address(one: str, other: str) -> bool | None:
    """None when one of them is not known."""
    if not one or not other:
        return None
    alike = one == other or fuzz.ratio(one, other) >= SAME_ADDRESS
    return alike and _DIGITS.findall(one) == _DIGITS.findall(other)


@lru_cache(maxsize=4096)
def _blocks(kind: str, district: str) -> tuple[int, int, int]:
    """How the keys of a kind and district begin: of names, and of addresses with either sign."""
    block = f"{kind}/{district}/"
    name, first, last = (zlib.crc32(f"{block}{mark}".encode()) for mark in "naz")
    return name, first, last


def _as_key(text: str, block: int) -> int:
    """A signed 32-bit number; two texts in four thousand million share one, and are then compared."""
    number = zlib.crc32(text.encode(), block)
    return number - 2**32 if number >= 2**31 else number
