"""What officers of a sample region write into their record book: every kind its pack has.

Words come from the field's own name, so that a page reads like one that people filled in; all
names of persons are made up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from deploy.sample import people
from deploy.sample.chain import user_of
from shared.contracts.message import Actor
from shared.contracts.registry_records import RecordEntry
from shared.contracts.scalars import area_of, covers, suite_of
from shared.policy.pack import Pack
from shared.policy.programme import FieldSpec, RecordKind
from shared.runtime.organisations import office_for

Row = dict[str, Any]
_PEOPLE = (
    "林澄野",
    "周砚秋",
    "陈屿舟",
    "许栎川",
    "沈蘅汀",
    "方朔屹",
    "顾璟和",
    "叶昕岚",
    "韩峤达",
    "苏漪宁",
)
_WORDS = {
    "title": "{kind}（样例{n}）",
    "topics": "研究年度创建安排，通报培育进展，协调解决用工服务问题",
    "topic": "劳动用工规范与争议预防",
    "place": "区劳动关系服务中心会议室",
    "result": "已形成清单，逐项跟进",
    "provider": "劳动关系协调员服务队",
    "series": "劳动争议预防大讲堂",
    "body": "",
    "need": "规范工时与加班管理",
    "owner": "劳动关系科",
    "focus": "培育企业一对一指导",
    "schedule": "六月底前完成走访，十月底前完成指导",
    "safeguards": "专项经费与人员保障",
    "number": "样例〔2026〕{n}号",
    "media": "本地融媒体中心",
    "field": "劳动法律",
}
_USUAL = ("text", "long", "number", "person", "code", "date", "choice")
_FIRST = date(2026, 1, 12)


@dataclass(frozen=True, slots=True)
class Written:
    """A record to be written, by whom and when."""

    entry: RecordEntry
    by: Actor
    on: date


def records_of(pack: Pack, node: str, units: Sequence[Row], *, each: int = 2) -> Iterator[Written]:
    """Some records of every kind that a person of the office, or a unit's own, may write.

    Kinds that belong to another record are left out: they grow out of work on the pages.
    """
    number = 0
    for kind in pack.records.values():
        for _ in range(each if kind.about in ("unit", "node") else 0):
            unit = _unit_for(kind, units, number) if kind.about == "unit" else None
            by = _writer(kind, node, unit)
            if by is not None and (unit is not None or kind.about == "node"):
                yield _record(pack, kind, number, unit=unit, by=by, units=units)
            number += 1


def _record(
    pack: Pack,
    kind: RecordKind,
    number: int,
    *,
    unit: Row | None,
    by: Actor,
    units: Sequence[Row],
) -> Written:
    on = _FIRST + timedelta(days=number * 3 % 120)
    on += timedelta(days={5: 2, 6: 1}.get(on.weekday(), 0))
    asked = [f for f in kind.fields if f.required or f.form in _USUAL]
    setting = Setting(pack, kind, number, on, by, units)
    values = {f.name: value_of(setting, f) for f in asked}
    entry = RecordEntry(
        kind=kind.id,
        unit_id=unit["unit_id"] if unit is not None else "",
        on=on,
        values={name: value for name, value in values.items() if value not in ("", None)},
    )
    return Written(entry, by, on)


@dataclass(frozen=True, slots=True)
class Setting:
    """The record a field stands in: its kind, its number, its day, who writes, whom it may name."""

    pack: Pack
    kind: RecordKind
    number: int
    on: date
    by: Actor
    units: Sequence[Row]


def value_of(at: Setting, spec: FieldSpec) -> Any:
    """What stands in a field: of its form, in words that fit its name; "" for a form left empty."""
    options, number, on, by = _options(at.pack, spec), at.number, at.on, at.by
    named = _named(at, spec)
    share = "percent" in spec.name or "rate" in spec.name
    made: dict[str, Any] = {
        "number": 60 + number % 40 if share else 2 + number % 9,
        "money": 20_000 + 1_000 * (number % 30),
        "date": (on + timedelta(days=20)).isoformat(),
        "flag": True,
        "choice": options[number % len(options)] if options else "",
        "choices": options[:2],
        "person": _PEOPLE[number % len(_PEOPLE)],
        "people": [_PEOPLE[(number + i) % len(_PEOPLE)] for i in range(3)],
        "node": by.node,
        "text": _words(at.kind, spec, number, by),
        "long": _words(at.kind, spec, number, by),
        "code": f"YL{2026000 + number}",
        "file": {"name": f"{at.kind.name}（样例）.pdf"},
        "unit": named[0] if named else "",
        "units": named,
    }
    return made.get(spec.form, "")


def _named(at: Setting, spec: FieldSpec) -> list[str]:
    """Units a field may name: of the kind its words speak of, else firms; of the writer's area."""
    kinds = {"行业": "industry", "集团": "group", "链": "industry_chain", "站点": "station"}
    wanted = next((kind for word, kind in kinds.items() if word in spec.says), "enterprise")
    here = [u for u in at.units if covers(area_of(at.by.node), u["division"])]
    fitting = [u["unit_id"] for u in here if u["kind"] == wanted]
    start = at.number % max(1, len(fitting))
    return (fitting[start:] + fitting[:start])[:3]


def _words(kind: RecordKind, spec: FieldSpec, number: int, by: Actor) -> str:
    if spec.name == "body":
        return by.body or next(iter(s.body for s in people.seats(by.node)), "")
    said = _WORDS.get(spec.name, "")
    return (
        said.format(kind=kind.name, n=1 + number) if said else f"{kind.name}：{spec.says}（样例）"
    )


def _options(pack: Pack, spec: FieldSpec) -> list[str]:
    items = pack.lists[spec.list].items if spec.list else spec.options
    return [item.id for item in items]


def _unit_for(kind: RecordKind, units: Sequence[Row], number: int) -> Row | None:
    fitting = [u for u in units if not kind.kinds or u["kind"] in kind.kinds]
    return fitting[number % len(fitting)] if fitting else None


def _writer(kind: RecordKind, node: str, unit: Row | None) -> Actor | None:
    """The first of the kind's writers that the sample has: an officer, a side's seat, the unit."""
    office = office_for(unit["division"], suite_of(node)) if unit is not None else None
    here = office.code if office is not None else node
    for role in kind.writers:
        if role == "clerk":
            return people.clerk(here)
        if role in ("workers", "employers"):
            return next((s for s in people.seats(here) if s.side == role), None)
        if role == "unit" and unit is not None:
            return user_of(unit)
    return None
