"""Reading the rows of an import: cells into entries, an entry against the one on the register."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from services.registry.domain.entry import (
    COMPARED,
    SUBTYPE,
    FieldFault,
    KindRules,
    checked,
    code_fault,
    tidy_code,
)
from shared.contracts.registry import Cell, UnitEntry

_DATE = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_SIZES = {"大型": "large", "中型": "medium", "小型": "small", "微型": "micro"}


class Outcome(StrEnum):
    """What confirming the import will do with a row."""

    NEW = "new"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    CONFLICT = "conflict"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row as read: the entry, or what was wrong with the cells."""

    row: int
    values: dict[str, str]
    entry: UnitEntry | None
    code: str
    faults: tuple[FieldFault, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What the dry run says of one row."""

    row: int
    outcome: Outcome
    says: tuple[str, ...] = ()
    unit_id: str = ""
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)


def is_blank(cells: Sequence[Cell]) -> bool:
    """Whether a row holds nothing."""
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells)


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).replace("\x00", "").strip()


def _whole(text: str) -> int:
    number = Decimal(text.replace(",", ""))
    if number != number.to_integral_value() or abs(number) > 10**9:
        raise ValueError(text)
    return int(number)


def _amount(text: str) -> Decimal:
    number = Decimal(text.replace(",", ""))
    if not number.is_finite() or abs(number) > 10**12:
        raise ValueError(text)
    return number


def _day(text: str) -> date:
    found = _DATE.match(text)
    if found is None:
        raise ValueError(text)
    return date(int(found[1]), int(found[2]), int(found[3]))


_READERS: Mapping[str, tuple[Callable[[str], object], str]] = {
    "headcount": (_whole, "应为整数"),
    "revenue": (_amount, "应为数字（万元）"),
    "assets": (_amount, "应为数字（万元）"),
    "starts_on": (_day, "应为日期，如 2024-03-01"),
    "ends_on": (_day, "应为日期，如 2024-03-01"),
}


def read_row(
    columns: Sequence[str], cells: Sequence[Cell], row: int, kinds: Mapping[str, KindRules]
) -> ReadRow:
    """Read one row against the pack's kinds; never raises for what a file may hold.

    A column is named by a field of the entry, by a field of the kind, or by that field's word;
    what the kind has no field for is left aside.
    """
    raw = dict(zip(columns, cells, strict=False))
    values = {name: _text(cell) for name, cell in raw.items()}
    rules = _kind(values.get("kind", ""), kinds)
    faults: list[FieldFault] = []
    if rules is None:
        known = "、".join(r.kind.name for r in kinds.values())
        said = values.get("kind", "") or "（空）"
        says = f"单位类型“{said}”不在本办法的单位类型（{known}）内"
        return ReadRow(row, values, None, "", (FieldFault("kind", "kind_unknown", says),))
    cell = raw.get("code")
    if (fault := code_fault(rules, cell)) is not None:
        faults.append(FieldFault("code", fault.code, fault.says))
    entry_values: dict[str, object] = {}
    for name, text in values.items():
        if text and name not in ("kind", "details"):
            _take(rules.columns.get(name, name), text, entry_values, faults)
    code = tidy_code(rules.kind.identifier, values.get("code", ""))
    entry_values |= {"kind": rules.kind.id, "code": code, "details": _details(values, rules)}
    entry_values.setdefault("name_text", "")
    entry_values.setdefault("division", "")
    entry, wrong = checked(UnitEntry.model_validate(entry_values), rules)
    return ReadRow(row, values, entry, code, (*faults, *wrong))


def _kind(text: str, kinds: Mapping[str, KindRules]) -> KindRules | None:
    return kinds.get(text) or next((r for r in kinds.values() if r.kind.name == text), None)


def _details(values: Mapping[str, str], rules: KindRules) -> dict[str, str]:
    """What the row says of the kind's own fields, under their names."""
    found = {SUBTYPE: values[SUBTYPE]} if rules.kind.subtypes and values.get(SUBTYPE) else {}
    for spec in rules.own:
        text = values.get(spec.name) or values.get(spec.says, "")
        day = _DATE.match(text) if spec.form == "date" else None
        if text:
            found[spec.name] = f"{day[1]}-{day[2]:0>2}-{day[3]:0>2}" if day else text
    return found


def _take(name: str, text: str, into: dict[str, object], faults: list[FieldFault]) -> None:
    if name not in UnitEntry.model_fields:
        return
    if name == "size":
        into[name] = _SIZES.get(text, text)
        return
    if name not in _READERS:
        into[name] = text
        return
    reader, wanted = _READERS[name]
    try:
        into[name] = reader(text)
    except (ValueError, InvalidOperation):
        faults.append(FieldFault(name, f"{name}_form", f"“{text}”{wanted}"))


def changes_between(old: Mapping[Any, Any], new: UnitEntry) -> dict[str, tuple[str, str]]:
    """Field by field what a row would change; a blank cell changes nothing."""
    found: dict[str, tuple[str, str]] = {}
    for name in COMPARED:
        value = getattr(new, name)
        if value in (None, ""):
            continue
        held = old.get(name)
        if held != value:
            found[name] = ("" if held is None else str(held), str(value))
    details = old.get("details", {})
    for name, text in new.details.items():
        if details.get(name, "") != text:
            found[name] = (details.get(name, ""), text)
    return found
