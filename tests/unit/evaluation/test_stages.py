"""Which stage may follow which; the database says the same."""

from __future__ import annotations

from importlib import import_module

import pytest

from services.evaluation.domain.stages import (
    TEXT,
    TRANSITIONS,
    ApplicationStage,
    NominationStage,
    ObjectionStage,
    RoundStage,
    is_ended,
    may_move,
    move,
)
from shared.contracts.refusals import Refused

TABLES = {
    "application": ApplicationStage,
    "round": RoundStage,
    "nomination": NominationStage,
    "objection": ObjectionStage,
}


def test_every_stage_has_words_and_its_transitions():
    for kind in TABLES.values():
        assert set(TRANSITIONS[kind]) == set(kind)
        assert set(TEXT[kind]) == set(kind)


@pytest.mark.parametrize(("table", "kind"), TABLES.items())
def test_the_database_guards_the_same_transitions(table, kind):
    migration = import_module("services.evaluation.migrations.versions.0001_evaluation")
    expected = {f"{a}>{b}" for a in kind for b in TRANSITIONS[kind][a]}

    assert set(migration.STEPS[table]) == expected


@pytest.mark.obligation("NB23-043")
def test_no_step_of_a_nomination_can_be_skipped():
    order = [
        NominationStage.DECLARED,
        NominationStage.DISTRICT_REVIEWED,
        NominationStage.CITY_REVIEWED,
        NominationStage.ON_NOTICE,
        NominationStage.APPROVED,
    ]

    for here, stage in enumerate(order):
        allowed = [to for to in order if may_move(stage, to)]
        assert allowed == order[here + 1 : here + 2]


def test_a_refused_move_says_where_things_stand_and_who_brought_them_there():
    with pytest.raises(Refused) as refused:
        move(
            ApplicationStage.RECOGNISED,
            ApplicationStage.REFUSED,
            what_happened="王敏于2026-03-10 12:00：认定",
        )

    assert refused.value.status == 409
    assert "已认定" in refused.value.says
    assert "王敏" in refused.value.says


def test_what_is_decided_stays_decided():
    assert is_ended(ApplicationStage.RECOGNISED)
    assert is_ended(NominationStage.APPROVED)
    assert is_ended(RoundStage.DECIDED)
    assert not is_ended(ApplicationStage.RETURNED)


def test_kinds_that_share_a_word_keep_their_own_ways():
    assert may_move(RoundStage.OPEN, RoundStage.REVIEWING)
    assert not may_move(ObjectionStage.OPEN, RoundStage.REVIEWING)
    assert TEXT[RoundStage][RoundStage.OPEN] != TEXT[ObjectionStage][ObjectionStage.OPEN]
