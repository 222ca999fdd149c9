"""The REST door, the lists people read, and who may read or change what."""

from __future__ import annotations

import base64
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.oversight.handlers import agencies, feed
from shared.contracts.message import Actor
from shared.contracts.oversight_feed import (
    AddAgency,
    AddAgencyKey,
    FindReceipt,
    GetTrigger,
    ListAgencies,
    ListFeedAlarms,
    ListInbox,
    ListTriggers,
    ListUnmatched,
    RevokeAgency,
    RevokeAgencyKey,
    StoreTrigger,
)
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx, open_tx
from shared.runtime.settings import settings
from tests.support.feed import CODE, Sender, as_bytes, public_pem
from tests.support.feed_desk import FeedDesk, letter

Acting = Callable[[Actor], AbstractContextManager[Tx]]

ADMIN = Actor(id="user_admin", name="管理员", node="330200", roles=("admin",))
CLERK = Actor(id="user_clerk", name="经办", node="330203", roles=("clerk",))
ELSEWHERE = Actor(id="user_other", name="经办", node="330205", roles=("clerk",))
NOWHERE = Actor(id="user_lost", name="无节点", roles=("clerk",))
UNIT = Actor(id="user_unit", name="单位", roles=("unit",), unit_id=f"unit_{CODE}")
LDJC = Actor(id="agency:ldjc", name="ldjc", roles=("agency",))
ZCY = Actor(id="agency:zcy", name="zcy", roles=("agency",))


@pytest.fixture
def desk(
    engine_of: Callable[[str], Engine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> FeedDesk:
    monkeypatch.setenv("HEXIE_HOME", str(tmp_path))
    settings.cache_clear()
    found = FeedDesk(engine_of("oversight"), tmp_path)
    found.empty()
    found.enact()
    found.enter()
    return found


@pytest.fixture
def ldjc(desk: FeedDesk) -> Sender:
    return desk.enrol(Sender("ldjc"))


@pytest.fixture
def acting(desk: FeedDesk) -> Acting:
    def give(actor: Actor) -> AbstractContextManager[Tx]:
        return open_tx(desk.engine, service="oversight", actor=actor)

    return give


def posted(sender: Sender, body: bytes) -> StoreTrigger:
    return StoreTrigger(
        agency=sender.code, body=base64.b64encode(body).decode(), sig=sender.sign(body)
    )


def test_over_rest_an_event_is_stored_judged_and_answered_like_any_other(
    desk: FeedDesk, ldjc: Sender, acting: Acting
) -> None:
    body = as_bytes(ldjc.event())
    with acting(LDJC) as tx:
        kept = feed.store_trigger(tx, posted(ldjc, body))
    with acting(LDJC) as tx, pytest.raises(Refused, match="receipt_not_found"):
        feed.find_receipt(tx, FindReceipt(agency="ldjc", event_id="ldjc-e1"))

    desk.settle()

    for name in ("ldjc-e1", kept.body_hash):
        with acting(LDJC) as tx:
            receipt = feed.find_receipt(tx, FindReceipt(agency="ldjc", event_id=name))
        assert (receipt.verdict, receipt.final) == ("ACCEPTED", True)
        desk.check_receipt(receipt.receipt.encode(), receipt.sig)
    assert len(desk.open_holds()) == 1
    assert desk.receipts("ldjc") == []


def test_the_same_event_over_both_doors_is_one_event(
    desk: FeedDesk, ldjc: Sender, acting: Acting
) -> None:
    body = as_bytes(ldjc.event())
    desk.store(letter(ldjc, body))
    with acting(LDJC) as tx:
        feed.store_trigger(tx, posted(ldjc, body))

    desk.settle()

    assert len(desk.open_holds()) == 1
    assert sorted(r.verdict for r in desk.rows("SELECT verdict FROM inbox_event")) == [
        "ACCEPTED",
        "DUPLICATE",
    ]


@pytest.mark.parametrize("actor", [ZCY, ADMIN, CLERK])
def test_nobody_posts_for_an_agency_but_itself(ldjc: Sender, acting: Acting, actor: Actor) -> None:
    with acting(actor) as tx, pytest.raises(Refused) as refused:
        feed.store_trigger(tx, posted(ldjc, b"{}"))

    assert refused.value.status == 403


def test_a_body_that_is_not_base64_is_refused_before_storing(
    desk: FeedDesk, ldjc: Sender, acting: Acting
) -> None:
    with acting(LDJC) as tx, pytest.raises(Refused, match="body_encoding"):
        feed.store_trigger(tx, StoreTrigger(agency="ldjc", body="?", sig=""))

    assert desk.rows("SELECT 1 FROM inbox_event") == []


def test_another_agency_finds_no_receipt_of_mine(
    desk: FeedDesk, ldjc: Sender, acting: Acting
) -> None:
    desk.send(ldjc, ldjc.event())
    desk.settle()

    with acting(ZCY) as tx, pytest.raises(Refused) as refused:
        feed.find_receipt(tx, FindReceipt(agency="ldjc", event_id="ldjc-e1"))

    assert refused.value.status == 404


@pytest.mark.parametrize(
    ("actor", "sees"),
    [(ADMIN, 1), (CLERK, 1), (UNIT, 1), (LDJC, 1), (ELSEWHERE, 0), (NOWHERE, 0), (ZCY, 0)],
)
def test_triggers_are_seen_by_those_whose_unit_it_is(
    desk: FeedDesk, ldjc: Sender, acting: Acting, actor: Actor, sees: int
) -> None:
    desk.send(ldjc, ldjc.event())
    desk.settle()
    [row] = desk.rows("SELECT trigger_id FROM trigger")

    with acting(actor) as tx:
        found = feed.list_triggers(tx, ListTriggers())

    assert len(found["items"]) == sees
    with acting(actor) as tx:
        if sees:
            whole = feed.get_trigger(tx, GetTrigger(trigger_id=row.trigger_id))
            assert whole.held
            assert whole.wording
            assert whole.data["case_number"] == "甬人社监〔2026〕12号"
        else:
            with pytest.raises(Refused) as refused:
                feed.get_trigger(tx, GetTrigger(trigger_id=row.trigger_id))
            assert refused.value.status == 404


def test_lists_page_by_key_without_missing_or_repeating(
    desk: FeedDesk, ldjc: Sender, acting: Acting
) -> None:
    desk.send(ldjc, *(ldjc.event("arbitration.case_registered") for _ in range(7)))
    desk.settle()

    seen: list[str] = []
    after = ""
    with acting(ADMIN) as tx:
        while True:
            page = feed.list_triggers(tx, ListTriggers(limit=3, after=after))
            seen += [item["event_id"] for item in page["items"]]
            after = page["next"]
            if not after:
                break

    assert sorted(seen) == sorted(f"ldjc-e{n}" for n in range(1, 8))


@pytest.mark.obligation("NB23-059")
def test_unmatched_events_are_listed(desk: FeedDesk, ldjc: Sender, acting: Acting) -> None:
    desk.send(ldjc, ldjc.event(subject="91330203MA2UNKNOWN"), ldjc.event())
    desk.settle()

    with acting(CLERK) as tx:
        found = feed.list_unmatched(tx, ListUnmatched())

    [item] = found["items"]
    assert (item["subject"], item["reason"]) == ("91330203MA2UNKNOWN", "unknown_unit")


def test_the_inbox_shows_what_was_refused_to_keepers_only(
    desk: FeedDesk, ldjc: Sender, acting: Acting
) -> None:
    desk.store(letter(ldjc, b"nonsense", sig=""))
    desk.settle()

    with acting(ADMIN) as tx:
        found = feed.list_inbox(tx, ListInbox(verdict="REJECTED"))
    assert [item["says"] for item in found["items"]] == ["没有签名"]
    with acting(CLERK) as tx, pytest.raises(Refused) as refused:
        feed.list_inbox(tx, ListInbox())
    assert refused.value.status == 403


def test_agencies_are_shown_with_keys_and_holes(
    desk: FeedDesk, ldjc: Sender, acting: Acting
) -> None:
    desk.send(ldjc, ldjc.event(), ldjc.event(sequence=5))
    desk.settle()

    with acting(CLERK) as tx:
        [row] = agencies.list_agencies(tx, ListAgencies())["items"]
        alarms = agencies.list_feed_alarms(tx, ListFeedAlarms())["items"]

    assert (row["contiguous"], row["highest"], row["missing"]) == (1, 5, 3)
    assert [key["state"] for key in row["keys"]] == ["active"]
    assert [alarm["kind"] for alarm in alarms] == ["gap"]


def test_a_revoked_key_is_refused_from_that_moment(
    desk: FeedDesk, ldjc: Sender, acting: Acting
) -> None:
    with acting(ADMIN) as tx:
        agencies.revoke_agency_key(tx, RevokeAgencyKey(kid=ldjc.kid, reason="遗失"))

    desk.send(ldjc, ldjc.event())
    desk.settle()

    assert [r["reason"] for r in desk.receipts("ldjc")] == ["key_revoked"]
    with acting(ADMIN) as tx:
        [row] = agencies.list_agencies(tx, ListAgencies())["items"]
    assert [key["state"] for key in row["keys"]] == ["revoked"]


def test_a_revoked_agency_keeps_its_history_and_may_not_come_back(
    desk: FeedDesk, ldjc: Sender, acting: Acting
) -> None:
    desk.send(ldjc, ldjc.event())
    desk.settle()
    with acting(ADMIN) as tx:
        agencies.revoke_agency(tx, RevokeAgency(code="ldjc", reason="测试"))

    desk.send(ldjc, ldjc.event())
    desk.settle()

    assert len(desk.open_holds()) == 1
    assert desk.receipts("ldjc")[-1]["reason"] == "agency_revoked"
    with acting(ADMIN) as tx, pytest.raises(Refused, match="agency_revoked"):
        agencies.add_agency(
            tx, AddAgency(code="ldjc", agency_name="ldjc局", types=("arrears.flagged",))
        )


@pytest.mark.parametrize(
    ("code", "node", "area"),
    [
        ("zcy-330203", "", "330203"),
        ("zcy-20260101", "", "330200"),  # a date, not a place
        ("zcy-330203x", "", "330200"),
        ("zcy-2", "330212", "330212"),
        ("zcy-330203", "330212", "330212"),  # what is said counts
    ],
)
def test_an_agency_works_in_the_area_it_is_given(
    desk: FeedDesk, acting: Acting, code: str, node: str, area: str
) -> None:
    del desk
    command = AddAgency(code=code, agency_name="仲裁院", types=("arrears.flagged",), node=node)
    with acting(ADMIN) as tx:
        assert agencies.add_agency(tx, command)["node"] == area
        again = command.model_copy(update={"node": "330206"})
        with pytest.raises(Refused, match="agency_exists"):
            agencies.add_agency(tx, again)


def test_an_area_without_an_office_is_refused(acting: Acting, desk: FeedDesk) -> None:
    del desk
    command = AddAgency(
        code="zcy-9", agency_name="仲裁院", types=("arrears.flagged",), node="350200"
    )
    with acting(ADMIN) as tx, pytest.raises(Refused, match="node_unknown"):
        agencies.add_agency(tx, command)


@pytest.mark.parametrize("actor", [CLERK, UNIT, LDJC])
def test_only_keepers_change_agencies(ldjc: Sender, acting: Acting, actor: Actor) -> None:
    commands = [
        lambda tx: agencies.add_agency(
            tx, AddAgency(code="new", agency_name="新", types=("arrears.flagged",))
        ),
        lambda tx: agencies.add_agency_key(
            tx, AddAgencyKey(agency="ldjc", kid="k-2", alg="EdDSA", public_key="x")
        ),
        lambda tx: agencies.revoke_agency(tx, RevokeAgency(code="ldjc", reason="x")),
        lambda tx: agencies.revoke_agency_key(tx, RevokeAgencyKey(kid=ldjc.kid, reason="x")),
    ]

    for command in commands:
        with acting(actor) as tx, pytest.raises(Refused) as refused:
            command(tx)
        assert refused.value.status == 403


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"public_key": "not a key"}, "key_unfit"),
        ({"alg": "ES256"}, "key_unfit"),
        ({"kid": "ldjc-1"}, "key_exists"),
        ({"agency": "nobody"}, "agency_not_found"),
    ],
)
def test_an_unfit_key_is_refused_with_its_reason(
    ldjc: Sender, acting: Acting, change: dict[str, str], code: str
) -> None:
    good = {
        "agency": "ldjc",
        "kid": "ldjc-2",
        "alg": "EdDSA",
        "public_key": public_pem(Sender("x").key),
    }

    with acting(ADMIN) as tx, pytest.raises(Refused) as refused:
        agencies.add_agency_key(tx, AddAgencyKey.model_validate(good | change))

    assert refused.value.code == code


def test_silence_beyond_the_heartbeat_raises_an_alarm_and_news_clears_it(
    desk: FeedDesk, ldjc: Sender, acting: Acting
) -> None:
    with desk.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE agency SET heartbeat_minutes = 15, added_at = now() - interval '16 minutes'"
        )
    with desk.open() as tx:
        agencies.watch_feeds(tx)
    kinds = "SELECT kind FROM feed_alarm WHERE cleared_at IS NULL"
    assert [row.kind for row in desk.rows(kinds)] == ["silent"]

    desk.send(ldjc, ldjc.event())
    desk.settle()
    with desk.open() as tx:
        agencies.watch_feeds(tx)

    assert desk.rows(kinds) == []
