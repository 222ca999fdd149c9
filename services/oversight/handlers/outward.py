"""What agencies hear from us: titles and entitlements of the units in their area, as they change."""

from __future__ import annotations

from services.oversight.store import agencies
from shared.contracts.scalars import covers
from shared.messaging.tx import Heard, Tx

EXCHANGE = "feed"


def tell_agencies(tx: Tx, heard: list[Heard]) -> None:
    """Pass each event on, whole, to the feed of every active agency whose area covers the unit.

    The order of one unit's events is kept per agency. An agency whose virtual host is away does
    not hold up the others.
    """
    areas = agencies.areas(tx)
    divisions = agencies.divisions_of(tx, {h.envelope.subject for h in heard})
    for one in heard:
        unit_id = one.envelope.subject
        if unit_id not in divisions:
            raise LookupError(f"尚未收到单位 {unit_id} 的登记，稍后再试")
        body = one.envelope.to_bytes()
        for code, node in areas.items():
            if covers(node, divisions[unit_id]):
                tx.send_out(
                    vhost=f"agency.{code}",
                    exchange=EXCHANGE,
                    routing_key=one.envelope.type,
                    body=body,
                    headers={"type": one.envelope.type},
                    subject=unit_id,
                )
