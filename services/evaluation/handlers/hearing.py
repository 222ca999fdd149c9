"""Keeps what the registry and oversight say, for the facts this service judges on."""

from __future__ import annotations

from collections.abc import Sequence

from services.evaluation.domain.records import Plan, Unit
from services.evaluation.store import copies
from shared.contracts import oversight, registry, registry_calendar
from shared.messaging.tx import Heard, Tx
from shared.runtime import packs, workdays


def on_registry(tx: Tx, heard: Sequence[Heard]) -> None:
    """Keep units, plans, commitments, titles, packs and working days; newest entry wins."""
    for one in heard:
        match one.event:
            case registry.PackActivated() as said:
                packs.activate(tx, said, one.envelope)
            case registry.UnitEntered() as said:
                copies.save_unit(tx, _unit(said, one))
            case registry.UnitClosed() | registry.UnitReopened() as said:
                closed_on = said.closed_on if isinstance(said, registry.UnitClosed) else None
                copies.close_unit(tx, said.unit_id, closed_on, said.revision)
            case registry.PlanFiled() as said:
                copies.save_plan(tx, _plan(said, one))
            case registry.CommitmentAccepted() as said:
                copies.save_commitment(
                    tx,
                    said.commitment_id,
                    unit_id=said.unit_id,
                    office=said.office,
                    accepted_on=said.accepted_on,
                )
            case registry.CultivationStarted() as said:
                copies.save_cultivation(
                    tx,
                    said.cultivation_id,
                    unit_id=said.unit_id,
                    node=said.node,
                    started_on=said.started_on,
                )
            case registry.TitleGranted() | registry.TitleRevoked() as said:
                _keep_title(tx, said)
            case registry_calendar.WorkdaysArranged() as said:
                workdays.keep(tx, said)
            case _:
                continue


def on_oversight(tx: Tx, heard: Sequence[Heard]) -> None:
    """Keep the set of holds of each unit; a lifting heard first still counts."""
    for one in heard:
        match one.event:
            case oversight.HoldPlaced() as said:
                copies.save_hold(
                    tx,
                    said.hold_id,
                    unit_id=said.unit_id,
                    effect=said.effect,
                    reason=said.reason,
                    clause=said.clause,
                    occurred_at=said.occurred_at,
                    placed_at=said.placed_at,
                )
            case oversight.HoldLifted() as said:
                copies.save_hold(
                    tx,
                    said.hold_id,
                    unit_id=said.unit_id,
                    effect=said.effect,
                    lifted_at=said.lifted_at,
                )
            case _:
                continue


def _keep_title(tx: Tx, said: registry.TitleGranted | registry.TitleRevoked) -> None:
    if isinstance(said, registry.TitleRevoked):
        copies.save_title(tx, said.title_id, unit_id=said.unit_id, revoked_on=said.revoked_on)
        return
    copies.save_title(
        tx,
        said.title_id,
        unit_id=said.unit_id,
        title_kind=said.title_kind,
        level=said.level,
        granted_on=said.granted_on,
    )


def _unit(said: registry.UnitEntered, one: Heard) -> Unit:
    return Unit(
        unit_id=said.unit_id,
        kind=said.kind,
        name=said.name_text,
        code=said.code,
        division=said.division,
        ends_on=said.ends_on,
        revision=said.revision,
        closed_on=None,
        heard_at=one.envelope.time,
    )


def _plan(said: registry.PlanFiled, one: Heard) -> Plan:
    return Plan(
        plan_id=said.plan_id,
        node=said.node,
        year=said.year,
        window_from=said.window_from,
        deadline_on=said.deadline_on,
        standards=dict(said.standards),
        papers=list(said.papers),
        publicity=said.publicity,
        filed_at=one.envelope.time,
        heard_at=one.envelope.time,
    )
