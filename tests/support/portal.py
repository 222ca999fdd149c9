"""A person at the portal: signs in by password, sends forms as a browser would."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2

from services.gateway.auth.accounts import NewAccount, create_account
from shared.contracts.message import Actor
from shared.runtime.database import make_engine
from shared.runtime.settings import Settings
from tests.support.system import System

PASSWORD = "一个足够长的口令 2026"  # noqa: S105  of accounts that live as long as a test


@dataclass
class Portal:
    """A signed-in session."""

    http: httpx2.Client

    def page(self, path: str) -> str:
        """A page as the person sees it."""
        return str(self.http.get(path).raise_for_status().text)

    def send(self, path: str, *, seen_at: str, files: Any = None, **fields: str) -> httpx2.Response:
        """Send a form found on the page `seen_at`, following where it leads."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.page(seen_at))
        assert found, f"no form on {seen_at}"
        return self.http.post(path, data={"csrf": found[1]} | fields, files=files)

    def leave(self) -> None:
        """Close the browser."""
        self.http.close()


def sign_in(system: System, actor: Actor, login: str) -> Portal:
    """The person with an account of their own, signed in at the portal."""
    engine = make_engine("gateway", Settings(database_url=system.run.database_url), pool_size=1)
    new = NewAccount(
        login=login, name=actor.name, password=PASSWORD, roles=actor.roles, node=actor.node
    )
    with engine.begin() as tx:
        create_account(tx, new, by="test", now=datetime.now(UTC))
    engine.dispose()
    http = httpx2.Client(base_url=system.url, timeout=60, follow_redirects=True)
    form = {"login": login, "password": PASSWORD, "code": "", "then": "/imports"}
    answer = http.post("/sign-in", data=form)
    assert answer.status_code == 200, answer.text
    return Portal(http)
