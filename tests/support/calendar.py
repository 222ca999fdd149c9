"""The calendar as tests ask for it: tasks of a node on a day, records that close them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from deploy.sample import people
from shared.contracts import registry_records as book
from shared.contracts.evaluation_answers import EvidenceRef
from shared.contracts.registry_calendar import GetTask, ListTasks
from tests.support.regions import Regions, Row

PAPER = EvidenceRef(file_id="file_test", name="正文.pdf")


@dataclass
class Desk:
    """One office's view of the calendar."""

    regions: Regions
    node: str

    def tasks(self, on: date, **filters: Any) -> list[Row]:
        """The tasks of the office itself on a day, of that day's year unless told otherwise."""
        wanted = ListTasks.model_validate({"own": True, "node": self.node} | filters)
        return list(self.regions.ask(wanted, people.clerk(self.node), on)["items"])

    def task(self, duty: str, on: date, year: int | None = None) -> Row:
        """The office's only task of a duty."""
        (found,) = self.tasks(on, duty_id=duty, year=year or on.year)
        return found

    def detail(self, task_id: str, on: date | datetime) -> Row:
        """One task whole."""
        return dict(self.regions.ask(GetTask(task_id=task_id), people.clerk(self.node), on))

    def write(self, record: str, on: date, /, *, about: str = "", **values: Any) -> Row:
        """A record of the office of a kind, about a unit or none, written on its own day."""
        entry = book.RecordEntry(kind=record, on=on, unit_id=about, values=values)
        command = book.SaveRecord(record=entry)
        return dict(self.regions.ask(command, people.clerk(self.node), on))

    def clear(self, *kinds: str) -> None:
        """Void what others have written of these kinds, so that there is none."""
        clerk = people.clerk(self.node)
        for kind in kinds:
            found = self.regions.read("/records", clerk, kind=kind, node=self.node, limit=200)
            for row in found["items"]:
                void = book.VoidRecord(
                    record_id=row["record_id"], revision=row["revision"], reason="为测试清空"
                )
                self.regions.ask(void, clerk)
