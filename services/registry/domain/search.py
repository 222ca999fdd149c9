"""How a unit is found by two characters of its name, by initials, or by its code."""

from __future__ import annotations

import itertools
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import Style, pinyin

_INITIAL = "~"


@dataclass(frozen=True, slots=True)
class Keys:
    """What the register keeps beside a name, so that it can be found and sorted."""

    name_key: str
    sort_key: str
    grams: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A search as the store asks it: all `grams`, or a name or a code that begins so."""

    grams: tuple[str, ...] = ()
    inside: str = ""
    name_prefix: str = ""
    code_prefix: str = ""


def name_key(name: str) -> str:
    """A name without width, case, spaces and punctuation: equal keys are the same name."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return plain if plain.isalnum() else "".join(filter(str.isalnum, plain))


@lru_cache(maxsize=30_000)
def _readings(sign: str) -> tuple[str, ...]:
    if sign.isascii():
        return (sign,)
    return tuple(pinyin(sign, style=Style.NORMAL, heteronym=True)[0]) or (sign,)


@lru_cache(maxsize=200_000)
def _pair_grams(one: str, two: str) -> tuple[str, ...]:
    initials = {
        f"{_INITIAL}{a[0]}{b[0]}"
        for a in _readings(one)
        for b in _readings(two)
        if a[0].isascii() and b[0].isascii()
    }
    return (one + two, *sorted(initials))


def keys_of(name: str) -> Keys:
    """Everything a name is found by; the same for every spelling of the same name."""
    key = name_key(name)
    grams: dict[str, None] = {}
    for one, two in itertools.pairwise(key):
        grams.update(dict.fromkeys(_pair_grams(one, two)))
    spoken = " ".join(_readings(sign)[0] for sign in key[:40])
    return Keys(name_key=key, sort_key=f"{spoken} {key}"[:200], grams=tuple(grams))


def wanted(text: str) -> Wanted | None:
    """What to look for when a person types `text`; None when nothing was typed.

    Chinese, or a mix: every pair of neighbours. Letters only: initials. Six or more letters and
    digits with at least four digits: the beginning of a code. One sign: the beginning of a name.
    """
    key = name_key(text)
    if not key:
        return None
    if key.isascii() and len(key) >= 6 and sum(c.isdigit() for c in key) >= 4:
        return Wanted(code_prefix="".join(text.split()).upper())
    if len(key) == 1:
        return Wanted(name_prefix=key)
    mark = _INITIAL if key.isascii() and key.isalpha() else ""
    pairs = dict.fromkeys(f"{mark}{a}{b}" for a, b in itertools.pairwise(key))
    return Wanted(grams=tuple(pairs), inside="" if mark else key)
