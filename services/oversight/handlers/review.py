"""A person confirms or dismisses what agencies and checks brought up (A-19)."""

from __future__ import annotations

from dataclasses import dataclass

from services.oversight.domain.case_facts import (
    BY_HAND,
    Confirmed,
    Judged,
    Matter,
    facts_of,
    judge_grounds,
)
from services.oversight.handlers.cases_open import Opening, open_on_title
from services.oversight.handlers.cases_rights import OFFICERS, refuse_unless
from services.oversight.handlers.holds import NewHold, place_hold
from services.oversight.handlers.review_take import take
from services.oversight.handlers.review_withdrawn import confirm_withdrawal
from services.oversight.store import cases
from services.oversight.store import cases_review as store
from shared.contracts.agencies import WITHDRAWN
from shared.contracts.oversight import ConfirmTrigger, WarningRecorded
from shared.contracts.oversight_answers import ConfirmAnswer
from shared.contracts.refusals import Refused
from shared.messaging.tx import LAW_ZONE, Tx
from shared.policy.assess import Determination, assess, need_gate
from shared.policy.conditions import Fact, Outcome
from shared.policy.pack import ExitGround, Pack
from shared.runtime import decisions, packs


@dataclass(frozen=True, slots=True)
class Found:
    """A matter on a person's desk, judged: everything the answer and the decision need."""

    row: cases.Row
    unit: cases.Row
    pack: Pack
    facts: tuple[Fact, ...]
    judged: Judged
    gates: Determination
    titles: tuple[cases.Row, ...]

    @property
    def ground(self) -> ExitGround | None:
        """The ground that opens a case: met, and nothing at the gate in its way."""
        return self.judged.met if self.gates.outcome is Outcome.MET else None


def confirm_trigger(tx: Tx, command: ConfirmTrigger) -> ConfirmAnswer:
    """Confirm the facts: an exit case opens in the same moment, or a warning is recorded.

    Refused while a fact the ground asks for is unknown: nothing is guessed (422, `errors`).
    """
    refuse_unless(tx.actor, *OFFICERS)
    row = take(tx, command.trigger_id)
    if row["kind"] == WITHDRAWN:
        return confirm_withdrawal(tx, row, command.remark)
    found = _judge(tx, row, command)
    ground = found.ground
    says = _words(found)
    decision_id = decisions.record(
        tx,
        kind="trigger.confirm",
        subject=row["unit_id"],
        outcome="case" if ground else "warning",
        says=f"{says}。{command.remark}",
        pack=found.pack,
        facts=found.facts,
        rules=[*found.judged.outcomes, *found.gates.outcomes],
        because=[part for part in (row["decision_id"], row["trigger_id"], row["hold_id"]) if part],
    )
    store.save_reviewed(
        tx, row, state="confirmed", severity=command.severity, impact=command.impact
    )
    if ground is None:
        return _warn(tx, found, says, decision_id)
    _hold_once(tx, row, ground)
    opening = Opening(
        found.unit,
        ground,
        found.pack,
        found.facts,
        command.remark,
        decision_id,
        row["trigger_id"],
    )
    return ConfirmAnswer(
        trigger_id=row["trigger_id"],
        outcome="case",
        says=says,
        ground=ground.id,
        ground_text=ground.name,
        clause=ground.clause,
        case_ids=tuple(open_on_title(tx, opening, title) for title in found.titles),
        decision_id=decision_id,
    )


def _judge(tx: Tx, row: cases.Row, command: ConfirmTrigger) -> Found:
    unit = cases.lock_unit(tx, row["unit_id"])
    pack = packs.in_force(tx, unit["division"], tx.today)
    ground = command.ground or row["ground"]
    if ground and ground not in pack.grounds:
        raise Refused("ground_unknown", f"政策包没有「{ground}」这项退出情形。", status=422)
    occurred = row["occurred_at"].astimezone(LAW_ZONE).date()
    source = row["agency"] or row["agency_name"]
    matter = Matter(
        row["trigger_id"],
        BY_HAND if row["kind"] == store.FINDING else row["kind"],
        source,
        ground,
        row["said"],
        occurred,
        row["arrived_at"],
    )
    confirmed = Confirmed(
        command.severity,
        command.grade,
        command.impact,
        command.caused_by_unit,
        tx.actor.id,
        tx.now,
    )
    titles = tuple(cases.list_active_titles(tx, row["unit_id"]))
    facts = (
        *facts_of(matter, confirmed),
        Fact("unit.has_title", bool(titles), "registry", tx.today, tx.now),
    )
    judged = judge_grounds(pack, matter, facts, tx.today)
    _refuse_unknown(judged)
    asked = judged.met is not None or "exit.open" in pack.gates
    rules = need_gate(pack, "exit.open", unit["kind"]) if asked else ()
    gates = assess(rules, facts, tx.today)
    return Found(row, unit, pack, facts, judged, gates, titles)


def _refuse_unknown(judged: Judged) -> None:
    if judged.missing:
        outcome = judged.outcomes[0]
        raise Refused(
            "fact_unknown",
            f"判断「{outcome.says}」还缺少须由人确认的事实：{outcome.reason}。请补充后再确认。",
            outcome.clause,
            422,
            [
                {"pointer": f"/{name.removeprefix('trigger.')}", "says": "请确认这项事实"}
                for name in judged.missing
            ],
        )


def _words(found: Found) -> str:
    name = found.unit["name_text"]
    if found.ground is not None:
        titles = "、".join(f"「{t['title_text']}」" for t in found.titles)
        return f"经人工确认，{name}存在「{found.ground.name}」情形，立即对{titles}启动退出程序"
    unmet = found.gates.hard_unmet
    if found.judged.met is not None and unmet:
        return f"经人工确认，{name}存在「{found.judged.met.name}」情形。{unmet[0].says}"
    why = "；".join(o.reason for o in found.judged.outcomes)
    return f"经人工确认，{name}的情况未达到退出情形" + (f"：{why}" if why else "")


def _warn(tx: Tx, found: Found, says: str, decision_id: str) -> ConfirmAnswer:
    outcomes = found.judged.outcomes
    clause = outcomes[0].clause if outcomes else found.row["clause"]
    tx.emit(
        WarningRecorded(
            unit_id=found.row["unit_id"],
            trigger_id=found.row["trigger_id"],
            says=says,
            clause=clause,
            recorded_at=tx.now,
        )
    )
    return ConfirmAnswer(
        trigger_id=found.row["trigger_id"],
        outcome="warning",
        says=says,
        clause=clause,
        decision_id=decision_id,
    )


def _hold_once(tx: Tx, row: cases.Row, ground: ExitGround) -> None:
    """A matter that waited for a person holds from its confirmation on; others hold already."""
    if row["hold_id"] or row["kind"] == store.FINDING:
        return
    place_hold(
        tx,
        NewHold(
            trigger_id=row["trigger_id"],
            unit_id=row["unit_id"],
            effect="suspend",
            reason=f"经人工确认存在「{ground.name}」情形，退出程序办理期间暂停激励",
            clause=ground.clause,
            agency=row["agency"],
            event_id=row["event_id"],
            occurred_at=row["occurred_at"],
        ),
    )
