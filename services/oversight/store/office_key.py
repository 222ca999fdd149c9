"""Our own key for receipts: Ed25519, made once, kept in HEXIE_HOME/keys readable by its owner."""

from __future__ import annotations

import base64
import contextlib
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.oversight.domain.signature import sign
from shared.contracts.oversight_feed import ReceiptKey

NAME = "receipts.pem"


@dataclass(frozen=True)
class OfficeKey:
    """Signs receipts; `public` is what agencies verify them with."""

    private: Ed25519PrivateKey
    public: ReceiptKey

    def sign(self, body: bytes) -> str:
        """A detached JWS over these bytes."""
        return sign(body, kid=self.public.kid, key=self.private)


@lru_cache(maxsize=4)
def office_key(home: Path) -> OfficeKey:
    """The key of this home; made on first use. Two processes starting at once agree on one."""
    path = home / "keys" / NAME
    if not path.exists():
        _make(path)
    private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(private, Ed25519PrivateKey):
        raise TypeError(f"{path} 不是 Ed25519 私钥")
    return OfficeKey(private, _public(private))


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_bytes(pem)
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)  # only one of two starters gets to name it
    draft.unlink()


def _public(private: Ed25519PrivateKey) -> ReceiptKey:
    public = private.public_key()
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    digest = hashes.Hash(hashes.SHA256())
    digest.update(raw)
    kid = f"hexie-{digest.finalize().hex()[:16]}"
    return ReceiptKey(
        kid=kid,
        alg="EdDSA",
        jwk={
            "kty": "OKP",
            "crv": "Ed25519",
            "kid": kid,
            "x": base64.urlsafe_b64encode(raw).rstrip(b"=").decode(),
        },
        pem=public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ).decode(),
    )
