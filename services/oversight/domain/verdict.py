"""Whether a stored message is an event of its agency, and in which words we say no.

Order matters: size, channel, user and signature are settled before a single byte is parsed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.oversight.domain.envelope import (
    Malformed,
    event_id_hint,
    read_data,
    read_event,
    read_json,
)
from services.oversight.domain.signature import AgencyKey, Forged, verify
from shared.contracts.agencies import (
    AUDIENCE,
    TRIGGER_TYPES,
    AgencyData,
    AgencyEvent,
    source_of,
)

ACCEPTED, DUPLICATE, HELD, REJECTED = "ACCEPTED", "DUPLICATE", "HELD", "REJECTED"

SAYS: Mapping[str, str] = {
    "size": "消息超过大小上限，未作解析",
    "agency_unknown": "该通道没有登记的机构",
    "agency_revoked": "该机构的报送资格已经撤销",
    "user_mismatch": "发送用户与通道所属机构不一致",
    "unsigned": "没有签名",
    "signature_form": "签名格式不正确",
    "header_field": "签名头含有不接受的字段",
    "algorithm": "签名算法与登记的密钥不符",
    "key_unknown": "签名密钥未登记",
    "key_of_another": "签名密钥不属于本通道的机构",
    "key_revoked": "签名密钥已经撤销",
    "key_not_yet_valid": "签名密钥尚未生效",
    "key_expired": "签名密钥已经过期",
    "signature": "签名与内容不符",
    "malformed": "内容无法解读",
    "source_mismatch": "事件来源与通道所属机构不一致",
    "audience": "事件不是发给本系统的",
    "type_unknown": "没有这种事件类型",
    "type_not_allowed": "该机构未获准报送这种事件",
    "data": "事件内容不符合该类型的要求",
    "content_conflict": "同一事件编号已有不同内容的消息",
    "unknown_version": "暂不认识这个数据版本，已留存待升级后处理",
    "unknown_unit": "没有与该代码对应的单位，已留存待单位登记后处理",
    "other_region": "该单位不在该机构报送的地区，没有处理",
    "no_pack": "该地区尚无启用的政策包，已留存待启用后处理",
    "no_rule": "政策包对这种事件没有规定，已记录",
    "sequence_jump": "编号远超已收到的最大编号，疑似有误",
    "sequence_gap": "在它之前还有未收到的编号，解除类事件须等编号连续",
    "internal_error": "处理时多次出错，已隔离待人工处理",
}
"""What each reason means, as the receipt and the officer read it."""

UNAUTHENTICATED = frozenset(
    {
        "size",
        "agency_unknown",
        "agency_revoked",
        "user_mismatch",
        "unsigned",
        "signature_form",
        "header_field",
        "algorithm",
        "key_unknown",
        "key_of_another",
        "key_revoked",
        "key_not_yet_valid",
        "key_expired",
        "signature",
    }
)
"""Refusals before anyone is known to have said anything: no event id is taken by them."""


@dataclass(frozen=True, slots=True)
class Agency:
    """Who may send what, and how far its numbers are known without a hole."""

    code: str
    types: frozenset[str]
    active: bool
    contiguous: int = 0
    highest: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """A stored message as it came: `agency` is the channel's, from nowhere else."""

    inbox_id: str
    agency: str
    user_id: str
    sig: str
    body: bytes
    body_size: int
    moment: datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message turned out to be. `verdict` is "" while nothing speaks against it."""

    verdict: str = ""
    reason: str = ""
    detail: str = ""
    event_id: str = ""
    authenticated: bool = False
    event: AgencyEvent | None = None
    data: AgencyData | None = None


def read(
    message: Message,
    agency: Agency | None,
    keys: Mapping[str, AgencyKey],
    *,
    max_bytes: int,
    version: int,
) -> Reading:
    """Authenticate, then parse, then compare with the channel. Never raises for any bytes.

    `version`: that of `data` which is understood; events of any other are held.
    """
    refused = _channel(message, agency, max_bytes)
    if refused or agency is None:
        return Reading(REJECTED, refused)
    try:
        verify(message.body, message.sig, agency=agency.code, keys=keys, at=message.moment)
    except Forged as error:
        return Reading(REJECTED, error.reason)
    return _authenticated(message.body, agency, version)


def _channel(message: Message, agency: Agency | None, max_bytes: int) -> str:
    if message.body_size > max_bytes or len(message.body) != message.body_size:
        return "size"
    if agency is None:
        return "agency_unknown"
    if not agency.active:
        return "agency_revoked"
    return "" if message.user_id == message.agency else "user_mismatch"


def _authenticated(body: bytes, agency: Agency, version: int) -> Reading:
    try:
        event = read_event(body)
    except Malformed as error:
        hint = _hint(body)
        return Reading(REJECTED, "malformed", str(error), event_id=hint, authenticated=True)
    against = _against(event, agency, version)
    if against:
        verdict = HELD if against == "unknown_version" else REJECTED
        return Reading(verdict, against, "", event.id, authenticated=True, event=event)
    try:
        data = read_data(event)
    except Malformed as error:
        return Reading(REJECTED, "data", str(error), event.id, authenticated=True, event=event)
    return Reading(event_id=event.id, authenticated=True, event=event, data=data)


def _against(event: AgencyEvent, agency: Agency, version: int) -> str:
    if event.source != source_of(agency.code):
        return "source_mismatch"
    if event.audience != AUDIENCE:
        return "audience"
    known = event.type in TRIGGER_TYPES
    if known and event.type not in agency.types:
        return "type_not_allowed"
    if event.dataversion != version:
        return "unknown_version"
    return "" if known else "type_unknown"


def _hint(body: bytes) -> str:
    try:
        return event_id_hint(read_json(body))
    except Malformed:
        return ""
