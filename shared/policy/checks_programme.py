"""What must hold between records, work items, duties, figures and reports of a pack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from shared.contracts.scalars import KIND_TEXT, covers
from shared.policy.needing import needed_settings
from shared.policy.pack import Pack
from shared.policy.programme import Duty, FieldSpec, Measure, RecordKind
from shared.policy.said import GATE_NAMES
from shared.policy.words import SCALAR_FORMS, WORK_STATES, WRITERS

Fault = tuple[str, str, str, str]


def programme_faults(pack: Pack) -> Iterator[Fault]:
    """Every fault as (section, entry, why, what to do)."""
    for each in (_kinds, _records, _gates, _gaps, _work, _measures, _duties, _reports, _relations):
        yield from each(pack)
    yield from needed_settings(pack)


def _kinds(pack: Pack) -> Iterator[Fault]:
    for key, kind in pack.kinds.items():
        if key not in KIND_TEXT:  # it has neither words on the pages nor a sign in numbers
            known = "、".join(f"{k}（{says}）" for k, says in KIND_TEXT.items())
            yield "kinds", key, f"不认识的单位类型「{key}」", f"可用：{known}"
        for why, remedy in _field_faults(pack, kind.fields, ()):
            yield "kinds", key, why, remedy
        for field in kind.fields:
            if field.form not in SCALAR_FORMS:
                why = f"登记字段「{field.says}」不能是「{field.form}」"
                yield "kinds", key, why, f"可用：{'、'.join(SCALAR_FORMS)}"
        for name in kind.public:
            if name not in [field.name for field in kind.fields]:
                yield "kinds", key, f"没有登记字段「{name}」", "核对 public"
        if kind.switch and kind.switch not in pack.settings:
            yield "kinds", key, f"开关「{kind.switch}」不是设置", "在 settings 中声明"


def _field_faults(
    pack: Pack, fields: Iterable[FieldSpec], states: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    for field in fields:
        chosen = field.form in ("choice", "choices")
        if field.list and field.list not in pack.lists:
            yield f"「{field.says}」取自不存在的清单「{field.list}」", "在 lists 中登记或改正"
        if (field.list or field.options) and not chosen:
            yield f"「{field.says}」不是选择项，却写了取值", "form 写 choice 或 choices"
        for state in field.needed_for:
            if state not in states:
                yield f"「{field.says}」在不存在的状态「{state}」下必填", "核对 needed_for"


def _records(pack: Pack) -> Iterator[Fault]:
    for key, kind in pack.records.items():
        for why, remedy in _record_faults(pack, kind):
            yield "records", key, why, remedy


def _record_faults(pack: Pack, kind: RecordKind) -> Iterator[tuple[str, str]]:
    states = tuple(state.id for state in kind.states)
    yield from _field_faults(pack, kind.fields, states)
    if (kind.about == "record") != bool(kind.of) or (kind.of and kind.of not in pack.records):
        yield f"所属记录「{kind.of}」不对", "about: record 时 of 写所属的记录种类"
    yield from _used_faults(kind)
    yield from _printed_faults(pack, kind)
    for state in (*kind.ended, *kind.shared, *kind.public_in):
        if state not in states:
            yield f"没有状态「{state}」", "核对 ended、shared、public_in"
    for writer in kind.writers:
        if writer not in WRITERS:
            yield f"「{writer}」不能写记录", f"可用：{'、'.join(WRITERS)}"


def _printed_faults(pack: Pack, kind: RecordKind) -> Iterator[tuple[str, str]]:
    names = {field.name for field in kind.fields}
    needed = {field.name for field in kind.fields if field.required}
    for printed in kind.printed:
        if kind.about != "node":
            yield "文件点名的记录只能是办公室的", "about: node，或删去 printed"
        if not covers(pack.jurisdiction, printed.node):
            yield f"「{printed.node}」不在本包的地区", "核对 node"
        if set(printed.values) - names or needed - set(printed.values):
            yield f"「{printed.id}」的 values 与字段对不上", "写全必填的，去掉没有的"


def _used_faults(kind: RecordKind) -> Iterator[tuple[str, str]]:
    forms = {field.name: field.form for field in kind.fields}
    parts = tuple(name for ratio in kind.ratios for name in (ratio.part, ratio.whole))
    people = (kind.distinct,) if kind.distinct else ()
    for name in (*kind.counts, *kind.sums, *kind.public, *parts, *people):
        if name not in forms:
            yield f"没有字段「{name}」", "核对 counts、sums、distinct、ratios、public"
    for name in (*kind.sums, *parts):
        if forms.get(name) not in ("number", "money", None):
            yield f"「{name}」不是数字，不能相加", "改用数字字段"
    for name in people:
        if forms.get(name) not in ("person", "people", None):
            yield f"「{name}」不是人员字段", "distinct 写 person 或 people 字段"


def _gates(pack: Pack) -> Iterator[Fault]:
    for name, rules in pack.gates.items():
        section, _, key = name.partition(".")
        known = {"record": pack.records, "report": pack.reports}.get(section)
        for rule in rules:
            if known is not None and key not in known:
                yield "gates", rule.id, f"没有「{key}」可供核对", "核对关口名称"
            if known is None and name not in GATE_NAMES:
                remedy = f"可用：{'、'.join(GATE_NAMES)}、record.记录、report.报告"
                yield "gates", rule.id, f"没有「{name}」这个关口，规则永远不会用到", remedy


def _gaps(pack: Pack) -> Iterator[Fault]:
    for key, gap in pack.gaps.items():
        kind = pack.records.get(gap.record)
        if kind is None:
            yield "gaps", key, f"没有记录种类「{gap.record}」", "核对 record"
            continue
        if gap.state and gap.state not in [s.id for s in kind.states]:
            yield "gaps", key, f"没有状态「{gap.state}」", "核对 state"
        if gap.follow and getattr(pack.records.get(gap.follow), "of", "") != gap.record:
            yield "gaps", key, f"「{gap.follow}」不属于「{gap.record}」", "核对 follow"
        if gap.having and (gap.over != "units" or gap.having not in pack.records):
            yield "gaps", key, f"没有记录种类「{gap.having}」可供筛选单位", "核对 over、having"
        if gap.within and gap.within not in pack.settings:
            yield "gaps", key, f"没有设置「{gap.within}」", "在 settings 中声明"


def _work(pack: Pack) -> Iterator[Fault]:
    for key, item in pack.work_items.items():
        for why, remedy in _field_faults(pack, item.fields, WORK_STATES):
            yield "work_items", key, why, remedy
        for record in item.records:
            if record not in pack.records:
                yield "work_items", key, f"没有记录种类「{record}」", "核对 records"
        if item.measure and item.measure not in pack.measures:
            yield "work_items", key, f"没有指标「{item.measure}」", "核对 measure"


def _measures(pack: Pack) -> Iterator[Fault]:
    for key, measure in pack.measures.items():
        for why in _measure_faults(pack, measure):
            yield "measures", key, why, "核对编号"


def _measure_faults(pack: Pack, measure: Measure) -> Iterator[str]:
    for record in filter(None, (measure.record, measure.has_record)):
        if record not in pack.records:
            yield f"没有记录种类「{record}」"
    if measure.of in ("records", "people"):
        counted = pack.records.get(measure.record)
        if counted is None or (measure.of == "people" and not counted.distinct):
            yield f"「{measure.record}」没有可数的记录或人员"
    if measure.relation and measure.relation not in pack.relations:
        yield f"没有单位关系「{measure.relation}」"
    for mark in filter(None, (measure.mark, measure.has_mark)):
        if mark not in pack.marks:
            yield f"没有单位标记「{mark}」"
    yield from _value_faults(pack, measure)


def _value_faults(pack: Pack, measure: Measure) -> Iterator[str]:
    record = pack.records.get(measure.has_record or measure.record)
    names = {field.name for field in record.fields} | {"state"} if record else set()
    for name in measure.has_value:
        if name not in names:
            yield f"记录没有字段「{name}」"


def _duties(pack: Pack) -> Iterator[Fault]:
    for duty in pack.duties:
        for why, remedy in _duty_faults(pack, duty):
            yield "duties", duty.id, why, remedy


def _duty_faults(pack: Pack, duty: Duty) -> Iterator[tuple[str, str]]:
    if duty.recurs == "yearly":
        try:
            date(2023, duty.month or 0, duty.day or 0)
        except ValueError:
            yield f"没有 {duty.month} 月 {duty.day} 日", "改成每年都有的日期"
    elif duty.month is not None or duty.day is not None:
        yield "不是每年的期限，却写了月日", "写 due_on，或改 recurs: yearly"
    if duty.recurs == "once" and duty.due_on is None:
        yield "没有写明期限", "补上 due_on"
    word, _, key = duty.done_by.partition(":")
    known = {"": {""}, "plan": {""}, "report": set(pack.reports), "record": set(pack.records)}
    if key not in known.get(word, set()):
        remedy = "可用：plan、report:报告、record:记录，或不写"
        yield f"「{duty.done_by}」不能了结一项期限", remedy
    word, _, key = duty.per.partition(":")
    per = {"": {""}, "unit": set(pack.kinds), "record": set(pack.records)}
    if key not in per.get(word, set()):
        yield f"「{duty.per}」不能逐个设期限", "可用：unit:类型、record:记录，或不写"
    if duty.ahead_months is not None and duty.recurs != "arranged":
        yield "不是待安排的期限，却写了提前月数", "写 recurs: arranged，或删去 ahead_months"
    if duty.measure and duty.measure not in pack.measures:
        yield f"没有指标「{duty.measure}」", "核对 measure"


def _reports(pack: Pack) -> Iterator[Fault]:
    for key, form in pack.reports.items():
        for section in form.sections:
            for measure in section.measures:
                if measure not in pack.measures:
                    yield "reports", key, f"没有指标「{measure}」", "核对 measures"
            for record in section.records:
                if record not in pack.records:
                    yield "reports", key, f"没有记录种类「{record}」", "核对 records"


def _relations(pack: Pack) -> Iterator[Fault]:
    for key, relation in pack.relations.items():
        for kind in (*relation.from_kinds, *relation.to_kinds):
            if kind not in pack.kinds:
                yield "relations", key, f"没有「{kind}」这类单位", "在 kinds 中登记或改正"
