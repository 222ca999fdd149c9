"""How a unit is found by two characters of its name, by initials, or by its code."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import Style, pinyin

_INITIAL = "~"
_TYPED = (2, 3)  # initials are kept by twos and threes: two are common to too many names


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


@lru_cache(maxsize=50_000)
def _initials(run: str) -> tuple[str, ...]:
    """What a run of signs may be typed by: of each reading of each sign the first letter."""
    letters = (sorted({said[0] for said in _readings(sign) if said[0].isascii()}) for sign in run)
    return tuple(_INITIAL + "".join(typed) for typed in itertools.product(*letters))


def _grams(key: str) -> Iterator[str]:
    """Every two neighbours as they are written; of each two and each three their initials."""
    yield from _parts(key, 2)
    for length in _TYPED:
        for run in _parts(key, length):
            yield from _initials(run)


def keys_of(name: str) -> Keys:
    """Everything a name is found by; the same for every spelling of the same name."""
    key = name_key(name)
    spoken = " ".join(_readings(sign)[0] for sign in key[:40])
    grams = tuple(dict.fromkeys(_grams(key)))
    return Keys(name_key=key, sort_key=f"{spoken} {key}"[:200], grams=grams)


def wanted(text: str) -> Wanted | None:
    """What to look for when a person types `text`; None when nothing was typed.

    Chinese, or a mix: every pair of neighbours. Letters only: initials, by threes from three on.
    Six or more letters and digits with at least four digits: the beginning of a code. One sign:
    the beginning of a name.
    """
    key = name_key(text)
    if not key:
        return None
    if key.isascii() and len(key) >= 6 and sum(c.isdigit() for c in key) >= 4:
        return Wanted(code_prefix="".join(text.split()).upper())
    if len(key) == 1:
        return Wanted(name_prefix=key)
    if key.isascii() and key.isalpha():
        length = min(len(key), _TYPED[-1])
        return Wanted(grams=tuple(_INITIAL + run for run in _parts(key, length)))
    return Wanted(grams=_parts(key, 2), inside=key)


def _parts(key: str, length: int) -> tuple[str, ...]:
    """Each different run of as many neighbours, in the order of the name."""
    return tuple(dict.fromkeys(key[at : at + length] for at in range(len(key) - length + 1)))
