"""One unit seen from oversight: its holds in plain words, its timeline, any decision's chain."""

from __future__ import annotations

from typing import Any

from services.oversight.domain.holds import effect_words
from services.oversight.handlers.cases_rights import refuse_unless
from services.oversight.handlers.cases_view import STEP_WORDS
from services.oversight.handlers.checks_view import KIND_WORDS, RESULT_WORDS
from services.oversight.store import cases, cases_desk, cases_review, checks
from shared.contracts.agencies import TRIGGER_NAMES
from shared.contracts.oversight import GetDecision, GetTimeline, GetUnitHolds
from shared.contracts.oversight_answers import HoldView, Timeline, TimelineEntry, UnitHolds
from shared.messaging.tx import Tx
from shared.runtime import decisions


def get_unit_holds(tx: Tx, command: GetUnitHolds) -> UnitHolds:
    """Every reason against a unit, and one sentence that sums them up."""
    unit = cases.load_unit(tx, command.unit_id)
    rows = cases_review.list_unit_holds(tx, command.unit_id, include_lifted=command.include_lifted)
    standing = [row for row in rows if row["lifted_at"] is None]
    held = any(row["effect"] == "suspend" for row in standing)
    return UnitHolds(
        unit_id=command.unit_id,
        unit_name=unit["name_text"],
        held=held,
        waiver_lifted=bool(standing),
        says=_sentence(unit["name_text"], standing, held=held),
        holds=tuple(_hold(row) for row in rows),
    )


def get_timeline(tx: Tx, command: GetTimeline) -> Timeline:
    """Events, holds, cases and checks of a unit in one line of time."""
    cases.load_unit(tx, command.unit_id)
    entries = [
        *_triggers(tx, command.unit_id),
        *_holds(tx, command.unit_id),
        *_steps(tx, command.unit_id),
        *_checks(tx, command.unit_id),
    ]
    entries.sort(key=lambda entry: entry.at)
    return Timeline(unit_id=command.unit_id, entries=tuple(entries))


def get_decision(tx: Tx, command: GetDecision) -> dict[str, Any]:
    """The legal chain of a decision about a unit the actor sees; 404 for any other."""
    found = decisions.load(tx.session, command.decision_id)
    if checks.find_unit(tx, found["subject"]) is not None:
        cases.load_unit(tx, found["subject"])
    else:
        refuse_unless(tx.actor, "admin", "security", "auditor", "clerk", "reviewer")
    return found


def _sentence(name: str, standing: list[cases.Row], *, held: bool) -> str:
    if not standing:
        return f"{name}目前没有暂停，正常享受所获称号的激励。"
    reasons = "；".join(f"{row['agency_name']}：{row['reason']}" for row in standing)
    what = "暂停享受称号激励" if held else "暂停免检，其他激励不受影响"
    return f"{name}目前{what}，共 {len(standing)} 项原因：{reasons}。全部解除后方可恢复。"


def _hold(row: cases.Row) -> HoldView:
    return HoldView(
        hold_id=row["hold_id"],
        effect=row["effect"],
        effect_text=effect_words([row["effect"]]),
        says=row["reason"],
        clause=row["clause"],
        agency=row["agency"],
        agency_name=row["agency_name"],
        trigger_id=row["trigger_id"],
        occurred_at=row["occurred_at"],
        placed_at=row["placed_at"],
        lifted_at=row["lifted_at"],
        lifted_by=row["lifted_by"] or "",
        lifted_reason=row["lifted_reason"] or "",
        asked_by=row["asked_by_name"] or "",
        asked_reason=row["asked_reason"] or "",
    )


def _triggers(tx: Tx, unit_id: str) -> list[TimelineEntry]:
    return [
        TimelineEntry(
            at=row["received_at"],
            kind="trigger",
            kind_text=TRIGGER_NAMES.get(row["type"], row["type"]),
            says=row["says"],
            by=row["agency_name"],
            clause=row["clause"],
            target="review",
            target_id=row["trigger_id"],
            decision_id=row["decision_id"],
        )
        for row in cases_desk.list_triggers_of(tx, unit_id)
    ]


def _holds(tx: Tx, unit_id: str) -> list[TimelineEntry]:
    entries = []
    for row in cases_review.list_unit_holds(tx, unit_id, include_lifted=True):
        same = {"clause": row["clause"], "target": "hold", "target_id": row["hold_id"]}
        entries.append(
            TimelineEntry(
                at=row["placed_at"],
                kind="hold_placed",
                kind_text=effect_words([row["effect"]]),
                says=row["reason"],
                by=row["agency_name"],
                **same,
            )
        )
        if row["lifted_at"] is not None:
            entries.append(
                TimelineEntry(
                    at=row["lifted_at"],
                    kind="hold_lifted",
                    kind_text="解除一项原因",
                    says=row["lifted_reason"] or "",
                    by=row["lifted_by"] or "",
                    decision_id=row["lift_decision_id"] or "",
                    **same,
                )
            )
    return entries


def _steps(tx: Tx, unit_id: str) -> list[TimelineEntry]:
    return [
        TimelineEntry(
            at=step["done_at"],
            kind=f"case_{step['kind']}",
            kind_text=STEP_WORDS.get(step["kind"], step["kind"]),
            says=step["says"],
            by=step["done_by_name"],
            clause=step["clause"],
            target="case",
            target_id=step["case_id"],
            decision_id=step["decision_id"],
        )
        for step in cases.list_steps(tx, cases_desk.case_ids_of(tx, unit_id))
    ]


def _checks(tx: Tx, unit_id: str) -> list[TimelineEntry]:
    return [
        TimelineEntry(
            at=row["checked_at"],
            kind="check",
            kind_text=KIND_WORDS[row["kind"]],
            says=f"{row['title']}：{RESULT_WORDS[row['result']]}。{row['findings']}",
            by=row["checked_by"] or "",
            target="campaign",
            target_id=row["campaign_id"],
        )
        for row in cases_desk.list_checks_of(tx, unit_id)
    ]
