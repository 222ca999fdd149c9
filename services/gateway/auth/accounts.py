"""Making accounts and keys: called by the sample region, the command line and administrators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from services.gateway import store
from services.gateway.auth import secrets
from shared.contracts.message import Actor
from shared.contracts.refusals import Refused
from shared.runtime.ids import new_id

ROLES = {
    "clerk": "经办",
    "reviewer": "审核",
    "seat": "三方席位",
    "planner": "监察计划员",
    "unit": "单位用户",
    "liaison": "机构联络员",
    "admin": "系统管理员",
    "security": "安全管理员",
    "auditor": "审计员",
    "system": "系统",
}
SIDES = {"government": "政府方", "workers": "职工方", "employers": "企业方"}
_APART = ("admin", "security", "auditor")  # three people, and none of them an officer


@dataclass(frozen=True)
class NewAccount:
    """What a person needs to sign in; `side` and `body` for party seats, `unit_id` for units.

    An account with `by_token` has no password and can only act through tokens issued for it.
    """

    login: str
    name: str
    password: str
    roles: tuple[str, ...]
    node: str = ""
    side: str = ""
    body: str = ""
    unit_id: str = ""
    totp_secret: str = ""
    by_token: bool = False


def create_account(tx: Connection, new: NewAccount, *, by: str, now: datetime) -> str:
    """Create the account, or bring an existing login to this state; its id either way."""
    _check(new)
    found = store.find_account(tx, new.login)
    account_id = str(found["account_id"]) if found else new_id("account")
    store.save_account(
        tx,
        {
            "account_id": account_id,
            "login": new.login,
            "name": new.name,
            "password_hash": "" if new.by_token else secrets.hash_password(new.password),
            "roles": list(new.roles),
            "node": new.node,
            "side": new.side,
            "body": new.body,
            "unit_id": new.unit_id,
            "totp_secret": new.totp_secret,
            "created_at": now,
            "created_by": by,
        },
    )
    return account_id


def _check(new: NewAccount) -> None:
    unknown = [r for r in new.roles if r not in ROLES]
    if unknown or not new.roles:
        raise Refused(
            "role_unknown", f"没有这种角色：{'、'.join(unknown) or '（空）'}。", status=422
        )
    apart = [r for r in new.roles if r in _APART]
    if apart and len(new.roles) > 1:
        raise Refused(
            "roles_must_be_apart",
            f"{ROLES[apart[0]]}须由专人担任，不能与其他角色合并；请分设账号。",
            status=422,
        )
    if "seat" in new.roles and not (new.side and new.body):
        raise Refused("seat_without_side", "三方席位账号须写明所属一方和单位名称。", status=422)
    if "unit" in new.roles and not new.unit_id:
        raise Refused("unit_account_without_unit", "单位用户须对应一个在册单位。", status=422)
    if len(new.password) < 12 and not new.by_token:
        raise Refused("password_too_short", "口令至少 12 个字符；请换一个更长的。", status=422)


def issue_token(
    tx: Connection, login: str, *, label: str, by: str, now: datetime, days: int = 365
) -> str:
    """A REST token that acts as this account; the text is shown this once."""
    found = store.find_account(tx, login)
    if found is None or found["disabled_at"] is not None:
        raise Refused("account_unknown", f"没有可用的账号“{login}”。", status=404)
    token = secrets.new_key("hxt")
    _keep(
        tx,
        token,
        kind="token",
        label=label,
        account_id=found["account_id"],
        agency="",
        by=by,
        now=now,
        until=now + timedelta(days=days),
    )
    return token


def issue_agency_key(tx: Connection, agency: str, *, label: str, by: str, now: datetime) -> str:
    """A REST key with which an agency posts its signed events; shown this once."""
    key = secrets.new_key("hxa")
    _keep(
        tx,
        key,
        kind="agency",
        label=label,
        account_id=None,
        agency=agency,
        by=by,
        now=now,
        until=None,
    )
    return key


def _keep(  # noqa: PLR0913  one row, named column by column
    tx: Connection,
    key: str,
    *,
    kind: str,
    label: str,
    account_id: str | None,
    agency: str,
    by: str,
    now: datetime,
    until: datetime | None,
) -> None:
    store.save_credential(
        tx,
        {
            "credential_id": new_id("credential"),
            "kind": kind,
            "key_hash": secrets.hash_of(key),
            "prefix": key[:8],
            "label": label,
            "account_id": account_id,
            "agency": agency,
            "valid_until": until,
            "issued_at": now,
            "issued_by": by,
        },
    )


def revoke_agency_keys(tx: Connection, agency: str, *, by: str, now: datetime) -> int:
    """Withdraw an agency's REST keys at once."""
    return store.revoke_credentials(tx, agency=agency, by=by, at=now)


def actor_of(row: store.Row) -> Actor:
    """The account as the services know a person."""
    return Actor(
        id=row["account_id"],
        name=row["name"],
        node=row["node"],
        roles=tuple(row["roles"]),
        side=row["side"],
        body=row["body"],
        unit_id=row["unit_id"],
    )
