"""What an operator does with parked messages, over all services; `hexie parked` calls these."""

from __future__ import annotations

from typing import Any

from sqlalchemy import inspect

from shared.contracts.refusals import Refused
from shared.messaging import parking
from shared.messaging.tx import Tx, open_tx
from shared.runtime.database import engine_for
from shared.runtime.settings import SERVICES


def services_with_plumbing() -> list[str]:
    """The services whose schema has the tables of the bus."""
    return [s for s in SERVICES if inspect(engine_for(s)).has_table("outbox", schema=s)]


def list_parked(
    service: str = "", *, state: str = "parked", type_: str = ""
) -> list[dict[str, Any]]:
    """Messages of one service, or of all, that are `parked` (or in another state), oldest first."""
    found = []
    for name in [service] if service else services_with_plumbing():
        with open_tx(engine_for(name), service=name) as tx:
            rows = parking.list_parked(tx.session, state=state, type_=type_)
        found += [{"service": name, **row} for row in rows]
    return found


def show(message_id: str) -> dict[str, Any]:
    """One message with its content as text, reason and traceback. Takes either of its ids."""
    service, row = _find(message_id)
    body = bytes(row.pop("body"))
    return {"service": service, **row, "body": body.decode("utf-8", errors="backslashreplace")}


def replay(
    message_id: str, *, by: str, really: bool = False, reason: str = "操作员重放"
) -> dict[str, Any]:
    """Give a parked message to its hearer again, same bytes, same path; a dry run unless `really`.

    The hearer takes it up within two seconds. Applied in the meantime: no second effect.
    """
    service, row = _find(message_id)
    with open_tx(engine_for(service), service=service) as tx:
        taken = parking.replay(tx.session, [row["id"]], by=by, reason=reason, dry_run=not really)
    return _outcome(service, row, taken, really=really)


def discard(message_id: str, *, by: str, reason: str) -> dict[str, Any]:
    """Close a parked message for good: it shall never take effect, a redelivery included."""
    service, row = _find(message_id)
    with open_tx(engine_for(service), service=service) as tx:
        taken = parking.discard(tx.session, [row["id"]], by=by, reason=reason, dry_run=False)
    return _outcome(service, row, taken, really=True)


def _find(message_id: str) -> tuple[str, dict[str, Any]]:
    for name in services_with_plumbing():
        with open_tx(engine_for(name), service=name) as tx:
            row = _found(tx, message_id)
        if row is not None:
            return name, row
    raise Refused("parked_not_found", f"没有编号为 {message_id} 的搁置消息。", status=404)


def _found(tx: Tx, message_id: str) -> dict[str, Any] | None:
    row = parking.find(tx.session, message_id)
    return dict(row) if row is not None else None


def _outcome(
    service: str, row: dict[str, Any], taken: list[str], *, really: bool
) -> dict[str, Any]:
    return {
        "service": service,
        "id": row["id"],
        "consumer": row["consumer"],
        "type": row["type"],
        "state_before": row["state"],
        "taken": bool(taken),
        "dry_run": not really,
    }
