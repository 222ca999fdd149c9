"""What an entry of a unit must hold before it may stand in the register."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.registry.domain.credit_code import (
    Fault,
    fault_of,
    project_fault_of,
    tidy,
    tidy_project,
)
from services.registry.domain.record_fields import Options, is_empty, read_values
from shared.contracts.registry import UnitEntry
from shared.contracts.scalars import kind_sign
from shared.contracts.table import Cell
from shared.policy.pack import NamedList, UnitKind
from shared.policy.programme import FieldSpec, ListItem

SUBTYPE = "subtype"
_DIVISION = re.compile(r"^\d{6}(\d{3}){0,2}$")
# Both what is given now, 330203-CS-0001, and what was before signs: 330203-VILLAGE-0001.
_OWN_NUMBER = re.compile(r"^\d{6}-[A-Z_]+-\d{4,}$")
SIZES = ("", "large", "medium", "small", "micro")
HEADS = range(5_000_001)
LONGEST_NAME = 200
_COLUMNS = {
    "name": "name_text",
    "credit_code": "code",
    "project_number": "code",
    "contractor_code": "leader_code",
    "started_on": "starts_on",
    "opened_on": "starts_on",
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


@dataclass(frozen=True, slots=True)
class KindRules:
    """A kind of the pack, ready to read entries by; made once with `rules_of`.

    own          the fields kept in `details`; `required` of them are those that must be filled
    must_fill    those kept in a column of the entry that must be filled, with that column; name
                 and code are judged by themselves
    columns      where a field is kept, by its name and by its word
    takes_code   whether a kind that is numbered here may have a credit code of its own
    """

    kind: UnitKind
    options: Options
    own: tuple[FieldSpec, ...]
    required: tuple[FieldSpec, ...]
    must_fill: tuple[tuple[str, FieldSpec], ...]
    columns: Mapping[str, str]
    takes_code: bool


_TOP = frozenset(UnitEntry.model_fields) - {"details"}


def rules_of(kind: UnitKind, lists: Mapping[str, NamedList]) -> KindRules:
    """The rules of a kind, with what may be chosen from the pack's lists."""
    own = [spec for spec in kind.fields if column_of(spec.name) not in _TOP]
    columns = {spec.name: column_of(spec.name) for spec in kind.fields}
    must_fill = _TOP - {"name_text", "code"}
    return KindRules(
        kind=kind,
        options={spec.name: options_of(spec, lists) for spec in kind.fields},
        own=tuple(replace(spec, required=False) for spec in own),
        required=tuple(spec for spec in own if spec.required),
        must_fill=tuple(
            (columns[spec.name], spec)
            for spec in kind.fields
            if spec.required and columns[spec.name] in must_fill
        ),
        columns={spec.says: columns[spec.name] for spec in kind.fields} | columns,
        takes_code="code" in columns.values(),
    )


def options_of(spec: FieldSpec, lists: Mapping[str, NamedList]) -> tuple[ListItem, ...]:
    """What may be chosen in a field."""
    return lists[spec.list].items if spec.list else spec.options


def column_of(name: str) -> str:
    """Where a field of the pack is kept: a field of `UnitEntry`, else the key of `details`."""
    return _COLUMNS.get(name, name)


def code_fault(rules: KindRules, code: Cell) -> Fault | None:
    """What is wrong with the identifier of a unit; a number given here is nobody's to type."""
    if rules.kind.identifier == "credit_code":
        return fault_of(code)
    if rules.kind.identifier == "project_number":
        return project_fault_of(code)
    if code in (None, "") or (isinstance(code, str) and is_own_number(code)):
        return None
    if rules.takes_code:
        return fault_of(code)
    says = f"{rules.kind.name}由系统编号，没有统一社会信用代码：请把代码留空"
    return Fault("code_not_wanted", says)


def own_number(division: str, kind: str, sequence: int) -> str:
    """`330203-CS-0001`: what the register gives a unit without a code of its own."""
    return f"{division[:6]}-{kind_sign(kind)}-{sequence:04d}"


def own_series(division: str, kind: str) -> str:
    """The series such a unit is counted in, named by its word for the reason in `title_series`."""
    return f"{division[:6]}-{kind}"


def is_division(code: str) -> bool:
    """Whether a text has the form of a division's code; whether there is one is asked elsewhere."""
    return _DIVISION.match(code) is not None


def is_own_number(code: str) -> bool:
    """Whether a code is a number the register itself has given."""
    if code.isascii() and "-" not in code:  # nearly all codes, and far the cheapest to tell
        return False
    return bool(_OWN_NUMBER.match(tidy_project(code)))


def tidy_code(identifier: str, code: str) -> str:
    """The identifier as the register keeps it."""
    if not code:
        return ""
    if identifier == "project_number" or is_own_number(code):
        return tidy_project(code)
    return tidy(code)


def checked(
    entry: UnitEntry, rules: KindRules, held: Mapping[str, str] | None = None
) -> tuple[UnitEntry, list[FieldFault]]:
    """The entry with its own fields tidied, and everything that is wrong with it.

    Its code is judged apart. `held`: the details on record; those under names that this pack does
    not know are another programme's and stay as they are (A-02).
    """
    faults = _faults_of(entry)
    for column, spec in rules.must_fill:
        if is_empty(getattr(entry, column)):
            faults.append(_needed(column, spec, rules.kind))
    details, wrong = _details_of(entry.details, rules, held or {})
    if details != entry.details:
        entry = entry.model_copy(update={"details": details})
    return entry, [*faults, *wrong]


def _faults_of(entry: UnitEntry) -> list[FieldFault]:
    faults: list[FieldFault] = []
    if not entry.name_text.strip():
        faults.append(FieldFault("name_text", "name_missing", "没有填写单位名称"))
    if len(entry.name_text) > LONGEST_NAME:
        faults.append(FieldFault("name_text", "name_long", "单位名称超过 200 字：请核对"))
    if not is_division(entry.division):
        says = f"行政区划代码“{entry.division}”应为 6、9 或 12 位数字"
        faults.append(FieldFault("division", "division_form", says))
    if entry.headcount is not None and entry.headcount not in HEADS:
        says = f"职工人数“{entry.headcount}”不在合理范围"
        faults.append(FieldFault("headcount", "headcount_range", says))
    if entry.size not in SIZES:
        says = f"规模“{entry.size}”应为 大型、中型、小型、微型 之一"
        faults.append(FieldFault("size", "size_unknown", says))
    faults += dates_faults(entry)
    if entry.leader_code and (fault := fault_of(entry.leader_code)):
        faults.append(FieldFault("leader_code", fault.code, f"总承包单位{fault.says}"))
    return faults


def dates_faults(entry: UnitEntry) -> list[FieldFault]:
    """What is wrong with the days of an entry beside one another."""
    if entry.starts_on and entry.ends_on and entry.ends_on < entry.starts_on:
        return [FieldFault("ends_on", "ends_before_start", "竣工日期早于开工日期：请核对")]
    return []


def _details_of(
    given: Mapping[str, str], rules: KindRules, held: Mapping[str, str]
) -> tuple[dict[str, str], list[FieldFault]]:
    kind = rules.kind
    if not (given or held or rules.required or kind.subtypes):
        return {}, []
    known = {*rules.options, SUBTYPE} if kind.subtypes else rules.options
    others = {name: value for name, value in held.items() if name not in known}
    mine = {name: value for name, value in given.items() if others.get(name) != value}
    subtype = mine.pop(SUBTYPE, "") if kind.subtypes else ""
    own = {spec.name for spec in rules.own}
    faults = [_unknown(name, kind) for name in mine if name not in own]
    mine = {name: value for name, value in mine.items() if name in own}
    reading = read_values(rules.own, rules.options, mine)
    faults += [FieldFault(f.name, "field_invalid", f.says) for f in reading.faults]
    faults += [
        _needed(spec.name, spec, kind) for spec in rules.required if is_empty(mine.get(spec.name))
    ]
    values = {name: _as_text(value) for name, value in reading.values.items()}
    if kind.subtypes:
        chosen = next((s for s in kind.subtypes if subtype in (s.id, s.says)), None)
        if chosen is None:
            faults.append(_subtype_fault(kind, subtype))
        else:
            values[SUBTYPE] = chosen.id
    return others | values, faults


def _subtype_fault(kind: UnitKind, given: str) -> FieldFault:
    known = "、".join(item.says for item in kind.subtypes)
    told = f"的类别“{given}”不在可选范围" if given else "必须选择类别"
    return FieldFault(SUBTYPE, "subtype_unknown", f"{kind.name}{told}：可选{known}")


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _unknown(name: str, kind: UnitKind) -> FieldFault:
    known = "、".join(spec.name for spec in kind.fields)
    says = f"{kind.name}没有登记字段“{name}”：可填{known}"
    return FieldFault(name, "field_unknown", says)


def _needed(column: str, spec: FieldSpec, kind: UnitKind) -> FieldFault:
    return FieldFault(column, "field_missing", f"{kind.name}必须填写“{spec.says}”")
