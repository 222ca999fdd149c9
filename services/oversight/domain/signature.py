"""Detached JWS (RFC 7515 appendix F) over exact bytes: made, and verified against our key registry.

The algorithm comes from the registry, never from the message; the header may name only `alg`, `kid`
and `typ`. Anything else in it (crit, jku, jwk, x5u, x5c, b64 …) is refused, not ignored.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

HEADER_FIELDS = frozenset({"alg", "kid", "typ"})
MAX_SIG = 1024
PublicKey = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey
PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey


class Forged(ValueError):  # noqa: N818  a finding about the message, not a fault of ours
    """The signature does not stand. `reason` is a stable code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class AgencyKey:
    """A public key in our registry, whose it is and when it counts."""

    kid: str
    agency: str
    alg: str
    public_key: str
    not_before: datetime
    not_after: datetime | None = None
    revoked_at: datetime | None = None


def verify(
    body: bytes, sig: str, *, agency: str, keys: Mapping[str, AgencyKey], at: datetime
) -> AgencyKey:
    """The agency's key these exact bytes are signed with, active at that moment; else `Forged`."""
    if not sig:
        raise Forged("unsigned")
    head, signature = _split(sig)
    alg, kid = _header(head)
    key = keys.get(kid)
    if key is None:
        raise Forged("key_unknown")
    if key.agency != agency:
        raise Forged("key_of_another")
    if key.alg != alg:
        raise Forged("algorithm")
    _check_active(key, at)
    signed = head.encode() + b"." + base64.urlsafe_b64encode(body).rstrip(b"=")
    if not _stands(load_public(key.public_key, key.alg), signature, signed):
        raise Forged("signature")
    return key


def sign(body: bytes, *, kid: str, key: PrivateKey) -> str:
    """A detached JWS over these bytes, as it goes into the header `sig`."""
    alg = "EdDSA" if isinstance(key, ed25519.Ed25519PrivateKey) else "ES256"
    head = _encode(json.dumps({"alg": alg, "kid": kid}, separators=(",", ":")).encode())
    signed = head.encode() + b"." + base64.urlsafe_b64encode(body).rstrip(b"=")
    if isinstance(key, ed25519.Ed25519PrivateKey):
        made = key.sign(signed)
    else:
        r, s = decode_dss_signature(key.sign(signed, ec.ECDSA(hashes.SHA256())))
        made = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return f"{head}..{_encode(made)}"


@lru_cache(maxsize=1024)
def load_public(pem: str, alg: str) -> PublicKey:
    """Read a public key; ValueError unless it is of the kind and strength the algorithm asks."""
    key = serialization.load_pem_public_key(pem.encode())
    if alg == "EdDSA" and isinstance(key, ed25519.Ed25519PublicKey):
        return key
    p256 = isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)
    if alg == "ES256" and p256 and isinstance(key, ec.EllipticCurvePublicKey):
        return key
    raise ValueError(f"not a public key for {alg}")


def _check_active(key: AgencyKey, at: datetime) -> None:
    if key.revoked_at is not None and key.revoked_at <= at:
        raise Forged("key_revoked")
    if at < key.not_before:
        raise Forged("key_not_yet_valid")
    if key.not_after is not None and key.not_after <= at:
        raise Forged("key_expired")


def _stands(key: PublicKey, signature: bytes, signed: bytes) -> bool:
    if len(signature) != 64:
        return False
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, signed)
        else:
            r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
            key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def _split(sig: str) -> tuple[str, bytes]:
    parts = sig.split(".") if len(sig) <= MAX_SIG else []
    if len(parts) != 3 or parts[1]:
        raise Forged("signature_form")
    return parts[0], _decode(parts[2])


@lru_cache(maxsize=4096)
def _header(head: str) -> tuple[str, str]:
    """`alg` and `kid` of a protected header that says nothing else of weight."""
    try:
        pairs = json.loads(_decode(head).decode("utf-8"), object_pairs_hook=tuple)
        found = dict(pairs)
    except (ValueError, TypeError, RecursionError) as error:
        raise Forged("signature_form") from error
    if not isinstance(pairs, tuple) or len(found) != len(pairs):
        raise Forged("signature_form")
    if not found.keys() <= HEADER_FIELDS:
        raise Forged("header_field")
    alg, kid = found.get("alg"), found.get("kid")
    if not isinstance(alg, str) or not isinstance(kid, str):
        raise Forged("signature_form")
    if alg not in ("EdDSA", "ES256"):
        raise Forged("algorithm")
    return alg, kid


def _decode(text: str) -> bytes:
    """Base64url without padding, only in the one form that encodes back to itself."""
    try:
        found = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise Forged("signature_form") from error
    if _encode(found) != text:
        raise Forged("signature_form")
    return found


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
