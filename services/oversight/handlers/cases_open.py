"""Opening an exit case: at once on a confirmed matter, or by hand (NB23 二(五))."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.oversight.domain.case import LEVEL_WORDS, Case, naming_node
from services.oversight.domain.case_facts import BY_HAND, Confirmed, Matter, facts_of, judge_grounds
from services.oversight.domain.opinions import Seat
from services.oversight.handlers import cases_view
from services.oversight.handlers.cases_rights import OFFICERS, flag_of, refuse_unless
from services.oversight.store import cases as store
from services.oversight.store import cases_parties as parties
from shared.contracts.oversight import ExitCaseOpened, OpenCase
from shared.contracts.oversight_answers import CaseWhole
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx
from shared.policy.assess import assess, need_gate, refuse_unless_met
from shared.policy.conditions import Fact
from shared.policy.pack import ExitGround, Pack
from shared.runtime import decisions, organisations, packs


@dataclass(frozen=True, slots=True)
class Opening:
    """Why a case opens: the ground, the facts behind it, and the decision that found them."""

    unit: store.Row
    ground: ExitGround
    pack: Pack
    facts: Sequence[Fact]
    remark: str
    decision_id: str
    trigger_id: str = ""


def open_case(tx: Tx, command: OpenCase) -> CaseWhole:
    """Open a case by hand on facts the officer confirms; the same ground and gate apply."""
    refuse_unless(tx.actor, *OFFICERS)
    unit = store.lock_unit(tx, command.unit_id)
    pack = packs.in_force(tx, unit["division"], tx.today)
    if command.ground not in pack.grounds:
        raise Refused("ground_unknown", f"政策包没有「{command.ground}」这项退出情形。", status=422)
    title = next(
        (
            t
            for t in store.list_active_titles(tx, command.unit_id)
            if t["title_id"] == command.title_id
        ),
        None,
    )
    matter = Matter("", BY_HAND, tx.actor.id, command.ground, {}, tx.today, tx.now)
    confirmed = Confirmed(
        command.severity,
        command.grade,
        command.impact,
        command.caused_by_unit,
        tx.actor.id,
        tx.now,
    )
    facts = [
        *facts_of(matter, confirmed),
        Fact("unit.has_title", title is not None, "registry", tx.today, tx.now),
    ]
    judged = judge_grounds(pack, matter, facts, tx.today)
    gates = refuse_unless_met(assess(need_gate(pack, "exit.open", unit["kind"]), facts, tx.today))
    if judged.met is None or title is None:
        outcome = judged.outcomes[0]
        raise Refused(
            "ground_not_met",
            f"所确认的事实不构成「{outcome.says}」：{outcome.reason}。",
            outcome.clause,
            409 if not judged.missing else 422,
        )
    says = f"经人工确认，{unit['name_text']}存在「{judged.met.name}」情形，启动退出程序"
    decision_id = decisions.record(
        tx,
        kind="case.open",
        subject=command.unit_id,
        outcome="case",
        says=says,
        pack=pack,
        facts=facts,
        rules=[*judged.outcomes, *gates.outcomes],
        because=[title["decision_id"]],
    )
    opening = Opening(unit, judged.met, pack, facts, command.remark, decision_id)
    return cases_view.whole(tx, open_on_title(tx, opening, title))


def open_on_title(tx: Tx, opening: Opening, title: store.Row) -> str:
    """The open case on a title: a new one, or the one there is with one trigger more."""
    there = store.find_open_case(tx, title["title_id"])
    if there is not None:
        _add_to(tx, there, opening)
        return str(there["case_id"])
    case = Case(
        case_id=tx.new_id("case"),
        unit_id=title["unit_id"],
        title_id=title["title_id"],
        ground=opening.ground.id,
        node=naming_node(opening.unit["division"], title["level"]),
        reported_from=tx.actor.node,
        opened_by=tx.actor.id,
        fingerprint=opening.pack.fingerprint,
    )
    _save(tx, case, opening, title)
    if opening.trigger_id:
        store.add_trigger(tx, case.case_id, opening.trigger_id)
    tx.emit(
        ExitCaseOpened(
            unit_id=case.unit_id,
            case_id=case.case_id,
            title_id=case.title_id,
            ground=opening.ground.id,
            ground_text=opening.ground.name,
            clause=opening.ground.clause,
            node=case.node,
            opened_at=tx.now,
        )
    )
    return case.case_id


def _save(tx: Tx, case: Case, opening: Opening, title: store.Row) -> None:
    store.save_new_case(
        tx,
        {
            "case_id": case.case_id,
            "unit_id": case.unit_id,
            "title_id": case.title_id,
            "title_text": title["title_text"],
            "level": title["level"],
            "plaque_number": title["plaque_number"],
            "node": case.node,
            "reported_from": case.reported_from,
            "ground": case.ground,
            "ground_text": opening.ground.name,
            "clause": opening.ground.clause,
            "pack_id": opening.pack.id,
            "fingerprint": case.fingerprint,
            "facts": [
                {"name": fact.name, "value": _shown(fact.value), "origin": fact.origin}
                for fact in opening.facts
            ],
            "remark": opening.remark,
            "stage": case.stage,
            "outcome": case.outcome,
            "opened_at": tx.now,
            "opened_by": tx.actor.id,
            "opened_by_name": tx.actor.name,
            "opening_decision_id": opening.decision_id,
        },
    )
    bodies = organisations.bodies_of(
        case.node,
        tx.today,
        fallback=flag_of(opening.pack, "opinions.delegate_employers", tx.today, default=True),
    )
    parties.save_seats(
        tx, case.case_id, [Seat(b.name, b.name, b.side, b.delegated) for b in bodies]
    )
    level = LEVEL_WORDS.get(title["level"], title["level"])
    store.add_step(
        tx,
        case.case_id,
        kind="opened",
        says=f"启动退出程序：{opening.ground.name}。负责层级：{level}"
        f"（{cases_view.naming_body(case.node, title['level'])}）。{opening.remark}",
        clause=opening.pack.step_clause("exit", "open"),
        decision_id=opening.decision_id,
    )


def _add_to(tx: Tx, there: store.Row, opening: Opening) -> None:
    if opening.trigger_id and not store.add_trigger(tx, there["case_id"], opening.trigger_id):
        return
    if not opening.trigger_id:
        raise Refused(
            "case_open",
            f"该称号已有一件退出案件正在办理（{there['case_id']}），请在该案中补充。",
            there["clause"],
        )
    store.add_step(
        tx,
        there["case_id"],
        kind="trigger_added",
        says=f"并入另一项经确认的情形：{opening.ground.name}。{opening.remark}",
        clause=opening.ground.clause,
        decision_id=opening.decision_id,
    )


def _shown(value: object) -> object:
    return value if isinstance(value, str | int | bool) or value is None else str(value)
