"""From the parties' conclusion to plaque and publication (NB23 二(五) 退出)."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest

from deploy.sample import people
from deploy.sample.story import law_today
from shared.contracts import oversight as osi
from shared.contracts import registry_acts as acts
from shared.contracts.incentives import Entitlements, UnitBenefits
from tests.support.agencies import Agencies
from tests.support.batch import Batch, Row, wait_for_status
from tests.support.oversight import (
    CITY_CLERK,
    CITY_DECIDER,
    case,
    decide,
    hear,
    open_case,
    refused,
    revoke,
    say,
    title_of,
    wait_for_title,
)
from tests.support.system import System
from tests.support.waiting import wait_until


def revoking(case_id: str) -> osi.DecideCase:
    return osi.DecideCase(case_id=case_id, outcome="revoke", says="取消命名。")


@pytest.mark.obligation("NB23-069")
def test_no_single_body_decides_all_speak_and_all_three_sides_agree(
    system: System, batch: Batch
) -> None:
    key = open_case(system, batch.take("titled", "330203"))["case_id"]
    first, *others = people.seats(people.CITY)
    assert first.side == "government"
    hear(system, key)

    say(system, key, first)
    alone = refused(system, revoking(key), CITY_DECIDER)
    for seat in others:
        say(system, key, seat, "keep" if seat.side == "workers" else "revoke")
    against = refused(system, revoking(key), CITY_DECIDER)
    undecided = case(system, key)

    assert (alone.status, against.status) == (409, 409)
    assert alone.clause
    assert (undecided["status"], undecided["outcome"]) == ("open", "")
    assert [o["given"] for o in undecided["opinions"]] == [True] * (1 + len(others))
    assert {s["side"] for s in undecided["sides"]} == {"government", "workers", "employers"}


@pytest.mark.obligation("NB23-069")
def test_a_district_cannot_conclude_a_case_about_a_city_title(system: System, batch: Batch) -> None:
    key = open_case(system, batch.take("titled", "330203"))["case_id"]
    hear(system, key)
    for seat in people.seats(people.CITY):
        say(system, key, seat)

    district = refused(system, revoking(key), people.decider("330203"))
    decided = decide(system, key)

    assert district.status == 403
    assert decided["outcome"] == "revoke"


@pytest.mark.obligation("NB23-070", "NB23-071", "NB23-072")
def test_a_revoked_title_is_told_once_its_plaque_called_back_and_its_removal_published(
    system: System, batch: Batch, agencies: Agencies
) -> None:
    unit, listener = batch.take("titled", "330203"), agencies.get("tell-330203")
    title = title_of(system, unit)
    _issue(system, title)
    before = (_public(system, unit, "active"), _public(system, unit, "removed"))

    decided = revoke(system, unit)
    again = refused(system, revoking(decided["case_id"]), CITY_DECIDER)
    after = wait_for_title(system, unit, "revoked")

    assert before == (True, False)
    assert (after["revoked_on"], after["ground"]) != (None, "")
    assert after["revoked_on"] == law_today().isoformat()
    yesterday = acts.ListTitles(unit_id=unit["unit_id"], as_of=law_today() - timedelta(days=1))
    assert system.ask(yesterday, CITY_CLERK)["items"][0]["status"] == "active"  # history is kept
    assert again.status == 409
    _heard_once(listener.feed, unit)
    assert _in_plaque_list(system, unit, "to_return")
    assert (_public(system, unit, "active"), _public(system, unit, "removed")) == (False, True)

    _finish(system, decided["case_id"], title)

    assert not _in_plaque_list(system, unit, "to_return")
    assert _in_plaque_list(system, unit, "returned")
    page = unescape(system.http.get("/public/removals").text)
    assert unit["name_text"] in page
    assert "市" in page  # the level that cancelled
    assert case(system, decided["case_id"])["stage"] == "closed"


@pytest.mark.obligation("NB23-070")
def test_an_agency_hears_of_every_title_in_its_area_once_and_of_no_other(
    batch: Batch, agencies: Agencies
) -> None:
    here = {u["unit_id"] for u in batch.all_of("titled", "330203")}
    heard: list[Row] = []

    def titles() -> list[str]:
        return [m["subject"] for m in heard if m["type"] == "registry.title_granted"]

    def complete() -> bool:
        heard.extend(agencies.get("granted-330203").feed())
        return here <= set(titles())

    wait_until(complete, what="every title in the feed")
    assert sorted(titles()) == sorted(here)


@pytest.mark.obligation("NB23-071")
def test_a_lost_plaque_leaves_the_list_with_its_reason(system: System, batch: Batch) -> None:
    unit = batch.take("titled", "330203", "site")
    title = title_of(system, unit)
    _issue(system, title)
    revoke(system, unit)
    wait_until(lambda: _in_plaque_list(system, unit, "to_return"), what="plaque to return")

    lost = acts.LosePlaque(
        title_id=title["title_id"], reported_on=law_today(), reason="工地撤场时遗失，已登报声明"
    )
    system.ask(lost, CITY_CLERK)

    wait_until(lambda: _in_plaque_list(system, unit, "lost"), what="plaque lost")
    [row] = [r for r in _plaques(system, "lost") if r["unit_id"] == unit["unit_id"]]
    assert "遗失" in row["lost_reason"]
    assert not _in_plaque_list(system, unit, "to_return")


@pytest.mark.obligation("NB23-073")
def test_revocation_ends_the_benefits_of_the_title_the_same_day_and_tells_the_agencies(
    system: System, batch: Batch, agencies: Agencies
) -> None:
    unit, listener = batch.take("titled", "330203"), agencies.get("tell-330203")
    wait_for_status(system, unit, "exempt")

    revoke(system, unit)

    now = wait_for_status(system, unit, "reduced")  # still recognised, no longer honoured
    assert now["may_inspect"]
    rows = system.ask(Entitlements(unit_id=unit["unit_id"]), CITY_CLERK)["items"]
    state = {row["benefit"]: row["state"] for row in rows}
    assert state["inspection_exempt"] == "ended"
    assert state["work_injury_channel"] == "ended"
    assert state["inspection_reduced"] == "active"
    sheet = system.ask(UnitBenefits(unit_id=unit["unit_id"]), CITY_CLERK)
    assert {b["benefit"] for b in sheet["benefits"] if b["enjoys"]} == {"inspection_reduced"}
    _told_ended(listener.feed, unit, "inspection_exempt")


def _told_ended(feed: object, unit: Row, benefit: str) -> None:
    heard: list[Row] = []

    def told() -> bool:
        heard.extend(feed())  # type: ignore[operator]
        return any(
            m["type"] == "incentives.entitlement_changed"
            and m["data"]["unit_id"] == unit["unit_id"]
            and (m["data"]["benefit"], m["data"]["state"]) == (benefit, "ended")
            for m in heard
        )

    wait_until(told, what=f"{benefit} ended in the feed")


def _heard_once(feed: object, unit: Row) -> None:
    heard: list[Row] = []

    def revocations() -> list[Row]:
        heard.extend(feed())  # type: ignore[operator]
        return [
            m
            for m in heard
            if m["type"] == "registry.title_revoked" and m["data"]["unit_id"] == unit["unit_id"]
        ]

    wait_until(revocations, what="title revoked in the feed")
    assert len({m["id"] for m in revocations()}) == len(revocations()) == 1


def _issue(system: System, title: Row) -> None:
    issue = acts.IssuePlaque(
        title_id=title["title_id"], issued_on=law_today(), received_by="单位代表"
    )
    system.ask(issue, CITY_CLERK)


def _finish(system: System, case_id: str, title: Row) -> None:
    back = acts.ReturnPlaque(
        title_id=title["title_id"], returned_on=law_today(), handed_in_by="单位代表"
    )
    system.ask(back, CITY_CLERK)
    system.ask(osi.PublishRemoval(case_id=case_id), CITY_DECIDER, patience=10)
    wait_until(lambda: case(system, case_id)["stage"] == "closed", what="case closed")


def _plaques(system: System, state: str) -> list[Row]:
    command = osi.ListPlaqueTasks(state=state, limit=200)
    return list(system.ask(command, CITY_CLERK)["items"])


def _in_plaque_list(system: System, unit: Row, state: str) -> bool:
    return unit["unit_id"] in [row["unit_id"] for row in _plaques(system, state)]


def _public(system: System, unit: Row, listing: str) -> bool:
    """Whether the page everybody reads shows the unit in this list."""
    answer = system.http.get(
        "/public/register", params={"text": unit["name_text"], "listing": listing}
    )
    assert answer.status_code == 200
    return f"<td>{unit['name_text']}</td>" in unescape(answer.text)
