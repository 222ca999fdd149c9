"""Storing what agencies send, by whichever door, and showing what came of it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from services.oversight.handlers.agencies import READERS, only
from services.oversight.store import agencies, feed_lists, inbox, receipts
from services.oversight.store.feed_lists import agency_of
from services.oversight.store.inbox import Incoming, Kept
from services.oversight.store.office_key import office_key
from shared.contracts.agencies import TRIGGER_NAMES
from shared.contracts.oversight_feed import (
    FindReceipt,
    GetReceiptKey,
    GetTrigger,
    InboxRow,
    ListInbox,
    ListTriggers,
    ListUnmatched,
    ReceiptKey,
    ReplayInbox,
    SignedReceipt,
    StoredTrigger,
    StoreTrigger,
    TriggerRow,
    TriggerWhole,
)
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx
from shared.runtime import decisions
from shared.runtime.settings import settings


def store_incoming(tx: Tx, messages: Sequence[Incoming], *, max_bytes: int) -> list[Kept]:
    """Keep a batch as it came; the only thing that happens before the broker is told."""
    return inbox.store_messages(tx, messages, max_bytes=max_bytes)


def store_trigger(tx: Tx, command: StoreTrigger) -> StoredTrigger:
    """Keep one event that came over REST; judged exactly like those over AMQP."""
    if agency_of(tx.actor) != command.agency:
        raise Refused("not_allowed", "凭证不属于该机构，不能代它报送。", status=403)
    try:
        body = base64.b64decode(command.body, validate=True)
    except binascii.Error as error:
        raise Refused("body_encoding", "body 应为 base64。", status=422) from error
    message = Incoming(
        agency=command.agency,
        channel="rest",
        user_id=command.agency,
        sig=command.sig,
        content_type=command.content_type,
        body=body,
    )
    kept = inbox.store_messages(tx, [message], max_bytes=settings().event_max_bytes)[0]
    return StoredTrigger(
        event_id=kept.body_hash,
        body_hash=kept.body_hash,
        stored_at=kept.received_at,
        again=kept.again,
    )


def find_receipt(tx: Tx, command: FindReceipt) -> SignedReceipt:
    """The newest receipt of an event; 404 while there is none."""
    asks = agency_of(tx.actor)
    if asks and asks != command.agency:
        raise Refused("receipt_not_found", "没有这件事件的回执。", status=404)
    if not asks:
        only(tx, READERS)
        if agencies.find_agency(tx, command.agency, by=tx.actor) is None:
            raise Refused("receipt_not_found", "没有这件事件的回执。", status=404)
    found = receipts.find_receipt(tx, command.agency, command.event_id)
    if found is None:
        raise Refused("receipt_not_found", "没有这件事件的回执。", status=404)
    return SignedReceipt(
        verdict=found.verdict,
        reason=found.reason,
        receipt=bytes(found.body).decode(),
        sig=found.sig,
        final=found.state != "held",
    )


def get_receipt_key(tx: Tx, command: GetReceiptKey) -> ReceiptKey:
    """The key our receipts are verified with; open to everyone."""
    del tx, command
    return office_key(settings().home).public


def list_triggers(tx: Tx, command: ListTriggers) -> dict[str, Any]:
    """Accepted events on units the actor may see."""
    wanted = {
        "unit_id": command.unit_id,
        "agency": command.agency,
        "type": command.type,
        "state": command.state,
    }
    rows = feed_lists.list_triggers(tx, wanted, after=command.after, limit=command.limit)
    items = [TriggerRow(**_trigger(row)) for row in rows[: command.limit]]
    more = items[-1].trigger_id if len(rows) > command.limit else ""
    return {"items": [item.model_dump(mode="json") for item in items], "next": more}


def get_trigger(tx: Tx, command: GetTrigger) -> TriggerWhole:
    """One accepted event with its words, its rule, its hold."""
    row = feed_lists.find_trigger(tx, command.trigger_id)
    if row is None:
        raise Refused("trigger_not_found", f"没有编号为 {command.trigger_id} 的事件。", status=404)
    return TriggerWhole(
        **_trigger(row),
        data=row.data,
        wording=_wording(tx, row),
        rule_id=row.rule_id,
        decision_id=row.decision_id,
        held=bool(row.held),
        body_hash=bytes(row.body_hash).hex(),
        verdict=row.verdict,
    )


def list_unmatched(tx: Tx, command: ListUnmatched) -> dict[str, Any]:
    """Events that wait for their unit to be registered (NB23-059)."""
    only(tx, READERS)
    rows = feed_lists.list_unmatched(tx, after=command.after, limit=command.limit)
    return _inbox_page(rows, command.limit)


def list_inbox(tx: Tx, command: ListInbox) -> dict[str, Any]:
    """Everything that came, by what became of it."""
    only(tx, ("admin", "security", "auditor", "system"))
    wanted = {
        "agency": command.agency,
        "state": command.state,
        "verdict": command.verdict,
        "reason": command.reason,
    }
    rows = feed_lists.list_inbox(tx, wanted, after=command.after, limit=command.limit)
    return _inbox_page(rows, command.limit)


def replay_inbox(tx: Tx, command: ReplayInbox) -> dict[str, Any]:
    """Judge a quarantined event once more."""
    only(tx, ("admin", "system"))
    if not feed_lists.replay(tx, command.inbox_id):
        raise Refused("not_quarantined", f"{command.inbox_id} 不在因出错而隔离的消息中。")
    decisions.record(
        tx,
        kind="inbox.replayed",
        subject=command.inbox_id,
        outcome="replayed",
        says=f"重新处理隔离的消息：{command.reason}",
        because=[command.inbox_id],
    )
    return {"inbox_id": command.inbox_id}


def _trigger(row: Any) -> dict[str, Any]:
    taken = {
        name: getattr(row, name) for name in TriggerRow.model_fields if name not in ("type_name",)
    }
    return taken | {"type_name": TRIGGER_NAMES.get(row.type, row.type)}


def _wording(tx: Tx, row: Any) -> str:
    if not row.decision_id:
        return ""
    clauses = decisions.load(tx.session, row.decision_id)["clauses"]
    return next((c["wording"] for c in clauses if c["id"] == row.clause), "")


def _inbox_page(rows: Sequence[Any], limit: int) -> dict[str, Any]:
    items = []
    for row in rows[:limit]:
        taken = {name: getattr(row, name) for name in InboxRow.model_fields if name != "body_hash"}
        items.append(InboxRow(**taken, body_hash=bytes(row.body_hash).hex()))
    more = items[-1].inbox_id if len(rows) > limit else ""
    return {"items": [item.model_dump(mode="json") for item in items], "next": more}
