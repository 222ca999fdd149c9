"""The record book of one office as a test keeps it, over REST."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from deploy.sample import people
from shared.contracts import registry_records as book
from shared.contracts.message import Actor
from shared.contracts.refusals import Refused
from shared.contracts.registry_acts import JoinProgramme
from shared.policy.load import load_pack
from tests.support.regions import Regions, Row, office_of

TODAY = date(2026, 3, 10)


@dataclass
class Book:
    """What the people of an office do with records; days stand for their mornings."""

    regions: Regions
    node: str

    @property
    def clerk(self) -> Actor:
        """The office's own clerk."""
        return people.clerk(self.node)

    def seat(self, body: str) -> Actor:
        """The person of the body whose name holds this word."""
        return next(seat for seat in people.seats(self.node) if body in seat.body)

    def write(
        self, kind: str, values: Row, *, by: Actor | None = None, at: date = TODAY, **more: Any
    ) -> Row:
        """A record written by the clerk, or by whoever is named."""
        entry = book.RecordEntry.model_validate({"kind": kind, "values": values} | more)
        command = book.SaveRecord(record=entry)
        return dict(self.regions.ask(command, by or self.clerk, at))

    def refused(
        self, kind: str, values: Row, *, by: Actor | None = None, at: date = TODAY, **more: Any
    ) -> Refused:
        """The refusal of a record that must not be kept."""
        entry = book.RecordEntry.model_validate({"kind": kind, "values": values} | more)
        return self.regions.refused(book.SaveRecord(record=entry), by or self.clerk, at)

    def move(self, record: Row, state: str, values: Row, *, at: date = TODAY) -> Row:
        """The record in another state."""
        command = book.MoveRecord(
            record_id=record["record_id"], revision=record["revision"], state=state, values=values
        )
        return dict(self.regions.ask(command, self.clerk, at))

    def end(self, record: Row, on: date, *, at: date = TODAY) -> Row:
        """The record with its last day."""
        command = book.EndRecord(
            record_id=record["record_id"], revision=record["revision"], ends_on=on
        )
        return dict(self.regions.ask(command, self.clerk, at))

    def count(
        self, kind: str, by: str = "", *, who: Actor | None = None, at: date = TODAY, **where: Any
    ) -> Row:
        """The figures of a kind; `fields` and `states` as value -> number, for easy reading."""
        command = book.CountRecords.model_validate({"where": {"kind": kind, **where}, "by": by})
        given = {"kind": kind, "by": by, **where}
        found = self.regions.read("/record-counts", who or self.clerk, at, **given)
        assert command.where.kind == found["kind"]
        return {"groups": {g["key"]: _plain(g) for g in found["groups"]}} | _plain(found["whole"])

    def find(
        self, kind: str, *, who: Actor | None = None, at: date = TODAY, **where: Any
    ) -> list[Row]:
        """The records of a kind that fit, newest first."""
        found = self.regions.read("/records", who or self.clerk, at, kind=kind, **where)
        return list(found["items"])

    def gap(
        self, gap: str, *, at: date = TODAY, who: Actor | None = None, **more: Any
    ) -> list[str]:
        """The keys of what a list says is missing."""
        found = self.regions.read("/gaps", who or self.clerk, at, gap=gap, limit=500, **more)
        return [row["key"] for row in found["items"][0]["rows"]]

    def file(self, unit: Row, *, who: Actor | None = None, **more: Any) -> list[Row]:
        """The records in a unit's file."""
        found = self.regions.read(f"/units/{unit['unit_id']}/file", who or self.clerk, **more)
        return [record for group in found["groups"] for record in group["records"]]

    def plan(self, unit: Row) -> dict[str, Row]:
        """The items of a unit's work, by id."""
        found = self.regions.read(f"/units/{unit['unit_id']}/work-plan", self.clerk, TODAY)
        return {item["id"]: item for item in found["items"]}

    def set_item(self, unit: Row, item: str, **more: Any) -> Any:
        """Say how far an item is, as the unit's own person; the answer as it comes."""
        revision = more.pop("revision", 0)
        command = book.SetWorkItem(unit_id=unit["unit_id"], item=item, revision=revision, **more)
        return self.regions.ask(command, self.regions.user(unit), TODAY)


def enter_body(regions: Regions, division: str, kind: str, pack: str, **details: str) -> Row:
    """A unit of a kind that has fields of its own; what it must have is filled in."""
    spec = load_pack(pack).kinds[kind]
    filled = {
        field.name: {"date": "2023-06-01", "flag": "true", "number": "3"}.get(field.form, "样例")
        for field in spec.fields
        if field.required and field.name not in ("name", "code", "division", "address")
    }
    if spec.subtypes:
        filled["subtype"] = spec.subtypes[0].id
    return regions.enter(division, kind, details=filled | details, address="样例路1号")


def join(regions: Regions, unit: Row, on: date = date(2026, 1, 6)) -> Row:
    """The unit takes part, as its place asks for no commitment letter: it is creating."""
    clerk = people.clerk(office_of(unit["division"]))
    regions.ask(JoinProgramme(unit_ids=(unit["unit_id"],), on=on), clerk, on)
    return unit


def _plain(tally: Row) -> Row:
    fields = {f["name"]: {v["value"]: v["records"] for v in f["values"]} for f in tally["fields"]}
    shares = {f["name"]: {v["value"]: v["percent"] for v in f["values"]} for f in tally["fields"]}
    return tally | {
        "fields": fields,
        "shares": shares,
        "states": {v["value"]: v["records"] for v in tally["states"]},
        "sums": {s["name"]: float(s["total"]) for s in tally["sums"]},
    }
