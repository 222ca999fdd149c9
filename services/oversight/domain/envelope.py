"""One strict reader for what agencies sign: the same bytes have one meaning, or none.

Refused: anything but UTF-8, duplicate keys, NaN and Infinity, floats (numbers of record are
integers or strings), integers beyond 64 bits, lone surrogates, NUL, nesting beyond `MAX_DEPTH`.
Bytes whose signature has not been verified never come here; `verdict.py` sees to that.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from shared.contracts.agencies import TRIGGER_TYPES, AgencyData, AgencyEvent

T = TypeVar("T", bound=BaseModel)

MAX_DEPTH = 16
MAX_INTEGER_DIGITS = 18


class Malformed(ValueError):  # noqa: N818  a finding about the bytes, not a fault of ours
    """These bytes have no single meaning; the message says where, without their content."""


def read_event(body: bytes) -> AgencyEvent:
    """The event in these bytes; `Malformed` with the fields that are wrong."""
    value = read_json(body)
    if not isinstance(value, dict):
        raise Malformed("最外层应为 JSON 对象")
    return _shaped(AgencyEvent, value)


def read_data(event: AgencyEvent) -> AgencyData:
    """What the event says, in the shape of its type; KeyError for an unknown type."""
    return _shaped(TRIGGER_TYPES[event.type], event.data)


def read_json(body: bytes) -> Any:
    """Parse strictly; `Malformed` for everything two parsers might read differently."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(f"第 {error.start} 字节不是 UTF-8") from error
    try:
        value = json.loads(
            text,
            object_pairs_hook=_no_duplicates,
            parse_float=_no_float,
            parse_constant=_no_constant,
            parse_int=_bounded,
        )
    except Malformed:
        raise
    except RecursionError as error:
        raise Malformed("嵌套过深") from error
    except ValueError as error:
        raise Malformed("不是合格的 JSON") from error
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH:
        _check_depth(value)
    if "\\u" in text or "\x00" in text:
        _check_strings(value)
    return value


def event_id_hint(value: Any) -> str:
    """The id of an authenticated but misshapen event, "" when it has none that can be used."""
    found = value.get("id") if isinstance(value, dict) else None
    usable = isinstance(found, str) and 0 < len(found) <= 200 and found.isascii()
    return str(found) if usable and str(found).isprintable() else ""


def _shaped(shape: type[T], value: Any) -> T:
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        fields = ("/" + "/".join(str(p) for p in e["loc"]) for e in error.errors())
        raise Malformed(f"字段缺失或不合要求：{'、'.join(dict.fromkeys(fields))}"[:500]) from error


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("同一对象中字段名重复")
    return found


def _no_float(text: str) -> Any:
    raise Malformed("不接受小数或科学计数，请用整数或字符串")


def _no_constant(text: str) -> Any:
    raise Malformed("不接受 NaN 或 Infinity")


def _bounded(text: str) -> int:
    if len(text.lstrip("-")) > MAX_INTEGER_DIGITS:
        raise Malformed("整数过大")
    return int(text)


def _check_depth(value: Any) -> None:
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [child for node in level for child in _children(node)]
        if not level:
            return
    raise Malformed("嵌套过深")


def _check_strings(value: Any) -> None:
    pending = [value]
    while pending:
        node = pending.pop()
        if isinstance(node, str):
            if "\x00" in node or any("\ud800" <= c <= "\udfff" for c in node):
                raise Malformed("字符串含有不成对的代理码位或空字符")
        else:
            pending.extend(_children(node))
            if isinstance(node, dict):
                pending.extend(node)


def _children(node: Any) -> Iterator[Any]:
    if isinstance(node, dict):
        return iter(node.values())
    return iter(node) if isinstance(node, list) else iter(())
