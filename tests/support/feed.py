"""Agencies for tests: keys, signed events, valid by default."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from services.oversight.domain.signature import AgencyKey, PrivateKey, sign
from services.oversight.domain.verdict import Agency
from shared.contracts.agencies import AUDIENCE, TRIGGER_TYPES, source_of
from shared.contracts.oversight_feed import Alg

MORNING = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
CODE = "91330203MA2AGH0K5X"

DATA: dict[str, dict[str, Any]] = {
    "labour_inspection.case_decided": {
        "case_number": "甬人社监〔2026〕12号",
        "decided_on": "2026-03-09",
        "severity": "major",
        "violation": "拖欠工资",
    },
    "labour_inspection.complaint_opened": {"complaint_id": "TS-1", "opened_on": "2026-03-09"},
    "labour_inspection.complaint_closed": {
        "complaint_id": "TS-1",
        "closed_on": "2026-03-10",
        "outcome": "unfounded",
    },
    "arbitration.case_registered": {"case_number": "仲-1", "registered_on": "2026-03-01"},
    "petition.case_registered": {"case_number": "信-1", "registered_on": "2026-03-01"},
    "petition.group_visit": {"happened_on": "2026-03-01", "people": 12},
    "incident.group": {"happened_on": "2026-03-01", "people": 40, "impact": "considerable"},
    "incident.extreme": {"happened_on": "2026-03-01"},
    "safety.accident": {"happened_on": "2026-03-01", "grade": "major"},
    "opinion.negative": {"noticed_on": "2026-03-01"},
    "withdrawn": {"event_id": "e-1", "reason": "误报"},
}


def new_key(alg: str = "EdDSA") -> PrivateKey:
    """A fresh private key."""
    if alg == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(ec.SECP256R1())


def public_pem(key: PrivateKey) -> str:
    """Its public half."""
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


@dataclass
class Sender:
    """An agency with a key, counting its own numbers."""

    code: str = "ldjc"
    alg: Alg = "EdDSA"
    key: PrivateKey = field(init=False)
    next_number: int = 1

    def __post_init__(self) -> None:
        self.key = new_key(self.alg)

    @property
    def kid(self) -> str:
        """The key's id in the registry."""
        return f"{self.code}-1"

    def registered(self, **changes: Any) -> AgencyKey:
        """The registry's row of the key."""
        row: dict[str, Any] = {
            "kid": self.kid,
            "agency": self.code,
            "alg": self.alg,
            "public_key": public_pem(self.key),
            "not_before": datetime(2026, 1, 1, tzinfo=UTC),
        }
        return AgencyKey(**(row | changes))

    def agency(self, **changes: Any) -> Agency:
        """The agency as the judge knows it."""
        row: dict[str, Any] = {
            "code": self.code,
            "types": frozenset(TRIGGER_TYPES),
            "active": True,
        }
        return Agency(**(row | changes))

    def event(
        self, type_: str = "labour_inspection.case_decided", **changes: Any
    ) -> dict[str, Any]:
        """A valid event; the next number unless one is given."""
        number = changes.pop("sequence", None) or self.next_number
        self.next_number = max(self.next_number, number + 1)
        data = DATA[type_] | changes.pop("data", {})
        return {
            "specversion": "1.0",
            "id": f"{self.code}-e{number}",
            "source": source_of(self.code),
            "type": type_,
            "subject": CODE,
            "time": MORNING.isoformat(),
            "datacontenttype": "application/json",
            "sequence": number,
            "audience": AUDIENCE,
            "data": data,
        } | changes

    def sign(self, body: bytes) -> str:
        """The detached signature."""
        return sign(body, kid=self.kid, key=self.key)


def as_bytes(event: Any) -> bytes:
    """JSON as a sender would write it."""
    return json.dumps(event, ensure_ascii=False).encode()


def b64(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def jws(head: Any, body: bytes, key: PrivateKey) -> str:
    """A detached JWS with whatever header, properly signed over it."""
    protected = b64(head if isinstance(head, bytes) else json.dumps(head).encode())
    signed = protected.encode() + b"." + b64(body).encode()
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return f"{protected}..{b64(key.sign(signed))}"
    raise TypeError("Ed25519 only")
