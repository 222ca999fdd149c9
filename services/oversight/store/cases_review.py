"""What waits for a person: agencies' triggers under review, and findings of checks.

Both are *matters*: one queue, one confirmation. A matter is named by its trigger id, a finding's
by its proposal id; a request for a second person's agreement (`lift_request`) hangs on the same id.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import DateTime, Select, case, func, literal, select, tuple_, union_all
from sqlalchemy.dialects.postgresql import JSONB

from services.oversight.store.cases import Row, in_area, one
from services.oversight.store.tables_cases import lift_request, proposal
from services.oversight.store.tables_feed import agency, hold, known_unit, review_item, trigger
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx

FINDING = "check.finding"
"""The kind of a matter that a check campaign raised."""


def _of_triggers(*, queued: bool) -> Select[Any]:
    recorded = case((trigger.c.state == "recorded", "pending"), else_=trigger.c.state)
    state = review_item.c.state if queued else func.coalesce(review_item.c.state, recorded)
    return (
        select(
            trigger.c.trigger_id,
            trigger.c.unit_id,
            trigger.c.agency,
            trigger.c.event_id,
            func.coalesce(agency.c.agency_name, trigger.c.agency).label("agency_name"),
            trigger.c.type.label("kind"),
            trigger.c.effect,
            trigger.c.says,
            trigger.c.clause,
            trigger.c.ground,
            trigger.c.data.label("said"),
            trigger.c.occurred_at,
            trigger.c.received_at.label("arrived_at"),
            func.coalesce(review_item.c.opened_at, trigger.c.received_at).label("opened_at"),
            state.label("state"),
            review_item.c.decided_at,
            review_item.c.decided_by,
            trigger.c.decision_id,
        )
        .join(review_item, review_item.c.trigger_id == trigger.c.trigger_id, isouter=not queued)
        .join(agency, agency.c.code == trigger.c.agency, isouter=True)
    )


def _of_findings() -> Select[Any]:
    said = func.jsonb_build_object("summary", proposal.c.says, type_=JSONB)
    happened = func.timezone("Asia/Shanghai", proposal.c.happened_on.cast(DateTime()))
    return select(
        proposal.c.proposal_id.label("trigger_id"),
        proposal.c.unit_id,
        literal("").label("agency"),
        proposal.c.proposal_id.label("event_id"),
        proposal.c.proposed_by_name.label("agency_name"),
        literal(FINDING).label("kind"),
        literal("review").label("effect"),
        proposal.c.says,
        literal("").label("clause"),
        proposal.c.ground,
        said.label("said"),
        happened.label("occurred_at"),
        proposal.c.proposed_at.label("arrived_at"),
        proposal.c.proposed_at.label("opened_at"),
        proposal.c.state,
        proposal.c.decided_at,
        proposal.c.decided_by,
        proposal.c.decision_id,
    )


def _matters(tx: Tx, *, queued: bool = False) -> Select[Any]:
    matter = union_all(_of_triggers(queued=queued), _of_findings()).subquery("matter")
    asked = lift_request
    return (
        select(
            matter,
            known_unit.c.name_text.label("unit_name"),
            known_unit.c.division,
            known_unit.c.kind.label("unit_kind"),
            hold.c.hold_id,
            hold.c.lifted_at,
            asked.c.asked_by,
            asked.c.asked_by_name,
            asked.c.reason.label("asked_reason"),
        )
        .join(known_unit, known_unit.c.unit_id == matter.c.unit_id)
        .join(hold, hold.c.trigger_id == matter.c.trigger_id, isouter=True)
        .join(
            asked,
            (asked.c.trigger_id == matter.c.trigger_id)
            & (asked.c.purpose == "dismiss")
            & asked.c.settled_at.is_(None),
            isouter=True,
        )
        .where(in_area(tx.actor, known_unit.c.division))
    )


def load_matter(tx: Tx, trigger_id: str) -> Row:
    """One matter; 404 outside the actor's area. Lock it first to act on it."""
    query = _matters(tx)
    found = one(tx.session.execute(query.where(query.selected_columns.trigger_id == trigger_id)))
    if found is None:
        raise Refused("trigger_not_found", f"没有编号为 {trigger_id} 的待核实事项。", status=404)
    return found


def lock_matter(tx: Tx, trigger_id: str) -> None:
    """Hold the matter against a second officer until this transaction ends."""
    for table, key in ((trigger, "trigger_id"), (proposal, "proposal_id")):
        tx.session.execute(select(table.c[key]).where(table.c[key] == trigger_id).with_for_update())


def list_matters(tx: Tx, *, state: str, unit_id: str, after: str, limit: int) -> list[Row]:
    """The queue, oldest first, one more than `limit` when there are more."""
    query = _matters(tx, queued=True)
    columns = query.selected_columns
    if state:
        query = query.where(columns.state == state)
    if unit_id:
        query = query.where(columns.unit_id == unit_id)
    if after:
        mark = load_matter(tx, after)
        query = query.where(
            tuple_(columns.opened_at, columns.trigger_id)
            > tuple_(literal(mark["opened_at"]), literal(after))
        )
    query = query.order_by(columns.opened_at, columns.trigger_id).limit(limit + 1)
    return [dict(row) for row in tx.session.execute(query).mappings()]


def list_newest_matters(tx: Tx, limit: int) -> list[Row]:
    """What waits for a person, newest first: what has just been suspended must never be buried."""
    query = _matters(tx, queued=True)
    columns = query.selected_columns
    query = query.where(columns.state == "pending")
    query = query.order_by(columns.opened_at.desc(), columns.trigger_id.desc()).limit(limit)
    return [dict(row) for row in tx.session.execute(query).mappings()]


def save_reviewed(tx: Tx, matter: Row, *, state: str, severity: str = "", impact: str = "") -> None:
    """A person has confirmed or dismissed the matter."""
    done = {"state": state, "decided_at": tx.now, "decided_by": tx.actor.id}
    if matter["kind"] == FINDING:
        tx.session.execute(
            proposal.update().where(proposal.c.proposal_id == matter["trigger_id"]).values(**done)
        )
        return
    tx.session.execute(
        review_item.update().where(review_item.c.trigger_id == matter["trigger_id"]).values(**done)
    )
    words = {"severity": severity, "impact": impact}
    tx.session.execute(
        trigger.update()
        .where(trigger.c.trigger_id == matter["trigger_id"])
        .values(state=state, **{name: word for name, word in words.items() if word})
    )


def find_trigger(tx: Tx, agency_code: str, event_id: str) -> Row | None:
    """The trigger that an agency's event became, locked, or None."""
    query = select(trigger.c.trigger_id, trigger.c.state).where(
        trigger.c.agency == agency_code, trigger.c.event_id == event_id
    )
    return one(tx.session.execute(query.with_for_update()))


def find_request(tx: Tx, trigger_id: str, purpose: str) -> Row | None:
    """The open request for a second person's agreement, locked."""
    query = select(lift_request).where(
        lift_request.c.trigger_id == trigger_id,
        lift_request.c.purpose == purpose,
        lift_request.c.settled_at.is_(None),
    )
    return one(tx.session.execute(query.with_for_update()))


def save_request(tx: Tx, trigger_id: str, purpose: str, reason: str) -> None:
    """Ask a second person to agree."""
    tx.session.execute(
        lift_request.insert().values(
            lift_request_id=tx.new_id("liftrequest"),
            trigger_id=trigger_id,
            purpose=purpose,
            reason=reason,
            asked_at=tx.now,
            asked_by=tx.actor.id,
            asked_by_name=tx.actor.name,
        )
    )


def settle_request(tx: Tx, lift_request_id: str) -> None:
    """The second person has agreed."""
    tx.session.execute(
        lift_request.update()
        .where(lift_request.c.lift_request_id == lift_request_id)
        .values(settled_at=tx.now, settled_by=tx.actor.id)
    )


def find_hold(tx: Tx, *, hold_id: str = "", trigger_id: str = "") -> Row | None:
    """A hold in the actor's area, locked, with how far its agency's numbers are known."""
    query = (
        select(
            hold,
            known_unit.c.division,
            known_unit.c.name_text.label("unit_name"),
            (agency.c.contiguous == agency.c.highest).label("is_contiguous"),
        )
        .join(known_unit, known_unit.c.unit_id == hold.c.unit_id)
        .join(agency, agency.c.code == hold.c.agency, isouter=True)
        .where(in_area(tx.actor, known_unit.c.division))
        .with_for_update(of=hold)
    )
    wanted = hold.c.hold_id == hold_id if hold_id else hold.c.trigger_id == trigger_id
    return one(tx.session.execute(query.where(wanted)))


def list_unit_holds(tx: Tx, unit_id: str, *, include_lifted: bool) -> list[Row]:
    """The holds on a unit, oldest first, with an open request to lift each."""
    asked = lift_request
    query = (
        select(
            hold,
            func.coalesce(agency.c.agency_name, hold.c.agency).label("agency_name"),
            asked.c.asked_by_name,
            asked.c.reason.label("asked_reason"),
        )
        .join(agency, agency.c.code == hold.c.agency, isouter=True)
        .join(
            asked,
            (asked.c.trigger_id == hold.c.trigger_id)
            & (asked.c.purpose == "lift")
            & asked.c.settled_at.is_(None),
            isouter=True,
        )
        .where(hold.c.unit_id == unit_id)
        .order_by(hold.c.placed_at, hold.c.hold_id)
    )
    if not include_lifted:
        query = query.where(hold.c.lifted_at.is_(None))
    return [dict(row) for row in tx.session.execute(query).mappings()]


def count_pending(tx: Tx) -> int:
    """How many matters wait for a person, in the actor's area."""
    query = _matters(tx, queued=True)
    waiting = query.where(query.selected_columns.state == "pending").subquery()
    return int(tx.session.execute(select(func.count()).select_from(waiting)).scalar_one())
