"""What changes between two packs, in sentences a policy officer reads and signs.

Two versions of one pack are told as changes (由…改为…). Two different packs are set side by side
(甲…，乙…): what only one has is listed by name, and clauses are left alone, for each document has
its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.policy.differing import Voice, entry_changes, quoted
from shared.policy.labels import LABELS
from shared.policy.naming import Names
from shared.policy.pack import Pack
from shared.policy.record_facts import derived_facts
from shared.policy.said import SECTION_NAMES, STATUS_NAMES
from shared.policy.telling import called, tell

_HEAD = ("version", "title", "status", "jurisdiction", "parent", "authority", "document")
_LABELS = {"document": "正文", "parent": "上级包"}
_WHOLE = "head"
_BY_NAME = ("work_items", "gaps", "measures", "duties", "benefits")
"""Sections whose entries of two different packs are the same only when they are called the same."""
CHANGED = Voice("由{old}改为{new}", ("删去", "新增"))
COMPARED = Voice("：甲为{old}，乙为{new}", ("只有甲有", "只有乙有"), side_by_side=True)


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs in one section: its id, what it is called, a sentence for each difference."""

    section: str
    name: str
    sentences: tuple[str, ...]


def diff(before: Pack, after: Pack) -> list[str]:
    """Every difference that can change a decision or a page, one sentence each; empty when none."""
    return [said for part in differences(before, after) for said in part.sentences]


def differences(before: Pack, after: Pack) -> tuple[Difference, ...]:
    """The same by section, in the order an officer reads a pack; sections without any left out."""
    voice = CHANGED if before.id == after.id else COMPARED
    names = Names(before), Names(after)
    found = [Difference(_WHOLE, "政策包", tuple(_heads(before, after, voice)))]
    for section, name in SECTION_NAMES.items():
        tells = _compared if voice.side_by_side else _changed
        sentences = tuple(tells(section, names, voice))
        found.append(Difference(section, name, sentences))
    return tuple(part for part in found if part.sentences)


def _heads(before: Pack, after: Pack, voice: Voice) -> Iterator[str]:
    for field in _HEAD:
        old, new = (_head(pack, field) for pack in (before, after))
        if old != new:
            yield f"政策包的{_LABELS.get(field) or LABELS[field]}{voice.between(old, new)}。"


def _head(pack: Pack, field: str) -> str:
    value = str(getattr(pack, field))
    if field == "document" and value:
        return Names(pack).word("source", value)
    return STATUS_NAMES.get(value, value) if field == "status" else value


def _changed(section: str, names: tuple[Names, Names], voice: Voice) -> Iterator[str]:
    old, new = (_entries(n.pack, section) for n in names)
    for key in (k for k in old if k not in new):
        yield f"删去{_what(names[0], section, old[key])}。"
    for key in (k for k in new if k not in old):
        yield f"新增{_what(names[1], section, new[key])}{_rests(names[1], new[key])}。"
    for key in (k for k in new if k in old and old[k] != new[k]):
        what = _what(names[0], section, old[key])
        yield from entry_changes(what, names, old[key], new[key], voice)
    if section == "triggers":
        yield from _order(names)


def _compared(section: str, names: tuple[Names, Names], voice: Voice) -> Iterator[str]:
    old, new = (_entries(n.pack, section) for n in names)
    if section == "facts":
        return
    if section == "clauses":
        if old.keys() != new.keys():
            yield f"甲录有条款{len(old)}条，乙{len(new)}条；各随其文件，不逐条比较。"
        return
    if section in _BY_NAME:
        old, new = ({called(e): e for e in entries.values()} for entries in (old, new))
    for word, ours, theirs, n in ((0, old, new, names[0]), (1, new, old, names[1])):
        only = [_listed(n, section, ours[key]) for key in ours if key not in theirs]
        if only:
            yield f"{voice.only[word]}（{len(only)}）：{'；'.join(only)}。"
    for key in (k for k in new if k in old and old[k] != new[k]):
        what = _what(names[0], section, old[key])
        yield from entry_changes(what, names, old[key], new[key], voice)


def _listed(names: Names, section: str, entry: Any) -> str:
    place = f"{names.gate(entry.gate)}——" if section == "gates" else ""
    return place + _short(called(entry))


def _order(names: tuple[Names, Names]) -> Iterator[str]:
    """The first matching trigger decides, so their order is law."""
    before, after = (n.pack.triggers for n in names)
    for type_ in dict.fromkeys(t.type for t in after):
        old = [t.id for t in before if t.type == type_]
        new = {t.id: t for t in after if t.type == type_}
        if [i for i in old if i in new] != [i for i in new if i in old]:
            listed = "；".join(f"{n}. {called(t)}" for n, t in enumerate(new.values(), start=1))
            yield f"事件「{names[1].word('trigger', type_)}」的处置先后改为：{listed}。"


def _entries(pack: Pack, section: str) -> Mapping[str, Any]:
    if section == "gates":
        return {rule.id: rule for rules in pack.gates.values() for rule in rules}
    entries = getattr(pack, section)
    if section == "facts":
        derived = derived_facts(pack.records.values(), pack.reports)
        return {key: fact for key, fact in entries.items() if key not in derived}
    return entries if isinstance(entries, Mapping) else {entry.id: entry for entry in entries}


_OF: Mapping[str, Callable[[Names, Any], str]] = {
    "gates": lambda names, rule: f"「{names.gate(rule.gate)}」的规则",
    "clauses": lambda names, clause: f"{names.clause(clause.id)}：",
    "triggers": lambda names, trigger: f"「{names.word('trigger', trigger.type)}」的处置",
}
_WORDS = {
    "kinds": "单位类型", "relations": "归属关系", "titles": "称号", "work_items": "创建重点内容",
    "duties": "任务", "reports": "报告", "measures": "指标", "facts": "事实",
}  # fmt: skip


def _what(names: Names, section: str, entry: Any) -> str:
    of = _OF.get(section)
    if section == "clauses":
        return f"条款 {names.clause(entry.id)}「{_short(entry.wording)}」"
    kind = of(names, entry) if of else _WORDS.get(section, SECTION_NAMES[section])
    return f"{kind}「{_short(called(entry))}」"


def _rests(names: Names, entry: Any) -> str:
    cited = [names.clause(clause) for clause in tell(names, entry).clauses]
    return f"，依据{'、'.join(cited)}" if cited else ""


def _short(text: str) -> str:
    return quoted(text.replace("\n", ""))
