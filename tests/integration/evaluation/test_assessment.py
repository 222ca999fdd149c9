"""Standard and self-assessment (NB23 二(二))."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.evaluation.handlers import assessments
from shared.contracts import evaluation as say
from shared.contracts.evaluation_answers import IndicatorResult
from shared.contracts.refusals import Refused
from shared.policy.codec import sealed
from shared.policy.load import load_pack
from tests.integration.evaluation.conftest import (
    CLERK,
    ELSEWHERE,
    FILE,
    World,
    a_plan,
    activation,
    user_of,
)


def test_the_standard_is_shown_in_the_packs_words_with_every_element(world: World):
    unit_id = world.unit()

    shown = assessments.standard(world.acting(CLERK), say.ReadStandard(unit_id=unit_id))

    assert len(shown.indicators) == 26
    assert shown.pack_status == "draft"
    assert all(item.wording and item.clause for item in shown.indicators)
    assert any(item.elements for item in shown.indicators)


@pytest.mark.obligation("NB23-024")
def test_a_new_assessment_uses_the_plans_standard_and_older_ones_keep_theirs(world: World):
    unit_id = world.unit()
    first = world.assessed(unit_id)
    pack = load_pack("ningbo-2023")
    old = pack.standards["enterprise_baseline"]
    newer = replace(old, id="haishu_enterprise", version="v2")
    changed = replace(pack, standards={**pack.standards, newer.id: newer})
    world.hear(
        activation(sealed(changed), date(2026, 2, 1)),
        a_plan(standards={"enterprise": "haishu_enterprise@v2"}),
    )

    second = world.assessed(unit_id)

    assert (first.standard_id, first.standard_version) == ("enterprise_baseline", old.version)
    assert (second.standard_id, second.standard_version) == ("haishu_enterprise", "v2")
    again = assessments.read(
        world.acting(CLERK), say.ReadAssessment(assessment_id=first.assessment_id)
    )
    assert again.standard_version == old.version


@pytest.mark.obligation("NB23-024")
def test_every_version_of_a_draft_is_kept_with_its_date(world: World):
    unit_id = world.unit()
    tx = world.acting(user_of(unit_id))
    draft = assessments.start(tx, say.StartAssessment(unit_id=unit_id))
    met = IndicatorResult(indicator_id="E1a", finding="met", evidence=(FILE,))

    saved = assessments.save(
        tx, say.SaveAssessment(assessment_id=draft.assessment_id, version=1, results=(met,))
    )

    before = assessments.read(tx, say.ReadAssessment(assessment_id=draft.assessment_id, version=1))
    assert (saved.version, saved.versions) == (2, 2)
    assert before.results[0].finding == "open"
    assert saved.results[0] == met


def test_a_version_saved_meanwhile_is_not_overwritten(world: World):
    unit_id = world.unit()
    tx = world.acting(user_of(unit_id))
    draft = assessments.start(tx, say.StartAssessment(unit_id=unit_id))
    command = say.SaveAssessment(assessment_id=draft.assessment_id, version=1, results=())
    assessments.save(tx, command)

    with pytest.raises(Refused, match="version_outdated"):
        assessments.save(tx, command)


def test_an_incomplete_assessment_says_what_is_missing_in_its_rows(world: World):
    unit_id = world.unit()
    tx = world.acting(user_of(unit_id))
    draft = assessments.start(tx, say.StartAssessment(unit_id=unit_id))
    bare = IndicatorResult(indicator_id="E1a", finding="met")
    mute = IndicatorResult(indicator_id="E1b", finding="not_met")
    assessments.save(
        tx, say.SaveAssessment(assessment_id=draft.assessment_id, version=1, results=(bare, mute))
    )

    with pytest.raises(Refused) as refused:
        assessments.complete(tx, say.CompleteAssessment(assessment_id=draft.assessment_id))

    assert refused.value.status == 422
    assert len(refused.value.errors) == 26
    assert "证明材料" in refused.value.errors[0]["says"]
    assert "写明情况" in refused.value.errors[1]["says"]


def test_not_applicable_only_where_the_standard_allows_it(world: World):
    unit_id = world.unit()
    tx = world.acting(user_of(unit_id))
    draft = assessments.start(tx, say.StartAssessment(unit_id=unit_id))
    allowed = IndicatorResult(indicator_id="E3d", finding="na", remark="无此情形")
    forbidden = IndicatorResult(indicator_id="E1a", finding="na", remark="无此情形")
    command = say.SaveAssessment(assessment_id=draft.assessment_id, version=1, results=(allowed,))
    assessments.save(tx, command)

    with pytest.raises(Refused) as refused:
        assessments.save(
            tx,
            say.SaveAssessment(assessment_id=draft.assessment_id, version=2, results=(forbidden,)),
        )

    assert refused.value.errors[0]["pointer"] == "/results/0/finding"


def test_a_kind_without_a_loaded_standard_is_not_guessed_at(world: World):
    unit_id = world.unit("industry")

    with pytest.raises(Refused, match="standard_not_loaded"):
        assessments.standard(world.acting(CLERK), say.ReadStandard(unit_id=unit_id))


def test_another_district_does_not_see_the_unit(world: World):
    unit_id = world.unit()

    with pytest.raises(Refused) as refused:
        assessments.standard(world.acting(ELSEWHERE), say.ReadStandard(unit_id=unit_id))

    assert refused.value.status == 404


def test_a_completed_assessment_is_changed_no_more(world: World):
    unit_id = world.unit()
    done = world.assessed(unit_id)

    with pytest.raises(Refused, match="assessment_completed"):
        assessments.save(
            world.acting(user_of(unit_id)),
            say.SaveAssessment(assessment_id=done.assessment_id, version=2, results=()),
        )


@pytest.mark.obligation("NB23-025")
def test_more_votes_than_members_point_at_the_field(world: World):
    unit_id = world.unit()

    with pytest.raises(Refused) as refused:
        world.resolved(unit_id, yes=31)

    assert refused.value.status == 422
    assert refused.value.errors[0]["pointer"] == "/yes"


def test_a_vote_short_of_half_of_all_is_kept_as_failed(world: World):
    unit_id = world.unit()
    world.resolved(unit_id, yes=15)

    kept = assessments.list_resolutions(world.acting(CLERK), say.ListResolutions(unit_id=unit_id))

    assert kept[0].passed is False
    assert "未超过" in kept[0].says
