"""The timer's work: leases renewed while they hold, and units whose law has changed looked at."""

from __future__ import annotations

from services.incentives.domain.entitlement import Cause
from services.incentives.handlers.assessing import Book, moment_of
from services.incentives.store import entitlements, standings
from shared.messaging.tx import Tx


def renew_leases(tx: Tx, *, node: str, limit: int = 500) -> int:
    """Renew a batch of leases with less than half their length left; units looked at.

    `node` is the region run here; its pack says how long a lease runs.

    Each is judged again first: what no longer holds ends or rests instead of being renewed.
    """
    moment = moment_of(tx, node)
    if moment is None:
        return 0
    due = entitlements.claim_due(tx.session, before=tx.now + moment.lease / 2, limit=limit)
    if not due:
        return 0
    book = Book(tx, due)
    for unit_id in due:
        book.look(unit_id, Cause("renewal", "租约到期复核", tx.today))
        book.renew(unit_id)
    book.save()
    return len(due)


def reassess_marked(tx: Tx, *, limit: int = 500) -> int:
    """Look again at a batch of units whose pack was activated; how many."""
    due = standings.claim_for_reassessment(tx.session, limit)
    if not due:
        return 0
    book = Book(tx, due)
    for unit_id in due:
        book.look(unit_id, Cause("pack", "政策包启用后复核", tx.today))
    book.save()
    return len(due)
