"""Reading the rows of an import: cells into entries, an entry against the one on the register."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache
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
from shared.contracts.registry import IMPORT_COLUMNS, UnitEntry
from shared.contracts.table import Cell
from shared.policy.programme import FieldSpec

_DATE = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_OF_ENTRY = frozenset(UnitEntry.model_fields) - {"kind", "code", "details"}
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
    name_text: str
    entry: UnitEntry | None
    code: str
    faults: tuple[FieldFault, ...] = ()
    external_id: str = ""


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


def text_of(cell: Cell) -> str:
    """A cell as text, without the space around it."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return (cell.replace("\x00", "") if "\x00" in cell else cell).strip()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _whole(text: str) -> int:
    if len(text) < 10 and text.isascii() and text.isdigit():
        return int(text)
    number = Decimal(text.replace(",", ""))
    if number != number.to_integral_value() or abs(number) > 10**9:
        raise ValueError(text)
    return int(number)


def _amount(text: str) -> Decimal:
    if len(text) < 13 and text.isascii() and text.replace(".", "", 1).isdigit():
        return Decimal(text)
    number = Decimal(text.replace(",", ""))
    if not number.is_finite() or abs(number) > 10**12:
        raise ValueError(text)
    return number


@lru_cache(maxsize=4096)  # the rows of a file share their days
def _day(text: str) -> date:
    found = _DATE.match(text)
    if found is None:
        raise ValueError(text)
    return date(int(found[1]), int(found[2]), int(found[3]))


_HEADINGS = {field: heading for heading, field in IMPORT_COLUMNS.items()}
READERS: Mapping[str, tuple[Callable[[str], object], str]] = {
    "size": (lambda text: _SIZES.get(text, text), ""),
    "headcount": (_whole, "应为整数"),
    "revenue": (_amount, "应为数字"),
    "assets": (_amount, "应为数字"),
    "starts_on": (_day, "应为日期，如 2024-03-01"),
    "ends_on": (_day, "应为日期，如 2024-03-01"),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """How the columns of a file are read for one kind, worked out once a file."""

    rules: KindRules
    plain: tuple[tuple[int, str], ...]  # place in the row, field of the entry
    read: tuple[tuple[int, str], ...]  # the same of those that `READERS` read
    own: tuple[tuple[FieldSpec, tuple[int, ...]], ...]
    subtype: int | None

    @property
    def entry(self) -> tuple[tuple[int, str], ...]:
        """All columns that are fields of the entry, name included, kind and code not."""
        return self.plain + self.read


class Reader:
    """Reads the rows of a file against the pack's kinds; never raises for what a file may hold.

    A column is named by a field of the entry, by a field of the kind, or by that field's word;
    what the kind has no field for is left aside.
    """

    def __init__(self, columns: Sequence[str], kinds: Mapping[str, KindRules]) -> None:
        self.columns = tuple(columns)
        places = {name: at for at, name in enumerate(columns)}
        self._kind, self._code = places.get("kind", -1), places.get("code", -1)
        self._name, self._number = places.get("name_text", -1), places.get("external_id", -1)
        plans = {name: _plan(columns, rules) for name, rules in kinds.items()}
        self.plans = {plan.rules.kind.name: plan for plan in plans.values()} | plans
        self._known = "、".join(rules.kind.name for rules in kinds.values())

    def read(self, cells: Sequence[Cell], row: int) -> ReadRow:
        """One row: the entry, or what was wrong with its cells."""
        texts = ["" if cell == "" else text_of(cell) for cell in cells]
        texts += [""] * (len(self.columns) - len(texts))
        name = texts[self._name] if self._name >= 0 else ""
        said = texts[self._kind] if self._kind >= 0 else ""
        plan = self.plans.get(said)
        if plan is None:
            says = f"单位类型“{said or '（空）'}”不在本办法的单位类型（{self._known}）内"
            return ReadRow(row, name, None, "", (FieldFault("kind", "kind_unknown", says),))
        faults: list[FieldFault] = []
        held = 0 <= self._code < len(cells)
        if (fault := code_fault(plan.rules, cells[self._code] if held else None)) is not None:
            faults.append(FieldFault("code", fault.code, fault.says))
        code = tidy_code(plan.rules.kind.identifier, texts[self._code] if held else "")
        values: dict[str, object] = {"name_text": "", "division": ""}
        for at, field_name in plan.plain:
            if text := texts[at]:
                values[field_name] = text
        for at, field_name in plan.read:
            if text := texts[at]:
                _take(field_name, text, values, faults)
        values |= {"kind": plan.rules.kind.id, "code": code, "details": _details(texts, plan)}
        entry, wrong = checked(UnitEntry.model_validate(values), plan.rules)
        number = texts[self._number][:100] if self._number >= 0 else ""
        return ReadRow(row, name, entry, code, (*faults, *wrong), number)


def _plan(columns: Sequence[str], rules: KindRules) -> Plan:
    meant = [(at, rules.columns.get(name, name)) for at, name in enumerate(columns)]
    entry = [(at, name) for at, name in meant if name in _OF_ENTRY]
    plain = tuple(pair for pair in entry if pair[1] not in READERS)
    read = tuple(pair for pair in entry if pair[1] in READERS)
    own = tuple(
        (spec, tuple(columns.index(n) for n in (spec.name, spec.says) if n in columns))
        for spec in rules.own
    )
    wanted = rules.kind.subtypes and SUBTYPE in columns
    subtype = columns.index(SUBTYPE) if wanted else None
    return Plan(rules, plain, read, tuple(pair for pair in own if pair[1]), subtype)


def _details(texts: Sequence[str], plan: Plan) -> dict[str, str]:
    """What the row says of the kind's own fields, under their names."""
    found: dict[str, str] = {}
    if plan.subtype is not None and texts[plan.subtype]:
        found[SUBTYPE] = texts[plan.subtype]
    for spec, places in plan.own:
        text = next((texts[at] for at in places if texts[at]), "")
        if text:
            day = _DATE.match(text) if spec.form == "date" else None
            found[spec.name] = f"{day[1]}-{day[2]:0>2}-{day[3]:0>2}" if day else text
    return found


def _take(name: str, text: str, into: dict[str, object], faults: list[FieldFault]) -> None:
    reader, wanted = READERS[name]
    try:
        into[name] = reader(text)
    except (ValueError, InvalidOperation):
        says = f"{_HEADINGS[name]}“{text}”{wanted}"
        faults.append(FieldFault(name, f"{name}_form", says))


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
