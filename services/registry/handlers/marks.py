"""Marks on units: put on and taken off with a day and a reason, by the offices of one programme."""

from __future__ import annotations

from typing import Any

from services.registry.domain import marks as rules
from services.registry.domain.standing import Standing
from services.registry.handlers.acts import Note, need, need_area, need_text, note, pack_for
from services.registry.handlers.views import mark_view
from services.registry.store import marks, units
from services.registry.store.units import Row
from shared.contracts.refusals import Refused
from shared.contracts.registry_units import EndMark, ListMarks, SetMark
from shared.contracts.registry_units_answers import MarkView
from shared.contracts.scalars import suite_of, system_of
from shared.messaging.tx import Tx
from shared.policy.pack import Pack
from shared.policy.programme import UnitMark


def set_mark(tx: Tx, command: SetMark) -> MarkView:
    """Put a mark on a unit; another value takes the place of the one before."""
    need(tx, "clerk")
    reason = need_text(command.reason, "请写明标记的依据", "/reason")
    unit = units.load_unit(tx, unit_id=command.unit_id, lock=True)
    _need_office(tx, unit)
    if unit["standing"] == Standing.CLOSED:
        raise Refused("unit_closed", f"“{unit['name_text']}”已注销，不能标记")
    rule = _rule(pack_for(tx, unit["division"]), command.mark)
    value, value_text = rules.value_of(rule, unit, command.value)
    before = marks.find_open(tx, command.unit_id, rule.id)
    rules.check_since(command.since, tx.today, before)
    if before is not None:
        if before["value"] == value:
            says = f"该单位已标记“{_words(rule.says, value_text)}”（{before['since']} 起）：不必重复标记"
            raise Refused("mark_exists", says, clause=rule.clause)
        told = f"改为“{_words(rule.says, value_text)}”"
        marks.end_mark(tx, before["mark_id"], until_on=command.since, reason=told)
    mark_id = tx.new_id("mark")
    is_new = marks.add_mark(
        tx,
        {
            "mark_id": mark_id,
            "unit_id": command.unit_id,
            "suite": suite_of(tx.actor.node),
            "mark": rule.id,
            "mark_text": rule.says,
            "value": value,
            "value_text": value_text,
            "since": command.since,
            "reason": reason,
            "clause": rule.clause,
            "public": rule.public,
            "recorded_at": tx.now,
            "recorded_by": tx.actor.id,
        },
    )
    if not is_new:
        raise Refused("mark_exists", "该单位刚刚已作这项标记：请刷新页面", clause=rule.clause)
    text = f"标记“{_words(rule.says, value_text)}”：{reason}"
    note(tx, command.unit_id, Note("mark.set", text, command.since, clause=rule.clause))
    return mark_view(marks.load_mark(tx, mark_id))


def end_mark(tx: Tx, command: EndMark) -> MarkView:
    """Take a mark off a unit; it stays in the unit's history."""
    need(tx, "clerk")
    reason = need_text(command.reason, "请写明取消标记的理由", "/reason")
    row = marks.load_mark(tx, command.mark_id)
    _need_office(tx, units.load_unit(tx, unit_id=row["unit_id"]))
    if row["until_on"] is not None:
        raise Refused("mark_ended", f"该标记已于 {row['until_on']} 取消，不必再次取消")
    rules.check_until(command.until_on, tx.today, row["since"])
    marks.end_mark(tx, command.mark_id, until_on=command.until_on, reason=reason)
    text = f"取消标记“{_words(row['mark_text'], row['value_text'])}”：{reason}"
    said = Note("mark.ended", text, command.until_on, clause=row["clause"])
    note(tx, row["unit_id"], said)
    return mark_view(marks.load_mark(tx, command.mark_id))


def list_marks(tx: Tx, command: ListMarks) -> dict[str, Any]:
    """A unit's marks of the actor's programme, newest first."""
    units.load_unit(tx, unit_id=command.unit_id)
    rows = marks.list_of(tx, command.unit_id, with_ended=command.with_ended)
    return {"marks": [mark_view(row) for row in rows]}


def _need_office(tx: Tx, unit: Row) -> None:
    """Marks are put on by the office of the place; a system's office marks what is its own."""
    if not system_of(tx.actor.node):
        need_area(tx, unit["division"])


def _rule(pack: Pack, mark: str) -> UnitMark:
    rule = pack.marks.get(mark)
    if rule is None:
        known = "、".join(m.says for m in pack.marks.values()) or "无"
        says = f"本办法没有“{mark}”这种标记：可标记{known}"
        errors = [{"pointer": "/mark", "says": says}]
        raise Refused("mark_unknown", says, status=422, errors=errors)
    return rule


def _words(mark: str, value: str) -> str:
    return f"{mark}：{value}" if value else mark
