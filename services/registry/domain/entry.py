"""What an entry of a unit must hold before it may stand in the register."""

from __future__ import annotations

import re
from dataclasses import dataclass

from services.registry.domain.credit_code import (
    Fault,
    fault_of,
    project_fault_of,
    tidy,
    tidy_project,
)
from shared.contracts.registry import Cell, UnitEntry
from shared.policy.pack import UnitKind

_DIVISION = re.compile(r"^\d{6}(\d{3}){0,2}$")
_SIZES = ("", "large", "medium", "small", "micro")
_FIELDS = {
    "name": "name_text",
    "credit_code": "code",
    "project_number": "code",
    "contractor_code": "leader_code",
    "started_on": "starts_on",
}

COMPARED = (
    "name_text",
    "division",
    "address",
    "industry",
    "headcount",
    "revenue",
    "assets",
    "size",
    "leader_code",
    "starts_on",
    "ends_on",
    "contact_name",
    "contact_phone",
)


@dataclass(frozen=True, slots=True)
class FieldFault:
    """A field that cannot stand as it is."""

    field: str
    code: str
    says: str


def code_fault(identifier: str, code: Cell) -> Fault | None:
    """What is wrong with the identifier of a unit whose kind is named by `identifier`."""
    if identifier == "credit_code":
        return fault_of(code)
    if identifier == "project_number":
        return project_fault_of(code)
    return None


def tidy_code(identifier: str, code: str) -> str:
    """The identifier as the register keeps it."""
    return tidy(code) if identifier == "credit_code" else tidy_project(code)


def faults_of(entry: UnitEntry, kind: UnitKind) -> list[FieldFault]:
    """Everything that is wrong with an entry, field by field; its code is judged apart."""
    faults: list[FieldFault] = []
    if not entry.name_text.strip():
        faults.append(FieldFault("name_text", "name_missing", "没有填写单位名称"))
    if len(entry.name_text) > 200:
        faults.append(FieldFault("name_text", "name_long", "单位名称超过 200 字：请核对"))
    if not _DIVISION.match(entry.division):
        says = f"行政区划代码“{entry.division}”应为 6、9 或 12 位数字"
        faults.append(FieldFault("division", "division_form", says))
    if entry.headcount is not None and not 0 <= entry.headcount <= 5_000_000:
        says = f"职工人数“{entry.headcount}”不在合理范围"
        faults.append(FieldFault("headcount", "headcount_range", says))
    if entry.size not in _SIZES:
        says = f"规模“{entry.size}”应为 大型、中型、小型、微型 之一"
        faults.append(FieldFault("size", "size_unknown", says))
    if entry.starts_on and entry.ends_on and entry.ends_on < entry.starts_on:
        faults.append(FieldFault("ends_on", "ends_before_start", "竣工日期早于开工日期：请核对"))
    if entry.leader_code and (fault := fault_of(entry.leader_code)):
        faults.append(FieldFault("leader_code", fault.code, f"总承包单位{fault.says}"))
    return faults + _missing(entry, kind)


def _missing(entry: UnitEntry, kind: UnitKind) -> list[FieldFault]:
    faults = []
    for spec in kind.fields:
        field = _FIELDS.get(spec.name, spec.name)
        held = getattr(entry, field, None) if field in UnitEntry.model_fields else None
        known = held if held not in (None, "") else entry.details.get(spec.name, "")
        if spec.required and known in (None, "") and field not in ("name_text", "code"):
            says = f"{kind.name}必须填写“{spec.says}”"
            faults.append(FieldFault(field, "field_missing", says))
    return faults
