"""What differs between two entries of the same id, said of what an officer reads of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from shared.policy.conditions import All, AnyOf, Condition, Not, OneOf, SettingRef, Within
from shared.policy.fielding import label_of
from shared.policy.naming import Names
from shared.policy.pack import Clause, Rule, Setting
from shared.policy.telling import Line, Told, tell

_LONGEST = 60
_AROUND = 16
_UNTOLD: dict[type, tuple[str, ...]] = {
    Clause: ("wording", "unused_because", "source"),
    Setting: ("from_text", "required"),
    Rule: ("code", "status"),
}
_OWN = ("来由", "由谁授予")
Pair = tuple[Names, Names]


@dataclass(frozen=True, slots=True)
class Voice:
    """How a difference is put: two values, and what only one of two has.

    side_by_side  two packs, each with a document of its own: clauses and readings differ anyway
    """

    form: str
    only: tuple[str, str]
    side_by_side: bool = False

    def between(self, old: str, new: str) -> str:
        """The two values, with only what differs of long ones."""
        was, now = _excerpts(old, new)
        return self.form.format(old=f"「{was or '无'}」", new=f"「{now or '无'}」")


def quoted(text: str) -> str:
    """A text short enough for a sentence."""
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def entry_changes(what: str, names: Pair, old: Any, new: Any, voice: Voice) -> Iterator[str]:
    """Sentences for what differs between two entries: one each, or one for both side by side."""
    was, now = tell(names[0], _still(old)), tell(names[1], _still(new))
    found = list(_told(was, now, voice))
    if voice.side_by_side:
        if was.title != now.title and not _alike(was.title, now.title):
            what = f"{what}（乙称「{quoted(now.title)}」）"
        if found:
            yield f"{what}：{'；'.join(said.removeprefix('的') for said in found)}。"
        return
    if was.title != now.title:
        yield f"{what}的文字{voice.between(was.title, now.title)}。"
    found += _rest(names, old, new, voice)
    if not found and was.title == now.title and _still(old) != _still(new):
        found = list(_unsaid(old, new))
    yield from (f"{what}{said}。" for said in found)


def _told(was: Told, now: Told, voice: Voice) -> Iterator[str]:
    before = {line.label: line for line in was.lines}
    after = {line.label: line for line in now.lines}
    for label in dict.fromkeys([*before, *after]):
        if voice.side_by_side and label in _OWN:
            continue
        none = Line(label, ())
        items = before.get(label, none).items, after.get(label, none).items
        yield from _line(label, *items, voice)
    old, new = ({part.id: part for part in told.parts} for told in (was, now))
    yield from _parts(old, new, voice)


def _line(label: str, was: tuple[str, ...], now: tuple[str, ...], voice: Voice) -> Iterator[str]:
    gone, come = (_without(ours, theirs, voice) for ours, theirs in ((was, now), (now, was)))
    if gone or come:
        if len(was) <= 1 and len(now) <= 1:
            yield f"的{label}{voice.between(''.join(was), ''.join(now))}"
        else:
            colon = "：" if voice.side_by_side else ""
            listed = zip(voice.only, (gone, come), strict=True)
            said = [f"{word}「{'」「'.join(items)}」" for word, items in listed if items]
            yield f"的{label}{colon}{'，'.join(said)}"
    elif was != now and not voice.side_by_side:
        yield f"的{label}先后{voice.between('、'.join(was), '、'.join(now))}"


def _without(ours: tuple[str, ...], theirs: tuple[str, ...], voice: Voice) -> list[str]:
    if not voice.side_by_side:
        return [item for item in ours if item not in theirs]
    known = {_bare(item) for item in theirs}
    return [item for item in ours if _bare(item) not in known]


def _parts(old: dict[str, Told], new: dict[str, Told], voice: Voice) -> Iterator[str]:
    for word, ours, theirs in zip(voice.only, (old, new), (new, old), strict=True):
        for part in (ours[key] for key in ours if key not in theirs):
            yield f"{word}「{quoted(part.title)}」"
    for key in (k for k in new if k in old):
        was, now, here = old[key], new[key], f"中「{quoted(old[key].title)}」"
        titles_differ = was.title != now.title
        if titles_differ and not (voice.side_by_side and _alike(was.title, now.title)):
            yield f"{here}的文字{voice.between(was.title, now.title)}"
        yield from (f"{here}{said}" for said in _told(was, now, voice))
        if not voice.side_by_side:
            yield from (f"{here}{said}" for said in _marks(was, now, voice))
    moved = [k for k in old if k in new] != [k for k in new if k in old]
    if moved and not voice.side_by_side:
        yield f"的先后改为：{'；'.join(quoted(part.title) for part in new.values())}"


def _marks(was: Told, now: Told, voice: Voice) -> Iterator[str]:
    if was.clauses != now.clauses:
        yield f"的依据{voice.between('、'.join(was.clauses), '、'.join(now.clauses))}"
    if was.reading != now.reading:
        yield f"的读法{voice.between(was.reading, now.reading)}"


def _rest(names: Pair, old: Any, new: Any, voice: Voice) -> Iterator[str]:
    """The clause, the reading, and what is kept from the page."""
    told = [
        replace(told, clauses=tuple(n.clause(c) for c in told.clauses))
        for n, told in ((n, tell(n, entry)) for n, entry in zip(names, (old, new), strict=True))
    ]
    yield from _marks(told[0], told[1], voice)
    for name in _UNTOLD.get(type(old), ()):
        before, after = (_plain(getattr(entry, name)) for entry in (old, new))
        if before != after:
            yield f"的{label_of(old, name)}{voice.between(before, after)}"


def _unsaid(old: Any, new: Any) -> Iterator[str]:
    """What no word tells apart: ids that programs use."""
    for spec in fields(new):
        if getattr(old, spec.name) != getattr(new, spec.name):
            yield f"的{label_of(new, spec.name)}：文字没有变，供程序使用的编号有改动"


def _alike(one: str, other: str) -> bool:
    return _bare(one) == _bare(other)


def _bare(text: str) -> str:
    """The words of a text: no spaces, the same marks however typed, no day a value began."""
    return _SINCE.sub("", "".join(text.split()).translate(_MARKS))


_SINCE = re.compile(r"（自\d+年\d+月\d+日起）$")
_MARKS = str.maketrans(",;:()", "，；：（）")


def _plain(value: object) -> str:
    return {True: "是", False: "否"}[value] if isinstance(value, bool) else str(value)


def _still(entry: Any) -> Any:
    """An entry whose condition names settings without their values: those change on their own."""
    when = getattr(entry, "when", None)
    return entry if when is None else replace(entry, when=_unvalued(when))


def _unvalued(condition: Condition) -> Condition:
    match condition:
        case All(parts):
            return All(tuple(_unvalued(part) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(_unvalued(part) for part in parts))
        case Not(part):
            return Not(_unvalued(part))
        case OneOf() | Within():
            return condition
        case _:
            value = condition.value
    if isinstance(value, SettingRef):
        return replace(condition, value=SettingRef(value.name, ()))
    return condition


def _excerpts(old: str, new: str) -> tuple[str, str]:
    """Both texts; of long ones only the stretch that differs, with some words around it."""
    if len(old) <= _LONGEST and len(new) <= _LONGEST:
        return old, new
    least = min(len(old), len(new))
    start = next((i for i in range(least) if old[i] != new[i]), least)
    end = next((i for i in range(least - start) if old[-1 - i] != new[-1 - i]), least - start)
    return _cut(old, start, len(old) - end), _cut(new, start, len(new) - end)


def _cut(text: str, start: int, end: int) -> str:
    first, last = max(0, start - _AROUND), min(len(text), end + _AROUND)
    middle = text[first:last]
    if len(middle) > 2 * _LONGEST:
        middle = f"{middle[:_LONGEST]}……{middle[-_LONGEST:]}"
    return f"{'…' if first else ''}{middle}{'…' if last < len(text) else ''}"
