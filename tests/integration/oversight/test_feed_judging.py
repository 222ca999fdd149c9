"""From stored bytes to one verdict, one receipt and at most one effect, on a real database."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.oversight.handlers.agencies import watch_feeds
from services.oversight.handlers.holds import lift_hold
from services.oversight.service.judge import Judge
from shared.contracts.agencies import TRIGGER_TYPES
from shared.contracts.refusals import Refused
from tests.support.feed import CODE, Sender, as_bytes
from tests.support.feed_desk import FeedDesk, letter, variant

OPENED = "labour_inspection.complaint_opened"
CLOSED = "labour_inspection.complaint_closed"


@pytest.fixture
def desk(engine_of: Callable[[str], Engine], tmp_path: Path) -> FeedDesk:
    found = FeedDesk(engine_of("oversight"), tmp_path)
    found.empty()
    found.enact()
    found.enter()
    return found


@pytest.fixture
def ldjc(desk: FeedDesk) -> Sender:
    return desk.enrol(Sender("ldjc"))


def test_a_decided_case_suspends_at_once_and_waits_for_a_person(
    desk: FeedDesk, ldjc: Sender
) -> None:
    [event_id] = desk.send(ldjc, ldjc.event())

    desk.settle()

    assert desk.verdict(event_id) == ("ACCEPTED", "")
    [hold] = desk.open_holds()
    assert (hold.effect, hold.clause, hold.needs_confirmation) == (
        "suspend",
        "NB23:二(五).3",
        False,
    )
    [said] = desk.said("hold_placed")
    assert said["hold_id"] == hold.hold_id
    assert said["clause"] == "NB23:二(五).3"
    [review] = desk.rows("SELECT * FROM review_item")
    assert (review.state, review.trigger_id) == ("pending", hold.trigger_id)
    [decision] = desk.rows("SELECT * FROM decision WHERE kind = 'trigger.judged'")
    assert decision.outcome == "suspend"
    assert decision.content["clauses"][0]["wording"]


def test_the_receipt_says_what_was_signed_and_what_became_of_it(
    desk: FeedDesk, ldjc: Sender
) -> None:
    [kept] = desk.store(letter(ldjc, as_bytes(ldjc.event())))
    desk.settle()

    [receipt] = desk.receipts("ldjc")

    assert receipt["event_id"] == "ldjc-e1"
    assert receipt["body_hash"] == f"sha256:{kept.body_hash}"
    assert (receipt["verdict"], receipt["effect"]) == ("ACCEPTED", "suspend")
    assert receipt["clause"] == "NB23:二(五).3"
    assert receipt["stored_at"] <= receipt["judged_at"]


@pytest.mark.obligation("NB23-059")
@pytest.mark.parametrize(
    "type_",
    [
        "petition.case_registered",
        "labour_inspection.case_decided",
        "arbitration.case_registered",
        "petition.group_visit",
        "incident.group",
    ],
)
def test_the_same_event_delivered_twice_is_one_record(
    desk: FeedDesk, ldjc: Sender, type_: str
) -> None:
    message = letter(ldjc, as_bytes(ldjc.event(type_)))
    desk.store(message, message)
    desk.settle()
    first = desk.effects()

    for _ in range(3):
        desk.store(message)
        desk.settle()

    assert desk.effects() == first
    assert len(desk.rows("SELECT 1 FROM trigger")) == 1
    verdicts = [(r["receipt_id"], r["header"]) for r in desk.receipts("ldjc")]
    assert {receipt_id for receipt_id, _ in verdicts} == {verdicts[0][0]}
    assert [header for _, header in verdicts] == ["ACCEPTED", *["DUPLICATE"] * 3]


@pytest.mark.obligation("NB23-059")
def test_an_event_of_an_unknown_unit_is_listed_and_judged_when_the_unit_comes(
    desk: FeedDesk, ldjc: Sender
) -> None:
    [event_id] = desk.send(ldjc, ldjc.event(subject="91330203MA2UNKNOWN"))
    desk.settle()
    assert desk.verdict(event_id) == ("HELD", "unknown_unit")
    assert desk.effects() == (0, 0, 0, 0)
    [waiting] = desk.rows("SELECT subject FROM inbox_event WHERE state = 'held'")

    desk.enter(waiting.subject)
    desk.settle()

    assert desk.verdict(event_id) == ("ACCEPTED", "")
    assert len(desk.open_holds()) == 1
    assert [(r["number"], r["verdict"]) for r in desk.receipts("ldjc")] == [
        (1, "HELD"),
        (2, "ACCEPTED"),
    ]


def test_an_event_held_while_its_unit_was_just_being_entered_is_not_forgotten(
    desk: FeedDesk, ldjc: Sender
) -> None:
    [event_id] = desk.send(ldjc, ldjc.event(subject="91330203MA2UNKNOWN"))
    desk.settle()
    with desk.engine.begin() as connection:  # the hearer's transaction saw nothing held
        connection.exec_driver_sql(
            "INSERT INTO known_unit (unit_id, kind, name_text, code, division, revision)"
            " VALUES ('unit_late', 'enterprise', '晚到', '91330203MA2UNKNOWN', '330203', 1)"
        )

    with desk.open() as tx:
        watch_feeds(tx)
    desk.settle()

    assert desk.verdict(event_id) == ("ACCEPTED", "")


@pytest.mark.obligation("NB23-099")
def test_a_complaint_lifts_the_waiver_and_its_unfounded_end_gives_it_back(
    desk: FeedDesk, ldjc: Sender
) -> None:
    desk.send(ldjc, ldjc.event(OPENED))
    desk.settle()
    [hold] = desk.open_holds()
    assert (hold.effect, hold.clause) == ("lift_exemption", "NB23:三(三).2")

    desk.send(ldjc, ldjc.event(CLOSED))
    desk.settle()

    assert desk.open_holds() == []
    [said] = desk.said("hold_lifted")
    assert said["hold_id"] == hold.hold_id
    assert said["decision_id"].startswith("oversight-decision-")


def test_a_confirmed_complaint_keeps_the_waiver_off_and_asks_a_person(
    desk: FeedDesk, ldjc: Sender
) -> None:
    desk.send(ldjc, ldjc.event(OPENED), ldjc.event(CLOSED, data={"outcome": "confirmed"}))

    desk.settle()

    assert [h.effect for h in desk.open_holds()] == ["lift_exemption"]
    [review] = desk.rows("SELECT t.type FROM review_item r JOIN trigger t USING (trigger_id)")
    assert review.type == CLOSED


def test_a_closing_ends_only_its_own_complaint(desk: FeedDesk, ldjc: Sender) -> None:
    desk.send(
        ldjc,
        ldjc.event(OPENED),
        ldjc.event(OPENED, data={"complaint_id": "TS-2"}),
        ldjc.event(),
        ldjc.event(CLOSED, data={"complaint_id": "TS-2"}),
    )

    desk.settle()

    left = desk.rows(
        "SELECT t.reference FROM hold h JOIN trigger t USING (trigger_id)"
        " WHERE h.lifted_at IS NULL ORDER BY t.reference"
    )
    assert [row.reference for row in left] == ["TS-1", "甬人社监〔2026〕12号"]


def test_another_agency_cannot_end_a_complaint(desk: FeedDesk, ldjc: Sender) -> None:
    zcy = desk.enrol(Sender("zcy"))
    desk.send(ldjc, ldjc.event(OPENED))
    desk.send(zcy, zcy.event(CLOSED))

    desk.settle()

    assert len(desk.open_holds()) == 1
    [alarm] = desk.rows("SELECT kind FROM feed_alarm WHERE agency = 'zcy'")
    assert alarm.kind == "reference_unknown"


def test_a_lift_waits_for_every_lower_number(desk: FeedDesk, ldjc: Sender) -> None:
    opened, missing, closed = ldjc.event(OPENED), ldjc.event(), ldjc.event(CLOSED)
    desk.send(ldjc, opened, closed)
    desk.settle()
    assert desk.verdict(closed["id"]) == ("HELD", "sequence_gap")
    assert [h.effect for h in desk.open_holds()] == ["lift_exemption"]
    [gap] = desk.rows("SELECT kind FROM feed_alarm WHERE cleared_at IS NULL")
    assert gap.kind == "gap"

    desk.send(ldjc, missing)
    desk.settle()

    assert desk.verdict(closed["id"]) == ("ACCEPTED", "")
    assert [h.effect for h in desk.open_holds()] == ["suspend"]
    assert desk.rows("SELECT 1 FROM feed_alarm WHERE cleared_at IS NULL") == []


def test_suspending_never_waits_for_a_number(desk: FeedDesk, ldjc: Sender) -> None:
    desk.send(ldjc, ldjc.event(sequence=9))

    desk.settle()

    assert [h.effect for h in desk.open_holds()] == ["suspend"]


def test_a_person_cannot_lift_while_a_number_is_missing(desk: FeedDesk, ldjc: Sender) -> None:
    desk.send(ldjc, ldjc.event(sequence=2))
    desk.settle()
    [hold] = desk.open_holds()

    with desk.open() as tx, pytest.raises(Refused) as refused:
        lift_hold(tx, hold.hold_id, "核实无误", "oversight-decision-1")
    assert (refused.value.code, refused.value.status) == ("feed_gap", 409)

    desk.send(ldjc, ldjc.event("arbitration.case_registered", sequence=1))
    desk.settle()
    with desk.open() as tx:
        lift_hold(tx, hold.hold_id, "核实无误", "oversight-decision-1")
    assert desk.open_holds() == []
    with desk.open() as tx, pytest.raises(Refused, match="hold_lifted"):
        lift_hold(tx, hold.hold_id, "再来一次", "oversight-decision-1")


def test_every_order_of_five_events_ends_the_same(desk: FeedDesk, ldjc: Sender) -> None:
    events = [
        ldjc.event(OPENED),
        ldjc.event(),
        ldjc.event(OPENED, data={"complaint_id": "TS-2"}),
        ldjc.event(CLOSED),
        ldjc.event(CLOSED, data={"complaint_id": "TS-2"}),
    ]
    ends = set()
    for order in list(itertools.permutations(events))[::6]:
        desk.empty()
        desk.enact()
        desk.enter()
        desk.enrol(ldjc)
        for event in order:
            desk.send(ldjc, event)
            desk.settle()
        ends.add(tuple(h.event_id for h in desk.open_holds()))

    assert ends == {("ldjc-e2",)}


def test_other_content_under_the_same_id_changes_nothing(desk: FeedDesk, ldjc: Sender) -> None:
    event = ldjc.event("arbitration.case_registered")
    desk.send(ldjc, event)
    desk.settle()
    before = desk.effects()

    other = ldjc.event(sequence=1, id=event["id"])
    desk.send(ldjc, other)
    desk.settle()

    assert desk.effects() == before
    [kept] = desk.rows("SELECT state, verdict FROM inbox_event WHERE reason = 'content_conflict'")
    assert (kept.state, kept.verdict) == ("quarantined", "REJECTED")
    assert [r["verdict"] for r in desk.receipts("ldjc")] == ["ACCEPTED", "REJECTED"]


def test_a_forger_cannot_burn_anothers_event_id(desk: FeedDesk, ldjc: Sender) -> None:
    event = ldjc.event()
    forged = as_bytes(event | {"data": event["data"] | {"severity": "minor"}})
    desk.store(letter(ldjc, forged, sig=ldjc.sign(b"something else")))
    desk.store(letter(ldjc, as_bytes(event), sig=""))
    desk.settle()
    assert desk.effects() == (0, 0, 0, 0)

    desk.send(ldjc, event)
    desk.settle()

    assert len(desk.open_holds()) == 1


def test_the_same_event_signed_anew_is_a_duplicate(desk: FeedDesk) -> None:
    es256 = desk.enrol(Sender("ajj", alg="ES256"))
    body = as_bytes(es256.event("safety.accident"))
    desk.store(letter(es256, body))
    desk.settle()

    desk.store(letter(es256, body))
    desk.settle()

    assert len(desk.open_holds()) == 1
    receipts = desk.receipts("ajj")
    assert [r["header"] for r in receipts] == ["ACCEPTED", "DUPLICATE"]
    assert receipts[0]["receipt_id"] == receipts[1]["receipt_id"]


def test_a_captured_message_on_another_channel_has_no_effect(desk: FeedDesk, ldjc: Sender) -> None:
    zcy = desk.enrol(Sender("zcy"))
    message = letter(ldjc, as_bytes(ldjc.event()))
    desk.store(message, letter(zcy, message.body, sig=message.sig))

    desk.settle()

    assert [h.agency for h in desk.open_holds()] == ["ldjc"]
    [refused] = desk.receipts("zcy")
    assert (refused["verdict"], refused["reason"]) == ("REJECTED", "key_of_another")
    assert refused["event_id"] == refused["body_hash"].removeprefix("sha256:")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"\xff\xfe not text", "malformed"),
        (b'{"id":"a","id":"b"}', "malformed"),
        (b"{}", "malformed"),
        (b"x" * (256 * 1024 + 1), "size"),
    ],
)
def test_bad_bytes_get_a_verdict_and_a_receipt(
    desk: FeedDesk, ldjc: Sender, body: bytes, reason: str
) -> None:
    [kept] = desk.store(letter(ldjc, body))

    desk.settle()

    assert desk.verdict(kept.body_hash) == ("REJECTED", reason)
    [receipt] = desk.receipts("ldjc")
    assert receipt["body_hash"] == f"sha256:{kept.body_hash}"
    assert desk.effects() == (0, 0, 0, 0)


@pytest.mark.parametrize("text", ["\x00", "\ud800", "x" * 100_000, "\u202e", "'; DROP TABLE hold"])
def test_no_property_keeps_a_message_from_being_stored(
    desk: FeedDesk, ldjc: Sender, text: str
) -> None:
    desk.store(letter(ldjc, b"\x00", sig=text, user_id=text, content_type=text))

    desk.settle()

    assert [r["reason"] for r in desk.receipts("ldjc")] == ["user_mismatch"]


def test_of_an_oversize_message_the_head_and_the_hash_are_kept(
    desk: FeedDesk, ldjc: Sender
) -> None:
    desk.store(letter(ldjc, b"x" * 2_000_000))

    [row] = desk.rows("SELECT length(body) AS kept, body_size FROM inbox_event")

    assert (row.kept, row.body_size) == (4096, 2_000_000)


def test_a_version_of_tomorrow_is_held_and_accepted_once_after_the_upgrade(
    desk: FeedDesk, ldjc: Sender
) -> None:
    [event_id] = desk.send(ldjc, ldjc.event(dataversion=2))
    desk.settle()
    assert desk.verdict(event_id) == ("HELD", "unknown_version")

    desk.judge = Judge(desk.engine, replace(desk.judge.bench, version=2))
    desk.judge.recover()
    desk.settle()
    desk.judge.recover()
    desk.settle()

    assert desk.verdict(event_id) == ("ACCEPTED", "")
    assert len(desk.open_holds()) == 1


def test_a_kind_of_event_the_agency_may_not_send_is_refused(desk: FeedDesk) -> None:
    wsj = desk.enrol(Sender("wsj"), types=("health.occupational_accident",))
    [event_id] = desk.send(wsj, wsj.event())

    desk.settle()

    assert desk.verdict(event_id) == ("REJECTED", "type_not_allowed")
    assert desk.effects() == (0, 0, 0, 0)


def test_without_a_pack_events_wait_for_one(desk: FeedDesk, ldjc: Sender) -> None:
    with desk.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM active_pack")
    [event_id] = desk.send(ldjc, ldjc.event())
    desk.settle()
    assert desk.verdict(event_id) == ("HELD", "no_pack")

    desk.enact()
    desk.settle()

    assert desk.verdict(event_id) == ("ACCEPTED", "")


def test_a_fact_the_rule_needs_but_nobody_said_goes_to_a_person(
    desk: FeedDesk, ldjc: Sender
) -> None:
    event = ldjc.event("incident.group")
    del event["data"]["impact"]
    desk.send(ldjc, event)

    desk.settle()

    assert desk.open_holds() == []
    [review] = desk.rows("SELECT state, asks FROM review_item")
    assert review.state == "pending"
    assert "event.impact" in review.asks or "影响" in review.asks


@pytest.mark.parametrize(
    ("type_", "data"),
    [("incident.group", {"impact": "small"}), ("safety.accident", {"grade": "ordinary"})],
)
def test_below_the_line_is_a_warning_and_nothing_more(
    desk: FeedDesk, ldjc: Sender, type_: str, data: dict[str, str]
) -> None:
    desk.send(ldjc, ldjc.event(type_, data=data))

    desk.settle()

    assert desk.open_holds() == []
    [warning] = desk.said("warning_recorded")
    assert warning["clause"] == "NB23:二(五).3"
    assert desk.rows("SELECT 1 FROM review_item") == []


def test_a_withdrawal_waits_for_a_person_where_the_pack_says_so(
    desk: FeedDesk, ldjc: Sender
) -> None:
    desk.send(ldjc, ldjc.event(), ldjc.event("withdrawn", data={"event_id": "ldjc-e1"}))

    desk.settle()

    assert len(desk.open_holds()) == 1
    waiting = desk.rows("SELECT t.type FROM review_item JOIN trigger t USING (trigger_id)")
    assert {row.type for row in waiting} == {"labour_inspection.case_decided", "withdrawn"}


def test_a_withdrawal_lifts_by_itself_where_the_pack_allows_it(
    desk: FeedDesk, ldjc: Sender
) -> None:
    pack = variant(desk.enact(), "withdrawn", effect="note")
    desk.empty()
    desk.enact(pack)
    desk.enter()
    desk.enrol(ldjc)
    desk.send(ldjc, ldjc.event(), ldjc.event("withdrawn", data={"event_id": "ldjc-e1"}))

    desk.settle()

    assert desk.open_holds() == []
    [review] = desk.rows("SELECT state FROM review_item")
    assert review.state == "closed"


def test_beyond_the_brake_units_are_still_held_but_a_person_must_confirm(
    desk: FeedDesk, ldjc: Sender
) -> None:
    codes = [f"91330203MA2{n:07d}" for n in range(52)]
    for code in codes:
        desk.enter(code)

    desk.send(ldjc, *(ldjc.event(subject=code) for code in codes))
    desk.settle()

    holds = desk.open_holds()
    assert len(holds) == 52
    assert [h.needs_confirmation for h in holds].count(True) == 2
    [alarm] = desk.rows("SELECT kind FROM feed_alarm WHERE cleared_at IS NULL")
    assert alarm.kind == "mass_suspension"


def test_refused_unread_bytes_are_judged_again_when_the_key_has_come(desk: FeedDesk) -> None:
    late = Sender("zjj")
    desk.enrol(late)
    with desk.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM agency_key")
    message = letter(late, as_bytes(late.event()))
    desk.store(message)
    desk.settle()
    assert [r["reason"] for r in desk.receipts("zjj")] == ["key_unknown"]

    desk.store(message)
    desk.settle()
    assert desk.effects() == (0, 0, 0, 0)
    desk.enrol(late)
    desk.store(message)
    desk.settle()

    assert len(desk.open_holds()) == 1
    assert desk.receipts("zjj")[-1]["verdict"] == "ACCEPTED"


def test_what_an_agency_sent_cannot_be_changed_or_erased(desk: FeedDesk, ldjc: Sender) -> None:
    desk.send(ldjc, ldjc.event())
    desk.settle()

    for attempt in (
        "UPDATE inbox_event SET body = 'x'",
        "UPDATE receipt SET verdict = 'REJECTED'",
        "DELETE FROM receipt",
        "DELETE FROM inbox_key",
    ):
        with pytest.raises(Exception, match="kept as"), desk.engine.begin() as connection:
            connection.exec_driver_sql(attempt)


def test_a_repeated_number_raises_an_alarm_and_still_suspends(desk: FeedDesk, ldjc: Sender) -> None:
    desk.send(ldjc, ldjc.event("arbitration.case_registered"))
    desk.settle()
    desk.send(ldjc, ldjc.event(sequence=1, id="another"))

    desk.settle()

    assert len(desk.open_holds()) == 1
    [alarm] = desk.rows("SELECT kind FROM feed_alarm WHERE cleared_at IS NULL")
    assert alarm.kind == "sequence_reused"


def test_every_kind_of_event_has_a_rule_with_a_clause(desk: FeedDesk) -> None:
    pack = desk.enact()

    ruled = {t.type for t in pack.triggers if t.clause}

    assert ruled == set(TRIGGER_TYPES)
    assert CODE
