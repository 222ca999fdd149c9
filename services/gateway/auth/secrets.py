"""Passwords, opaque keys and one-time codes. Slow hashing runs in threads, few at a time."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
import threading
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

_hasher = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)
_at_once = threading.BoundedSemaphore(2)  # 64 MiB each
_STEP_SECONDS = 30
_DIGITS = 6


def hash_password(password: str) -> str:
    """The argon2id hash to store."""
    with _at_once:
        return _hasher.hash(password)


def password_fits(password: str, stored: str | None) -> bool:
    """Whether the password is the stored one; takes as long when there is no such account."""
    with _at_once:
        try:
            _hasher.verify(stored or _nobodys_hash(), password)
        except (VerifyMismatchError, InvalidHashError):
            return False
    return stored is not None


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))


def new_key(prefix: str) -> str:
    """An opaque key of 256 random bits; shown once, never stored."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def hash_of(key: str) -> str:
    """What is stored of an opaque key: it has 256 bits of its own, so plain SHA-256 will do."""
    return hashlib.sha256(key.encode()).hexdigest()


def new_totp_secret() -> str:
    """A fresh secret for an authenticator app, in base 32."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def totp_code(secret: str, step: int) -> str:
    """The code of one time step (RFC 6238 with HMAC-SHA-1, six digits)."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), "sha1")
    start = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return str(number % 10**_DIGITS).zfill(_DIGITS)


def totp_step(secret: str, code: str, now_seconds: float) -> int | None:
    """The time step this code belongs to, one step of drift allowed; None when it is wrong."""
    here = int(now_seconds // _STEP_SECONDS)
    given = code.strip().replace(" ", "")
    for step in (here, here - 1, here + 1):
        if hmac.compare_digest(totp_code(secret, step).encode(), given.encode()):
            return step
    return None
