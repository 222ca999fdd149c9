"""Packs through the public door: what each document is, what it rests on, what it leaves blank."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from deploy.sample import people
from shared.contracts.registry_acts import ActivatePack
from tests.support.portal import Portal, sign_in
from tests.support.regions import Regions

Row = dict[str, Any]


@pytest.fixture(scope="module")
def packs(regions: Regions) -> dict[str, Row]:
    """Every region's pack as its own clerk reads it."""
    return {
        region.pack: regions.read(f"/packs/{region.pack}", people.clerk(region.node))
        for region in people.REGIONS
    }


@pytest.fixture(scope="module")
def clerk(regions: Regions) -> Any:
    """The clerk of Ningbo at the portal."""
    session = sign_in(regions.system, people.clerk(people.CITY), "packs-jb")
    yield session
    session.leave()


def basis_of(pack: Row) -> dict[str, Row]:
    return {source["number"]: source for source in pack["basis"]}


def entry(pack: Row, section: str, key: str) -> Row:
    found = next(s for s in pack["sections"] if s["id"] == section)
    return dict(next(e for e in found["entries"] if e["id"] == key))


@pytest.mark.obligation("NB23-002")
def test_a_first_day_left_blank_is_null_and_never_invented(packs: dict[str, Row]) -> None:
    ningbo = packs["ningbo-2023"]
    setting = next(s for s in ningbo["settings"] if s["name"] == "effective_on")

    assert ningbo["effective_on"] is None
    assert ningbo["issued_on"] is None
    assert (setting["value"], setting["values"], setting["required"]) == (None, [], True)
    assert {"section": "settings", "id": "effective_on"}.items() <= next(
        m for m in ningbo["to_be_loaded"] if m["id"] == "effective_on"
    ).items()
    notice = next(c for c in ningbo["clauses"] if "施行" in c["wording"])
    assert "2023年X月X日" in notice["wording"]


@pytest.mark.obligation("NB23-007")
def test_ningbos_two_bases_are_told_with_issuer_and_title(packs: dict[str, Row]) -> None:
    basis = basis_of(packs["ningbo-2023"])

    assert list(basis) == ["人社部发〔2023〕2号", "浙人社发〔2023〕17号"]
    for source in basis.values():
        assert source["title"]
        assert source["bodies"]
        assert source["named_in"] == ["NB23:前言"]
        assert source["loaded"] is False


@pytest.mark.obligation("NB23-007")
def test_each_entry_names_the_documents_it_rests_on(packs: dict[str, Row]) -> None:
    rule = entry(packs["ningbo-2023"], "gates", "naming.approve.cultivated")
    plan = entry(packs["hunan-2023"], "gates", "plan.file.basis")

    assert [b["title"] for b in rule["basis"]] == [packs["ningbo-2023"]["title"]]
    assert [b["number"] for b in plan["basis"]] == ["湘人社发〔2023〕15号", "人社部发〔2023〕2号"]


@pytest.mark.obligation("WH-001")
def test_weihais_document_has_its_number_and_its_day(packs: dict[str, Row]) -> None:
    weihai = packs["weihai-2023"]

    assert (weihai["number"], weihai["issued_on"]) == ("威人社函〔2023〕19号", "2023-05-12")
    assert weihai["effective_on"] == "2023-05-12"


@pytest.mark.obligation("WH-008", "HN-006")
@pytest.mark.parametrize("pack_id", ["weihai-2023", "hunan-2023"])
def test_weihai_and_hunan_rest_on_the_national_opinion(
    packs: dict[str, Row], clerk: Portal, pack_id: str
) -> None:
    opinion = basis_of(packs[pack_id])["人社部发〔2023〕2号"]
    page = clerk.page(f"/packs/{pack_id}")

    assert opinion["title"] == "关于推进新时代和谐劳动关系创建活动的意见"
    assert len(opinion["bodies"]) == 4
    assert opinion["named_in"]
    assert "《关于推进新时代和谐劳动关系创建活动的意见》（人社部发〔2023〕2号）" in page
    assert "待装入" in page


@pytest.mark.obligation("HD-001")
def test_hedongs_basis_is_tianjins_and_the_city_is_above_it(
    regions: Regions, packs: dict[str, Row]
) -> None:
    tianjin = basis_of(packs["hedong-2023"])["津人社办发〔2023〕28号"]
    nodes = regions.read("/nodes", people.clerk("120102"))["nodes"]

    assert tianjin["bodies"] == ["天津市人社局等五部门"]
    assert packs["hedong-2023"]["number"] is None
    assert next(n for n in nodes if n["node"] == "120102")["parent"] == "120000"


@pytest.mark.obligation("HN-001")
def test_hunans_document_has_a_number_and_no_day_of_issue(packs: dict[str, Row]) -> None:
    hunan = packs["hunan-2023"]

    assert (hunan["number"], hunan["issued_on"]) == ("湘人社发〔2023〕15号", None)
    assert hunan["effective_on"] is None
    assert min(
        d["data"]["due_on"] for d in _entries(hunan, "duties") if d["data"]["due_on"]
    ) == "2023-03-31"  # fmt: skip


@pytest.mark.obligation("NB19-001")
def test_the_document_of_2019_has_its_number_day_and_year(packs: dict[str, Row]) -> None:
    first = packs["ningbo-2019"]

    assert (first["number"], first["issued_on"]) == ("甬和创办〔2019〕1号", "2019-04-02")
    assert first["version"].startswith("2019")
    assert first["jurisdiction"] == "330200.hx"


@pytest.mark.obligation("NB19-004")
def test_the_three_bases_of_2019_are_told(packs: dict[str, Row]) -> None:
    basis = basis_of(packs["ningbo-2019"])
    named = {n: s["title"] for n, s in basis.items() if s["named_in"][0] == "NB19:前言"}

    assert named == {
        "宁波市人民政府令第192号": "宁波市企业信用监管和社会责任评价办法",
        "甬党〔2011〕14号": "关于深化和谐企业创建发展和谐劳动关系的意见",
        "甬和创办〔2013〕12号": "关于深化和谐企业创建促进企业履行社会责任的若干意见",
    }


@pytest.mark.obligation("NB19-005")
def test_the_evaluation_of_responsibility_has_bases_of_its_own(packs: dict[str, Row]) -> None:
    first = packs["ningbo-2019"]
    basis = basis_of(first)

    assert basis["甬政办发〔2012〕14号"]["named_in"] == ["NB19:二(一)4.1"]
    assert basis["市政府第226号令"]["named_in"] == ["NB19:二(三)1.1"]
    evaluation = entry(first, "titles", "social_responsibility")
    assert [b["number"] for b in evaluation["basis"]] == [
        "甬和创办〔2019〕1号",
        "甬政办发〔2012〕14号",
    ]


def _entries(pack: Row, section: str) -> list[Row]:
    return list(next(s for s in pack["sections"] if s["id"] == section)["entries"])


def test_every_pack_at_work_stands_beside_the_others(regions: Regions, clerk: Portal) -> None:
    found = regions.read("/packs", people.clerk(people.CITY))
    page = clerk.page("/packs")

    heads = {p["id"]: p for p in found["packs"]}
    assert {r.pack for r in people.REGIONS} <= heads.keys()
    assert heads["ningbo-2023"]["status_text"] == "征求意见稿"
    for region in people.REGIONS:
        assert heads[region.pack]["title"] in page
    own, other = (
        next(a for a in found["activations"] if a["pack_id"] == pack)
        for pack in ("ningbo-2023", "weihai-2023")
    )
    assert own["reason"]
    assert own["activated_by_name"]
    assert (other["jurisdiction"], other["reason"], other["activated_by"]) == ("371000", "", "")


def test_two_packs_are_compared_in_sentences(regions: Regions, clerk: Portal) -> None:
    path = "/packs/weihai-2023/difference/hunan-2023"
    told = regions.read(path, people.clerk(people.CITY))
    page = clerk.page("/packs/difference?before=weihai-2023&after=hunan-2023")

    parts = {part["name"]: part["sentences"] for part in told["parts"]}
    assert any("只有乙有" in line and "楼宇" in line for line in parts["单位类型"])
    assert told["before"]["id"] == "weihai-2023"
    assert parts["单位类型"][0] in page


def test_a_version_that_was_put_to_work_can_be_read_for_ever(regions: Regions) -> None:
    clerk = people.clerk(people.CITY)
    kept = next(
        a for a in regions.read("/packs", clerk)["activations"] if a["pack_id"] == "ningbo-2023"
    )

    found = regions.read(f"/packs/{kept['fingerprint'][:16]}", clerk)
    same = regions.read(f"/packs/{kept['fingerprint'][:12]}/difference/{kept['pack_id']}", clerk)

    assert found["fingerprint"] == kept["fingerprint"]
    assert same["parts"] == []


@pytest.mark.parametrize("name", ["moon-2030", "abc", "0123456789abcdef"])
def test_a_pack_that_is_not_there_is_a_404(regions: Regions, name: str) -> None:
    answer = regions.send("GET", f"/packs/{name}", people.clerk(people.CITY))

    assert answer.status_code == 404
    assert answer.json()["code"] in ("pack_not_found", "pack_unknown")


def test_a_pack_is_put_to_work_for_its_own_place_only(regions: Regions) -> None:
    refused = regions.refused(
        ActivatePack(
            pack_id="weihai-2023",
            jurisdiction=people.CITY,
            effective_on=date(2026, 1, 1),
            reason="误选",
        ),
        people.activator(people.CITY),
    )

    assert refused.code == "pack_not_for_jurisdiction"


@pytest.mark.parametrize("path", ["register", "notices", "removals", "plaques", "records"])
def test_every_public_page_says_that_ningbo_works_by_a_draft(regions: Regions, path: str) -> None:
    page = regions.system.http.get(f"/public/{path}")

    assert page.status_code == 200
    assert "征求意见稿</span> 宁波市" in page.text
    assert "威海市的公示" not in page.text
