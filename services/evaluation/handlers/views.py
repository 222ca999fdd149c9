"""What a person is shown of an application: facts, steps, opinions, and what they may do now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.evaluation.domain.opinions import Seat
from services.evaluation.domain.records import Application, Documents, Step, Unit
from services.evaluation.domain.stages import ApplicationStage, is_ended, text_of
from services.evaluation.domain.standing import scope_of
from services.evaluation.handlers import law, opinions
from services.evaluation.store import applications as store
from services.evaluation.store import copies
from services.evaluation.store import steps as step_store
from shared.contracts import evaluation as say
from shared.contracts.evaluation_answers import ApplicationView, EvidenceRef, StepView
from shared.contracts.evaluation_round_answers import Page
from shared.contracts.message import Actor
from shared.messaging.tx import Tx
from shared.policy.pack import Procedure
from shared.runtime import organisations

STAGE = ApplicationStage


def application(tx: Tx, record: Application) -> ApplicationView:
    """An application in full."""
    unit = copies.load_unit(tx, record.unit_id, scope_of(tx.actor))
    pack = law.pinned(tx, record.pack_fingerprint)
    joint = opinions.joint(tx, "application", record.application_id)
    done = step_store.list_steps(tx, record.application_id)
    return row(record, unit).model_copy(
        update={
            "may": may(tx, record),
            "steps": steps_of(
                pack.procedures.get("recognition"), _reached(record, done), is_ended(record.stage)
            ),
            "opinions": opinions.view(tx, joint),
        }
    )


def row(record: Application, unit: Unit) -> ApplicationView:
    """An application as one row of a list."""
    return ApplicationView(
        application_id=record.application_id,
        revision=record.revision,
        unit_id=record.unit_id,
        unit_name=unit.name,
        unit_kind=unit.kind,
        division=unit.division,
        receipt_number=record.receipt_number,
        office=record.office,
        office_name=organisations.name_of(record.office),
        year=record.year,
        stage=record.stage.value,
        stage_text=text_of(record.stage),
        assessment_id=record.assessment_id,
        resolution_id=record.resolution_id,
        statement=record.statement,
        documents=files(record.documents),
        submitted_at=record.submitted_at,
        submitted_by=record.submitted_by,
        received_on=record.received_on,
        late=record.late,
        publicity=record.publicity,
        notice_id=record.notice_id or "",
        return_reason=record.return_reason,
        reason=record.reason,
        decided_on=record.decided_on,
        decision_id=record.decision_id or "",
        submit_decision_id=record.submit_decision_id,
    )


def page(tx: Tx, command: say.ListApplications) -> Page:
    """The inbox: a page of applications in the actor's scope."""
    wanted = store.Filter(
        node=command.node,
        stage=command.stage,
        kind=command.kind,
        unit_id=command.unit_id,
        year=command.year,
        search=command.search,
        oldest_first=command.sort == "age",
        after=command.after,
        limit=command.limit,
    )
    found, after, total = store.list_applications(tx, scope_of(tx.actor), wanted)
    units = copies.list_units(tx, [record.unit_id for record in found])
    items = tuple(row(record, units[record.unit_id]) for record in found)
    return Page(items=items, next_after=after, total=total)


def may(tx: Tx, record: Application) -> tuple[str, ...]:
    """The commands this actor may send on this application now."""
    actor, found = tx.actor, []
    here = actor.node == record.office
    officer = here and (actor.has("clerk") or actor.has("reviewer"))
    owner = actor.unit_id == record.unit_id or actor.has("clerk")
    if officer and record.stage is STAGE.RECEIVED:
        found.append("accept_application")
    if officer and record.stage in {STAGE.RECEIVED, STAGE.UNDER_REVIEW}:
        found.append("return_application")
    if owner and record.stage is STAGE.RETURNED:
        found.append("submit_application")
    if owner and not is_ended(record.stage):
        found.append("withdraw_application")
    if officer and record.stage is STAGE.UNDER_REVIEW and record.publicity:
        found += [] if record.notice_id else ["post_recognition_notice"]
    if record.stage is STAGE.UNDER_REVIEW:
        if has_seat(tx, record.office, record.pack_fingerprint):
            found.append("record_opinion")
        if here and actor.has("reviewer") and actor.id != record.accepted_by:
            found.append("decide_recognition")
    if record.stage is STAGE.RECOGNISED and here and actor.has("reviewer"):
        found.append("withdraw_recognition")
    return tuple(found)


def has_seat(tx: Tx, node: str, fingerprint: str) -> bool:
    """Whether the actor sits on this node's joint decisions."""
    return tx.actor.has("seat") and sits(
        tx.actor, law.seats(law.pinned(tx, fingerprint), node, tx.today)
    )


def sits(actor: Actor, seats: Sequence[Seat]) -> bool:
    """Whether one of the seats is the actor's own."""
    return any(seat.body == actor.body and seat.side == actor.side for seat in seats)


def steps_of(
    procedure: Procedure | None,
    done: Mapping[str, Step | None],
    ended: bool,  # noqa: FBT001
) -> tuple[StepView, ...]:
    """The pack's own steps in the order of law: done, the one that is due, those ahead."""
    if procedure is None:
        return ()
    views, due = [], True
    for step in procedure.steps:
        if step.id not in done and ended:
            views.append(
                StepView(step=step.id, step_text=step.name, state="ended", clause=step.clause)
            )
            continue
        if step.id in done:
            views.append(_done(step.id, step.name, step.clause, done[step.id]))
            continue
        state: str = "due" if due else "ahead"
        due = False
        views.append(
            StepView.model_validate(
                {"step": step.id, "step_text": step.name, "state": state, "clause": step.clause}
            )
        )
    return tuple(views)


def files(rows: Documents) -> tuple[EvidenceRef, ...]:
    """Kept file references as shapes."""
    return tuple(EvidenceRef.model_validate(item) for item in rows)


def _done(id_: str, name: str, clause: str, step: Step | None) -> StepView:
    if step is None:
        return StepView(step=id_, step_text=name, state="done", clause=clause)
    return StepView(
        step=id_,
        step_text=name,
        state="done",
        done_at=step.done_at,
        done_by=step.done_by,
        done_by_name=step.done_by_name,
        outcome=step.outcome,
        text=step.text or step.says,
        clause=clause,
        decision_id=step.decision_id,
    )


def _reached(record: Application, done: Sequence[Step]) -> dict[str, Step | None]:
    """What lies behind an application: its own steps, and those without which it could not be."""
    reached: dict[str, Step | None] = {"commit": None, "assess": None}
    if record.resolution_id:
        reached["resolve"] = None
    for step in done:
        if step.step in {"apply", "review", "decide"}:
            reached[step.step] = step
    if record.stage in {STAGE.RECEIVED, STAGE.RETURNED}:
        reached.pop("review", None)
    return reached
