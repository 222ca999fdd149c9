"""The rules of Hunan at work: applications, titles, incentives, events and exit, records and reports."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shared.policy.assess import Determination, refuse_unless_met, trigger_for
from shared.policy.conditions import Outcome, facts_used, judge
from shared.policy.load import load_pack
from shared.policy.pack import Pack
from tests.support.laws import DAY, facts_of, items, judged, refusal, words

SEVEN = (
    "劳动关系处（科）", "劳动保障监察局（支队）", "调解仲裁管理处（科、院）",
    "表彰奖励和重点民生实事处（科）", "就业处（科）", "省（市）就业服务中心", "省（市）社保服务中心",
)  # fmt: skip


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("hunan-2023")


def applied(pack: Pack, kind: str, **values: Any) -> Determination:
    whole = {
        "unit__kind": kind,
        "assessment__completed": True,
        "assessment__local_part_completed": True,
        "resolution__passed": True,
        "resolution__held_on": date(2024, 5, 10),
        "resolution__on_this_version": True,
        "self_report__signed_by_both": True,
        "self_report__enterprise_signed_on": date(2024, 5, 11),
        "self_report__union_signed_on": date(2024, 5, 12),
        "self_report__by_own_parties": True,
        "application__submitted_on": date(2024, 5, 12),
    }
    return judged(pack, "application.submit", {**whole, **values}, kind)


@pytest.mark.parametrize(
    ("kind", "values", "code", "status"),
    [
        ("enterprise", {"assessment__local_part_completed": False}, "local_standard_required", 409),
        ("enterprise", {"resolution__on_this_version": False}, "report_version_differs", 409),
        ("enterprise", {"self_report__signed_by_both": False}, "signature_missing", 409),
        ("enterprise", {"self_report__union_signed_on": date(2024, 5, 9)}, "signed_before_congress", 409),
        ("enterprise", {"self_report__union_signed_on": date(2024, 5, 13)}, "application_before_signature", 409),
        ("enterprise", {"resolution__passed": False}, "congress_resolution_required", 409),
        ("park", {"assessment__local_part_completed": False}, "local_standard_required", 409),
        ("park", {"self_report__by_own_parties": False}, "report_not_by_own_parties", 403),
        ("township", {"self_report__by_own_parties": False}, "report_not_by_own_parties", 403),
        ("industry", {}, "kind_not_evaluated", 409),
        ("block", {}, "kind_not_evaluated", 409),
    ],
)  # fmt: skip
def test_an_application_that_lacks_something(
    pack: Pack, kind: str, values: dict[str, Any], code: str, status: int
) -> None:
    assert refusal(applied(pack, kind, **values), "理由") == (code, status)


@pytest.mark.parametrize("kind", ["enterprise", "park", "township"])
def test_a_whole_application_goes_in(pack: Pack, kind: str) -> None:
    assert applied(pack, kind).outcome is Outcome.MET


def test_a_township_has_the_national_part_only_and_asks_no_congress(pack: Pack) -> None:
    missing = dict.fromkeys(
        ("assessment__local_part_completed", "resolution__passed", "self_report__signed_by_both"),
        False,
    )

    assert applied(pack, "township", **missing).outcome is Outcome.MET
    assert refusal(applied(pack, "park", **missing))[0] == "local_standard_required"


def test_the_way_up_is_level_by_level_or_direct(pack: Pack) -> None:
    def route(name: str) -> list[str]:
        return [s.level for s in pack.procedures[name].steps if s.level != "unit"]

    assert route("recognition") == route("recognition_area") == ["district", "city", "city"]
    assert route("recognition_direct") == ["province", "province"]
    assert [s.id for s in pack.procedures["recognition"].steps[:4]] == [
        "assess", "resolve", "sign", "apply",
    ]  # fmt: skip
    away = {
        "application__forwarded": False,
        "evaluator__competent": True,
        "opinions__complete": True,
        "opinions__sides_consenting": 3,
    }
    local = judged(pack, "recognition.decide", {**away, "unit__direct_applicant": False})
    direct = judged(pack, "recognition.decide", {**away, "unit__direct_applicant": True})
    assert refusal(local) == ("application_not_forwarded", 409)
    assert direct.outcome is Outcome.MET


def test_the_city_reports_up_after_a_second_pair_of_eyes(pack: Pack) -> None:
    alone = {"review__second_person": False, "unit__direct_applicant": False}
    township = {"unit__kind": "township", "unit__recognised": True}

    assert refusal(judged(pack, "nomination.city_review", alone)) == ("second_person_required", 409)
    assert refusal(judged(pack, "nomination.enter", township)) == ("kind_not_published", 422)


def test_titles_lists_and_statuses(pack: Pack) -> None:
    assert {t.id: (t.level, t.rank, t.validity_years, t.every_years) for t in pack.titles.values()} == {
        "national_demonstration": ("nation", "external", 3, 3),
        "national_award": ("nation", "external", None, 5),
        "provincial_harmonious": ("province", "title", 3, None),
        "reserve_list": ("province", "reserve", None, 1),
        "standard_met": ("city", "recognition", None, None),
        "city_harmonious": ("city", "title", None, None),
    }  # fmt: skip
    titled = [t for t in pack.titles.values() if t.rank != "recognition" and t.kinds]
    assert all(t.kinds == ("enterprise", "park") for t in titled)
    assert pack.titles["standard_met"].kinds == ("enterprise", "park", "township")


def test_about_a_hundred_of_both_kinds_together(pack: Pack) -> None:
    reserve = pack.titles["reserve_list"]

    assert (reserve.together, reserve.tolerance_percent) == (100, 10)
    assert "100户左右" in words(pack, "HN23:五(六).2")
    assert [t.id for t in pack.titles.values() if t.together is not None or t.quotas] == [
        "reserve_list"
    ]


def test_three_years_are_printed_and_said_to_be_usual(pack: Pack) -> None:
    setting = pack.settings["title.validity_years"]

    assert setting.from_text
    assert pack.setting("title.validity_years", DAY).value == 3
    assert "一般自认定之日起三年内" in words(pack, "HN23:五(六).4")


def enjoyed(pack: Pack, benefit: str, **values: Any) -> Outcome:
    whole = {
        "unit__kind": "enterprise",
        "unit__recognised": True,
        "credit__grade": "A",
        "title__province_or_above": True,
        "unit__held": False,
    }
    return judge(pack.benefits[benefit].when, facts_of({**whole, **values}), DAY).outcome


def test_six_classes_whose_items_lie_in_another_document(pack: Pack) -> None:
    joint = {k: b for k, b in pack.benefits.items() if k.startswith("joint_")}

    assert [b.name for b in joint.values()] == items(pack, "incentive_classes")
    assert all(name in words(pack, "HN23:五(六).4") for name in items(pack, "incentive_classes"))
    for key, benefit in joint.items():
        assert pack.sources[benefit.document].number == "湘人社发〔2022〕27号"
        assert benefit.effect == "record"
        assert benefit.owners == SEVEN
        assert enjoyed(pack, key, credit__grade=None) is Outcome.MET
        assert enjoyed(pack, key, title__province_or_above=False) is Outcome.NOT_MET
        assert enjoyed(pack, key, unit__kind="township") is Outcome.NOT_MET
    assert list(SEVEN) == items(pack, "incentive_divisions")


@pytest.mark.parametrize("benefit", ["inspection_reduced", "guidance_visit"])
def test_fewer_inspections_need_the_standard_and_the_grade(pack: Pack, benefit: str) -> None:
    assert enjoyed(pack, benefit, title__province_or_above=False) is Outcome.MET
    assert enjoyed(pack, benefit, credit__grade="B") is Outcome.NOT_MET
    assert enjoyed(pack, benefit, credit__grade=None) is Outcome.UNKNOWN
    assert enjoyed(pack, benefit, unit__recognised=False) is Outcome.NOT_MET


def test_honours_look_at_the_standard_alone_and_are_no_priority(pack: Pack) -> None:
    assert enjoyed(pack, "honour_reference", credit__grade="C") is Outcome.MET
    assert pack.benefits["honour_reference"].effect == "record"
    honours = items(pack, "reference_honours")
    assert len(honours) == 6
    assert honours[-1] == "全国关爱员工优秀民营企业"
    assert all(honour in words(pack, "HN23:五(六).9") for honour in honours)


def test_one_entry_on_inspections_and_no_exemption(pack: Pack) -> None:
    about = [b for b in pack.benefits.values() if "labour_inspection_routine" in b.purposes]

    assert [(b.id, b.degree) for b in about] == [("inspection_reduced", "reduced")]
    assert not any(b.degree == "exempt" for b in pack.benefits.values())


def test_a_city_catalogue_is_off_until_adopted_and_a_hold_ends_all(pack: Pack) -> None:
    city = {"title__own_city": True, "city__catalogue_adopted": False}

    assert enjoyed(pack, "city_same_level", **city) is Outcome.NOT_MET
    assert (
        enjoyed(pack, "city_same_level", **{**city, "city__catalogue_adopted": True}) is Outcome.MET
    )
    for benefit in pack.benefits:
        assert enjoyed(pack, benefit, **city, unit__held=True) is Outcome.NOT_MET


@pytest.mark.parametrize(
    ("type_", "values", "trigger", "effect"),
    [
        ("labour_inspection.case_decided", {"event__severity": "major"}, "case_major", "suspend"),
        ("labour_inspection.case_decided", {"event__severity": "ordinary"}, "case_below", "note"),
        ("labour_inspection.case_decided", {}, "case_major", "review"),
        ("incident.stoppage", {}, "stoppage", "review"),
        ("petition.group_visit", {}, "group_visit", "review"),
        ("petition.case_registered", {}, "petition", "note"),
        ("labour_inspection.complaint_opened", {}, "complaint_opened", "note"),
        ("opinion.negative", {"event__impact": "grave"}, "opinion", "review"),
        ("credit.grade_published", {}, "credit_grade", "gate"),
        ("safety.accident", {"event__grade": "larger"}, "safety_below", "note"),
    ],
)
def test_what_an_event_does_on_arrival(
    pack: Pack, type_: str, values: dict[str, Any], trigger: str, effect: str
) -> None:
    found = trigger_for(pack, type_, facts_of(values), DAY)

    assert (found.trigger.id, found.effect) == (trigger, effect)


def test_five_kinds_of_information_and_none_lifts_an_exemption(pack: Pack) -> None:
    assert len(items(pack, "information_used")) == 5
    assert "集体停工事件" in items(pack, "information_used")
    assert {t.effect for t in pack.triggers} == {"suspend", "review", "gate", "note"}


def test_grounds_are_those_printed_and_only_a_person_confirms_them(pack: Pack) -> None:
    told = words(pack, "HN23:五(五).12")
    names = {g.id: g.name.partition("，")[0] for g in pack.grounds.values()}

    assert len(names) == 10
    for key in ("no_contract", "no_insurance", "overtime", "wage_arrears"):
        assert names[key] in told
        assert "构成重大劳动保障违法行为" in pack.grounds[key].name
        values = {"trigger__confirmed": True, "trigger__severity": "ordinary"}
        assert judge(pack.grounds[key].when, facts_of(values), DAY).outcome is Outcome.NOT_MET
    for ground in pack.grounds.values():
        assert "trigger.confirmed" in facts_used(ground.when)
        assert ground.clause == "HN23:五(五).12"


def decided(pack: Pack, **values: Any) -> Determination:
    whole = {
        "case__level_is_naming_level": False,
        "case__level": "province",
        "case__title_level": "nation",
        "case__national_consent": True,
        "statement__heard_or_waived": True,
        "opinions__complete": True,
        "opinions__sides_consenting": 3,
    }
    return judged(pack, "exit.decide", {**whole, **values})


def test_a_national_title_goes_with_the_nations_consent_and_not_before(pack: Pack) -> None:
    assert decided(pack).outcome is Outcome.MET
    assert refusal(decided(pack, case__national_consent=False), "理由") == (
        "national_consent_required", 409,
    )  # fmt: skip
    assert refusal(decided(pack, case__level="city"), "理由") == ("not_naming_level", 403)


def test_a_title_of_the_province_needs_no_consent_and_no_city_takes_it(pack: Pack) -> None:
    own = {"case__title_level": "province", "case__national_consent": False}

    assert decided(pack, **own, case__level_is_naming_level=True).outcome is Outcome.MET
    assert refusal(decided(pack, **own, case__level="city"), "理由") == ("not_naming_level", 403)


def test_the_levels_of_an_exit(pack: Pack) -> None:
    def levels(name: str) -> dict[str, str]:
        return {s.id: s.level for s in pack.procedures[name].steps}

    national, provincial = levels("exit"), levels("exit_province")
    assert list(national) == [
        "report", "confirm", "open", "statement", "deliberate", "consent", "decide", "revoke",
        "plaque", "publish",
    ]  # fmt: skip
    assert national.pop("report") == "city"
    assert national.pop("consent") == "nation"
    assert set(national.values()) == {"province"}
    assert set(provincial.values()) == {"province"}
    assert "plaque" not in provincial
    assert pack.setting("exit.lowest_level", DAY).value == "province"


def test_one_contact_person_at_a_time(pack: Pack) -> None:
    taken = judged(pack, "record.contact_person", {"contact_person__others": 1})

    assert refusal(taken, "理由") == ("contact_person_taken", 409)
    assert pack.gaps["no_contact_person"].standing == ("creating", "recognised")


def test_an_industry_pilot_without_partners_is_kept_with_a_warning(pack: Pack) -> None:
    partners = {"pilot__trade_union__given": False, "pilot__chamber__given": True}

    found = judged(pack, "record.pilot", partners)

    assert [o.code for o in found.soft_unmet] == ["partner_union_missing"]
    assert not found.hard_unmet


def test_a_plan_of_2023_is_late_from_april_and_later_plans_have_no_printed_day(pack: Pack) -> None:
    def filed(year: int, on: date) -> tuple[str, ...]:
        values = {
            "plan__year": year,
            "plan__filed_on": on,
            "plan__upper_documents": 1,
            "plan__has_all_sections": True,
        }
        found = judged(pack, "plan.file", values)
        assert not found.hard_unmet
        return found.marks

    assert filed(2023, date(2023, 3, 31)) == ()
    assert filed(2023, date(2023, 4, 1)) == ("late",)
    assert filed(2024, date(2024, 5, 6)) == ()


def test_a_report_without_a_practice_needs_a_reason(pack: Pack) -> None:
    def handed(**values: Any) -> Determination:
        whole = {"year_report__file_attached": True, "year_report__sections_missing": 0}
        return judged(pack, "report.year_report", {**whole, **values})

    assert handed(year_report__experience_paper=1).outcome is Outcome.MET
    without = handed(year_report__experience_paper=0)
    assert refusal(without)[0] == "reason_required"
    assert refuse_unless_met(without, "本年没有新做法") is without
    assert refusal(handed(year_report__file_attached=False), "理由") == ("report_file_missing", 422)
