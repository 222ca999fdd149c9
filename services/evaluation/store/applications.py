"""Applications, recognitions, and the opinions on any case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, literal, or_, select, text, tuple_, update

from services.evaluation.domain.records import Application, OpinionRecord, Recognition
from services.evaluation.domain.standing import Scope
from services.evaluation.store.copies_tables import known_unit
from services.evaluation.store.mapping import add, change, columns, find, find_all, in_scope
from services.evaluation.store.tables import application, opinion, recognition
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list is asked for; "" and 0 mean any. `after` is the last key of the page before."""

    round_id: str = ""
    node: str = ""
    stage: str = ""
    kind: str = ""
    unit_id: str = ""
    year: int = 0
    search: str = ""
    oldest_first: bool = False
    after: str = ""
    limit: int = 50


def save_application(tx: Tx, record: Application) -> None:
    """A new application."""
    add(tx, application, record)


def change_application(tx: Tx, application_id: str, **values: Any) -> None:
    """Change an application's columns; its revision counts up."""
    change(tx, application, application.c.application_id == application_id, **values)


def next_receipt(tx: Tx, office: str, year: int) -> int:
    """The next number in an office's book of the year; numbers have no holes and no doubles."""
    row = tx.session.execute(
        text(
            "INSERT INTO receipt_book AS b (office, year, last) VALUES (:office, :year, 1)"
            " ON CONFLICT (office, year) DO UPDATE SET last = b.last + 1 RETURNING last"
        ),
        {"office": office, "year": year},
    )
    return int(row.scalar_one())


def load_application(
    tx: Tx, application_id: str, scope: Scope, *, lock: bool = False
) -> Application:
    """An application in scope, or Refused 404; `lock` makes deciders wait for one another."""
    query = (
        select(*columns(application, Application))
        .join(known_unit, known_unit.c.unit_id == application.c.unit_id)
        .where(application.c.application_id == application_id, in_scope(scope))
    )
    if lock:
        query = query.with_for_update(of=application)
    found = find(tx, query, Application)
    if found is None:
        raise Refused("application_not_found", "没有这份申请，或它不在您的辖区", "", 404)
    return found


def find_open_application(tx: Tx, unit_id: str) -> Application | None:
    """The unit's application that is still under way."""
    query = select(*columns(application, Application)).where(
        application.c.unit_id == unit_id,
        application.c.stage.in_(("received", "returned", "under_review")),
    )
    return find(tx, query, Application)


def find_last_application(tx: Tx, unit_id: str) -> Application | None:
    """The unit's newest application."""
    query = (
        select(*columns(application, Application))
        .where(application.c.unit_id == unit_id)
        .order_by(application.c.application_id.desc())
        .limit(1)
    )
    return find(tx, query, Application)


def list_applications(
    tx: Tx, scope: Scope, wanted: Filter
) -> tuple[Sequence[Application], str, int]:
    """A page of applications in scope, the key to go on from, and how many there are in all."""
    query = _filtered(select(*columns(application, Application)), scope, wanted)
    total_query = _filtered(select(func.count()).select_from(application), scope, wanted)
    total = int(tx.session.execute(total_query).scalar_one())
    key = (application.c.received_on, application.c.application_id)
    if wanted.after:
        day, _, last = wanted.after.partition("|")
        here = tuple_(*key)
        edge = tuple_(literal(date.fromisoformat(day)), literal(last))
        query = query.where(here > edge if wanted.oldest_first else here < edge)
    order = [c.asc() if wanted.oldest_first else c.desc() for c in key]
    rows = find_all(tx, query.order_by(*order).limit(wanted.limit + 1), Application)
    page = rows[: wanted.limit]
    more = len(rows) > wanted.limit
    after = f"{page[-1].received_on.isoformat()}|{page[-1].application_id}" if more else ""
    return page, after, total


def list_on_notice(tx: Tx, notice_id: str) -> Sequence[Application]:
    """The applications a recognition notice shows, oldest first, of all areas."""
    query = (
        select(*columns(application, Application))
        .where(application.c.notice_id == notice_id)
        .order_by(application.c.application_id)
    )
    return find_all(tx, query, Application)


def save_recognition(tx: Tx, record: Recognition) -> None:
    """A unit meets the standard from now on."""
    add(tx, recognition, record)


def find_recognition(tx: Tx, unit_id: str, *, lock: bool = False) -> Recognition | None:
    """The unit's recognition that stands."""
    query = select(*columns(recognition, Recognition)).where(
        recognition.c.unit_id == unit_id, recognition.c.withdrawn_on.is_(None)
    )
    return find(tx, query.with_for_update() if lock else query, Recognition)


def change_recognition(tx: Tx, application_id: str, **values: Any) -> None:
    """Write a withdrawal into a recognition."""
    change(tx, recognition, recognition.c.application_id == application_id, **values)


def save_opinion(tx: Tx, record: OpinionRecord) -> None:
    """A body speaks; what it said before on this case stays on record and no longer counts."""
    tx.session.execute(
        update(opinion)
        .where(opinion.c.case_id == record.case_id, opinion.c.body == record.body)
        .where(opinion.c.standing)
        .values(standing=False)
    )
    add(tx, opinion, record)


def list_opinions(tx: Tx, case_id: str) -> Sequence[OpinionRecord]:
    """Every opinion on a case, oldest first, replaced ones too."""
    query = (
        select(*columns(opinion, OpinionRecord))
        .where(opinion.c.case_id == case_id)
        .order_by(opinion.c.opinion_id)
    )
    return find_all(tx, query, OpinionRecord)


def _filtered(query: Select[Any], scope: Scope, wanted: Filter) -> Select[Any]:
    query = query.join(known_unit, known_unit.c.unit_id == application.c.unit_id)
    query = query.where(in_scope(scope))
    exact = {
        application.c.office: wanted.node,
        application.c.stage: wanted.stage,
        application.c.unit_id: wanted.unit_id,
        application.c.year: wanted.year,
        known_unit.c.kind: wanted.kind,
    }
    for column, value in exact.items():
        if value:
            query = query.where(column == value)
    if wanted.search:
        query = query.where(
            or_(
                known_unit.c.name.contains(wanted.search, autoescape=True),
                known_unit.c.code == wanted.search,
                application.c.receipt_number == wanted.search,
            )
        )
    return query
