"""Signed bytes have one meaning or none: what two parsers might read differently is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.oversight.domain.envelope import Malformed, read_data, read_event, read_json
from services.oversight.domain.verdict import HELD, REJECTED, Message, Reading, read
from shared.contracts.agencies import CURRENT_VERSION, TRIGGER_TYPES
from tests.support.feed import DATA, MORNING, Sender, as_bytes

LDJC = Sender("ldjc")
EVENT = LDJC.event()

BROKEN: dict[str, bytes] = {
    "empty": b"",
    "not json": b"hello",
    "not utf-8": b'{"id":"\xff\xfe"}',
    "utf-16": json.dumps(EVENT).encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf" + as_bytes(EVENT),
    "cut short": as_bytes(EVENT)[:-1],
    "two documents": as_bytes(EVENT) * 2,
    "a list": as_bytes([EVENT]),
    "a string": b'"event"',
    "null": b"null",
    "duplicate key": as_bytes(EVENT).replace(b'{"spec', b'{"id": "x", "spec'),
    "duplicate key deep inside": as_bytes(EVENT).replace(
        b'"severity"', b'"severity": "minor", "severity"'
    ),
    "NaN": as_bytes(EVENT).replace(b'"sequence": 1', b'"sequence": NaN'),
    "Infinity": as_bytes(EVENT).replace(b'"sequence": 1', b'"sequence": Infinity'),
    "float": as_bytes(EVENT).replace(b'"sequence": 1', b'"sequence": 1.0'),
    "exponent": as_bytes(EVENT).replace(b'"sequence": 1', b'"sequence": 1e999'),
    "huge integer": as_bytes(EVENT).replace(b'"sequence": 1', b'"sequence": ' + b"9" * 5000),
    "hundred thousand deep": b"[" * 100_000,
    "too deep": b'{"a":' * 17 + b"1" + b"}" * 17,
    "lone surrogate": as_bytes(EVENT | {"id": "x"}).replace(b'"x"', b'"\\ud800"'),
    "nul in a string": as_bytes(EVENT).replace(b"ldjc-e1", b"ldjc\\u0000e1"),
    "raw control character": as_bytes(EVENT).replace(b"ldjc-e1", b"ldjc\x01e1"),
    "no id": as_bytes({k: v for k, v in EVENT.items() if k != "id"}),
    "id empty": as_bytes(EVENT | {"id": ""}),
    "id with a space": as_bytes(EVENT | {"id": "a b"}),
    "id too long": as_bytes(EVENT | {"id": "x" * 201}),
    "id a number": as_bytes(EVENT | {"id": 7}),
    "no sequence": as_bytes({k: v for k, v in EVENT.items() if k != "sequence"}),
    "sequence zero": as_bytes(EVENT | {"sequence": 0}),
    "sequence negative": as_bytes(EVENT | {"sequence": -4}),
    "specversion 0.3": as_bytes(EVENT | {"specversion": "0.3"}),
    "time without zone": as_bytes(EVENT | {"time": "2026-03-10T09:00:00"}),
    "time before all calendars": as_bytes(EVENT | {"time": "0001-01-01T00:00:00+14:00"}),
    "time after all calendars": as_bytes(EVENT | {"time": "9999-12-31T23:59:59-14:00"}),
    "time nonsense": as_bytes(EVENT | {"time": "yesterday"}),
    "data a list": as_bytes(EVENT | {"data": []}),
    "data as base64": as_bytes(
        {k: v for k, v in EVENT.items() if k != "data"} | {"data_base64": "AA=="}
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_bytes_without_one_meaning_are_refused_though_signed(name: str) -> None:
    reading = judged(BROKEN[name])

    assert (reading.verdict, reading.reason) == (REJECTED, "malformed")
    assert reading.event is None
    assert "ldjc" not in reading.detail


def judged(body: bytes) -> Reading:
    message = Message("inbox_1", "ldjc", "ldjc", LDJC.sign(body), body, len(body), MORNING)
    agency = LDJC.agency(types=frozenset(TRIGGER_TYPES) - {"credit.list_changed"})
    return read(
        message,
        agency,
        {"ldjc-1": LDJC.registered()},
        max_bytes=256 * 1024,
        version=CURRENT_VERSION,
    )


OFF: dict[str, tuple[dict[str, object], str, str]] = {
    "source of another agency": (
        {"source": "urn:hexie:agency:zcy"},
        REJECTED,
        "source_mismatch",
    ),
    "source by another name": ({"source": "ldjc"}, REJECTED, "source_mismatch"),
    "meant for another system": ({"audience": "somewhere"}, REJECTED, "audience"),
    "type nobody knows": ({"type": "weather.rain"}, REJECTED, "type_unknown"),
    "type of the inside": ({"type": "oversight.hold_lifted"}, REJECTED, "type_unknown"),
    "type not allowed": (
        {
            "type": "credit.list_changed",
            "data": {"list_name": "x", "change": "added", "changed_on": "2026-03-01"},
        },
        REJECTED,
        "type_not_allowed",
    ),
    "version of tomorrow": ({"dataversion": 99}, HELD, "unknown_version"),
    "data without a field": ({"data": {"case_number": "1"}}, REJECTED, "data"),
    "data with a wrong word": (
        {"data": DATA["labour_inspection.case_decided"] | {"severity": "terrible"}},
        REJECTED,
        "data",
    ),
    "impossible day": (
        {"data": DATA["labour_inspection.case_decided"] | {"decided_on": "2026-02-30"}},
        REJECTED,
        "data",
    ),
    "too much text": (
        {"data": DATA["labour_inspection.case_decided"] | {"summary": "长" * 2001}},
        REJECTED,
        "data",
    ),
}


@pytest.mark.parametrize("name", OFF)
def test_a_signed_event_that_is_not_in_order_gets_its_reason(name: str) -> None:
    changes, verdict, reason = OFF[name]

    reading = judged(as_bytes(EVENT | changes))

    assert (reading.verdict, reading.reason) == (verdict, reason)
    assert reading.authenticated
    assert reading.event_id == EVENT["id"]


@pytest.mark.parametrize("type_", DATA)
def test_each_kind_of_event_is_read(type_: str) -> None:
    event = read_event(as_bytes(LDJC.event(type_)))

    assert read_data(event).model_dump(mode="json").items() >= DATA[type_].items()


def test_unknown_fields_are_ignored_when_read() -> None:
    body = as_bytes(EVENT | {"traceparent": "00-1", "data": EVENT["data"] | {"new": 1}})

    assert judged(body).verdict == ""


def test_content_that_attacks_its_reader_is_kept_as_text() -> None:
    text = "<script>alert(1)</script>'; DROP TABLE hold; --\u202e=cmd|' /C calc'!A0"

    event = read_event(as_bytes(EVENT | {"data": EVENT["data"] | {"summary": text}}))

    assert event.data["summary"] == text


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_and_nothing_else(body: bytes) -> None:
    try:
        read_json(body)
    except Malformed:
        refused = True
    else:
        refused = False
        json.loads(body)

    assert refused or body.decode()
