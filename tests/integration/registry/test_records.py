"""The record book on real tables: scope, numbers, history that cannot be rewritten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.registry.handlers import (
    gaps,
    history,
    packs,
    records,
    records_counting,
    records_files,
    records_kinds,
    records_reading,
    units,
)
from shared.contracts.message import Actor
from shared.contracts.refusals import Refused
from shared.contracts.registry import RegisterUnit
from shared.contracts.registry_acts import ActivatePack, Changes, GetDecision, UnitTimeline
from shared.contracts.registry_answers import UnitView
from shared.contracts.registry_records import (
    AmendRecord,
    CountRecords,
    EndRecord,
    FindGaps,
    FindRecords,
    GetRecord,
    ListRecordKinds,
    MoveRecord,
    ReadUnitFile,
    RecordEntry,
    RecordFilter,
    SaveRecord,
    SaveRecords,
    VoidRecord,
)
from shared.contracts.registry_records_answers import RecordView
from tests.integration.registry.conftest import Acting, an_entry

NOW = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
CITY = Actor(id="wh_city", name="市经办", node="371000", roles=("clerk",))
HUANCUI = Actor(id="wh_hc", name="环翠经办", node="371002", roles=("clerk",))
WENDENG = Actor(id="wh_wd", name="文登经办", node="371003", roles=("clerk",))
UNION = Actor(
    id="wh_union", name="工会", node="371002", roles=("seat",), side="workers", body="区总工会"
)
BOSSES = Actor(
    id="wh_fic", name="工商联", node="371002", roles=("seat",), side="employers", body="区工商联"
)
NINGBO = Actor(id="nb", name="宁波经办", node="330200", roles=("clerk",))
Write = Callable[..., RecordView]


def own(unit: UnitView) -> Actor:
    return Actor(id="own", name="单位", node="371002", roles=("unit",), unit_id=unit.unit_id)


@pytest.fixture
def weihai(lawless: Acting) -> Acting:
    """The registry with the law of Weihai at work."""
    admin = Actor(id="wh_admin", name="管理员", node="371000", roles=("admin",))
    command = ActivatePack(
        pack_id="weihai-2023", jurisdiction="371000", effective_on=date(2023, 1, 1), reason="试用"
    )
    packs.activate_pack(lawless(admin, now=NOW), command)
    return lawless


@pytest.fixture
def enter_here(weihai: Acting) -> Callable[..., UnitView]:
    def enter(**changes: Any) -> UnitView:
        given = {"division": "371002", "name_text": "威海环翠样例机械有限公司", "industry": "C34"}
        return units.register_unit(weihai(CITY), RegisterUnit(entry=an_entry(**(given | changes))))

    return enter


@pytest.fixture
def write(weihai: Acting) -> Write:
    def save(actor: Actor, kind: str, *, now: datetime = NOW, **more: Any) -> RecordView:
        entry = RecordEntry.model_validate({"kind": kind, **more})
        return records.save_record(weihai(actor, now=now), SaveRecord(record=entry))

    return save


def a_problem(unit: UnitView, **more: Any) -> dict[str, Any]:
    values = {"field": "用工", "text": "加班未付", "owner": "人社局"} | more
    return {"unit_id": unit.unit_id, "values": values}


def test_a_record_keeps_every_revision_and_nothing_of_it_can_be_rewritten(
    weihai: Acting, enter_here: Callable[..., UnitView], write: Write
) -> None:
    unit = enter_here()
    kinds = records_kinds.list_record_kinds(weihai(HUANCUI), ListRecordKinds())
    field = next(k for k in kinds.items if k.id == "problem").fields[0].options[0]
    made = write(HUANCUI, "problem", **a_problem(unit, field=field.says))
    assert (made.state, made.is_open, made.values["field"]) == ("open", True, field.id)

    with pytest.raises(Refused) as early:
        records.move_record(
            weihai(HUANCUI), MoveRecord(record_id=made.record_id, revision=1, state="closed")
        )
    moved = records.move_record(
        weihai(HUANCUI),
        MoveRecord(
            record_id=made.record_id, revision=1, state="closed",
            values={"closed_on": "2026-03-10", "solution": "已补发"},
        ),
    )  # fmt: skip
    with pytest.raises(Refused) as stale:
        records.amend_record(
            weihai(HUANCUI), AmendRecord(record_id=made.record_id, revision=1, values=made.values)
        )
    voided = records.void_record(
        weihai(HUANCUI), VoidRecord(record_id=made.record_id, revision=2, reason="记错单位")
    )

    assert [e["pointer"] for e in early.value.errors] == ["/values/closed_on", "/values/solution"]
    assert (moved.state_text, moved.is_open, moved.revision) == ("已办结", False, 2)
    assert stale.value.code == "revision_changed"
    assert (voided.void_reason, voided.may) == ("记错单位", ())
    whole = records_reading.get_record(weihai(HUANCUI), GetRecord(record_id=made.record_id))
    assert [past.what for past in whole.history] == ["voided", "moved", "written"]
    told = history.unit_timeline(weihai(HUANCUI), UnitTimeline(unit_id=unit.unit_id))["entries"]
    assert sum(entry.what.startswith("record.") for entry in told) == 3
    session = weihai(HUANCUI).session
    for statement in (
        "DELETE FROM record",
        "UPDATE record SET kind = 'other'",
        "UPDATE record SET voided_at = NULL, voided_by = '', void_reason = ''",
        "UPDATE record_history SET reason = 'x'",
        "DELETE FROM record_history",
    ):
        point = session.begin_nested()
        with pytest.raises(DBAPIError):
            session.execute(text(statement))
        point.rollback()


def test_another_area_sees_nothing_at_any_door(
    weihai: Acting, enter_here: Callable[..., UnitView], write: Write
) -> None:
    unit = enter_here()
    made = write(CITY, "contact", unit_id=unit.unit_id, values={"way": "走访", "joined": True})
    meeting = write(CITY, "meeting", values={"topics": "研判", "conclusions": "无"})
    where = RecordFilter(kind="contact")

    def seen(actor: Actor) -> list[str]:
        page = records_reading.find_records(weihai(actor), FindRecords())
        return [view.record_id for view in page.items]

    def counted(actor: Actor) -> int:
        return records_counting.count_records(
            weihai(actor), CountRecords(where=where)
        ).whole.records

    assert seen(CITY) == [meeting.record_id, made.record_id]
    assert seen(HUANCUI) == [made.record_id]
    assert seen(own(unit)) == [made.record_id]
    assert [seen(WENDENG), seen(NINGBO)] == [[], []]
    assert [counted(CITY), counted(HUANCUI), counted(WENDENG)] == [1, 1, 0]
    for actor in (WENDENG, NINGBO):
        with pytest.raises(Refused) as hidden:
            records_reading.get_record(weihai(actor), GetRecord(record_id=made.record_id))
        assert hidden.value.status == 404
        with pytest.raises(Refused):
            records_files.read_unit_file(weihai(actor), ReadUnitFile(unit_id=unit.unit_id))
    with pytest.raises(Refused) as elsewhere:
        gaps.find_gaps(weihai(WENDENG), FindGaps(node="371002"))
    assert elsewhere.value.status == 404
    feed = history.changes(weihai(WENDENG), Changes()).items
    assert not [line for line in feed if line.type == "record.written" and line.unit_id]
    planner = Actor(id="p", name="计划员", node="371000", roles=("planner",))
    with pytest.raises(Refused) as nobody:
        records_reading.find_records(weihai(planner), FindRecords())
    assert nobody.value.status == 403


def test_who_may_write_is_the_packs_word(
    enter_here: Callable[..., UnitView], write: Write, weihai: Acting
) -> None:
    unit = enter_here()
    service = {"kind": "legal_aid", "people": 3}
    options = next(
        k
        for k in records_kinds.list_record_kinds(weihai(UNION), ListRecordKinds()).items
        if k.id == "union_service"
    )
    assert options.may_write
    service["kind"] = options.fields[0].options[0].id

    made = write(UNION, "union_service", unit_id=unit.unit_id, values=service)

    assert (made.side, made.body) == ("workers", "区总工会")
    for actor in (HUANCUI, BOSSES, own(unit)):
        with pytest.raises(Refused) as refused:
            write(actor, "union_service", unit_id=unit.unit_id, values=service)
        assert (refused.value.status, refused.value.clause) == (403, "WH:七(三).3")
        assert records_reading.get_record(
            weihai(actor), GetRecord(record_id=made.record_id)
        ).may == ()  # fmt: skip
    mine = write(own(unit), "activity", unit_id=unit.code, values=an_activity(weihai))
    assert (mine.side, mine.node) == ("unit", "371002")
    found = records_files.read_unit_file(weihai(HUANCUI), ReadUnitFile(unit_id=unit.unit_id))
    assert {w.side_text for w in found.by_writer} == {"职工方", "本单位"}


def an_activity(weihai: Acting) -> dict[str, Any]:
    kinds = records_kinds.list_record_kinds(weihai(HUANCUI), ListRecordKinds()).items
    kind = next(k for k in kinds if k.id == "activity").fields[0].options[0].id
    return {"kind": kind, "title": "趣味运动会", "people": 30}


def test_a_batch_keeps_what_can_stand_and_the_same_number_writes_once(
    weihai: Acting, enter_here: Callable[..., UnitView]
) -> None:
    unit = enter_here()
    good = {
        "kind": "contact", "unit_id": unit.name_text, "external_id": "A-1",
        "values": {"way": "电话", "joined": "是"},
    }  # fmt: skip
    bad = {"kind": "contact", "unit_id": unit.code, "values": {"way": "", "joined": "也许"}}
    nowhere = {"kind": "contact", "unit_id": "没有这家", "values": {}}
    rows = tuple(RecordEntry.model_validate(row) for row in (good, bad, nowhere))

    dry = records.save_records(weihai(HUANCUI), SaveRecords(rows=rows, dry_run=True))
    kept = records.save_records(weihai(HUANCUI), SaveRecords(rows=rows))
    again = records.save_records(weihai(HUANCUI), SaveRecords(rows=rows[:1]))
    changed = rows[0].model_copy(update={"values": {"way": "走访", "joined": True}})
    amended = records.save_record(weihai(HUANCUI), SaveRecord(record=changed))

    assert [(b.kept, b.unchanged, len(b.errors)) for b in (dry, kept, again)] == [
        (1, 0, 2), (1, 0, 2), (0, 1, 0),
    ]  # fmt: skip
    assert dry.record_ids == ()
    assert [e.row for e in kept.errors] == [2, 3]
    assert [e["pointer"] for e in kept.errors[0].errors] == ["/values/way", "/values/joined"]
    assert (amended.record_id, amended.revision) == (kept.record_ids[0], 2)
    page = records_reading.find_records(
        weihai(HUANCUI), FindRecords(where=RecordFilter(text="走访"))
    )
    assert len(page.items) == 1


def test_figures_add_up_by_field_month_person_and_share(
    weihai: Acting, enter_here: Callable[..., UnitView], write: Write
) -> None:
    unit = enter_here()
    for month, person in ((1, "张三"), (1, "李四"), (2, "张三")):
        write(
            HUANCUI, "instructor_visit", unit_id=unit.unit_id, on=date(2026, month, 5),
            values={"instructor": person, "content": "集体协商"},
        )  # fmt: skip
    write(
        HUANCUI, "education_fund", unit_id=unit.unit_id,
        values={"due": "1000", "paid": "800.50", "frontline": "600.10"},
    )  # fmt: skip

    def count(kind: str, by: str = "", **where: Any) -> Any:
        command = CountRecords.model_validate({"where": {"kind": kind, **where}, "by": by})
        return records_counting.count_records(weihai(HUANCUI), command)

    visits = count("instructor_visit", "month")
    fund = count("education_fund").whole
    assert (visits.whole.records, visits.whole.persons, visits.whole.person_times) == (3, 2, 3)
    assert [(g.key, g.records, g.persons) for g in visits.groups] == [
        ("2026-01", 2, 2), ("2026-02", 1, 1),
    ]  # fmt: skip
    assert count("instructor_visit", to_on=date(2026, 1, 31)).whole.records == 2
    assert [str(s.total) for s in fund.sums] == ["1000.00", "800.50", "600.10"]
    assert str(fund.ratios[0].percent) == "75.0"


def test_a_soft_rule_warns_a_hard_one_refuses_and_the_chain_is_kept(
    weihai: Acting, enter_here: Callable[..., UnitView], write: Write
) -> None:
    unit = enter_here()
    values = {"due": "1000", "paid": "800", "frontline": "600"}

    made = write(HUANCUI, "education_fund", unit_id=unit.unit_id, values=values)

    assert [(w.code, w.clause) for w in made.warnings] == [("education_fund_short", "WH:五(一).5")]
    chain = history.get_decision(weihai(HUANCUI), GetDecision(decision_id=made.decision_id))
    assert [rule["outcome"] for rule in chain["rules"]] == ["not_met"]
    with pytest.raises(Refused) as hidden:
        history.get_decision(weihai(WENDENG), GetDecision(decision_id=made.decision_id))
    assert hidden.value.status == 404


def test_lists_of_what_is_missing_are_pages_by_age(
    weihai: Acting, enter_here: Callable[..., UnitView], write: Write
) -> None:
    made = [enter_here(name_text=f"威海环翠样例{n}有限公司") for n in "甲乙丙"]
    for unit in made:
        write(
            HUANCUI, "cultivation_entry", unit_id=unit.unit_id, on=date(2025, 1, 5),
            values={"level": "district"},
        )  # fmt: skip
    for unit, on in zip(made, (date(2025, 2, 9), date(2025, 3, 20)), strict=False):
        write(
            HUANCUI, "instructor_visit", unit_id=unit.unit_id, on=on,
            values={"instructor": "王五", "content": "指导"},
        )  # fmt: skip
    write(HUANCUI, "pairing", unit_id=made[0].unit_id, values={"body": "区总工会", "group": "一组"})

    def missing(gap: str, **more: Any) -> Any:
        return gaps.find_gaps(weihai(HUANCUI), FindGaps(gap=gap, **more))

    first = missing("no_pair", limit=1)
    rest = missing("no_pair", limit=1, after=first.next_after)
    assert first.items[0].total == 2
    assert {g.items[0].rows[0].unit_id for g in (first, rest)} == {u.unit_id for u in made[1:]}
    assert rest.next_after == ""
    visited = missing("not_visited").items[0]
    assert [(row.unit_id, row.since) for row in visited.rows] == [
        (made[0].unit_id, date(2025, 2, 9))
    ]
    bodies = missing("no_group").items[0]
    write(HUANCUI, "working_group", values={"body": bodies.rows[0].body, "name": "工作小组"})
    assert missing("no_group").items[0].total == bodies.total - 1
    ended = write(
        HUANCUI, "pairing", unit_id=made[1].unit_id, on=date(2026, 3, 1),
        values={"body": "区总工会", "group": "一组"},
    )  # fmt: skip
    assert missing("no_pair").items[0].total == 1
    command = EndRecord(record_id=ended.record_id, revision=1, ends_on=date(2026, 3, 9))
    records.end_record(weihai(HUANCUI), command)
    assert missing("no_pair").items[0].total == 2
