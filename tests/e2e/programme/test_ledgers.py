"""The five ledgers, each exportable, and bulletins that tell one period and nothing else."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import openpyxl
import pytest

from deploy.sample import people
from deploy.sample.chain import moment
from tests.support.bulk import import_units, join, keep, posted
from tests.support.regions import Regions, Row
from tests.support.town import each
from tests.support.waiting import wait_until

LEDGERS = ("application", "filing", "archive", "evaluation", "adjustment")


def _rows(regions: Regions, ledger: str, year: int, actor: Any, node: str = "") -> list[Row]:
    found = regions.read(f"/ledgers/{ledger}", actor, year=year, node=node, limit=200)
    return list(found["items"])


def _exported(regions: Regions, ledger: str, year: int, actor: Any, node: str = "") -> list[Any]:
    answer = regions.send("GET", f"/ledgers/{ledger}/export", actor, year=year, node=node)
    assert answer.is_success, answer.text
    book = openpyxl.load_workbook(io.BytesIO(answer.content), read_only=True)
    return list(book.worksheets[0].iter_rows(values_only=True))


async def _applied(regions: Regions, unit: Row, day: date) -> None:
    chain = regions.system.chain
    assessment = await chain.assess(unit, moment(day))
    resolution = await chain.vote(unit, moment(day))
    await chain.apply(unit, assessment, resolution, moment(day))


@pytest.mark.obligation("WH-113", "HD-059")
@pytest.mark.parametrize(
    ("node", "division", "number", "year"),
    [("371082", "371082", 3, 2024), ("120102", "120102005", 7, 2024)],
)
def test_every_application_of_the_year_is_in_the_ledger_and_its_export(
    regions: Regions, node: str, division: str, number: int, year: int
) -> None:
    units = [regions.enter(division, at=date(2023, 9, 4)) for _ in range(number)]
    clerk, day = people.clerk(node), date(year, 4, 8)
    regions.system.do(each(units, lambda u: _applied(regions, u, day)))
    wait_until(lambda: len(_rows(regions, "application", year, clerk)) == number, what="heard")

    exported = _exported(regions, "application", year, clerk)

    assert len(exported) == 1 + number
    assert {row[2] for row in exported[1:]} == {u["name_text"] for u in units}
    assert _exported(regions, "application", year - 2, clerk)[1:] == []
    for ledger in LEDGERS:
        page = regions.read(f"/ledgers/{ledger}", clerk, year=year)
        assert page["title"].startswith(f"{year} 年")
    assert len(_rows(regions, "evaluation", year, clerk)) >= number


@pytest.mark.obligation("WH-113")
def test_the_other_ledgers_hold_their_own_matters(regions: Regions) -> None:
    """A unit's entry, its joining, its records and its end are each in the ledger they belong to."""
    town, clerk = "371082009", people.clerk("371082")
    unit = regions.enter(town, at=date(2025, 3, 7))
    join(regions, [unit["unit_id"]], "371082", date(2025, 3, 8))
    values = {"way": "电话联系", "joined": True}
    keep(
        regions,
        "contact",
        [{"unit_id": unit["unit_id"], "values": values}],
        clerk,
        date(2025, 4, 6),
    )
    closing = {"closed_on": "2025-11-30", "reason": "停业"}
    posted(regions, f"/units/{unit['unit_id']}/closure", clerk, date(2025, 12, 1), closing)

    def matters(ledger: str) -> list[tuple[str, str]]:
        return [(r["matter"], r["on"]) for r in _rows(regions, ledger, 2025, clerk, town)]

    assert matters("filing") == [("参加创建", "2025-03-08")]
    assert matters("archive") == [("建立单位信息", "2025-03-07"), ("动员联系", "2025-04-06")]
    assert matters("adjustment") == [("注销", "2025-11-30")]
    assert matters("application") == matters("evaluation") == []


def test_a_ledger_is_paged_by_key_and_closed_to_other_areas(regions: Regions) -> None:
    town, clerk = "371082010", people.clerk("371082")
    import_units(regions, town, 5, at=date(2025, 5, 9))
    first = regions.read("/ledgers/archive", clerk, year=2025, node=town, limit=3)

    second = regions.read(
        "/ledgers/archive", clerk, year=2025, node=town, limit=3, after=first["next"]
    )
    refused = regions.send("GET", "/ledgers/archive", people.clerk("371002"), year=2025, node=town)

    ids = [r["row_id"] for page in (first, second) for r in page["items"]]
    assert (len(ids), len(set(ids)), first["total"], second["next"]) == (5, 5, 5, None)
    assert refused.status_code == 403


# --- bulletins ----------------------------------------------------------------------------


def _bulletin(regions: Regions, node: str, first: str, last: str, actor: Any) -> Row:
    found = regions.read("/bulletins", actor, node=node, from_on=first, to_on=last)
    return dict(found["content"])


def _sum(counts: list[Row]) -> int:
    return sum(c["units"] for c in counts)


@pytest.mark.obligation("WH-116", "HD-060", "HN-138")
@pytest.mark.parametrize(
    ("node", "town", "inside", "outside", "period"),
    [
        ("371083", "371083005", date(2024, 3, 31), date(2024, 4, 1), ("2024-01-01", "2024-03-31")),
        ("120102", "120102006", date(2024, 9, 30), date(2024, 10, 1), ("2024-07-01", "2024-09-30")),
        ("430121", "430121008", date(2024, 6, 30), date(2024, 7, 1), ("2024-01-01", "2024-06-30")),
    ],
)
def test_a_bulletin_counts_only_what_happened_inside_its_period(
    regions: Regions, node: str, town: str, inside: date, outside: date, period: tuple[str, str]
) -> None:
    clerk = people.clerk(node)
    for day in (inside, outside):
        unit = regions.enter(town, at=day)
        join(regions, [unit["unit_id"]], node, day)

    found = _bulletin(regions, town, *period, clerk)
    later = _bulletin(regions, town, period[0], outside.isoformat(), clerk)

    assert (_sum(found["entered"]), _sum(found["joined"])) == (1, 1)
    assert (_sum(later["entered"]), _sum(later["joined"])) == (2, 2)
    assert {c["key"]: c["units"] for c in found["stages"] if c["units"]} == {"committed": 1}
    assert {c["key"]: c["units"] for c in later["stages"] if c["units"]} == {"committed": 2}


@pytest.mark.obligation("NB23-106")
def test_a_bulletin_of_the_second_quarter_is_kept_under_its_number(regions: Regions) -> None:
    node, clerk = "330206009", people.clerk("330206009")
    first = regions.enter(node, at=date(2025, 3, 29))
    regions.enter(node, at=date(2025, 4, 15))
    regions.system.do(regions.system.chain.commit(first, moment(date(2025, 5, 6))))

    body = {"from_on": "2025-04-01", "to_on": "2025-06-30"}
    issued = posted(regions, "/bulletins", clerk, date(2025, 7, 2), body)
    content = issued["content"]

    assert (_sum(content["entered"]), _sum(content["joined"]), _sum(content["exited"])) == (1, 1, 0)
    assert {c["key"]: c["units"] for c in content["stages"] if c["units"]} == {
        "registered": 1, "committed": 1,
    }  # fmt: skip
    assert (issued["number"], issued["issued_on"]) == ("〔2025〕第 1 期", "2025-07-02")

    regions.enter(node, at=date(2025, 6, 20))
    path = f"/issued-bulletins/{issued['bulletin_id']}"
    kept = regions.read(path, people.clerk(people.CITY))
    assert kept["content"] == content
    assert regions.send("GET", path, people.clerk("330203")).status_code == 404
    again = posted(regions, "/bulletins", clerk, date(2025, 7, 3), body)
    assert (again["number"], _sum(again["content"]["entered"])) == ("〔2025〕第 2 期", 2)


@pytest.mark.obligation("NB23-106")
def test_a_late_task_stands_in_the_bulletin_of_its_last_day(regions: Regions) -> None:
    clerk = people.clerk("330213")

    def late(first: str, last: str) -> list[str]:
        lines = _bulletin(regions, "330213", first, last, clerk)["late"]
        return [line["on"] for line in lines if "倡议书" in line["says"]]

    assert late("2025-01-01", "2025-03-31") == ["2025-03-31"]
    assert late("2025-04-01", "2025-06-30") == []


@pytest.mark.obligation("NB23-106")
def test_the_citys_bulletin_is_for_every_district(regions: Regions) -> None:
    body = {"from_on": "2022-01-01", "to_on": "2022-03-31", "title": "一季度通报"}
    issued = posted(regions, "/bulletins", people.clerk(people.CITY), date(2025, 4, 7), body)

    path = f"/issued-bulletins/{issued['bulletin_id']}"
    there = regions.read(path, people.clerk("330226"))
    early = regions.send(
        "POST", "/bulletins", people.clerk(people.CITY), at=date(2025, 4, 7),
        body={"from_on": "2025-04-01", "to_on": "2025-06-30"},
    )  # fmt: skip

    assert there["title"] == "一季度通报"
    assert (early.status_code, early.json()["code"]) == (422, "period_not_over")
