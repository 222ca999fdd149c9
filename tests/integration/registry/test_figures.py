"""Dated states and stages of units, and what is counted from them, on a real database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.registry.handlers import figures, files, history, merging, progress, statistics, units
from shared.contracts.evaluation import CaseMoved, UnitRecognised
from shared.contracts.registry import AmendUnit, CloseUnit
from shared.contracts.registry_acts import AcceptCommitment, SubmitCommitment
from shared.contracts.registry_answers import UnitView
from shared.contracts.registry_figures import (
    MeasureSheet,
    ReadMeasures,
    ReadStatistics,
    ReadTrend,
    Statistics,
)
from shared.contracts.registry_units import MergeUnit
from shared.messaging.tx import Tx
from tests.integration.registry.conftest import CITY, HAISHU, Acting, an_entry, heard

Enter = Callable[..., UnitView]


def _at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 4, tzinfo=UTC)


def _commit(acting: Acting, unit: UnitView, at: datetime) -> None:
    tx = acting(HAISHU, now=at)
    letter = SubmitCommitment(
        unit_id=unit.unit_id, signatory="王", signed_on=at.date(), file_name="承诺书.pdf"
    )
    given = files.submit_commitment(tx, letter)
    files.accept_commitment(tx, AcceptCommitment(commitment_id=given.commitment_id))


def _moved(unit: UnitView, case: str, stage: str, *, day: date, number: int) -> CaseMoved:
    return CaseMoved(
        unit_id=unit.unit_id, case=case, case_id=f"{case}-{unit.unit_id}", stage=stage,
        stage_text=stage, on=day, node="330203", year=day.year, number=f"{number}",
    )  # fmt: skip


def _hear(tx: Tx, event: CaseMoved, number: int) -> None:
    at = datetime(event.on.year, event.on.month, event.on.day, 5, tzinfo=UTC)
    history.hear_evaluation(tx, [heard(event, time=at, number=number)])


def _stages(found: Statistics) -> dict[str, int]:
    return {count.key: count.units for count in found.by_stage if count.units}


def _read(acting: Acting, **more: object) -> Statistics:
    command = ReadStatistics.model_validate({"node": "330200"} | more)
    return statistics.read_statistics(acting(CITY, now=_at(6, 30)), command)


def test_stages_follow_the_cases_whatever_the_order_of_news(acting: Acting, enter: Enter) -> None:
    unit = enter(now=_at(1, 5))
    _commit(acting, unit, _at(2, 2))
    tx = acting(HAISHU)

    begun = _moved(unit, "assessment", "draft", day=date(2026, 3, 2), number=1)
    done = _moved(unit, "assessment", "completed", day=date(2026, 3, 4), number=2)
    applied = _moved(unit, "application", "received", day=date(2026, 4, 1), number=3)
    _hear(tx, done, 2)
    assert _stages(_read(acting)) == {"assessed": 1}
    _hear(tx, begun, 1)
    assert _stages(_read(acting)) == {"assessed": 1}
    _hear(tx, applied, 3)

    assert _stages(_read(acting)) == {"applied": 1}
    assert _stages(_read(acting, as_of="2026-03-31")) == {"assessed": 1}
    assert _stages(_read(acting, as_of="2026-02-15")) == {"committed": 1}
    assert _stages(_read(acting, as_of="2026-01-04")) == {}


def test_a_refused_application_leads_back_and_recognition_leads_on(
    acting: Acting, enter: Enter
) -> None:
    unit = enter(now=_at(1, 5))
    _commit(acting, unit, _at(2, 2))
    tx = acting(HAISHU)
    steps = [("assessment", "completed"), ("application", "received"), ("application", "refused")]
    for number, (case, stage) in enumerate(steps, start=1):
        _hear(tx, _moved(unit, case, stage, day=date(2026, 3, number), number=number), number)

    assert _stages(_read(acting)) == {"committed": 1}

    recognised = UnitRecognised(
        unit_id=unit.unit_id, application_id="a", office="330203",
        recognised_on=date(2026, 4, 2), bodies=("局",), decision_id="d",
    )  # fmt: skip
    history.hear_evaluation(tx, [heard(recognised, time=_at(4, 3), number=9)])
    declared = _moved(unit, "nomination", "declared", day=date(2026, 5, 6), number=10)
    _hear(tx, declared, 10)

    assert _stages(_read(acting)) == {"nominated": 1}
    assert _stages(_read(acting, as_of="2026-04-02")) == {"recognised": 1}
    known = _read(acting, as_of="2026-04-02", known_at="2026-04-02T12:00:00+08:00")
    assert _stages(known) == {"committed": 1}


def test_what_is_learned_late_of_an_earlier_day_is_carried_through_later_days(
    acting: Acting, enter: Enter
) -> None:
    unit = enter(now=_at(1, 5))
    entry = an_entry(name_text=unit.name_text, code=unit.code, division="330203001")
    amend = AmendUnit(unit_id=unit.unit_id, revision=1, entry=entry, reason="更正区划")
    units.amend_unit(acting(CITY, now=_at(3, 1)), amend)
    close = CloseUnit(unit_id=unit.unit_id, closed_on=date(2026, 2, 1), reason="停业")
    units.close_unit(acting(CITY, now=_at(4, 1)), close)

    def counted(day: str, known_at: str | None = None) -> tuple[int, dict[str, int]]:
        known = {"known_at": known_at} if known_at else {}
        found = _read(acting, node="330203", as_of=day, **known)
        return found.total, {c.key: c.units for c in found.by_area if c.units}

    assert counted("2026-01-20") == (1, {"330203": 1})
    assert counted("2026-02-01") == (0, {})
    assert counted("2026-03-05") == (0, {})
    assert counted("2026-03-05", "2026-03-20T00:00:00+08:00") == (1, {"330203001": 1})
    assert counted("2026-02-01", "2026-03-20T00:00:00+08:00") == (1, {"330203": 1})


def test_history_explains_what_the_register_says_and_is_never_rewritten(
    acting: Acting, enter: Enter
) -> None:
    for number in range(3):
        unit = enter(now=_at(1, 5 + number))
        _commit(acting, unit, _at(2, 2))
    session = acting(CITY).session
    differing = session.execute(
        text(
            "SELECT count(*) FROM unit u JOIN (SELECT DISTINCT ON (unit_id) * FROM unit_history"
            " ORDER BY unit_id, happened_on DESC, entry DESC) h USING (unit_id)"
            " WHERE (u.kind, u.division, u.size, u.standing, u.stage, u.details) IS DISTINCT FROM"
            " (h.kind, h.division, h.size, h.standing, h.stage, h.details)"
        )
    ).scalar_one()

    assert differing == 0
    assert session.execute(text("SELECT count(*) FROM unit_history")).scalar_one() == 6
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text("UPDATE unit_history SET stage = 'titled'"))


def test_coverage_counts_those_taking_part_by_area_and_kind_also_on_a_past_day(
    acting: Acting, enter: Enter
) -> None:
    here = [enter(now=_at(1, 5)) for _ in range(5)]
    enter(now=_at(1, 5), division="330205")
    for unit in here[:4]:
        _commit(acting, unit, _at(2, 2))

    def coverage(**more: object) -> MeasureSheet:
        asked = {"node": "330200", "year": 2026, "measures": ("coverage",), **more}
        return figures.read_measures(
            acting(CITY, now=_at(6, 30)), ReadMeasures.model_validate(asked)
        )

    now, then = coverage().items[0], coverage(as_of="2026-02-01").items[0]

    assert (now.whole, now.part, str(now.percent)) == (6, 4, "66.7")
    assert str(now.target_on) == "2027-12-31"
    assert {s.key: (s.part, s.whole) for s in now.by_area if s.whole} == {
        "330203": (4, 5),
        "330205": (0, 1),
    }
    assert (then.whole, then.part) == (6, 0)


def test_a_trend_counts_from_day_to_day(acting: Acting, enter: Enter) -> None:
    first, _second = enter(now=_at(1, 5)), enter(now=_at(2, 5))
    _commit(acting, first, _at(3, 10))
    asked = ReadTrend(node="330203", from_on=date(2026, 1, 1), to_on=date(2026, 4, 1), points=4)

    found = statistics.read_trend(acting(HAISHU, now=_at(6, 30)), asked)

    assert [(p.on.isoformat(), p.known, p.joined) for p in found.items] == [
        ("2026-01-01", 0, 0), ("2026-01-31", 1, 0), ("2026-03-02", 2, 0), ("2026-04-01", 2, 1),
    ]  # fmt: skip


_BOTH = """
SELECT (SELECT jsonb_object_agg(k, n) FROM (
          SELECT concat_ws('/', division, kind, standing, stage) AS k, sum(units) AS n
          FROM unit_change WHERE happened_on <= :day AND learned_at <= :known
          GROUP BY 1 HAVING sum(units) <> 0) a) AS added_up,
       (SELECT jsonb_object_agg(k, n) FROM (
          SELECT concat_ws('/', division, kind, standing, stage) AS k, count(*) AS n
          FROM (SELECT DISTINCT ON (unit_id) * FROM unit_history
                WHERE happened_on <= :day AND learned_at <= :known
                ORDER BY unit_id, happened_on DESC, entry DESC) h
          WHERE unit_id NOT IN (SELECT unit_id FROM unit WHERE merged_into <> ''
                                AND amended_at <= :known)
          GROUP BY 1) b) AS looked_up
"""


def test_changes_added_up_are_the_counts_of_every_day_as_known_at_every_time(
    acting: Acting, enter: Enter
) -> None:
    """Whatever is learned in whatever order: the summary and the dated states say the same."""
    kept = [enter(now=_at(1, 4 + n)) for n in range(4)]
    for unit in kept[:3]:
        _commit(acting, unit, _at(2, 2))
    entry = an_entry(name_text=kept[0].name_text, code=kept[0].code, division="330203001")
    amend = AmendUnit(unit_id=kept[0].unit_id, revision=1, entry=entry, reason="更正")
    units.amend_unit(acting(CITY, now=_at(3, 1)), amend)
    _hear(
        acting(HAISHU), _moved(kept[1], "assessment", "draft", day=date(2026, 2, 20), number=1), 1
    )
    close = CloseUnit(unit_id=kept[0].unit_id, closed_on=date(2026, 2, 10), reason="停业")
    units.close_unit(acting(CITY, now=_at(4, 1)), close)
    merge = MergeUnit(unit_id=kept[3].unit_id, into=kept[2].unit_id, reason="重复登记")
    merging.merge_unit(acting(CITY, now=_at(4, 20)), merge)
    session = acting(CITY).session

    for day in ("2026-01-05", "2026-02-09", "2026-02-10", "2026-02-25", "2026-03-15", "2026-05-01"):
        for known in ("2026-02-28", "2026-03-20", "2026-04-10", "2026-05-01"):
            asked = {"day": day, "known": f"{known}T00:00:00+08:00"}
            found = session.execute(text(_BOTH), asked).mappings().one()
            assert found["added_up"] == found["looked_up"], asked


def test_a_title_whose_term_is_over_is_a_stage_no_longer(acting: Acting, enter: Enter) -> None:
    unit = enter(now=_at(1, 5))
    _commit(acting, unit, _at(2, 2))
    session = acting(CITY).session
    title = (
        "INSERT INTO title (title_id, unit_id, nomination_id, round_id, title_kind, title_text,"
        " level, node, number, round_year, unit_kind, granted_on, expires_on, status, decision_id,"
        " recorded_at, recorded_by) VALUES ('t1', :unit, 'n1', 'r1', 'k', '称号', 'city', '330200',"
        " '1', 2026, 'enterprise', '2026-03-02', '2026-05-31', 'active', 'd', :at, 'x')"
    )
    session.execute(text(title), {"unit": unit.unit_id, "at": _at(3, 2)})
    assert _stages(_read(acting, as_of="2026-03-02")) == {"titled": 1}

    progress.lapse_titles(acting(CITY, now=_at(5, 31)))
    assert _stages(_read(acting)) == {"titled": 1}
    progress.lapse_titles(acting(CITY, now=_at(6, 1)))

    assert _stages(_read(acting)) == {"committed": 1}
    assert _stages(_read(acting, as_of="2026-05-31")) == {"titled": 1}
