"""`hexie account`: people who may sign in, for places that bring their own offices."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from deploy.addresses import of_running_system
from deploy.servers.ports import CannotStart
from services.gateway.auth.accounts import NewAccount, create_account
from shared.runtime.database import engine_for
from shared.runtime.organisations import all_nodes

_LETTERS = 15


def add(
    login: str, *, name: str, roles: tuple[str, ...], node: str, by: str, body: str = ""
) -> dict[str, str]:
    """Make the account with a password that is shown this once, to be changed by its owner.

    An account of that login is brought to this state. A seat names the body it sits for.
    """
    of_running_system()
    found = all_nodes().get(node)
    if found is None:
        raise CannotStart(f"没有编码为“{node}”的办公室：请核对，或先在机构文件里登记。")
    sides = {b.name: b.side.value for b in found.bodies}
    if body and body not in sides:
        raise CannotStart(f"{found.name}没有成员单位“{body}”。现有：{'、'.join(sides)}。")
    password = secrets.token_urlsafe(_LETTERS)
    new = NewAccount(
        login=login, name=name, password=password, roles=roles, node=node,
        side=sides.get(body, "government"), body=body,
    )  # fmt: skip
    with engine_for("gateway").begin() as tx:
        create_account(tx, new, by=f"cli:{by}", now=datetime.now(UTC))
    return {"login": login, "password": password, "node": node, "office": found.name}
