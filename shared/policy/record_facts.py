"""The facts that rules may ask of records, reports and units' marks without declaring them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from shared.policy.pack import FactSpec
from shared.policy.programme import RecordKind, ReportForm

MANY = ("choices", "units", "people")
_FORMS = {"number": "number", "money": "number", "date": "date", "flag": "flag"}


def fact_form(form: str) -> str:
    """The form of the fact that a field of this form gives: many values give their number."""
    return "number" if form in MANY else _FORMS.get(form, "text")


def derived_facts(
    records: Iterable[RecordKind], reports: Mapping[str, ReportForm]
) -> dict[str, FactSpec]:
    """Every fact that record kinds and report forms bring with them, by name."""
    kinds = list(records)
    names = {kind.id: kind.name for kind in kinds}
    specs = [spec for kind in kinds for spec in _of_record(kind)]
    specs += [spec for form in reports.values() for spec in _of_report(form, names)]
    return {spec.name: spec for spec in specs}


def _of_record(kind: RecordKind) -> Iterator[FactSpec]:
    yield FactSpec(f"{kind.id}.on", f"{kind.name}的日期", "date")
    yield FactSpec(f"{kind.id}.others", f"同一范围内其他在办的{kind.name}数", "number")
    if kind.lasts:
        yield FactSpec(f"{kind.id}.ends_on", f"{kind.name}的结束日期", "date")
    if kind.states:
        options = tuple(state.id for state in kind.states)
        yield FactSpec(f"{kind.id}.state", f"{kind.name}的状态", "text", options)
    for field in kind.fields:
        counted = "数" if field.form in MANY else ""
        options = tuple(item.id for item in field.options) if field.form == "choice" else ()
        name = f"{kind.id}.{field.name}"
        yield FactSpec(name, f"{field.says}{counted}", fact_form(field.form), options)
        if not field.required and field.form not in MANY:
            yield FactSpec(f"{name}.given", f"已填{field.says}", "flag")


def _of_report(form: ReportForm, names: Mapping[str, str]) -> Iterator[FactSpec]:
    yield FactSpec(f"{form.id}.sections_missing", f"{form.name}没有写的部分数", "number")
    yield FactSpec(f"{form.id}.file_attached", f"{form.name}附有文件", "flag")
    yield FactSpec(f"{form.id}.submitted_on", f"{form.name}报送日", "date")
    for record in dict.fromkeys(r for section in form.sections for r in section.records):
        says = f"{form.name}所附「{names.get(record, record)}」条数"
        yield FactSpec(f"{form.id}.{record}", says, "number")
