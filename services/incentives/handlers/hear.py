"""What happens without a person asking: events heard, leases renewed, units looked at again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from services.incentives.domain import standing
from services.incentives.domain.entitlement import LAW_TIME, Cause
from services.incentives.domain.standing import Recognition, Standing
from services.incentives.handlers.assessing import Book
from services.incentives.handlers.rights import moment_of
from services.incentives.store import entitlements, standings
from services.incentives.store.entitlements import Area
from shared.contracts.evaluation import RecognitionWithdrawn, UnitRecognised
from shared.contracts.message import Envelope
from shared.contracts.oversight import HoldLifted, HoldPlaced
from shared.contracts.registry import (
    PackActivated,
    TitleGranted,
    TitleRevoked,
    UnitClosed,
    UnitEntered,
    UnitReopened,
)
from shared.contracts.scalars import covers
from shared.messaging.tx import Heard, Tx
from shared.runtime import packs

UnitEvent = (
    UnitEntered
    | UnitClosed
    | UnitReopened
    | UnitRecognised
    | RecognitionWithdrawn
    | TitleGranted
    | TitleRevoked
    | HoldPlaced
    | HoldLifted
)
Fold = Callable[[Standing], Standing]


def hear(tx: Tx, heard: list[Heard]) -> None:
    """Apply a batch in its order: every effect of an event is saved and said with it.

    A pack takes effect on units already known by `reassess`, from its effective day on.
    """
    for item in heard:
        if isinstance(item.event, PackActivated):
            packs.activate(tx, item.event, item.envelope)
    told = [(h.event, h) for h in heard if isinstance(h.event, UnitEvent)]
    if not told:
        return
    holds = {said.hold_id for said, _ in told if isinstance(said, HoldPlaced | HoldLifted)}
    book = Book(tx, {said.unit_id for said, _ in told}, holds)
    for said, item in told:
        fold, cause = _meaning(said, item.envelope)
        book.fold(said.unit_id, fold, cause=cause, heard=item)
    book.settle()
    book.save()


def renew_leases(tx: Tx, *, limit: int = 500) -> int:
    """Renew a batch of leases with less than half their length left; how many units moved.

    How long a lease runs, the pack at work where the unit lies says. Each unit is judged again
    first: what no longer holds ends or rests instead of being renewed.
    """
    due = _due(tx, limit)
    if not due:
        return 0
    book = Book(tx, due)
    for unit_id in due:
        book.ask(unit_id, Cause("renewal", "租约到期复核", tx.today))
    book.settle()
    for unit_id in due:
        book.renew(unit_id)
    book.save()
    return book.moved


def _due(tx: Tx, limit: int) -> list[str]:
    """Units of every jurisdiction whose leases are to be renewed by its own law."""
    areas = standings.list_jurisdictions(tx.session, tx.today)
    due: list[str] = []
    for area in areas:
        moment = moment_of(tx, area)
        if moment is not None and len(due) < limit:
            due += entitlements.claim_due(
                tx.session,
                area=Area(area, tuple(a for a in areas if a != area and covers(area, a))),
                now=tx.now,
                before=tx.now + moment.lease / 2,
                limit=limit - len(due),
            )
    return due


def reassess(tx: Tx, *, limit: int = 500) -> int:
    """Look again at a batch of units whose law changed, or came; how many."""
    standings.adopt_packs(tx.session, on=tx.today, now=tx.now)
    due = standings.walk_on(tx.session, now=tx.now, limit=limit)
    if len(due) < limit:
        nodes = standings.list_jurisdictions(tx.session, tx.today)
        due += standings.claim_for_reassessment(tx.session, nodes=nodes, limit=limit - len(due))
    if not due:
        return 0
    due = list(dict.fromkeys(due))
    book = Book(tx, due)
    standings.unmark(tx.session, due)
    for unit_id in due:
        book.ask(unit_id, Cause("pack", "政策包启用后复核", tx.today))
    book.settle()
    book.save()
    return len(due)


def _meaning(said: UnitEvent, envelope: Envelope) -> tuple[Fold, Cause]:
    """How an event changes a standing, and how it reads as a cause."""
    match said:
        case HoldPlaced():
            cause = Cause(said.hold_id, f"因{said.reason}", _day(said.placed_at), said.clause)
            return (lambda unit: standing.placed(unit, said)), cause
        case HoldLifted():
            cause = Cause(said.hold_id, f"中止事由解除（{said.reason}）", _day(said.lifted_at))
            return (lambda unit: standing.lifted(unit, said)), cause
        case TitleGranted():
            cause = Cause(said.title_id, f"获得{said.title_text}称号", said.granted_on)
            return (lambda unit: standing.granted(unit, said)), cause
        case TitleRevoked():
            cause = Cause(said.title_id, f"{said.title_text}称号被取消", said.revoked_on)
            return (lambda unit: standing.revoked(unit, said)), cause
        case _:
            return _other_meaning(said, envelope.sequence, _day(envelope.time))


def _other_meaning(
    said: UnitEntered | UnitClosed | UnitReopened | UnitRecognised | RecognitionWithdrawn,
    sequence: int,
    day: date,
) -> tuple[Fold, Cause]:
    match said:
        case UnitRecognised():
            word = Recognition(
                stands=True,
                on=said.recognised_on,
                sequence=sequence,
                decision_id=said.decision_id,
            )
            cause = Cause(said.decision_id, "经认定达到创建标准", said.recognised_on)
            return (lambda unit: standing.recognised(unit, word)), cause
        case RecognitionWithdrawn():
            word = Recognition(
                stands=False,
                on=said.withdrawn_on,
                sequence=sequence,
                decision_id=said.decision_id,
            )
            cause = Cause(said.decision_id, f"认定被撤回（{said.reason}）", said.withdrawn_on)
            return (lambda unit: standing.recognised(unit, word)), cause
        case UnitClosed():
            cause = Cause(f"{said.unit_id}#closed", f"单位注销（{said.reason}）", said.closed_on)
            return (lambda unit: standing.closed(unit, said)), cause
        case UnitReopened():
            name = f"{said.unit_id}#reopened#{said.revision}"
            cause = Cause(name, f"单位恢复登记（{said.reason}）", said.reopened_on)
            return (lambda unit: standing.reopened(unit, said)), cause
        case UnitEntered():
            cause = Cause(f"{said.unit_id}#{said.revision}", "在册信息更新", day)
            return (lambda unit: standing.entered(unit, said)), cause


def _day(moment: datetime) -> date:
    return moment.astimezone(LAW_TIME).date()
