"""The load, made from a seed before anything is sent: every message with the verdict it must get.

Shares are those of the long runs: mostly new and valid, the rest every way of being wrong.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.chaos.seal import broken, seal

SHARES: dict[str, int] = {  # of a thousand
    "valid": 840, "duplicate": 50, "conflict": 20, "bad_signature": 20, "other_key": 10,
    "wrong_channel": 10, "unknown_version": 10, "undecodable": 10, "oversize": 10,
    "unknown_unit": 10, "replay": 10,
}  # fmt: skip

TOO_BIG = 256 * 1024 + 1
HOLDING = ("suspend", "lift_exemption")
_OPENED, _CLOSED = "labour_inspection.complaint_opened", "labour_inspection.complaint_closed"

_KINDS: tuple[tuple[str, dict[str, Any], str, int], ...] = (  # type, data, effect, weight
    (
        "labour_inspection.case_decided",
        {"case_number": "", "decided_on": "2026-03-09", "severity": "major"}, "suspend", 35,
    ),
    (_OPENED, {"complaint_id": "", "opened_on": "2026-03-09"}, "lift_exemption", 20),
    (_CLOSED, {"complaint_id": "", "closed_on": "2026-03-10", "outcome": "unfounded"}, "note", 10),
    (
        "arbitration.case_registered",
        {"case_number": "", "registered_on": "2026-03-01"}, "note", 10,
    ),
    ("petition.case_registered", {"case_number": "", "registered_on": "2026-03-01"}, "review", 10),
    (
        "incident.group",
        {"happened_on": "2026-03-01", "people": 40, "impact": "considerable"}, "suspend", 5,
    ),
    ("incident.group", {"happened_on": "2026-03-01", "people": 9, "impact": "small"}, "note", 5),
    ("safety.accident", {"happened_on": "2026-03-01", "grade": "major"}, "suspend", 5),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to send, and what must come of it.

    verdict, reason    of the final receipt; "" for `again`, which is the same bytes as `of` once more
    event_id, type, code, effect   what an accepted event does, by the reference model
    ends               event id of the complaint it closes
    after              key of the entry whose receipt must be here before this one is sent
    """

    key: str
    agency: str
    kind: str
    head: bytes = b""
    pad: int = 0
    sig: str = ""
    verdict: str = ""
    reason: str = ""
    event_id: str = ""
    type: str = ""
    code: str = ""
    effect: str = ""
    ends: str = ""
    after: str = ""
    of: str = ""

    @property
    def body(self) -> bytes:
        """The exact bytes."""
        return self.head + b"x" * self.pad

    @property
    def hash(self) -> str:
        """Their SHA-256."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class Party:
    """An agency's side: its code, key and broker address, and the office's receipt key."""

    code: str
    kid: str
    key: Ed25519PrivateKey
    amqp_url: str
    receipt_kid: str
    receipt_key: str


class _Desk:
    """Makes one agency's entries in order; numbers have no holes."""

    def __init__(self, party: Party, others: Sequence[Party], codes: Sequence[str], seed: str):
        self.party, self.others, self.codes = party, others, codes
        self.chance = random.Random(f"{seed}/{party.code}")  # noqa: S311
        self.entries: list[Entry] = []
        self.valid: list[Entry] = []
        self.open_complaints: list[tuple[str, str, str]] = []
        self.number = 0

    def make(self, kind: str) -> Entry:
        makers = {"duplicate": self._duplicate, "replay": self._replay, "conflict": self._conflict}
        if kind in makers and len(self.valid) < 5:
            kind = "valid"
        made = makers[kind]() if kind in makers else getattr(self, f"_{kind}")()
        entry = replace(
            made,
            key=f"{self.party.code}:{len(self.entries) + 1}",
            agency=self.party.code,
            kind=kind,
        )
        self.entries.append(entry)
        if kind == "valid":
            self.valid.append(entry)
        return entry

    def _event(self, **changes: Any) -> dict[str, Any]:
        return {
            "specversion": "1.0",
            "id": f"{self.party.code}-{self.number}",
            "source": f"urn:hexie:agency:{self.party.code}",
            "type": "arbitration.case_registered",
            "subject": self.chance.choice(self.codes),
            "time": "2026-03-10T09:00:00+08:00",
            "datacontenttype": "application/json",
            "sequence": self.number,
            "audience": "hexie",
            "data": {"case_number": f"号{self.number}", "registered_on": "2026-03-01"},
        } | changes

    def _signed(self, said: dict[str, Any] | bytes, by: Party | None = None, **more: Any) -> Entry:
        body = said if isinstance(said, bytes) else json.dumps(said, ensure_ascii=False).encode()
        who = by or self.party
        return Entry("", "", "", head=body, sig=seal(body, who.kid, who.key), **more)

    def _valid(self) -> Entry:
        self.number += 1
        kinds = [k for k in _KINDS if k[0] != _CLOSED or self.open_complaints]
        type_, data, effect, _ = self.chance.choices(kinds, [k[3] for k in kinds])[0]
        said = self._event(type=type_, data=dict(data))
        ends = ""
        for field in ("case_number", "complaint_id"):
            if field in data:
                said["data"][field] = f"{self.party.code}-{field}-{self.number}"
        if type_ == _OPENED:
            mark = (said["id"], said["data"]["complaint_id"], said["subject"])
            self.open_complaints.append(mark)
        if type_ == _CLOSED:
            ends, complaint, code = self.open_complaints.pop(0)
            said["data"]["complaint_id"], said["subject"] = complaint, code
        return self._signed(
            said, verdict="ACCEPTED", event_id=said["id"], type=type_, code=said["subject"],
            effect=effect, ends=ends,
        )  # fmt: skip

    def _duplicate(self) -> Entry:
        return Entry("", "", "", of=self.valid[-1].key)

    def _replay(self) -> Entry:
        old = self.chance.choice(self.valid[: max(5, len(self.valid) // 2)])
        return Entry("", "", "", of=old.key, after=old.key)

    def _conflict(self) -> Entry:
        old = self.chance.choice(self.valid)
        said = json.loads(old.head)
        said["subject"] = self.chance.choice([c for c in self.codes if c != old.code])
        said["data"]["summary"] = f"另一内容 {len(self.entries)}"
        made = self._signed(said, verdict="REJECTED", reason="content_conflict")
        return replace(made, after=old.key)

    def _bad_signature(self) -> Entry:
        said = self._event(id=f"{self.party.code}-forged-{len(self.entries)}")
        made = self._signed(said, verdict="REJECTED", reason="signature")
        return replace(made, sig=broken(made.sig))

    def _other_key(self) -> Entry:
        said = self._event(id=f"{self.party.code}-foreign-{len(self.entries)}")
        other = self.chance.choice(self.others)
        return self._signed(said, by=other, verdict="REJECTED", reason="key_of_another")

    def _wrong_channel(self) -> Entry:
        return Entry("", "", "", verdict="REJECTED", reason="key_of_another")

    def _unknown_version(self) -> Entry:
        self.number += 1
        return self._signed(self._event(dataversion=99), verdict="HELD", reason="unknown_version")

    def _unknown_unit(self) -> Entry:
        self.number += 1
        nobody = self._event(subject=f"nobody-{self.number}")
        return self._signed(nobody, verdict="HELD", reason="unknown_unit")

    def _undecodable(self) -> Entry:
        body = b"\xff\xfe{" + f"{self.party.code}-{len(self.entries)}".encode()
        return self._signed(body, verdict="REJECTED", reason="malformed")

    def _oversize(self) -> Entry:
        head = f'{{"n":"{self.party.code}-{len(self.entries)}","pad":"'.encode()
        return Entry(
            "", "", "", head=head, pad=TOO_BIG - len(head), sig="none", verdict="REJECTED",
            reason="size",
        )  # fmt: skip


def schedules(
    parties: Sequence[Party], codes: Sequence[str], *, events: int, seed: str
) -> dict[str, list[Entry]]:
    """Every agency's entries in order; the same for the same seed, keys and codes."""
    chance = random.Random(seed)  # noqa: S311
    desks = {p.code: _Desk(p, [o for o in parties if o is not p], codes, seed) for p in parties}
    kinds = chance.choices(list(SHARES), list(SHARES.values()), k=events)
    for place, kind in enumerate(kinds):
        desks[parties[place % len(parties)].code].make(kind)
    made = {code: desk.entries for code, desk in desks.items()}
    return {code: _with_captured(code, desks, chance) for code in made}


def _with_captured(code: str, desks: dict[str, _Desk], chance: random.Random) -> list[Entry]:
    """Fill in the messages another agency sent on its own channel, caught and sent on this one."""
    theirs = [e for other, desk in desks.items() if other != code for e in desk.valid]
    chance.shuffle(theirs)
    return [
        replace(entry, head=caught.head, sig=caught.sig)
        if entry.kind == "wrong_channel" and (caught := theirs.pop())
        else entry
        for entry in desks[code].entries
    ]
