"""Exit cases as rows: load, list, save, and the story of each (`case_step`).

Whoever asks sees the cases of units in the area of their node, and those their node must decide;
a unit sees its own. Anything else does not exist for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Result, Select, false, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from services.oversight.domain.case import Case, Heard, Outcome, Stage
from services.oversight.store.tables_cases import (
    case_step,
    case_trigger,
    exit_case,
    publication,
)
from services.oversight.store.tables_feed import known_title, known_unit
from shared.contracts.message import Actor
from shared.contracts.refusals import Refused
from shared.contracts.scalars import prefix_of
from shared.messaging.tx import Tx

Row = Mapping[str, Any]


def one(found: Result[Any]) -> Row | None:
    """The only row of a result, or None."""
    row = found.mappings().one_or_none()
    return None if row is None else dict(row)


def in_area(actor: Actor, division: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a division lies in the area of the actor's node; nobody's without a node."""
    prefix = prefix_of(actor.node)
    if not prefix.isdigit() and prefix:
        return false()
    return division.startswith(prefix, autoescape=True)


def may_see(actor: Actor) -> ColumnElement[bool]:
    """Which cases the actor sees."""
    if actor.unit_id:
        return exit_case.c.unit_id == actor.unit_id
    return or_(in_area(actor, known_unit.c.division), exit_case.c.node == actor.node)


def _cases(actor: Actor) -> Select[Any]:
    return (
        select(
            exit_case,
            known_unit.c.name_text.label("unit_name"),
            known_unit.c.division,
            publication.c.stage.label("publication_stage"),
        )
        .join(known_unit, known_unit.c.unit_id == exit_case.c.unit_id)
        .join(publication, publication.c.case_id == exit_case.c.case_id, isouter=True)
        .where(may_see(actor))
    )


def case_of(row: Row) -> Case:
    """The case as the rules see it."""
    return Case(
        case_id=row["case_id"],
        unit_id=row["unit_id"],
        title_id=row["title_id"],
        ground=row["ground"],
        node=row["node"],
        reported_from=row["reported_from"],
        opened_by=row["opened_by"],
        fingerprint=row["fingerprint"],
        clause=row["clause"],
        stage=Stage(row["stage"]),
        outcome=Outcome(row["outcome"]),
        heard=Heard(row["heard"]),
        is_title_revoked=row["title_revoked_on"] is not None,
        is_plaque_settled=row["plaque_state"] in ("returned", "lost"),
        is_published=row["publication_stage"] == "published",
    )


def load_case(tx: Tx, case_id: str, *, lock: bool = False) -> Row:
    """The case, locked against a second officer when asked; 404 when it is not the actor's."""
    query = _cases(tx.actor).where(exit_case.c.case_id == case_id)
    found = one(tx.session.execute(query.with_for_update(of=exit_case) if lock else query))
    if found is None:
        raise Refused("case_not_found", f"没有编号为 {case_id} 的退出案件。", status=404)
    return found


def find_open_case(tx: Tx, title_id: str) -> Row | None:
    """The one case that is open on a title, locked, whoever asks."""
    query = (
        select(exit_case)
        .where(exit_case.c.title_id == title_id, exit_case.c.stage != Stage.CLOSED)
        .with_for_update()
    )
    return one(tx.session.execute(query))


def find_revoking_case(tx: Tx, title_id: str) -> Row | None:
    """The case that decided to revoke a title, locked: the register's answer belongs to it."""
    query = (
        select(
            exit_case,
            known_unit.c.name_text.label("unit_name"),
            publication.c.stage.label("publication_stage"),
        )
        .join(known_unit, known_unit.c.unit_id == exit_case.c.unit_id)
        .join(publication, publication.c.case_id == exit_case.c.case_id, isouter=True)
        .where(exit_case.c.title_id == title_id, exit_case.c.outcome == Outcome.REVOKE)
        .order_by(exit_case.c.case_id.desc())
        .limit(1)
        .with_for_update(of=exit_case)
    )
    return one(tx.session.execute(query))


def list_cases(tx: Tx, wanted: Mapping[str, str], *, after: str, limit: int) -> list[Row]:
    """Newest first, one more than `limit` when there are more.

    Wanted: node, stage, unit_id, status (open or closed).
    """
    query = _cases(tx.actor)
    for name in ("node", "stage", "unit_id"):
        if wanted.get(name):
            query = query.where(exit_case.c[name] == wanted[name])
    if wanted.get("status") == "open":
        query = query.where(exit_case.c.stage != Stage.CLOSED)
    elif wanted.get("status") == "closed":
        query = query.where(exit_case.c.stage == Stage.CLOSED)
    if after:
        mark = select(exit_case.c.opened_at, exit_case.c.case_id).where(
            exit_case.c.case_id == after
        )
        query = query.where(
            tuple_(exit_case.c.opened_at, exit_case.c.case_id) < mark.scalar_subquery()
        )
    query = query.order_by(exit_case.c.opened_at.desc(), exit_case.c.case_id.desc())
    return [dict(row) for row in tx.session.execute(query.limit(limit + 1)).mappings()]


def save_new_case(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write a case that has just been opened."""
    tx.session.execute(exit_case.insert().values(**values))


def save_case(tx: Tx, case: Case, **changed: Any) -> None:
    """Write the case's stage, outcome and hearing, and whatever else the act changed."""
    if case.stage is Stage.CLOSED:
        changed |= {"closed_at": tx.now, "closed_by": tx.actor.id}
    tx.session.execute(
        exit_case.update()
        .where(exit_case.c.case_id == case.case_id)
        .values(
            stage=case.stage,
            outcome=case.outcome,
            heard=case.heard,
            version=exit_case.c.version + 1,
            **changed,
        )
    )


def add_step(tx: Tx, case_id: str, *, kind: str, says: str, **more: str) -> None:
    """One line of the case's story; `more` may name clause and decision_id."""
    tx.session.execute(
        case_step.insert().values(
            case_step_id=tx.new_id("step"),
            case_id=case_id,
            kind=kind,
            says=says,
            done_at=tx.now,
            done_by=tx.actor.id,
            done_by_name=tx.actor.name,
            node=tx.actor.node,
            **more,
        )
    )


def list_steps(tx: Tx, case_ids: Sequence[str]) -> list[Row]:
    """The story of some cases, oldest first."""
    query = (
        select(case_step)
        .where(case_step.c.case_id.in_(case_ids))
        .order_by(case_step.c.done_at, case_step.c.n)
    )
    return [dict(row) for row in tx.session.execute(query).mappings()]


def add_trigger(tx: Tx, case_id: str, trigger_id: str) -> bool:
    """Lay a trigger on a case; False when it already lies there."""
    query = (
        insert(case_trigger)
        .values(case_id=case_id, trigger_id=trigger_id, added_at=tx.now, added_by=tx.actor.id)
        .on_conflict_do_nothing()
        .returning(case_trigger.c.trigger_id)
    )
    return tx.session.execute(query).first() is not None


def triggers_of(tx: Tx, case_id: str) -> tuple[str, ...]:
    """The triggers that lie on a case, in the order they came."""
    query = (
        select(case_trigger.c.trigger_id)
        .where(case_trigger.c.case_id == case_id)
        .order_by(case_trigger.c.added_at, case_trigger.c.trigger_id)
    )
    return tuple(tx.session.execute(query).scalars())


def cases_of_trigger(tx: Tx, trigger_id: str) -> tuple[str, ...]:
    """The cases a trigger lies on."""
    query = select(case_trigger.c.case_id).where(case_trigger.c.trigger_id == trigger_id)
    return tuple(tx.session.execute(query.order_by(case_trigger.c.case_id)).scalars())


def is_open(tx: Tx, case_id: str) -> bool:
    """Whether a case is still open, whoever asks."""
    query = select(exit_case.c.case_id).where(
        exit_case.c.case_id == case_id, exit_case.c.stage != Stage.CLOSED
    )
    return tx.session.execute(query).first() is not None


def list_active_titles(tx: Tx, unit_id: str) -> list[Row]:
    """The titles a unit holds now, as heard from the register."""
    query = (
        select(known_title)
        .where(known_title.c.unit_id == unit_id, known_title.c.status == "active")
        .order_by(known_title.c.granted_on, known_title.c.title_id)
    )
    return [dict(row) for row in tx.session.execute(query).mappings()]


def lock_unit(tx: Tx, unit_id: str) -> Row:
    """The unit, locked, so that acts on one unit follow one another; 404 outside the area."""
    query = select(known_unit).where(
        known_unit.c.unit_id == unit_id, in_area(tx.actor, known_unit.c.division)
    )
    row = one(tx.session.execute(query.with_for_update()))
    if row is None:
        raise Refused("unit_not_found", f"没有编号为 {unit_id} 的单位。", status=404)
    return row


def load_unit(tx: Tx, unit_id: str) -> Row:
    """The unit as heard; 404 outside the actor's area and for another unit's account."""
    own = known_unit.c.unit_id == tx.actor.unit_id if tx.actor.unit_id else None
    scope = own if own is not None else in_area(tx.actor, known_unit.c.division)
    query = select(known_unit).where(known_unit.c.unit_id == unit_id, scope)
    row = one(tx.session.execute(query))
    if row is None:
        raise Refused("unit_not_found", f"没有编号为 {unit_id} 的单位。", status=404)
    return row


def count_by_stage(tx: Tx) -> dict[str, int]:
    """How many cases the actor sees at each stage."""
    query = (
        select(exit_case.c.stage, func.count())
        .join(known_unit, known_unit.c.unit_id == exit_case.c.unit_id)
        .where(may_see(tx.actor))
        .group_by(exit_case.c.stage)
    )
    return {stage: int(number) for stage, number in tx.session.execute(query)}
