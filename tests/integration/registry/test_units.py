"""Entering, finding, amending and closing units, scoped to the actor's node."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from services.registry.handlers import units
from shared.contracts.message import Actor
from shared.contracts.refusals import Refused
from shared.contracts.registry import (
    AmendUnit,
    CloseUnit,
    CountUnits,
    FindUnits,
    GetUnit,
    RegisterUnit,
    UnitFilter,
)
from shared.contracts.registry_answers import UnitView
from tests.integration.registry.conftest import (
    CITY,
    HAISHU,
    JIANGBEI,
    NOBODY,
    SECOND,
    Acting,
    a_code,
    a_site,
    an_entry,
    said,
)


def names(acting: Acting, actor: Actor = CITY, **where: object) -> list[str]:
    command = FindUnits(where=UnitFilter.model_validate(where))
    return [unit.name_text for unit in units.find_units(acting(actor), command).items]


@pytest.mark.obligation("NB23-016")
@pytest.mark.parametrize("kind", ["enterprise", "site", "park", "township", "industry"])
def test_the_five_kinds_of_the_measures_are_registered(acting: Acting, kind: str) -> None:
    details = {
        "site": {"contractor": "甬建"},
        "park": {"managing_body": "管委会"},
        "industry": {"leading_body": "行业协会"},
    }.get(kind, {})
    code = {"enterprise": a_code(), "site": "330203202600000123"}.get(kind, "")
    tx = acting(CITY)

    view = units.register_unit(
        tx, RegisterUnit(entry=an_entry(kind=kind, code=code, details=details))
    )

    assert (view.kind, view.standing, view.revision) == (kind, "registered", 1)
    given = {"park": "330203-YQ-0001", "township": "330203-XZ-0001", "industry": "330203-HY-0001"}
    assert view.code == given.get(kind, code)
    assert [e.model_dump()["unit_id"] for e in said(tx, "registry.unit_entered")] == [view.unit_id]


@pytest.mark.obligation("NB23-016")
def test_a_sixth_kind_is_refused_with_422_and_the_clause(acting: Acting) -> None:
    tx = acting(CITY)

    with pytest.raises(Refused) as refused:
        units.register_unit(tx, RegisterUnit(entry=an_entry(kind="supply chain")))

    assert refused.value.status == 422
    assert refused.value.clause == "NB23:二(一).1"
    assert names(acting) == []
    assert tx.said == []


def test_without_an_activated_pack_nothing_is_registered(lawless: Acting) -> None:
    with pytest.raises(Refused) as refused:
        units.register_unit(lawless(CITY), RegisterUnit(entry=an_entry()))

    assert refused.value.code == "pack_not_activated"


def test_a_wrong_code_is_refused_with_the_right_check_sign(acting: Acting) -> None:
    wrong = "91330203MA9T00018G"

    with pytest.raises(Refused) as refused:
        units.register_unit(acting(), RegisterUnit(entry=an_entry(code=wrong)))

    assert refused.value.status == 422
    assert refused.value.errors == [
        {"pointer": "/entry/code", "says": "代码第 18 位校验码应为“H”，填写的是“G”：请逐位核对代码"}
    ]


def test_the_fields_a_kind_requires_are_the_packs(acting: Acting) -> None:
    with pytest.raises(Refused) as refused:
        units.register_unit(acting(), RegisterUnit(entry=a_site(details={})))

    assert refused.value.errors[0]["pointer"] == "/entry/contractor"


def test_an_abolished_division_names_its_successor(acting: Acting) -> None:
    with pytest.raises(Refused) as refused:
        units.register_unit(acting(CITY), RegisterUnit(entry=an_entry(division="330204")))

    assert "鄞州区" in refused.value.says


def test_one_code_is_registered_once(acting: Acting) -> None:
    entry = an_entry()
    units.register_unit(acting(), RegisterUnit(entry=entry))

    with pytest.raises(Refused) as refused:
        units.register_unit(acting(CITY), RegisterUnit(entry=entry.model_copy()))

    assert refused.value.code == "code_taken"
    assert len(names(acting)) == 1


def test_another_area_cannot_register_see_or_amend(
    acting: Acting, enter: Callable[..., UnitView]
) -> None:
    unit = enter()

    with pytest.raises(Refused) as registering:
        units.register_unit(acting(JIANGBEI), RegisterUnit(entry=an_entry()))
    with pytest.raises(Refused) as reading:
        units.get_unit(acting(JIANGBEI), GetUnit(unit_id=unit.unit_id))
    amend = AmendUnit(unit_id=unit.unit_id, revision=1, entry=an_entry(), reason="改")
    with pytest.raises(Refused) as amending:
        units.amend_unit(acting(JIANGBEI), amend)

    assert [r.value.status for r in (registering, reading, amending)] == [403, 404, 404]
    assert names(acting, JIANGBEI) == []
    assert units.count_units(acting(JIANGBEI), CountUnits()).total == 0
    assert names(acting, NOBODY) == []


def test_a_reviewer_may_read_but_not_register(acting: Acting) -> None:
    with pytest.raises(Refused) as refused:
        units.register_unit(acting(SECOND), RegisterUnit(entry=an_entry()))

    assert (refused.value.code, refused.value.status) == ("not_allowed", 403)


def test_a_unit_user_sees_its_own_unit_only(acting: Acting, enter: Callable[..., UnitView]) -> None:
    own, _other = enter(), enter(name_text="宁波海曙东方纺织厂")
    user = Actor(id="u1", name="单位", node="330203", roles=("unit",), unit_id=own.unit_id)

    assert names(acting, user) == [own.name_text]


def test_two_characters_initials_and_code_find_a_unit(
    acting: Acting, enter: Callable[..., UnitView]
) -> None:
    wanted = enter(name_text="宁波长兴（重工）机械")
    enter(name_text="慈溪明盛电器", division="330282")

    for text in ("重工", "兴重工", "nbcx", "nbzx", wanted.code[:17], wanted.code, "宁"):
        assert names(acting, text=text) == [wanted.name_text], text
    for text in ("工重", "nbmx", "91999999MA", "%%", "长_重"):
        assert names(acting, text=text) == [], text


def test_filters_combine_and_counts_agree(acting: Acting, enter: Callable[..., UnitView]) -> None:
    enter(name_text="甲机械")
    enter(name_text="乙机械", division="330205")
    enter(kind="site", name_text="丙机械工地", division="330205")

    assert names(acting, text="机械", division="330205", kinds=["enterprise"]) == ["乙机械"]
    assert len(names(acting, title_level="none")) == 3
    assert names(acting, title_level="city") == []
    counts = units.count_units(acting(CITY), CountUnits())
    assert (counts.total, counts.by_kind) == (3, {"enterprise": 2, "site": 1})
    assert counts.by_division == {"330203": 1, "330205": 2}


def test_counting_stops_where_it_is_told_to_and_says_that_there_are_more(
    acting: Acting, enter: Callable[..., UnitView]
) -> None:
    enter(name_text="甲机械")
    enter(name_text="乙机械", division="330205")
    enter(kind="site", name_text="丙机械工地", division="330205")
    of_a_kind = UnitFilter(kinds=("enterprise",), text="机械")

    for where, up_to, answer in (
        (UnitFilter(), 2, (2, True)),
        (UnitFilter(), 3, (3, False)),
        (of_a_kind, 1, (1, True)),
        (of_a_kind, 1000, (2, False)),
        (UnitFilter(division="330205"), 1, (1, True)),
    ):
        counts = units.count_units(acting(CITY), CountUnits(where=where, up_to=up_to))
        assert (counts.total, counts.total_more) == answer, (where, up_to)
        assert counts.by_kind == counts.by_standing == counts.by_division == {}
    assert units.count_units(acting(JIANGBEI), CountUnits()).by_division == {"330205": 2}
    assert units.count_units(acting(JIANGBEI), CountUnits(up_to=1)).total_more


@pytest.mark.parametrize("sort", ["name", "-name", "entered_at", "headcount", "-headcount"])
def test_pages_by_key_give_every_unit_once(
    acting: Acting, enter: Callable[..., UnitView], sort: str
) -> None:
    for number in range(7):
        enter(name_text=f"企业{number % 3}", headcount=None if number == 5 else number % 3)

    seen: list[str] = []
    after = ""
    while True:
        command = FindUnits.model_validate({"sort": sort, "after": after, "limit": 3})
        page = units.find_units(acting(CITY), command)
        seen += [unit.unit_id for unit in page.items]
        after = page.next_after
        if not after:
            break

    assert len(seen) == len(set(seen)) == 7


@pytest.mark.parametrize("after", ["nonsense", "WzEsICJ4Il0=", "e30=", "WzFd"])
def test_a_forged_page_key_is_refused(acting: Acting, after: str) -> None:
    with pytest.raises(Refused) as refused:
        units.find_units(acting(CITY), FindUnits(after=after))

    assert refused.value.code == "bad_page_key"


def test_an_amendment_raises_the_revision_and_says_the_whole_entry(
    acting: Acting, enter: Callable[..., UnitView]
) -> None:
    unit = enter()
    tx = acting()
    entry = an_entry(code=unit.code, name_text="宁波甬江重工股份有限公司", headcount=400)

    view = units.amend_unit(
        tx, AmendUnit(unit_id=unit.unit_id, revision=1, entry=entry, reason="更名")
    )

    assert (view.revision, view.name_text) == (2, "宁波甬江重工股份有限公司")
    event = said(tx, "registry.unit_entered")[0].model_dump()
    assert (event["revision"], event["headcount"]) == (2, 400)
    assert names(acting, text="股份") == [view.name_text]
    with pytest.raises(Refused) as stale:
        units.amend_unit(
            tx, AmendUnit(unit_id=unit.unit_id, revision=1, entry=entry, reason="又改")
        )
    assert stale.value.code == "revision_changed"


def test_a_closed_unit_stays_closed(acting: Acting, enter: Callable[..., UnitView]) -> None:
    unit = enter(kind="site")
    tx = acting()
    command = CloseUnit(unit_id=unit.unit_id, closed_on=date(2026, 3, 1), reason="竣工")

    view = units.close_unit(tx, command)

    assert view.standing == "closed"
    assert [e.name for e in tx.said] == ["registry.unit_closed"]
    with pytest.raises(Refused) as again:
        units.close_unit(tx, command)
    assert again.value.code == "standing_move"


def test_the_size_class_follows_the_figures(acting: Acting) -> None:
    entry = an_entry(industry="3411", headcount=1000, revenue="40000")

    view = units.register_unit(acting(HAISHU), RegisterUnit(entry=entry))

    assert view.size == "large"
