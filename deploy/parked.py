"""`hexie parked`: messages that no handler could take, to be looked at, replayed or discarded."""

from __future__ import annotations

from deploy.addresses import of_running_system
from shared.messaging import parked


def listing(service: str = "") -> object:
    """Parked messages of one service, or of all."""
    of_running_system()
    return parked.list_parked(service)


def show(message_id: str) -> object:
    """One parked message: content, reason, traceback."""
    of_running_system()
    return parked.show(message_id)


def replay(message_id: str, *, by: str, really: bool = False) -> object:
    """Give a message to its hearer again; a dry run unless `really`."""
    of_running_system()
    return parked.replay(message_id, by=by, really=really)


def discard(message_id: str, *, by: str, reason: str) -> object:
    """Close a message for good; kept with who and why."""
    of_running_system()
    return parked.discard(message_id, by=by, reason=reason)
