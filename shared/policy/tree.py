"""Reads YAML into a tree that remembers its lines, and refuses all that YAML leaves to guessing.

Not allowed: duplicate keys, anchors, tags, bare yes/no/on/off, empty values, floats in other
than plain decimal form, numbers with leading zeros, times of day, more than one document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, NoReturn

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from shared.policy.findings import Finding, PackInvalid

Plain = str | int | bool | Decimal | date
Event = Any  # the parser's own classes carry no types

LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})")
DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,12}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
GUESSED = re.compile(r"y|n|yes|no|on|off|true|false|null|~|\.inf|\.nan", re.IGNORECASE)
NUMBER_LIKE = re.compile(r"[-+.]?[0-9][0-9_.,:eExX+-]*")
DEEPEST = 24


@dataclass(frozen=True, slots=True)
class Located:
    """A value with the file and the line its key stands on."""

    value: Plain | dict[str, Located] | list[Located]
    file: str
    line: int

    def finding(self, why: str, remedy: str, shown: str | None = None) -> Finding:
        """A fault at this place; `shown` is what to quote when the value itself is too long."""
        return Finding(self.file, self.line, self._shown() if shown is None else shown, why, remedy)

    def _shown(self) -> str:
        if isinstance(self.value, dict):
            return "、".join(self.value)[:40]
        text = "列表" if isinstance(self.value, list) else str(self.value)
        return text if len(text) <= 40 else text[:40] + "…"


def read_tree(text: str, file: str) -> Located:
    """The one document of a YAML text as a tree. PackInvalid at the first thing not allowed."""
    try:
        events = yaml.parse(text, Loader=LOADER)
        next(events)
        first: Event = next(events)
        if not isinstance(first, DocumentStartEvent):
            raise PackInvalid([Finding(file, 1, "", "文件是空的", "写入内容或删除此文件")])
        tree = _Builder(file, events).node(next(events), depth=0)
        next(events)
        last: Event = next(events)
        if not isinstance(last, StreamEndEvent):
            line = last.start_mark.line + 1
            more = Finding(file, line, "---", "一个文件只能有一份内容", "拆成多个文件")
            raise PackInvalid([more])
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        problem = str(getattr(error, "problem", "") or "无法读取")[:60]
        remedy = "检查缩进、冒号和引号（缩进用空格）"
        raise PackInvalid([Finding(file, line, problem, "不是有效的 YAML", remedy)]) from error
    return tree


def _line(event: Event) -> int:
    return int(event.start_mark.line) + 1


class _Builder:
    def __init__(self, file: str, events: Iterator[Event]) -> None:
        self.file = file
        self.events = events

    def node(self, event: Event, *, depth: int) -> Located:
        if depth > DEEPEST:
            self.refuse(event, "…", "嵌套过深", "改写成较浅的结构")
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            self.refuse(event, str(event.anchor), "不允许使用锚点或引用（& 和 *）", "把内容写全")
        if getattr(event, "tag", None) not in (None, "!"):
            self.refuse(event, str(event.tag), "不允许使用类型标记（!）", "删去标记，按普通值书写")
        if isinstance(event, MappingStartEvent):
            return self.mapping(event, depth)
        if isinstance(event, SequenceStartEvent):
            return self.sequence(event, depth)
        if isinstance(event, ScalarEvent):
            return Located(self.scalar(event), self.file, _line(event))
        raise TypeError(type(event).__name__)

    def mapping(self, start: Event, depth: int) -> Located:
        entries: dict[str, Located] = {}
        for event in self.events:
            if isinstance(event, MappingEndEvent):
                break
            if not isinstance(event, ScalarEvent) or event.anchor or event.tag not in (None, "!"):
                self.refuse(event, "?", "键必须是一个词", "把键写成普通文字")
            if event.value in entries:
                first = entries[event.value].line
                self.refuse(event, event.value, f"键重复（第{first}行已有）", "合并或删去其中一个")
            if event.value == "<<":
                self.refuse(event, "<<", "不允许合并键", "把内容写全")
            inner = self.node(next(self.events), depth=depth + 1)
            entries[event.value] = replace(inner, line=_line(event))
        return Located(entries, self.file, start.start_mark.line + 1)

    def sequence(self, start: Event, depth: int) -> Located:
        items: list[Located] = []
        for event in self.events:
            if isinstance(event, SequenceEndEvent):
                break
            items.append(self.node(event, depth=depth + 1))
        return Located(items, self.file, start.start_mark.line + 1)

    def scalar(self, event: Event) -> Plain:
        text: str = event.value
        if event.style:
            return text
        if text in ("true", "false"):
            return text == "true"
        if WHOLE.fullmatch(text):
            return int(text)
        if DECIMAL.fullmatch(text):
            return Decimal(text)
        if DAY.fullmatch(text):
            return self.day(event, text)
        if not text:
            self.refuse(event, "", "没有值", "写出值，或删去这一行")
        if GUESSED.fullmatch(text):
            self.refuse(
                event, text, "含义不明（是/否？文字？）", "是非写 true 或 false，文字加引号"
            )
        if NUMBER_LIKE.fullmatch(text):
            self.refuse(event, text, "像数字又不是规范的数字", "数字写成 12 或 0.5，文字加引号")
        return text

    def day(self, event: Event, text: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.refuse(event, text, "没有这一天", "写成存在的日期，如 2024-03-31")

    def refuse(self, event: Event, value: str, why: str, remedy: str) -> NoReturn:
        raise PackInvalid([Finding(self.file, event.start_mark.line + 1, value, why, remedy)])
