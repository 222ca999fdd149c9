"""Which confirmed facts meet which ground of Ningbo's pack: the law as a table (NB23 二(五))."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.oversight.domain.case_facts import (
    BY_HAND,
    Confirmed,
    Matter,
    facts_of,
    judge_grounds,
    needs_of,
)
from shared.policy.load import load_pack

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
PACK = load_pack("ningbo-2023")


def a_matter(kind: str, ground: str, **said: object) -> Matter:
    return Matter("trigger_1", kind, "labour-inspection", ground, said, date(2026, 3, 9), NOW)


def judged(matter: Matter, **confirmed):
    facts = facts_of(matter, Confirmed(**confirmed, by="user_1", at=NOW))
    return judge_grounds(PACK, matter, facts, NOW.date())


@pytest.mark.parametrize(
    ("severity", "met", "missing"),
    [
        ("minor", False, False),
        ("ordinary", False, False),
        ("major", True, False),
        ("extreme", True, False),
        ("", False, True),
    ],
)
def test_a_violation_counts_from_major_and_unknown_is_asked_for(severity, met, missing):
    found = judged(
        a_matter("labour_inspection.case_decided", "major_violation", severity="major"),
        severity=severity,
    )

    assert (found.met is not None) is met
    assert bool(found.missing) is missing


@pytest.mark.parametrize(
    ("grade", "met"),
    [
        ("minor", False),
        ("ordinary", False),
        ("larger", False),
        ("major", True),
        ("extraordinary", True),
    ],
)
def test_an_accident_counts_from_the_grade_major(grade, met):
    found = judged(a_matter("safety.accident", "safety_accident"), grade=grade)

    assert (found.met is not None) is met


@pytest.mark.parametrize("kind", ["incident.group", "incident.stoppage", BY_HAND])
def test_a_group_incident_counts_by_its_confirmed_impact(kind):
    small = judged(a_matter(kind, "group_incident"), impact="small")
    considerable = judged(a_matter(kind, "group_incident"), impact="considerable")

    assert small.met is None
    assert considerable.met is not None


def test_a_matter_without_a_ground_leads_nowhere_and_asks_nothing():
    found = judged(a_matter("petition.case_registered", ""), severity="major")

    assert (found.met, found.missing, found.outcomes) == (None, (), ())


def test_what_an_agency_says_is_recorded_beside_what_a_person_confirms():
    facts = facts_of(
        a_matter("incident.group", "group_incident", impact="grave", people=30, names=["x"]),
        Confirmed(impact="small", by="user_1", at=NOW),
    )

    values = {fact.name: (fact.value, fact.origin) for fact in facts}
    assert values["event.impact"] == ("grave", "labour-inspection")
    assert values["trigger.impact"] == ("small", "user_1")
    assert "event.names" not in values
    assert all(fact.happened_on == date(2026, 3, 9) for fact in facts)


@pytest.mark.parametrize("ground", list(PACK.grounds))
def test_a_form_asks_only_for_what_a_person_can_say(ground):
    needs = needs_of(PACK.grounds[ground])

    assert set(needs) <= {
        "trigger.severity",
        "trigger.grade",
        "trigger.impact",
        "trigger.caused_by_unit",
    }
