"""What oversight accepts and answers about agency feeds: agencies, triggers, receipts, alarms.

Lists are answered as `{"items": […], "next": "<after>"}`; `next` is "" on the last page.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Literal

from pydantic import Field

from shared.contracts.message import Command, Shape

Alg = Literal["EdDSA", "ES256"]

# --- accepts: the feed over REST ----------------------------------------------------------


class StoreTrigger(Command):
    """An agency posts one signed event: the same bytes and signature as over AMQP.

    The gateway calls it with an Actor of the role `agency` whose id is `agency:<code>`, as its
    key says. `body` is base64 of the exact request bytes, `sig` the detached JWS of the header
    `Sig`. Answered as soon as the event is stored: `StoredTrigger`; the verdict comes with the
    receipt. Never refused for its content: a forged or broken event has its verdict too.
    """

    name: ClassVar[str] = "oversight.store_trigger"

    agency: str
    body: str
    sig: str = ""
    content_type: str = ""


class FindReceipt(Command):
    """The newest receipt of an event (`SignedReceipt`), or 404 while there is none.

    For an agency only its own events; `event_id` may also be the body's SHA-256 in hex, which is
    the id of an event whose own id could not be read.
    """

    name: ClassVar[str] = "oversight.find_receipt"

    agency: str
    event_id: str


class GetReceiptKey(Command):
    """The public key receipts are signed with: `ReceiptKey`."""

    name: ClassVar[str] = "oversight.get_receipt_key"


# --- accepts: agencies --------------------------------------------------------------------


class AddAgency(Command):
    """Put an agency on the list of those who may send triggers (admin, security)."""

    name: ClassVar[str] = "oversight.add_agency"

    code: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,30}$")
    agency_name: str = Field(min_length=1, max_length=100)
    types: tuple[str, ...] = Field(min_length=1)
    node: str = Field(
        default="",
        pattern=r"^(\d{6})?$",
        description="whose units it hears about and may speak of; empty: the area whose code its own"
        " ends with, else the region run here",
    )
    heartbeat_minutes: int = Field(default=0, ge=0, le=60 * 24 * 31)


class AddAgencyKey(Command):
    """Let an agency sign with one more key; `retire_after` hours later its older keys end."""

    name: ClassVar[str] = "oversight.add_agency_key"

    agency: str
    kid: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{2,63}$")
    alg: Alg
    public_key: str = Field(description="PEM (SubjectPublicKeyInfo)")
    not_before: datetime | None = None
    not_after: datetime | None = None
    retire_after_hours: int | None = Field(default=None, ge=0, le=24 * 90)


class RevokeAgencyKey(Command):
    """From now on nothing signed with this key is believed (a key was lost or stolen)."""

    name: ClassVar[str] = "oversight.revoke_agency_key"

    kid: str
    reason: str = Field(min_length=1, max_length=500)


class RevokeAgency(Command):
    """The agency may send nothing more; all its keys end now. History stays."""

    name: ClassVar[str] = "oversight.revoke_agency"

    code: str
    reason: str = Field(min_length=1, max_length=500)


class ListAgencies(Command):
    """Every agency with its keys and the state of its feed: `AgencyRow`s."""

    name: ClassVar[str] = "oversight.list_agencies"


# --- accepts: what came in ----------------------------------------------------------------


class ListTriggers(Command):
    """Triggers on units the actor's node covers, newest first: `TriggerRow`s.

    An agency sees its own only. `state` is pending, recorded, confirmed, dismissed or closed.
    """

    name: ClassVar[str] = "oversight.list_triggers"

    unit_id: str = ""
    agency: str = ""
    type: str = ""
    state: str = ""
    after: str = ""
    limit: int = Field(default=50, ge=1, le=500)


class GetTrigger(Command):
    """One trigger with its exact data, rule, clause, hold and receipt: `TriggerWhole`."""

    name: ClassVar[str] = "oversight.get_trigger"

    trigger_id: str


class ListUnmatched(Command):
    """Events held because no unit of that code is known (NB23-059 "list the unmatched")."""

    name: ClassVar[str] = "oversight.list_unmatched"

    after: str = ""
    limit: int = Field(default=50, ge=1, le=500)


class ListInbox(Command):
    """What agencies sent, by verdict or state, newest first: `InboxRow`s (admin, auditor).

    `state`: stored, judged, held, quarantined. `verdict`: ACCEPTED, DUPLICATE, HELD, REJECTED.
    """

    name: ClassVar[str] = "oversight.list_inbox"

    agency: str = ""
    state: str = ""
    verdict: str = ""
    reason: str = ""
    after: str = ""
    limit: int = Field(default=50, ge=1, le=500)


class ReplayInbox(Command):
    """Judge a quarantined event once more, same bytes, same path (admin, with a reason)."""

    name: ClassVar[str] = "oversight.replay_inbox"

    inbox_id: str
    reason: str = Field(min_length=1, max_length=500)


class ListFeedAlarms(Command):
    """Gaps, silences, forgeries, reused ids, mass suspensions: `FeedAlarmRow`s, open ones first."""

    name: ClassVar[str] = "oversight.list_feed_alarms"

    agency: str = ""
    open_only: bool = True
    limit: int = Field(default=100, ge=1, le=500)


# --- answers ------------------------------------------------------------------------------


class StoredTrigger(Shape):
    """The event is stored and will be judged; ask for the receipt with `event_id`."""

    event_id: str
    body_hash: str
    stored_at: datetime
    again: bool = False


class SignedReceipt(Shape):
    """A receipt's exact bytes (as text) and their detached JWS."""

    verdict: str
    reason: str
    receipt: str
    sig: str
    final: bool


class ReceiptKey(Shape):
    """Ed25519 public key as JWK and PEM."""

    kid: str
    alg: Alg
    jwk: dict[str, str]
    pem: str


class AgencyKeyRow(Shape):
    """One key of an agency; `state` is active, coming, ended or revoked."""

    kid: str
    alg: Alg
    state: str
    not_before: datetime
    not_after: datetime | None
    revoked_at: datetime | None
    added_at: datetime
    added_by: str


class AgencyRow(Shape):
    """An agency and its feed: numbers up to `contiguous` are all here, `missing` are not."""

    code: str
    agency_name: str
    types: tuple[str, ...]
    active: bool
    added_at: datetime
    added_by: str
    revoked_at: datetime | None
    keys: tuple[AgencyKeyRow, ...]
    contiguous: int
    highest: int
    missing: int
    gap_since: datetime | None
    last_event_at: datetime | None
    heartbeat_minutes: int


class TriggerRow(Shape):
    """One accepted event."""

    trigger_id: str
    agency: str
    agency_name: str
    event_id: str
    type: str
    type_name: str
    unit_id: str
    unit_name: str
    unit_code: str
    occurred_at: datetime
    received_at: datetime
    severity: str
    impact: str
    ground: str
    effect: str
    clause: str
    says: str
    state: str
    needs_confirmation: bool
    hold_id: str


class TriggerWhole(TriggerRow):
    """The trigger with what it said and where it rests."""

    data: dict[str, Any]
    wording: str
    rule_id: str
    decision_id: str
    held: bool
    body_hash: str
    verdict: str


class InboxRow(Shape):
    """One stored message and what became of it."""

    inbox_id: str
    agency: str
    channel: str
    event_id: str
    body_hash: str
    body_size: int
    received_at: datetime
    deliveries: int
    attempts: int
    state: str
    verdict: str
    reason: str
    says: str
    subject: str
    type: str
    sequence: int | None
    trigger_id: str


class FeedAlarmRow(Shape):
    """Something about a feed that a person should look at."""

    alarm_id: str
    agency: str
    kind: str
    says: str
    raised_at: datetime
    last_at: datetime
    times: int
    cleared_at: datetime | None


COMMANDS: tuple[type[Command], ...] = (
    StoreTrigger,
    FindReceipt,
    GetReceiptKey,
    AddAgency,
    AddAgencyKey,
    RevokeAgencyKey,
    RevokeAgency,
    ListAgencies,
    ListTriggers,
    GetTrigger,
    ListUnmatched,
    ListInbox,
    ReplayInbox,
    ListFeedAlarms,
)
