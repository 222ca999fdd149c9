"""From rules to a refusal: hard before unknown before soft, and a reason only for the soft."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shared.contracts.refusals import Refused
from shared.policy.assess import assess, refuse_unless_met, trigger_for
from shared.policy.conditions import Equals, Fact, Outcome
from shared.policy.load import load_pack
from shared.policy.pack import Rule

DAY = date(2024, 4, 10)


def rule(name: str, **more: Any) -> Rule:
    return Rule(
        id=f"g.{name}",
        gate="g",
        code=f"{name}_code",
        says=f"{name} 不满足。",
        clause="NB23:二(二).2",
        when=Equals(name, True, name),
        **more,
    )


HARD, OTHER = rule("hard"), rule("other", status=422)
SOFT, MARK = rule("soft", hard=False), rule("late", hard=False, mark="late")
RULES = (SOFT, HARD, OTHER, MARK)


def judged(**values: bool | None) -> Any:
    whole = {"hard": True, "other": True, "soft": True, "late": True, **values}
    return assess(RULES, [Fact(n, v) for n, v in whole.items()], DAY)


def test_all_met_passes_and_hands_the_determination_back() -> None:
    determination = judged()

    assert refuse_unless_met(determination) is determination
    assert determination.outcome is Outcome.MET
    assert [o.rule_id for o in determination.outcomes] == [r.id for r in RULES]


def test_the_first_hard_rule_refuses_and_all_of_them_are_listed() -> None:
    with pytest.raises(Refused) as caught:
        refuse_unless_met(judged(hard=False, other=False, soft=False), "有理由")

    refused = caught.value
    assert (refused.code, refused.clause, refused.status) == ("hard_code", "NB23:二(二).2", 409)
    assert [e["code"] for e in refused.errors] == ["hard_code", "other_code"]
    assert all(e["reason"] and e["says"] for e in refused.errors)


def test_a_refusal_keeps_the_rules_own_status() -> None:
    with pytest.raises(Refused) as caught:
        refuse_unless_met(judged(other=False))

    assert caught.value.status == 422


def test_an_unknown_fact_goes_to_a_person_even_with_a_reason() -> None:
    with pytest.raises(Refused) as caught:
        refuse_unless_met(judged(hard=None), "有理由")

    assert caught.value.code == "fact_unknown"
    assert "hard" in caught.value.says
    assert "补充" in caught.value.says


def test_a_hard_no_is_said_before_an_unknown() -> None:
    with pytest.raises(Refused) as caught:
        refuse_unless_met(judged(hard=None, other=False))

    assert caught.value.code == "other_code"


def test_a_soft_rule_asks_for_a_reason_and_takes_it() -> None:
    determination = judged(soft=False)
    for blank in ("", "   "):
        with pytest.raises(Refused) as caught:
            refuse_unless_met(determination, blank)
        assert caught.value.code == "reason_required"
        assert "g.soft" in caught.value.says

    assert refuse_unless_met(determination, "市级决定突破").soft_unmet[0].rule_id == "g.soft"


def test_a_soft_rule_nobody_can_judge_passes_with_a_reason_only() -> None:
    determination = judged(soft=None)
    with pytest.raises(Refused) as caught:
        refuse_unless_met(determination)

    assert caught.value.code == "fact_unknown"
    assert refuse_unless_met(determination, "不适用").outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(("late", "marks"), [(False, ("late",)), (True, ()), (None, ())])
def test_a_mark_never_stands_in_the_way(late: bool | None, marks: tuple[str, ...]) -> None:
    determination = judged(late=late)

    assert refuse_unless_met(determination).marks == marks
    assert determination.outcome is Outcome.MET


def test_same_rules_same_facts_same_answer() -> None:
    assert judged(soft=False) == judged(soft=False)


@pytest.mark.parametrize(
    ("type_", "said", "trigger", "effect"),
    [
        ("labour_inspection.case_decided", {}, "case_decided", "suspend"),
        ("labour_inspection.complaint_opened", {}, "complaint_opened", "lift_exemption"),
        (
            "labour_inspection.complaint_closed",
            {"event.outcome": "unfounded"},
            "complaint_unfounded",
            "note",
        ),
        (
            "labour_inspection.complaint_closed",
            {"event.outcome": "confirmed"},
            "complaint_confirmed",
            "review",
        ),
        ("incident.group", {"event.impact": "grave"}, "group_incident_considerable", "suspend"),
        ("incident.group", {"event.impact": "small"}, "group_incident_small", "note"),
        ("safety.accident", {"event.grade": "larger"}, "safety_below", "note"),
        ("opinion.negative", {"event.impact": "grave"}, "opinion", "review"),
    ],
)
def test_the_first_trigger_that_fits_decides(
    type_: str, said: dict[str, str], trigger: str, effect: str
) -> None:
    found = trigger_for(load_pack("ningbo-2023"), type_, [Fact(n, v) for n, v in said.items()], DAY)

    assert (found.trigger.id, found.effect, found.unknown) == (trigger, effect, False)


def test_a_trigger_that_cannot_be_judged_goes_to_a_person() -> None:
    found = trigger_for(load_pack("ningbo-2023"), "incident.group", [], DAY)

    assert (found.effect, found.unknown, found.missing) == ("review", True, ("event.impact",))


def test_a_type_the_pack_does_not_know_is_an_error() -> None:
    with pytest.raises(KeyError):
        trigger_for(load_pack("national-2023"), "incident.group", [], DAY)
