"""What breaks a judge, or kills it, costs nobody an event: each keeps one verdict and one effect."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from deploy.forks import Warm
from services.oversight.handlers.feed import replay_inbox
from services.oversight.service.judge import Judge
from services.oversight.store.inbox import MAX_ATTEMPTS
from shared.contracts.message import Actor
from shared.contracts.oversight_feed import ReplayInbox
from shared.contracts.refusals import Refused
from shared.messaging.failpoints import FAILPOINTS
from shared.messaging.tx import open_tx
from tests.support.feed import Sender, as_bytes
from tests.support.feed_desk import FeedDesk, letter
from tests.support.servers import Servers, environment
from tests.support.waiting import wait_until

JUDGE_POINTS = [point for point in FAILPOINTS if point.startswith("judge.")]
ADMIN = Actor(id="user_admin", name="管理员", node="330200", roles=("admin",))


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


class Poison:
    """A database that refuses the trigger of one event, as a bug of ours would."""

    def __init__(self, desk: FeedDesk, event_id: str) -> None:
        self.desk, self.event_id = desk, event_id

    def __enter__(self) -> None:
        with self.desk.engine.begin() as connection:
            connection.exec_driver_sql(
                "CREATE FUNCTION choke() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                f" IF NEW.event_id = '{self.event_id}' THEN RAISE 'choked'; END IF;"
                " RETURN NEW; END $$"
            )
            connection.exec_driver_sql(
                'CREATE TRIGGER choke BEFORE INSERT ON "trigger"'
                " FOR EACH ROW EXECUTE FUNCTION choke()"
            )

    def __exit__(self, *_: object) -> None:
        with self.desk.engine.begin() as connection:
            connection.exec_driver_sql("DROP FUNCTION choke() CASCADE")


def until_quarantined(desk: FeedDesk) -> int:
    """Judge without waiting for the back-off; how many turns it took."""
    for turn in range(1, 20):
        desk.settle()
        if desk.rows("SELECT 1 FROM inbox_event WHERE state = 'quarantined'"):
            return turn
        with desk.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE inbox_event SET next_attempt_at = now()")
    raise AssertionError("never quarantined")


def test_poison_stays_alone_and_the_rest_of_its_batch_is_judged(
    desk: FeedDesk, ldjc: Sender
) -> None:
    with Poison(desk, "ldjc-e7"):
        desk.send(ldjc, *(ldjc.event() for _ in range(20)))
        desk.settle()

        assert len(desk.open_holds()) == 19
        turns = until_quarantined(desk)

    assert turns == MAX_ATTEMPTS
    [poison] = desk.rows("SELECT event_id, reason FROM inbox_event WHERE state = 'quarantined'")
    assert poison.reason == "internal_error"
    held = [r for r in desk.receipts("ldjc") if r["verdict"] == "HELD"]
    assert [r["reason"] for r in held] == ["internal_error"]
    [alarm] = desk.rows("SELECT kind FROM feed_alarm WHERE kind = 'quarantined'")
    assert alarm.kind == "quarantined"


def test_a_quarantined_event_is_judged_again_when_a_person_asks(
    desk: FeedDesk, ldjc: Sender
) -> None:
    with Poison(desk, "ldjc-e1"):
        desk.send(ldjc, ldjc.event())
        until_quarantined(desk)
    [row] = desk.rows("SELECT inbox_id FROM inbox_event")

    with open_tx(desk.engine, service="oversight", actor=ADMIN) as tx:
        replay_inbox(tx, ReplayInbox(inbox_id=row.inbox_id, reason="缺陷已修复"))
    desk.settle()

    assert [(r["number"], r["verdict"]) for r in desk.receipts("ldjc")] == [
        (1, "HELD"),
        (2, "ACCEPTED"),
    ]
    assert len(desk.open_holds()) == 1
    with (
        open_tx(desk.engine, service="oversight", actor=ADMIN) as tx,
        pytest.raises(Refused, match="not_quarantined"),
    ):
        replay_inbox(tx, ReplayInbox(inbox_id=row.inbox_id, reason="再来一次"))


def test_a_message_that_kills_the_process_is_given_up_after_its_attempts(
    desk: FeedDesk, ldjc: Sender
) -> None:
    desk.send(ldjc, ldjc.event())
    for _ in range(MAX_ATTEMPTS):  # claimed, then the process is gone
        fresh, tried = desk.judge._claim()
        assert fresh or tried
        desk.judge.recover()

    desk.settle()

    [row] = desk.rows("SELECT state, verdict, attempts FROM inbox_event")
    assert (row.state, row.verdict) == ("quarantined", "HELD")
    assert desk.effects() == (0, 0, 0, 0)


def test_two_judges_at_once_judge_each_event_once(desk: FeedDesk, ldjc: Sender) -> None:
    zcy = desk.enrol(Sender("zcy"))
    messages = [letter(s, as_bytes(s.event())) for _ in range(150) for s in (ldjc, zcy)]
    stopping = threading.Event()
    judges = [Judge(desk.engine, desk.judge.bench, batch=20) for _ in range(2)]
    threads = [threading.Thread(target=judge.run, args=(stopping,)) for judge in judges]
    for thread in threads:
        thread.start()

    for start in range(0, 300, 30):
        desk.store(*messages[start : start + 30])
    done = "SELECT 1 FROM inbox_event WHERE state <> 'judged'"
    wait_until(lambda: not desk.rows(done), seconds=30, what="all judged")
    stopping.set()
    for thread in threads:
        thread.join()

    assert len(desk.open_holds()) == 300
    assert len(desk.rows("SELECT 1 FROM receipt")) == 300
    [run] = desk.rows("SELECT min(contiguous) AS low, count(gap_since) AS gaps FROM agency")
    assert (run.low, run.gaps) == (150, 0)


@pytest.fixture
def env(servers: Servers, database_url: str, tmp_path: Path) -> dict[str, str]:
    """What a process of the judge is given here."""
    return environment(database_url, servers.amqp_url, servers, tmp_path)


@pytest.mark.parametrize("point", JUDGE_POINTS)
def test_killed_at_any_point_the_next_judge_finishes_without_a_trace(
    desk: FeedDesk,
    ldjc: Sender,
    env: dict[str, str],
    warm: Warm,
    tmp_path: Path,
    point: str,
) -> None:
    desk.send(ldjc, *(ldjc.event() for _ in range(5)))
    log = tmp_path / "judge.log"

    died = warm.start(
        "oversight-judge", env | {"HEXIE_ALLOW_FAILPOINTS": "true", "HEXIE_FAILPOINT": point}, log
    )
    assert died.wait(timeout=30) == -signal.SIGKILL
    half = desk.effects()
    assert half in ((0, 0, 0, 0), (5, 5, 5, 5))

    desk.send(ldjc, ldjc.event())
    next_one = warm.start("oversight-judge", env, log)
    done = "SELECT 1 FROM inbox_event WHERE state <> 'judged'"
    try:
        wait_until(lambda: not desk.rows(done), seconds=30, what=f"recovery after {point}")
    finally:
        next_one.send_signal(signal.SIGTERM)
        assert next_one.wait(timeout=20) == 0

    assert desk.effects() == (6, 6, 6, 6)
    assert sorted(r["verdict"] for r in desk.receipts("ldjc")) == ["ACCEPTED"] * 6
