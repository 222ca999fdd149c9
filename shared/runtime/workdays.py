"""The working-day table as a service keeps it: the arrangements shipped, and what officers entered.

The registry's officers edit it and say so; every service that counts working days keeps the same
rows in its own schema, so that one edit rules everywhere. What was entered goes before what was
shipped. A year nobody has entered stays flagged (`shared.policy.workdays`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Protocol

from sqlalchemy import Column, DateTime, Integer, MetaData, Table, Text, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from shared.contracts.registry_calendar import Holiday, WorkdaysArranged
from shared.policy.workdays import Calendar, Year, calendar_from

CREATE_WORKDAY_YEAR = """CREATE TABLE IF NOT EXISTS workday_year (
    year integer PRIMARY KEY CHECK (year BETWEEN 1990 AND 2200),
    notice text NOT NULL CHECK (notice <> ''), holidays jsonb NOT NULL, workdays jsonb NOT NULL,
    revision integer NOT NULL CHECK (revision >= 1),
    entered_at timestamptz NOT NULL, entered_by text NOT NULL)"""

workday_year = Table(
    "workday_year",
    MetaData(),
    Column("year", Integer, primary_key=True),
    Column("notice", Text),
    Column("holidays", JSONB),
    Column("workdays", JSONB),
    Column("revision", Integer),
    Column("entered_at", DateTime(timezone=True)),
    Column("entered_by", Text),
)


class Work(Protocol):
    """What is needed of a transaction: its session."""

    @property
    def session(self) -> Session:
        """The session of the transaction."""


def keep(tx: Work, said: WorkdaysArranged) -> None:
    """Keep a year as it was entered; an older entry than the one kept changes nothing."""
    row = insert(workday_year).values(
        year=said.year,
        notice=said.notice,
        holidays=[h.model_dump(mode="json") for h in said.holidays],
        workdays=[day.isoformat() for day in said.workdays],
        revision=said.revision,
        entered_at=said.entered_at,
        entered_by=said.entered_by,
    )
    names = ("notice", "holidays", "workdays", "revision", "entered_at", "entered_by")
    tx.session.execute(
        row.on_conflict_do_update(
            index_elements=[workday_year.c.year],
            set_={name: getattr(row.excluded, name) for name in names},
            where=workday_year.c.revision < row.excluded.revision,
        )
    )


def entered(tx: Work) -> dict[int, Any]:
    """The rows officers entered, by year."""
    found = tx.session.execute(select(workday_year)).mappings()
    return {row["year"]: row for row in found}


def calendar_of(tx: Work) -> Calendar:
    """The calendar that rules: the years shipped, and over them the years entered."""
    years = dict(calendar_from().years)
    for number, row in entered(tx).items():
        spans = [Holiday.model_validate(span) for span in row["holidays"]]
        workdays = frozenset(date.fromisoformat(day) for day in row["workdays"])
        years[number] = Year(row["notice"], dict(_days(spans)), workdays)
    return Calendar(years)


def _days(spans: list[Holiday]) -> Iterator[tuple[date, str]]:
    for span in spans:
        for offset in range((span.to_on - span.from_on).days + 1):
            yield span.from_on + timedelta(days=offset), span.name_text
