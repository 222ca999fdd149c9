"""Acts on an exit case: hearing the unit, the bodies' opinions, the joint conclusion, notes."""

from __future__ import annotations

from services.oversight.domain import case as rules
from services.oversight.domain.case import Case, Heard, Outcome
from services.oversight.domain.opinions import CONSENT_WORDS, Consent, Seat
from services.oversight.handlers import cases_view
from services.oversight.handlers.cases_rights import OFFICERS, clause_of, refuse_unless
from services.oversight.store import cases as store
from services.oversight.store import cases_parties as parties
from shared.contracts.oversight import (
    AddCaseNote,
    RecordOpinion,
    RecordStatement,
    WaiveStatement,
)
from shared.contracts.oversight_answers import CaseWhole
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx
from shared.runtime import organisations


def record_statement(tx: Tx, command: RecordStatement) -> CaseWhole:
    """The unit was heard. Any officer who sees the case may hear it, the local one too."""
    refuse_unless(tx.actor, *OFFICERS)
    row = store.load_case(tx, command.case_id, lock=True)
    if command.heard_on > tx.today:
        raise Refused("in_the_future", f"听取陈述的日期 {command.heard_on} 晚于今天。", status=422)
    case = rules.hear(store.case_of(row), Heard.HEARD)
    store.save_case(tx, case, heard_text=command.text, heard_on=command.heard_on)
    paper = f"（材料：{command.document}）" if command.document else ""
    says = f"{command.heard_on} 听取单位陈述，陈述人：{command.speaker}{paper}"
    store.add_step(tx, case.case_id, kind="statement", says=says)
    return cases_view.whole(tx, case.case_id)


def waive_statement(tx: Tx, command: WaiveStatement) -> CaseWhole:
    """The unit was given the occasion and did not use it; the reason stays."""
    refuse_unless(tx.actor, *OFFICERS)
    row = store.load_case(tx, command.case_id, lock=True)
    case = rules.hear(store.case_of(row), Heard.WAIVED)
    store.save_case(tx, case, heard_text=command.reason, heard_on=tx.today)
    says = f"单位未作陈述：{command.reason}"
    store.add_step(tx, case.case_id, kind="statement_waived", says=says)
    return cases_view.whole(tx, case.case_id)


def record_opinion(tx: Tx, command: RecordOpinion) -> CaseWhole:
    """One body's opinion: its own seat speaks, or an officer copies in a signed paper."""
    row = store.load_case(tx, command.case_id, lock=True)
    before = store.case_of(row)
    seats = {seat.body: seat for seat in parties.list_seats(tx, before.case_id)}
    seat = seats.get(command.body)
    if seat is None:
        names = "、".join(seats)
        raise Refused(
            "not_a_party",
            f"{command.body}不是本案的会商单位；本案会商单位为：{names}。",
            before.clause,
            422,
        )
    _refuse_unless_speaks_for(tx, before, seat, command.document)
    if before.outcome is not Outcome.OPEN:
        raise rules.wrong_stage(before, "不能再记录意见")
    case = rules.deliberate(before)
    given = {o["body"]: o for o in parties.list_opinions(tx, case.case_id)}
    if command.body in given and not command.replaces:
        raise Refused(
            "opinion_given",
            f"{command.body}已提出意见（{given[command.body]['given_by_name']}）。"
            "如需变更，请选择「变更意见」，原意见留存。",
            before.clause,
        )
    parties.supersede_opinion(tx, case.case_id, command.body)
    parties.save_opinion(
        tx,
        case_id=case.case_id,
        body=command.body,
        consent=command.consent,
        opinion_text=command.text,
        document=command.document,
    )
    store.save_case(tx, case)
    word = "变更意见为" if command.body in given else "意见"
    says = f"{command.body}{word}：{CONSENT_WORDS[Consent(command.consent)]}。{command.text}"
    clause = clause_of(tx, case.fingerprint, "deliberate")
    store.add_step(tx, case.case_id, kind="opinion", says=says, clause=clause)
    return cases_view.whole(tx, case.case_id)


def _refuse_unless_speaks_for(tx: Tx, case: Case, seat: Seat, document: str) -> None:
    actor = tx.actor
    if actor.has("seat") and actor.body == seat.body:
        return
    refuse_unless(actor, "seat", *OFFICERS)
    if actor.has("seat") and not any(actor.has(role) for role in OFFICERS):
        raise Refused(
            "not_your_body",
            f"您代表{actor.body or '（未登记单位）'}，不能代{seat.name}表态。",
            status=403,
        )
    rules.refuse_unless_naming_level(case, actor, organisations.name_of(case.node))
    if not document:
        raise Refused(
            "paper_missing",
            f"代为录入{seat.name}的意见，须注明其盖章的书面意见或会议记录。",
            case.clause,
            422,
            [{"pointer": "/document", "says": "请填写书面意见的名称或文号"}],
        )


def add_case_note(tx: Tx, command: AddCaseNote) -> CaseWhole:
    """A note or an appeal (A-54): it stays on the case and moves nothing."""
    refuse_unless(tx.actor, "seat", "unit", *OFFICERS)
    row = store.load_case(tx, command.case_id, lock=True)
    word = "申诉" if command.kind == "appeal" else "备注"
    store.add_step(tx, row["case_id"], kind=command.kind, says=f"{word}：{command.text}")
    return cases_view.whole(tx, row["case_id"])
