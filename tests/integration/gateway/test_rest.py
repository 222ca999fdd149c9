"""What REST promises on top of the services: ETag, idempotency, paging, scope, keys, files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import httpx2
import pytest

from deploy.sample import people
from deploy.sample.chain import moment
from deploy.sample.units import units
from services.gateway.auth.accounts import issue_agency_key
from shared.runtime.database import make_engine
from shared.runtime.ids import uuid7
from shared.runtime.settings import Settings
from tests.support.system import System

HAISHU = "330203"


@pytest.fixture(scope="module")
def entered(system: System) -> list[str]:
    """Codes of forty units on the register."""
    chosen = list(units(40, seed=77))
    system.do(system.chain.enter(chosen, "rest.xlsx", moment(date(2025, 2, 3))))
    return [u.code for u in chosen]


@pytest.fixture(scope="module")
def http(system: System) -> Iterator[httpx2.Client]:
    """The public door."""
    with httpx2.Client(base_url=system.url, timeout=30) as client:
        yield client


def as_(system: System, actor: Any, **more: str) -> dict[str, str]:
    """Headers of a person, with a fresh idempotency key."""
    token = system.token(actor)
    return {"authorization": f"Bearer {token}", "idempotency-key": uuid7().hex} | more


def test_pages_follow_one_another_by_link_and_meet_every_unit_once(
    system: System, http: httpx2.Client, entered: list[str]
) -> None:
    headers = as_(system, people.clerk(people.CITY))
    seen: list[str] = []
    address = "/api/v1/units?limit=7&sort=name"
    while address:
        answer = http.get(address, headers=headers)
        assert answer.status_code == 200
        seen += [u["code"] for u in answer.json()["items"]]
        link = answer.headers.get("link", "")
        assert bool(link) == bool(answer.json()["next"])
        address = link.partition(">")[0].removeprefix("<")

    assert len(seen) == len(set(seen))
    assert set(entered) <= set(seen)


def test_what_was_changed_meanwhile_is_not_overwritten(
    system: System, http: httpx2.Client, entered: list[str]
) -> None:
    clerk = people.clerk(people.CITY)
    path = f"/api/v1/units/by-code/{entered[0]}"
    read = http.get(path, headers=as_(system, clerk))
    unit = read.json()
    entry = {
        "kind": unit["kind"],
        "name_text": unit["name_text"],
        "code": unit["code"],
        "division": unit["division"],
        "headcount": 77,
    }
    body = {"entry": entry, "reason": "人数变更"}
    own = f"/api/v1/units/{unit['unit_id']}"

    without = http.put(own, headers=as_(system, clerk), json=body)
    first = http.put(
        own, headers=as_(system, clerk, **{"if-match": read.headers["etag"]}), json=body
    )
    second = http.put(
        own, headers=as_(system, clerk, **{"if-match": read.headers["etag"]}), json=body
    )
    again = http.get(own, headers=as_(system, clerk, **{"if-none-match": first.headers["etag"]}))

    assert without.status_code == 428
    assert first.status_code == 200, first.text
    assert second.status_code in (409, 412)
    assert again.status_code in (200, 304)
    assert http.get(own, headers=as_(system, clerk)).headers["etag"] != read.headers["etag"]


def test_the_same_key_gives_the_same_answer_and_another_body_is_refused(
    system: System, http: httpx2.Client
) -> None:
    headers = as_(system, people.clerk(people.CITY))
    body = {
        "title": "省级部署",
        "number": "浙人社发〔2023〕17号",
        "issuer": "省三方",
        "level": "province",
    }

    first = http.post("/api/v1/documents", headers=headers, json=body)
    second = http.post("/api/v1/documents", headers=headers, json=body)
    other = http.post("/api/v1/documents", headers=headers, json=body | {"title": "另一份"})

    assert first.status_code == second.status_code == 201
    assert first.json()["document_id"] == second.json()["document_id"]
    assert other.status_code == 422
    assert other.json()["code"] == "idempotency_key_reused"


def test_another_districts_unit_is_not_there(
    system: System, http: httpx2.Client, entered: list[str]
) -> None:
    headers = as_(system, people.clerk(HAISHU))
    city = as_(system, people.clerk(people.CITY))
    elsewhere = next(c for c in entered if not c.removeprefix("91").startswith(HAISHU))

    assert http.get(f"/api/v1/units/by-code/{elsewhere}", headers=city).status_code == 200
    answer = http.get(f"/api/v1/units/by-code/{elsewhere}", headers=headers)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_ten_thousand_codes_are_checked_in_one_call_and_one_more_is_too_many(
    system: System, http: httpx2.Client, entered: list[str]
) -> None:
    headers = as_(system, people.planner(people.CITY))
    codes = (entered * 250)[:10_000]
    body = {"purpose": "labour_inspection_routine", "codes": codes, "with_wording": False}

    answer = http.post("/api/v1/entitlement-checks", headers=headers, json=body)
    more = http.post(
        "/api/v1/entitlement-checks", headers=headers, json=body | {"codes": [*codes, codes[0]]}
    )

    assert answer.status_code == 200, answer.text[:300]
    assert [i["code"] for i in answer.json()["items"]] == codes
    assert more.status_code == 422


def test_a_decision_of_no_service_is_not_found(system: System, http: httpx2.Client) -> None:
    headers = as_(system, people.clerk(people.CITY))

    for unknown in ("nowhere-decision-1", "registry-decision-1", "x"):
        assert http.get(f"/api/v1/decisions/{unknown}", headers=headers).status_code == 404


def test_an_agencys_key_posts_its_bytes_and_nothing_else(
    system: System, http: httpx2.Client
) -> None:
    security = {"code": "restkey-330203", "agency_name": "海曙区监察", "types": ["arrears.flagged"]}
    admin = people.activator()
    made = http.post("/api/v1/agencies", headers=as_(system, admin), json=security)
    assert made.status_code == 201, made.text
    engine = make_engine("gateway", Settings(database_url=system.run.database_url), pool_size=1)
    with engine.begin() as tx:
        key = issue_agency_key(
            tx, "restkey-330203", label="test", by="test", now=datetime.now(tz=UTC)
        )
    engine.dispose()
    headers = {"x-api-key": key}

    stored = http.post("/api/v1/triggers", headers=headers | {"sig": "a..b"}, content=b"not json")
    other = http.get("/api/v1/inbox", headers=headers)

    assert stored.status_code == 202, stored.text
    assert stored.json()["body_hash"]
    assert other.status_code == 403


def test_files_are_for_those_whose_area_they_are(system: System, http: httpx2.Client) -> None:
    kept = http.post(
        "/api/v1/files?name=佐证.pdf",
        headers=as_(system, people.clerk(HAISHU)),
        content=b"%PDF-1.7",
    )
    strange = http.post(
        "/api/v1/files?name=a.exe", headers=as_(system, people.clerk(HAISHU)), content=b"MZ"
    )
    own = f"/api/v1/files/{kept.json()['file_id']}"

    assert kept.status_code == 201
    assert strange.status_code == 422
    assert http.get(own, headers=as_(system, people.reviewer(HAISHU))).content == b"%PDF-1.7"
    assert http.get(own, headers=as_(system, people.clerk(people.CITY))).status_code == 200
    assert http.get(own, headers=as_(system, people.clerk("330212"))).status_code == 404


def test_the_document_of_the_interface_is_public(http: httpx2.Client) -> None:
    document = http.get("/api/v1/openapi.json").json()

    assert document["openapi"].startswith("3.1")
    assert document["paths"]["/api/v1/entitlement-checks"]["post"]["x-roles"]
    assert document["paths"]["/public/v1/register"]["get"]["security"] == []
