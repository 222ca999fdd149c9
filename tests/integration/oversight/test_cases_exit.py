"""An exit case from the confirmed fact to its close, as NB23 二(五) asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.oversight.handlers import cases, cases_open, cases_view, publications
from shared.contracts.oversight import (
    AddCaseNote,
    ExitCaseOpened,
    ExitDecided,
    GetCase,
    GetMinutes,
    HoldLifted,
    ListPlaqueTasks,
    ListPublications,
    OpenCase,
    PublishRemoval,
    RecordOpinion,
    RemovalPublished,
    WaiveStatement,
)
from shared.contracts.refusals import Refused
from shared.contracts.registry import PlaqueReturned, TitleRevoked
from shared.messaging.tx import Tx
from shared.policy.codec import sealed
from shared.policy.load import load_pack
from shared.runtime import decisions
from tests.integration.oversight.cases_builders import (
    BODIES,
    CITY,
    CLERK,
    DISTRICT_CLERK,
    HAISHU,
    NOW,
    OTHER_DISTRICT,
    REVIEWER,
    Oversight,
    a_seat,
)


@pytest.fixture
def oversight(tx_for: Callable[..., Tx]) -> Oversight:
    """Oversight with Ningbo's pack at work."""
    made = Oversight(tx_for)
    made.activate(load_pack("ningbo-2023"))
    return made


def whole(oversight: Oversight, case_id: str, actor=CLERK):
    return oversight.ask(cases_view.get_case, GetCase(case_id=case_id), actor)


def revoked(oversight: Oversight) -> tuple[str, str, str]:
    found = oversight.heard_case()
    oversight.all_say(found[0])
    oversight.decide(found[0])
    return found


def title_revoked(found: tuple[str, str, str]) -> TitleRevoked:
    case_id, unit_id, title_id = found
    return TitleRevoked(
        unit_id=unit_id,
        title_id=title_id,
        title_text="宁波市和谐劳动关系创建示范企业",
        level="city",
        revoked_on=date(2026, 3, 10),
        ground="major_violation",
        case_id=case_id,
        decision_id="registry-decision-2",
    )


def plaque_returned(found: tuple[str, str, str], lost_reason: str = "") -> PlaqueReturned:
    return PlaqueReturned(
        unit_id=found[1],
        title_id=found[2],
        plaque_number="甬和2025001",
        returned_on=date(2026, 3, 12),
        lost_reason=lost_reason,
    )


@pytest.mark.obligation("NB23-062", "NB23-068")
def test_a_confirmed_major_violation_opens_a_case_at_once_at_the_naming_level(oversight):
    unit_id, title_id = oversight.a_titled_unit()
    trigger_id = oversight.a_trigger(unit_id, severity="major")

    answer = oversight.confirm(trigger_id, DISTRICT_CLERK, severity="major")

    case = whole(oversight, answer.case_ids[0])
    assert answer.outcome == "case"
    assert (case.stage, case.status, case.node, case.level) == ("opened", "open", CITY, "city")
    assert case.opened_at >= NOW
    assert case.opened_at.date() == NOW.date()
    assert case.reported_from == HAISHU
    assert "宁波市协调劳动关系三方会议办公室" in case.waits_for
    opened = oversight.said_of(ExitCaseOpened)
    assert [(e.case_id, e.title_id, e.ground) for e in opened] == [
        (case.case_id, title_id, "major_violation")
    ]


@pytest.mark.obligation("NB23-068")
def test_the_clock_of_a_case_counts_days_and_punishes_nobody(oversight):
    case_id, *_ = oversight.an_open_case()

    later = oversight.ask(
        cases_view.get_case, GetCase(case_id=case_id), CLERK, NOW + timedelta(days=9)
    )

    assert later.days_open == 9
    assert later.stage == "opened"


@pytest.mark.obligation("NB23-069")
def test_one_body_alone_never_decides(oversight):
    case_id, *_ = oversight.heard_case()
    oversight.say(case_id, BODIES[0])

    with pytest.raises(Refused) as refused:
        oversight.decide(case_id)

    assert (refused.value.status, refused.value.code) == (409, "opinions_incomplete")
    assert refused.value.clause == "NB23:二(五).3"
    assert oversight.said_of(ExitDecided) == []


@pytest.mark.obligation("NB23-069", "NB23-070")
def test_all_sides_together_revoke_and_the_decision_holds_the_whole_chain(oversight):
    case_id, unit_id, title_id = oversight.heard_case()
    oversight.all_say(case_id)

    case = oversight.decide(case_id)

    said = oversight.said_of(ExitDecided)
    assert [(e.unit_id, e.title_id, e.outcome) for e in said] == [(unit_id, title_id, "revoke")]
    chain = decisions.load(oversight.tx().session, case.decision_id)
    assert chain["pack"]["fingerprint"] == load_pack("ningbo-2023").fingerprint
    assert len(chain["opinions"]) == len(BODIES)
    facts = {fact["name"]: fact["value"] for fact in chain["facts"]}
    assert facts["opinions.sides_consenting"] == 3
    assert {rule["outcome"] for rule in chain["rules"]} == {"met"}
    assert any(part.startswith("oversight-decision-") for part in chain["because"])
    assert any(part.startswith("hold_") for part in chain["because"])


@pytest.mark.obligation("NB23-069")
def test_a_side_that_dissents_stops_the_conclusion(oversight):
    case_id, *_ = oversight.heard_case()
    workers = next(b for b in BODIES if "总工会" in b)
    for body in BODIES:
        oversight.say(case_id, body, "keep" if body == workers else "revoke")

    with pytest.raises(Refused) as refused:
        oversight.decide(case_id)

    assert refused.value.code == "sides_not_consenting"


def test_opinions_wait_until_the_unit_was_heard(oversight):
    case_id, *_ = oversight.an_open_case()

    with pytest.raises(Refused) as refused:
        oversight.say(case_id, BODIES[0])

    assert refused.value.code == "case_stage"
    assert "陈述" in refused.value.says


def test_a_waived_statement_lets_the_parties_go_on_and_keeps_the_reason(oversight):
    case_id, *_ = oversight.an_open_case()

    oversight.ask(cases.waive_statement, WaiveStatement(case_id=case_id, reason="两次通知未到场"))

    case = oversight.say(case_id, BODIES[0])
    assert (case.stage, case.statement, case.statement_text) == (
        "deliberation",
        "waived",
        "两次通知未到场",
    )


def test_only_the_naming_level_decides_on_its_title(oversight):
    case_id, *_ = oversight.heard_case()
    oversight.all_say(case_id)

    with pytest.raises(Refused) as refused:
        oversight.decide(case_id, actor=DISTRICT_CLERK)

    assert (refused.value.status, refused.value.code) == (403, "not_naming_level")
    assert refused.value.clause == "NB23:二(五).3"


def test_the_city_does_not_decide_on_a_district_title(oversight):
    case_id, *_ = oversight.heard_case("district")

    with pytest.raises(Refused) as refused:
        oversight.decide(case_id)

    assert refused.value.status == 403


def test_a_title_from_above_the_region_waits_for_its_naming_body(oversight):
    case_id, *_ = oversight.heard_case("province")

    case = whole(oversight, case_id)

    assert (case.node, case.node_name) == ("330000", "浙江省协调劳动关系三方会议办公室")
    assert case.waits_for.startswith("浙江省协调劳动关系三方会议办公室")
    with pytest.raises(Refused) as refused:
        oversight.decide(case_id)
    assert refused.value.status == 403


def test_a_case_of_another_area_does_not_exist_there(oversight):
    case_id, *_ = oversight.an_open_case()

    with pytest.raises(Refused) as refused:
        whole(oversight, case_id, OTHER_DISTRICT)

    assert refused.value.status == 404


def test_the_second_officer_reads_what_was_decided(oversight):
    case_id, *_ = revoked(oversight)

    with pytest.raises(Refused) as refused:
        oversight.decide(case_id, "keep")

    assert (refused.value.status, refused.value.code) == (409, "case_decided")
    assert "取消命名" in refused.value.says
    assert len(oversight.said_of(ExitDecided)) == 1


def test_whoever_opened_a_case_does_not_write_its_conclusion(oversight):
    both = REVIEWER.model_copy(update={"roles": ("clerk", "reviewer")})
    unit_id, _ = oversight.a_titled_unit()
    case_id = oversight.confirm(oversight.a_trigger(unit_id), both, severity="major").case_ids[0]
    oversight.ask(cases.waive_statement, WaiveStatement(case_id=case_id, reason="放弃"))
    oversight.all_say(case_id)

    with pytest.raises(Refused) as refused:
        oversight.decide(case_id, actor=both)

    assert refused.value.code == "second_person"


def test_a_seat_speaks_for_its_own_body_only(oversight):
    case_id, *_ = oversight.heard_case()
    command = RecordOpinion(case_id=case_id, body=BODIES[1], consent="revoke", text="代为表态")

    with pytest.raises(Refused) as refused:
        oversight.ask(cases.record_opinion, command, a_seat(BODIES[0]))

    assert (refused.value.status, refused.value.code) == (403, "not_your_body")


def test_a_clerk_copies_an_opinion_only_from_a_named_paper(oversight):
    case_id, *_ = oversight.heard_case()
    command = RecordOpinion(case_id=case_id, body=BODIES[0], consent="revoke", text="同意")

    with pytest.raises(Refused) as refused:
        oversight.ask(cases.record_opinion, command, CLERK)
    case = oversight.ask(
        cases.record_opinion, command.model_copy(update={"document": "甬人社函〔2026〕3号"}), CLERK
    )

    assert refused.value.code == "paper_missing"
    assert next(o for o in case.opinions if o.given).document == "甬人社函〔2026〕3号"


def test_a_body_that_changes_its_mind_leaves_both_opinions_on_record(oversight):
    case_id, *_ = oversight.heard_case()
    oversight.say(case_id, BODIES[0], "keep")

    with pytest.raises(Refused) as refused:
        oversight.say(case_id, BODIES[0], "revoke")
    case = oversight.say(case_id, BODIES[0], "revoke", replaces=True)

    assert refused.value.code == "opinion_given"
    assert next(o for o in case.opinions if o.given).consent == "revoke"
    assert [s.kind for s in case.steps].count("opinion") == 2


def test_keeping_the_title_closes_the_case_and_lifts_only_its_own_hold(oversight):
    case_id, unit_id, _ = oversight.heard_case()
    other = oversight.a_trigger(unit_id)
    oversight.all_say(case_id, "keep")

    case = oversight.decide(case_id, "keep")

    lifted = oversight.said_of(HoldLifted)
    assert (case.stage, case.status, case.outcome) == ("closed", "closed", "keep")
    assert [e.decision_id for e in lifted] == [case.decision_id]
    assert other not in {e.hold_id for e in lifted}
    assert oversight.said_of(ExitDecided)[0].outcome == "keep"


@pytest.mark.obligation("NB23-071")
def test_after_revocation_the_plaque_is_on_the_list_until_it_returns(oversight):
    found = revoked(oversight)

    oversight.hear(title_revoked(found))
    waiting = oversight.ask(publications.list_plaque_tasks, ListPlaqueTasks())
    oversight.hear(plaque_returned(found))
    after = oversight.ask(publications.list_plaque_tasks, ListPlaqueTasks())

    assert [(t.case_id, t.state, t.plaque_number) for t in waiting.items] == [
        (found[0], "to_return", "甬和2025001")
    ]
    assert after.items == ()
    assert whole(oversight, found[0]).plaque_state == "returned"


@pytest.mark.obligation("NB23-071")
def test_a_lost_plaque_keeps_the_reason_of_its_loss(oversight):
    found = revoked(oversight)
    oversight.hear(title_revoked(found))

    oversight.hear(plaque_returned(found, "搬迁时遗失，已登报声明"))

    lost = oversight.ask(publications.list_plaque_tasks, ListPlaqueTasks(state="lost"))
    assert [t.lost_reason for t in lost.items] == ["搬迁时遗失，已登报声明"]


@pytest.mark.obligation("NB23-072")
def test_a_removal_is_published_with_date_and_level_and_closes_the_case(oversight):
    found = revoked(oversight)
    oversight.hear(title_revoked(found), plaque_returned(found))

    published = oversight.ask(publications.publish_removal, PublishRemoval(case_id=found[0]))

    assert "市级" in published.text
    assert "2026年3月10日" in published.text
    anybody = oversight.ask(publications.list_publications, ListPublications(), OTHER_DISTRICT)
    assert [p.unit_id for p in anybody.items] == [found[1]]
    assert [e.case_id for e in oversight.said_of(RemovalPublished)] == [found[0]]
    closed = whole(oversight, found[0])
    assert closed.stage == "closed"
    assert [s.kind for s in closed.steps[-4:]] == [
        "title_revoked",
        "plaque_returned",
        "published",
        "closed",
    ]


def test_a_removal_is_not_published_before_the_register_cancelled_the_title(oversight):
    case_id, *_ = revoked(oversight)

    with pytest.raises(Refused) as refused:
        oversight.ask(publications.publish_removal, PublishRemoval(case_id=case_id))

    assert refused.value.code == "title_not_revoked"


def test_a_removal_is_published_once(oversight):
    found = revoked(oversight)
    oversight.hear(title_revoked(found), title_revoked(found))
    oversight.ask(publications.publish_removal, PublishRemoval(case_id=found[0]))

    with pytest.raises(Refused) as refused:
        oversight.ask(publications.publish_removal, PublishRemoval(case_id=found[0]))

    assert refused.value.code == "already_published"
    assert whole(oversight, found[0]).stage == "decided"


def test_an_open_case_stays_with_the_pack_it_was_opened_under(oversight):
    case_id, *_ = oversight.heard_case()
    before = load_pack("ningbo-2023").fingerprint
    oversight.activate(sealed(replace(load_pack("ningbo-2023"), version="2023.2")))
    oversight.all_say(case_id)

    case = oversight.decide(case_id)

    assert case.fingerprint == before
    assert decisions.load(oversight.tx().session, case.decision_id)["pack"]["fingerprint"] == before


def test_a_second_ground_joins_the_case_that_is_open(oversight):
    case_id, unit_id, _ = oversight.an_open_case()

    second = oversight.confirm(
        oversight.a_trigger(unit_id, kind="incident.extreme", ground="extreme_incident")
    )

    case = whole(oversight, case_id)
    assert second.case_ids == (case_id,)
    assert len(case.trigger_ids) == 2
    assert len(oversight.said_of(ExitCaseOpened)) == 1


def test_a_case_by_hand_asks_for_the_same_facts(oversight):
    unit_id, title_id = oversight.a_titled_unit()
    command = OpenCase(
        unit_id=unit_id, title_id=title_id, ground="major_violation", remark="巡查发现"
    )

    with pytest.raises(Refused) as unknown:
        oversight.ask(cases_open.open_case, command)
    with pytest.raises(Refused) as minor:
        oversight.ask(cases_open.open_case, command.model_copy(update={"severity": "minor"}))
    case = oversight.ask(cases_open.open_case, command.model_copy(update={"severity": "major"}))

    assert unknown.value.status == 422
    assert (minor.value.status, minor.value.code) == (409, "ground_not_met")
    assert (case.stage, case.ground) == ("opened", "major_violation")


def test_a_unit_reads_its_own_case_and_appeals_on_it(oversight):
    case_id, unit_id, _ = oversight.an_open_case()
    own = CLERK.model_copy(update={"roles": ("unit",), "unit_id": unit_id, "id": "user_unit"})
    stranger = own.model_copy(update={"unit_id": "unit_other"})

    case = oversight.ask(
        cases.add_case_note, AddCaseNote(case_id=case_id, kind="appeal", text="我单位有异议"), own
    )

    assert case.steps[-1].kind == "appeal"
    assert case.stage == "opened"
    with pytest.raises(Refused) as refused:
        whole(oversight, case_id, stranger)
    assert refused.value.status == 404


def test_minutes_say_who_dissented_and_what_was_concluded(oversight):
    case_id, *_ = oversight.heard_case()
    employers = [b for b in BODIES if "总工会" not in b and "人力" not in b]
    for body in BODIES:
        oversight.say(case_id, body, "recuse" if body == employers[1] else "revoke")
    oversight.decide(case_id)

    minutes = oversight.ask(cases_view.get_minutes, GetMinutes(case_id=case_id))

    assert "回避" in "".join(minutes.paragraphs)
    assert minutes.conclusion.startswith("取消命名")
    assert minutes.dissent == ()
    assert minutes.decision_id
