"""二(四) 名额 and 公布: as many as planned of each kind, and the list society reads."""

from __future__ import annotations

import io
from datetime import date

import httpx2
import pytest
from python_calamine import CalamineWorkbook

from deploy.sample import people
from deploy.sample.chain import moment
from shared.contracts import evaluation_round as rounds
from tests.e2e.conftest import QUOTAS, FullRound
from tests.support.town import SHORT, Row, Town, each

AT = moment(date(2024, 10, 29))


def _quotas(town: Town, round_id: str) -> dict[str, Row]:
    found = town.system.ask(rounds.ReadRound(round_id=round_id), people.clerk(people.CITY))
    return {quota["kind"]: quota for quota in found["quotas"]}


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("enterprise", marks=pytest.mark.obligation("NB23-048")),
        pytest.param("park", marks=pytest.mark.obligation("NB23-049")),
        pytest.param("township", marks=pytest.mark.obligation("NB23-050")),
        pytest.param("site", marks=pytest.mark.obligation("NB23-051")),
        pytest.param("industry", marks=pytest.mark.obligation("NB23-052")),
    ],
)
def test_one_more_than_planned_needs_the_citys_written_reason(
    town: Town, full_round: FullRound, kind: str
) -> None:
    one_more = full_round.next[kind].nomination_id
    command = rounds.ApproveNaming(nomination_id=one_more, override_reason=SHORT)
    before = _quotas(town, full_round.round_id)

    refused = town.refused(command, people.decider(people.CITY), AT)
    still = town.nomination(one_more)["stage"]
    reasoned = command.model_copy(
        update={"quota_reason": "本类申报质量突出，经市三方会商增加一家。"}
    )
    named = town.system.ask(reasoned, people.decider(people.CITY), AT)
    after = _quotas(town, full_round.round_id)

    assert (before[kind]["planned"], before[kind]["approved"]) == (QUOTAS[kind], QUOTAS[kind])
    assert (refused.status, still) == (409, "on_notice")
    assert "名额已满" in refused.says
    assert refused.clause == "NB23:二(四).2"
    assert (named["stage"], named["quota_reason"]) == ("approved", reasoned.quota_reason)
    assert (after[kind]["approved"], after[kind]["overrides"]) == (QUOTAS[kind] + 1, 1)
    others = set(QUOTAS) - {kind}
    assert {k: after[k]["approved"] for k in others} == {k: before[k]["approved"] for k in others}


def _listed(town: Town, **asked: str | int) -> list[Row]:
    """The public list, page by page, without any account."""
    found: list[Row] = []
    after = ""
    with httpx2.Client(base_url=town.system.url, timeout=30) as anybody:
        while True:
            given = {k: str(v) for k, v in asked.items()} | {"limit": "20", "after": after}
            answer = anybody.get("/public/v1/register", params=given)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            found += page["items"]
            after = page["next"] or ""
            if not after:
                assert page["total"] == len(found)
                return found


@pytest.mark.obligation("NB23-046")
def test_everyone_named_is_on_the_public_list_by_year_and_kind(
    town: Town, full_round: FullRound
) -> None:
    named = [c.unit["name_text"] for those in full_round.named.values() for c in those]
    assert len(named) == 50

    town.do(each([c.unit for those in full_round.named.values() for c in those], town.title_of))
    rows = [r for r in _listed(town, year=2024) if r["unit_text"] in named]
    parks = _listed(town, year=2024, kind="park")

    assert sorted(r["unit_text"] for r in rows) == sorted(named)
    assert {r["title_text"] for r in rows} == {"宁波市和谐劳动关系创建示范单位"}
    assert {c.unit["name_text"] for c in full_round.named["park"]} <= {
        p["unit_text"] for p in parks
    }
    assert {p["kind"] for p in parks} == {"park"}
    assert not {"contact_phone", "contact_name"} & set(rows[0])


@pytest.mark.obligation("NB23-046")
def test_the_public_list_is_a_page_and_an_export_for_anybody(
    town: Town, full_round: FullRound
) -> None:
    sites = [c.unit for c in full_round.named["site"]]
    town.do(each(sites, town.title_of))

    with httpx2.Client(base_url=town.system.url, timeout=30) as anybody:
        page = anybody.get("/public/register", params={"year": "2024", "kind": "site"})
        book = anybody.get("/public/register.xlsx", params={"year": "2024", "kind": "site"})

    assert page.status_code == 200
    assert all(unit["name_text"] in page.text for unit in sites)
    assert "征求意见稿" in page.text
    table = CalamineWorkbook.from_filelike(io.BytesIO(book.content)).get_sheet_by_index(0)
    heading, *rows = table.to_python()
    assert heading[:3] == ["单位名称", "单位类型", "行政区划"]
    assert {unit["name_text"] for unit in sites} <= {row[0] for row in rows}
    assert {row[1] for row in rows} == {"工地项目"}
