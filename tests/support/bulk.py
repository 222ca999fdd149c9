"""Many units and many records at once over REST, for figures that need numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import count
from typing import Any

from deploy.sample import people
from deploy.sample.units import ALPHABET, credit_code
from shared.contracts.message import Actor
from tests.support.regions import Regions, Row, office_of

NUMBERS = count(ALPHABET.index("X") * 31**4)
_WORDS = {"enterprise": "企业", "park": "工业园区", "township": "乡镇（街道）"}
_NAMES = {"enterprise": "制造有限公司", "park": "工业园", "township": "街道"}


def import_units(
    regions: Regions,
    division: str,
    number: int,
    *,
    kind: str = "enterprise",
    at: date,
    suite: str = "",
    **details: str,
) -> list[str]:
    """So many units of a kind in one place by an import; their ids."""
    office = office_of(division, suite)
    columns = ("kind", "name_text", "code", "division", "headcount", *details)
    rows = [_row(kind, division, next(NUMBERS), details) for _ in range(number)]
    body = {"file_name": "名册.xlsx", "columns": columns, "rows": rows, "is_last": True}
    staged = posted(regions, "/imports", people.clerk(office), at, body)
    path = f"/imports/{staged['import_id']}/confirmation"
    posted(regions, path, people.reviewer(office), at, {})
    names = {row[1] for row in rows}
    found: list[str] = []
    after = ""
    while len(found) < number:
        page = regions.read(
            "/unit-exports", people.clerk(office), division=division, kinds=kind, after=after
        )
        found += [u["unit_id"] for u in page["items"] if u["name_text"] in names]
        after = page["next"] or ""
        assert after or len(found) == number, f"{len(found)} of {number} entered"
    return found


def _row(kind: str, division: str, number: int, details: Mapping[str, str]) -> list[Any]:
    code = credit_code(division[:6], number) if kind == "enterprise" else ""
    name = f"样本{number}号{_NAMES[kind]}"
    return [_WORDS[kind], name, code, division, 100, *details.values()]


def join(regions: Regions, units: Sequence[str], office: str, at: date) -> None:
    """Units take part from this day, where no letter is printed."""
    posted(regions, "/participations", people.clerk(office), at, {"unit_ids": list(units)})


def keep(
    regions: Regions, kind: str, rows: Sequence[Mapping[str, Any]], actor: Actor, on: date
) -> None:
    """Records of a kind and day as one batch, written today; every one of them must stand."""
    given = [{"kind": kind, "on": on.isoformat(), **row} for row in rows]
    for first in range(0, len(given), 1000):
        body = {"rows": given[first : first + 1000]}
        answer = posted(regions, "/record-batches", actor, None, body)
        assert not answer.get("errors"), answer


def posted(regions: Regions, path: str, actor: Actor, at: date | None, body: Any) -> Row:
    """The answer of a POST that must go through."""
    answer = regions.send("POST", path, actor, at=at, body=body)
    assert answer.is_success, answer.text
    return dict(answer.json())


def figure(
    regions: Regions, node: str, measure: str, year: int, actor: Actor | None = None, **more: Any
) -> Row:
    """One measure of a node and year."""
    who = actor or people.clerk(office_of(node, node.partition(".")[2]))
    sheet = regions.read("/measures", who, node=node, year=year, measures=measure, **more)
    return dict(sheet["items"][0])


def share(found: Row) -> tuple[int, int, str]:
    """Part, whole and percent."""
    return found["part"], found["whole"], found["percent"]
