"""`hexie token issue`: a REST token for an account, printed once."""

from __future__ import annotations

from datetime import timedelta

from services.gateway.auth import accounts
from services.gateway.auth.guard import utc_now
from shared.runtime.database import engine_for


def issue(login: str, *, days: int = 365, label: str = "hexie token issue") -> dict[str, str]:
    """The token and until when it holds; `Refused` when there is no such account."""
    now = utc_now()
    with engine_for("gateway").begin() as tx:
        token = accounts.issue_token(tx, login, label=label, by="operator", now=now, days=days)
    return {
        "token": token,
        "account": login,
        "valid_until": (now + timedelta(days=days)).isoformat(),
    }
