"""Titles and plaques: granted once, revoked once, asked as of a day and as then known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.registry.handlers import files, history, honours, plaques, units
from services.registry.store import units as store
from shared.contracts.evaluation import NamingApproved
from shared.contracts.oversight import ExitDecided
from shared.contracts.refusals import Refused
from shared.contracts.registry import FindUnits, UnitFilter
from shared.contracts.registry_acts import (
    AddPractice,
    FindPractices,
    GetDecision,
    GetTitle,
    IssuePlaque,
    ListTitles,
    LosePlaque,
    PublicRegister,
    PublishPractice,
    ReturnPlaque,
    VerifyPlaque,
)
from shared.contracts.registry_answers import PublicRow, TitleView, UnitView
from tests.integration.registry.conftest import (
    CITY,
    HAISHU,
    JIANGBEI,
    NOBODY,
    NOON,
    TODAY,
    Acting,
    heard,
    said,
)

NAMED_ON = date(2025, 6, 20)
NAMED_AT = datetime(2025, 6, 21, 2, 0, tzinfo=UTC)
DECIDED_ON = date(2026, 2, 2)
DECIDED_AT = datetime(2026, 2, 5, 2, 0, tzinfo=UTC)
TITLE = "宁波市和谐劳动关系创建示范单位"

Named = Callable[..., TitleView]


def naming(unit_id: str, nomination_id: str = "nomination_1", year: int = 2025) -> NamingApproved:
    return NamingApproved(
        unit_id=unit_id, nomination_id=nomination_id, round_id=f"round_{year}", round_year=year,
        node="330200", title_kind="city_demonstration", title_text=TITLE, level="city",
        approved_on=NAMED_ON, decision_id="evaluation-decision-1",
    )  # fmt: skip


def exit_decided(title: TitleView, outcome: str = "revoke") -> ExitDecided:
    return ExitDecided(
        unit_id=title.unit_id, case_id="case_1", title_id=title.title_id, outcome=outcome,
        ground="重大劳动保障违法行为", decided_on=DECIDED_ON, decision_id="oversight-decision-1",
    )  # fmt: skip


@pytest.fixture
def named(acting: Acting, enter: Callable[..., UnitView]) -> Named:
    """`named(nomination_id)`: a unit with a city title, approved in June 2025."""

    def name(
        nomination_id: str = "nomination_1", *, year: int = 2025, **entry: object
    ) -> TitleView:
        unit = enter(**entry)
        event = naming(unit.unit_id, nomination_id, year)
        history.hear_evaluation(acting(CITY), [heard(event, time=NAMED_AT)])
        found = honours.list_titles(acting(CITY), ListTitles(unit_id=unit.unit_id))
        return found.items[0]

    return name


def get(acting: Acting, title: TitleView, **when: object) -> TitleView:
    command = GetTitle.model_validate({"title_id": title.title_id, **when})
    return honours.get_title(acting(CITY), command)


def public(acting: Acting, **asked: object) -> list[PublicRow]:
    command = PublicRegister.model_validate(asked)
    return list(honours.public_register(acting(NOBODY), command).items)


@pytest.mark.obligation("NB23-044")
def test_an_approved_naming_becomes_the_quoted_title_with_number_day_kind_and_round(
    acting: Acting, enter: Callable[..., UnitView]
) -> None:
    unit = enter()
    tx = acting(CITY)

    history.hear_evaluation(tx, [heard(naming(unit.unit_id), time=NAMED_AT)])

    title = honours.list_titles(acting(CITY), ListTitles(unit_id=unit.unit_id)).items[0]
    assert title.title_text == "宁波市和谐劳动关系创建示范单位"
    assert title.number == "330200-DS-QY-2025-0001"
    assert (title.level, title.unit_kind, title.round_year) == ("city", "enterprise", 2025)
    assert (title.granted_on, title.status) == (NAMED_ON, "active")
    assert "非文件规定" in title.numbering_note
    event = said(tx, "registry.title_granted")[0].model_dump()
    assert event["plaque_number"] == title.plaque.number
    chain = history.get_decision(acting(CITY), GetDecision(decision_id=event["decision_id"]))
    assert chain["because"][0] == "evaluation-decision-1"
    assert "命名" in chain["clauses"][0]["wording"]


@pytest.mark.obligation("NB23-044")
def test_one_nomination_gives_one_title_however_often_it_is_told(
    acting: Acting, named: Named
) -> None:
    title = named()
    tx = acting(CITY)

    history.hear_evaluation(tx, [heard(naming(title.unit_id), time=NAMED_AT)] * 2)

    assert tx.said == []
    assert len(honours.list_titles(acting(CITY), ListTitles(unit_id=title.unit_id)).items) == 1


def test_numbers_of_one_series_follow_one_another(named: Named) -> None:
    numbers = [named(f"nomination_{n}").number[-4:] for n in range(3)]
    site = named("nomination_site", kind="site").number

    assert numbers == ["0001", "0002", "0003"]
    assert site == "330200-DS-GD-2025-0001"


def test_a_series_begun_before_there_were_signs_goes_on(acting: Acting, named: Named) -> None:
    begun = store.next_number(acting(CITY), "330200-city-enterprise-2025")

    assert begun == 1
    assert named().number == "330200-DS-QY-2025-0002"


@pytest.mark.obligation("NB23-045")
def test_a_plaque_is_issued_with_number_day_and_receiver(acting: Acting, named: Named) -> None:
    title = named()
    assert (title.plaque.place, title.plaque.place_text) == ("to_issue", "待颁发")
    command = IssuePlaque(title_id=title.title_id, issued_on=date(2025, 7, 1), received_by="王工")

    view = plaques.issue_plaque(acting(CITY), command)

    assert view.plaque.place == "issued"
    assert view.plaque.number == title.number + "-P1"
    assert (view.plaque.issued_on, view.plaque.received_by) == (date(2025, 7, 1), "王工")
    with pytest.raises(Refused) as twice:
        plaques.issue_plaque(acting(CITY), command)
    assert twice.value.code == "plaque_move"


@pytest.mark.obligation("NB23-046")
def test_fifty_named_units_are_fifty_rows_of_the_public_list(acting: Acting, named: Named) -> None:
    for number in range(50):
        named(f"nomination_{number}", name_text=f"企业{number}")
    named("nomination_other", year=2024)
    named("nomination_site", kind="site")

    assert len(public(acting, year=2025, kind="enterprise")) == 50
    assert len(public(acting, year=2025)) == 51
    page = honours.public_register(
        acting(NOBODY), PublicRegister(year=2025, kind="enterprise", limit=20)
    )
    assert (page.total, len(page.items), bool(page.next_after)) == (50, 20, True)


@pytest.mark.obligation("NB23-047")
def test_a_published_practice_is_found_by_its_unit(acting: Acting, named: Named) -> None:
    title = named()
    draft = files.add_practice(
        acting(CITY),
        AddPractice(unit_id=title.unit_id, title="共享调解室", text="一线矛盾不出车间"),
    )
    search = FindPractices(unit_id=title.unit_id)
    assert files.find_practices(acting(NOBODY), search)["practices"] == []

    files.publish_practice(acting(CITY), PublishPractice(practice_id=draft.practice_id))

    found = files.find_practices(acting(NOBODY), search)["practices"]
    assert [(p.title, p.state) for p in found] == [("共享调解室", "published")]
    assert files.find_practices(acting(NOBODY), FindPractices(text="车间"))["practices"] == found


def test_only_a_named_unit_has_practices(acting: Acting, enter: Callable[..., UnitView]) -> None:
    with pytest.raises(Refused) as refused:
        files.add_practice(
            acting(CITY), AddPractice(unit_id=enter().unit_id, title="做法", text="内容")
        )

    assert refused.value.code == "unit_not_named"


@pytest.mark.obligation("NB23-070")
def test_a_decided_exit_revokes_once_and_is_said_once(acting: Acting, named: Named) -> None:
    title = named()
    tx = acting(CITY)
    event = heard(exit_decided(title), time=DECIDED_AT)

    history.hear_oversight(tx, [event, event])
    history.hear_oversight(acting(CITY), [event])

    view = get(acting, title)
    assert (view.status, view.revoked_on) == ("revoked", DECIDED_ON)
    assert view.ground == "重大劳动保障违法行为"
    assert len(said(tx, "registry.title_revoked")) == 1
    unit_ids = units.find_units(acting(CITY), FindUnits(where=UnitFilter(title_level="city"))).items
    assert unit_ids == ()


@pytest.mark.obligation("NB23-070")
def test_a_decision_to_keep_changes_nothing(acting: Acting, named: Named) -> None:
    title = named()
    tx = acting(CITY)

    history.hear_oversight(tx, [heard(exit_decided(title, "keep"))])

    assert get(acting, title).status == "active"
    assert tx.said == []


@pytest.mark.obligation("NB23-071")
def test_a_revoked_title_has_its_plaque_on_the_list_to_be_returned(
    acting: Acting, named: Named
) -> None:
    title = named()
    plaques.issue_plaque(
        acting(CITY),
        IssuePlaque(title_id=title.title_id, issued_on=date(2025, 7, 1), received_by="王工"),
    )
    history.hear_oversight(acting(CITY), [heard(exit_decided(title), time=DECIDED_AT)])

    waiting = honours.list_titles(acting(CITY), ListTitles(place="to_return"))
    tx = acting(CITY)
    back = ReturnPlaque(title_id=title.title_id, returned_on=TODAY, handed_in_by="王工")
    view = plaques.return_plaque(tx, back)

    assert [t.title_id for t in waiting.items] == [title.title_id]
    assert (view.plaque.place, view.plaque.returned_on) == ("returned", TODAY)
    assert [e.model_dump()["lost_reason"] for e in said(tx, "registry.plaque_returned")] == [""]
    assert honours.list_titles(acting(CITY), ListTitles(place="to_return")).items == ()


@pytest.mark.obligation("NB23-071")
def test_a_lost_plaque_keeps_its_reason_and_ends_the_wait(acting: Acting, named: Named) -> None:
    title = named()
    history.hear_oversight(acting(CITY), [heard(exit_decided(title), time=DECIDED_AT)])
    tx = acting(CITY)

    view = plaques.lose_plaque(
        tx, LosePlaque(title_id=title.title_id, reported_on=TODAY, reason="厂房火灾中烧毁")
    )

    assert (view.plaque.place, view.plaque.lost_reason) == ("lost", "厂房火灾中烧毁")
    assert said(tx, "registry.plaque_returned")[0].model_dump()["lost_reason"] == "厂房火灾中烧毁"


def test_a_plaque_lost_earlier_is_reported_when_the_title_is_revoked(
    acting: Acting, named: Named
) -> None:
    title = named()
    plaques.issue_plaque(
        acting(CITY), IssuePlaque(title_id=title.title_id, issued_on=NAMED_ON, received_by="王工")
    )
    plaques.lose_plaque(
        acting(CITY), LosePlaque(title_id=title.title_id, reported_on=TODAY, reason="被盗")
    )
    tx = acting(CITY)

    history.hear_oversight(tx, [heard(exit_decided(title), time=DECIDED_AT)])

    assert [e.name for e in tx.said] == ["registry.title_revoked", "registry.plaque_returned"]


def test_the_register_is_asked_as_of_a_day_and_as_then_known(acting: Acting, named: Named) -> None:
    title = named()
    history.hear_oversight(acting(CITY), [heard(exit_decided(title), time=DECIDED_AT)])
    before_we_knew = DECIDED_AT - timedelta(hours=1)

    assert get(acting, title).status == "revoked"
    assert get(acting, title, as_of=DECIDED_ON - timedelta(days=1)).status == "active"
    assert get(acting, title, as_of=DECIDED_ON, known_at=before_we_knew).status == "active"
    assert get(acting, title, as_of=DECIDED_ON, known_at=DECIDED_AT).status == "revoked"
    with pytest.raises(Refused) as not_yet:
        get(acting, title, as_of=NAMED_ON - timedelta(days=1))
    assert not_yet.value.status == 404
    known = ListTitles(status="active", as_of=DECIDED_ON, known_at=before_we_knew)
    assert len(honours.list_titles(acting(CITY), known).items) == 1
    assert honours.list_titles(acting(CITY), ListTitles(status="active")).items == ()


def test_the_public_list_moves_a_revoked_title_to_the_removals(
    acting: Acting, named: Named
) -> None:
    title = named()
    history.hear_oversight(acting(CITY), [heard(exit_decided(title), time=DECIDED_AT)])

    assert public(acting) == []
    removed = public(acting, listing="removed")
    assert [(row.number, row.revoked_on, row.status) for row in removed] == [
        (title.number, DECIDED_ON, "revoked")
    ]


def test_anybody_verifies_a_plaque_by_number_or_code(acting: Acting, named: Named) -> None:
    title = named()

    def check(asked: str) -> tuple[bool, bool]:
        found = plaques.verify_plaque(acting(NOBODY), VerifyPlaque(number_or_code=asked))
        return found.found, found.genuine

    assert len(title.plaque.verify_code) == 20
    assert check(title.plaque.number) == check(title.plaque.verify_code.lower()) == (True, True)
    assert check(f" {title.plaque.number.lower()} ") == (True, True)
    assert check("330200-DS-QY-2025-9999-P1") == (False, False)
    history.hear_oversight(acting(CITY), [heard(exit_decided(title), time=DECIDED_AT)])
    assert check(title.plaque.number) == (True, False)


def test_another_area_does_not_see_a_title(acting: Acting, named: Named) -> None:
    title = named()

    with pytest.raises(Refused) as refused:
        honours.get_title(acting(JIANGBEI), GetTitle(title_id=title.title_id))

    assert refused.value.status == 404
    assert honours.list_titles(acting(JIANGBEI), ListTitles()).items == ()
    assert len(honours.list_titles(acting(HAISHU), ListTitles()).items) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE title_history SET value = 'active'",
        "DELETE FROM title_history",
        "TRUNCATE title_history",
        "UPDATE timeline SET says = 'x'",
        "DELETE FROM timeline",
        "UPDATE title SET status = 'active', revoked_on = NULL",
        "UPDATE title SET number = 'x'",
        "UPDATE plaque SET place = 'issued', issued_on = '2026-01-01'",
    ],
)
def test_the_database_itself_refuses_to_rewrite_history(
    acting: Acting, named: Named, statement: str
) -> None:
    title = named()
    history.hear_oversight(acting(CITY), [heard(exit_decided(title), time=DECIDED_AT)])
    session = acting(CITY).session

    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(text(statement))

    assert get(acting, title).status == "revoked"


def test_days_that_cannot_be_are_refused(acting: Acting, named: Named) -> None:
    title = named()
    days = (NAMED_ON - timedelta(days=1), (NOON + timedelta(days=1)).date())

    refused = []
    for day in days:
        command = IssuePlaque(title_id=title.title_id, issued_on=day, received_by="王工")
        with pytest.raises(Refused) as raised:
            plaques.issue_plaque(acting(CITY), command)
        refused.append(raised.value.code)

    assert refused == ["day_too_early", "day_ahead"]
