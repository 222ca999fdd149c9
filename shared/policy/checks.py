"""What must hold between the entries of a pack once each of them is well formed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from shared.policy.checks_programme import programme_faults
from shared.policy.findings import Finding
from shared.policy.inherit import Sections
from shared.policy.judging import form_of
from shared.policy.pack import Pack, Setting, Trigger

_KEYED = (
    "procedures",
    "benefits",
    "grounds",
    "lists",
    "relations",
    "marks",
    "records",
    "gaps",
    "work_items",
    "measures",
    "reports",
    "rounds",
)


@dataclass(frozen=True, slots=True)
class Checked:
    """A built pack with the places its entries stand on."""

    pack: Pack
    places: Sections

    def fault(self, section: str, key: str, why: str, remedy: str) -> Finding:
        """A fault of one entry."""
        return self.places[section][key].finding(why, remedy, key)


def check(pack: Pack, places: Sections) -> list[Finding]:
    """Every fault between entries."""
    checked = Checked(pack, places)
    return [finding for each in CHECKS for finding in each(checked)]


def entries(pack: Pack) -> Iterator[tuple[str, str, Any]]:
    """Every entry of a pack as (section, id, entry)."""
    for section in ("sources", "clauses", "kinds", "settings", "standards", "titles"):
        yield from ((section, key, entry) for key, entry in getattr(pack, section).items())
    for rules in pack.gates.values():
        yield from (("gates", rule.id, rule) for rule in rules)
    for section in _KEYED:
        yield from ((section, key, entry) for key, entry in getattr(pack, section).items())
    yield from (("triggers", trigger.id, trigger) for trigger in pack.triggers)
    yield from (("duties", duty.id, duty) for duty in pack.duties)


def clauses_of(entry: Any) -> Iterator[str]:
    """The clause ids an entry rests on, its parts included."""
    if is_dataclass(entry) and not isinstance(entry, type):
        for spec in fields(entry):
            value = getattr(entry, spec.name)
            if spec.name == "clause":
                yield value
            elif spec.name == "quota_clauses":
                yield from value.values()
            elif spec.name != "when":
                yield from clauses_of(value)
    elif isinstance(entry, tuple):
        for part in entry:
            yield from clauses_of(part)


def _clauses(at: Checked) -> Iterator[Finding]:
    used: set[str] = set()
    for section, key, entry in entries(at.pack):
        if section in ("sources", "clauses"):
            continue
        for cited in clauses_of(entry):
            used.add(cited)
            if cited not in at.pack.clauses:
                yield at.fault(section, key, f"依据的条款「{cited}」不存在", "核对条款编号")
    for key, clause in at.pack.clauses.items():
        for named in (clause.source, *clause.basis):
            if named not in at.pack.sources:
                yield at.fault("clauses", key, f"文件「{named}」没有登记", "在 sources 中登记")
        if key not in used and not clause.unused_because:
            remedy = "写明 unused_because，或让规则依据它"
            yield at.fault("clauses", key, "没有任何规则依据这一条", remedy)
        if key in used and clause.unused_because:
            why = "有规则依据，却写了 unused_because"
            yield at.fault("clauses", key, why, "删去 unused_because")


def _settings(at: Checked) -> Iterator[Finding]:
    for key, setting in at.pack.settings.items():
        if not setting.values and not setting.required:
            yield at.fault("settings", key, "没有值", "补上 values")
        if not setting.from_text and not setting.ambiguity:
            remedy = "写明 ambiguity（歧义编号或来由）"
            yield at.fault("settings", key, "不是文件规定，又没有写明来由", remedy)
        if len({form_of(v.value) for v in setting.values}) > 1:
            yield at.fault("settings", key, "前后的值不是同一类", "统一为数字、日期、文字或是非")
        for why, remedy in _dates(setting):
            yield at.fault("settings", key, why, remedy)


def _dates(setting: Setting) -> Iterator[tuple[str, str]]:
    for dated in setting.values:
        if dated.to_on is not None and dated.to_on < dated.from_on:
            yield f"{dated.to_on} 早于 {dated.from_on}", "核对起止日期"
    for earlier, later in pairwise(sorted(setting.values, key=lambda v: v.from_on)):
        end = earlier.to_on or date.max
        if later.from_on <= end:
            yield f"{later.from_on} 起有两个值（起止日期重叠）", "给前一个值写上 to_on"
        elif later.from_on > end + timedelta(days=1):
            yield f"{end} 之后到 {later.from_on} 之前没有值", "让起止日期首尾相接"


def _kinds(at: Checked) -> Iterator[Finding]:
    for section, key, entry in entries(at.pack):
        named = (*getattr(entry, "kinds", ()), *getattr(entry, "quotas", {}))
        for kind in named:
            if kind not in at.pack.kinds:
                yield at.fault(section, key, f"没有「{kind}」这类单位", "在 kinds 中登记或改正")
    yield from _standards(at)
    for key, title in at.pack.titles.items():
        if title.quotas.keys() != title.quota_clauses.keys():
            yield at.fault("titles", key, "名额与名额依据不是一一对应", "每个名额写明条款")


def _standards(at: Checked) -> Iterator[Finding]:
    """One standard for a kind, and one more from each document held beside it."""
    taken: dict[tuple[str, str], str] = {}
    for key, standard in at.pack.standards.items():
        clause = at.pack.clauses.get(standard.clause)
        source = at.pack.sources.get(clause.source) if clause else None
        for kind in standard.kinds:
            part = source.id if source is not None and kind in source.kinds else ""
            if (kind, part) in taken:
                why = f"「{kind}」已有标准「{taken[kind, part]}」"
                yield at.fault("standards", key, why, "一类单位只留一个标准")
            taken[kind, part] = key


def _weights(at: Checked) -> Iterator[Finding]:
    for key, standard in at.pack.standards.items():
        scored = [item for item in standard.indicators if item.method != "veto"]
        weights = [item.weight for item in scored if item.weight is not None]
        if not weights:
            continue
        if len(weights) < len(scored):
            why = f"{len(scored)} 项中只有 {len(weights)} 项写了赋分比例"
            yield at.fault("standards", key, why, "每项写明 weight，或都不写")
        elif sum(weights) != 100:
            why = f"赋分比例合计为 {sum(weights)}，不是 100"
            yield at.fault("standards", key, why, "核对各项 weight，合计须为 100")


def _benefits(at: Checked) -> Iterator[Finding]:
    for key, benefit in at.pack.benefits.items():
        if benefit.document and benefit.document not in at.pack.sources:
            why = f"文件「{benefit.document}」没有登记"
            yield at.fault("benefits", key, why, "在 sources 中登记")


def _triggers(at: Checked) -> Iterator[Finding]:
    closed: dict[str, Trigger] = {}
    for trigger in at.pack.triggers:
        if trigger.type in closed:
            why = f"永远轮不到：「{closed[trigger.type].id}」已无条件适用"
            yield at.fault("triggers", trigger.id, why, "调到前面，或删去")
        if trigger.when is None:
            closed[trigger.type] = trigger
        if trigger.ground and trigger.ground not in at.pack.grounds:
            why = f"没有「{trigger.ground}」这项退出情形"
            yield at.fault("triggers", trigger.id, why, "在 grounds 中登记或改正")
    for trigger in at.pack.triggers:
        if trigger.type not in closed:
            why = f"「{trigger.type}」有事件会没有去处"
            yield at.fault("triggers", trigger.id, why, "最后加一条没有 when 的")
            closed[trigger.type] = trigger


def _programme(at: Checked) -> Iterator[Finding]:
    for section, key, why, remedy in programme_faults(at.pack):
        yield at.fault(section, key, why, remedy)


def _marks(at: Checked) -> Iterator[Finding]:
    for rules in at.pack.gates.values():
        for rule in rules:
            if rule.mark and rule.hard:
                why = "既要拒绝又只作标记"
                yield at.fault("gates", rule.id, why, "写 hard: false，或删去 mark")


def _parts(at: Checked) -> Iterator[Finding]:
    listed: tuple[tuple[str, str, str], ...] = (
        ("standards", "indicators", "id"),
        ("procedures", "steps", "id"),
        ("lists", "items", "id"),
        ("kinds", "fields", "name"),
        ("records", "fields", "name"),
        ("records", "states", "id"),
        ("work_items", "fields", "name"),
        ("work_items", "parts", "id"),
        ("reports", "sections", "id"),
    )
    for section, parts, word in listed:
        for key, entry in getattr(at.pack, section).items():
            seen: set[str] = set()
            for part in getattr(entry, parts):
                name = getattr(part, word)
                if name in seen:
                    yield at.fault(section, key, f"「{name}」出现两次", "改用不同的编号")
                seen.add(name)


CHECKS: tuple[Callable[[Checked], Iterator[Finding]], ...] = (
    _clauses,
    _settings,
    _kinds,
    _weights,
    _benefits,
    _triggers,
    _programme,
    _marks,
    _parts,
)
