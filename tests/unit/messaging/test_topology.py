"""One topology from the service classes; nothing a broker would silently lose."""

from __future__ import annotations

from shared.contracts import EVENTS
from shared.contracts.registry import PlanFiled, UnitClosed, UnitEntered
from shared.messaging import topology
from shared.messaging.broker import vhost_url
from shared.messaging.consume import hears


class _Listening:
    name = "evaluation"

    @hears(UnitEntered, UnitClosed)
    def on_units(self, tx: object, heard: object) -> None:
        """Hears two."""

    @hears(UnitEntered)
    def on_entered(self, tx: object, heard: object) -> None:
        """Hears one."""


def test_each_hearing_method_has_a_queue_bound_to_its_events() -> None:
    found = topology.internal([_Listening], [UnitEntered, UnitClosed, PlanFiled])

    assert {(b.queue, b.exchange, b.key) for b in found.bindings} == {
        ("evaluation.on_units", "registry.events", "unit_entered"),
        ("evaluation.on_units", "registry.events", "unit_closed"),
        ("evaluation.on_entered", "registry.events", "unit_entered"),
        ("unheard", "registry.events", "plan_filed"),
        ("dead", "dead", ""),
    }


def test_an_event_now_heard_leaves_the_unheard() -> None:
    found = topology.internal([_Listening], [UnitEntered, UnitClosed, PlanFiled])

    assert {b.key for b in found.unbound} == {"unit_entered", "unit_closed"}
    assert {b.queue for b in found.unbound} == {"unheard"}


def test_every_event_of_the_catalogue_has_somewhere_to_go() -> None:
    found = topology.internal([_Listening])

    bound = {f"{b.exchange.removesuffix('.events')}.{b.key}" for b in found.bindings}
    assert {event.name for event in EVENTS} <= bound


def test_queues_of_consequence_dead_letter_at_least_once() -> None:
    internal = topology.internal([_Listening])
    queues = {q.name: q.arguments for q in (*internal.queues, *topology.agency().queues)}

    for name in ("evaluation.on_units", "evaluation.on_entered", "triggers", "receipts"):
        assert queues[name]["x-queue-type"] == "quorum"
        assert queues[name]["x-delivery-limit"] == 1000
        assert queues[name]["x-dead-letter-strategy"] == "at-least-once"
        assert queues[name]["x-overflow"] == "reject-publish", name
    assert queues["triggers"]["x-single-active-consumer"] is True
    assert queues["feed"]["x-overflow"] == "drop-head"


def test_all_queues_are_quorum_queues_behind_a_declared_exchange() -> None:
    for found in (topology.internal([_Listening]), topology.agency()):
        exchanges = {e.name for e in found.exchanges}
        assert all(q.arguments["x-queue-type"] == "quorum" for q in found.queues)
        assert {b.exchange for b in found.bindings} <= exchanges
        assert {q.name for q in found.queues} == {b.queue for b in found.bindings}


def test_a_virtual_host_is_swapped_without_touching_the_login() -> None:
    url = "amqp://user:p%2Fw@host:5672/hexie"

    assert vhost_url(url, "ag.1") == "amqp://user:p%2Fw@host:5672/ag.1"
    assert vhost_url(url, "") == url
    assert vhost_url("amqps://h", "v") == "amqps://h/v"
