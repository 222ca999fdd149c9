"""What units make of their benefits: requests, subsidies, contacts, diagnoses, visits (三(二))."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from services.incentives.domain import terms
from services.incentives.domain.standing import Standing
from services.incentives.handlers.rights import (
    OFFICERS,
    Right,
    a_day,
    a_unit,
    law_of,
    moment_of,
    not_a_units_user,
    officer_or_own,
    require,
    right_of,
)
from services.incentives.store import reading, takeup
from shared.contracts.incentives import (
    AssignContact,
    CloseService,
    ContactsMissing,
    RecordSubsidy,
    RequestLegalService,
    RequestService,
    ServiceQueue,
)
from shared.contracts.incentives_answers import Given, MissingContact, ServiceRow, SubsidyRow
from shared.contracts.incentives_words import ServiceKind, SubsidyKind, SubsidyOutcome
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx


def request_service(tx: Tx, command: RequestService) -> ServiceRow:
    """Put a request into the queue; units with the right and a declared need stand first."""
    unit = officer_or_own(tx, command.unit_id)
    right = right_to(tx, unit, terms.SERVICE_PURPOSES[command.kind])
    return _requested(tx, unit, right, kind=command.kind, matter=command.matter)


def request_legal_service(tx: Tx, command: RequestLegalService) -> ServiceRow:
    """The same for public legal service, of demonstration enterprises first (NB23-094)."""
    kind = ServiceKind.LEGAL
    unit = officer_or_own(tx, command.unit_id)
    right = right_to(tx, unit, terms.SERVICE_PURPOSES[kind])
    return _requested(tx, unit, right, kind=kind, matter=command.matter)


def close_service(tx: Tx, command: CloseService) -> Given:
    """Record who served a request, once."""
    require(tx, *OFFICERS, "liaison")
    found = takeup.find_request(tx.session, command.request_id, node=tx.actor.node)
    if found is None:
        raise Refused("request_not_found", f"查无编号为 {command.request_id} 的申请。", status=404)
    if found.closed_at is not None:
        raise Refused("request_closed", f"该申请已于 {found.served_on} 办结，不能重复办结。")
    row = {
        "provider": command.provider,
        "served_on": command.served_on,
        "outcome": command.outcome,
        "closed_at": tx.now,
        "closed_by": tx.actor.id,
    }
    takeup.close_request(tx.session, command.request_id, row)
    return Given(id=command.request_id, says="已办结。")


def service_queue(tx: Tx, command: ServiceQueue) -> list[ServiceRow]:
    """Open requests of the area, priority first, then by time."""
    not_a_units_user(tx)
    rows = takeup.list_queue(
        tx.session, node=tx.actor.node, kind=command.kind or "", limit=command.limit
    )
    return [_service(row) for row in rows]


def record_subsidy(tx: Tx, command: RecordSubsidy) -> SubsidyRow:
    """Record an application, or the outcome of one; the deciding stays with a person.

    Refused as `not_caught_up`, to be tried again, while a hold the caller names has not arrived:
    nothing is paid past a trigger that is on its way.
    """
    require(tx, *OFFICERS)
    unit = a_unit(tx, command.unit_id)
    known = takeup.find_subsidy(tx.session, command.subsidy_id) if command.subsidy_id else None
    if command.subsidy_id and (known is None or known.unit_id != unit.unit_id):
        raise Refused("subsidy_not_found", f"查无编号为 {command.subsidy_id} 的补贴。", status=404)
    if known is not None and known.outcome != SubsidyOutcome.PENDING:
        raise Refused("subsidy_decided", "该补贴已有结果，不能改写。")
    right = right_to(tx, unit, terms.SUBSIDIES)
    if command.outcome is SubsidyOutcome.GRANTED:
        _may_pay(tx, command, right)
    row = {
        "subsidy_id": command.subsidy_id or tx.new_id("subsidy"),
        "unit_id": unit.unit_id,
        "kind": command.kind.value,
        "applied_on": command.applied_on,
        "outcome": command.outcome.value,
        "amount": Decimal(command.amount),
        "recorded_at": tx.now,
        "recorded_by": tx.actor.id,
    }
    takeup.save_subsidy(tx.session, row)
    return as_subsidy(row)


def assign_contact(tx: Tx, command: AssignContact) -> Given:
    """Name the contact of a unit that has the right to one."""
    require(tx, *OFFICERS)
    unit = a_unit(tx, command.unit_id)
    right = right_to(tx, unit, terms.CONTACT)
    if not right.is_active:
        raise Refused(
            "no_right_to_contact",
            f"该单位不享受「点对点」联系服务：{right.why}。如属工地项目，可先扩大适用范围。",
            right.clause,
        )
    row = {
        "unit_id": unit.unit_id,
        "contact": command.contact,
        "phone": command.phone,
        "body": command.body,
        "assigned_at": tx.now,
        "assigned_by": tx.actor.id,
    }
    takeup.save_contact(tx.session, row)
    return Given(id=unit.unit_id, says=f"联系人：{command.contact}。")


def contacts_missing(tx: Tx, command: ContactsMissing) -> list[MissingContact]:
    """Units named so many days ago, as the pack says, that still have no contact (NB23-092)."""
    not_a_units_user(tx)
    day = a_day(tx, command.on)
    moment = law_of(tx)
    benefit = terms.benefit_for(moment.pack, terms.CONTACT)
    if benefit is None:
        return []
    wait = timedelta(days=terms.contact_days(moment.pack, day))
    rows = reading.list_without_contact(
        tx.session, benefit=benefit.id, named_by=day - wait, node=tx.actor.node
    )
    return [
        MissingContact(
            unit_id=row.unit_id,
            code=row.code,
            unit_name=row.name,
            division=row.division,
            named_on=row.granted_on,
            due_on=row.granted_on + wait,
            clause=benefit.clause,
        )
        for row in rows
    ]


def right_to(tx: Tx, unit: Standing, purpose: str) -> Right:
    """The unit's right today under the law of its division; refused while there is none."""
    moment = moment_of(tx, unit.entry.division[:6])
    if moment is None:
        raise Refused("pack_not_activated", "本地尚未启用政策包，优先与否无从判断。")
    return right_of(unit, moment, purpose)


def as_subsidy(row: Mapping[str, Any]) -> SubsidyRow:
    """The row as it is answered."""
    return SubsidyRow(
        subsidy_id=row["subsidy_id"],
        unit_id=row["unit_id"],
        kind=SubsidyKind(row["kind"]),
        applied_on=row["applied_on"],
        outcome=SubsidyOutcome(row["outcome"]),
        amount=f"{row['amount']:.2f}",
        recorded_at=row["recorded_at"],
        recorded_by=row["recorded_by"],
    )


def _may_pay(tx: Tx, command: RecordSubsidy, right: Right) -> None:
    heard = reading.list_heard_holds(tx.session, command.known_holds)
    if set(command.known_holds) - heard:
        raise Refused("not_caught_up", "监督信息尚在途中，暂不能发放。请稍后再试。", status=409)
    if not right.is_active:
        raise Refused(
            "no_right_to_subsidy", f"该单位目前不享受政策支持：{right.why}。", right.clause
        )


def _requested(
    tx: Tx, unit: Standing, right: Right, *, kind: ServiceKind, matter: str
) -> ServiceRow:
    row = {
        "request_id": tx.new_id("request"),
        "unit_id": unit.unit_id,
        "kind": kind.value,
        "matter": matter,
        "has_priority": right.is_active,
        "why": right.why,
        "clause": right.clause,
        "requested_at": tx.now,
        "requested_by": tx.actor.id,
    }
    takeup.add_request(tx.session, row)
    return ServiceRow(
        request_id=str(row["request_id"]),
        unit_id=unit.unit_id,
        code=unit.entry.code,
        unit_name=unit.entry.name,
        kind=kind,
        matter=matter,
        priority=right.is_active,
        why=right.why,
        clause=right.clause,
        requested_at=tx.now,
        provider="",
        served_on=None,
        outcome="",
    )


def _service(row: Any) -> ServiceRow:
    return ServiceRow(
        request_id=row.request_id,
        unit_id=row.unit_id,
        code=row.code,
        unit_name=row.name,
        kind=ServiceKind(row.kind),
        matter=row.matter,
        priority=row.has_priority,
        why=row.why,
        clause=row.clause,
        requested_at=row.requested_at,
        provider=row.provider,
        served_on=row.served_on,
        outcome=row.outcome,
    )
