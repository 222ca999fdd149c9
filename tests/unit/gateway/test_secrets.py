"""One-time codes by the RFC's own vectors; keys that are long and only kept as hashes."""

from __future__ import annotations

import base64

import pytest

from services.gateway.auth import secrets

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    assert secrets.totp_code(RFC_SECRET, seconds // 30) == code


def test_a_code_of_the_step_before_still_holds_and_an_older_one_does_not() -> None:
    code = secrets.totp_code(RFC_SECRET, 100)

    assert secrets.totp_step(RFC_SECRET, code, 101 * 30) == 100
    assert secrets.totp_step(RFC_SECRET, code, 102 * 30) is None
    assert secrets.totp_step(RFC_SECRET, "", 100 * 30) is None
    assert secrets.totp_step(RFC_SECRET, "你好", 100 * 30) is None


def test_a_password_fits_its_own_hash_only() -> None:
    stored = secrets.hash_password("正确的口令 12345")

    assert secrets.password_fits("正确的口令 12345", stored)
    assert not secrets.password_fits("正确的口令 12346", stored)
    assert not secrets.password_fits("正确的口令 12345", None)
    assert stored.startswith("$argon2id$")


def test_keys_never_repeat_and_are_kept_as_hashes() -> None:
    one, two = secrets.new_key("hxt"), secrets.new_key("hxt")

    assert one != two
    assert len(one) >= 40
    assert one not in secrets.hash_of(one)
