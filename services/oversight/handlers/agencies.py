"""Who may send triggers, with which keys, and what their feeds look like."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from services.oversight.domain.signature import AgencyKey, load_public
from services.oversight.store import agencies as store
from services.oversight.store import inbox
from shared.contracts.agencies import TRIGGER_TYPES
from shared.contracts.oversight_feed import (
    AddAgency,
    AddAgencyKey,
    AgencyKeyRow,
    AgencyRow,
    FeedAlarmRow,
    ListAgencies,
    ListFeedAlarms,
    RevokeAgency,
    RevokeAgencyKey,
)
from shared.contracts.refusals import Refused
from shared.contracts.scalars import covers
from shared.messaging.tx import Tx
from shared.runtime import organisations
from shared.runtime.settings import settings

KEEPERS = ("admin", "security", "system")
READERS = (*KEEPERS, "auditor", "liaison", "clerk", "reviewer")


def only(tx: Tx, roles: tuple[str, ...]) -> None:
    """Refuse actors without any of these roles."""
    if not any(tx.actor.has(role) for role in roles):
        raise Refused("not_allowed", "您的角色不能办理这项操作。", status=403)


def add_agency(tx: Tx, command: AddAgency) -> dict[str, Any]:
    """Put an agency on the list. The same agency added twice with the same words is one agency."""
    only(tx, KEEPERS)
    unknown = [name for name in command.types if name not in TRIGGER_TYPES]
    if unknown:
        says = f"没有这些事件类型：{'、'.join(unknown)}"
        raise Refused("type_unknown", says, status=422)
    node = command.node or _area_of(command.code)
    if not _is_known(node):
        says = f"没有辖区“{node}”的三方办公室：请核对行政区划代码。"
        raise Refused("node_unknown", says, status=422)
    if not covers(tx.actor.node, node):
        says = f"机构辖区 {node} 不在您的管辖区域内，不能登记。"
        raise Refused("not_allowed", says, status=403)
    found = store.find_agency(tx, command.code, lock=True)
    if found is None:
        store.save_agency(
            tx,
            {
                "code": command.code,
                "agency_name": command.agency_name,
                "node": node,
                "types": sorted(set(command.types)),
                "heartbeat_minutes": command.heartbeat_minutes,
            },
        )
    elif not found.active:
        says = f"机构 {command.code} 已经撤销，不能再次登记；请用新的代码。"
        raise Refused("agency_revoked", says)
    elif (found.agency_name, set(found.types)) != (command.agency_name, set(command.types)):
        raise Refused("agency_exists", f"机构代码 {command.code} 已登记为「{found.agency_name}」。")
    elif command.node not in ("", found.node):
        says = f"机构代码 {command.code} 已登记在辖区 {found.node}，不能改为 {command.node}。"
        raise Refused("agency_exists", says)
    return {"code": command.code, "node": found.node if found else node, "added": found is None}


def _area_of(code: str) -> str:
    """The area a code ends with; the region run here for other endings, a date or a serial."""
    ending = re.search(r"\d{6}$", code)
    return ending[0] if ending and _is_known(ending[0]) else settings().region


def _is_known(node: str) -> bool:
    """Whether an office of ours answers for the area, or it is an authority's above us."""
    return bool(organisations.find_node(node) or organisations.region_of(node))


def add_agency_key(tx: Tx, command: AddAgencyKey) -> dict[str, Any]:
    """Register one more key; older ones end after the overlap when one is given."""
    only(tx, KEEPERS)
    found = store.find_agency(tx, command.agency, lock=True, by=tx.actor)
    if found is None or not found.active:
        says = f"没有在用的机构 {command.agency}。"
        raise Refused("agency_not_found", says, status=404)
    try:
        load_public(command.public_key, command.alg)
    except ValueError as error:
        says = f"公钥不合要求：{command.alg} 需要 Ed25519 或 P-256 公钥（PEM）。"
        raise Refused("key_unfit", says, status=422) from error
    if store.find_key(tx, command.kid) is not None:
        raise Refused("key_exists", f"密钥编号 {command.kid} 已被使用，请换一个。")
    not_before = command.not_before or tx.now
    store.save_key(
        tx,
        AgencyKey(
            kid=command.kid,
            agency=command.agency,
            alg=command.alg,
            public_key=command.public_key,
            not_before=not_before,
            not_after=command.not_after,
        ),
    )
    if command.retire_after_hours is not None:
        ends = not_before + timedelta(hours=command.retire_after_hours)
        store.end_keys(tx, command.agency, ends, but=command.kid)
    return {"kid": command.kid, "agency": command.agency}


def revoke_agency_key(tx: Tx, command: RevokeAgencyKey) -> dict[str, Any]:
    """Nothing received from now on is believed on this key's word."""
    only(tx, KEEPERS)
    key = store.find_key(tx, command.kid)
    if key is None or store.find_agency(tx, key.agency, by=tx.actor) is None:
        raise Refused("key_not_found", f"没有编号为 {command.kid} 的密钥。", status=404)
    return {"kid": command.kid, "revoked": store.revoke_keys(tx, command.reason, kid=command.kid)}


def revoke_agency(tx: Tx, command: RevokeAgency) -> dict[str, Any]:
    """The agency may send nothing more. Its holds and history stay."""
    only(tx, KEEPERS)
    found = store.find_agency(tx, command.code, lock=True, by=tx.actor)
    if found is None:
        raise Refused("agency_not_found", f"没有机构 {command.code}。", status=404)
    keys = store.revoke_keys(tx, command.reason, code=command.code)
    store.revoke_agency(tx, command.code, command.reason)
    return {"code": command.code, "revoked": bool(found.active), "keys": keys}


def list_agencies(tx: Tx, command: ListAgencies) -> dict[str, Any]:
    """The region's agencies with keys and the state of their feeds."""
    del command
    only(tx, READERS)
    keys: dict[str, list[AgencyKeyRow]] = {}
    for row in store.list_keys(tx):
        shown = AgencyKeyRow(
            kid=row.kid,
            alg=row.alg,
            state=_key_state(row, tx.now),
            not_before=row.not_before,
            not_after=row.not_after,
            revoked_at=row.revoked_at,
            added_at=row.added_at,
            added_by=row.added_by,
        )
        keys.setdefault(row.agency, []).append(shown)
    items = [_agency_row(row, keys.get(row.code, [])) for row in store.list_agencies(tx)]
    return {"items": [item.model_dump(mode="json") for item in items], "next": ""}


def list_feed_alarms(tx: Tx, command: ListFeedAlarms) -> dict[str, Any]:
    """What about the feeds needs a person's eye."""
    only(tx, READERS)
    rows = store.list_alarms(
        tx, code=command.agency, open_only=command.open_only, limit=command.limit
    )
    names = FeedAlarmRow.model_fields
    items = [FeedAlarmRow(**{name: getattr(row, name) for name in names}) for row in rows]
    return {"items": [item.model_dump(mode="json") for item in items], "next": ""}


def channel_codes(tx: Tx) -> list[str]:
    """Whose channels are read: also those of revoked agencies, to answer what still lies there."""
    return store.all_codes(tx)


def watch_feeds(tx: Tx) -> None:
    """Absence of news is news: raise an alarm for each feed silent beyond its heartbeat.

    Also looks after messages that are held although what they wait for has come.
    """
    inbox.release_overtaken(tx)
    silent = store.silent_codes(tx)
    store.raise_alarms(
        tx,
        {(code, "silent"): f"超过 {minutes} 分钟没有收到消息" for code, minutes in silent.items()},
    )
    store.clear_alarms(tx, [c for c in store.all_codes(tx) if c not in silent], "silent")


def _key_state(row: Any, now: datetime) -> str:
    if row.revoked_at is not None and row.revoked_at <= now:
        return "revoked"
    if row.not_before > now:
        return "coming"
    return "ended" if row.not_after is not None and row.not_after <= now else "active"


def _agency_row(row: Any, keys: list[AgencyKeyRow]) -> AgencyRow:
    return AgencyRow(
        code=row.code,
        agency_name=row.agency_name,
        types=tuple(row.types),
        active=row.active,
        added_at=row.added_at,
        added_by=row.added_by,
        revoked_at=row.revoked_at,
        keys=tuple(keys),
        contiguous=row.contiguous,
        highest=row.highest,
        missing=max(0, row.highest - row.contiguous - row.beyond),
        gap_since=row.gap_since,
        last_event_at=row.last_event_at,
        heartbeat_minutes=row.heartbeat_minutes,
    )
