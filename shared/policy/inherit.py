"""A pack as written, before it means anything: entries by section; a child laid over its parent.

A child may add entries freely. To change a parent's entry it says `replaces: <why>` in the entry;
to do without one it lists it under `drops`. Anything else that collides is a fault, not a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.policy.findings import Finding
from shared.policy.tree import Located
from shared.policy.words import HEAD, SECTIONS

Sections = dict[str, dict[str, Located]]


@dataclass(slots=True)
class Written:
    """What the files of one pack say: head, sections, and what is changed of the parent."""

    head: dict[str, Located] = field(default_factory=dict)
    sections: Sections = field(default_factory=lambda: {name: {} for name in SECTIONS})
    replaced: set[tuple[str, str]] = field(default_factory=set)
    drops: dict[str, Located] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def gather(files: list[Located]) -> Written:
    """The files of one pack put together; an id that stands in two files is a fault."""
    written = Written()
    for tree in files:
        if not isinstance(tree.value, dict):
            written.findings.append(tree.finding("文件应为一组「键: 值」", "按包的写法书写"))
            continue
        for key, at in tree.value.items():
            if key in HEAD:
                written.head[key] = at
            elif key == "drops" and isinstance(at.value, dict):
                written.drops.update(at.value)
            elif key in SECTIONS:
                _section(key, at, written)
            else:
                known = "、".join((*HEAD, *SECTIONS, "drops"))
                remedy = f"可用：{known}"
                written.findings.append(at.finding(f"不认识的部分「{key}」", remedy, key))
    return written


def _section(name: str, at: Located, written: Written) -> None:
    if not isinstance(at.value, dict):
        written.findings.append(at.finding(f"「{name}」应为一组条目", "每个条目写成「编号: 内容」"))
        return
    for key, entry in at.value.items():
        if name == "gates":
            _gate(key, entry, written)
        else:
            _entry(name, key, entry, written)


def _gate(gate: str, at: Located, written: Written) -> None:
    if not isinstance(at.value, dict):
        written.findings.append(
            at.finding(f"关口「{gate}」应为一组规则", "每条规则写成「名称: 内容」")
        )
        return
    for key, entry in at.value.items():
        _entry("gates", f"{gate}.{key}", entry, written)


def _entry(section: str, key: str, at: Located, written: Written) -> None:
    if key in written.sections[section]:
        first = written.sections[section][key]
        why = f"编号重复（{first.file}:{first.line} 已有）"
        written.findings.append(at.finding(why, "合并或改用别的编号", key))
        return
    if isinstance(at.value, dict) and "replaces" in at.value:
        reason = at.value["replaces"]
        if not isinstance(reason.value, str) or not reason.value.strip():
            written.findings.append(
                reason.finding("改动上级条目没有写明理由", "写成「replaces: 理由」")
            )
        rest = {k: v for k, v in at.value.items() if k != "replaces"}
        at = Located(rest, at.file, at.line)
        written.replaced.add((section, key))
    written.sections[section][key] = at


def lay_over(parent: Mapping[str, dict[str, Located]], child: Written) -> Sections:
    """The child's sections on top of its parent's; faults go to `child.findings`.

    The child's triggers come before its parent's, because the first match decides.
    """
    merged: Sections = {}
    for section in SECTIONS:
        above, own = parent[section], child.sections[section]
        for key, entry in own.items():
            _collision(section, key, entry, above.get(key), child)
        kept = {k: v for k, v in above.items() if f"{section}/{k}" not in child.drops}
        merged[section] = {**own, **{k: v for k, v in kept.items() if k not in own}}
        if section != "triggers":
            merged[section] = {**kept, **own}
    for path, at in child.drops.items():
        section, _, key = path.partition("/")
        if key not in parent.get(section, {}):
            remedy = "核对编号，写成「部分/编号」"
            child.findings.append(at.finding("上级包里没有这一条，无从删去", remedy, path))
        elif not isinstance(at.value, str) or not at.value.strip():
            child.findings.append(at.finding("删去上级条目没有写明理由", "写明理由", path))
    return merged


def _collision(section: str, key: str, entry: Located, above: Located | None, to: Written) -> None:
    replaces = (section, key) in to.replaced
    if above is None and replaces:
        remedy = "核对编号，或删去 replaces"
        to.findings.append(entry.finding("写了 replaces，但上级包里没有这一条", remedy, key))
    elif above is not None and not replaces:
        why = f"与上级包的条目冲突（{above.file}:{above.line}）{_moved(section, above, entry)}"
        remedy = "确要改动就加一行「replaces: 理由」，否则换编号或删去"
        to.findings.append(entry.finding(why, remedy, key))


def _moved(section: str, above: Located, entry: Located) -> str:
    """A duty on another day than the parent's is said by both days."""
    theirs, ours = (_day(at) for at in (above, entry))
    if section != "duties" or theirs == ours:
        return ""
    return f"：上级包定在{theirs}，本包写作{ours}"


def _day(duty: Located) -> str:
    fields = duty.value if isinstance(duty.value, dict) else {}
    if "due_on" in fields:
        return f"{fields['due_on'].value}"
    day = [f"{fields[name].value}{word}" for name, word in _DAY if name in fields]
    return "".join(day) or "没有写明的日期"


_DAY = (("month", "月"), ("day", "日"))
