"""What incentives hears becomes entitlements, relief, decisions and events, in one step."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.incentives.handlers import checking, hear, reading
from shared.contracts.incentives import EntitlementChanged, EntitlementChecks, Timeline
from shared.contracts.incentives_words import Purpose
from shared.runtime import decisions
from tests.integration.incentives.town import (
    NOON,
    TODAY,
    Town,
    activation,
    closed,
    entered,
    freed,
    held,
    recognised,
    revoked,
    titled,
    withdrawn,
)

LEASES = {"inspection_reduced", "inspection_exempt", "work_injury_channel", "dispute_channel"}


def check(town: Town, unit_id: str, **more: Any) -> dict[str, Any]:
    """The answer a planner gets for one unit and routine inspection."""
    purpose = more.pop("purpose", Purpose.LABOUR_INSPECTION_ROUTINE)
    now = more.pop("now", None)
    command = EntitlementChecks(purpose=purpose, unit_ids=(unit_id,), **more)
    item: dict[str, Any] = checking.entitlement_checks(town.tx(now=now), command)["items"][0]
    return item


def states(town: Town, unit_id: str) -> dict[str, str]:
    rows = town.rows("SELECT benefit, state FROM entitlement WHERE unit_id = :u", u=unit_id)
    return {row.benefit: row.state for row in rows}


@pytest.mark.obligation("NB23-098")
def test_a_recognised_enterprise_without_city_honour_is_inspected_less_but_not_exempt(
    town: Town,
) -> None:
    town.says(entered("u1"), recognised("u1"))

    for purpose in (Purpose.LABOUR_INSPECTION_ROUTINE, Purpose.SOCIAL_INSURANCE_AUDIT_ROUTINE):
        answer = check(town, "u1", purpose=purpose)
        assert (answer["status"], answer["may_inspect"]) == ("reduced", True)
        assert (answer["factor"], answer["clause"]) == ("0.5", "NB23:三(三).1")
        assert "适当减少" in answer["wording"]


@pytest.mark.obligation("NB23-099")
def test_a_complaint_lifts_the_exemption_in_the_same_step_and_leaves_the_reduction(
    town: Town,
) -> None:
    town.city_enterprise("u1")
    assert check(town, "u1")["may_inspect"] is False

    said = town.says(held("u1", effect="lift_exemption"))

    answer = check(town, "u1")
    assert (answer["status"], answer["may_inspect"]) == ("reduced", True)
    assert "举报投诉" in answer["reason"]
    assert [(e.benefit, e.state) for e in said if isinstance(e, EntitlementChanged)] == [
        ("inspection_exempt", "suspended")
    ]


@pytest.mark.obligation("NB23-099")
def test_an_unfounded_complaint_gives_the_exemption_back(town: Town) -> None:
    town.city_enterprise("u1")
    town.says(held("u1", effect="lift_exemption"))

    town.says(freed("u1", effect="lift_exemption"))

    assert check(town, "u1")["status"] == "exempt"
    assert states(town, "u1")["inspection_exempt"] == "active"


@pytest.mark.obligation("NB23-099")
def test_a_visit_for_a_complaint_is_always_allowed(town: Town) -> None:
    town.city_enterprise("u1")

    answer = check(town, "u1", purpose=Purpose.LABOUR_INSPECTION_COMPLAINT)

    assert (answer["may_inspect"], answer["clause"]) == (True, "NB23:三(三).2")


def test_an_inspection_decision_suspends_everything_and_says_so(town: Town) -> None:
    town.city_enterprise("u1")

    said = town.says(held("u1"))

    answer = check(town, "u1")
    assert (answer["status"], answer["held"], answer["may_inspect"]) == ("normal", True, True)
    assert "劳动保障监察已作出决定" in answer["reason"]
    assert set(states(town, "u1").values()) == {"suspended"}
    assert {e.benefit for e in said if isinstance(e, EntitlementChanged)} == LEASES
    rows = town.rows("SELECT count(*) AS n FROM outbox WHERE subject = 'u1'")
    assert rows[0].n == 2 * len(LEASES)  # granted, then suspended


def test_two_holds_both_have_to_go_before_benefits_return(town: Town) -> None:
    town.city_enterprise("u1")
    town.says(held("u1", hold_id="h1"), held("u1", hold_id="h2"))

    town.says(freed("u1", hold_id="h1"))
    still = check(town, "u1")["status"]
    town.says(freed("u1", hold_id="h2"))

    assert (still, check(town, "u1")["status"]) == ("normal", "exempt")


def test_a_hold_for_an_unknown_unit_is_kept_until_the_unit_is_known(town: Town) -> None:
    town.says(held("u1"))

    town.city_enterprise("u1")

    assert set(states(town, "u1").values()) == {"suspended"}
    assert check(town, "u1")["held"] is True


def test_a_lifting_that_overtakes_its_hold_leaves_no_hold(town: Town) -> None:
    town.city_enterprise("u1")

    town.says(freed("u1"))
    town.says(held("u1"))

    assert check(town, "u1")["status"] == "exempt"
    assert "suspended" not in states(town, "u1").values()


def test_a_hold_heard_twice_changes_and_says_nothing_the_second_time(town: Town) -> None:
    town.city_enterprise("u1")
    town.says(held("u1"))

    assert town.says(held("u1")) == []


@pytest.mark.obligation("NB23-073")
def test_revocation_ends_what_needs_the_title_the_same_day(town: Town) -> None:
    town.city_enterprise("u1")

    said = town.says(revoked("u1", on=TODAY))

    ended = {e.benefit for e in said if isinstance(e, EntitlementChanged) and e.state == "ended"}
    assert ended == LEASES - {"inspection_reduced"}
    assert check(town, "u1")["status"] == "reduced"
    rows = town.rows("SELECT DISTINCT ended_on FROM entitlement WHERE state = 'ended'")
    assert [row.ended_on for row in rows] == [TODAY]


@pytest.mark.obligation("NB23-086")
def test_a_township_with_a_city_title_gets_no_service_incentives(town: Town) -> None:
    town.city_enterprise("u1", kind="township")

    assert states(town, "u1") == {"award_nomination": "active"}


def test_withdrawn_recognition_takes_the_reduction_only(town: Town) -> None:
    town.city_enterprise("u1")

    town.says(withdrawn("u1"))

    assert states(town, "u1")["inspection_reduced"] == "ended"
    assert check(town, "u1")["status"] == "exempt"


def test_an_older_word_of_evaluation_does_not_undo_a_newer_one(town: Town) -> None:
    from services.incentives.handlers.hear import hear as apply
    from tests.integration.incentives.town import heard

    town.says(entered("u1"))
    apply(town.tx(), [heard(withdrawn("u1"), sequence=9)])
    apply(town.tx(), [heard(recognised("u1"), sequence=8)])

    assert check(town, "u1")["status"] == "normal"


def test_a_closed_unit_has_nothing(town: Town) -> None:
    town.city_enterprise("u1")

    town.says(closed("u1"))

    assert set(states(town, "u1").values()) == {"ended"}
    assert check(town, "u1")["status"] == "normal"


def test_every_change_has_a_decision_with_facts_and_clause(town: Town) -> None:
    town.city_enterprise("u1")
    town.says(held("u1"))

    told = reading.timeline(town.tx(), Timeline(unit_id="u1"))

    assert told[0].what == "suspended"
    assert "暂停：" in told[0].says
    chain = decisions.load(town.tx().session, told[0].decision_id)
    facts = {fact["name"]: fact["value"] for fact in chain["facts"]}
    assert facts["unit.held"] is True
    assert "hold_suspend_u1" in chain["because"]
    assert {rule["rule_id"] for rule in chain["rules"]} >= LEASES
    assert all(clause["wording"] for clause in chain["clauses"])
    assert chain["pack"]["fingerprint"]


def test_without_a_pack_nothing_is_granted_until_one_is_activated(bare_town: Town) -> None:
    bare_town.city_enterprise("u1")
    assert states(bare_town, "u1") == {}

    bare_town.says(activation())
    looked = hear.reassess(bare_town.tx())

    assert looked == 1
    assert check(bare_town, "u1")["status"] == "exempt"


def test_a_lease_is_renewed_while_it_holds_and_ends_by_itself_when_it_is_not(town: Town) -> None:
    town.city_enterprise("u1")
    later = NOON + timedelta(hours=40)
    after = NOON + timedelta(hours=73)

    lapsed = check(town, "u1", now=after)
    moved = hear.renew_leases(town.tx(now=later))

    assert (lapsed["status"], lapsed["may_inspect"]) == ("normal", True)
    assert moved == 1
    assert check(town, "u1", now=after)["status"] == "exempt"
    assert hear.renew_leases(town.tx(now=later)) == 0


def test_a_site_past_its_end_is_not_renewed(town: Town) -> None:
    town.city_enterprise("u1", kind="site", ends_on=TODAY + timedelta(days=1))
    rows = town.rows("SELECT max(lease_until) AS until FROM entitlement WHERE unit_id = 'u1'")

    now = NOON + timedelta(days=2)
    hear.renew_leases(town.tx(now=now))

    assert rows[0].until < NOON + timedelta(days=2)
    assert set(states(town, "u1").values()) == {"ended"}


def test_the_titles_level_counts_not_their_number(town: Town) -> None:
    town.says(entered("u1"), titled("u1", level="district"))
    district = check(town, "u1")["status"]

    town.says(titled("u1", level="city", n=2), titled("u1", level="province", n=3))
    town.says(revoked("u1", n=2))

    assert (district, check(town, "u1")["status"]) == ("normal", "exempt")
