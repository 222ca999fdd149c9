"""Rounds, nominations, notices, objections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true

from services.evaluation.domain.records import Nomination, Notice, Objection, Round
from services.evaluation.domain.standing import Scope
from services.evaluation.store.applications import Filter
from services.evaluation.store.copies_tables import known_unit
from services.evaluation.store.mapping import add, change, columns, find, find_all, in_scope
from services.evaluation.store.tables import nomination, notice, objection, round_
from shared.contracts.refusals import Refused
from shared.contracts.scalars import area_of, prefix_of, suite_of
from shared.messaging.tx import Tx
from shared.runtime import organisations


def save_round(tx: Tx, record: Round) -> None:
    """A new round."""
    add(tx, round_, record)


def change_round(tx: Tx, round_id: str, **values: Any) -> None:
    """Change a round's columns; its revision counts up."""
    change(tx, round_, round_.c.round_id == round_id, **values)


def load_round(tx: Tx, round_id: str, *, lock: bool = False) -> Round:
    """A round; Refused 404 when there is none. Rounds are no secret within the programme."""
    query = select(*columns(round_, Round)).where(round_.c.round_id == round_id)
    found = find(tx, query.with_for_update() if lock else query, Round)
    if found is None:
        raise Refused("round_not_found", "没有这个选树轮次", "", 404)
    return found


def find_round(tx: Tx, node: str, year: int) -> Round | None:
    """The round of a node and year, locked."""
    query = (
        select(*columns(round_, Round))
        .where(round_.c.node == node, round_.c.year == year)
        .with_for_update()
    )
    return find(tx, query, Round)


def list_rounds(tx: Tx, node: str = "", year: int = 0) -> Sequence[Round]:
    """Rounds, newest year first."""
    query = select(*columns(round_, Round)).order_by(round_.c.year.desc(), round_.c.node)
    if node:
        query = query.where(round_.c.node == node)
    if year:
        query = query.where(round_.c.year == year)
    return find_all(tx, query.limit(1000), Round)


def save_nomination(tx: Tx, record: Nomination) -> None:
    """A unit declares itself."""
    add(tx, nomination, record)


def change_nomination(tx: Tx, nomination_id: str, **values: Any) -> None:
    """Change a nomination's columns; its revision counts up."""
    change(tx, nomination, nomination.c.nomination_id == nomination_id, **values)


def load_nomination(tx: Tx, nomination_id: str, scope: Scope, *, lock: bool = False) -> Nomination:
    """A nomination in scope; Refused 404 otherwise. `lock` makes deciders wait for one another."""
    query = (
        select(*columns(nomination, Nomination))
        .join(known_unit, known_unit.c.unit_id == nomination.c.unit_id)
        .where(nomination.c.nomination_id == nomination_id, in_scope(scope))
    )
    if lock:
        query = query.with_for_update(of=nomination)
    found = find(tx, query, Nomination)
    if found is None:
        raise Refused("nomination_not_found", "没有这份申报，或它不在您的辖区", "", 404)
    return found


def find_nomination(tx: Tx, round_id: str, unit_id: str) -> Nomination | None:
    """The unit's nomination in a round."""
    query = select(*columns(nomination, Nomination)).where(
        nomination.c.round_id == round_id, nomination.c.unit_id == unit_id
    )
    return find(tx, query, Nomination)


def find_last_nomination(tx: Tx, unit_id: str) -> Nomination | None:
    """The unit's newest nomination."""
    query = (
        select(*columns(nomination, Nomination))
        .where(nomination.c.unit_id == unit_id)
        .order_by(nomination.c.nomination_id.desc())
        .limit(1)
    )
    return find(tx, query, Nomination)


def count_by_stage(tx: Tx, round_id: str) -> dict[str, int]:
    """How many nominations of a round stand at each stage."""
    query = (
        select(nomination.c.stage, func.count())
        .where(nomination.c.round_id == round_id)
        .group_by(nomination.c.stage)
    )
    return {str(stage): int(n) for stage, n in tx.session.execute(query)}


def count_approved(tx: Tx, round_id: str) -> dict[str, int]:
    """How many of each kind a round has named; read under the round's lock before one more."""
    query = (
        select(nomination.c.kind, func.count())
        .where(nomination.c.round_id == round_id, nomination.c.stage == "approved")
        .group_by(nomination.c.kind)
    )
    return {str(kind): int(n) for kind, n in tx.session.execute(query)}


def list_nominations(tx: Tx, scope: Scope, wanted: Filter) -> tuple[Sequence[Nomination], str, int]:
    """A page of nominations in scope, newest first, the key to go on from, and the total."""
    query = _filtered(select(*columns(nomination, Nomination)), scope, wanted)
    counted = _filtered(select(func.count()).select_from(nomination), scope, wanted)
    total = int(tx.session.execute(counted).scalar_one())
    if wanted.after:
        query = query.where(nomination.c.nomination_id < wanted.after)
    query = query.order_by(nomination.c.nomination_id.desc()).limit(wanted.limit + 1)
    rows = find_all(tx, query, Nomination)
    page = rows[: wanted.limit]
    return page, page[-1].nomination_id if len(rows) > wanted.limit else "", total


def list_nominations_of(tx: Tx, *, round_id: str = "", notice_id: str = "") -> Sequence[Nomination]:
    """Every nomination of a round or of a notice, oldest first, of all areas."""
    query = select(*columns(nomination, Nomination)).order_by(nomination.c.nomination_id)
    if round_id:
        query = query.where(nomination.c.round_id == round_id)
    if notice_id:
        query = query.where(nomination.c.notice_id == notice_id)
    return find_all(tx, query, Nomination)


def save_notice(tx: Tx, record: Notice) -> None:
    """A new notice."""
    add(tx, notice, record)


def load_notice(tx: Tx, notice_id: str) -> Notice:
    """A notice: open to all without signing in, else of the reader's region. 404 otherwise."""
    query = select(*columns(notice, Notice)).where(
        notice.c.notice_id == notice_id, _in_region(tx, notice.c.node)
    )
    found = find(tx, query, Notice)
    if found is None:
        raise Refused("notice_not_found", "没有这份公示", "", 404)
    return found


def list_notices(tx: Tx, *, node: str = "", round_id: str = "") -> Sequence[Notice]:
    """Notices of the reader's region, newest first; open to all without signing in."""
    query = select(*columns(notice, Notice)).where(_in_region(tx, notice.c.node))
    query = query.order_by(notice.c.notice_id.desc()).limit(200)
    if node:
        query = query.where(notice.c.node == node)
    if round_id:
        query = query.where(notice.c.round_id == round_id)
    return find_all(tx, query, Notice)


def _in_region(tx: Tx, node: Any) -> ColumnElement[bool]:
    """Nodes of the reader's region and programme; who reads without signing in reads all."""
    if not tx.actor.node:
        return true()
    region = organisations.region_of(tx.actor.node)
    own = node.startswith(prefix_of(area_of(region)), autoescape=True)
    return and_(own, func.split_part(node, ".", 2) == suite_of(region))


def save_objection(tx: Tx, record: Objection) -> None:
    """A new objection."""
    add(tx, objection, record)


def change_objection(tx: Tx, objection_id: str, **values: Any) -> None:
    """Write a finding into an objection."""
    change(tx, objection, objection.c.objection_id == objection_id, **values)


def load_objection(tx: Tx, objection_id: str, scope: Scope, *, lock: bool = False) -> Objection:
    """An objection about a unit in scope; Refused 404 otherwise."""
    query = (
        select(*columns(objection, Objection))
        .join(known_unit, known_unit.c.unit_id == objection.c.unit_id)
        .where(objection.c.objection_id == objection_id, in_scope(scope))
    )
    found = find(tx, query.with_for_update(of=objection) if lock else query, Objection)
    if found is None:
        raise Refused("objection_not_found", "没有这份异议，或它不在您的辖区", "", 404)
    return found


def list_objections(
    tx: Tx, scope: Scope, *, stage: str = "", case_id: str = ""
) -> Sequence[Objection]:
    """Objections about units in scope, oldest first."""
    query = (
        select(*columns(objection, Objection))
        .join(known_unit, known_unit.c.unit_id == objection.c.unit_id)
        .where(in_scope(scope))
        .order_by(objection.c.objection_id)
        .limit(200)
    )
    if stage:
        query = query.where(objection.c.stage == stage)
    if case_id:
        query = query.where(objection.c.case_id == case_id)
    return find_all(tx, query, Objection)


def _filtered(query: Select[Any], scope: Scope, wanted: Filter) -> Select[Any]:
    query = query.join(known_unit, known_unit.c.unit_id == nomination.c.unit_id)
    query = query.where(in_scope(scope))
    exact = {
        nomination.c.round_id: wanted.round_id,
        nomination.c.stage: wanted.stage,
        nomination.c.unit_id: wanted.unit_id,
        nomination.c.kind: wanted.kind,
    }
    for column, value in exact.items():
        if value:
            query = query.where(column == value)
    if wanted.search:
        query = query.where(
            or_(
                known_unit.c.name.contains(wanted.search, autoescape=True),
                known_unit.c.code == wanted.search,
            )
        )
    return query
