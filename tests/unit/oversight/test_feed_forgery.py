"""Everything that is not an agency's own signed bytes on its own channel is refused, unread."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from services.oversight.domain.signature import AgencyKey, Forged, verify
from services.oversight.domain.verdict import REJECTED, Message, Reading, read
from shared.contracts.agencies import CURRENT_VERSION
from tests.support.feed import MORNING, Sender, as_bytes, b64, jws, public_pem

LDJC = Sender("ldjc")
ZCY = Sender("zcy")
OLD = Sender("ldjc")
BODY = as_bytes(LDJC.event())
OTHER_BODY = as_bytes(LDJC.event())
KEYS = {
    "ldjc-1": LDJC.registered(),
    "zcy-1": ZCY.registered(),
    "ldjc-gone": replace(LDJC.registered(), kid="ldjc-gone", revoked_at=MORNING),
    "ldjc-old": replace(LDJC.registered(), kid="ldjc-old", not_after=MORNING),
    "ldjc-new": replace(
        LDJC.registered(), kid="ldjc-new", not_before=MORNING + timedelta(seconds=1)
    ),
}


def judged(
    body: bytes = BODY, sig: str = "", *, channel: str = "ldjc", user: str = "", size: int = -1
) -> Reading:
    message = Message(
        inbox_id="inbox_1",
        agency=channel,
        user_id=user or channel,
        sig=sig,
        body=body,
        body_size=len(body) if size < 0 else size,
        moment=MORNING,
    )
    agencies = {"ldjc": LDJC.agency(), "zcy": ZCY.agency(), "old": LDJC.agency(active=False)}
    return read(message, agencies.get(channel), KEYS, max_bytes=256 * 1024, version=CURRENT_VERSION)


def signed(head: object, body: bytes = BODY) -> str:
    return jws(head, body, LDJC.key)


GOOD = {"alg": "EdDSA", "kid": "ldjc-1"}


def hmac_with_public_key() -> str:
    head = b64(json.dumps({"alg": "HS256", "kid": "ldjc-1"}).encode())
    text = head.encode() + b"." + b64(BODY).encode()
    made = hmac.new(public_pem(LDJC.key).encode(), text, hashlib.sha256).digest()
    return f"{head}..{b64(made)}"


def es256_over(body: bytes, kid: str) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    head = b64(json.dumps({"alg": "ES256", "kid": kid}).encode())
    der = key.sign(head.encode() + b"." + b64(body).encode(), ec.ECDSA(hashes.SHA256()))
    return f"{head}..{b64(der)}"


def stretched(sig: str) -> str:
    """The same signature with unused bits of its last character set: another text, same bytes."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return sig[:-1] + letters[letters.index(sig[-1]) ^ 1]


HEAD = b64(json.dumps(GOOD).encode())
REAL = LDJC.sign(BODY)

FORGERIES: dict[str, tuple[Callable[[], Reading], str]] = {
    "no signature": (lambda: judged(sig=""), "unsigned"),
    "only dots": (lambda: judged(sig=".."), "signature_form"),
    "not a jws": (lambda: judged(sig="trust me"), "signature_form"),
    "four parts": (lambda: judged(sig=REAL + ".x"), "signature_form"),
    "attached payload": (
        lambda: judged(sig=REAL.replace("..", f".{b64(BODY)}.")),
        "signature_form",
    ),
    "empty signature part": (lambda: judged(sig=HEAD + ".."), "signature"),
    "signature cut short": (lambda: judged(sig=HEAD + ".." + b64(bytes(61))), "signature"),
    "signature too long": (lambda: judged(sig=REAL + "AAAA"), "signature"),
    "megabyte of signature": (lambda: judged(sig=HEAD + ".." + "A" * 1_000_000), "signature_form"),
    "padded base64": (lambda: judged(sig=REAL + "=="), "signature_form"),
    "loose last bits": (lambda: judged(sig=stretched(REAL)), "signature_form"),
    "standard alphabet": (lambda: judged(sig=HEAD + "..++//" + "A" * 82), "signature_form"),
    "newline in it": (lambda: judged(sig=REAL[:50] + "\n" + REAL[50:]), "signature_form"),
    "alg none": (lambda: judged(sig=signed({"alg": "none", "kid": "ldjc-1"})), "algorithm"),
    "alg none, nothing signed": (
        lambda: judged(sig=b64(b'{"alg":"none","kid":"ldjc-1"}') + ".."),
        "algorithm",
    ),
    "alg nOnE": (lambda: judged(sig=signed({"alg": "nOnE", "kid": "ldjc-1"})), "algorithm"),
    "public key as hmac secret": (lambda: judged(sig=hmac_with_public_key()), "algorithm"),
    "alg of another kind than registered": (
        lambda: judged(sig=signed({"alg": "ES256", "kid": "ldjc-1"})),
        "algorithm",
    ),
    "es256 by a key of its own": (lambda: judged(sig=es256_over(BODY, "ldjc-1")), "algorithm"),
    "alg a list": (
        lambda: judged(sig=signed({"alg": ["EdDSA"], "kid": "ldjc-1"})),
        "signature_form",
    ),
    "no alg": (lambda: judged(sig=signed({"kid": "ldjc-1"})), "signature_form"),
    "no kid": (lambda: judged(sig=signed({"alg": "EdDSA"})), "signature_form"),
    "kid a number": (lambda: judged(sig=signed({"alg": "EdDSA", "kid": 1})), "signature_form"),
    "kid unknown": (lambda: judged(sig=signed(GOOD | {"kid": "ldjc-9"})), "key_unknown"),
    "kid a path": (lambda: judged(sig=signed(GOOD | {"kid": "../../dev/null"})), "key_unknown"),
    "kid a file url": (
        lambda: judged(sig=signed(GOOD | {"kid": "file:///etc/hosts"})),
        "key_unknown",
    ),
    "kid sql": (lambda: judged(sig=signed(GOOD | {"kid": "x' OR '1'='1"})), "key_unknown"),
    "kid sql union": (
        lambda: judged(sig=signed(GOOD | {"kid": "' UNION SELECT 'AA'--"})),
        "key_unknown",
    ),
    "kid empty": (lambda: judged(sig=signed(GOOD | {"kid": ""})), "key_unknown"),
    "kid with a nul": (lambda: judged(sig=signed(GOOD | {"kid": "ldjc-1\x00"})), "key_unknown"),
    "another agency's key on my channel": (lambda: judged(sig=ZCY.sign(BODY)), "key_of_another"),
    "my event on another agency's channel": (
        lambda: judged(sig=REAL, channel="zcy"),
        "key_of_another",
    ),
    "another agency's key under my kid": (
        lambda: judged(sig=jws(GOOD, BODY, ZCY.key)),
        "signature",
    ),
    "an unregistered key under my kid": (lambda: judged(sig=OLD.sign(BODY)), "signature"),
    "revoked key": (lambda: judged(sig=signed(GOOD | {"kid": "ldjc-gone"})), "key_revoked"),
    "expired key": (lambda: judged(sig=signed(GOOD | {"kid": "ldjc-old"})), "key_expired"),
    "key not yet valid": (
        lambda: judged(sig=signed(GOOD | {"kid": "ldjc-new"})),
        "key_not_yet_valid",
    ),
    "jwk in the header": (
        lambda: judged(sig=signed(GOOD | {"jwk": {"kty": "OKP"}})),
        "header_field",
    ),
    "jku in the header": (
        lambda: judged(sig=signed(GOOD | {"jku": "https://x.cn/k"})),
        "header_field",
    ),
    "x5u in the header": (
        lambda: judged(sig=signed(GOOD | {"x5u": "https://x.cn/c"})),
        "header_field",
    ),
    "x5c in the header": (lambda: judged(sig=signed(GOOD | {"x5c": ["AA"]})), "header_field"),
    "unknown crit": (
        lambda: judged(sig=signed(GOOD | {"crit": ["exp"], "exp": 1})),
        "header_field",
    ),
    "crit b64": (
        lambda: judged(sig=signed(GOOD | {"crit": ["b64"], "b64": False})),
        "header_field",
    ),
    "any other field": (lambda: judged(sig=signed(GOOD | {"note": "x"})), "header_field"),
    "alg twice": (
        lambda: judged(sig=signed(b'{"alg":"none","alg":"EdDSA","kid":"ldjc-1"}')),
        "signature_form",
    ),
    "kid twice": (
        lambda: judged(sig=signed(b'{"kid":"zcy-1","alg":"EdDSA","kid":"ldjc-1"}')),
        "signature_form",
    ),
    "header a list of pairs": (
        lambda: judged(sig=signed(b'[["alg","EdDSA"],["kid","ldjc-1"]]')),
        "signature_form",
    ),
    "header not json": (lambda: judged(sig=signed(b"alg=EdDSA")), "signature_form"),
    "header not utf-8": (lambda: judged(sig=signed(b'{"alg":"\xff"}')), "signature_form"),
    "header nested a thousand deep": (
        lambda: judged(sig=b64(b"[" * 700) + "..AA"),
        "signature_form",
    ),
    "header swapped after signing": (
        lambda: judged(sig=b64(b'{"kid":"ldjc-1","alg":"EdDSA"}') + ".." + REAL.split("..")[1]),
        "signature",
    ),
    "signature of another event": (lambda: judged(sig=LDJC.sign(OTHER_BODY)), "signature"),
    "field added after signing": (
        lambda: judged(BODY.replace(b'{"spec', b'{"x": 1, "spec'), REAL),
        "signature",
    ),
    "space added after signing": (lambda: judged(BODY + b" ", REAL), "signature"),
    "same meaning, other bytes": (
        lambda: judged(json.dumps(json.loads(BODY)).encode(), REAL),
        "signature",
    ),
    "empty body": (lambda: judged(b"", REAL), "signature"),
    "user of another agency": (lambda: judged(sig=REAL, user="zcy"), "user_mismatch"),
    "no user": (lambda: judged(sig=REAL, user="?"), "user_mismatch"),
    "channel nobody has": (lambda: judged(sig=REAL, channel="nobody"), "agency_unknown"),
    "agency revoked": (lambda: judged(sig=REAL, channel="old"), "agency_revoked"),
    "one byte too large": (lambda: judged(b" " * (256 * 1024 + 1), REAL), "size"),
    "only the head was kept": (lambda: judged(sig=REAL, size=10_000_000), "size"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_rejected_with_its_reason(name: str) -> None:
    attempt, reason = FORGERIES[name]

    reading = attempt()

    assert (reading.verdict, reading.reason) == (REJECTED, reason)
    assert not reading.authenticated
    assert reading.event is None
    assert reading.event_id == ""


def test_the_genuine_event_is_read() -> None:
    reading = judged(sig=REAL)

    assert reading.verdict == ""
    assert reading.authenticated
    assert reading.event is not None
    assert reading.event.id == "ldjc-e1"


def test_a_genuine_es256_event_is_read() -> None:
    sender = Sender("ldjc", alg="ES256")
    body = as_bytes(sender.event())

    key = verify(
        body, sender.sign(body), agency="ldjc", keys={"ldjc-1": sender.registered()}, at=MORNING
    )

    assert key.alg == "ES256"


def test_no_single_bit_of_the_body_can_change() -> None:
    for offset in range(len(BODY)):
        bent = bytearray(BODY)
        bent[offset] ^= 1 << (offset % 8)
        assert judged(bytes(bent), REAL).reason == "signature", offset


def test_no_single_character_of_the_signature_can_change() -> None:
    for offset in range(len(REAL)):
        other = "A" if REAL[offset] != "A" else "B"
        bent = REAL[:offset] + other + REAL[offset + 1 :]
        assert judged(sig=bent).verdict == REJECTED, offset


@given(sig=st.text(max_size=300), body=st.binary(max_size=300))
def test_no_text_and_no_bytes_are_taken_for_a_signed_event(sig: str, body: bytes) -> None:
    assert judged(body, sig).verdict == REJECTED


@pytest.mark.parametrize("curve", [ec.SECP384R1(), ec.SECP256K1()])
def test_a_registered_key_of_another_curve_never_verifies(curve: ec.EllipticCurve) -> None:
    weak = ec.generate_private_key(curve)
    key = AgencyKey("ldjc-1", "ldjc", "ES256", public_pem(weak), MORNING - timedelta(days=1))

    with pytest.raises(ValueError, match="not a public key"):
        verify(BODY, es256_over(BODY, "ldjc-1"), agency="ldjc", keys={"ldjc-1": key}, at=MORNING)


def test_a_key_counts_from_its_first_to_before_its_last_moment() -> None:
    key = replace(LDJC.registered(), not_before=MORNING, not_after=MORNING + timedelta(hours=1))
    keys = {"ldjc-1": key}

    assert verify(BODY, REAL, agency="ldjc", keys=keys, at=MORNING) == key
    with pytest.raises(Forged, match="key_expired"):
        verify(BODY, REAL, agency="ldjc", keys=keys, at=MORNING + timedelta(hours=1))
