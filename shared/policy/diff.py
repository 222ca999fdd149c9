"""What changes between two packs, in sentences a policy officer reads and signs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from shared.policy.pack import DatedValue, Pack, Setting
from shared.policy.phrases import FIELDS, value_words

SECTIONS = {
    "sources": "文件",
    "clauses": "条款",
    "kinds": "单位类型",
    "facts": "事实",
    "settings": "设置",
    "gates": "规则",
    "standards": "标准",
    "titles": "称号",
    "procedures": "程序",
    "benefits": "激励",
    "triggers": "事件处置",
    "grounds": "退出情形",
    "duties": "期限",
    "lists": "清单",
    "relations": "单位关系",
    "marks": "单位标记",
    "records": "工作记录",
    "gaps": "缺口清单",
    "work_items": "创建重点内容",
    "measures": "指标",
    "reports": "报告",
    "rounds": "轮次",
}
HEAD = {
    "version": "版本",
    "title": "题名",
    "status": "状态",
    "jurisdiction": "适用地区",
    "authority": "主管机构",
}
LONGEST = 120


def diff(before: Pack, after: Pack) -> list[str]:
    """Every difference that can change a decision or a page, one sentence each; empty when none."""
    return [*_heads(before, after), *_sections(before, after), *_order(before, after)]


def _heads(before: Pack, after: Pack) -> Iterator[str]:
    for name, word in HEAD.items():
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield f"包的{word}由「{old}」改为「{new}」。"


def _sections(before: Pack, after: Pack) -> Iterator[str]:
    for section, word in SECTIONS.items():
        old, new = _entries(before, section), _entries(after, section)
        for key in (k for k in old if k not in new):
            yield f"删去{word}「{key}」：{_called(old[key])}。"
        for key in (k for k in new if k not in old):
            rests = f"，依据 {new[key].clause}" if hasattr(new[key], "clause") else ""
            yield f"新增{word}「{key}」：{_called(new[key])}{rests}。"
        for key in (k for k in new if k in old and old[k] != new[k]):
            yield from _changed(f"{word}「{key}」", old[key], new[key])


def _changed(what: str, old: Any, new: Any) -> Iterator[str]:
    if isinstance(new, Setting):
        yield from _values(what, old, new)
    for spec in fields(new):
        was, is_now = getattr(old, spec.name), getattr(new, spec.name)
        if was == is_now or (isinstance(new, Setting) and spec.name == "values"):
            continue
        word = FIELDS.get(spec.name, spec.name)
        if isinstance(is_now, tuple) and _named(is_now) and _named(was):
            yield from _parts(f"{what}的{word}", was, is_now)
        else:
            yield f"{what}的{word}由「{_short(was)}」改为「{_short(is_now)}」。"


def _values(what: str, old: Setting, new: Setting) -> Iterator[str]:
    was = {v.from_on: v for v in old.values}
    now = {v.from_on: v for v in new.values}
    for start in sorted(was.keys() | now.keys()):
        before, after = was.get(start), now.get(start)
        if before == after:
            continue
        if after is None:
            yield f"{what}删去自 {start} 起的值「{_dated(before)}」。"
        elif before is None:
            yield f"{what}自 {start} 起为「{_dated(after)}」，依据 {after.clause}。"
        else:
            yield f"{what}自 {start} 起由「{_dated(before)}」改为「{_dated(after)}」。"


def _dated(dated: DatedValue | None) -> str:
    if dated is None:
        return "无"
    until = f"（至 {dated.to_on}）" if dated.to_on else ""
    return f"{value_words(dated.value)}{until}"


def _parts(what: str, old: tuple[Any, ...], new: tuple[Any, ...]) -> Iterator[str]:
    was, now = _keyed(old), _keyed(new)
    for key in (k for k in was if k not in now):
        yield f"{what}删去「{key}」：{_called(was[key])}。"
    for key in (k for k in now if k not in was):
        yield f"{what}新增「{key}」：{_called(now[key])}。"
    for key in (k for k in now if k in was and was[k] != now[k]):
        yield from _changed(f"{what}「{key}」", was[key], now[key])
    if [k for k in was if k in now] != [k for k in now if k in was]:
        yield f"{what}的先后顺序有变动：{'、'.join(now)}。"


def _order(before: Pack, after: Pack) -> Iterator[str]:
    """The first matching trigger decides, so their order is law."""
    types = dict.fromkeys(t.type for t in after.triggers)
    for type_ in types:
        old = [t.id for t in before.triggers if t.type == type_]
        new = [t.id for t in after.triggers if t.type == type_]
        if [i for i in old if i in new] != [i for i in new if i in old]:
            yield f"事件处置「{type_}」的先后顺序改为：{'、'.join(new)}。"


def _entries(pack: Pack, section: str) -> dict[str, Any]:
    if section == "gates":
        return {rule.id: rule for rules in pack.gates.values() for rule in rules}
    entries = getattr(pack, section)
    return _keyed(entries) if isinstance(entries, tuple) else dict(entries)


def _keyed(entries: tuple[Any, ...]) -> dict[str, Any]:
    return {getattr(e, "id", "") or e.name: e for e in entries}


def _named(entries: tuple[Any, ...]) -> bool:
    return all(hasattr(e, "id") or hasattr(e, "name") for e in entries)


def _called(entry: Any) -> str:
    for name in ("says", "name", "title", "wording"):
        text = getattr(entry, name, "")
        if text:
            return _short(str(text).rstrip("。"))
    return _short(entry)


def _short(value: Any) -> str:
    words = value_words(value)
    return words if len(words) <= LONGEST else words[:LONGEST] + "…"
