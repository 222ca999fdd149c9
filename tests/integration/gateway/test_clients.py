"""The RPC client against real nameko services: answers, refusals, outages, a cut connection."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, TypeVar

import pytest

from deploy.sample import people
from services.gateway.clients import Asking, ServiceAway, ServiceFailed, Services
from shared.contracts.message import Command
from shared.contracts.refusals import Refused
from shared.contracts.registry import CountUnits, GetUnit, StageImport
from shared.contracts.registry_answers import UnitCounts
from shared.contracts.scalars import UnitKind
from tests.support.servers import Servers
from tests.support.system import System
from tests.support.waiting import wait_until

T = TypeVar("T")
CLERK = Asking(actor=people.clerk(people.CITY), correlation_id="test-clients")


class NoSuchService(Command):
    """A command of a service that is not there."""

    name: ClassVar[str] = "nowhere.do_it"


class NoSuchMethod(Command):
    """A command no service accepts."""

    name: ClassVar[str] = "registry.no_such_method"


def with_client(
    system: System, act: Callable[[Services], Awaitable[T]], *, timeout: float = 10
) -> T:
    """Run an act with a client of its own."""

    async def whole() -> T:
        services = Services(system.run.amqp_url, timeout=timeout)
        await services.start()
        try:
            return await act(services)
        finally:
            await services.stop()

    return asyncio.run(whole())


def test_an_answer_comes_back_in_the_contracts_shape(system: System) -> None:
    counts = with_client(system, lambda s: s.ask_for(UnitCounts, CountUnits(), CLERK))

    assert counts.total >= 0
    assert set(counts.by_kind) <= set(UnitKind)


def test_a_refusal_comes_back_as_one(system: System) -> None:
    with pytest.raises(Refused) as caught:
        with_client(system, lambda s: s.ask(GetUnit(unit_id="unit_unknown"), CLERK))

    assert caught.value.status == 404
    assert caught.value.says


def test_many_calls_are_in_flight_at_once_and_none_is_mixed_up(system: System) -> None:
    async def many(services: Services) -> list[Any]:
        calls = [
            services.ask(GetUnit(unit_id=f"unit_{i}"), CLERK)
            if i % 2
            else services.ask(CountUnits(), CLERK)
            for i in range(60)
        ]
        return await asyncio.gather(*calls, return_exceptions=True)

    answers = with_client(system, many)

    assert all(isinstance(a, Refused) for a in answers[1::2])
    assert all("total" in a for a in answers[0::2])


def test_what_the_broker_would_not_take_is_refused_and_harms_no_other_call(system: System) -> None:
    noise = secrets.token_urlsafe(1_600_000)
    large = StageImport(
        file_name="a.xlsx", columns=("name_text",), first_row=2, count=1, packed=noise
    )

    async def three(services: Services) -> list[Any]:
        asked = (services.ask(CountUnits(), CLERK), services.ask(large, CLERK))
        found = await asyncio.gather(*asked, return_exceptions=True)
        return [*found, await services.ask(CountUnits(), CLERK)]

    before, refused, after = with_client(system, three)

    assert isinstance(refused, Refused)
    assert (refused.code, refused.status) == ("request_too_large", 413)
    assert before == after


def test_a_service_that_is_not_there_is_away_and_nothing_was_sent(system: System) -> None:
    with pytest.raises(ServiceAway) as caught:
        with_client(system, lambda s: s.ask(NoSuchService(), CLERK))

    assert caught.value.sent is False


def test_a_method_that_is_not_there_is_a_defect_not_a_hang(system: System) -> None:
    with pytest.raises(ServiceFailed):
        with_client(system, lambda s: s.ask(NoSuchMethod(), CLERK))


def test_a_late_answer_is_told_as_late(system: System) -> None:
    with pytest.raises(ServiceAway) as caught:
        with_client(system, lambda s: s.ask(CountUnits(), CLERK, timeout=0.0005))

    assert caught.value.late


def test_a_cut_connection_restores_itself(system: System, servers: Servers) -> None:
    async def cut(services: Services) -> Any:
        mine = await asyncio.to_thread(wait_until, lambda: _own(servers), what="the connection")
        for name in mine:
            await asyncio.to_thread(servers.manage, "DELETE", f"/api/connections/{name}")
        async with asyncio.timeout(20):
            while True:
                try:
                    return await services.ask(CountUnits(), CLERK, timeout=2)
                except ServiceAway:
                    await asyncio.sleep(0)

    before = _names(servers)

    def _own(servers: Servers) -> list[str]:
        return [n for n in _names(servers) if n not in before]

    assert "total" in with_client(system, cut)


def _names(servers: Servers) -> list[str]:
    from urllib.parse import quote

    found = servers.manage("GET", "/api/connections")
    return [quote(c["name"], safe="") for c in found]
