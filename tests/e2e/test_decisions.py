"""「为什么」 over REST: the whole legal chain of a decision, and that it says the same again."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from deploy.sample import people
from deploy.sample.chain import moment, user_of
from shared.contracts import evaluation as ev
from shared.policy.assess import assess, gate
from shared.policy.conditions import Fact
from shared.policy.load import load_pack
from tests.e2e.conftest import FullRound
from tests.support.town import Row, Town

ZHENHAI = "330211"
DRAFT = "宁波市新时代和谐劳动关系创建实施办法（征求意见稿）"


def _bytes(town: Town, decision_id: str) -> bytes:
    actor = people.clerk(people.CITY)
    headers = {"authorization": f"Bearer {town.system.token(actor)}"}
    address = f"/api/v1/decisions/{decision_id}"
    return bytes(town.system.http.get(address, headers=headers).raise_for_status().content)


def _recognised(town: Town) -> Row:
    unit = town.do(town.enter("enterprise", ZHENHAI))
    return town.do(town.recognised(unit, 2023)) | {"unit": unit}


def test_a_recognition_tells_document_clause_rules_facts_opinions_and_cause(town: Town) -> None:
    decided = _recognised(town)

    chain = town.decision(decided["decision_id"])
    before = town.decision(chain["because"][0])

    assert (chain["outcome"], chain["pack"]["id"]) == ("recognised", "ningbo-2023")
    assert {c["document"] for c in chain["clauses"]} == {DRAFT}
    assert all(c["wording"] and c["citation"] for c in chain["clauses"])
    assert {r["rule_id"]: r["outcome"] for r in chain["rules"]} == {
        "recognition.decide.opinions": "met",
        "recognition.decide.three_sides": "met",
    }
    facts = {f["name"]: f for f in chain["facts"]}
    assert facts["opinions.sides_consenting"]["value"] == 3
    assert all(f["origin"] and f["happened_on"] and f["learned_at"] for f in chain["facts"])
    assert [o["body"] for o in chain["opinions"]] == [s.body for s in people.seats(ZHENHAI)]
    assert chain["decided_by"]["name"] == people.reviewer(ZHENHAI).name
    assert chain["decided_at"].startswith("2023-03-20")
    assert (before["kind"], before["outcome"]) == ("application.submit", "received")
    held = {f["name"]: f for f in before["facts"]}["resolution.passed"]
    assert (held["happened_on"], held["learned_at"][:10]) == ("2023-03-05", "2023-03-05")


def test_a_naming_leads_back_to_every_step_before_it(town: Town, full_round: FullRound) -> None:
    candidate = full_round.named["enterprise"][2]
    title = town.do(town.title_of(candidate.unit))

    granted = town.decision(title["decision_id"])
    naming = town.decision(next(c for c in granted["because"] if c.startswith("evaluation-")))
    causes = [town.decision(cause) for cause in naming["because"]]

    assert granted["kind"] == "title.grant"
    assert [c["kind"] for c in causes] == [
        "recognition.decide", "nomination.enter", "nomination.district_review",
        "nomination.city_review", "naming.notice",
    ]  # fmt: skip
    assert {f["name"] for f in naming["facts"]} >= {
        "notice.finished", "notice.open_objections", "unit.held", "cultivation.months", "quota.left",
    }  # fmt: skip
    assert {c["document"] for c in naming["clauses"]} == {DRAFT}
    assert "自主申报" in "".join(c["wording"] for c in naming["clauses"])
    assert len(naming["opinions"]) == 4


def test_a_decision_reads_the_same_bytes_whenever_it_is_asked(
    town: Town, full_round: FullRound
) -> None:
    name = town.nomination(full_round.named["enterprise"][3].nomination_id)

    first, second = (_bytes(town, name["decision_id"]) for _ in range(2))

    assert first == second


def _again(chain: Row, gate_name: str) -> list[Any]:
    """The rules judged anew on the facts as they were recorded, by the pack as it was."""
    pack = load_pack(chain["pack"]["id"])
    assert pack.fingerprint == chain["pack"]["fingerprint"]
    facts = [Fact(f["name"], f["value"], f["origin"]) for f in chain["facts"]]
    on = date.fromisoformat(chain["decided_at"][:10])
    found = assess(gate(pack, gate_name, "enterprise"), facts, on)
    return [[o.rule_id, o.outcome.value, o.reason, o.clause] for o in found.outcomes]


def test_judging_the_recorded_facts_again_gives_the_same_bytes(
    town: Town, full_round: FullRound
) -> None:
    nomination = town.nomination(full_round.named["enterprise"][4].nomination_id)
    chain = town.decision(nomination["decision_id"])
    kept = [[r["rule_id"], r["outcome"], r["reason"], r["clause"]] for r in chain["rules"]]

    again = _again(chain, "naming.approve")

    assert len(kept) == 9
    assert (
        json.dumps(again, ensure_ascii=False).encode()
        == json.dumps(kept, ensure_ascii=False).encode()
    )


def test_another_districts_clerk_is_not_told_of_a_decision(town: Town) -> None:
    decided = _recognised(town)
    stranger = people.clerk("330282")
    headers = {"authorization": f"Bearer {town.system.token(stranger)}"}
    address = f"/api/v1/decisions/{decided['decision_id']}"

    answer = town.system.http.get(address, headers=headers)

    assert answer.status_code == 404
    read = ev.ReadApplication(application_id=decided["application_id"])
    assert town.refused(read, stranger).status == 404
    own = town.system.ask(read, user_of(decided["unit"]), moment(date(2023, 3, 21)))
    assert own["stage"] == "recognised"
