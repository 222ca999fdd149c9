"""The fields of a pack's entries in words: what each one refers to, and how its value is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import is_dataclass
from decimal import Decimal
from typing import Any, cast

from shared.policy.conditions import Condition
from shared.policy.judging import shown
from shared.policy.labels import LABELS
from shared.policy.naming import Names
from shared.policy.pack import Benefit, DatedValue, Rule, Trigger
from shared.policy.phrases import condition_lines, number_words
from shared.policy.programme import Duty, FieldSpec, Measure, PrintedRecord, RecordKind
from shared.policy.said import CLOSED

_FAMILIES: Mapping[str, str] = {
    "about": "about",
    "basis": "source",
    "clause": "clause",
    "counted_by": "setting",
    "degree": "degree",
    "document": "source",
    "ends": "trigger",
    "follow": "record",
    "form": "form",
    "from_kinds": "kind",
    "ground": "ground",
    "group": "group",
    "has_mark": "mark",
    "has_record": "record",
    "has_standing": "standing",
    "having": "record",
    "identifier": "identifier",
    "kinds": "kind",
    "level": "level",
    "levels": "level",
    "levels_titled": "level",
    "list": "list",
    "mark": "mark",
    "measure": "measure",
    "measures": "measure",
    "method": "method",
    "over": "over",
    "purposes": "purpose",
    "rank": "rank",
    "record": "record",
    "records": "record",
    "recurs": "recurs",
    "relation": "relation",
    "role": "role",
    "source": "source",
    "standing": "standing",
    "status": "status",
    "switch": "setting",
    "to": "level",
    "to_kinds": "kind",
    "type": "trigger",
    "unit_of_time": "unit_of_time",
    "within": "setting",
    "writers": "writer",
}
_OF_CLASS: Mapping[tuple[type, str], str] = {
    (Benefit, "effect"): "benefit_effect",
    (Trigger, "effect"): "trigger_effect",
    (Rule, "mark"): "rule_mark",
    (RecordKind, "of"): "record",
    (Measure, "of"): "measured",
}
_OWN_FIELDS = ("counts", "sums", "distinct", "public")
_OWN_STATES = ("ended", "public_in", "shared")
_ITSELF = "本项激励"
_LABELS_OF: Mapping[tuple[type, str], str] = {
    (Rule, "mark"): "不满足时的标记",
    (Rule, "status"): "拒绝时的状态码",
    (Duty, "number"): "任务表序号",
    (Duty, "hard"): "过期即为逾期",
    (DatedValue, "value"): "值",
}


def label_of(entry: Any, field: str) -> str:
    """What a field of an entry is called."""
    return _LABELS_OF.get((type(entry), field)) or LABELS.get(field, field)


def items_of(names: Names, entry: Any, field: str) -> tuple[str, ...]:
    """The value of a field in words, one item for each thing it holds; () when it holds none."""
    value = getattr(entry, field)
    if value is None or value in ("", ()):
        return ()
    if isinstance(value, Mapping):
        return tuple(_pair(names, entry, field, str(k), v) for k, v in value.items())
    if field == "when":
        return condition_lines(cast("Condition", value), names)
    many = value if isinstance(value, tuple) else (value,)
    return tuple(_said(names, entry, field, one) for one in many)


def text_of(names: Names, entry: Any, field: str) -> str:
    """The same as one phrase; 「无」 when the field holds nothing."""
    joint = "，并且" if field == "when" else "、"
    return joint.join(items_of(names, entry, field)) or "无"


def _pair(names: Names, entry: Any, field: str, key: str, value: Any) -> str:
    if field == "quota_clauses":
        return f"{names.word('kind', key)}：{names.clause(value)}"
    if field == "quotas":
        return f"{names.word('kind', key)}{value}个"
    if field == "has_value":
        record = entry.has_record or entry.record
        return f"{_field_word(names, record, key)}：{names.value(f'{record}.{key}', _yes(value))}"
    return f"{_kind_field(names, key)}：{_yes(value)}"


def _said(names: Names, entry: Any, field: str, value: Any) -> str:
    if isinstance(value, FieldSpec):
        return field_text(names, entry, value)
    if isinstance(value, PrintedRecord):
        pairs = value.values.items()
        said = (names.value(f"{entry.id}.{key}", _yes(item)) for key, item in pairs)
        return "，".join(said)
    if is_dataclass(value):
        return str(getattr(value, "says", "") or getattr(value, "name", ""))
    if isinstance(value, str):
        return _word(names, entry, field, value)
    return number_words(value) if isinstance(value, Decimal) else shown(value)


def _word(names: Names, entry: Any, field: str, value: str) -> str:
    if field in ("done_by", "per"):
        return _reference(names, value)
    own = _own(entry, field)
    if value in own:
        return own[value]
    family = _OF_CLASS.get((type(entry), field)) or _FAMILIES.get(field, "")
    said = names.word(family, value)
    return _ITSELF if family == "purpose" and said == value else said


def _own(entry: Any, field: str) -> Mapping[str, str]:
    """Words that the entry itself has for what one of its fields names."""
    if field in _OWN_FIELDS:
        return {spec.name: spec.says for spec in getattr(entry, "fields", ())}
    if field in _OWN_STATES:
        return {state.id: state.says for state in entry.states}
    return {}


def _reference(names: Names, value: str) -> str:
    word, _, key = value.partition(":")
    if word == "plan":
        return "报备年度安排"
    family = {"unit": "kind"}.get(word, word)
    return f"「{names.word(family, key)}」"


def dated_text(dated: DatedValue) -> str:
    """A setting's value with the days it holds for."""
    since = shown(dated.from_on)
    days = f"{since}至{shown(dated.to_on)}" if dated.to_on else f"自{since}起"
    return f"{value_text(dated.value)}（{days}）"


def value_text(value: object) -> str:
    """A setting's value: yes and no in Chinese, a day as the calendar says it."""
    if isinstance(value, str):
        return CLOSED["setting_value"].get(value, value)
    return number_words(value) if isinstance(value, Decimal) else shown(value)


def field_text(names: Names, entry: Any, spec: FieldSpec) -> str:
    """A field to fill in: its word, how it is filled, from what, and when it must be."""
    how = [names.word("form", spec.form)]
    if spec.list:
        how.append(f"选项见清单「{names.word('list', spec.list)}」")
    elif spec.options:
        how.append("选项：" + "、".join(option.says for option in spec.options))
    if spec.required:
        how.append("必填")
    states = {state.id: state.says for state in getattr(entry, "states", ())}
    for state in spec.needed_for:
        how.append(f"到「{states.get(state) or names.word('work_state', state)}」时必填")
    return f"{spec.says}（{'；'.join(how)}）"


def _field_word(names: Names, record: str, field: str) -> str:
    kind = names.pack.records.get(record)
    said = {spec.name: spec.says for spec in kind.fields} if kind else {}
    return said.get(field, LABELS.get(field, field))


def _kind_field(names: Names, field: str) -> str:
    for kind in names.pack.kinds.values():
        for spec in kind.fields:
            if spec.name == field:
                return spec.says
    return LABELS.get(field, field)


def _yes(value: Any) -> str:
    return {"true": "是", "false": "否"}.get(str(value), str(value))
