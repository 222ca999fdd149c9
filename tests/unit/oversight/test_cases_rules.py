"""The exit case's machine, the count of the parties, sampling and publication: pure rules."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.oversight.domain import case as rules
from services.oversight.domain import sampling
from services.oversight.domain.case import NEXT, Case, Heard, Outcome, Stage
from services.oversight.domain.opinions import (
    Consent,
    Opinion,
    Seat,
    count,
    dissent,
    employer_note,
)
from services.oversight.domain.publication import (
    PlaquePlace,
    PublicationStage,
    Removal,
    place_of,
    publish,
    wording,
)
from shared.contracts.message import Actor
from shared.contracts.refusals import Refused
from shared.contracts.scalars import Side

HR = Seat("hr", "市人力资源和社会保障局", Side.GOVERNMENT)
UNION = Seat("union", "市总工会", Side.WORKERS)
CONFEDERATION = Seat("ec", "市企业联合会", Side.EMPLOYERS)
CHAMBER = Seat("fic", "市工商业联合会", Side.EMPLOYERS)
SEATS = (HR, UNION, CONFEDERATION, CHAMBER)


def a_case(stage: Stage = Stage.OPENED, **more) -> Case:
    return Case(
        case_id="case_1",
        unit_id="unit_1",
        title_id="title_1",
        ground="major_violation",
        node="330200",
        reported_from="330203",
        opened_by="user_clerk",
        fingerprint="f",
        stage=stage,
        **more,
    )


def said(**consents: str) -> list[Opinion]:
    return [Opinion(body, Consent(consent)) for body, consent in consents.items()]


def test_the_machine_walks_its_stages_in_the_order_of_law():
    heard = rules.hear(a_case(), Heard.HEARD)
    speaking = rules.deliberate(heard)
    decided = rules.conclude(speaking, Outcome.REVOKE)

    assert [c.stage for c in (heard, speaking, decided)] == [
        Stage.STATEMENT,
        Stage.DELIBERATION,
        Stage.DECIDED,
    ]
    assert rules.deliberate(speaking) == speaking


@pytest.mark.parametrize("stage", [s for s in Stage if s is not Stage.OPENED])
def test_a_unit_is_heard_once_and_first(stage):
    with pytest.raises(Refused) as refused:
        rules.hear(a_case(stage, heard=Heard.HEARD), Heard.HEARD)

    assert refused.value.code == "case_stage"


@pytest.mark.parametrize("stage", [s for s in Stage if s is not Stage.DELIBERATION])
def test_nothing_is_concluded_outside_the_deliberation(stage):
    with pytest.raises(Refused) as refused:
        rules.conclude(a_case(stage), Outcome.REVOKE)

    assert refused.value.status == 409


def test_a_kept_title_closes_the_case_at_once():
    kept = rules.conclude(a_case(Stage.DELIBERATION, heard=Heard.HEARD), Outcome.KEEP)

    assert (kept.stage, kept.is_open) == (Stage.CLOSED, False)


@pytest.mark.parametrize(
    ("revoked", "plaque", "published", "stage"),
    [
        (True, True, True, Stage.CLOSED),
        (False, True, True, Stage.DECIDED),
        (True, False, True, Stage.DECIDED),
        (True, True, False, Stage.DECIDED),
    ],
)
def test_a_case_closes_once_title_plaque_and_publication_are_all_done(
    revoked, plaque, published, stage
):
    case = a_case(
        Stage.DECIDED,
        outcome=Outcome.REVOKE,
        is_title_revoked=revoked,
        is_plaque_settled=plaque,
        is_published=published,
    )

    assert rules.settle(case).stage is stage


def test_a_closed_case_leads_nowhere():
    assert NEXT[Stage.CLOSED] == ()
    assert rules.waits_for(a_case(Stage.CLOSED), "市三方办") == ""


@pytest.mark.parametrize(
    ("node", "may"), [("330200", True), ("330203", False), ("330000", False), ("", False)]
)
def test_only_the_naming_node_decides(node, may):
    actor = Actor(id="u", name="某", node=node)

    assert rules.is_at_naming_level(a_case(), actor) is may


@pytest.mark.parametrize(
    ("level", "node"),
    [("nation", "000000"), ("province", "330000"), ("city", "330200"), ("district", "330203")],
)
def test_the_naming_node_follows_from_division_and_level(level, node):
    assert rules.naming_node("330203", level) == node


def test_a_case_reported_from_below_says_that_it_waits_above():
    assert rules.waits_for(a_case(), "宁波市三方办").startswith("已上报宁波市三方办")


def test_every_stage_has_a_word_an_officer_reads():
    assert set(rules.STAGE_WORDS) == set(Stage) == set(NEXT)


@pytest.mark.parametrize(
    ("opinions", "complete", "consenting"),
    [
        (said(hr="revoke"), False, 1),
        (said(hr="revoke", union="revoke", ec="revoke"), False, 3),
        (said(hr="revoke", union="revoke", ec="revoke", fic="revoke"), True, 3),
        (said(hr="revoke", union="revoke", ec="revoke", fic="keep"), True, 2),
        (said(hr="revoke", union="revoke", ec="revoke", fic="recuse"), True, 3),
        (said(hr="revoke", union="revoke", ec="recuse", fic="recuse"), True, 2),
        (said(hr="revoke", union="keep", ec="revoke", fic="revoke"), True, 2),
        (said(), False, 0),
        (said(stranger="revoke"), False, 0),
    ],
)
def test_a_conclusion_needs_every_body_and_each_of_three_sides(opinions, complete, consenting):
    tally = count(SEATS, opinions)

    assert tally.is_complete is complete
    assert tally.sides_consenting(Consent.REVOKE) == consenting


def test_a_quorum_of_two_is_not_met_by_one_voice_and_one_recusal():
    tally = count(SEATS, said(hr="revoke", union="revoke", ec="revoke", fic="recuse"), quorum=2)

    assert tally.sides_consenting(Consent.REVOKE) == 0


def test_a_side_without_any_body_is_absent_and_consents_to_nothing():
    tally = count((HR, UNION), said(hr="revoke", union="revoke"))

    assert [side.is_absent for side in tally.sides] == [False, False, True]
    assert tally.sides_consenting(Consent.REVOKE) == 2


def test_no_body_at_all_is_never_complete():
    assert not count((), ()).is_complete


def test_a_delegated_employer_body_is_named_in_the_record():
    above = Seat("ec", "宁波市企业联合会", Side.EMPLOYERS, delegated=True)

    assert "委托" in employer_note((HR, UNION, above))
    assert "无企业方" in employer_note((HR, UNION))
    assert employer_note(SEATS) == ""


def test_dissent_names_those_against_and_not_those_who_stood_aside():
    opinions = [
        Opinion("hr", Consent.REVOKE, "同意"),
        Opinion("union", Consent.RECUSE, "与该单位有帮扶关系"),
        Opinion("fic", Consent.KEEP, "已整改到位"),
    ]

    assert dissent(SEATS, opinions, Consent.REVOKE) == ("市工商业联合会：已整改到位",)


@given(st.permutations(said(hr="revoke", union="keep", ec="revoke", fic="recuse")))
def test_the_order_of_opinions_changes_no_count(opinions):
    assert count(SEATS, opinions) == count(
        SEATS, said(hr="revoke", union="keep", ec="revoke", fic="recuse")
    )


@given(
    st.dictionaries(
        st.sampled_from(["hr", "union", "ec", "fic"]),
        st.sampled_from(["revoke", "keep", "recuse"]),
    )
)
def test_no_side_consents_to_both_conclusions(consents):
    tally = count(SEATS, said(**consents))

    both = tally.sides_consenting(Consent.REVOKE) + tally.sides_consenting(Consent.KEEP)
    assert both <= 3


@pytest.mark.obligation("NB23-060")
def test_seed_seven_draws_the_same_ten_of_forty_on_every_machine():
    units = [f"unit_{n:02}" for n in range(40)]

    drawn = sampling.draw(units, seed=7, share=25)

    assert len(drawn) == 10
    assert drawn == sampling.draw(reversed(units), seed=7, share=25)
    assert drawn[:3] == ("unit_12", "unit_06", "unit_01")


@pytest.mark.parametrize(
    ("population", "share", "size"),
    [(40, 25, 10), (41, 25, 11), (1, 1, 1), (0, 50, 0), (7, 100, 7), (100, 1, 1), (101, 1, 2)],
)
def test_a_share_is_rounded_up(population, share, size):
    assert sampling.sample_size(population, share) == size


@given(st.sets(st.text(min_size=1), max_size=30), st.integers(0, 2**31), st.integers(1, 100))
def test_a_sample_holds_each_unit_once_and_none_from_outside(units, seed, share):
    drawn = sampling.draw(units, seed=seed, share=share)

    assert len(set(drawn)) == len(drawn) == sampling.sample_size(len(units), share)
    assert set(drawn) <= units


def test_the_digest_of_the_drawn_from_does_not_depend_on_order():
    assert sampling.digest(["b", "a"]) == sampling.digest(["a", "b", "a"])
    assert sampling.digest(["a"]) != sampling.digest(["b"])


def test_a_seed_made_from_a_campaign_is_recorded_in_31_bits():
    assert 0 <= sampling.seed_of("campaign_1") < 2**31
    assert sampling.seed_of("campaign_1") == sampling.seed_of("campaign_1")


def test_the_public_words_name_unit_title_level_and_day():
    text = wording(Removal("甬江公司", "示范企业", "市级", "宁波市三方办", date(2026, 3, 10)))

    assert all(part in text for part in ("甬江公司", "示范企业", "市级", "2026年3月10日"))


@pytest.mark.parametrize(
    ("stage", "code"),
    [(None, "title_not_revoked"), (PublicationStage.PUBLISHED, "already_published")],
)
def test_a_removal_is_published_once_and_not_too_early(stage, code):
    with pytest.raises(Refused) as refused:
        publish(stage)

    assert refused.value.code == code


def test_a_plaque_is_back_or_its_loss_explained():
    assert place_of("") is PlaquePlace.RETURNED
    assert place_of("遗失") is PlaquePlace.LOST
