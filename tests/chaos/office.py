"""Officers who keep entering units by RPC while everything dies, each act under one key."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from typing import Any

from deploy.sample import people
from deploy.sample.chain import COLUMNS
from deploy.sample.rest import RestServices
from deploy.sample.units import DISTRICTS, credit_code
from services.gateway.clients import Asking, ServiceAway
from shared.contracts import registry as reg
from shared.contracts.message import Actor, Command
from shared.contracts.refusals import Refused

_BLOCK = 25_000_000


@dataclass
class Office:
    """Enters three units a turn; `entered` are the codes the registry has said yes to."""

    base: str
    database_url: str
    entered: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    asked_again: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)
    _turns: int = 0
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Sign in while all is well, then work in a thread."""
        rest = RestServices(self.base, self.database_url)
        rest.token_for(people.clerk(people.CITY))
        rest.token_for(people.reviewer(people.CITY))
        self._thread = threading.Thread(target=self._work, args=(rest,), daemon=True)
        self._thread.start()

    def enter_once(self) -> None:
        """One turn here and now, however long its answers take."""

        async def turn() -> None:
            rest = RestServices(self.base, self.database_url)
            self._turns += 1
            await self._enter(rest, self._turns)
            await rest.stop()

        asyncio.run(turn())

    def stop(self, seconds: float = 60) -> bool:
        """Finish the act in hand; whether it came to its end in time."""
        self.stopping.set()
        if self._thread is not None:
            self._thread.join(seconds)
            return not self._thread.is_alive()
        return True

    def _work(self, rest: RestServices) -> None:
        asyncio.run(self._all(rest))

    async def _all(self, rest: RestServices) -> None:
        while not self.stopping.is_set():
            self._turns += 1
            await self._enter(rest, self._turns)
            await asyncio.sleep(0.5)
        await rest.stop()

    async def _enter(self, rest: RestServices, turn: int) -> None:
        places = list(DISTRICTS)
        codes = [credit_code(places[turn % len(places)], _BLOCK + turn * 3 + i) for i in range(3)]
        stage = reg.StageImport(
            import_id="", file_name=f"增补{turn}.xlsx", columns=COLUMNS, first_row=2,
            rows=[_row(code, places[turn % len(places)]) for code in codes], is_last=True,
        )  # fmt: skip
        clerk, reviewer = people.clerk(people.CITY), people.reviewer(people.CITY)
        staged = await self._insist(rest, stage, clerk, f"chaos-stage-{turn}")
        if staged is None:
            return
        confirm = reg.ConfirmImport(import_id=staged["import_id"])
        if await self._insist(rest, confirm, reviewer, f"chaos-confirm-{turn}") is not None:
            self.entered += codes

    async def _insist(self, rest: RestServices, command: Command, actor: Actor, key: str) -> Any:
        """Ask under the same key until there is an answer; None when the rules say no."""
        asking = Asking(actor=actor, idempotency_key=key)
        while True:
            try:
                return await rest.ask(command, asking, timeout=8)
            except ServiceAway:
                self.asked_again += 1
            except ValueError:  # an answer cut off in the middle
                self.asked_again += 1
            except Refused as refused:
                if refused.status < 500 and refused.code != "busy":
                    self.refused.append(f"{key}: {refused.status} {refused.code}")
                    return None
                self.asked_again += 1
            await asyncio.sleep(0.2)


def _row(code: str, place: str) -> list[str | int | float | bool | None]:
    return [
        "enterprise", f"宁波试验{code[-7:]}有限公司", code, place, "宁波市样例路1号", "C34", 50, None,
        "", "", "", "",
    ]  # fmt: skip
