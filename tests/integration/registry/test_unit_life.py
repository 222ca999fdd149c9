"""Merging, moving, closing and reopening: nothing that was decided about a unit is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.registry.handlers import (
    files,
    history,
    marks,
    merging,
    packs,
    relations,
    units,
)
from services.registry.handlers import unit_life as life
from shared.contracts.evaluation import CaseMoved, NamingApproved
from shared.contracts.message import Actor
from shared.contracts.oversight import ExitCaseOpened, ExitDecided
from shared.contracts.refusals import Refused
from shared.contracts.registry import AmendUnit, CloseUnit, GetUnit, RegisterUnit
from shared.contracts.registry_acts import (
    AcceptCommitment,
    ActivatePack,
    ListTitles,
    SubmitCommitment,
    UnitTimeline,
)
from shared.contracts.registry_answers import UnitView
from shared.contracts.registry_units import (
    ListMarks,
    ListMoves,
    ListRelations,
    MergeUnit,
    MoveUnit,
    NoteMove,
    Relate,
    ReopenUnit,
    SetMark,
)
from tests.integration.registry.conftest import (
    CITY,
    HAISHU,
    JIANGBEI,
    NOON,
    TODAY,
    Acting,
    a_code,
    a_site,
    an_entry,
    heard,
    said,
)

Enter = Callable[..., UnitView]
WEIHAI = Actor(id="user_huancui", name="环翠经办", node="371002", roles=("clerk",))
PROVINCES = Actor(id="user_all", name="系统管理员", node="000000", roles=("admin",))


def commit(acting: Acting, unit: UnitView) -> None:
    """The unit is creating."""
    letter = SubmitCommitment(
        unit_id=unit.unit_id, signatory="张建国", signed_on=date(2026, 2, 3), file_name="承诺书.pdf"
    )
    given = files.submit_commitment(acting(CITY), letter)
    files.accept_commitment(acting(HAISHU), AcceptCommitment(commitment_id=given.commitment_id))


def case_moved(acting: Acting, unit: UnitView, stage: str, number: int = 1) -> None:
    """Evaluation says where an application of the unit stands."""
    moved = CaseMoved(
        unit_id=unit.unit_id, case="application", case_id=f"application_{unit.unit_id}",
        stage=stage, stage_text="评估审核中", on=TODAY, node="330203", year=2026,
    )  # fmt: skip
    history.hear_evaluation(acting(), [heard(moved, number=number)])


def title(acting: Acting, unit: UnitView) -> None:
    """A round names the unit."""
    naming = NamingApproved(
        unit_id=unit.unit_id, nomination_id=f"nomination_{unit.unit_id}", round_id="round_2025",
        round_year=2025, node="330200", title_kind="city_demonstration", title_text="示范单位",
        level="city", approved_on=date(2025, 6, 20), decision_id="evaluation-decision-1",
    )  # fmt: skip
    history.hear_evaluation(acting(CITY), [heard(naming)])


def merge(acting: Acting, gone: UnitView, kept: UnitView) -> UnitView:
    """Merge as the city's clerk."""
    command = MergeUnit(unit_id=gone.unit_id, into=kept.unit_id, reason="同一单位登记了两次")
    return merging.merge_unit(acting(CITY), command)


def test_a_merged_unit_leaves_everything_to_the_one_that_is_kept(
    acting: Acting, enter: Enter
) -> None:
    gone, kept = enter(name_text="宁波青屿纺织有限公司"), enter(name_text="宁波清屿纺织有限公司")
    park = enter(kind="park", name_text="望春园区", code="", details={"managing_body": "管委会"})
    site = enter(kind="site", leader_code=gone.code)
    tx = acting(CITY)
    relations.relate(
        tx,
        Relate(unit_id=gone.unit_id, relation="in_park", to_unit_id=park.unit_id,
               begins_on=date(2026, 1, 5), reason="园区名录"),
    )  # fmt: skip
    marks.set_mark(
        tx, SetMark(unit_id=gone.unit_id, mark="practice_base", since=TODAY, reason="市局通知")
    )

    command = MergeUnit(unit_id=gone.unit_id, into=kept.unit_id, reason="同一单位登记了两次")
    after = merging.merge_unit(tx, command)

    there = units.get_unit(tx, GetUnit(code=gone.code))
    tied = relations.list_relations(tx, ListRelations(unit_id=kept.unit_id))["relations"]
    borne = marks.list_marks(tx, ListMarks(unit_id=kept.unit_id))["marks"]
    told = history.unit_timeline(tx, UnitTimeline(unit_id=kept.unit_id))["entries"]
    assert after.unit_id == kept.unit_id
    assert (there.standing, there.merged_into) == ("closed", kept.unit_id)
    assert {(r.relation, r.other.unit_id) for r in tied} == {
        ("in_park", park.unit_id), ("contractor", site.unit_id),
    }  # fmt: skip
    assert [m.mark for m in borne] == ["practice_base"]
    assert {"unit.entered", "mark.set", "unit.merged"} <= {entry.what for entry in told}
    assert {entry.unit_id for entry in told} == {gone.unit_id, kept.unit_id}
    led = units.get_unit(tx, GetUnit(unit_id=site.unit_id))
    assert (led.leader_unit_id, led.leader_code) == (kept.unit_id, kept.code)
    assert [e.name for e in tx.said][-3:] == [
        "registry.unit_closed", "registry.unit_entered", "registry.unit_merged",
    ]  # fmt: skip
    with pytest.raises(Refused) as again:
        units.register_unit(tx, RegisterUnit(entry=an_entry(code=gone.code)))
    assert "已并入" in again.value.says


def test_a_chain_of_mergings_points_to_the_last(acting: Acting, enter: Enter) -> None:
    first, second, third = enter(), enter(), enter()

    merge(acting, first, second)
    merge(acting, second, third)

    found = units.get_unit(acting(CITY), GetUnit(unit_id=first.unit_id))
    assert found.merged_into == third.unit_id
    with pytest.raises(DBAPIError, match="stays merged"):
        acting(CITY).session.execute(
            text("UPDATE unit SET merged_into = '' WHERE unit_id = :id"), {"id": first.unit_id}
        )


def test_the_one_that_something_rests_on_is_kept(acting: Acting, enter: Enter) -> None:
    titled, bare = enter(name_text="甲"), enter(name_text="乙")
    commit(acting, titled)
    title(acting, titled)

    with pytest.raises(Refused) as refused:
        merge(acting, titled, bare)
    kept = merge(acting, bare, titled)

    assert refused.value.code == "bound_unit"
    assert "称号" in refused.value.says
    assert "把“乙”并入" in refused.value.says
    assert kept.titles == ("示范单位",)
    assert kept.standing == "creating"


def test_two_that_both_have_something_are_not_merged(acting: Acting, enter: Enter) -> None:
    one, other = enter(name_text="甲"), enter(name_text="乙")
    title(acting, one)
    case_moved(acting, other, "under_review")

    with pytest.raises(Refused) as refused:
        merge(acting, one, other)

    assert refused.value.code == "bound_both"
    assert "“甲”有称号" in refused.value.says
    assert "“乙”有在办的认定申请" in refused.value.says


@pytest.mark.parametrize(
    ("kinds", "code"),
    [(("enterprise", "site"), "kinds_differ"), (("same", "same"), "same_unit")],
)
def test_what_cannot_be_one_unit_is_not_merged(
    acting: Acting, enter: Enter, kinds: tuple[str, str], code: str
) -> None:
    one = enter()
    other = one if kinds[0] == "same" else enter(kind="site")

    with pytest.raises(Refused) as refused:
        merge(acting, one, other)

    assert (refused.value.code, refused.value.status) == (code, 422)


def move(acting: Acting, unit: UnitView, to: str = "330205", **more: str) -> UnitView:
    """Move as the clerk of Haishu."""
    command = MoveUnit(
        unit_id=unit.unit_id, division=to, address="江北新址1号", moved_on=date(2026, 3, 2),
        reason="迁址", details=more,
    )  # fmt: skip
    return life.move_unit(acting(HAISHU), command)


def test_a_moved_unit_keeps_title_and_standing_and_the_new_office_is_told(
    acting: Acting, enter: Enter
) -> None:
    unit = enter()
    commit(acting, unit)
    title(acting, unit)

    after = move(acting, unit)

    waiting = life.list_moves(acting(JIANGBEI), ListMoves())["moves"]
    noted = life.note_move(acting(JIANGBEI), NoteMove(move_id=waiting[0].move_id))
    assert (after.division, after.address, after.standing) == ("330205", "江北新址1号", "creating")
    assert (waiting[0].unit_id, waiting[0].from_text) == (unit.unit_id, "海曙区")
    assert noted.noted_at == NOON
    assert life.list_moves(acting(JIANGBEI), ListMoves())["moves"] == []
    assert life.list_moves(acting(HAISHU), ListMoves())["moves"] == []
    held = units.get_unit(acting(JIANGBEI), GetUnit(unit_id=unit.unit_id))
    assert held.titles == ("示范单位",)
    with pytest.raises(Refused) as gone:
        units.get_unit(acting(HAISHU), GetUnit(unit_id=unit.unit_id))
    assert gone.value.status == 404


def test_nobody_moves_away_in_mid_application_or_under_an_exit_case(
    acting: Acting, enter: Enter
) -> None:
    applying, leaving = enter(name_text="甲"), enter(name_text="乙")
    case_moved(acting, applying, "returned")
    opened = ExitCaseOpened(
        unit_id=leaving.unit_id, case_id="case_1", title_id="title_1", ground="arrears",
        ground_text="欠薪", clause="NB23:二(五).1", node="330200", opened_at=NOON,
    )  # fmt: skip
    history.hear_oversight(acting(), [heard(opened)])

    refused = []
    for unit in (applying, leaving):
        with pytest.raises(Refused) as each:
            move(acting, unit)
        refused.append(each.value)
    case_moved(acting, applying, "withdrawn", number=2)
    decided = ExitDecided(
        unit_id=leaving.unit_id, case_id="case_1", title_id="title_1", outcome="keep",
        ground="arrears", decided_on=TODAY, decision_id="oversight-decision-1",
    )  # fmt: skip
    history.hear_oversight(acting(), [heard(decided, number=2)])

    assert {r.code for r in refused} == {"case_under_way"}
    assert "在办的认定申请" in refused[0].says
    assert "退出案件" in refused[1].says
    assert [move(acting, unit).division for unit in (applying, leaving)] == ["330205"] * 2


def test_in_another_packs_region_the_law_of_that_place_asks_and_old_titles_stay(
    acting: Acting, enter: Enter
) -> None:
    weihai = ActivatePack(
        pack_id="weihai-2023", jurisdiction="371000", effective_on=date(2023, 6, 1), reason="启用"
    )
    packs.activate_pack(acting(PROVINCES), weihai)
    unit = enter()
    park = enter(kind="park", name_text="望春园区", code="", details={"managing_body": "管委会"})
    site = enter(kind="site")
    relate = Relate(
        unit_id=unit.unit_id, relation="in_park", to_unit_id=park.unit_id,
        begins_on=date(2026, 1, 5), reason="园区名录",
    )  # fmt: skip
    relations.relate(acting(CITY), relate)
    title(acting, unit)

    after = move(acting, unit, "371002")
    with pytest.raises(Refused) as unknown:
        move(acting, site, "371002")

    told = life.list_moves(acting(WEIHAI), ListMoves())["moves"]
    held = history_of_titles(acting, after)
    assert after.division == "371002"
    assert [m.law_changed for m in told] == [True]
    assert held == ["示范单位"]
    assert relations.list_relations(acting(WEIHAI), ListRelations(unit_id=unit.unit_id)) == {
        "relations": []
    }
    assert (unknown.value.status, unknown.value.code) == (422, "kind_unknown")
    assert unknown.value.clause.startswith("WH:")


def history_of_titles(acting: Acting, unit: UnitView) -> list[str]:
    from services.registry.handlers import honours

    page = honours.list_titles(acting(WEIHAI), ListTitles(unit_id=unit.unit_id))
    return [item.title_text for item in page.items]


def test_a_district_is_left_by_moving_only(acting: Acting, enter: Enter) -> None:
    unit = enter()

    with pytest.raises(Refused) as amended:
        units.amend_unit(
            acting(CITY),
            AmendUnit(unit_id=unit.unit_id, revision=1, reason="迁址",
                      entry=an_entry(code=unit.code, division="330205")),
        )  # fmt: skip
    with pytest.raises(Refused) as stayed:
        move(acting, unit, "330203007")
    with pytest.raises(Refused) as nowhere:
        move(acting, unit, "999999")

    assert amended.value.code == "district_fixed"
    assert stayed.value.code == "not_a_move"
    assert (nowhere.value.status, nowhere.value.code) == (422, "division_invalid")


def test_a_closed_unit_comes_back_to_where_it_stood(acting: Acting, enter: Enter) -> None:
    unit = enter()
    commit(acting, unit)
    close = CloseUnit(unit_id=unit.unit_id, closed_on=TODAY, reason="停业")
    closed = units.close_unit(acting(), close)

    with pytest.raises(Refused) as early:
        life.reopen_unit(
            acting(),
            ReopenUnit(unit_id=unit.unit_id, reopened_on=date(2026, 2, 1), reason="误注销"),
        )
    tx = acting()
    back = life.reopen_unit(
        tx, ReopenUnit(unit_id=unit.unit_id, reopened_on=TODAY, reason="误注销")
    )
    with pytest.raises(Refused) as twice:
        life.reopen_unit(tx, ReopenUnit(unit_id=unit.unit_id, reopened_on=TODAY, reason="误注销"))

    assert (closed.standing, closed.phase) == ("closed", "exit")
    assert (early.value.code, twice.value.code) == ("day_invalid", "not_closed")
    assert (back.standing, back.standing_on, back.phase) == ("creating", TODAY, "cultivation")
    event = said(tx, "registry.unit_reopened")[0].model_dump()
    assert event["revision"] == back.revision > closed.revision


def test_a_merged_unit_is_not_reopened(acting: Acting, enter: Enter) -> None:
    gone, kept = enter(), enter()
    merge(acting, gone, kept)

    with pytest.raises(Refused) as refused:
        life.reopen_unit(
            acting(CITY), ReopenUnit(unit_id=gone.unit_id, reopened_on=TODAY, reason="误并")
        )

    assert refused.value.code == "unit_merged"


def test_sites_find_their_contractor_whichever_comes_first(acting: Acting, enter: Enter) -> None:
    code = a_code()
    site = units.register_unit(acting(CITY), RegisterUnit(entry=a_site(leader_code=code)))

    leader = enter(name_text="宁波甬建集团有限公司", code=code)

    found = units.get_unit(acting(CITY), GetUnit(unit_id=site.unit_id))
    tied = relations.list_relations(acting(CITY), ListRelations(unit_id=leader.unit_id))
    assert found.leader_unit_id == leader.unit_id
    assert [(r.relation, r.forward) for r in tied["relations"]] == [("contractor", False)]
