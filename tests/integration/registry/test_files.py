"""Commitments, recognition, cultivation, and the timeline they leave."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from services.registry.handlers import files, history, packs, units
from shared.contracts.evaluation import RecognitionWithdrawn, UnitRecognised
from shared.contracts.message import Actor
from shared.contracts.refusals import Refused
from shared.contracts.registry import FindUnits, GetUnit, UnitFilter
from shared.contracts.registry_acts import (
    AcceptCommitment,
    ActivatePack,
    Changes,
    GetDecision,
    ListActivations,
    ListCommitments,
    ListNodes,
    ReturnCommitment,
    StartCultivation,
    SubmitCommitment,
    UnitTimeline,
)
from shared.contracts.registry_answers import CommitmentView, UnitView
from shared.contracts.registry_packs import ReadPack
from shared.policy.codec import pack_from_json
from tests.integration.registry.conftest import (
    ADMIN,
    CITY,
    HAISHU,
    JIANGBEI,
    NOON,
    TODAY,
    Acting,
    heard,
    said,
)

Enter = Callable[..., UnitView]


def submit(acting: Acting, unit: UnitView, **changes: object) -> CommitmentView:
    values = {
        "unit_id": unit.unit_id,
        "signatory": "张总",
        "signed_on": date(2026, 3, 5),
        "file_name": "承诺书.pdf",
        "file_digest": "ab" * 32,
    }
    user = Actor(id="u1", name="单位", node="330203", roles=("unit",), unit_id=unit.unit_id)
    return files.submit_commitment(acting(user), SubmitCommitment.model_validate(values | changes))


def recognise(acting: Acting, unit: UnitView) -> None:
    letter = submit(acting, unit)
    files.accept_commitment(acting(), AcceptCommitment(commitment_id=letter.commitment_id))
    event = UnitRecognised(
        unit_id=unit.unit_id, application_id="application_1", office="330203",
        recognised_on=TODAY, bodies=("海曙区人社局", "海曙区总工会"), decision_id="d1",
    )  # fmt: skip
    history.hear_evaluation(acting(), [heard(event)])


@pytest.mark.obligation("NB23-017")
def test_an_accepted_commitment_makes_the_unit_creating_and_keeps_the_day(
    acting: Acting, enter: Enter
) -> None:
    unit = enter()
    letter = submit(acting, unit)
    assert (letter.status, letter.office) == ("submitted", "330203")
    tx = acting(HAISHU)

    view = files.accept_commitment(tx, AcceptCommitment(commitment_id=letter.commitment_id))

    assert (view.status, view.signed_on, view.signatory) == ("accepted", date(2026, 3, 5), "张总")
    now = units.get_unit(acting(), GetUnit(unit_id=unit.unit_id))
    assert (now.standing, now.standing_on) == ("creating", TODAY)
    event = said(tx, "registry.commitment_accepted")[0].model_dump()
    assert (event["office"], event["accepted_on"]) == ("330203", TODAY)
    chain = history.get_decision(acting(), GetDecision(decision_id=view.decision_id))
    assert [rule["outcome"] for rule in chain["rules"]] == ["met", "met"]
    assert all(clause["wording"] for clause in chain["clauses"])
    found = units.find_units(acting(), FindUnits(where=UnitFilter(standings=("creating",))))
    assert [u.unit_id for u in found.items] == [unit.unit_id]


@pytest.mark.obligation("NB23-017")
@pytest.mark.parametrize(
    ("changes", "code"),
    [({"signatory": " "}, "signatory_unknown"), ({"file_name": ""}, "commitment_file_missing")],
)
def test_a_letter_without_signatory_or_file_is_not_accepted(
    acting: Acting, enter: Enter, changes: dict[str, object], code: str
) -> None:
    unit = enter()
    letter = submit(acting, unit, **changes)

    with pytest.raises(Refused) as refused:
        files.accept_commitment(acting(), AcceptCommitment(commitment_id=letter.commitment_id))

    assert (refused.value.code, refused.value.clause) == (code, "NB23:二(一).1")
    assert units.get_unit(acting(), GetUnit(unit_id=unit.unit_id)).standing == "registered"


def test_a_returned_letter_may_be_handed_in_again_but_not_twice_at_once(
    acting: Acting, enter: Enter
) -> None:
    unit = enter()
    letter = submit(acting, unit)
    with pytest.raises(Refused) as doubled:
        submit(acting, unit)
    assert doubled.value.code == "commitment_exists"
    command = ReturnCommitment(commitment_id=letter.commitment_id, reason="未盖章")

    view = files.return_commitment(acting(), command)
    again = submit(acting, unit)

    assert (view.status, view.reason) == ("returned", "未盖章")
    assert again.status == "submitted"
    with pytest.raises(Refused) as decided:
        files.return_commitment(acting(), command)
    assert decided.value.code == "commitment_decided"


def test_another_office_neither_sees_nor_accepts_a_letter(acting: Acting, enter: Enter) -> None:
    letter = submit(acting, enter())

    with pytest.raises(Refused) as refused:
        files.accept_commitment(
            acting(JIANGBEI), AcceptCommitment(commitment_id=letter.commitment_id)
        )

    assert refused.value.status == 404
    assert files.list_commitments(acting(JIANGBEI), ListCommitments())["commitments"] == []
    waiting = files.list_commitments(acting(), ListCommitments(status="submitted"))
    assert [c.commitment_id for c in waiting["commitments"]] == [letter.commitment_id]


def test_recognition_is_a_standing_of_its_own_and_can_be_withdrawn(
    acting: Acting, enter: Enter
) -> None:
    unit = enter()
    recognise(acting, unit)
    view = units.get_unit(acting(), GetUnit(unit_id=unit.unit_id))
    assert (view.standing, view.titles) == ("recognised", ())
    event = RecognitionWithdrawn(
        unit_id=unit.unit_id, withdrawn_on=TODAY, reason="不再达标", decision_id="d2"
    )

    history.hear_evaluation(acting(), [heard(event)])

    assert units.get_unit(acting(), GetUnit(unit_id=unit.unit_id)).standing == "creating"


def test_only_recognised_units_are_cultivated_once(acting: Acting, enter: Enter) -> None:
    unit = enter()
    command = StartCultivation(unit_id=unit.unit_id, started_on=date(2026, 1, 10))
    with pytest.raises(Refused) as early:
        files.start_cultivation(acting(), command)
    recognise(acting, unit)
    tx = acting()

    view = files.start_cultivation(tx, command)

    assert early.value.code == "not_recognised"
    assert (view.started_on, view.node) == (date(2026, 1, 10), "330203")
    assert said(tx, "registry.cultivation_started")[0].model_dump()["started_on"] == date(
        2026, 1, 10
    )
    with pytest.raises(Refused) as twice:
        files.start_cultivation(acting(), command)
    assert twice.value.code == "cultivation_exists"


def test_the_timeline_tells_when_it_happened_and_when_it_was_learned(
    acting: Acting, enter: Enter
) -> None:
    unit = enter()
    recognise(acting, unit)

    told = history.unit_timeline(acting(), UnitTimeline(unit_id=unit.unit_id))["entries"]
    before = history.unit_timeline(
        acting(), UnitTimeline(unit_id=unit.unit_id, known_at=NOON - timedelta(days=1))
    )["entries"]

    assert {entry.what for entry in told} == {
        "unit.entered", "commitment.submitted", "commitment.accepted", "unit.recognised",
    }  # fmt: skip
    submitted = next(e for e in told if e.what == "commitment.submitted")
    assert (submitted.happened_on, submitted.learned_at) == (date(2026, 3, 5), NOON)
    assert all(entry.by_name for entry in told)
    assert before == []
    with pytest.raises(Refused) as elsewhere:
        history.unit_timeline(acting(JIANGBEI), UnitTimeline(unit_id=unit.unit_id))
    assert elsewhere.value.status == 404


def test_the_feed_of_changes_is_read_on_from_any_number(acting: Acting, enter: Enter) -> None:
    enter()
    enter(division="330205")
    first = history.changes(acting(CITY), Changes(limit=2))
    rest = history.changes(acting(CITY), Changes(after=first.next_after))
    enter()
    later = history.changes(acting(CITY), Changes(after=rest.next_after))

    assert [c.type for c in first.items + rest.items] == [
        "pack.activated", "unit.entered", "unit.entered",
    ]  # fmt: skip
    assert [c.type for c in later.items] == ["unit.entered"]
    mine = history.changes(acting(JIANGBEI), Changes()).items
    assert [c.type for c in mine] == ["pack.activated", "unit.entered"]


def test_a_draft_pack_works_only_after_a_named_activation(lawless: Acting) -> None:
    command = ActivatePack(
        pack_id="ningbo-2023",
        jurisdiction="330200",
        effective_on=date(2026, 1, 1),
        reason="试用",
    )
    with pytest.raises(Refused) as clerk:
        packs.activate_pack(lawless(CITY), command)
    tx = lawless(ADMIN)

    view = packs.activate_pack(tx, command)

    assert clerk.value.status == 403
    assert (view.pack_status, view.activated_by, view.reason) == ("draft", ADMIN.id, "试用")
    event = said(tx, "registry.pack_activated")[0].model_dump()
    assert event["fingerprint"] == view.fingerprint
    assert view.fingerprint
    assert packs.list_activations(lawless(), ListActivations())["activations"] == [view]


def test_who_put_a_pack_to_work_is_told_in_its_own_region(lawless: Acting) -> None:
    command = ActivatePack(
        pack_id="ningbo-2023",
        jurisdiction="330200",
        effective_on=date(2026, 1, 1),
        reason="试用",
    )
    packs.activate_pack(lawless(ADMIN), command)
    elsewhere = Actor(id="user_wh", name="威海经办", node="371000", roles=("clerk",))

    (own,) = packs.list_activations(lawless(), ListActivations())["activations"]
    (seen,) = packs.list_activations(lawless(elsewhere), ListActivations())["activations"]

    assert (own.activated_by_name, own.reason) == (ADMIN.name, "试用")
    assert (seen.activated_by_name, seen.activated_by, seen.reason) == ("", "", "")
    assert (seen.jurisdiction, seen.effective_on) == ("330200", date(2026, 1, 1))


def test_a_version_put_to_work_is_kept_word_for_word(lawless: Acting) -> None:
    command = ActivatePack(
        pack_id="ningbo-2023",
        jurisdiction="330200",
        effective_on=date(2026, 1, 1),
        reason="试用",
    )
    view = packs.activate_pack(lawless(ADMIN), command)

    kept = packs.read_pack(lawless(), ReadPack(fingerprint=view.fingerprint[:12]))

    assert kept.fingerprint == view.fingerprint
    assert pack_from_json(kept.content).fingerprint == view.fingerprint
    with pytest.raises(Refused) as unknown:
        packs.read_pack(lawless(), ReadPack(fingerprint="0" * 12))
    assert (unknown.value.code, unknown.value.status) == ("pack_unknown", 404)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reason": " "}, "text_missing"),
        ({"pack_id": "moon-2030"}, "pack_not_found"),
        ({"jurisdiction": "370000"}, "not_allowed"),
    ],
)
def test_an_activation_that_cannot_be_is_refused(
    lawless: Acting, changes: dict[str, object], code: str
) -> None:
    values = {
        "pack_id": "ningbo-2023",
        "jurisdiction": "330200",
        "effective_on": date(2026, 1, 1),
        "reason": "试用",
    }

    with pytest.raises(Refused) as refused:
        packs.activate_pack(lawless(ADMIN), ActivatePack.model_validate(values | changes))

    assert refused.value.code == code


def test_a_district_has_four_bodies_on_three_sides(lawless: Acting) -> None:
    node = packs.list_nodes(lawless(), ListNodes(node="330203"))["nodes"][0]

    assert len(node.bodies) == 4
    assert {body.side for body in node.bodies} == {"government", "workers", "employers"}


def test_a_zone_without_employer_body_shows_the_citys_as_delegated(lawless: Acting) -> None:
    node = packs.list_nodes(lawless(), ListNodes(node="330206001"))["nodes"][0]

    delegated = [body for body in node.bodies if body.delegated]
    assert [body.side for body in delegated] == ["employers", "employers"]
    assert {body.of_node for body in delegated} == {"330200"}
    assert "委托" in node.employers_note


def test_an_unnamed_node_is_not_found_and_everybody_lists_all(lawless: Acting) -> None:
    with pytest.raises(Refused) as refused:
        packs.list_nodes(lawless(), ListNodes(node="999999"))

    assert refused.value.status == 404
    assert len(packs.list_nodes(lawless(), ListNodes())["nodes"]) >= 11


def test_learning_time_is_when_evaluation_said_it(acting: Acting, enter: Enter) -> None:
    unit = enter()
    earlier = datetime(2026, 3, 1, tzinfo=UTC)
    event = UnitRecognised(
        unit_id=unit.unit_id, application_id="a", office="330203", recognised_on=TODAY,
        bodies=(), decision_id="d",
    )  # fmt: skip

    history.hear_evaluation(acting(), [heard(event, time=earlier)])

    told = history.unit_timeline(acting(), UnitTimeline(unit_id=unit.unit_id))["entries"]
    assert [e.learned_at for e in told if e.what == "unit.recognised"] == [earlier]
