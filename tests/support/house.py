"""Five regions, each furnished with something of its own, and every door of the API on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Any

from deploy.sample import people
from shared.contracts import evaluation_round as rounds
from shared.contracts import oversight_checks, registry_acts, registry_people, registry_records
from shared.contracts import registry as reg
from shared.contracts.message import Actor, Command
from shared.contracts.refusals import Refused
from shared.contracts.scalars import area_of, suite_of
from shared.policy.load import load_pack
from shared.policy.pack import Pack
from shared.policy.programme import FieldSpec, RecordKind
from tests.support.doors import Call, Door, Heard, ask_all, strings
from tests.support.regions import Regions, Row

TODAY = date(2026, 3, 10)
PLACES = {"nb": "330203", "hx": "330203", "wh": "371003801", "hd": "120102004", "hn": "430104"}
MARKS = {"nb": "甬隔离", "hx": "和创隔离", "wh": "威隔离", "hd": "津隔离", "hn": "湘隔离"}
REGIONS = {region.short: region for region in people.REGIONS}
DEFAULTS = {
    "year": "2026", "from_year": "2025", "to_year": "2026", "from_on": "2026-01-01",
    "to_on": "2026-03-10", "start": "2026-03-10", "days": "5", "limit": "100", "case": "application",
}  # fmt: skip


@dataclass
class House:
    """Five regions, each with something of its own, and every door there is."""

    regions: Regions
    doors: list[Door]
    units: dict[str, Row] = field(default_factory=dict)
    known: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    reached: set[str] = field(default_factory=set)

    def ask(self, calls: list[Call]) -> list[Heard]:
        """Ask as many people at once."""
        tokens = {c.actor.id: self.regions.system.token(c.actor) for c in calls}
        found: list[Heard] = self.regions.system.do(ask_all(self.regions.system.url, tokens, calls))
        return found

    def actors(self, short: str) -> list[Actor]:
        """An officer with every right of one, a union's seat, the administrators, the unit's own.

        A unit belongs to both programmes of its place, so it is counted with the plain one.
        """
        node = REGIONS[short].node
        officer = Actor(
            id=f"walk_{short}", name=f"{MARKS[short]}经办", node=node, side="government",
            roles=("clerk", "reviewer", "planner", "liaison"),
        )  # fmt: skip
        keeper = Actor(id=f"keep_{short}", name="审计", node=node, roles=("auditor",))
        admin = Actor(id=f"admin_{short}", name="管理", node=node, roles=("admin",))
        union = next((s for s in people.seats(node) if s.side == "workers"), people.seats(node)[0])
        user = self.regions.user(self.units[short])
        staff = [officer, union, keeper, admin]
        return staff if suite_of(node) else [*staff, user]

    def foreign(self, short: str) -> list[str]:
        """Words that belong to other regions; the register of a place is shared (A-02)."""
        mine = area_of(REGIONS[short].node)
        words = [mark for other, mark in MARKS.items() if other != short]
        units = [
            value
            for other, unit in self.units.items()
            if area_of(REGIONS[other].node) != mine
            for value in (unit["unit_id"], unit["code"], unit["name_text"])
        ]
        return words + units

    def lists(self, short: str) -> list[Call]:
        """Every door that asks for nothing but a year or a listed word, as each of its people."""
        own = DEFAULTS | {
            "node": REGIONS[short].node, "unit_id": self.units[short]["unit_id"],
            "code": self.units[short]["code"], "measure": _measure(short),
        }  # fmt: skip
        more = {
            "/api/v1/workday-count": (("days", "5"),),
            "/api/v1/record-counts": (("kind", _kinds_of(load_pack(REGIONS[short].pack))[0].id),),
        }
        return [
            Call(door, actor, path, _query(door, own) + more.get(door.path, ()))
            for door in self.doors
            for path in open_paths(door)
            for actor in self.actors(short)
            if door.admits(actor)
        ]

    def aimed(self, other: str, by: Actor) -> Iterator[Call]:
        """Every list asked for another region's node, place, unit or words, one at a time."""
        theirs = dict.fromkeys(("office", "division", "area", "parent"), PLACES[other]) | {
            "node": REGIONS[other].node, "unit_id": self.units[other]["unit_id"],
            "code": self.units[other]["code"], "search": MARKS[other], "text": MARKS[other],
        }  # fmt: skip
        for door in self.doors:
            base = {n: DEFAULTS[n] for n in door.required if n in DEFAULTS}
            for path in open_paths(door) if door.admits(by) else ():
                for name in theirs.keys() & door.optional:
                    yield Call(door, by, path, tuple((base | {name: theirs[name]}).items()))

    def whole(self, short: str, given: Mapping[str, set[str]], by: Actor) -> Iterator[Call]:
        """Every door that asks for something in its path, for each thing known of a region."""
        for door in self.doors:
            if open_paths(door) or not door.admits(by):
                continue
            own = DEFAULTS | {"node": REGIONS[short].node, "unit_id": self.units[short]["unit_id"]}
            query = _query(door, own)
            for chosen in _choices(door.in_path, given):
                yield Call(door, by, door.filled(chosen), query)


def open_paths(door: Door) -> list[str]:
    """The paths of a door that asks for nothing but a year or a listed word; none of another."""
    pools = [door.words.get(n) or ((DEFAULTS[n],) if n in DEFAULTS else ()) for n in door.in_path]
    return [door.filled(dict(zip(door.in_path, chosen, strict=True))) for chosen in product(*pools)]


def _choices(names: tuple[str, ...], given: Mapping[str, set[str]]) -> Iterator[dict[str, str]]:
    """Up to three ways to fill a path; the first name leads, the others take their first value."""
    pools = {n: sorted(given.get(n) or ({DEFAULTS[n]} if n in DEFAULTS else set())) for n in names}
    if all(pools.values()):
        for value in pools[names[0]][:3]:
            yield {n: pools[n][0] for n in names} | {names[0]: value}


def _query(door: Door, own: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, own[name]) for name in door.required if name in own)


def _measure(short: str) -> str:
    return next(iter(load_pack(REGIONS[short].pack).measures), "")


def furnish(house: House, short: str) -> None:
    """Give a region something of its own to be found."""
    node, mark = REGIONS[short].node, MARKS[short]
    suite, clerk = suite_of(node), people.clerk(node)
    unit = house.regions.enter(
        PLACES[short], suite=suite, name_text=f"{short.upper()}样本机械有限公司", at=TODAY
    )
    house.units[short] = unit
    acts: list[Command] = [
        registry_acts.AddDocument(title=f"{mark}文件", issuer=f"{mark}局", level="city"),
        registry_people.AppointPost(
            node=node, post_title="联络员", person_name=f"{mark}某", held_from=TODAY
        ),
        reg.StageImport(
            file_name=f"{mark}.xlsx", columns=("kind", "name_text"), rows=[["enterprise", mark]],
            is_last=True,
        ),
    ]  # fmt: skip
    acts += _records(load_pack(REGIONS[short].pack), unit, mark)
    if not suite:
        acts.append(
            oversight_checks.OpenCampaign(
                node=node, title=f"{mark}检查", kind="spot", scope="creating", share=10,
                starts_on=TODAY, ends_on=TODAY,
            )
        )  # fmt: skip
    for act in acts:
        house.regions.ask(act, clerk, TODAY)
    with suppress(Refused):  # one round a year and node, whoever opened it; elsewhere none at all
        house.regions.ask(rounds.OpenRound(node=node, year=2026), people.reviewer(node), TODAY)


def _records(pack: Pack, unit: Row, mark: str) -> list[Command]:
    """One record about the office and one about the unit, of kinds the pack has, all filled in."""
    entries = []
    for kind in _kinds_of(pack):
        fields = [f for f in kind.fields if f.required or f.form in ("text", "long")]
        values = {f.name: _value(pack, f, mark) for f in fields}
        entries.append(
            registry_records.RecordEntry(
                kind=kind.id,
                unit_id=unit["unit_id"] if kind.about == "unit" else "",
                values=values,
            )
        )
    return [registry_records.SaveRecord(record=entry) for entry in entries]


def _kinds_of(pack: Pack) -> list[RecordKind]:
    """A kind of record about an office and one about a unit."""
    return [
        next(k for k in pack.records.values() if k.about == about and _is_plain(pack, k))
        for about in ("node", "unit")
    ]


def _is_plain(pack: Pack, kind: RecordKind) -> bool:
    """Whether a clerk may write it with nothing but words, numbers, days and choices."""
    asked = {f.form for f in kind.fields if f.required}
    worded = any(f.form in ("text", "long") for f in kind.fields)
    fits = not kind.kinds or "enterprise" in kind.kinds
    free = "clerk" in kind.writers and f"record.{kind.id}" not in pack.gates
    return worded and fits and free and asked <= _FILLED


_FILLED = {"text", "long", "number", "date", "choice", "flag", "person"}


def _value(pack: Pack, spec: FieldSpec, mark: str) -> Any:
    match spec.form:
        case "number":
            return 3
        case "date":
            return TODAY.isoformat()
        case "flag":
            return True
        case "choice":
            return pack.lists[spec.list].items[0].id if spec.list else spec.options[0].id
        case _:
            return f"{mark}内容"


def harvest(house: House, short: str) -> dict[str, set[str]]:
    """What a region's own people learn from every list: by the name a path asks for."""
    names = {name for door in house.doors for name in door.in_path}
    found: dict[str, set[str]] = defaultdict(set)
    found["node"], found["unit_id"] = {REGIONS[short].node}, {house.units[short]["unit_id"]}
    found["code"] = {house.units[short]["code"]}
    for heard in house.ask(house.lists(short)):
        if heard.status == 200:
            house.reached.add(heard.call.door.path)
            for key, value in strings(heard.said):
                if key in names and value:
                    found[key].add(value)
    return found
