"""The four smaller sample regions, made by the real acts of their own people.

Each has units of the kinds its pack knows, what ties them together, a programme year, records of
every kind and posts at its offices. What the rules refuse is counted, never hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from deploy.sample import people
from deploy.sample.book import records_of
from deploy.sample.chain import Chain, moment
from deploy.sample.places import SMALLER, Body, Places
from deploy.sample.units import firms
from deploy.sample.year import Made, each
from shared.contracts import registry as reg
from shared.contracts import registry_acts as acts
from shared.contracts import registry_calendar as calendar
from shared.contracts import registry_people, registry_records, registry_units
from shared.contracts.scalars import area_of, suite_of
from shared.policy.load import load_pack
from shared.policy.pack import Pack, UnitKind
from shared.runtime.organisations import office_for

Row = dict[str, Any]
_BEGUN = date(2026, 1, 5)
_PERSONS = ("林澄野", "周砚秋", "陈屿舟", "许栎川")


async def load_regions(chain: Chain, ningbo: Sequence[Row], say: Callable[[str], None]) -> Made:
    """Load every smaller region; `ningbo` are units that the offices of 2019 share."""
    made = Made()
    for number, places in enumerate(SMALLER):
        await _load(chain, made, places, number=number, shared=ningbo)
        node = places.region.node
        say(f"{places.region.name}：单位 {len(made.units)} 家（累计），办公室节点 {node}")
    return made


async def _load(
    chain: Chain, made: Made, places: Places, *, number: int, shared: Sequence[Row]
) -> None:
    region, pack = places.region, load_pack(places.region.pack)
    begun = moment(region.since)
    await chain.activate(region.pack, region.since, "样例地区试用", begun, node=region.node)
    units = await _firms(chain, places, number) or list(shared)[:40]
    bodies = await each(made, places.bodies, lambda b: _enter(chain, pack, region.node, b))
    known = [b for b in bodies if b is not None]
    made.units += [*units, *known] if places.divisions else known
    await _tie(chain, made, places, units, known)
    await _year(chain, made, places, units)
    written = records_of(pack, region.node, [*units, *known])
    await each(made, list(written), lambda w: chain.ask(
        registry_records.SaveRecord(record=w.entry), w.by, moment(w.on)
    ))  # fmt: skip
    await _posts(chain, made, list(region.offices.values()))


async def _firms(chain: Chain, places: Places, number: int) -> list[Row]:
    """The region's enterprises, staged by its clerk and confirmed by its reviewer."""
    if not places.divisions:
        return []
    node = places.region.node
    rows = list(firms(places.city, places.divisions, places.firms, block=number))
    await chain.enter(rows, f"{places.city}创建单位名册（样例）.xlsx", moment(_BEGUN), node=node)
    page = await chain.ask(reg.FindUnits(limit=500, sort="entered_at"), people.clerk(node))
    return list(page["items"])


async def _enter(chain: Chain, pack: Pack, node: str, body: Body) -> Row:
    kind = pack.kinds[body.kind]
    details = {name: "是" if value is True else str(value) for name, value in body.details.items()}
    for spec in kind.fields:
        if spec.required and spec.form == "choice" and spec.name not in details:
            items = pack.lists[spec.list].items if spec.list else spec.options
            details[spec.name] = items[0].id
    entry = reg.UnitEntry(
        kind=body.kind, name_text=body.name, division=body.division, details=details,
        headcount=200, address="样例路1号", starts_on=_opened(kind),
    )  # fmt: skip
    clerk = people.clerk(_office(body.division, node))
    return dict(await chain.ask(reg.RegisterUnit(entry=entry), clerk, moment(_BEGUN)))


def _opened(kind: UnitKind) -> date | None:
    """The day a place was set up, for kinds that are asked for one."""
    asked = any(spec.name in ("opened_on", "started_on") for spec in kind.fields)
    return date(2024, 5, 6) if asked else None


async def _tie(
    chain: Chain, made: Made, places: Places, units: Sequence[Row], bodies: Sequence[Row]
) -> None:
    """Every third firm belongs to a body of its place."""
    relation = {b.name: b.relation for b in places.bodies if b.relation}
    targets = [b for b in bodies if b["name_text"] in relation]
    firms_here = [u for u in units if u["kind"] == "enterprise"][::3] if targets else []
    pairs = [(u, targets[i % len(targets)]) for i, u in enumerate(firms_here)]

    async def relate(pair: tuple[Row, Row]) -> Any:
        unit, body = pair
        command = registry_units.Relate(
            unit_id=unit["unit_id"], relation=relation[body["name_text"]],
            to_unit_id=body["unit_id"], begins_on=_BEGUN, reason="样例：名册所载",
        )  # fmt: skip
        return await chain.ask(command, people.clerk(places.region.node), moment(_BEGUN))

    await each(made, pairs, relate)


async def _year(chain: Chain, made: Made, places: Places, units: Sequence[Row]) -> None:
    """The programme year is opened, and firms take part as the region's document lets them."""
    node = places.region.node
    opened = moment(date(2026, 1, 8))
    await each(made, [node], lambda n: chain.ask(
        calendar.OpenCycle(year=2026, reason="样例"), people.clerk(n), opened
    ))  # fmt: skip
    chosen = [u for u in units if u["kind"] == "enterprise"][:24]
    if suite_of(node):
        await each(made, chosen, lambda u: _mark(chain, node, u))
        return
    join = acts.JoinProgramme(unit_ids=tuple(u["unit_id"] for u in chosen), says="动员后表示参加")
    await each(made, [join], lambda j: chain.ask(j, people.clerk(node), moment(date(2026, 2, 2))))


async def _mark(chain: Chain, node: str, unit: Row) -> None:
    """The offices of 2019 mark who takes part, and which system a firm belongs to."""
    systems = ("gz", "jt", "cj", "sm")
    values = {"taking_part": "", "system": systems[len(unit["name_text"]) % len(systems)]}
    for mark, value in values.items():
        command = registry_units.SetMark(
            unit_id=unit["unit_id"], mark=mark, value=value, since=_BEGUN, reason="样例：名册所载"
        )
        await chain.ask(command, people.clerk(node), moment(_BEGUN))


async def _posts(chain: Chain, made: Made, offices: Sequence[str]) -> None:
    async def appoint(node: str) -> None:
        for number, title in enumerate(("主任", "联络员")):
            command = registry_people.AppointPost(
                node=node, post_title=title, held_from=_BEGUN,
                person_name=_PERSONS[(len(node) + number) % len(_PERSONS)],
            )  # fmt: skip
            await chain.ask(command, people.clerk(node), moment(_BEGUN))

    await each(made, offices, appoint)


def _office(division: str, node: str) -> str:
    found = office_for(area_of(division), suite_of(node))
    return found.code if found is not None else node
