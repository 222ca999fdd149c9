"""Fields of records and work items: what was written is checked and tidied, form by form.

Units, offices and documents are only known elsewhere: what is written there stays as written and
is looked up by the handler.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from shared.policy.programme import FieldSpec, ListItem

Values = Mapping[str, Any]
Options = Mapping[str, tuple[ListItem, ...]]  # field -> what may be chosen

MOST = 2000  # lines of a field with many values
_LONGEST = {"text": 500, "long": 20_000}
_CODE = re.compile(r"^[0-9A-Za-z._/-]{1,50}$")
_MANY = ("choices", "units", "people")
_YES, _NO = ("true", "是", "有"), ("false", "否", "无", "没有")


@dataclass(frozen=True, slots=True)
class Fault:
    """A field that cannot stand as it is: its name and what to say about it."""

    name: str
    says: str


@dataclass(slots=True)
class Reading:
    """What was written, tidied; `faults` has a row for each field that cannot stand."""

    values: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


class Wrong(ValueError):  # noqa: N818  a verdict on a value, told to the person
    """A value that is not of its field's form; the text says why and what to do."""


def read_values(
    fields: Sequence[FieldSpec], options: Options, given: Values, *, state: str = ""
) -> Reading:
    """Check every field of a kind; empty values are left out, unknown names are faults."""
    reading = Reading()
    known = {spec.name for spec in fields}
    for name in given:
        if name not in known:
            reading.faults.append(Fault(name, f"没有“{name}”这一项：请核对名称"))
    for spec in fields:
        value = given.get(spec.name)
        if is_empty(value):
            if spec.required or state in spec.needed_for:
                reading.faults.append(Fault(spec.name, _needed(spec, state)))
            continue
        try:
            reading.values[spec.name] = _read(spec, options.get(spec.name, ()), value)
        except Wrong as wrong:
            reading.faults.append(Fault(spec.name, f"“{spec.says}”{wrong}"))
    return reading


def is_empty(value: object) -> bool:
    """Whether nothing was written."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, list | tuple):
        return not any(str(part).strip() for part in value)
    return value is None


def missing_for(fields: Iterable[FieldSpec], values: Values, state: str) -> list[Fault]:
    """The fields without which this state cannot be had."""
    return [
        Fault(spec.name, _needed(spec, state))
        for spec in fields
        if (spec.required or state in spec.needed_for) and is_empty(values.get(spec.name))
    ]


def _needed(spec: FieldSpec, state: str) -> str:
    if spec.required:
        return f"必须填写“{spec.says}”"
    return f"办到这一步必须先填写“{spec.says}”（当前为空）" if state else f"请填写“{spec.says}”"


def _read(spec: FieldSpec, options: Sequence[ListItem], value: Any) -> Any:
    if spec.form in _MANY:
        return _read_many(spec.form, options, value)
    if isinstance(value, list | tuple):
        if len(value) != 1:
            raise Wrong("只能填一个值：请留下一个")
        value = value[0]
    if spec.form in ("number", "money"):
        return _number(value, money=spec.form == "money")
    if spec.form == "flag":
        return _flag(value)
    if spec.form == "file":
        return _file(value)
    return _text(spec.form, options, str(value).strip())


def _read_many(form: str, options: Sequence[ListItem], value: Any) -> list[str]:
    lines = value.splitlines() if isinstance(value, str) else list(value)
    parts = [str(line).strip() for line in lines if str(line).strip()]
    if len(parts) > MOST:
        raise Wrong(f"有 {len(parts)} 项，一条记录最多 {MOST} 项：请分成几条记录")
    if form == "choices":
        parts = [_chosen(options, part) for part in parts]
    if form == "people":
        for part in parts:
            _within_length("text", part)
        return parts
    return list(dict.fromkeys(parts))


def _text(form: str, options: Sequence[ListItem], value: str) -> str:
    if form == "choice":
        return _chosen(options, value)
    if form == "date":
        return _day(value).isoformat()
    if form == "code" and not _CODE.match(value):
        raise Wrong(f"填的“{value[:50]}”不像编号：只能用字母、数字和 . _ / -，不超过 50 个")
    _within_length(form, value)
    return value


def _within_length(form: str, value: str) -> None:
    most = _LONGEST.get(form, _LONGEST["text"])
    if len(value) > most:
        raise Wrong(f"有 {len(value)} 字，最多 {most} 字：请精简")


def _chosen(options: Sequence[ListItem], value: str) -> str:
    for item in options:
        if value in (item.id, item.says):
            return item.id
    known = "、".join(item.says for item in options)
    raise Wrong(f"填的“{value[:50]}”不在可选范围：可选 {known}")


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise Wrong(f"填的“{value[:30]}”不是日期：请写作 2026-03-31") from error


def _number(value: Any, *, money: bool) -> int | float | str:
    """Whole numbers as such; money as text, so that no cent is lost."""
    try:
        found = Decimal(str(value).replace(",", "").replace("，", "").strip())
    except InvalidOperation as error:
        raise Wrong(f"填的“{str(value)[:30]}”不是数字：请填阿拉伯数字") from error
    if not found.is_finite() or abs(found) >= Decimal(10) ** 15:
        raise Wrong(f"填的“{str(value)[:30]}”超出范围：请核对单位")
    if money:
        if found < 0:
            raise Wrong(f"填的“{value}”小于 0：请核对")
        if -int(found.as_tuple().exponent) > 2:
            raise Wrong(f"填的“{value}”不止两位小数：金额请填到分")
        return str(found.quantize(Decimal("0.01")))
    return int(found) if found == found.to_integral_value() else float(found)


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value).strip().casefold()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise Wrong(f"填的“{str(value)[:30]}”既不是“是”也不是“否”：请二选一")


def _file(value: Any) -> dict[str, str]:
    if isinstance(value, Mapping) and str(value.get("name", "")).strip():
        return {name: str(value.get(name, "")) for name in ("file_id", "name", "sha256")}
    raise Wrong("不是已上传的文件：请先上传，再引用它的编号和名称")
