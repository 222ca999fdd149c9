"""Commitment letters, cultivation and the library of practices."""

from __future__ import annotations

from typing import Any

from services.registry.domain.standing import Standing, move
from services.registry.handlers.acts import (
    Note,
    fact,
    judge,
    need,
    need_text,
    note,
    office_of,
    pack_for,
)
from services.registry.store import cases, files, titles, units
from services.registry.store.units import Row
from shared.contracts.refusals import Refused
from shared.contracts.registry import CommitmentAccepted, CultivationStarted
from shared.contracts.registry_acts import (
    AcceptCommitment,
    AddPractice,
    FindPractices,
    GetCultivation,
    ListCommitments,
    PublishPractice,
    ReturnCommitment,
    StartCultivation,
    SubmitCommitment,
)
from shared.contracts.registry_answers import (
    CommitmentView,
    CultivationView,
    PracticeView,
)
from shared.contracts.scalars import suite_of
from shared.messaging.tx import Tx
from shared.policy.assess import need_gate
from shared.policy.conditions import facts_used
from shared.policy.pack import Pack
from shared.runtime import decisions, organisations


def submit_commitment(tx: Tx, command: SubmitCommitment) -> CommitmentView:
    """Hand a signed letter to the office of the unit's seat (NB23 二(一))."""
    need(tx, "unit", "clerk")
    unit = units.load_unit(tx, unit_id=command.unit_id, lock=True)
    clause = _commit_clause(_law(tx, unit["division"]))
    if unit["standing"] == Standing.CLOSED:
        raise Refused("unit_closed", "该单位已注销，不能提交创建承诺书", clause)
    if command.signed_on > tx.today:
        raise Refused("day_ahead", "签署日期不能晚于今天", clause, 422)
    commitment_id = tx.new_id("commitment")
    is_first = files.add_commitment(
        tx,
        {
            "commitment_id": commitment_id,
            "unit_id": command.unit_id,
            "office": office_of(unit["division"]),
            "status": "submitted",
            "signatory": command.signatory.strip(),
            "signed_on": command.signed_on,
            "file_name": command.file_name,
            "file_digest": command.file_digest,
            "submitted_at": tx.now,
            "submitted_by": tx.actor.id,
        },
    )
    if not is_first:
        raise Refused("commitment_exists", "该单位的创建承诺书已提交或已受理，不必重复提交")
    note(
        tx,
        command.unit_id,
        Note("commitment.submitted", "提交创建承诺书", command.signed_on, clause),
    )
    return _commitment(files.load_commitment(tx, commitment_id), unit["name_text"])


def accept_commitment(tx: Tx, command: AcceptCommitment) -> CommitmentView:
    """The office accepts: from now on the unit is creating (NB23 二(一))."""
    need(tx, "clerk")
    letter = files.load_commitment(tx, command.commitment_id)
    _open_letter(letter)
    unit = units.load_unit(tx, unit_id=letter["unit_id"], lock=True)
    pack = _law(tx, unit["division"])
    facts = [
        fact(tx, "commitment.signatory_known", bool(letter["signatory"]), "创建承诺书"),
        fact(tx, "commitment.file_attached", bool(letter["file_name"]), "创建承诺书"),
    ]
    found = judge(tx, pack, "commitment.accept", facts, kind=unit["kind"])
    standing = move(unit["standing"], Standing.CREATING)
    decision_id = decisions.record(
        tx,
        kind="commitment.accept",
        subject=unit["unit_id"],
        outcome="accepted",
        says=f"受理{unit['name_text']}的创建承诺书",
        pack=pack,
        facts=facts,
        rules=found.outcomes,
        documents=[{"name": letter["file_name"], "digest": letter["file_digest"]}],
        clauses=[_commit_clause(pack)],
    )
    changed = files.decide_commitment(
        tx, command.commitment_id, {"status": "accepted", "decision_id": decision_id}
    )
    cases.learned_at(tx, tx.now)
    units.set_standing(tx, unit["unit_id"], standing, on=tx.today)
    tx.emit(
        CommitmentAccepted(
            unit_id=unit["unit_id"],
            commitment_id=command.commitment_id,
            office=letter["office"],
            accepted_on=tx.today,
        )
    )
    said = Note(
        "commitment.accepted",
        "创建承诺书已受理，进入创建",
        tx.today,
        _commit_clause(pack),
        decision_id,
    )
    note(tx, unit["unit_id"], said, {"standing": standing.value})
    return _commitment(changed, unit["name_text"])


def return_commitment(tx: Tx, command: ReturnCommitment) -> CommitmentView:
    """Send a letter back with what is missing; the unit may hand in another."""
    need(tx, "clerk")
    reason = need_text(command.reason, "请写明退回理由", "/reason")
    letter = files.load_commitment(tx, command.commitment_id)
    _open_letter(letter)
    unit = units.load_unit(tx, unit_id=letter["unit_id"])
    changed = files.decide_commitment(
        tx, command.commitment_id, {"status": "returned", "reason": reason}
    )
    clause = _commit_clause(_law(tx, unit["division"]))
    said = Note("commitment.returned", f"创建承诺书退回：{reason}", tx.today, clause)
    note(tx, unit["unit_id"], said)
    return _commitment(changed, unit["name_text"])


def list_commitments(tx: Tx, command: ListCommitments) -> dict[str, Any]:
    """Letters of the actor's area."""
    rows = files.list_commitments(
        tx, unit_id=command.unit_id, status=command.status, limit=command.limit
    )
    return {"commitments": [_commitment(row, row["unit_text"]) for row in rows]}


def start_cultivation(tx: Tx, command: StartCultivation) -> CultivationView:
    """Begin the cultivation of a recognised unit; naming looks at its length (NB23 二(三))."""
    need(tx, "clerk")
    unit = units.load_unit(tx, unit_id=command.unit_id, lock=True)
    clause = _cultivate_clause(_law(tx, unit["division"]))
    if unit["standing"] != Standing.RECOGNISED:
        says = "示范单位从和谐劳动关系单位中择优培育：该单位尚未认定，不能列入培育"
        raise Refused("not_recognised", says, clause)
    if command.started_on > tx.today:
        raise Refused("day_ahead", "培育开始日期不能晚于今天", clause, 422)
    cultivation_id = tx.new_id("cultivation")
    node = office_of(unit["division"])
    is_first = files.add_cultivation(
        tx,
        {
            "cultivation_id": cultivation_id,
            "unit_id": command.unit_id,
            "started_on": command.started_on,
            "goal": command.goal,
            "node": node,
            "recorded_at": tx.now,
            "recorded_by": tx.actor.id,
        },
    )
    if not is_first:
        raise Refused("cultivation_exists", "该单位已在培育名单内", clause)
    tx.emit(
        CultivationStarted(
            unit_id=command.unit_id,
            cultivation_id=cultivation_id,
            started_on=command.started_on,
            node=node,
        )
    )
    said = Note("cultivation.started", "列为示范单位重点培育", command.started_on, clause)
    note(tx, command.unit_id, said)
    return _cultivation(tx, command.unit_id)


def get_cultivation(tx: Tx, command: GetCultivation) -> CultivationView:
    """A unit's cultivation file; of the tripartite programme, whose officers keep it (A-02)."""
    units.load_unit(tx, unit_id=command.unit_id)
    if suite_of(tx.actor.node):
        return CultivationView(unit_id=command.unit_id)
    return _cultivation(tx, command.unit_id)


def _law(tx: Tx, division: str) -> Pack:
    """The law of these files: the tripartite programme's; another suite keeps records (A-02)."""
    pack = pack_for(tx, division)
    if suite_of(pack.jurisdiction):
        raise Refused("no_such_step", f"《{pack.title}》没有这一环节：请在记录簿中登记")
    return pack


def _commit_clause(pack: Pack) -> str:
    """The clause of the commitment; refused where the programme asks for none (A-11)."""
    need_gate(pack, "commitment.accept")
    return pack.step_clause("recognition", "commit")


def _cultivate_clause(pack: Pack) -> str:
    """The clause on which demonstration units are cultivated before they may be nominated."""
    asked = need_gate(pack, "nomination.enter")
    found = (rule.clause for rule in asked if "unit.recognised" in facts_used(rule.when))
    return next(found, pack.step_clause("naming", "declare"))


def add_practice(tx: Tx, command: AddPractice) -> PracticeView:
    """Keep a practice of a named unit (NB23 二(四)推广经验做法)."""
    need(tx, "clerk")
    unit = units.load_unit(tx, unit_id=command.unit_id)
    clause = _law(tx, unit["division"]).step_clause("naming", "publish")
    title = need_text(command.title, "请填写经验做法的标题", "/title")
    text = need_text(command.text, "请填写经验做法的内容", "/text")
    if not titles.active_names(tx, [command.unit_id]):
        says = "经验做法库只收录命名的示范单位：该单位没有有效称号"
        raise Refused("unit_not_named", says, clause)
    practice_id = tx.new_id("practice")
    files.add_practice(
        tx,
        {
            "practice_id": practice_id,
            "unit_id": command.unit_id,
            "title": title,
            "text": text,
            "state": "draft",
            "added_at": tx.now,
            "added_by": tx.actor.id,
            "published_by": "",
        },
    )
    return PracticeView.model_validate(dict(files.load_practice(tx, practice_id)))


def publish_practice(tx: Tx, command: PublishPractice) -> PracticeView:
    """Publish a practice, or take it down again."""
    need(tx, "clerk", "reviewer")
    row = files.load_practice(tx, command.practice_id)
    if row["state"] == command.state:
        return PracticeView.model_validate(dict(row))
    if command.state == "withdrawn" and row["state"] != "published":
        raise Refused("practice_not_published", "该经验做法尚未发布，不能撤下")
    values: dict[str, Any] = {"state": command.state}
    if command.state == "published":
        values |= {"published_at": tx.now, "published_by": tx.actor.id}
    files.save_practice(tx, command.practice_id, values)
    word = "发布" if command.state == "published" else "撤下"
    clause = _law(tx, tx.actor.node).step_clause("naming", "publish")
    said = Note(f"practice.{command.state}", f"{word}经验做法《{row['title']}》", tx.today, clause)
    note(tx, row["unit_id"], said)
    return PracticeView.model_validate(dict(files.load_practice(tx, command.practice_id)))


def find_practices(tx: Tx, command: FindPractices) -> dict[str, Any]:
    """Practices by unit and words; people outside the office see published ones."""
    rows = files.list_practices(
        tx,
        unit_id=command.unit_id,
        text=command.text.strip(),
        published_only=not (tx.actor.has("clerk") or tx.actor.has("reviewer")),
        limit=command.limit,
    )
    return {"practices": [PracticeView.model_validate(dict(row)) for row in rows]}


def _open_letter(letter: Row) -> None:
    if letter["status"] != "submitted":
        raise Refused("commitment_decided", "该承诺书已经受理或退回")


def _commitment(row: Row, unit_text: str) -> CommitmentView:
    values = {name: row[name] for name in CommitmentView.model_fields if name in row}
    values |= {"unit_text": unit_text, "office_text": organisations.name_of(row["office"])}
    return CommitmentView.model_validate(values)


def _cultivation(tx: Tx, unit_id: str) -> CultivationView:
    begun = files.find_cultivation(tx, unit_id)
    if begun is None:
        return CultivationView(unit_id=unit_id)
    return CultivationView(
        unit_id=unit_id,
        cultivation_id=begun["cultivation_id"],
        started_on=begun["started_on"],
        goal=begun["goal"],
        node=begun["node"],
    )
