"""Judging: from stored messages to one verdict each, in one transaction a batch.

Order inside a batch: lock what was claimed → read (authenticate, then parse) → one content for each
event id, for ever → numbers → effects → receipts → settle. Nothing leaves before the commit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.oversight.domain.signature import AgencyKey
from services.oversight.domain.verdict import (
    DUPLICATE,
    HELD,
    REJECTED,
    UNAUTHENTICATED,
    Agency,
    Message,
    Reading,
    read,
)
from services.oversight.handlers import feed_effects, feed_receipts
from services.oversight.handlers.feed_matter import Matter
from services.oversight.store import agencies as agency_store
from services.oversight.store import inbox
from services.oversight.store.inbox import Claimed
from shared.contracts.agencies import CURRENT_VERSION
from shared.messaging.failpoints import failpoint
from shared.messaging.tx import Tx

MOST_AHEAD = 1_000_000
"""A number further ahead than this is a mistake, not a gap."""

UNCOUNTED = frozenset({"sequence_jump", "audience", "source_mismatch"})
"""Refusals whose number does not count: it was mistaken, or not meant for us."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What a judge works with: how to sign receipts, how large an event may be, which version."""

    sign: feed_receipts.Sign
    max_bytes: int
    version: int = CURRENT_VERSION


def judge_batch(tx: Tx, claimed: Mapping[str, int], bench: Bench) -> int:
    """Judge the claimed messages that are still ours; how many got an answer.

    Everything of a message (effect, verdict, receipt, outgoing facts) is in this transaction.
    """
    rows = inbox.lock_claimed(tx, dict(claimed))
    if not rows:
        return 0
    agencies = agency_store.load_agencies(tx, [row.agency for row in rows], lock=True)
    keys = agency_store.load_keys(tx)
    fresh = [row for row in rows if _is_to_judge(row)]
    matters = [_matter(tx, row, agencies.get(row.agency), keys, bench) for row in fresh]
    failpoint("judge.before_verdict")
    _fence(tx, matters)
    _refuse_jumps(matters, agencies)
    ends = agency_store.record_sequences(tx, agencies, _numbers(matters, agencies))
    runs = {code: agency.contiguous for code, agency in agencies.items()} | ends
    feed_effects.apply(tx, [m for m in matters if m.is_open], runs)
    failpoint("judge.after_verdict")
    changed = [m for m in matters if not _is_same_refusal(m)]
    feed_receipts.answer(tx, changed, bench.sign)
    feed_receipts.answer_duplicates(tx, [m for m in matters if m.original])
    again = [row for row in rows if not _is_to_judge(row)]
    again += [m.row for m in matters if _is_same_refusal(m)]
    feed_receipts.answer_again(tx, again)
    inbox.settle(tx, [_settled(matter) for matter in changed])
    inbox.answer_again(tx, {row.inbox_id: row.deliveries for row in again})
    inbox.release_contiguous(tx, ends)
    agency_store.raise_alarms(tx, _alarms(matters, agencies))
    return len(rows)


def quarantine(tx: Tx, claimed: Mapping[str, int], bench: Bench, error: str) -> None:
    """Give up on messages that failed too often: kept with their reason, answered as HELD."""
    rows = [row for row in inbox.lock_claimed(tx, dict(claimed)) if row.state != "quarantined"]
    known = agency_store.load_agencies(tx, [row.agency for row in rows])
    matters = []
    for row in rows:
        matter = Matter(row, Reading())
        matter.decide(HELD, "internal_error")
        matters.append(matter)
    feed_receipts.answer(tx, matters, bench.sign)
    inbox.settle(tx, [_settled(matter) | {"state": "quarantined"} for matter in matters])
    says = f"事件多次处理失败已隔离：{error[:200]}"
    agency_store.raise_alarms(
        tx, {(row.agency, "quarantined"): says for row in rows if row.agency in known}
    )


def _is_to_judge(row: Claimed) -> bool:
    """New, held and released, or refused before anyone was known to have sent it.

    The last is what an agency sees that sends the same bytes again once its key is registered.
    """
    refused_unread = row.verdict == REJECTED and row.reason in UNAUTHENTICATED - {"size"}
    return row.state == "stored" or refused_unread


def _matter(
    tx: Tx, row: Claimed, agency: Agency | None, keys: Mapping[str, AgencyKey], bench: Bench
) -> Matter:
    message = Message(
        inbox_id=row.inbox_id,
        agency=row.agency,
        user_id=row.user_id,
        sig=row.sig,
        body=row.body,
        body_size=row.body_size,
        moment=row.received_at if row.state == "stored" else tx.now,
    )
    reading = read(message, agency, keys, max_bytes=bench.max_bytes, version=bench.version)
    return Matter(row, reading, reading.verdict, reading.reason, reading.detail)


def _fence(tx: Tx, matters: Sequence[Matter]) -> None:
    """One content for each (agency, event id), for ever; only authenticated events take an id."""
    wanted: dict[tuple[str, str], Matter] = {}
    named = [m for m in matters if m.reading.authenticated and m.reading.event_id]
    for matter in named:
        wanted.setdefault((matter.row.agency, matter.reading.event_id), matter)
    holders = inbox.take_keys(
        tx,
        [
            {"agency": code, "event_id": event_id, "body_hash": m.row.body_hash}
            | {"inbox_id": m.row.inbox_id}
            for (code, event_id), m in wanted.items()
        ],
    )
    for matter in named:
        holder = holders[matter.row.agency, matter.reading.event_id]
        if holder.inbox_id == matter.row.inbox_id:
            continue
        if bytes(holder.body_hash) == matter.row.body_hash:
            matter.decide(DUPLICATE)
            matter.original = holder.inbox_id
        else:
            matter.decide(REJECTED, "content_conflict")


def _refuse_jumps(matters: Sequence[Matter], agencies: Mapping[str, Agency]) -> None:
    for matter in matters:
        if matter.is_open:
            highest = agencies[matter.row.agency].highest
            if matter.event.sequence > highest + MOST_AHEAD:
                matter.decide(REJECTED, "sequence_jump")


def _numbers(matters: Sequence[Matter], agencies: Mapping[str, Agency]) -> dict[str, set[int]]:
    """Numbers that arrived for the first time, whatever the verdict on what they carried."""
    arrived: dict[str, set[int]] = {}
    for matter in matters:
        event = matter.reading.event
        counts = matter.verdict != DUPLICATE and matter.reason not in UNCOUNTED
        if event is not None and counts and matter.row.verdict != HELD:
            arrived.setdefault(matter.row.agency, set()).add(event.sequence)
    return arrived


def _is_same_refusal(matter: Matter) -> bool:
    return matter.row.verdict == REJECTED and matter.verdict == REJECTED


def _settled(matter: Matter) -> dict[str, object]:
    event = matter.reading.event
    state = "held" if matter.verdict == HELD else "judged"
    return {
        "inbox_id": matter.row.inbox_id,
        "state": "quarantined" if matter.reason == "content_conflict" else state,
        "verdict": matter.verdict,
        "reason": matter.reason,
        "says": matter.says,
        "event_id": matter.event_id,
        "type": event.type if event else "",
        "subject": event.subject if event else "",
        "sequence": event.sequence if event else None,
        "trigger_id": matter.trigger_id,
        "answered": matter.row.deliveries,
    }


def _alarms(
    matters: Sequence[Matter], agencies: Mapping[str, Agency]
) -> dict[tuple[str, str], str]:
    said: dict[tuple[str, str], str] = {}
    for matter in matters:
        code = matter.row.agency
        if matter.reason in UNAUTHENTICATED:
            said[code, "unauthenticated"] = f"收到未能证实来源的消息：{matter.says}"
        elif matter.reason in ("content_conflict", "unknown_version", "malformed"):
            said[code, matter.reason] = f"事件 {matter.event_id}：{matter.says}"
        elif _reuses_number(matter, agencies):
            said[code, "sequence_reused"] = f"事件 {matter.event_id} 用了已用过的编号"
    return said


def _reuses_number(matter: Matter, agencies: Mapping[str, Agency]) -> bool:
    event = matter.reading.event
    if event is None or matter.row.verdict or matter.verdict == DUPLICATE:
        return False
    if matter.reason in UNCOUNTED:
        return False
    return event.sequence <= agencies[matter.row.agency].contiguous
