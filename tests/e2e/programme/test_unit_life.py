"""Merging, moving, closing and reopening across services, over REST and at the portal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from deploy.sample import people
from deploy.sample.chain import moment, user_of
from deploy.sample.units import ALPHABET, credit_code
from shared.contracts import evaluation
from shared.contracts import registry as reg
from shared.contracts import registry_units as about
from shared.contracts.refusals import Refused
from tests.support.portal import Portal, sign_in
from tests.support.regions import Regions
from tests.support.town import Row, Town
from tests.support.waiting import wait_until

NINGHAI, CIXI, ZHENHAI = "330226", "330282", "330211"
FIRST = ALPHABET.index("W") * 31**4


@pytest.fixture(scope="module")
def clerk(regions: Regions) -> Iterator[Portal]:
    """A clerk of Ninghai at the portal."""
    portal = sign_in(regions.system, people.clerk(NINGHAI), "nh-units")
    yield portal
    portal.leave()


def _entered(clerk: Portal, name: str, number: int) -> str:
    """A unit entered by form; its id."""
    answer = clerk.send(
        "/units/new", seen_at="/units/new?kind=enterprise", kind="enterprise", name_text=name,
        code=credit_code(NINGHAI, FIRST + number), division=NINGHAI, headcount="80",
        has_union="true", contact_name="陈样例",
    )  # fmt: skip
    found = re.search(r"/units/(unit_\w+)$", str(answer.url.path))
    assert found, re.sub(r"<[^>]+>", " ", answer.text)[-800:]
    return found[1]


def _text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_two_entries_alike_are_seen_side_by_side_and_merged(clerk: Portal) -> None:
    kept = _entered(clerk, "宁海霁岚紧固件有限公司", 1)
    gone = _entered(clerk, "霁岚紧固件（宁波）有限责任公司", 2)
    waiting = clerk.page("/duplicates")
    double = re.search(r'action="(/duplicates/double_[^"]+)"', waiting)

    assert double
    assert "疑似重复登记 1 组" in clerk.page("/")
    clerk.send(double[1], seen_at="/duplicates", answer=kept, reason="同一张营业执照")

    assert "宁海霁岚紧固件有限公司" in waiting
    assert "霁岚紧固件（宁波）有限责任公司" in waiting
    assert "已并入另一单位" in clerk.page(f"/units/{gone}")
    assert "重复登记，并入本单位" in clerk.page(f"/units/{kept}")
    assert "没有疑似重复的单位" in clerk.page("/duplicates")
    assert "同一张营业执照" in clerk.page("/duplicates?status=same")


def test_a_wrong_entry_comes_back_with_what_was_typed_and_what_to_do(clerk: Portal) -> None:
    answer = clerk.send(
        "/units/new", seen_at="/units/new?kind=park", kind="park", name_text="宁海试点园区",
        division=NINGHAI,
    )  # fmt: skip

    assert answer.status_code == 422
    assert "工业园区必须填写“管理机构”" in _text(answer.text)
    assert 'value="宁海试点园区"' in answer.text


def test_a_moved_unit_is_told_to_the_new_office_which_takes_note(
    regions: Regions, clerk: Portal
) -> None:
    unit = _entered(clerk, "宁海樾枫轴承有限公司", 3)
    answer = clerk.send(
        f"/units/{unit}/move", seen_at=f"/units/{unit}/move", division=CIXI,
        address="慈溪市样例路9号", moved_on="2026-01-12", reason="迁址",
    )  # fmt: skip
    there = sign_in(regions.system, people.clerk(CIXI), "cx-units")

    told = _text(there.page("/"))
    shown = there.page(f"/units/{unit}")
    there.send("/acts/registry.note_move", seen_at=f"/units/{unit}", move_id=_move_of(shown))
    after = _text(there.page("/"))
    there.leave()

    assert "已迁往慈溪市" in _text(answer.text)
    assert "宁海樾枫轴承有限公司由宁海县迁入，请知悉" in told
    assert "宁海县 → 慈溪市" in _text(shown)
    assert "樾枫轴承" not in after
    assert clerk.http.get(f"/units/{unit}").status_code == 404


def _move_of(page: str) -> str:
    found = re.search(r'name="move_id" value="([^"]+)"', page)
    assert found
    return found[1]


def _move(unit: Row, to: str = CIXI) -> about.MoveUnit:
    return about.MoveUnit(
        unit_id=unit["unit_id"], division=to, address="慈溪市样例路10号",
        moved_on=date(2023, 3, 10), reason="迁址",
    )  # fmt: skip


def test_nobody_moves_in_mid_application(town: Town) -> None:
    unit = town.do(town.enter("enterprise", ZHENHAI))
    at = moment(date(2023, 3, 10))

    application = town.do(town.applied(unit, 2023))
    refused = wait_until(lambda: _refused(town, unit, at), what="the register to hear of it")
    withdraw = evaluation.WithdrawApplication(
        application_id=application["application_id"], reason="单位迁址"
    )
    town.system.ask(withdraw, user_of(unit), at)
    moved = town.system.ask(_move(unit), people.clerk(ZHENHAI), at, patience=10)

    assert refused is not None
    assert (refused.status, refused.code) == (409, "case_under_way")
    assert "在办的认定申请" in refused.says
    assert "由镇海区办理" in refused.says
    assert (moved["division"], moved["standing"]) == (CIXI, "creating")


def _refused(town: Town, unit: Row, at: Any) -> Refused | None:
    """The refusal of a move to a place that is not on record but for what is under way."""
    try:
        town.system.ask(_move(unit, "999999"), people.clerk(ZHENHAI), at)
    except Refused as refused:
        return refused if refused.code == "case_under_way" else None
    return None


def test_a_reopened_unit_is_where_it_was_for_every_service(town: Town) -> None:
    unit = town.do(town.enter("enterprise", ZHENHAI))
    town.do(town.plan(ZHENHAI, 2023))
    town.do(town.chain.commit(unit, moment(date(2023, 2, 6))))
    town.do(town.heard(unit, "committed_on"))
    office, unit_id = people.clerk(ZHENHAI), unit["unit_id"]
    at = moment(date(2023, 2, 20))
    start = evaluation.StartAssessment(unit_id=unit_id)

    close = reg.CloseUnit(unit_id=unit_id, closed_on=date(2023, 2, 20), reason="误报停业")
    town.system.ask(close, office, at)
    refused = wait_until(lambda: _closed(town, unit, at), what="the closing to be heard")
    again = about.ReopenUnit(unit_id=unit_id, reopened_on=date(2023, 2, 20), reason="核实仍在经营")
    back = town.system.ask(again, office, at)
    begun = town.system.ask(start, user_of(unit), at, patience=10)

    assert refused is not None
    assert refused.code == "unit_closed"
    assert (back["standing"], back["phase"]) == ("creating", "cultivation")
    assert begun["unit_id"] == unit_id


def _closed(town: Town, unit: Row, at: Any) -> Refused | None:
    """The refusal of an application by a unit that evaluation knows to be closed."""
    apply = evaluation.SubmitApplication(unit_id=unit["unit_id"], assessment_id="none")
    refused = town.refused(apply, user_of(unit), at)
    return refused if refused.code == "unit_closed" else None
