"""Confirms against a channel that misbehaves as py-amqp's has been seen to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from shared.messaging.confirms import Confirming, Outgoing


class _Channel:
    """Stands for the broker: `script` is called instead of waiting for the network."""

    def __init__(self, script: Callable[[_Channel], None]) -> None:
        self.events: dict[str, set[Callable[..., None]]] = defaultdict(set)
        self.script = script
        self.published: list[str] = []
        self.connection = self

    def confirm_select(self) -> None:
        """Nothing to do."""

    def basic_publish(self, message: Any, **_: Any) -> None:
        self.published.append(message.properties["message_id"])

    def drain_events(self, timeout: float) -> None:
        self.script(self)

    def say(self, event: str, *arguments: Any) -> None:
        for callback in self.events[event]:
            callback(*arguments)


def _rows(*ids: str) -> list[Outgoing]:
    return [Outgoing(i, "registry.events", "unit_closed", b"{}", {}) for i in ids]


def _silence(_: _Channel) -> None:
    raise TimeoutError("timed out")


def test_silence_leaves_everything_in_doubt() -> None:
    outcome = Confirming(_Channel(_silence), seconds=0.01).publish(_rows("a", "b"))

    assert outcome.confirmed == set()
    assert outcome.refused == {}
    assert outcome.doubt.startswith("TimeoutError")


def test_a_confirm_counts_for_its_own_tag_only() -> None:
    answers = iter([(2, False)])

    def script(channel: _Channel) -> None:
        try:
            channel.say("basic_ack", *next(answers))
        except StopIteration:
            raise TimeoutError from None

    outcome = Confirming(_Channel(script), seconds=0.05).publish(_rows("a", "b", "c"))

    assert outcome.confirmed == {"b"}
    assert outcome.doubt != ""


def test_one_confirm_may_stand_for_many() -> None:
    outcome = Confirming(
        _Channel(lambda channel: channel.say("basic_ack", 3, True)), seconds=5
    ).publish(_rows("a", "b", "c"))

    assert outcome.confirmed == {"a", "b", "c"}
    assert outcome.doubt == ""


def test_a_late_confirm_is_never_taken_for_the_next_message() -> None:
    channel = _Channel(_silence)
    confirming = Confirming(channel, seconds=0.01)
    confirming.publish(_rows("late"))

    channel.script = lambda c: c.say("basic_ack", 1, False)
    outcome = confirming.publish(_rows("next"))

    assert "next" not in outcome.confirmed


def test_a_full_queue_is_a_refusal_not_a_doubt() -> None:
    outcome = Confirming(
        _Channel(lambda channel: channel.say("basic_nack", 2, True)), seconds=5
    ).publish(_rows("a", "b"))

    assert set(outcome.refused) == {"a", "b"}
    assert outcome.doubt == ""
