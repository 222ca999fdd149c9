"""One opinion of every body, the tally by sides, and what is still missing (A-07, A-08)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.evaluation.domain import opinions as rules
from services.evaluation.domain.records import OpinionRecord
from services.evaluation.domain.stages import ApplicationStage, NominationStage, Stage, text_of
from services.evaluation.domain.standing import need_role, scope_of
from services.evaluation.handlers import law
from services.evaluation.handlers.steps import Case, note
from services.evaluation.store import applications as store
from services.evaluation.store import rounds
from shared.contracts import evaluation as say
from shared.contracts.evaluation_answers import OpinionsView, OpinionView, SeatView
from shared.contracts.refusals import Refused
from shared.contracts.scalars import Side
from shared.messaging.tx import Tx
from shared.policy.pack import Pack

OPEN_FOR_OPINIONS: frozenset[Stage] = frozenset(
    {
        ApplicationStage.UNDER_REVIEW,
        NominationStage.DISTRICT_REVIEWED,
        NominationStage.CITY_REVIEWED,
        NominationStage.ON_NOTICE,
    }
)


@dataclass(frozen=True, slots=True)
class Joint:
    """A case that the parties decide jointly: whose seats, how far, decided on which day."""

    case: Case
    node: str
    pack: Pack
    stage: Stage
    decided_on: date | None


def joint(tx: Tx, kind: str, case_id: str, *, lock: bool = False) -> Joint:
    """The case behind an opinion; Refused 422 for an unknown kind, 404 when out of sight."""
    scope = scope_of(tx.actor)
    if kind == "application":
        record = store.load_application(tx, case_id, scope, lock=lock)
        case = Case(kind, case_id, record.unit_id)
        pack = law.pinned(tx, record.pack_fingerprint)
        return Joint(case, record.office, pack, record.stage, record.decided_on)
    if kind == "nomination":
        found = rounds.load_nomination(tx, case_id, scope, lock=lock)
        round_ = rounds.load_round(tx, found.round_id)
        case, pack = Case(kind, case_id, found.unit_id), law.pinned(tx, round_.pack_fingerprint)
        return Joint(case, round_.node, pack, found.stage, found.decided_on)
    says = "共同决定的事项应为认定申请或示范申报"
    raise Refused("case_unknown", says, "", 422, [{"pointer": "/case", "says": says}])


def record(tx: Tx, command: say.RecordOpinion) -> OpinionsView:
    """The actor's own body speaks, while the case is open; what it said before is kept."""
    need_role(tx.actor, "seat")
    found = joint(tx, command.case, command.case_id, lock=True)
    seat = rules.seat_of(law.seats(found.pack, found.node, tx.today), tx.actor.body, tx.actor.side)
    position = rules.position_of(command.position)
    rules.check_text(position, command.text)
    if found.stage not in OPEN_FOR_OPINIONS:
        says = f"本事项现处于「{text_of(found.stage)}」，不在征求意见阶段，意见未记录"
        raise Refused("stage_does_not_allow", says)
    store.save_opinion(
        tx,
        OpinionRecord(
            opinion_id=tx.new_id("opinion"),
            case_kind=command.case,
            case_id=command.case_id,
            body=seat.body,
            side=seat.side.value,
            delegated=seat.delegated,
            position=position,
            text=command.text,
            standing=True,
            given_at=tx.now,
            given_by=tx.actor.id,
            given_by_name=tx.actor.name,
        ),
    )
    says = f"{seat.body}表示「{rules.POSITION_TEXT[position]}」"
    note(tx, found.case, "opinion", says, outcome=position.value, text=command.text)
    return view(tx, found)


def read(tx: Tx, command: say.ReadOpinions) -> OpinionsView:
    """Who has said what, who is missing, how each side stands."""
    return view(tx, joint(tx, command.case, command.case_id))


def view(tx: Tx, found: Joint) -> OpinionsView:
    """The opinions on a case, against the seats of the day it was (or is to be) decided."""
    seats = law.seats(found.pack, found.node, found.decided_on or tx.today)
    given = store.list_opinions(tx, found.case.id)
    positions = {o.body: o.position.value for o in given if o.standing}
    counted = law.tally_of(tx, seats, found.case.id)
    return OpinionsView(
        case=found.case.kind,
        case_id=found.case.id,
        node=found.node,
        seats=tuple(_seat(seat, positions.get(seat.body, "")) for seat in seats),
        opinions=tuple(opinion_view(o) for o in given),
        missing=counted.missing,
        complete=counted.complete,
        sides_consenting=counted.sides_consenting,
        sides={side.value: state for side, state in counted.sides.items()},
        quorum=counted.complete,
        says=counted.says(),
    )


def opinion_view(given: OpinionRecord) -> OpinionView:
    """One opinion as people read it."""
    return OpinionView(
        body=given.body,
        side=given.side,
        side_text=rules.SIDE_TEXT[Side(given.side)],
        delegated=given.delegated,
        position=given.position.value,
        position_text=rules.POSITION_TEXT[given.position],
        text=given.text,
        given_at=given.given_at,
        given_by=given.given_by,
        given_by_name=given.given_by_name,
        standing=given.standing,
    )


def _seat(seat: rules.Seat, position: str) -> SeatView:
    return SeatView(
        body=seat.body,
        side=seat.side.value,
        side_text=rules.SIDE_TEXT[seat.side],
        delegated=seat.delegated,
        position=position,
    )
