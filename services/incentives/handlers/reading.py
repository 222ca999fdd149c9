"""What is read: entitlements of a unit or of an area, a unit's own sheet, its story, its decisions."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.incentives.domain import terms
from services.incentives.domain.entitlement import Entitlement, Moment
from services.incentives.domain.standing import LEVELS, Standing
from services.incentives.domain.verdicts import State, Verdict, verdict_on, verdicts
from services.incentives.handlers.rights import (
    a_day,
    a_unit,
    law_of,
    moment_of,
    not_a_units_user,
    region_of,
)
from services.incentives.handlers.takeup import as_subsidy
from services.incentives.store import entitlements, reading, standings, takeup
from shared.contracts.incentives import (
    AwardNominations,
    Barrier,
    Entitlements,
    ListEntitlements,
    ReadDecision,
    Timeline,
    UnitBenefits,
)
from shared.contracts.incentives_answers import (
    AwardList,
    AwardNominee,
    BarrierFacts,
    EntitlementPage,
    EntitlementRow,
    TimelineEntry,
    UnitBenefit,
    UnitBenefitSheet,
)
from shared.contracts.refusals import Refused
from shared.contracts.scalars import HoldEffect
from shared.messaging.tx import Tx
from shared.runtime import decisions


def list_of_unit(tx: Tx, command: Entitlements) -> list[EntitlementRow]:
    """All entitlements of one unit, ended ones included, newest change first."""
    unit = a_unit(tx, command.unit_id)
    moment = moment_of(tx, unit.entry.division[:6])
    entry = unit.entry
    return [
        _row(e, moment, code=entry.code, name=entry.name, kind=entry.kind, division=entry.division)
        for e in entitlements.list_of_unit(tx.session, unit.unit_id)
    ]


def list_entitlements(tx: Tx, command: ListEntitlements) -> EntitlementPage:
    """A page of the area's entitlements, by key."""
    not_a_units_user(tx)
    filters = reading.Filters(
        command.benefit, command.state, command.kind, command.division, command.search
    )
    rows = reading.list_entitlements(
        tx.session, filters, node=tx.actor.node, after=command.after, limit=command.limit
    )
    moment = moment_of(tx, region_of(tx))
    items = [
        _row(
            entitlements.as_entitlement(row),
            moment,
            code=row.code,
            name=row.name,
            kind=row.kind,
            division=row.division,
        )
        for row in rows
    ]
    is_full = len(items) == command.limit
    return EntitlementPage(items=items, next_after=items[-1].entitlement_id if is_full else "")


def unit_benefits(tx: Tx, command: UnitBenefits) -> UnitBenefitSheet:
    """What the unit enjoys, what it does not, and why; with holds, need, contact, subsidies."""
    unit = a_unit(tx, command.unit_id)
    moment = moment_of(tx, unit.entry.division[:6])
    have = entitlements.list_standing(tx.session, [unit.unit_id])[unit.unit_id]
    need, contact = unit.labour_need, takeup.find_contact(tx.session, unit.unit_id)
    return UnitBenefitSheet(
        unit_id=unit.unit_id,
        unit_name=unit.entry.name,
        held=unit.has_open(HoldEffect.SUSPEND),
        complaint_open=unit.has_open(HoldEffect.LIFT_EXEMPTION),
        held_because=[h.reason for h in unit.open_holds()],
        labour_need={
            "headcount": str(need.headcount),
            "posts": need.posts,
            "until_on": need.until_on.isoformat(),
        }
        if need
        else {},
        contact={"contact": contact.contact, "phone": contact.phone, "body": contact.body}
        if contact
        else {},
        benefits=_sheet(tx, unit, have, moment),
        subsidies=[as_subsidy(r) for r in takeup.list_subsidies(tx.session, unit.unit_id)],
    )


def timeline(tx: Tx, command: Timeline) -> list[TimelineEntry]:
    """The unit's story here: one entry for all that moved alike by one decision."""
    unit = a_unit(tx, command.unit_id)
    return [
        TimelineEntry(
            at=step.learned_at,
            what=step.move,
            says=step.says,
            clause=step.clause,
            by=step.by_name,
            decision_id=step.decision_id,
            cause=step.cause,
        )
        for step in entitlements.list_steps(tx.session, unit.unit_id)
    ]


def read_decision(tx: Tx, command: ReadDecision) -> dict[str, Any]:
    """The legal chain of a decision about a unit the actor may see."""
    chain = decisions.load(tx.session, command.decision_id)
    a_unit(tx, chain["subject"])
    return chain


def award_nominations(tx: Tx, command: AwardNominations) -> AwardList:
    """Units of all kinds to be recommended first on a day, highest level first (NB23-100)."""
    not_a_units_user(tx)
    day = a_day(tx, command.on)
    moment = law_of(tx)
    benefit = terms.benefit_for(moment.pack, terms.AWARDS)
    if benefit is None:
        raise Refused("benefit_not_found", "现行政策包没有优先推荐评优这一项。", status=404)
    ids = reading.list_titled_units(tx.session, on=day, node=tx.actor.node)
    found = []
    for unit in standings.load(tx.session, ids).values():
        profile = unit.profile(day)
        if day < tx.today:  # holds of today say nothing about an earlier day
            profile = profile._replace(suspended=False, complaint_open=False)
        verdict = verdict_on(moment.pack, profile, benefit=benefit.id, on=day)
        if verdict.state is State.ACTIVE:
            found.append(_nominee(unit, day))
    found.sort(key=lambda n: (-LEVELS.index(n.level), n.since_on, n.unit_id))
    return AwardList(on=day, clause=benefit.clause, items=found)


def barrier(tx: Tx, command: Barrier) -> BarrierFacts:
    """Which of these messages are applied here, and the counts to wait on."""
    applied = reading.list_applied(tx.session, command.message_ids)
    counts = reading.count_all(tx.session)
    counts["to_reassess"] += standings.count_to_walk(tx.session)
    return BarrierFacts(
        applied=applied,
        missing=sorted(set(command.message_ids) - set(applied)),
        **counts,
    )


def _row(
    e: Entitlement, moment: Moment | None, *, code: str, name: str, kind: str, division: str
) -> EntitlementRow:
    benefit = moment.pack.benefits.get(e.benefit) if moment else None
    return EntitlementRow(
        entitlement_id=e.entitlement_id,
        unit_id=e.unit_id,
        code=code,
        unit_name=name,
        kind=kind,
        division=division,
        benefit=e.benefit,
        benefit_name=benefit.name if benefit else e.benefit,
        state=e.state.value,
        degree=e.degree,
        clause=e.clause,
        granted_on=e.granted_on,
        changed_at=e.changed_at,
        lease_until=e.lease_until,
        cause=e.cause,
        decision_id=e.decision_id,
    )


def _sheet(
    tx: Tx, unit: Standing, have: dict[str, Entitlement], moment: Moment | None
) -> list[UnitBenefit]:
    if moment is None:
        return []
    found = verdicts(moment.pack, unit.profile(moment.today), moment.today)
    return [_benefit(tx, v, have.get(v.benefit.id), moment) for v in found]


def _benefit(tx: Tx, verdict: Verdict, have: Entitlement | None, moment: Moment) -> UnitBenefit:
    benefit = verdict.benefit
    enjoys = have is not None and have.holds_at(tx.now) and verdict.state is State.ACTIVE
    known = moment.pack.clauses.get(benefit.clause)
    return UnitBenefit(
        benefit=benefit.id,
        name=benefit.name,
        says=benefit.says,
        state=have.state.value if have else "none",
        enjoys=enjoys,
        why=verdict.why,
        clause=benefit.clause,
        wording=known.wording if known else "",
        lease_until=have.lease_until if have else None,
        decision_id=have.decision_id if have else "",
    )


def _nominee(unit: Standing, day: date) -> AwardNominee:
    titles = [t for t in unit.titles.values() if t.active_on(day)]
    titles.sort(key=lambda t: -LEVELS.index(t.level))
    return AwardNominee(
        unit_id=unit.unit_id,
        code=unit.entry.code,
        unit_name=unit.entry.name,
        kind=unit.entry.kind,
        division=unit.entry.division,
        titles=[t.text for t in titles],
        level=unit.level(day),
        since_on=min(t.granted_on for t in titles if t.granted_on),
    )
