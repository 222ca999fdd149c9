"""What is wrong with a command's shape, field by field, in words an officer understands."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

_SAYS = {
    "missing": "必填，没有填写",
    "extra_forbidden": "不认识的字段",
    "string_type": "应为文字",
    "string_too_short": "太短，至少 {min_length} 个字",
    "string_too_long": "太长，至多 {max_length} 个字",
    "string_pattern_mismatch": "格式不对",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "bool_type": "应为“是”或“否”",
    "bool_parsing": "应为“是”或“否”",
    "decimal_parsing": "应为数字",
    "float_parsing": "应为数字",
    "enum": "只能是以下之一：{expected}",
    "literal_error": "只能是以下之一：{expected}",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "不能大于 {le}",
    "too_short": "至少 {min_length} 项",
    "too_long": "至多 {max_length} 项",
    "value_error": "{error}",
}


def rows_of(error: ValidationError) -> list[dict[str, str]]:
    """One row per wrong field: JSON pointer and Chinese text; at most a hundred."""
    return [
        {"pointer": _pointer(found["loc"]), "says": _says(found)}
        for found in error.errors(include_url=False, include_input=False)[:100]
    ]


def _pointer(location: tuple[int | str, ...]) -> str:
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in location)
    return "".join(f"/{part}" for part in parts)


def _says(found: Any) -> str:
    kind = found["type"]
    if kind in _SAYS:
        return _SAYS[kind].format_map(_Loose(found.get("ctx") or {}))
    if kind.startswith(("date", "time")):
        return "应为日期，例如 2025-03-31" if kind.startswith("date_") else "应为时间"
    return f"填写有误（{found['msg']}）"


class _Loose(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"
