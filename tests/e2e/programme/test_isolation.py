"""An officer of one region sees nothing of another: at list, count, export and search.

Walked from the OpenAPI document, so that a new door cannot escape: a door whose path asks for
something that no list gives must be named in `NOT_REACHED` with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.sample import people
from shared.contracts.message import Actor
from shared.contracts.scalars import area_of
from tests.support.agencies import Agencies
from tests.support.doors import Heard, leaks, reading_doors
from tests.support.house import (
    DEFAULTS,
    REGIONS,
    House,
    furnish,
    harvest,
    open_paths,
)
from tests.support.regions import Regions
from tests.support.town import Town

AGENCY, TOLD = "iso-330203", "labour_inspection.complaint_opened"
LAW = {  # which law works where is open to all; who put it to work and why is not
    "/api/v1/packs", "/api/v1/packs/{fingerprint}", "/api/v1/programmes/{node}",
    "/api/v1/record-templates/{kind}",
}  # fmt: skip
NOT_REACHED = {
    "after": "two versions of a pack side by side: law, open to all",
    "before": "the same",
    "title_id": "needs a whole round; reached in the whole run, see test_stories",
    "nomination_id": "needs a round with nominations; reached in the whole run",
    "objection_id": "needs a notice; reached in the whole run",
    "notice_id": "notices are public",
    "call_id": "calls of the incentives need a named unit; reached in the whole run",
    "bulletin_id": "issued by hand; reached in the whole run",
    "file_id": "the gateway's own: see test_a_file_is_read_in_its_own_region_only",
    "case_id": "opinions and cases; reached in the whole run, see oversight/test_exit_case",
    "event_id": "an agency's own number: see test_a_receipt_is_read_in_its_own_region_only",
}


@pytest.fixture(scope="module")
def agencies(regions: Regions) -> Iterator[Agencies]:
    """An agency of Ningbo's own."""
    found = Agencies(regions.system)
    yield found
    found.close()


@pytest.fixture(scope="module")
def house(regions: Regions, town: Town, agencies: Agencies) -> House:
    """Each region with a unit, records, a post, a document, an import, a check; Ningbo with more."""
    document = regions.send("GET", "/openapi.json", people.activator()).json()
    made = House(regions, reading_doors(document))
    for short in REGIONS:
        furnish(made, short)
    town.do(town.applied(town.do(town.enter()), 2023))
    agencies.get(AGENCY).accepted(TOLD, made.units["nb"]["code"], complaint_id="ISO-1")
    for short in REGIONS:
        made.known[short] = harvest(made, short)
    return made


def _told(found: list[Heard], home: str, foreign: list[str]) -> str:
    """Everything these answers give away, a line each."""
    broken = [f"{h.call.path} {h.call.query}: {h.status}" for h in found if h.status >= 500]
    kept = [h for h in found if h.call.door.path not in LAW]
    return "\n".join([*broken, *(line for h in kept for line in leaks(h, home, foreign))])


@pytest.mark.parametrize("short", list(REGIONS))
def test_no_list_count_export_or_search_tells_of_another_region(house: House, short: str) -> None:
    found = house.ask(house.lists(short))

    assert _told(found, REGIONS[short].node, house.foreign(short)) == ""


@pytest.mark.parametrize("short", list(REGIONS))
def test_asking_for_another_regions_place_or_unit_tells_nothing(house: House, short: str) -> None:
    officer = house.actors(short)[0]
    calls = [
        call
        for other in REGIONS
        if area_of(REGIONS[other].node) != area_of(REGIONS[short].node)
        for call in house.aimed(other, officer)
    ]

    found = [_without_echo(heard) for heard in house.ask(calls)]

    assert _told(found, REGIONS[short].node, house.foreign(short)) == ""


def _without_echo(heard: Heard) -> Heard:
    """The answer without the words of the question, which a refusal repeats."""
    text = heard.text
    for _name, value in heard.call.query:
        text = text.replace(value, "")
    said = heard.said if heard.status == 200 else None
    return Heard(heard.call, heard.status, said, text)


@pytest.mark.parametrize("short", list(REGIONS))
def test_what_is_another_regions_does_not_exist_for_whoever_asks_by_id(
    house: House, short: str
) -> None:
    officer, *_staff, last = house.actors(short)
    own, calls = house.known[short], []
    for other, known in house.known.items():
        same_place = area_of(REGIONS[other].node) == area_of(REGIONS[short].node)
        shared = ("unit_id", "code") if same_place else ()
        theirs = {n: v - own.get(n, set()) for n, v in known.items() if n not in shared}
        if other != short:
            calls += [c for by in (officer, last) for c in house.whole(other, theirs, by)]

    found = house.ask(calls)

    seen = [
        f"{h.call.actor.name} {h.call.path} {h.call.query} {h.status}"
        for h in found
        if h.status not in (403, 404) and h.call.door.path not in LAW
    ]
    assert "\n".join(seen) == ""


def test_every_door_is_walked(house: House) -> None:
    names = {name for door in house.doors for name in door.in_path}
    listed = {name for door in house.doors for name in door.words}
    given = {name for known in house.known.values() for name, values in known.items() if values}

    assert names - given - listed - set(DEFAULTS) - set(NOT_REACHED) == set()
    assert {d.path for d in house.doors if open_paths(d)} - house.reached == set()


def test_a_file_is_read_in_its_own_region_only(house: House) -> None:
    system, first = house.regions.system, house.actors("wh")[0]

    def at(actor: Actor) -> dict[str, str]:
        return {"authorization": f"Bearer {system.token(actor)}", "idempotency-key": "iso-file-1"}

    sent = system.http.post(
        "/api/v1/files?name=材料.txt", content="样例材料".encode(), headers=at(first)
    ).raise_for_status()
    path = f"/api/v1/files/{sent.json()['file_id']}"

    seen = {s: system.http.get(path, headers=at(house.actors(s)[0])).status_code for s in REGIONS}
    assert seen == {"nb": 404, "hx": 404, "wh": 200, "hd": 404, "hn": 404}


def test_a_receipt_is_read_in_its_own_region_only(house: House, agencies: Agencies) -> None:
    sender = agencies.get(AGENCY)
    event_id = sender.put(TOLD, house.units["nb"]["code"], complaint_id="ISO-2")
    sender.answers()
    path = f"/receipts/{sender.code}/{event_id}"

    seen = {s: house.regions.send("GET", path, house.actors(s)[0]).status_code for s in REGIONS}
    assert seen == {"nb": 200, "hx": 404, "wh": 404, "hd": 404, "hn": 404}


def test_an_agency_has_no_say_about_another_regions_unit(house: House, agencies: Agencies) -> None:
    unit = house.units["wh"]
    row = agencies.get(AGENCY).tell(TOLD, unit["code"], complaint_id="ISO-3")

    assert (row["verdict"], row["reason"]) == ("REJECTED", "other_region")
    clerk = house.actors("wh")[0]
    triggers = house.regions.read("/triggers", clerk, unit_id=unit["unit_id"])["items"]
    assert triggers == []


def test_a_planner_learns_nothing_of_another_regions_unit(house: House) -> None:
    asked = {"purpose": "labour_inspection_routine", "codes": [house.units["nb"]["code"]]}

    known = {}
    for short in ("nb", "wh"):
        by = house.actors(short)[0]
        answer = house.regions.send("POST", "/entitlement-checks", by, body=asked).json()
        known[short] = [item["known"] for item in answer["items"]]

    assert known == {"nb": [True], "wh": [False]}
