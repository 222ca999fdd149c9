"""What should be, from the ledgers by a pure model; what is, by plain SQL; and the difference.

lost        receipted as accepted but without its effect; confirmed by the broker but not stored;
            a receipt nobody has on record
duplicated  an effect, a saying or a receipt more than once
unexpected  an effect without a valid event
undecided   sent, and no verdict after quiet
misjudged   another verdict or reason than the ledger said beforehand
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import psycopg2

from tests.chaos.ledger import Record
from tests.chaos.mix import HOLDING, Entry, Party
from tests.chaos.seal import stands

Key = tuple[str, str]
SCHEMAS = ("registry", "evaluation", "incentives", "oversight")


@dataclass(slots=True)
class Finding:
    """Every deviation by its kind, each a line a person can follow."""

    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)
    misjudged: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """How many of each."""
        return {name: len(getattr(self, name)) for name in self.__dataclass_fields__}

    @property
    def clean(self) -> bool:
        """Whether there is nothing to explain."""
        return not any(self.counts().values())

    def first(self, most: int = 12) -> list[str]:
        """The first lines, for the page."""
        whole = [f"{k}: {line}" for k in self.__dataclass_fields__ for line in getattr(self, k)]
        return whole[:most]


@dataclass(frozen=True, slots=True)
class Effect:
    """What one accepted event does."""

    code: str
    effect: str
    lifted: bool

    @property
    def holds(self) -> int:
        """How many holds stand for it."""
        return int(self.effect in HOLDING)

    @property
    def reviews(self) -> int:
        """How many items wait for a person."""
        return int(self.effect in ("suspend", "review"))


def model(entries: Iterable[Entry]) -> dict[Key, Effect]:
    """The reference: effects of all events that ought to be accepted, in any order."""
    accepted = [e for e in entries if e.verdict == "ACCEPTED"]
    ended = {(e.agency, e.ends) for e in accepted if e.ends}
    return {
        (e.agency, e.event_id): Effect(e.code, e.effect, (e.agency, e.event_id) in ended)
        for e in accepted
    }


class Oracle:
    """One look at the whole system after quiet."""

    def __init__(self, database_url: str, records: Mapping[str, Record], parties: Sequence[Party]):
        self.url, self.records = database_url, records
        self.parties = {p.code: p for p in parties}
        self.found = Finding()
        self.codes = list(self.parties)

    def judge(self, entered: Sequence[str] = ()) -> Finding:
        """Everything that can be wrong."""
        expected = model(e for r in self.records.values() for e in r.entries.values())
        stored = self._inbox()
        for code, record in self.records.items():
            self._receipts(code, record)
            self._deliveries(code, record, stored)
        self._effects(expected)
        self._two_sides()
        self._left_over()
        self._copies(entered)
        return self.found

    def _sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with closing(psycopg2.connect(self.url)) as connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())

    # --- what came in and what was answered ---------------------------------------------------

    def _inbox(self) -> dict[tuple[str, str, str], Any]:
        rows = self._sql(
            "SELECT agency, encode(body_hash, 'hex'), sig, deliveries, answered, verdict, reason,"
            " state FROM oversight.inbox_event WHERE agency = ANY(%s)", self.codes,
        )  # fmt: skip
        ours = {(c, e.hash, e.sig) for c, r in self.records.items() for e in r.entries.values()}
        for row in rows:
            if row[:3] not in ours:
                self.found.unexpected.append(f"stored but never sent: {row[:2]}")
            if row[4] < row[3] or not row[5]:
                self.found.undecided.append(f"stored, not answered: {row[0]} {row[1]} {row[7]}")
        again = [key for key, times in Counter(row[:3] for row in rows).items() if times > 1]
        self.found.duplicated += [f"stored twice: {key}" for key in again]
        return {row[:3]: row for row in rows}

    def _deliveries(self, code: str, record: Record, stored: Mapping[Any, Any]) -> None:
        confirmed: Counter[str] = Counter()
        for key, times in record.confirmed.items():
            confirmed[record.entries[key].of or key] += times
        for key, times in confirmed.items():
            entry = record.entries[key]
            row = stored.get((code, entry.hash, entry.sig))
            if row is None or row[3] < times:
                has = 0 if row is None else row[3]
                self.found.lost.append(f"{key}: {times} confirmed by the broker, {has} stored")

    def _receipts(self, code: str, record: Record) -> None:
        party = self.parties[code]
        on_record = {
            bytes(body): sig
            for body, sig in self._sql(
                "SELECT body, sig FROM oversight.receipt WHERE agency = %s", code
            )
        }
        said: dict[str, dict[bytes, dict[str, Any]]] = defaultdict(dict)
        for body, sig, _ in record.receipts:
            if not stands(body, sig, party.receipt_key, party.receipt_kid):
                self.found.unexpected.append(f"{code}: a receipt that is not the office's")
            elif on_record.get(body) != sig:
                self.found.lost.append(f"{code}: a receipt the office has no record of")
            else:
                one = json.loads(body)
                said[one["body_hash"].removeprefix("sha256:")][body] = one
        for entry in record.entries.values():
            if not entry.of:
                self._verdict(entry, list(said.get(entry.hash, {}).values()))

    def _verdict(self, entry: Entry, receipts: list[dict[str, Any]]) -> None:
        final = [r for r in receipts if r["verdict"] != "HELD"]
        held = [r for r in receipts if r["verdict"] == "HELD"]
        waits = [r for r in held if r["reason"] == "sequence_gap" and entry.ends]
        if len(final) > 1 or len(held) > 1:
            self.found.duplicated.append(f"{entry.key}: {len(receipts)} different receipts")
        decisive = (final or [r for r in held if r not in waits])[:1]
        if not decisive:
            self.found.undecided.append(f"{entry.key} {entry.kind}: no verdict")
            return
        got = (decisive[0]["verdict"], decisive[0]["reason"])
        if got != (entry.verdict, entry.reason):
            self.found.misjudged.append(f"{entry.key} {entry.kind}: {got}")

    # --- what it did --------------------------------------------------------------------------

    def _effects(self, expected: Mapping[Key, Effect]) -> None:
        triggers = Counter[Key](self._keys("SELECT agency, event_id FROM oversight.trigger"))
        reviews = Counter[Key](
            self._keys(
                "SELECT t.agency, t.event_id FROM oversight.review_item i"
                " JOIN oversight.trigger t USING (trigger_id)"
            )
        )
        self._count("trigger", triggers, dict.fromkeys(expected, 1))
        self._count("review", reviews, {key: e.reviews for key, e in expected.items()})
        units = dict(self._sql("SELECT unit_id, code FROM registry.unit"))
        wanted = {key: e.holds for key, e in expected.items()}
        for schema, table in (("oversight", "hold"), ("incentives", "unit_hold")):
            rows = self._sql(
                f"SELECT agency, event_id, unit_id, effect, lifted_at IS NOT NULL FROM {schema}.{table}"  # noqa: S608
                " WHERE agency = ANY(%s)", self.codes,
            )  # fmt: skip
            self._count(f"{schema} hold", Counter(row[:2] for row in rows), wanted)
            for agency, event_id, unit_id, effect, lifted in rows:
                want = expected.get((agency, event_id))
                is_same = want == Effect(units.get(unit_id, ""), effect, lifted)
                if want is not None and not is_same:
                    self.found.differences.append(
                        f"{schema} hold of {event_id}: {effect}, lifted {lifted}; wanted {want}"
                    )

    def _keys(self, statement: str) -> list[Key]:
        return [row for row in self._sql(statement) if row[0] in self.parties]

    def _count(self, what: str, found: Mapping[Key, int], wanted: Mapping[Key, int]) -> None:
        for key in found.keys() | wanted.keys():
            has, should = found.get(key, 0), wanted.get(key, 0)
            if has < should:
                self.found.lost.append(f"{what} of {key}: {has} instead of {should}")
            elif has > should:
                target = self.found.duplicated if should else self.found.unexpected
                target.append(f"{what} of {key}: {has} instead of {should}")

    def _two_sides(self) -> None:
        """The open holds of every unit are the same for oversight and for incentives."""
        sides = []
        for schema, table in (("oversight", "hold"), ("incentives", "unit_hold")):
            rows = self._sql(
                f"SELECT unit_id, hold_id FROM {schema}.{table} WHERE lifted_at IS NULL"  # noqa: S608
            )
            sides.append(set(rows))
        for unit_id, hold_id in sides[0] ^ sides[1]:
            self.found.differences.append(f"only one side knows {hold_id} of {unit_id}")
        said = [
            json.loads(bytes(body))["data"]["hold_id"]
            for (body,) in self._sql(
                "SELECT body FROM oversight.outbox WHERE routing_key = 'hold_placed'"
            )
        ]
        self.found.duplicated += [f"said twice: {h}" for h, n in Counter(said).items() if n > 1]
        wrong = self._sql(
            "SELECT e.unit_id, e.benefit FROM incentives.entitlement e WHERE e.state = 'active'"
            " AND e.effect = 'lease' AND EXISTS (SELECT 1 FROM oversight.hold h WHERE"
            " h.unit_id = e.unit_id AND h.effect = 'suspend' AND h.lifted_at IS NULL)"
        )
        self.found.differences += [f"suspended, yet enjoying {b}: {u}" for u, b in wrong]

    # --- what is left -------------------------------------------------------------------------

    def _left_over(self) -> None:
        for schema in SCHEMAS:
            [[unsent]] = self._sql(f"SELECT count(*) FROM {schema}.outbox WHERE sent_at IS NULL")  # noqa: S608
            parked = self._sql(
                f"SELECT consumer, reason FROM {schema}.parked_message"  # noqa: S608
                " WHERE state IN ('retrying', 'parked')"
            )
            self.found.differences += [f"{schema}: parked {row}" for row in parked]
            if unsent:
                self.found.differences.append(f"{schema}: {unsent} rows of the outbox unsent")
        holes = self._sql(
            "SELECT code, contiguous, highest FROM oversight.agency"
            " WHERE code = ANY(%s) AND contiguous <> highest", self.codes,
        )  # fmt: skip
        self.found.differences += [f"numbers of {row[0]} have a hole: {row[1:]}" for row in holes]
        broken = self._sql(
            "SELECT agency, reason FROM oversight.inbox_event WHERE state = 'quarantined'"
            " AND reason <> 'content_conflict'"
        )
        self.found.differences += [f"quarantined: {row}" for row in broken]

    def _copies(self, entered: Sequence[str]) -> None:
        """Units entered by RPC: once in the register, once in every copy."""
        for schema, table in (
            ("registry", "unit"), ("evaluation", "known_unit"),
            ("incentives", "known_unit"), ("oversight", "known_unit"),
        ):  # fmt: skip
            found = Counter(c for (c,) in self._sql(f"SELECT code FROM {schema}.{table}"))  # noqa: S608
            for code in entered:
                if found[code] != 1:
                    kind = self.found.duplicated if found[code] else self.found.lost
                    kind.append(f"unit {code} is {found[code]} times in {schema}")
