"""Detached JWS with Ed25519, written a second time so that the oracle trusts no code of ours."""

from __future__ import annotations

import base64
import json

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


def seal(body: bytes, kid: str, key: Ed25519PrivateKey) -> str:
    """`<header>..<signature>` over these exact bytes."""
    head = _b64(json.dumps({"alg": "EdDSA", "kid": kid}, separators=(",", ":")).encode())
    return f"{head}..{_b64(key.sign(f'{head}.'.encode() + _b64(body).encode()))}"


def stands(body: bytes, sig: str, public_pem: str, kid: str) -> bool:
    """Whether this signature by this very key covers these exact bytes."""
    key = serialization.load_pem_public_key(public_pem.encode())
    head, middle, tail = sig.split(".") if sig.count(".") == 2 else ("", "x", "")
    if middle or not isinstance(key, Ed25519PublicKey):
        return False
    try:
        said = json.loads(_unb64(head))
        key.verify(_unb64(tail), f"{head}.".encode() + _b64(body).encode())
    except (InvalidSignature, ValueError):
        return False
    return bool(said.get("alg") == "EdDSA" and said.get("kid") == kid)


def broken(sig: str) -> str:
    """The same signature with one bit turned."""
    head, _, tail = sig.rpartition(".")
    raw = bytearray(_unb64(tail))
    raw[7] ^= 1
    return f"{head}.{_b64(bytes(raw))}"


def private_key(pem: bytes) -> Ed25519PrivateKey:
    """An Ed25519 key from its file."""
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError("not an Ed25519 key")
    return key


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
