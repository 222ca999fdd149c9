"""Annual plans: sections, the usual deadline, upper documents, and the planning sheet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from services.registry.handlers import history, plan_acts, planning, plans
from shared.contracts.oversight import HoldLifted, HoldPlaced
from shared.contracts.refusals import Refused
from shared.contracts.registry_acts import AddDocument, FilePlan, GetPlan, ListPlans, PlanningSheet
from shared.contracts.registry_answers import UnitView
from shared.contracts.registry_plan_answers import PlanView
from tests.integration.registry.conftest import (
    CITY,
    HAISHU,
    JIANGBEI,
    NOON,
    SECOND,
    Acting,
    heard,
    said,
)

SECTIONS = {
    name: f"{name}：按市里部署"
    for name in ("工作安排", "培育目标", "创建标准", "评估要求", "选树计划")
}


def file_plan(acting: Acting, *, now: datetime = NOON, **changes: object) -> PlanView:
    values = {"year": 2026, "sections": SECTIONS, "window_from": date(2026, 3, 1)}
    return plan_acts.file_plan(acting(HAISHU, now=now), FilePlan.model_validate(values | changes))


def codes(plan: PlanView) -> list[str]:
    return [warning.code for warning in plan.warnings]


@pytest.mark.obligation("NB23-029")
def test_a_deadline_of_15_may_is_accepted_with_a_warning_and_its_reason(acting: Acting) -> None:
    plan = file_plan(acting, deadline_on=date(2026, 5, 15), deadline_reason="春节复工较晚")

    assert plan.deadline_on == date(2026, 5, 15)
    assert "plan_deadline_late" in codes(plan)
    assert plan.deadline_reason == "春节复工较晚"


@pytest.mark.obligation("NB23-029")
def test_a_late_deadline_without_a_reason_is_refused(acting: Acting) -> None:
    with pytest.raises(Refused) as refused:
        file_plan(acting, deadline_on=date(2026, 5, 1))

    assert refused.value.code == "reason_required"
    assert refused.value.clause == "NB23:二(二).3"


@pytest.mark.obligation("NB23-029")
def test_the_deadline_defaults_to_30_april_without_warning(acting: Acting) -> None:
    plan = file_plan(acting)

    assert plan.deadline_on == date(2026, 4, 30)
    assert "plan_deadline_late" not in codes(plan)


@pytest.mark.obligation("NB23-019")
def test_a_plan_without_an_upper_document_shows_a_warning(acting: Acting) -> None:
    assert "plan_without_upper_document" in codes(file_plan(acting))


@pytest.mark.obligation("NB23-019")
def test_a_plan_is_linked_to_the_documents_it_carries_out(acting: Acting) -> None:
    upper = plans.add_document(
        acting(CITY),
        AddDocument(
            title="关于推进新时代和谐劳动关系创建活动的意见", issuer="人社部", level="nation"
        ),
    )

    plan = file_plan(acting, document_ids=[upper.document_id])

    assert [document.title for document in plan.documents] == [upper.title]
    assert "plan_without_upper_document" not in codes(plan)
    with pytest.raises(Refused) as unknown:
        file_plan(acting, document_ids=["document_none"])
    assert unknown.value.code == "document_not_found"


def test_a_missing_section_is_named(acting: Acting) -> None:
    with pytest.raises(Refused) as refused:
        file_plan(acting, sections={**SECTIONS, "选树计划": " "})

    assert (refused.value.status, refused.value.code) == (422, "plan_section_missing")
    assert refused.value.errors == [{"pointer": "/sections/选树计划", "says": "“选树计划”没有内容"}]


@pytest.mark.parametrize(
    ("filed_at", "late"),
    [
        (datetime(2026, 3, 31, 15, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 31, 16, 10, tzinfo=UTC), True),  # 1 April 00:10 in Ningbo
    ],
)
def test_filing_is_late_from_the_first_of_april(
    acting: Acting, filed_at: datetime, late: bool
) -> None:
    assert file_plan(acting, now=filed_at).late is late


def test_a_filed_plan_is_said_with_its_window_and_standards(acting: Acting) -> None:
    tx = acting(HAISHU)
    command = FilePlan(year=2026, sections=SECTIONS, window_from=date(2026, 3, 1), papers=("决议",))

    plan_acts.file_plan(tx, command)

    event = said(tx, "registry.plan_filed")[0].model_dump()
    assert (event["node"], event["deadline_on"]) == ("330203", date(2026, 4, 30))
    assert {"enterprise", "site", "park", "township"} <= set(event["standards"])
    assert event["papers"] == ("决议",)


def test_a_second_filing_is_the_next_version_and_warns_of_a_new_standard(acting: Acting) -> None:
    first = file_plan(acting)
    other = next(s for s in first.standards.values() if s != first.standards["enterprise"])

    second = file_plan(acting, standards={"enterprise": other})

    assert second.plan_version == 2
    assert "standard_changed" in codes(second)
    assert plans.get_plan(acting(), GetPlan(node="330203", year=2026)).plan_id == second.plan_id


def test_who_has_not_filed_is_listed_for_the_city(acting: Acting) -> None:
    file_plan(acting)

    listed = plans.list_plans(acting(CITY), ListPlans(year=2026))

    assert [plan.node for plan in listed["plans"]] == ["330203"]
    assert "330205" in {node.node for node in listed["missing"]}
    assert "330203" not in {node.node for node in listed["missing"]}


def test_a_reviewer_does_not_file_plans(acting: Acting) -> None:
    with pytest.raises(Refused) as refused:
        plan_acts.file_plan(
            acting(SECOND), FilePlan(year=2026, sections=SECTIONS, window_from=date(2026, 3, 1))
        )

    assert refused.value.status == 403


@pytest.mark.obligation("NB23-018")
def test_the_planning_sheet_counts_by_type_area_band_and_risk(
    acting: Acting, enter: Callable[..., UnitView]
) -> None:
    enter(headcount=19)
    held = enter(headcount=1200)
    enter(kind="site", headcount=None)
    enter(division="330205")
    placed = HoldPlaced(
        unit_id=held.unit_id, hold_id="hold_1", effect="suspend", reason="欠薪", clause="",
        agency="labour_inspection", event_id="e1", trigger_id="t1", occurred_at=NOON,
        placed_at=NOON,
    )  # fmt: skip
    history.hear_oversight(acting(), [heard(placed)])

    sheet = planning.planning_sheet(acting(HAISHU), PlanningSheet(node="330203", year=2026))

    assert sheet.total == 3
    assert {line.key: line.units for line in sheet.by_kind if line.units} == {
        "enterprise": 2,
        "site": 1,
    }
    assert [(line.says, line.units, line.headcount) for line in sheet.by_area] == [
        ("海曙区", 3, 1219)
    ]
    assert {line.key: line.units for line in sheet.by_band} == {
        "0-19": 1, "20-299": 0, "300-999": 0, "1000+": 1, "unknown": 1,
    }  # fmt: skip
    assert {line.key: line.units for line in sheet.by_risk if line.units} == {
        "held": 1,
        "clear": 2,
    }


@pytest.mark.obligation("NB23-018")
def test_the_sheet_forgets_a_hold_that_was_lifted_even_when_told_in_reverse(
    acting: Acting, enter: Callable[..., UnitView]
) -> None:
    unit = enter()
    lifted = HoldLifted(
        unit_id=unit.unit_id, hold_id="hold_2", effect="suspend", reason="查无实据",
        lifted_at=NOON, decision_id="d",
    )  # fmt: skip
    placed = HoldPlaced(
        unit_id=unit.unit_id, hold_id="hold_2", effect="suspend", reason="欠薪", clause="",
        agency="a", event_id="e", trigger_id="t", occurred_at=NOON, placed_at=NOON,
    )  # fmt: skip

    history.hear_oversight(acting(), [heard(lifted), heard(placed)])

    sheet = planning.planning_sheet(acting(HAISHU), PlanningSheet(node="330203", year=2026))
    assert {line.key: line.units for line in sheet.by_risk if line.units} == {"clear": 1}


def test_another_area_cannot_read_the_sheet(acting: Acting) -> None:
    with pytest.raises(Refused) as refused:
        planning.planning_sheet(acting(JIANGBEI), PlanningSheet(node="330203", year=2026))

    assert refused.value.status == 403
