"""The whole system as processes, and people who use it through the public door."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx2

from deploy.forks import Warm
from deploy.run import Run
from deploy.sample import people
from deploy.sample.chain import Chain, moment
from deploy.sample.rest import RestServices
from deploy.sample.units import SampleUnit
from shared.contracts.message import Actor, Command
from shared.runtime.settings import Settings
from tests.support.servers import Servers, a_database, a_vhost

# Systems share two cores here: what an officer would be told to try again is waited for.
_PATIENT = {"HEXIE_RPC_TIMEOUT": "30"}


@dataclass
class System:
    """A running system with an empty register and NB23 activated.

    http   anybody in front of its door, without cookies that matter to anyone
    """

    run: Run
    rest: RestServices
    loop: asyncio.AbstractEventLoop
    http: httpx2.Client
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The portal's address."""
        return f"http://127.0.0.1:{self.run.settings.port}"

    @property
    def chain(self) -> Chain:
        """The chain's acts over REST."""
        return Chain(self.rest)

    def do(self, coroutine: Any) -> Any:
        """Run one act to its end."""
        return self.loop.run_until_complete(coroutine)

    def ask(
        self, command: Command, actor: Actor, at: datetime | None = None, *, patience: float = 0
    ) -> Any:
        """One act over REST; `Refused` when the rules say no."""
        return self.do(self.chain.ask(command, actor, at, patience=patience))

    def token(self, actor: Actor) -> str:
        """A REST token of the person."""
        return self.rest.token_for(actor)


@contextlib.contextmanager
def a_system(
    servers: Servers,
    home: Path,
    *,
    names: tuple[str, ...] = (),
    environment: dict[str, str] | None = None,
    warm: Warm | None = None,
) -> Iterator[System]:
    """All processes up on a fresh database and virtual host; everything ended afterwards."""
    with a_database(servers) as database, a_vhost(servers) as vhost:
        chosen = Settings(
            home=home, port=0, database_url=database, amqp_url=vhost,
            amqp_management_url=servers.management_url,
        )  # fmt: skip
        patient = _PATIENT | (environment or {})
        run = Run(chosen, quiet=True, extra_environment=patient, warm=warm)
        if names:
            run.names = names
        run.up()
        loop = asyncio.new_event_loop()
        rest = RestServices(f"http://127.0.0.1:{chosen.port}", database)
        # One for all: a client of its own for each question loads every certificate anew.
        http = httpx2.Client(base_url=f"http://127.0.0.1:{chosen.port}", timeout=60)
        system = System(run, rest, loop, http)
        try:
            begin = date(2025, 1, 6)
            system.do(system.chain.activate("ningbo-2023", begin, "测试启用", moment(begin)))
            yield system
        finally:
            http.close()
            loop.run_until_complete(rest.stop())
            loop.close()
            run.down()


def enter(system: System, unit: SampleUnit, at: datetime) -> dict[str, Any]:
    """Put one unit on the register through an import; the entry as the register answers it."""
    from shared.contracts.registry import GetUnit

    system.do(system.chain.enter([unit], "名册.xlsx", at))
    return dict(system.ask(GetUnit(code=unit.code), people.clerk(people.CITY), patience=10))
