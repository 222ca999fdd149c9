"""Rows of the ledgers: from cases, the timeline, plans, reports and records, in order of days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, func, literal, or_, select, union_all
from sqlalchemy import case as sql_case

from services.registry.domain import ledgers as rules
from services.registry.store.areas import inside
from services.registry.store.history import EVERYBODY
from services.registry.store.tables import plan, timeline, unit
from services.registry.store.tables_calendar import report
from services.registry.store.tables_figures import case_file, case_move
from services.registry.store.tables_records import record
from services.registry.store.units import Row, make_after, read_after
from shared.contracts.refusals import Refused
from shared.contracts.scalars import suite_of
from shared.messaging.tx import Tx

ZONE = "Asia/Shanghai"


def list_rows(
    tx: Tx, ledger: str, node: str, year: int, *, after: str, limit: int
) -> tuple[Sequence[Row], str, int]:
    """A page in the order of days, the key of the following one, and how many there are in all."""
    rows = _rows(ledger, node, year)
    kept = select(rows).where(_placed(rows, node)).subquery("kept")
    total = tx.session.execute(select(func.count()).select_from(kept)).scalar_one()
    query = select(kept)
    if after:
        on, row_id = _edge(after)
        query = query.where(
            or_(kept.c.happened_on > on, (kept.c.happened_on == on) & (kept.c.row_id > row_id))
        )
    query = query.order_by(kept.c.happened_on, kept.c.row_id).limit(limit + 1)
    found = tx.session.execute(query).mappings().all()
    page = found[:limit]
    more = len(found) > limit
    following = make_after(page[-1]["happened_on"].isoformat(), page[-1]["row_id"]) if more else ""
    return page, following, int(total)


def _edge(after: str) -> tuple[date, str]:
    value, row_id = read_after(after)
    try:
        return date.fromisoformat(str(value)), row_id
    except ValueError as error:
        raise Refused("bad_page_key", "翻页位置无效：请从第一页重新查询", status=422) from error


def _placed(rows: Any, node: str) -> ColumnElement[bool]:
    return inside(func.coalesce(rows.c.division, rows.c.place), node)


def _rows(ledger: str, node: str, year: int) -> Any:
    sources = {
        "application": [_cases(node, year)],
        "filing": [
            _plans(node, year), _reports(node, year), _entries(node, year, rules.FILED),
        ],
        "archive": [_entries(node, year, rules.ARCHIVE), _records(node, year)],
        "evaluation": [_moves(node, year), _entries(node, year, rules.REVIEWED)],
        "adjustment": [_entries(node, year, rules.ADJUSTMENT)],
    }[ledger]  # fmt: skip
    every = (union_all(*sources) if len(sources) > 1 else sources[0]).subquery("every")
    return (
        select(every, unit.c.name_text, unit.c.code, unit.c.kind, unit.c.division)
        .join(unit, unit.c.unit_id == every.c.unit_id, isouter=True)
        .subquery("rows")
    )


def _line(**given: Any) -> list[Any]:
    """The columns every source has; what one lacks is empty."""
    names = (
        "row_id", "happened_on", "unit_id", "place", "matter", "number", "says", "state",
        "by_name", "clause", "decision_id",
    )  # fmt: skip
    return [
        cast(given.get(name, ""), String).label(name)
        if name != "happened_on"
        else given[name].label(name)
        for name in names
    ]


def _of_suite(column: Any, node: str) -> ColumnElement[bool]:
    return func.split_part(column, ".", 2) == suite_of(node)


def _area(column: Any) -> ColumnElement[str]:
    return func.split_part(column, ".", 1)


def _words(column: Any, words: Mapping[str, str]) -> ColumnElement[str]:
    return sql_case(words, value=column, else_="")


def _within(column: Any, year: int) -> ColumnElement[bool]:
    return column.between(date(year, 1, 1), date(year, 12, 31))  # type: ignore[no-any-return]


def _cases(node: str, year: int) -> Select[Any]:
    c = case_file.c
    return select(
        *_line(
            row_id=c.case_id,
            happened_on=c.opened_on,
            unit_id=c.unit_id,
            place=_area(c.node),
            matter=_words(c.case_kind, rules.CASES),
            number=c.number,
            says=func.concat_ws("；", func.nullif(c.title_text, ""), func.nullif(c.reason, "")),
            state=c.stage_text,
        )
    ).where(c.year == year, c.case_kind.in_(("application", "nomination")), _of_suite(c.node, node))


def _moves(node: str, year: int) -> Select[Any]:
    c = case_move.c
    return select(
        *_line(
            row_id=func.lpad(cast(c.entry, String), 12, "0"),
            happened_on=c.happened_on,
            unit_id=c.unit_id,
            place=_area(c.node),
            matter=_words(c.case_kind, rules.CASES),
            number=c.number,
            says=func.concat_ws("；", func.nullif(c.title_text, ""), func.nullif(c.reason, "")),
            state=c.stage_text,
            by_name=c.by_name,
        )
    ).where(_within(c.happened_on, year), c.stage.in_(rules.REVIEW_STAGES), _of_suite(c.node, node))


def _entries(node: str, year: int, matters: Mapping[str, str]) -> Select[Any]:
    c = timeline.c
    return select(
        *_line(
            row_id=c.entry_id,
            happened_on=c.happened_on,
            unit_id=c.unit_id,
            matter=_words(c.what, matters),
            says=c.says,
            by_name=c.by_name,
            clause=c.clause,
            decision_id=c.decision_id,
        )
    ).where(
        _within(c.happened_on, year),
        c.what.in_(matters),
        c.unit_id != "",
        c.suite.in_((EVERYBODY, suite_of(node))),
    )


def _plans(node: str, year: int) -> Select[Any]:
    c = plan.c
    return select(
        *_line(
            row_id=c.plan_id,
            happened_on=_day(c.filed_at),
            place=_area(c.node),
            matter=literal(rules.PLAN),
            number=func.concat(cast(c.year, String), "-", cast(c.plan_version, String)),
            says=func.concat(cast(c.year, String), " 年度安排"),
            state=sql_case((c.late, "逾期"), else_="按时"),
            decision_id=c.decision_id,
        )
    ).where(c.filed_at.is_not(None), _within(_day(c.filed_at), year), _of_suite(c.node, node))


def _reports(node: str, year: int) -> Select[Any]:
    c = report.c
    return select(
        *_line(
            row_id=c.report_id,
            happened_on=_day(c.submitted_at),
            place=_area(c.node),
            matter=literal(rules.REPORT),
            number=c.form,
            says=func.concat(cast(c.year, String), " 年度"),
            state=sql_case((c.mark == "late", "逾期"), else_="按时"),
            decision_id=c.decision_id,
        )
    ).where(
        c.submitted_at.is_not(None), _within(_day(c.submitted_at), year), _of_suite(c.node, node)
    )


def _records(node: str, year: int) -> Select[Any]:
    c = record.c
    return select(
        *_line(
            row_id=c.record_id,
            happened_on=c.happened_on,
            unit_id=c.unit_id,
            place=c.place,
            matter=c.kind,
            number=c.external_id,
            says=c.title,
            by_name=c.written_by_name,
            decision_id=c.decision_id,
        )
    ).where(_within(c.happened_on, year), c.voided_at.is_(None), c.suite == suite_of(node))


def _day(instant: Any) -> ColumnElement[date]:
    return func.date(func.timezone(ZONE, instant))
