"""Makes the pack's dataclasses from a located tree, by their own type hints; nothing is coerced."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Union, get_args, get_origin

from shared.policy import conditions
from shared.policy.findings import Finding
from shared.policy.pack import FactSpec, Setting
from shared.policy.reading import read_condition
from shared.policy.tree import Located
from shared.policy.words import WORDS

NAMES = {str: "文字", int: "整数", bool: "true 或 false", Decimal: "数字", date: "日期"}


class Shaper:
    """Builds values and notes what does not fit; callers must not use results after a finding."""

    def __init__(self, facts: Mapping[str, FactSpec], settings: Mapping[str, Setting]) -> None:
        self.facts = facts
        self.settings = settings
        self.findings: list[Finding] = []

    def dataclass(self, cls: type, at: Located, given: Mapping[str, Any]) -> Any:
        """One entry as `cls`. `given` are fields that its place tells (id, gate)."""
        if not isinstance(at.value, dict):
            self.note(at, "应为一组「键: 值」", "按同类条目的写法书写")
            return None
        wanted = {f.name: f for f in fields(cls) if f.name not in given}
        for key in at.value:
            if key not in wanted:
                known = "、".join(wanted)
                self.note(at.value[key], f"不认识的键「{key}」", f"可用的键：{known}", shown=key)
        return self._filled(cls, at, dict(given), wanted)

    def _filled(
        self, cls: type, at: Located, values: dict[str, Any], wanted: Mapping[str, Field[Any]]
    ) -> Any:
        assert isinstance(at.value, dict)  # noqa: S101  `dataclass` has looked
        hints, complete = hints_of(cls), True
        for name, spec in wanted.items():
            if name in at.value:
                values[name] = self.value(hints[name], at.value[name])
                self._word(cls, name, at.value[name])
            elif spec.default is MISSING and spec.default_factory is MISSING:
                why = "没有条款依据" if name == "clause" else f"缺少「{name}」"
                remedy = "写明依据的条款" if name == "clause" else f"补上「{name}」"
                self.note(at, why, remedy, shown=str(next(iter(values.values()), "")))
                complete = False
        return cls(**values) if complete else None

    def value(self, hint: Any, at: Located) -> Any:
        """A value of the hinted type, or a finding and None."""
        if hint is conditions.Condition or hint == conditions.Condition:
            return read_condition(at, self)
        origin, arguments = get_origin(hint), get_args(hint)
        if origin in (Union, types.UnionType):
            return self._union(arguments, at)
        if origin is tuple:
            return self._items(arguments[0], at)
        if origin is not None and issubclass(origin, Mapping):
            return self._mapping(arguments[1], at)
        if is_dataclass(hint):
            return self.dataclass(typing.cast("type", hint), at, {})
        return self._plain(hint, at)

    def _union(self, arguments: tuple[Any, ...], at: Located) -> Any:
        options = [a for a in arguments if a is not type(None)]
        if len(options) == 1:
            return self.value(options[0], at)
        if set(options) == set(get_args(conditions.Condition)):
            return read_condition(at, self)
        if isinstance(at.value, dict | list):
            self.note(at, "应为单个值", "写成一个数、一个日期或一段文字")
            return None
        return at.value

    def _items(self, hint: Any, at: Located) -> Any:
        if not isinstance(at.value, list):
            self.note(at, "应为列表", "每项一行，前面加「- 」")
            return ()
        return tuple(self.value(hint, item) for item in at.value)

    def _mapping(self, hint: Any, at: Located) -> Any:
        if not isinstance(at.value, dict):
            self.note(at, "应为一组「键: 值」", "每项一行，写成「键: 值」")
            return {}
        return {key: self.value(hint, item) for key, item in at.value.items()}

    def _plain(self, hint: Any, at: Located) -> Any:
        value = at.value
        if hint is Decimal and type(value) in (int, Decimal):
            return Decimal(str(value))
        if type(value) is not hint:
            quote = "，文字请加引号" if hint is str else ""
            self.note(at, f"应为{NAMES[hint]}", f"改成{NAMES[hint]}{quote}")
            return None
        if hint is str and not value.strip():  # type: ignore[union-attr]
            self.note(at, "是空白", "写出内容，或删去这一行")
        return value

    def _word(self, cls: type, name: str, at: Located) -> None:
        allowed = WORDS.get((cls, name))
        if allowed is not None and at.value not in allowed:
            words = "、".join(str(w) for w in allowed if w != "")
            self.note(at, f"不是「{name}」可用的词", f"可用：{words}")

    def note(self, at: Located, why: str, remedy: str, *, shown: str | None = None) -> None:
        """Keep a fault."""
        self.findings.append(at.finding(why, remedy, shown))


@lru_cache(maxsize=64)
def hints_of(cls: type) -> dict[str, Any]:
    """The resolved type hints of a dataclass."""
    return typing.get_type_hints(cls)
