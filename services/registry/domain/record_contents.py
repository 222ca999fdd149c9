"""What is worked out of a record's values: shares, people, units named, facts for the rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from services.registry.domain.record_fields import Fault, Values, is_empty
from services.registry.domain.search import name_key
from shared.policy.conditions import FactValue
from shared.policy.programme import FieldSpec, Ratio, RecordKind
from shared.policy.record_facts import MANY


@dataclass(frozen=True, slots=True)
class Share:
    """A share in percent to one decimal place; None while a figure is missing or the whole is 0."""

    id: str
    says: str
    percent: Decimal | None


def share(part: object, whole: object) -> Decimal | None:
    """Part of whole in percent, rounded half up to one decimal place: 190 of 200 is 95.0."""
    if is_empty(part) or is_empty(whole) or Decimal(str(whole)) == 0:
        return None
    return (Decimal(str(part)) * 100 / Decimal(str(whole))).quantize(
        Decimal("0.1"), rounding="ROUND_HALF_UP"
    )


def shares(ratios: Iterable[Ratio], values: Values) -> tuple[Share, ...]:
    """Every share of a record, worked out anew from its figures."""
    return tuple(
        Share(ratio.id, ratio.says, share(values.get(ratio.part), values.get(ratio.whole)))
        for ratio in ratios
    )


def below_zero(kind: RecordKind, values: Values) -> list[Fault]:
    """Figures that are added up or shared out cannot be less than nothing."""
    summed = {*kind.sums, *(name for r in kind.ratios for name in (r.part, r.whole))}
    return [
        Fault(spec.name, f"“{spec.says}”填的“{values[spec.name]}”小于 0：请核对")
        for spec in kind.fields
        if spec.name in summed and spec.name in values and Decimal(str(values[spec.name])) < 0
    ]


@dataclass(frozen=True, slots=True)
class Named:
    """A person a record names: the key by which people are told apart, and the name."""

    field: str
    position: int
    key: str
    name: str


def people_of(fields: Iterable[FieldSpec], values: Values, node: str) -> list[Named]:
    """The people a record names, each line "姓名" or "姓名 单位或手机尾号" (A-48).

    A bare name is one person within its office; what stands behind a name tells people of the
    same name apart, and joins their records across offices.
    """
    found: list[Named] = []
    for spec in fields:
        if spec.form not in ("person", "people"):
            continue
        value = values.get(spec.name)
        lines = value if isinstance(value, list) else [value] if value else []
        for line in lines:
            name, mark = _split_name(str(line))
            told = name_key(mark) or node
            found.append(Named(spec.name, len(found), f"{name_key(name)}|{told}", name))
    return found


def _split_name(line: str) -> tuple[str, str]:
    name, *rest = re.split(r"[\s,，、/（(]+", line.strip(), maxsplit=1)
    return name or line.strip(), rest[0].rstrip("）)") if rest else ""


def units_in(fields: Iterable[FieldSpec], values: Values) -> list[tuple[str, str]]:
    """(field, unit) for every unit that a record names."""
    return [
        (spec.name, unit)
        for spec in fields
        if spec.form in ("unit", "units")
        for unit in _as_list(values.get(spec.name))
    ]


def references(fields: Iterable[FieldSpec], values: Values, *forms: str) -> list[str]:
    """What is written in the fields of these forms, each once."""
    found = [
        text for spec in fields if spec.form in forms for text in _as_list(values.get(spec.name))
    ]
    return list(dict.fromkeys(found))


def _as_list(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(part) for part in value]
    return [str(value)] if value else []


@dataclass(frozen=True, slots=True)
class Times:
    """When a record began and ended, and the state it is in."""

    on: date
    ends_on: date | None
    state: str


def facts_of(
    kind: RecordKind, values: Values, times: Times, others: int | None
) -> Iterator[tuple[str, FactValue]]:
    """The facts that rules may ask of a record; an empty field is not known, its `.given` is."""
    yield f"{kind.id}.on", times.on
    if kind.lasts:
        yield f"{kind.id}.ends_on", times.ends_on
    if kind.states:
        yield f"{kind.id}.state", times.state
    if others is not None:
        yield f"{kind.id}.others", others
    for spec in kind.fields:
        name, value = f"{kind.id}.{spec.name}", values.get(spec.name)
        yield name, _fact(spec.form, value)
        yield f"{name}.given", not is_empty(value)


def _fact(form: str, value: Any) -> FactValue:
    if form in MANY:
        return len(value) if value else 0
    if is_empty(value):
        return None
    if form in ("number", "money"):
        number = Decimal(str(value))
        return int(number) if number == number.to_integral_value() else number
    if form == "date":
        return date.fromisoformat(str(value))
    if form == "flag":
        return bool(value)
    return str(value["name"]) if form == "file" else str(value)


def title_of(kind: RecordKind, values: Values, texts: dict[str, str]) -> str:
    """A record in one line: its first short fields in words."""
    shown = [
        texts.get(spec.name) or str(values[spec.name])
        for spec in kind.fields
        if spec.form in ("text", "choice", "person") and values.get(spec.name)
    ]
    return " · ".join(shown[:2])[:200] or kind.name
