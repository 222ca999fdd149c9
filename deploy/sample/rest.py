"""The same acts through the public door: each command by the REST operation that carries it.

Stands where `services.gateway.clients.Services` stands, so the demo and the end-to-end tests tell
the chain's story over HTTP with a token a person.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import threading
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import httpx2
from sqlalchemy import Engine

from services.gateway.api.door import Door
from services.gateway.auth.accounts import NewAccount, create_account, issue_token
from services.gateway.clients import Asking, ServiceAway
from shared.contracts.message import Actor, Command
from shared.contracts.refusals import Refused
from shared.runtime.database import make_engine
from shared.runtime.settings import Settings

_RESENDS = 4


def door_of(command: type[Command], fields: dict[str, Any] | None = None) -> Door:
    """The REST operation that carries a command; LookupError when there is none."""
    for door in _doors():
        same = door.command is command and door.roles
        if same and all((fields or {}).get(k, v) == v for k, v in door.fixed.items()):
            return door
    raise LookupError(f"no REST operation carries {command.name}")


@lru_cache(maxsize=1)
def _doors() -> list[Door]:
    from services.gateway.api.document import TABLES

    return [door for doors, _tag in TABLES for door in doors]


class RestServices:
    """Asks over HTTP as many people; a token is made for each the first time."""

    def __init__(self, base: str, database_url: str) -> None:
        self.base = base
        # Connects with the first token it makes.
        self._engine = make_engine("gateway", Settings(database_url=database_url), pool_size=1)
        self._tokens: dict[str, str] = {}
        self._making = threading.Lock()
        self._http = httpx2.AsyncClient(base_url=base, timeout=60)

    async def stop(self) -> None:
        """Close the connections."""
        await self._http.aclose()
        self._engine.dispose()

    def token_for(self, actor: Actor) -> str:
        """A REST token that acts as this person, with an account made where there is none."""
        with self._making:
            if actor.id not in self._tokens:
                self._tokens[actor.id] = make_token(self._engine, actor)
            return self._tokens[actor.id]

    async def ask(self, command: Command, asking: Asking, *, timeout: float = 60) -> Any:
        """The answer as JSON; raises `Refused` and `ServiceAway` as the RPC client does.

        What went unanswered is sent again under the same Idempotency-Key: done once, however
        often asked.
        """
        fields = command.model_dump(mode="json", exclude_unset=True)
        door = door_of(type(command), fields)
        path = re.sub(r"{(\w+)}", lambda m: str(fields.pop(m.group(1))), door.path)
        headers = {"authorization": f"Bearer {self.token_for(asking.actor)}"}
        if asking.clock:
            headers["hexie-clock"] = asking.clock
        if door.mark:
            headers["if-match"] = f'"{fields.pop(door.mark)}"'
        if door.method == "POST":
            headers["idempotency-key"] = asking.idempotency_key or secrets.token_hex(12)
        for fixed in door.fixed:
            fields.pop(fixed, None)
        reading = door.method == "GET"
        request = self._http.build_request(
            door.method,
            "/api/v1" + path,
            headers=headers,
            timeout=timeout,
            params=fields if reading else None,
            json=fields if fields and not reading else None,
        )
        for _ in range(_RESENDS if door.method in ("GET", "POST") else 0):
            try:
                return await self._sent(request)
            except ServiceAway:
                await asyncio.sleep(1)
        return await self._sent(request)

    async def _sent(self, request: httpx2.Request) -> Any:
        try:
            return read_answer(await self._http.send(request))
        except httpx2.HTTPError as error:
            raise ServiceAway("gateway", sent=True) from error

    async def read(self, path: str, actor: Actor) -> Any:
        """One GET below /api/v1 that no single command carries."""
        headers = {"authorization": f"Bearer {self.token_for(actor)}"}
        return read_answer(await self._http.get("/api/v1" + path, headers=headers))


def read_answer(answer: httpx2.Response) -> Any:
    """The JSON of an answer, or the exception its problem stands for."""
    if answer.status_code < 400:
        return answer.json() if answer.content else None
    problem = answer.json()
    if answer.status_code in (502, 503, 504):
        raise ServiceAway("gateway", sent=True)
    raise Refused(
        code=problem.get("code", "unknown"),
        says=problem.get("detail", ""),
        clause=problem.get("clause") or "",
        status=answer.status_code,
        errors=list(problem.get("errors") or []),
    )


def make_token(engine: Engine, actor: Actor) -> str:
    """An account for the actor, without a password, and a token that acts as it."""
    now = datetime.now(UTC)
    account = NewAccount(
        login=actor.id,
        name=actor.name,
        password="",
        roles=actor.roles,
        node=actor.node,
        side=actor.side if "seat" in actor.roles else "",
        body=actor.body,
        unit_id=actor.unit_id,
        by_token=True,
    )
    with engine.begin() as connection:
        create_account(connection, account, by="sample", now=now)
        return issue_token(connection, actor.id, label="sample", by="sample", now=now, days=7)
