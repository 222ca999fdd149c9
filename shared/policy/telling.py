"""A pack as people read it: every entry of every section in words, with the clauses it rests on.

The page of a pack and its REST answer are both made from this; nothing here knows of either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

from shared.policy.checks import clauses_of
from shared.policy.composing import (
    Lines,
    duty_lines,
    gap_lines,
    indicator_lines,
    measure_lines,
    record_lines,
    relation_lines,
    rule_lines,
    step_lines,
)
from shared.policy.fielding import dated_text, items_of, label_of
from shared.policy.naming import Names
from shared.policy.pack import (
    Clause,
    Indicator,
    Pack,
    Procedure,
    Rule,
    Setting,
    Source,
    Standard,
    Step,
)
from shared.policy.programme import (
    Duty,
    Gap,
    Measure,
    RecordKind,
    Relation,
    ReportForm,
    ReportSection,
)
from shared.policy.said import SECTION_NAMES


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said of an entry; several items when there is more than one."""

    label: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """An entry in words.

    tags     what must be seen at once: 「非文件规定」「待装入」「示例标准」
    clauses  what it rests on itself; its parts name their own
    parts    what it is made of, in the order of law: steps, indicators, sections
    """

    id: str
    title: str
    lines: tuple[Line, ...] = ()
    clauses: tuple[str, ...] = ()
    reading: str = ""
    tags: tuple[str, ...] = ()
    parts: tuple[Told, ...] = ()

    @property
    def aspects(self) -> dict[str, tuple[Told, ...]]:
        """The items of a standard by the aspect they belong to; none for anything else."""
        found: dict[str, tuple[Told, ...]] = {}
        for part in self.parts:
            if part.lines and part.lines[0].label == ASPECT:
                aspect = part.lines[0].items[0]
                found[aspect] = (*found.get(aspect, ()), part)
        return found


@dataclass(frozen=True, slots=True)
class Group:
    """Entries that belong together; `name` is "" where a section has no groups."""

    name: str
    entries: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a pack as it is read."""

    id: str
    name: str
    groups: tuple[Group, ...]

    @property
    def entries(self) -> tuple[Told, ...]:
        """All entries, whatever their group."""
        return tuple(entry for group in self.groups for entry in group.entries)


ASPECT = "方面"
NOT_FROM_TEXT = "非文件规定"
TO_BE_LOADED = "待装入"
_TITLED = ("name", "title", "citation", "says")
_PARTS = {Procedure: "steps", Standard: "indicators", ReportForm: "sections"}
_UNSAID: Mapping[type, tuple[str, ...]] = {
    Source: ("loaded",),
    Clause: ("source", "wording", "unused_because"),
    Setting: ("name", "values", "from_text", "required"),
    ReportSection: ("required",),
}
_NEVER = ("id", "clause", "reading", "quota_clauses")
_COMPOSED: Mapping[type, Callable[[Names, Any], Lines]] = {
    Duty: duty_lines,
    Gap: gap_lines,
    Indicator: indicator_lines,
    Measure: measure_lines,
    RecordKind: record_lines,
    Relation: relation_lines,
    Rule: rule_lines,
    Step: step_lines,
}


def sections(pack: Pack) -> tuple[Section, ...]:
    """Every section that holds anything but the facts, in the order an officer reads them."""
    names = Names(pack)
    found = (_section(names, key) for key in SECTION_NAMES if key != "facts")
    return tuple(section for section in found if section.groups)


def _section(names: Names, key: str) -> Section:
    groups: dict[str, list[Told]] = {}
    for group, entry in _grouped(names, key):
        groups.setdefault(group, []).append(tell(names, entry))
    made = tuple(Group(name, tuple(entries)) for name, entries in groups.items())
    return Section(key, SECTION_NAMES[key], made)


def _grouped(names: Names, key: str) -> Iterator[tuple[str, Any]]:
    if key == "gates":
        for gate, rules in names.pack.gates.items():
            yield from ((names.gate(gate), rule) for rule in rules)
        return
    entries = getattr(names.pack, key)
    for entry in entries.values() if isinstance(entries, Mapping) else entries:
        yield names.word("group", entry.group) if key == "records" else "", entry


def called(entry: Any) -> str:
    """What people call an entry."""
    titled = ("says",) if isinstance(entry, Setting | Indicator) else _TITLED
    found = next((str(getattr(entry, n)) for n in titled if getattr(entry, n, "")), "")
    return _bare(found) or str(getattr(entry, "id", ""))


def tell(names: Names, entry: Any) -> Told:
    """One entry in words."""
    parts = tuple(tell(names, part) for part in getattr(entry, _PARTS.get(type(entry), ""), ()))
    below = {clause for part in parts for clause in part.clauses}
    stated = getattr(entry, "clause", "")
    own = (c for c in clauses_of(entry) if c == stated or c not in below)
    return Told(
        id=str(getattr(entry, "id", "") or entry.name),
        title=called(entry),
        lines=tuple(Line(label, items) for label, items in _lines(names, entry)),
        clauses=tuple(dict.fromkeys(own)),
        reading=names.cited(getattr(entry, "reading", "")),
        tags=tuple(_tags(entry)),
        parts=parts,
    )


def _lines(names: Names, entry: Any) -> Lines:
    composed = _COMPOSED.get(type(entry))
    if composed is not None:
        yield from composed(names, entry)
        return
    if isinstance(entry, Setting):
        yield "值", tuple(map(dated_text, entry.values)) or ("没有值，由有权的人填写",)
    unsaid = (*_NEVER, *_UNSAID.get(type(entry), ()), _PARTS.get(type(entry), ""))
    for spec in fields(entry):
        value = getattr(entry, spec.name)
        if spec.name in unsaid or _bare(str(value)) == called(entry):
            continue
        if spec.default is MISSING or value != spec.default:
            items = items_of(names, entry, spec.name)
            if items:
                yield "说明" if spec.name == "says" else label_of(entry, spec.name), items


def _bare(text: str) -> str:
    return text.replace("\n", "").rstrip("。")


def _tags(entry: Any) -> Iterator[str]:
    if isinstance(entry, Setting):
        yield from (() if entry.from_text else (NOT_FROM_TEXT,))
        yield from (() if entry.values else (TO_BE_LOADED,))
    elif isinstance(entry, Source) and not entry.loaded:
        yield TO_BE_LOADED
    elif isinstance(entry, Standard) and entry.marked:
        yield entry.marked
    elif isinstance(entry, Indicator) and not entry.mandatory:
        yield "非必备"
    elif isinstance(entry, ReportSection) and not entry.required:
        yield "可以不写"
    elif isinstance(entry, Rule):
        yield "只作标记" if entry.mark else "硬性" if entry.hard else "可说明理由"
