"""What a person is shown of rounds, nominations, notices and objections."""

from __future__ import annotations

from services.evaluation.domain.cultivation import full_months
from services.evaluation.domain.notice import is_finished
from services.evaluation.domain.quota import quotas_of
from services.evaluation.domain.records import Nomination, Notice, Objection, Round, Unit
from services.evaluation.domain.stages import (
    NominationStage,
    ObjectionStage,
    RoundStage,
    is_ended,
    text_of,
)
from services.evaluation.domain.standing import scope_of
from services.evaluation.handlers import law, opinions, views
from services.evaluation.store import applications, copies
from services.evaluation.store import rounds as store
from services.evaluation.store import steps as step_store
from shared.contracts import evaluation_round as say
from shared.contracts.evaluation_round_answers import (
    NominationView,
    NoticeCandidate,
    NoticeView,
    ObjectionView,
    Page,
    QuotaView,
    RoundView,
)
from shared.contracts.message import Actor
from shared.messaging.tx import Tx
from shared.policy.pack import Pack
from shared.runtime import organisations

NOM = NominationStage


def round_view(tx: Tx, record: Round) -> RoundView:
    """One round with quotas, counts and the units named so far."""
    pack = law.pinned(tx, record.pack_fingerprint)
    named = [
        n
        for n in store.list_nominations_of(tx, round_id=record.round_id)
        if n.stage is NOM.APPROVED
    ]
    units = copies.list_units(tx, [n.unit_id for n in named])
    notices = store.list_notices(tx, round_id=record.round_id)
    return RoundView(
        round_id=record.round_id,
        revision=record.revision,
        node=record.node,
        node_name=organisations.name_of(record.node),
        year=record.year,
        title_kind=record.title_kind,
        title_text=record.title_text,
        stage=record.stage.value,
        stage_text=text_of(record.stage),
        opens_on=record.opens_on,
        nominations_until=record.nominations_until,
        opened_at=record.opened_at,
        opened_by=record.opened_by,
        quotas=tuple(quotas(tx, record, pack)),
        nominations=store.count_by_stage(tx, record.round_id),
        named=tuple(_named(n, units[n.unit_id]) for n in named),
        notices=tuple(n.notice_id for n in notices),
        may=_round_may(tx.actor, record),
        decision_id=record.decision_id or "",
    )


def quotas(tx: Tx, record: Round, pack: Pack) -> list[QuotaView]:
    """The year's numbers by kind; the shortage is what was planned and not used (A-04)."""
    approved = store.count_approved(tx, record.round_id)
    return [
        QuotaView(
            kind=q.kind,
            kind_text=pack.kinds[q.kind].name if q.kind in pack.kinds else q.kind,
            planned=q.planned,
            approved=q.approved,
            left=q.left,
            shortage=q.shortage,
            overrides=q.overrides,
            clause=q.clause,
        )
        for q in quotas_of(pack.titles[record.title_kind], approved)
    ]


def nomination(tx: Tx, record: Nomination) -> NominationView:
    """A nomination in full."""
    scope = scope_of(tx.actor)
    unit = copies.load_unit(tx, record.unit_id, scope)
    round_ = store.load_round(tx, record.round_id)
    pack = law.pinned(tx, round_.pack_fingerprint)
    notice_ = store.load_notice(tx, record.notice_id) if record.notice_id else None
    found = store.list_objections(tx, scope, case_id=record.nomination_id)
    start = copies.find_cultivation(tx, unit.unit_id)
    left = {q.kind: q.left for q in quotas(tx, round_, pack)}
    reached = {
        s.step: s
        for s in step_store.list_steps(tx, record.nomination_id)
        if s.step in {"declare", "district_review", "city_review", "notice", "approve"}
    }
    return row(record, unit, round_).model_copy(
        update={
            "cultivation_from": start.happened_on if start else None,
            "cultivation_months": full_months(start.happened_on, tx.today) if start else None,
            "held": bool(copies.list_holds(tx, unit.unit_id)),
            "notice_ends_on": notice_.ends_on if notice_ else None,
            "notice_finished": bool(notice_ and is_finished(notice_.ends_on, tx.today)),
            "open_objections": sum(1 for o in found if o.stage is ObjectionStage.OPEN),
            "quota_left": left.get(record.kind),
            "may": _may(tx, record, unit, round_),
            "steps": views.steps_of(
                pack.procedures.get("naming"), reached, record.stage is NOM.REFUSED
            ),
            "objections": tuple(objection(tx, o) for o in found),
            "opinions": opinions.view(tx, opinions.joint(tx, "nomination", record.nomination_id)),
        }
    )


def row(record: Nomination, unit: Unit, round_: Round) -> NominationView:
    """A nomination as one row of a list."""
    return NominationView(
        nomination_id=record.nomination_id,
        revision=record.revision,
        round_id=record.round_id,
        round_year=round_.year,
        node=round_.node,
        unit_id=record.unit_id,
        unit_name=unit.name,
        unit_kind=record.kind,
        division=unit.division,
        title_kind=round_.title_kind,
        title_text=round_.title_text,
        stage=record.stage.value,
        stage_text=text_of(record.stage),
        statement=record.statement,
        documents=views.files(record.documents),
        declared_at=record.declared_at,
        declared_by=record.declared_by,
        cultivation_from=None,
        cultivation_months=None,
        held=False,
        notice_id=record.notice_id or "",
        override_reason=record.override_reason,
        quota_reason=record.quota_reason,
        reason=record.reason,
        decided_on=record.decided_on,
        decision_id=record.decision_id or "",
    )


def page(tx: Tx, command: say.ListNominations) -> Page:
    """A page of nominations in the actor's scope."""
    wanted = applications.Filter(
        round_id=command.round_id,
        stage=command.stage,
        kind=command.kind,
        unit_id=command.unit_id,
        search=command.search,
        after=command.after,
        limit=command.limit,
    )
    found, after, total = store.list_nominations(tx, scope_of(tx.actor), wanted)
    units = copies.list_units(tx, [n.unit_id for n in found])
    rounds = {id_: store.load_round(tx, id_) for id_ in {n.round_id for n in found}}
    items = tuple(row(n, units[n.unit_id], rounds[n.round_id]) for n in found)
    return Page(items=items, next_after=after, total=total)


def notice(tx: Tx, record: Notice) -> NoticeView:
    """A notice as the public sees it: unit data only (A-47)."""
    found = store.list_nominations_of(tx, notice_id=record.notice_id)
    applied = applications.list_on_notice(tx, record.notice_id)
    ids = [*(n.unit_id for n in found), *(a.unit_id for a in applied)]
    units = copies.list_units(tx, ids)
    running = not is_finished(record.ends_on, tx.today)
    return NoticeView(
        notice_id=record.notice_id,
        round_id=record.round_id,
        node=record.node,
        node_name=organisations.name_of(record.node),
        title_text=record.title_text,
        posted_on=record.posted_on,
        ends_on=record.ends_on,
        working_days=record.working_days,
        days_from_text=record.days_from_text,
        days_note=record.days_note,
        running=running,
        days_left=(record.ends_on - tx.today).days + 1 if running else 0,
        contact=record.contact,
        posted_by=record.posted_by_name,
        decision_id=record.decision_id,
        candidates=tuple(
            NoticeCandidate(
                nomination_id=n.nomination_id,
                unit_id=n.unit_id,
                unit_name=units[n.unit_id].name,
                unit_kind=n.kind,
                division=units[n.unit_id].division,
                stage=n.stage.value,
            )
            for n in found
        )
        + tuple(
            NoticeCandidate(
                application_id=a.application_id,
                unit_id=a.unit_id,
                unit_name=units[a.unit_id].name,
                unit_kind=units[a.unit_id].kind,
                division=units[a.unit_id].division,
                stage=a.stage.value,
            )
            for a in applied
        ),
    )


def objection(tx: Tx, record: Objection) -> ObjectionView:
    """An objection; the objector's identity only for officers of the office that looks into it."""
    actor = tx.actor
    officer = actor.has("clerk") or actor.has("reviewer")
    shown = officer and actor.node == store.load_notice(tx, record.notice_id).node
    unit = copies.list_units(tx, [record.unit_id])[record.unit_id]
    return ObjectionView(
        objection_id=record.objection_id,
        notice_id=record.notice_id,
        nomination_id=record.case_id if record.case_kind == "nomination" else "",
        application_id=record.case_id if record.case_kind == "application" else "",
        unit_id=record.unit_id,
        unit_name=unit.name,
        stage=record.stage.value,
        stage_text=text_of(record.stage),
        content=record.content,
        objector_kind=record.objector_kind,
        identity_shown=shown,
        objector_name=record.objector_name if shown else "",
        objector_contact=record.objector_contact if shown else "",
        signed=record.signed,
        documents=views.files(record.documents) if shown else (),
        received_at=record.received_at,
        acknowledge_by=record.acknowledge_by,
        conclude_by=record.conclude_by,
        finding=record.finding,
        effect=record.effect,
        resolved_at=record.resolved_at,
        resolved_by=record.resolved_by or "",
        resolved_by_name=record.resolved_by_name or "",
        decision_id=record.decision_id or "",
    )


def _named(record: Nomination, unit: Unit) -> dict[str, str]:
    return {
        "nomination_id": record.nomination_id,
        "unit_id": record.unit_id,
        "unit_name": unit.name,
        "kind": record.kind,
        "division": unit.division,
        "decided_on": record.decided_on.isoformat() if record.decided_on else "",
        "decision_id": record.decision_id or "",
    }


def _round_may(actor: Actor, record: Round) -> tuple[str, ...]:
    here = actor.node == record.node
    officer = here and (actor.has("clerk") or actor.has("reviewer"))
    found = []
    if record.stage is RoundStage.OPEN and (actor.has("unit") or actor.has("clerk")):
        found.append("nominate")
    if officer and record.stage is RoundStage.PLANNED:
        found.append("open_round")
    if officer and record.stage is RoundStage.OPEN:
        found.append("start_review")
    if officer and not is_ended(record.stage) and record.stage is not RoundStage.PLANNED:
        found.append("post_notice")
    if here and actor.has("reviewer") and record.stage in {RoundStage.REVIEWING, RoundStage.NOTICE}:
        found.append("close_round")
    return tuple(found)


def _may(tx: Tx, record: Nomination, unit: Unit, round_: Round) -> tuple[str, ...]:
    actor, found = tx.actor, []
    office = organisations.office_for(unit.division)
    officer = actor.has("clerk") or actor.has("reviewer")
    city = actor.node == round_.node
    if officer and office and actor.node == office.code and record.stage is NOM.DECLARED:
        found.append("district_review")
    if officer and city and record.stage is NOM.DISTRICT_REVIEWED:
        found.append("city_review")
    if officer and city and record.stage is NOM.CITY_REVIEWED:
        found.append("post_notice")
    if record.stage in opinions.OPEN_FOR_OPINIONS and views.has_seat(
        tx, round_.node, round_.pack_fingerprint
    ):
        found.append("record_opinion")
    if city and actor.has("reviewer") and not is_ended(record.stage):
        found.append("refuse_naming")
        if record.stage is NOM.ON_NOTICE and actor.id != record.city_by:
            found.append("approve_naming")
    return tuple(found)
