"""Reading what happened, and keeping what evaluation and oversight say about a unit."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from services.registry.domain.standing import Standing, move
from services.registry.handlers.acts import Note, note, notes
from services.registry.handlers.honours import grant_title, revoke_title
from services.registry.handlers.joining import joined_by_application
from services.registry.handlers.progress import keep_move
from services.registry.store import cases, history, moves, records, units
from shared.contracts.evaluation import (
    ApplicationReceived,
    CaseMoved,
    NamingApproved,
    NoticePosted,
    RecognitionWithdrawn,
    UnitRecognised,
)
from shared.contracts.oversight import (
    ExitCaseOpened,
    ExitDecided,
    HoldLifted,
    HoldPlaced,
    RemovalPublished,
    WarningRecorded,
)
from shared.contracts.refusals import Refused
from shared.contracts.registry_acts import Changes, GetDecision, UnitTimeline
from shared.contracts.registry_answers import Change, ChangesPage, TimelineEntry
from shared.contracts.scalars import suite_of
from shared.messaging.tx import LAW_ZONE, Heard, Tx
from shared.runtime import decisions, organisations, packs


def unit_timeline(tx: Tx, command: UnitTimeline) -> dict[str, Any]:
    """What happened to a unit of the actor's area, newest first."""
    units.load_unit(tx, unit_id=command.unit_id)
    ids = [command.unit_id, *units.merged_ids(tx, command.unit_id)]
    rows = history.list_entries(tx, ids, known_at=command.known_at, limit=command.limit)
    fields = TimelineEntry.model_fields
    return {
        "entries": [
            TimelineEntry.model_validate({name: row[name] for name in fields}) for row in rows
        ]
    }


def changes(tx: Tx, command: Changes) -> ChangesPage:
    """The feed: whoever has read up to a number misses nothing by asking from there."""
    rows = history.list_changes(tx, after=command.after, limit=command.limit)
    items = tuple(
        Change.model_validate({name: row[name] for name in Change.model_fields}) for row in rows
    )
    return ChangesPage(items=items, next_after=items[-1].sequence if items else command.after)


def get_decision(tx: Tx, command: GetDecision) -> dict[str, Any]:
    """The legal chain of a decision of this service; another area's or programme's is 404.

    About a unit: for whoever sees the unit and is of the same programme; about a record: for
    whoever sees it; about anything else: for the people of the region of whoever decided.
    """
    found = decisions.load(tx.session, command.decision_id)
    subject, node = found["subject"], str(found["decided_by"].get("node", ""))
    if subject.startswith("record_"):
        records.load_record(tx, subject)
        known = True
    elif subject.startswith("unit_"):
        units.load_unit(tx, unit_id=subject)
        known = bool(tx.actor.unit_id) or suite_of(node) == suite_of(tx.actor.node)
    else:
        known = organisations.may_know(tx.actor.node, node)
    if not known:
        raise Refused("decision_not_found", f"没有编号为 {command.decision_id} 的决定", status=404)
    return found


def hear_evaluation(tx: Tx, heard: list[Heard]) -> None:
    """Keep standing, titles and the timeline in step with what evaluation decided."""
    for one in heard:
        cases.learned_at(tx, one.envelope.time)
        with tx.because_of(one):
            _from_evaluation(tx, one)


def hear_oversight(tx: Tx, heard: list[Heard]) -> None:
    """Revoke what was decided; keep holds, warnings and cases on the timeline."""
    for one in heard:
        cases.learned_at(tx, one.envelope.time)
        with tx.because_of(one):
            _from_oversight(tx, one)


def _note(tx: Tx, heard: Heard, what: str, says: str, on: date, **more: str) -> None:
    unit_id = str(getattr(heard.event, "unit_id", ""))
    said = Note(
        what,
        says,
        on,
        clause=more.get("clause", ""),
        decision_id=more.get("decision_id", ""),
        learned_at=heard.envelope.time,
        by=heard.envelope.actor,
    )
    note(tx, unit_id, said)


def _from_evaluation(tx: Tx, heard: Heard) -> None:
    match heard.event:
        case CaseMoved() as said:
            keep_move(tx, said, heard)
        case ApplicationReceived() as said:
            text = f"提出认定申请，收件号 {said.receipt_number}"
            clause = _clause(tx, said.unit_id, "recognition", "apply")
            joined_by_application(tx, said.unit_id, said.received_on)
            _note(tx, heard, "application.received", text, said.received_on, clause=clause)
        case UnitRecognised() as said:
            _recognised(tx, said, heard)
        case RecognitionWithdrawn() as said:
            _withdrawn(tx, said, heard)
        case NamingApproved() as said:
            grant_title(tx, said, heard)
        case NoticePosted() as said:
            _on_notice(tx, said, heard)
        case _:
            raise ValueError(f"not heard here: {heard.event.name}")


def _from_oversight(tx: Tx, heard: Heard) -> None:
    match heard.event:
        case ExitDecided() as said:
            moves.decide_exit(tx, said.case_id, said.unit_id, said.decided_on)
            _exit_decided(tx, said, heard)
        case HoldPlaced() as said:
            history.place_hold(tx, _hold(said) | {"placed_at": said.placed_at})
            _note(tx, heard, "hold.placed", said.reason, _day(said.occurred_at), clause=said.clause)
        case HoldLifted() as said:
            history.lift_hold(tx, _hold(said) | {"lifted_at": said.lifted_at})
            text = f"解除：{said.reason}"
            on = _day(said.lifted_at)
            _note(tx, heard, "hold.lifted", text, on, decision_id=said.decision_id)
        case WarningRecorded() as said:
            values = {"trigger_id": said.trigger_id, "unit_id": said.unit_id, "says": said.says}
            history.add_warning(tx, values | {"recorded_at": said.recorded_at})
            _note(tx, heard, "warning", said.says, _day(said.recorded_at), clause=said.clause)
        case ExitCaseOpened() as said:
            moves.open_exit(tx, said.case_id, said.unit_id, _day(said.opened_at))
            text = f"启动退出程序：{said.ground_text}"
            _note(tx, heard, "exit.opened", text, _day(said.opened_at), clause=said.clause)
        case RemovalPublished() as said:
            text = f"向社会公布取消命名：{said.text}"
            clause = _clause(tx, said.unit_id, "exit", "publish")
            _note(tx, heard, "removal.published", text, said.published_on, clause=clause)
        case _:
            raise ValueError(f"not heard here: {heard.event.name}")


def _clause(tx: Tx, unit_id: str, procedure: str, step: str) -> str:
    """The clause of a step by the law at work where a unit lies; "" while none is at work."""
    unit = units.find_unit(tx, unit_id)
    if unit is None:
        return ""
    pack = packs.in_force_for(tx, [unit["division"]], tx.today)[unit["division"]]
    return pack.step_clause(procedure, step) if pack is not None else ""


def _on_notice(tx: Tx, said: NoticePosted, heard: Heard) -> None:
    """One entry for each unit on the notice; all are of one place's programme."""
    entry = Note(
        "notice.posted",
        f"列入公示，至 {said.ends_on}",
        said.posted_on,
        _clause(tx, said.unit_ids[0], "naming", "notice") if said.unit_ids else "",
        learned_at=heard.envelope.time,
        by=heard.envelope.actor,
    )
    notes(tx, [(unit_id, entry, {}) for unit_id in said.unit_ids])


def _recognised(tx: Tx, said: UnitRecognised, heard: Heard) -> None:
    """The base status, apart from any title; a unit recognised before stays so (NB23 二(二))."""
    joined_by_application(tx, said.unit_id, said.recognised_on)
    row = units.lock_unit(tx, said.unit_id)
    is_news = row["standing_on"] <= said.recognised_on  # else its withdrawal was heard before it
    if row["standing"] == Standing.CREATING and is_news:
        standing = move(row["standing"], Standing.RECOGNISED)
        units.set_standing(tx, said.unit_id, standing, on=said.recognised_on)
    text = f"认定为和谐劳动关系单位（{'、'.join(said.bodies)}）"
    _note(
        tx,
        heard,
        "unit.recognised",
        text,
        said.recognised_on,
        clause=_clause(tx, said.unit_id, "recognition", "decide"),
        decision_id=said.decision_id,
    )


def _withdrawn(tx: Tx, said: RecognitionWithdrawn, heard: Heard) -> None:
    """Back to creating (A-37); the commitment stands."""
    joined_by_application(tx, said.unit_id, said.withdrawn_on)
    row = units.lock_unit(tx, said.unit_id)
    if row["standing"] == Standing.RECOGNISED:
        standing = move(row["standing"], Standing.CREATING)
        units.set_standing(tx, said.unit_id, standing, on=said.withdrawn_on)
    text = f"撤销认定：{said.reason}"
    on = said.withdrawn_on
    _note(tx, heard, "recognition.withdrawn", text, on, decision_id=said.decision_id)


def _exit_decided(tx: Tx, said: ExitDecided, heard: Heard) -> None:
    if said.outcome == "revoke":
        revoke_title(tx, said, heard)
        return
    text = "会商决定保留命名"
    on, clause = said.decided_on, _clause(tx, said.unit_id, "exit", "decide")
    _note(tx, heard, "exit.kept", text, on, clause=clause, decision_id=said.decision_id)


def _hold(said: HoldPlaced | HoldLifted) -> dict[str, Any]:
    return {
        "hold_id": said.hold_id,
        "unit_id": said.unit_id,
        "effect": said.effect,
        "reason": said.reason,
    }


def _day(instant: datetime) -> date:
    return instant.astimezone(LAW_ZONE).date()
