"""Taking a matter off the queue: locked, and still undecided."""

from __future__ import annotations

from services.oversight.store import cases
from services.oversight.store import cases_review as store
from shared.contracts.refusals import Refused
from shared.messaging.tx import LAW_ZONE, Tx


def take(tx: Tx, trigger_id: str) -> cases.Row:
    """The matter, locked and still undecided; 409 says who was there first."""
    store.load_matter(tx, trigger_id)
    store.lock_matter(tx, trigger_id)
    row = store.load_matter(tx, trigger_id)
    if row["state"] != "pending":
        words = {"confirmed": "确认", "dismissed": "认定不成立", "closed": "由来源机构撤销或办结"}
        when = row["decided_at"]
        day = f"于 {when.astimezone(LAW_ZONE):%Y-%m-%d %H:%M} " if when else ""
        raise Refused(
            "already_reviewed",
            f"该事项已{day}{words.get(row['state'], row['state'])}，不能再次办理。请刷新页面查看。",
            row["clause"],
        )
    return row
