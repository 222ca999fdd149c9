"""The columns of a kind's import file, and its rows as record entries."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.registry.domain.record_fields import Options, Wrong, is_empty
from shared.contracts.table import Cell
from shared.policy.programme import FieldSpec, ListItem, RecordKind

_DATE = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_SEVERAL = re.compile(r"[\n;；、]+")
_MANY = ("choices", "units", "people")
_YEAR = re.compile(r"^\d{4}$")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: the entry's own name for it, and the heading people see."""

    name: str
    heading: str
    form: str
    required: bool = False
    options: tuple[ListItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """What a row says, tidied; `errors` what it cannot mean."""

    row: int
    external_id: str
    unit: str
    unit_name: str
    parent_id: str
    on: date | None
    ends_on: date | None
    year: int | None
    state: str
    values: Mapping[str, Any]
    errors: tuple[str, ...]


def columns_for(kind: RecordKind, options: Options) -> tuple[Column, ...]:
    """Every column of a kind's file; files themselves are attached record by record."""
    found = [Column("external_id", "外部编号", "text")]
    if kind.about == "unit":
        found += [Column("unit", "单位代码", "code"), Column("unit_name", "单位名称", "text")]
    if kind.about == "record":
        found.append(Column("parent_id", "所属记录编号", "text", required=True))
    found += [Column("on", "日期", "date"), Column("year", "年度", "number")]
    if kind.lasts:
        found.append(Column("ends_on", "结束日期", "date"))
    if kind.states:
        found.append(Column("state", "状态", "choice", options=kind.states))
    taken = {column.heading for column in found}
    for spec in kind.fields:
        if spec.form != "file":
            heading = f"{spec.says}（内容）" if spec.says in taken else spec.says
            chosen = tuple(options.get(spec.name, ()))
            found.append(Column(f"values.{spec.name}", heading, spec.form, spec.required, chosen))
    return tuple(found)


def version_of(kind: RecordKind, columns: Sequence[Column]) -> str:
    """A word that changes whenever the headings of a kind's file do."""
    headings = "\n".join(column.heading for column in columns)
    return f"{kind.id}-{hashlib.sha256(headings.encode()).hexdigest()[:8]}"


def read_given(
    kind: RecordKind,
    columns: Sequence[Column],
    names: Sequence[str],
    cells: Sequence[Cell],
    row: int,
) -> Given:
    """A row of the file; a column may be named by its heading or its name."""
    known = {c.heading: c for c in columns} | {c.name: c for c in columns}
    specs = {spec.name: spec for spec in kind.fields}
    found: dict[str, Any] = {}
    values: dict[str, Any] = {}
    errors: list[str] = []
    for name, cell in zip(names, cells, strict=False):
        column = known.get(name)
        text = _text(cell)
        if column is None or not text:
            continue
        try:
            if column.name.startswith("values."):
                spec = specs[column.name.removeprefix("values.")]
                values[spec.name] = _value(spec, text)
            else:
                found[column.name] = _fixed(column, text)
        except Wrong as wrong:
            errors.append(f"“{column.heading}”{wrong}")
    return Given(
        row=row,
        external_id=found.get("external_id", "")[:80],
        unit=found.get("unit", ""),
        unit_name=found.get("unit_name", ""),
        parent_id=found.get("parent_id", ""),
        on=found.get("on"),
        ends_on=found.get("ends_on"),
        year=found.get("year"),
        state=found.get("state", ""),
        values=values,
        errors=tuple(errors),
    )


def natural_key(kind: RecordKind, values: Mapping[str, Any]) -> dict[str, Any]:
    """What tells records about one thing and day apart: the fields that must be filled in."""
    required = [spec.name for spec in kind.fields if spec.required and spec.form != "file"]
    names = required or [spec.name for spec in kind.fields if spec.form != "file"]
    return {name: values[name] for name in names if not is_empty(values.get(name))}


def as_key(*parts: object) -> str:
    """Parts as one text; equal texts are the same record."""
    whole = json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(whole.encode()).hexdigest()[:32]


def changes_in(
    kind: RecordKind, before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, tuple[str, str]]:
    """Field by field, in its own words, what would change."""
    return {
        spec.says: (_shown(before.get(spec.name)), _shown(after.get(spec.name)))
        for spec in kind.fields
        if before.get(spec.name) != after.get(spec.name)
    }


def _shown(value: object) -> str:
    if is_empty(value):
        return ""
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).replace("\x00", "").strip()


def _fixed(column: Column, text: str) -> object:
    if column.form == "date":
        return _day(text)
    if column.name == "year":
        if not _YEAR.match(text):
            raise Wrong(f"填的“{text[:20]}”不是年份：请写作 2026")
        return int(text)
    if column.name == "state":
        chosen = next((s.id for s in column.options if text in (s.id, s.says)), "")
        if not chosen:
            known = "、".join(s.says for s in column.options)
            raise Wrong(f"填的“{text[:20]}”不在可选范围：可选 {known}")
        return chosen
    return text


def _value(spec: FieldSpec, text: str) -> object:
    if spec.form in _MANY:
        return [part.strip() for part in _SEVERAL.split(text) if part.strip()]
    return _day(text).isoformat() if spec.form == "date" else text


def _day(text: str) -> date:
    found = _DATE.match(text)
    try:
        if found is not None:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        pass
    raise Wrong(f"填的“{text[:30]}”不是日期：请写作 2026-03-31")
